"""The returns board against a slow reading of the same history; deadlines and mailboxes and who may set them."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pipelines import board, deadlines, decisions, mailbox_file, mailboxes, returns
from pipelines.board import ExpectedReturn, State
from pipelines.deadlines import day_in_england, set_deadline
from pipelines.decisions import DecisionKind
from pipelines.figures import Question
from pipelines.mailboxes import ContactRole
from pipelines.scope import OPERATOR, Scope
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term
from schemas.errors import PlumblineError, QuestionError, RefusedError, UnreadableError
from tests import factories
from tests.factories import officer_of

LA, OTHER = Scope.parse("la:990"), Scope.parse("la:991")
OFFICER = officer_of("la:990")
NOW = datetime(2026, 6, 1, 12)  # noqa: DTZ001 - the warehouse keeps UTC without a zone
TRUST = {"Trusts (code)": "99001", "Trusts (name)": "Invented Trust"}


@pytest.fixture(scope="module")
def empty() -> Warehouse:
    return factories.warehouse({"URN": "900001", **TRUST}, {"URN": "900002"}, {"URN": "900003", "LA (code)": "991"})


def moment(day: int, hour: int = 12) -> datetime:
    """A moment so many days after the end of the autumn term 2025/26."""
    return datetime(2025, 12, 31, hour) + timedelta(days=day)  # noqa: DTZ001


def read(store: Warehouse, scope: Scope = LA, now: datetime = NOW, **asked: str) -> list[ExpectedReturn]:
    question = Question("returns_received", year="202526", **asked)  # type: ignore[arg-type]
    return list(board.read(store, scope, question, now=now).returns)


# -- against an oracle ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """What a plain reading of a history says of one return."""

    state: State
    late: int | None
    versions: int
    superseded: int


def oracle(history: list[tuple[str, int]], due: int | None, today: int) -> Told:
    """Walk through what happened, day by day; nothing here is shared with the code."""
    standing_since, kind, sent, replaced = None, None, 0, 0
    for what, day in history:
        if what == "withdrawn":
            standing_since = kind = None
            continue
        if kind is not None:
            replaced += 1
        sent += 1
        standing_since = day if standing_since is None else standing_since
        kind = what
    late = None
    if due is not None:
        until = today if standing_since is None else standing_since
        late = until - due if until > due else 0
    if kind == "nil":
        return Told(State.NIL, late, sent, replaced)
    if kind == "return":
        return Told(State.RECEIVED, late, sent, replaced)
    if history:
        return Told(State.WITHDRAWN, late, sent, replaced)
    return Told(State.LATE if late else State.EXPECTED, late, sent, replaced)


def history(dice: random.Random) -> list[tuple[str, int]]:
    """What happened on which day after the end of term: returns, nil returns, and withdrawals of what stands."""
    found: list[tuple[str, int]] = []
    for day in sorted(dice.sample(range(1, 101), dice.randint(0, 3))):
        stands = bool(found) and found[-1][0] != "withdrawn"
        found.append((dice.choice(["return", "nil", "nil", *(["withdrawn"] * 2 if stands else [])]), day))
    return found


def test_the_board_says_what_a_plain_reading_of_each_schools_history_says() -> None:
    dice = random.Random(2026)
    urns = {str(900010 + number): "990" if number % 3 else "991" for number in range(12)}  # 991 sets no deadline
    histories = {urn: history(dice) for urn in urns}
    store = factories.warehouse(*({"URN": urn, "LA (code)": la} for urn, la in urns.items()))
    set_deadline(store, "202526", Term.AUTUMN, day=moment(45).date(), actor=OFFICER, when=moment(0))
    for day, urn, what in sorted((day, urn, what) for urn, told in histories.items() for what, day in told):
        _happen(store, urn, what, moment(day))
    found = {one.school_urn: one for one in read(store, OPERATOR, now=moment(120), term="autumn")}
    assert set(found) == set(urns)
    for urn, la in urns.items():
        one, told = found[urn], oracle(histories[urn], 45 if la == "990" else None, 120)
        assert Told(one.state, one.days_late, one.versions, one.superseded) == told, histories[urn]
    assert len({oracle(told, 45, 120).state for told in histories.values()}) >= 4  # the dice gave every kind
    store.close()


def _happen(store: Warehouse, urn: str, what: str, when: datetime) -> None:
    if what == "return":
        factories.submit(store, factories.checked([factories.incident(school_urn=urn)]), when=when)
    elif what == "nil":
        returns.record_nil(
            store, school_urn=urn, academic_year="202526", term=Term.AUTUMN, actor=factories.OFFICER, when=when
        )
    else:
        last = returns.last_return(store, factories.OFFICER.scope, urn)
        returns.withdraw(store, last, actor=factories.OFFICER, seen=last, when=when)


# -- deadlines --------------------------------------------------------------------------------------------


def test_days_are_those_of_the_calendar_in_england() -> None:
    late_in_summer = datetime(2026, 6, 30, 23, 30)  # noqa: DTZ001 - half past midnight in England
    assert day_in_england(late_in_summer) == date(2026, 7, 1)
    assert day_in_england(datetime(2026, 1, 31, 23, 30)) == date(2026, 1, 31)  # noqa: DTZ001


@pytest.mark.parametrize("who", ["trust:99001", "school:900001", "la:991"])
def test_nobody_but_the_authority_sets_its_deadline(empty: Warehouse, who: str) -> None:
    actor = officer_of(who)
    if who == "la:991":  # another authority sets its own, which binds no school of ours
        set_deadline(empty, "202526", Term.AUTUMN, day=moment(40).date(), actor=actor, when=moment(1))
        assert ("990", "202526", "autumn") not in deadlines.standing(empty, LA)
        return
    with pytest.raises(RefusedError):
        set_deadline(empty, "202526", Term.AUTUMN, day=moment(40).date(), actor=actor, when=moment(1))
    with pytest.raises(RefusedError):
        deadlines.end_deadline(empty, "202526", Term.AUTUMN, actor=actor)


@pytest.mark.parametrize(
    ("day", "when", "said"),
    [
        (date(2025, 12, 30), moment(-20), "before the term ends on 31 December 2025"),
        (date(2026, 1, 9), moment(10), "deadline that has passed"),
        (date(2027, 1, 2), moment(1), "within a year"),
    ],
)
def test_a_day_that_cannot_be_met_is_refused(empty: Warehouse, day: date, when: datetime, said: str) -> None:
    with pytest.raises(QuestionError, match=said):
        set_deadline(empty, "202526", Term.AUTUMN, day=day, actor=OFFICER, when=when)


def test_a_deadline_is_moved_and_taken_back_and_all_of_it_stays_on_record() -> None:
    store = factories.warehouse({})
    today = datetime.now(UTC).astimezone(ZoneInfo("Europe/London")).date()
    for days in (10, 20):
        set_deadline(store, "202526", Term.SUMMER, day=today + timedelta(days=days), actor=OFFICER)
    assert [one.day for one in deadlines.standing(store, LA).values()] == [today + timedelta(days=20)]
    deadlines.end_deadline(store, "202526", Term.SUMMER, actor=OFFICER)
    assert deadlines.standing(store, LA) == {}
    with pytest.raises(QuestionError):
        deadlines.end_deadline(store, "202526", Term.SUMMER, actor=OFFICER)
    with store.reading() as cursor:
        kept = cursor.rows("SELECT state FROM decisions ORDER BY decided_at")
        events = cursor.rows("SELECT action FROM audit WHERE action LIKE 'deadline%' ORDER BY sequence")
    assert [row["state"] for row in kept] == ["stands", "stands", "withdrawn"]
    assert [row["action"] for row in events][-1] == "deadline for returns: withdrawn"
    store.close()


def test_of_officers_who_set_a_deadline_at_once_one_deadline_is_kept() -> None:
    store = factories.warehouse({})
    today = datetime.now(UTC).astimezone(ZoneInfo("Europe/London")).date()
    days = [today + timedelta(days=number) for number in range(10, 18)]
    with ThreadPoolExecutor(len(days)) as pool:
        list(pool.map(lambda day: set_deadline(store, "202526", Term.SUMMER, day=day, actor=OFFICER), days))
    assert len(decisions.decisions(store, LA, DecisionKind.DEADLINE)) == 1
    deadlines.end_deadline(store, "202526", Term.SUMMER, actor=OFFICER)
    assert deadlines.standing(store, LA) == {}
    store.close()


def test_of_deadlines_that_stood_side_by_side_all_are_taken_back() -> None:
    store = factories.warehouse({})
    for day in ("2026-09-30", "2026-10-31"):
        content = {"academic_year": "202526", "term": "summer", "day": day}
        decisions.decide(store, DecisionKind.DEADLINE, content, actor=OFFICER)
    deadlines.end_deadline(store, "202526", Term.SUMMER, actor=OFFICER)
    assert deadlines.standing(store, LA) == {}
    store.close()


# -- mailboxes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["dsl@school.example", "DSL@School.Example", "safeguarding.lead@school.sch.uk", "head@a-b.example",
     "office.900001@la.example", "school.office@la.example", "dsl2@trust.org.uk", "stmarys.dsl@la.example"],
)  # fmt: skip
def test_the_mailbox_of_a_role_is_kept(address: str) -> None:
    assert mailboxes.checked(f" {address} ", school="St Mary's Primary School") == address.casefold()


@pytest.mark.parametrize(
    "address",
    ["rowan.ashby@school.example", "r.ashby@school.example", "head.ashby@school.example", "dsl@gmail.com",
     "dsl@hotmail.co.uk", "dsl", "dsl@", "@school.example", "dsl@school", "dsl@school.example, head@school.example",
     "dsl@school.example\nBcc: all@other.example", "dsl@school.example\r\nX: y", "<dsl@school.example>",
     "DSL <dsl@school.example>", "dsl@school.example;x", '"dsl"@school.example', "dsl@[127.0.0.1]", "dsl..x@s.example",
     "dsl@school.example\x00", "ashby@school.example", "900001@school.example", "", "dsl@" + "a" * 200 + ".example"],
)  # fmt: skip
def test_anything_else_is_refused_without_being_repeated(address: str) -> None:
    with pytest.raises(QuestionError) as refused:
        mailboxes.checked(address, school="Harrowdene High School")
    assert address not in str(refused.value).replace("dsl@school.example", "") or not address


@pytest.mark.parametrize("who", ["la:991", "trust:99001", "school:900002", "school:900003"])
def test_nobody_keeps_or_sees_a_mailbox_of_others_schools(empty: Warehouse, who: str) -> None:
    mailboxes.keep(empty, "900001", "dsl@school.example", role=ContactRole.LEAD, actor=OFFICER)
    with pytest.raises(RefusedError):
        mailboxes.keep(empty, "900001", "head@school.example", role=ContactRole.HEAD, actor=officer_of(who))
    with pytest.raises(RefusedError):
        mailboxes.end(empty, "900001", actor=officer_of(who))
    seen = "900001" in mailboxes.mailboxes(empty, Scope.parse(who))
    assert seen is (who == "trust:99001")  # the trust it belongs to may read it


def test_a_mailbox_is_replaced_and_ended_and_no_event_holds_an_address(empty: Warehouse) -> None:
    school = officer_of("school:900001")
    mailboxes.keep(empty, "900001", "office@school.example", role=ContactRole.OFFICE, actor=school)
    assert mailboxes.mailboxes(empty, LA)["900001"].address == "office@school.example"
    mailboxes.end(empty, "900001", actor=OFFICER)
    assert "900001" not in mailboxes.mailboxes(empty, LA)
    with empty.reading() as cursor:
        rows = cursor.rows("SELECT subject, detail FROM audit WHERE action LIKE 'mailbox%'")
    assert rows
    assert not [row for row in rows if "@" in row["detail"] or "example" in row["subject"]]


def test_a_file_of_mailboxes_is_kept_whole_or_not_at_all(empty: Warehouse) -> None:
    good = b"\xef\xbb\xbfurn,role,mailbox\r\n900001,DSL,dsl@a.example\r\n,,\r\n900002,head,head@b.example\r\n"
    mailboxes.keep_all(empty, mailbox_file.read(good), actor=OFFICER)
    kept = mailboxes.mailboxes(empty, LA)
    assert {urn: (one.role, one.address) for urn, one in kept.items()} == {
        "900001": (ContactRole.LEAD, "dsl@a.example"), "900002": (ContactRole.HEAD, "head@b.example"),
    }  # fmt: skip
    bad = b"urn,role,mailbox\n900001,DSL,new@a.example\n900003,DSL,dsl@c.example\n"
    with pytest.raises(PlumblineError, match="Row 2: "):
        mailboxes.keep_all(empty, mailbox_file.read(bad), actor=OFFICER)
    with pytest.raises(RefusedError, match="Row 3: "):
        mailboxes.keep_all(empty, mailbox_file.read(bad.replace(b"new@", b"dsl@")), actor=OFFICER)
    assert mailboxes.mailboxes(empty, LA) == kept


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a,b\n1,2\n", b'urn,role,mailbox\n"900001,DSL,x\n'])
def test_a_file_that_is_not_one_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(UnreadableError):
        mailbox_file.read(content)


# -- scope ------------------------------------------------------------------------------------------------


def test_each_organisation_sees_its_own_schools_and_the_trust_of_the_day(empty: Warehouse) -> None:
    for urn in ("900001", "900003"):
        returns.record_nil(
            empty, school_urn=urn, academic_year="202526", term=Term.AUTUMN, actor=factories.OFFICER, when=moment(5)
        )
    seen = {str(scope): {one.school_urn for one in read(empty, scope)} for scope in
            (LA, OTHER, Scope.parse("trust:99001"), Scope.parse("school:900002"), OPERATOR)}  # fmt: skip
    assert seen == {
        "la:990": {"900001", "900002"}, "la:991": {"900003"}, "trust:99001": {"900001"}, "school:900002": {"900002"},
        "operator": {"900001", "900002", "900003"},
    }  # fmt: skip
    assert {one.trust_name for one in read(empty) if one.school_urn == "900001"} == {"Invented Trust"}
