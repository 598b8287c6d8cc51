"""Reminders by e-mail to schools of an authority whose return of an ended term has not come.

A reminder holds no figure and nothing about a child: when the return is due, how to send it, and what to do when there
was nothing. Each sending is recorded by school, never by address, and begins with a claim in the record, so that
two people who press at once send one mail.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pipelines import audit, board
from pipelines.board import REMINDED, Board, ExpectedReturn
from pipelines.deadlines import day_in_england
from pipelines.figures import Question
from pipelines.mail import Mail, Post
from pipelines.mailboxes import ContactRole, Mailbox, mailboxes
from pipelines.scope import OPERATOR, Actor, Scope, ScopeKind
from pipelines.smtp_settings import Smtp
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term, has_ended, label
from schemas.errors import ForbiddenError, QuestionError

SENDING, NOT_SENT = "reminder being sent", "reminder not sent"
STEPS = (SENDING, REMINDED, NOT_SENT)
NO_SERVER = (
    "No mail server is set, so no e-mail can be sent. Whoever runs this portal sets PLUMBLINE_SMTP_HOST and "
    "PLUMBLINE_SMTP_FROM."
)
NOT_YOURS = "Only an authority reminds its schools by e-mail."


class Fate(StrEnum):
    """What becomes of one reminder."""

    READY = "would be sent"
    SENT = "sent"
    NO_MAILBOX = "no mailbox is kept for this school"
    TODAY = "reminded today already"
    FAILED = "not sent"


@dataclass(frozen=True, slots=True)
class Reminder:
    """One school that would get, or got, a reminder; `why` says why one was not sent.

    `sample` is what it would say to the designated safeguarding lead, where no mailbox is kept to send it to.
    """

    school_urn: str
    school_name: str
    role: str
    due: date | None
    fate: Fate
    mail: Mail | None = None
    why: str = ""
    sample: str = ""


def plan(warehouse: Warehouse, authority: Scope, year: str, term: Term, *, again: bool = False) -> tuple[Reminder, ...]:
    """Who would get what: every school of the authority whose return of an ended term has not come."""
    found = _missing(warehouse, authority, year, term)
    kept = mailboxes(warehouse, authority)
    today = set() if again else _reminded_today(warehouse, found)
    return tuple(_planned(one, kept.get(one.school_urn), today=today) for one in found.returns if not one.came)


def send(
    warehouse: Warehouse, authority: Scope, year: str, term: Term, *,
    smtp: Smtp | None, actor: Actor, again: bool = False, progress: Callable[[int, int], object] = lambda _, __: None,
) -> tuple[Reminder, ...]:  # fmt: skip
    """Send what `plan` says now; a mail that is not taken stops none of the others, and its school is told of.

    `progress` is called with how many are done and how many there are.
    """
    if actor.scope not in (authority, OPERATOR):
        raise ForbiddenError(NOT_YOURS)
    if smtp is None:
        raise QuestionError(NO_SERVER)
    planned = plan(warehouse, authority, year, term, again=again)
    found: list[Reminder] = []
    with Post(smtp) as post:
        for one in planned:
            ready = one.fate is Fate.READY
            place = f"school:{one.school_urn} {year} {term}"
            found.append(_send_one(warehouse, post, one, place, actor=actor, again=again) if ready else one)
            progress(len(found), len(planned))
    return tuple(found)


def _send_one(warehouse: Warehouse, post: Post, one: Reminder, place: str, *, actor: Actor, again: bool) -> Reminder:
    assert one.mail is not None  # noqa: S101 - it is ready
    if not _claim(warehouse, place, actor=actor, again=again):
        return _with(one, Fate.TODAY)
    fault = post.send(one.mail)
    with warehouse.writing() as cursor:
        detail = {"why": fault} if fault else {}
        audit.record(cursor, audit.Event(actor, NOT_SENT if fault else REMINDED, place, detail))
    return _with(one, Fate.FAILED, fault) if fault else _with(one, Fate.SENT)


def _claim(warehouse: Warehouse, place: str, *, actor: Actor, again: bool) -> bool:
    """Record that a reminder is about to be sent; False where somebody else's was today."""
    with warehouse.writing() as cursor:
        if not again and place in _stand_today(cursor.rows(LAST_STEPS, _values([place]))):
            return False
        audit.record(cursor, audit.Event(actor, SENDING, place))
    return True


