"""Reminders through a real mail server: who gets one, what it says, what is recorded, and never twice a day."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines import deadlines, reminders
from pipelines.reminders import Fate, Reminder
from pipelines.scope import OPERATOR, Actor, Scope
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term
from schemas.errors import QuestionError, RefusedError
from tests.factories import officer_of
from tests.mail.post_office import PostOffice, post_office

AUTHORITY = Scope.parse("la:990")
OFFICER = officer_of("la:990")
LATER = datetime.now(UTC).date() + timedelta(days=2)


@pytest.fixture
def store(kept: Path, tmp_path: Path) -> Iterator[Warehouse]:
    """The same for one test."""
    with Warehouse(Path(shutil.copy(kept, tmp_path))) as found:
        yield found


def send(store: Warehouse, office: PostOffice, *, actor: Actor = OFFICER, again: bool = False) -> tuple[Reminder, ...]:
    return reminders.send(store, AUTHORITY, "202526", Term.SUMMER, smtp=office.smtp, actor=actor, again=again)


def plan(store: Warehouse, **more: bool) -> dict[str, Fate]:
    return {one.school_urn: one.fate for one in reminders.plan(store, AUTHORITY, "202526", Term.SUMMER, **more)}


def recorded(store: Warehouse) -> list[tuple[str, str, str]]:
    with store.reading() as cursor:
        rows = cursor.rows("SELECT action, subject, detail FROM audit WHERE action LIKE 'reminder%' ORDER BY sequence")
    return [(row["action"], row["subject"], row["detail"]) for row in rows]


def test_a_dry_run_says_who_would_get_one_and_sends_and_records_nothing(store: Warehouse) -> None:
    assert plan(store) == {"900002": Fate.READY, "900003": Fate.READY, "900004": Fate.NO_MAILBOX}
    assert recorded(store) == []


def test_every_school_that_has_not_sent_gets_one_plain_mail_and_nobody_else(store: Warehouse) -> None:
    with post_office() as office:
        found = send(store, office)
    assert [address for address, _ in office.came] == ["dsl.900002@school.example", "dsl.900003@school.example"]
    assert {one.school_urn: one.fate for one in found} == {
        "900002": Fate.SENT, "900003": Fate.SENT, "900004": Fate.NO_MAILBOX,
    }  # fmt: skip


def test_it_says_when_the_return_is_due_how_to_send_it_and_what_to_do_without_incidents(store: Warehouse) -> None:
    deadlines.set_deadline(store, "202526", Term.SUMMER, day=LATER, actor=OFFICER)
    with post_office() as office:
        send(store, office)
    message = office.came[0][1]
    due = f"{LATER.day} {LATER:%B %Y}"
    assert message["Subject"] == f"Return for the summer term 2025/26: due on {due}"
    text = message.get_content()
    assert "To the designated safeguarding lead of School 900002 (URN 900002)" in text
    assert f"has not come. It is due on {due}." in text
    assert 'open the page "Send a return"' in text
    assert "(a nil return)" in text
    assert "incidents:" not in text


def test_without_a_deadline_it_calls_nothing_due_or_late(store: Warehouse) -> None:
    with post_office() as office:
        send(store, office)
    message = office.came[0][1]
    assert message["Subject"] == "Return for the summer term 2025/26"
    assert "No deadline is set for it" in message.get_content()


def test_each_sending_is_recorded_by_school_and_never_by_address(store: Warehouse) -> None:
    with post_office(refuse=frozenset({"dsl.900003@school.example"})) as office:
        found = send(store, office)
    place = "school:{} 202526 summer"
    assert recorded(store) == [
        ("reminder being sent", place.format(900002), "{}"),
        ("reminder sent", place.format(900002), "{}"),
        ("reminder being sent", place.format(900003), "{}"),
        ("reminder not sent", place.format(900003),
         '{"why": "the mail server did not take it (its answer was 550)"}'),
    ]  # fmt: skip
    with store.reading() as cursor:
        whole = cursor.rows("SELECT string_agg(detail || subject || action, ' ') AS text FROM audit")[0]["text"]
    assert "@" not in whole
    assert {one.school_urn: one.why for one in found if one.fate is Fate.FAILED} == {
        "900003": "the mail server did not take it (its answer was 550)"
    }


def test_nobody_is_reminded_twice_a_day_of_one_term_unless_asked(store: Warehouse) -> None:
    with post_office() as office:
        send(store, office)
        assert plan(store)["900002"] is Fate.TODAY
        assert {one.fate for one in send(store, office)} == {Fate.TODAY, Fate.NO_MAILBOX}
        assert len(office.came) == 2
        send(store, office, again=True)
        assert len(office.came) == 4
    of_spring = reminders.plan(store, AUTHORITY, "202526", Term.SPRING)
    assert of_spring[0].fate is Fate.READY  # of another term they may be


def test_who_was_not_reached_can_be_reminded_again_the_same_day(store: Warehouse) -> None:
    with post_office(refuse=frozenset({"dsl.900003@school.example"})) as office:
        send(store, office)
        office.refuse = frozenset()
        send(store, office)
    assert Counter(address for address, _ in office.came) == {
        "dsl.900002@school.example": 1, "dsl.900003@school.example": 1,
    }  # fmt: skip


def test_two_officers_who_press_at_once_send_one_mail_a_school(store: Warehouse) -> None:
    with post_office() as office, ThreadPoolExecutor(4) as pool:
        for one in [pool.submit(send, store, office) for _ in range(4)]:
            one.result()
    assert sorted(address for address, _ in office.came) == ["dsl.900002@school.example", "dsl.900003@school.example"]


@pytest.mark.parametrize("who", ["la:991", "trust:99001", "school:900002"])
def test_nobody_else_reminds_an_authoritys_schools(store: Warehouse, who: str) -> None:
    with post_office() as office:
        with pytest.raises(RefusedError):
            send(store, office, actor=officer_of(who))
        assert office.came == []
        with pytest.raises(RefusedError):
            reminders.plan(store, Scope.parse("trust:99001"), "202526", Term.SUMMER)


def test_the_operator_may_send_them_for_an_authority(store: Warehouse) -> None:
    with post_office() as office:
        send(store, office, actor=Actor("command line", "operator", OPERATOR))
    assert len(office.came) == 2


def test_nothing_is_sent_of_a_term_that_has_not_ended_or_without_a_server(store: Warehouse) -> None:
    with pytest.raises(QuestionError, match="has not ended"):
        reminders.plan(store, AUTHORITY, "209899", Term.SUMMER)
    with pytest.raises(QuestionError, match="No mail server is set"):
        send(store, PostOffice())
    assert recorded(store) == []
