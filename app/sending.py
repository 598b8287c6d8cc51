"""A return on its way, from the file to the receipt: what the session keeps of it, and for how long.

The session keeps typed rows only of a return that can be sent, and drops them when it is sent, cancelled, or when
somebody else is here. Of a return with errors it keeps the issues, which hold no cell's value; what its report is made
from, which holds no cell that was refused (`pipelines/report/holding.py`); and, while its wordings are mapped, the file
itself within the bounds of `holding`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from app import background, explaining, receipt_mailing, sign_off
from app.calm import calmly
from app.holding import Held, hold, still
from app.permissions import Action, Person, actor_of, may
from pipelines import moving, report, returns
from pipelines.house import House
from pipelines.mappings import Unread, Used
from pipelines.moving import Moved
from pipelines.reporting import Question
from pipelines.return_states import ReturnState
from pipelines.returns import Checked, NamedFile, Preview, Receipt, Stage, Stated
from schemas.calendar import Term
from schemas.errors import ForbiddenError, RefusedError, RereadError, StaleError
from schemas.explanation import Explanation
from schemas.issues import Issue, queries

DRAFT = "return-draft"
SENT = "return-sent"
SAID = "return-said"
TURN = "return-turn"
HELD_NO_LONGER = "What you chose is kept. The file itself was let go after half an hour: choose it again."
NOT_ALLOWED = "You are not allowed to send returns."
NOTHING = "There is nothing to submit: the return was sent or cancelled. Check a file first."
NIL_CHANGED = "A version came in for this term in the meantime. Read again what a nil return would replace."


@dataclass(frozen=True)
class Draft:
    """A file that was checked. `checked` is there only when it can be sent."""

    person: Person
    stated: Stated
    issues: tuple[Issue, ...]
    readable: bool
    checked: Checked | None = None
    previews: tuple[Preview, ...] = ()
    for_report: report.Held | None = None  # what its report is made from, when somebody asks for it
    moved: Moved | None = None  # worked out when the preview is first drawn
    used: tuple[Used, ...] = ()
    unread: tuple[Unread, ...] = ()
    held: Held | None = None
    found_by: background.Job | None = None  # the check of a large file that it came of


@dataclass(frozen=True)
class Sent:
    """What was kept, for the receipt."""

    person: Person
    receipts: tuple[Receipt, ...]
    mailed: str = ""  # what became of the e-mail, in words


def must_be_allowed(person: Person, *urns: str, house: House) -> None:
    """RefusedError unless someone may send, and these schools are theirs today."""
    if not may(person, Action.SEND_RETURNS):
        raise ForbiddenError(NOT_ALLOWED)
    mine = set(returns.own_schools(house.warehouse, person.scope)["urn"])
    if not set(urns) <= mine:
        raise ForbiddenError(returns.NO_SCHOOL)


def check(
    files: Sequence[NamedFile], *, stated: Stated, person: Person, house: House,
    told: Callable[[Stage], object] = lambda _: None,
) -> Draft:  # fmt: skip
    """Check files and, when they can be sent, compare them with what stands; stores nothing of them.

    `told` is called as each stage begins.
    """
    must_be_allowed(person, *([stated.school_urn] if stated.school_urn else []), house=house)
    checked = returns.check(house.warehouse, files, stated=stated, actor=actor_of(person), key=house.key, told=told)
    draft = Draft(person, stated, checked.issues, checked.readable, used=checked.used, for_report=report.hold(checked))
    if checked.has_errors:
        held = hold(files, issues=checked.issues, unread=checked.unread)
        return replace(draft, unread=checked.unread, held=held)
    told(Stage.PREVIEW)
    previews = returns.preview(house.warehouse, checked, actor=actor_of(person), key=house.key)
    return replace(draft, checked=checked, previews=previews)


def check_large(files: Sequence[NamedFile], *, stated: Stated, person: Person, house: House) -> None:
    """Begin the check of a large file, which goes on without this session."""
    must_be_allowed(person, *([stated.school_urn] if stated.school_urn else []), house=house)
    background.start(
        person, sum(len(one.content) for one in files),
        lambda told: check(files, stated=stated, person=person, house=house, told=told),
    )  # fmt: skip
    clear()


def check_again(draft: Draft, *, person: Person, house: House) -> None:
    """Check a held file once more, by the mapping as it stands now; where none is held, the next upload will be."""
    files = still(draft.held)
    if files:
        keep(replace(check(files, stated=draft.stated, person=person, house=house), found_by=draft.found_by))
        return
    keep(replace(draft, unread=(), held=None))
    if draft.held:
        say(HELD_NO_LONGER)


def submit(draft: Draft, *, person: Person, house: House, explanations: Mapping[str, Explanation]) -> Sent:
    """Keep a checked return, unless what stands has changed since the person read what it would change."""
    if draft.checked is None or draft.person != person:
        raise RefusedError(NOTHING)
    must_be_allowed(person, *(one.school_urn for one in draft.previews), house=house)
    seen = {one.school_urn: one.seen for one in draft.previews}
    first = draft.previews[0]
    signed = sign_off.signed_as(person, list(seen), first.academic_year, first.term, turn=turn())
    try:
        receipts = returns.submit(
            house.warehouse, draft.checked, actor=actor_of(person), key=house.key, explanations=explanations, seen=seen,
            signed_as=signed,
        )  # fmt: skip
    except RereadError:
        background.let_go(draft.found_by)  # or it would be shown again
        clear()
        raise
    except StaleError:
        read_again = returns.preview(house.warehouse, draft.checked, actor=actor_of(person), key=house.key)
        keep(replace(draft, previews=read_again, moved=None))
        raise
    return _sent(person, receipts, house=house)


def with_moves(draft: Draft, *, house: House) -> Draft:
    """The draft with what it would move in the person's own figures; worked out once and kept with it."""
    if draft.checked is None or draft.moved is not None:
        return draft
    found = moving.moved(house.warehouse, draft.checked, actor=actor_of(draft.person), key=house.key)
    filled = replace(draft, moved=found)
    if st.session_state.get(DRAFT) is draft:
        st.session_state[DRAFT] = filled
    return filled