LAST_STEPS = (
    "SELECT subject, action, recorded_at FROM audit WHERE action IN (SELECT unnest($steps)) "
    "AND subject IN (SELECT unnest($subjects)) "
    "QUALIFY row_number() OVER (PARTITION BY subject ORDER BY sequence DESC) = 1"
)


def _values(subjects: Sequence[str]) -> dict[str, list[str]]:
    return {"steps": list(STEPS), "subjects": list(subjects)}


def _stand_today(rows: Sequence[dict[str, object]]) -> set[str]:
    """Of the last steps of several reminders, the subjects of those that were sent, or are being sent, today."""
    today = day_in_england(audit.now())
    return {
        str(row["subject"])
        for row in rows
        if row["action"] != NOT_SENT and day_in_england(row["recorded_at"]) == today  # type: ignore[arg-type]
    }


def _reminded_today(warehouse: Warehouse, found: Board) -> set[str]:
    """The URNs of schools that had a reminder of this term today."""
    subjects = [f"school:{one.school_urn} {one.academic_year} {one.term}" for one in found.returns if not one.came]
    with warehouse.reading() as cursor:
        stand = _stand_today(cursor.rows(LAST_STEPS, _values(subjects)))
    return {subject.partition(" ")[0].removeprefix("school:") for subject in stand}


def _missing(warehouse: Warehouse, authority: Scope, year: str, term: Term) -> Board:
    if authority.kind is not ScopeKind.AUTHORITY:
        raise ForbiddenError(NOT_YOURS)
    if not has_ended(year, str(term), on=day_in_england(audit.now())):
        raise QuestionError(f"The {term} term of {label(year)} has not ended, so no return of it is expected yet.")
    return board.read(warehouse, authority, Question("returns_received", year=year, term=str(term)))


def _planned(one: ExpectedReturn, mailbox: Mailbox | None, *, today: set[str]) -> Reminder:
    if mailbox is None:
        sample = f"Subject: {_subject(one)}\n\n{_text(one, ContactRole.LEAD)}"
        return Reminder(one.school_urn, one.school_name, "", one.due, Fate.NO_MAILBOX, sample=sample)
    fate = Fate.TODAY if one.school_urn in today else Fate.READY
    return Reminder(one.school_urn, one.school_name, str(mailbox.role), one.due, fate, _mail(one, mailbox))


def _with(one: Reminder, fate: Fate, why: str = "") -> Reminder:
    return Reminder(one.school_urn, one.school_name, one.role, one.due, fate, one.mail, why)


# -- words ------------------------------------------------------------------------------------------------


def _mail(one: ExpectedReturn, mailbox: Mailbox) -> Mail:
    return Mail(mailbox.address, _subject(one), _text(one, mailbox.role))


def _subject(one: ExpectedReturn) -> str:
    return f"Return for the {_term(one)}{_due_in_short(one)}"


def _term(one: ExpectedReturn) -> str:
    return f"{one.term} term {label(one.academic_year)}"


def _due_in_short(one: ExpectedReturn) -> str:
    return "" if one.due is None else f": due on {_day(one.due)}"


def _due(one: ExpectedReturn) -> str:
    if one.due is None:
        return "No deadline is set for it; please send it as soon as you can."
    return f"It {'was' if one.days_late else 'is'} due on {_day(one.due)}."


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _text(one: ExpectedReturn, role: str) -> str:
    name = " ".join(one.school_name.split())
    return TEXT.format(role=role, name=name, urn=one.school_urn, term=_term(one), due=_due(one))


TEXT = """\
To the {role} of {name} (URN {urn})

Your school's return for the {term} has not come. {due}

How to send it
  1. Sign in to Plumbline and open the page "Send a return".
  2. Choose the term and your file. It is checked first; nothing is kept until you submit it.
  3. Correct what the page asks you to correct, then submit. You get a receipt.

If you had no incidents
  On the same page choose "We had no incidents (a nil return)". A nil return says that there was
  nothing; no return says nothing.

Please do not answer this message, and never put anything about a child in an e-mail.
If you have sent your return in the meantime: thank you, there is nothing more to do.
"""
