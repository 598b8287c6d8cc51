"""The returns board: what it says of each school, the file to chase with, deadlines, mailboxes and reminders."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import board_words, chase_list
from app.identity import PEOPLE
from app.permissions import Person, Role
from pipelines import board, deadlines, mailboxes, returns, sign_off
from pipelines.board import ExpectedReturn, State
from pipelines.figures import Question
from pipelines.house import House, open_house
from pipelines.mailboxes import ContactRole
from pipelines.scope import Scope
from pipelines.settings import settings
from schemas.calendar import Term
from schemas.errors import RefusedError
from tests import factories
from tests.app.opened import opened, visit, words
from tests.factories import incident

OFFICER = factories.officer_of("la:990")
TOMORROW = datetime.now(UTC).date() + timedelta(days=1)
JANUARY = datetime(2026, 1, 5)  # noqa: DTZ001 - the warehouse keeps UTC without a zone


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two schools of la:990: one sent autumn twice; the other nil for spring; a deadline for autumn has passed."""
    folder = tmp_path_factory.mktemp("board")
    with pytest.MonkeyPatch.context() as patch, opened(folder, patch) as found:
        for _ in range(2):
            factories.submit(found.warehouse, factories.checked([incident()]))
        returns.record_nil(
            found.warehouse, school_urn="900002", academic_year="202526", term=Term.SPRING, actor=factories.OFFICER
        )
        deadlines.set_deadline(
            found.warehouse, "202526", Term.AUTUMN, day=date(2026, 1, 31), actor=OFFICER, when=JANUARY
        )  # fmt: skip
    return folder / "portal.duckdb"