def record_nil(
    urn: str, year: str, term: Term, *,
    seen: int, person: Person, house: House, explanations: Mapping[str, Explanation],
) -> Sent:  # fmt: skip
    """Record a nil return, unless something was sent for the school since the person read what it would replace."""
    must_be_allowed(person, urn, house=house)
    signed = sign_off.signed_as(person, [urn], year, term, turn=turn())
    try:
        receipt = returns.record_nil(
            house.warehouse, school_urn=urn, academic_year=year, term=term, actor=actor_of(person), seen=seen,
            signed_as=signed, explanations=explanations,
        )  # fmt: skip
    except StaleError:
        raise StaleError(NIL_CHANGED) from None
    return _sent(person, (receipt,), house=house)


def _sent(person: Person, receipts: tuple[Receipt, ...], *, house: House) -> Sent:
    """What is kept, and its receipt on the way by e-mail; no fault of the mail hides that it is kept."""
    said: list[str] = []
    with calmly(said.append):
        mailed = receipt_mailing.send(person, house, receipts)
        said.append(receipt_mailing.sentence(mailed, schools=len(receipts)))
    return Sent(person, receipts, said[0] if said else "")


def withdraw(return_id: int, urn: str, *, seen: int, person: Person, house: House) -> None:
    """Take back the version that stands, unless something was sent for the school since the person read it."""
    must_be_allowed(person, urn, house=house)
    returns.withdraw(house.warehouse, return_id, actor=actor_of(person), seen=seen)


def standing_version(urn: str, year: str, term: Term, *, person: Person, house: House) -> dict[str, int]:
    """The last version of a school and term, how many incidents it holds, 1 where it was withdrawn; zeros for none."""
    sent = house.reporting.versions(person.scope)
    own = sent[(sent["school_urn"] == urn) & (sent["academic_year"] == year) & (sent["term"] == str(term))]
    if not len(own):
        return {"version": 0, "incidents": 0, "withdrawn": 0}
    last = own.sort_values("return_id").iloc[-1]
    withdrawn = int(last["state"] == ReturnState.WITHDRAWN)
    return {"version": int(last["version"]), "incidents": int(last["incidents"]), "withdrawn": withdrawn}


def latest_without_return(
    urn: str, terms: Sequence[tuple[str, Term]], *, person: Person, house: House
) -> tuple[str, Term] | None:
    """The first of these terms of which the school's return is expected and has not come; None where all have.

    Before anything is known of what a school was to send, the first of them.
    """
    expected = house.reporting.returns(person.scope, Question("returns_received", school=urn))
    if not len(expected):
        return terms[0]
    missing = expected[~expected["returned"].astype(bool)]
    due = set(zip(missing["academic_year"], missing["term"], strict=True))
    return next((one for one in terms if (one[0], str(one[1])) in due), None)


# -- the session ------------------------------------------------------------------------------------------


def kept(person: Person) -> Draft | Sent | None:
    """What is on its way; what belonged to somebody else is dropped.

    What was found of a large file becomes the session's own when it is first looked at: what is submitted is then what
    was shown, whatever the same person checks elsewhere meanwhile.
    """
    found = shown(person)
    if found is None and (job := background.of(person)) is not None and job.draft is not None:
        found = replace(job.draft, found_by=job)
        keep(found)
    return found


def shown(person: Person) -> Draft | Sent | None:
    """What this session has on its way, and so what a press of a button is about; dropped if it was somebody else's."""
    found: Draft | Sent | None = st.session_state.get(SENT) or st.session_state.get(DRAFT)
    if found is not None and found.person != person:
        clear()
        return None
    return found


def keep(what: Draft | Sent) -> None:
    """Keep a draft, or a receipt in its place; a file that was uploaded for it is let go."""
    clear()
    st.session_state[DRAFT if isinstance(what, Draft) else SENT] = what


def clear() -> None:
    """Drop everything of the return on its way, its uploaded file included (the next turn has a new uploader)."""
    turn = st.session_state.get(TURN, 0)
    for name in [str(name) for name in st.session_state]:
        if name in (DRAFT, SENT, SAID) or name.startswith(explaining.EXPLAIN):
            del st.session_state[name]
    st.session_state[TURN] = turn + 1


def turn() -> int:
    """A number that changes whenever an upload is let go; part of the uploader's key."""
    return int(st.session_state.get(TURN, 0))


def queries_explained(draft: Draft) -> tuple[int, int]:
    """How many queries a draft has, and how many of them are explained: now, or before and unchanged."""
    if draft.checked is None:
        return len(queries(draft.issues)), 0
    return len(queries(draft.issues)), len(returns.explained(draft.checked, explaining.chosen()))


def say(sentence: str) -> None:
    """Keep a sentence for the next drawing of the page."""
    st.session_state[SAID] = sentence


def said() -> str | None:
    """The sentence kept, once."""
    found: str | None = st.session_state.pop(SAID, None)
    return found