@pytest.fixture
def house(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """The same for one test."""
    shutil.copy(kept, tmp_path / "portal.duckdb")
    monkeypatch.setenv("PLUMBLINE_WAREHOUSE", str(tmp_path / "portal.duckdb"))
    monkeypatch.setenv("PLUMBLINE_KEY", factories.KEY.decode())
    monkeypatch.setenv("PLUMBLINE_DEMO", "1")
    _forget()
    yield open_house()
    open_house().warehouse.close()
    _forget()


def _forget() -> None:
    settings.cache_clear()
    open_house.cache_clear()


def rows(app: AppTest, heading: str) -> dict[tuple[str, str], dict[str, str]]:
    """The rows of the first table with a column, by school and term."""
    found = next(one.value for one in app.table if heading in one.value.columns)
    cells = [{name: str(cell).replace("\\", "") for name, cell in row.items()} for row in found.to_dict("records")]
    return {(row["School"], row["Term"]): row for row in cells}


def for_year(person: str) -> AppTest:
    app = visit("returns", person=person)
    return app.selectbox(key="year").set_value("202526").run()


def test_each_expected_return_is_told_with_its_state_deadline_lateness_versions_and_contact(house: House) -> None:
    found = rows(for_year("officer"), "Versions")
    came = found["School 900001 (900001)", "Autumn term 2025/26"]
    assert (came["State"], came["Due"], came["Versions"]) == ("Received", "31 January 2026", "2, superseded once")
    assert came["Days late"].endswith(" late")
    missing = found["School 900002 (900002)", "Autumn term 2025/26"]
    assert missing["State"] == "Late, not submitted"
    assert missing["Days late"].endswith(" overdue")
    assert missing["Contact"] == "Operator (sent last)"
    assert found["School 900002 (900002)", "Spring term 2025/26"]["State"] == "Nil return"


def test_a_school_is_late_only_where_a_deadline_is_set(house: House) -> None:
    spring = rows(for_year("officer"), "Versions")["School 900001 (900001)", "Spring term 2025/26"]
    assert (spring["State"], spring["Due"], spring["Days late"]) == ("Expected, not submitted", "no deadline set", "–")


def test_a_state_that_is_chosen_narrows_the_board(house: House) -> None:
    app = visit("returns", person="officer")
    app.selectbox(key="state").set_value("nil return").run()
    assert list(rows(app, "Versions")) == [("School 900002 (900002)", "Spring term 2025/26")]


def test_an_officer_sets_a_deadline_and_takes_it_back(house: House) -> None:
    app = for_year("officer")
    app.selectbox(key="deadline-term").set_value(("202526", Term.SUMMER)).run()
    app.date_input(key="deadline-day-202526-summer").set_value(TOMORROW).run()
    app.button(key="deadline-set").click().run()
    standing = deadlines.standing(house.warehouse, Scope.parse("la:990"))
    assert standing["990", "202526", "summer"].day == TOMORROW
    assert "are due on" in words(app)
    app.button(key="deadline-end").click().run()
    assert ("990", "202526", "summer") not in deadlines.standing(house.warehouse, Scope.parse("la:990"))


@pytest.mark.parametrize("who", ["trust", "school"])
def test_only_the_authority_is_offered_deadlines_and_reminders(house: House, who: str) -> None:
    app = for_year(who)
    offered = {str(one.key) for one in [*app.button, *app.toggle, *app.selectbox]}
    assert not offered & {"deadline-set", "deadline-end", "remind-send", "remind-preview", "remind-term"}
    assert "31 January 2026" in words(app)  # but the day is told


def test_a_school_keeps_its_own_mailbox_and_sees_no_other(house: House) -> None:
    mailboxes.keep(house.warehouse, "900002", "head@other.example", role=ContactRole.HEAD, actor=OFFICER)
    app = visit("returns", person="school")
    assert app.selectbox(key="mailbox-school").options == ["School 900001 (900001)"]
    app.text_input(key="mailbox-address-0").set_value("DSL@school.example").run()
    app.button(key="mailbox-keep").click().run()
    assert "Kept: mail for School 900001" in words(app)
    assert "other.example" not in words(app)
    kept = mailboxes.mailboxes(house.warehouse, Scope.parse("la:990"))
    assert {urn: one.address for urn, one in kept.items()} == {
        "900001": "dsl@school.example", "900002": "head@other.example",
    }  # fmt: skip


def test_a_personal_address_is_refused_without_being_repeated(house: House) -> None:
    app = visit("returns", person="school")
    app.text_input(key="mailbox-address-0").set_value("rowan.ashby@school.example").run()
    app.button(key="mailbox-keep").click().run()
    assert [one.value for one in app.error] == [mailboxes.OWN_ADDRESS]


def test_the_preview_of_reminders_says_who_would_get_one_and_that_no_server_is_set(house: House) -> None:
    mailboxes.keep(house.warehouse, "900002", "dsl@other.example", role=ContactRole.LEAD, actor=OFFICER)
    app = for_year("officer")
    app.selectbox(key="remind-term").set_value(("202526", "summer")).run()
    app.toggle(key="remind-preview").set_value(True).run()
    page = words(app)
    assert "Reminders: 1 would be sent; 1 not possible, as no mailbox is kept." in page
    assert "No mail server is set" in page
    assert app.button(key="remind-send").disabled
    assert "Your school's return for the summer term 2025/26 has not come." in app.text[0].value


def test_the_words_of_a_reminder_can_be_read_before_any_mailbox_is_kept(house: House) -> None:
    app = for_year("officer")
    app.selectbox(key="remind-term").set_value(("202526", "summer")).run()
    app.toggle(key="remind-preview").set_value(True).run()
    assert "Your school's return for the summer term 2025/26 has not come." in app.text[0].value
    button = app.button(key="remind-send")
    assert button.disabled
    assert button.label == "Send reminders"


def test_a_trust_asks_for_sign_off_and_then_no_longer(house: House) -> None:
    app = visit("returns", person="trust")
    app.button(key="sign-off-change").click().run()
    assert sign_off.asked_by(house.warehouse, PEOPLE["trust"].scope)
    app.button(key="sign-off-change").click().run()
    assert not sign_off.asked_by(house.warehouse, PEOPLE["trust"].scope)


# -- the chase list ---------------------------------------------------------------------------------------


def expected(house: House, who: str = "officer") -> tuple[ExpectedReturn, ...]:
    return board.read(house.warehouse, PEOPLE[who].scope, Question("returns_received", year="202526")).returns


def lines(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_chase_list_holds_what_is_missing_the_longest_overdue_first(house: House) -> None:
    mailboxes.keep(house.warehouse, "900002", "dsl@other.example", role=ContactRole.LEAD, actor=OFFICER)
    found = lines(chase_list.take_away(PEOPLE["officer"], expected(house)))
    assert [(line["URN"], line["Term"]) for line in found] == [
        ("900002", "Autumn term 2025/26"), ("900001", "Spring term 2025/26"),
        ("900001", "Summer term 2025/26"), ("900002", "Summer term 2025/26"),
    ]  # fmt: skip
    assert (found[0]["Mailbox"], found[0]["Due"]) == ("dsl@other.example", "2026-01-31")


def test_taking_the_chase_list_away_is_recorded_with_how_many_returns_it_holds(house: House) -> None:
    chase_list.take_away(PEOPLE["trust"], expected(house, "trust"))
    with house.warehouse.reading() as cursor:
        last = cursor.rows("SELECT action, scope, detail FROM audit ORDER BY sequence DESC LIMIT 1")
    detail = '{"returns": 4, "schools": {"900001": 2, "900002": 2}}'
    assert last == [{"action": "chase list downloaded", "scope": "trust:99001", "detail": detail}]


def test_nobody_in_anothers_place_takes_a_chase_list(house: House) -> None:
    stranger = Person("x", "X", Role.OFFICER, Scope.parse("school:900001"))
    with pytest.raises(RefusedError):
        chase_list.take_away(stranger, expected(house))


def test_a_name_that_a_spreadsheet_would_run_is_made_text(house: House) -> None:
    one = replace(expected(house)[1], school_name='=HYPERLINK("http://x.example")', trust_name="@SUM(1)")
    (line,) = lines(chase_list.as_csv([one], {}))
    assert line["School"].startswith("'=")
    assert line["Trust"].startswith("'@")


# -- words ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "days_late", "said"),
    [
        (State.RECEIVED, 0, "in time"),
        (State.RECEIVED, 1, "1 day late"),
        (State.NIL, 3, "3 days late"),
        (State.LATE, 12, "12 days overdue"),
        (State.WITHDRAWN, 2, "2 days overdue"),
        (State.EXPECTED, 0, "not yet due"),
        (State.EXPECTED, None, "–"),
        (State.RECEIVED, None, "–"),
    ],
)
def test_lateness_is_said_in_words(house: House, state: State, days_late: int | None, said: str) -> None:
    assert board_words.lateness(replace(expected(house)[0], state=state, days_late=days_late)) == said
