"""The mapping step in the portal: a school's own words are mapped once, kept, shown, changed and forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from app import holding, mapping_step, sending
from pipelines import mappings, returns
from pipelines.cli import app as command_line
from pipelines.house import House
from pipelines.mappings import Entry
from pipelines.scope import Scope
from schemas.errors import StaleError
from tests import factories
from tests.app.opened import TABLE_MARKS, csv_files, opened, visit, words
from tests.factories import child, complete_incident, officer_of

SCHOOL = Scope.parse("school:900001")
POLICE = Entry("incidents", "", "status level 3", ("police_contacted",))
NINE = Entry("children", "year_group", "yr nine", ("9",))
RENAMED = b"Status level 3"
File = tuple[str, bytes, str]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with opened(tmp_path, monkeypatch) as found:
        yield found


def own_words(**answers: str) -> list[File]:
    """A return in the school's own words: a renamed header, and its own word for Year 9."""
    incidents = [complete_incident(**{"incident_ref": "I1", **answers})]
    children = [child(incident_ref=incidents[0]["incident_ref"], child_key="0f" * 8, year_group="Yr nine")]
    return [(name, content.replace(b"police_contacted", RENAMED), kind)
            for name, content, kind in csv_files(incidents, children)]  # fmt: skip


def checked(files: list[File], *, person: str = "school") -> AppTest:
    app = visit("send_a_return", person=person)
    app.file_uploader[0].set_value(files).run()
    return app.button(key="send-check").click().run()


def choose(app: AppTest, *meant: str) -> AppTest:
    """Answer the questions of the mapping step in their order, and keep."""
    for place, choice in enumerate(meant):
        box = next(
            box for box in app.selectbox if str(box.key).startswith("map-choice") and box.key.endswith(f"-{place}")
        )
        box.select(choice)
    return app.button(key="map-keep").click().run()


def questions(app: AppTest) -> list[str]:
    return [box.label.translate(TABLE_MARKS) for box in app.selectbox if str(box.key).startswith("map-choice")]


def kept(house: House, owner: Scope = SCHOOL) -> tuple[Entry, ...]:
    return mappings.kept(house.warehouse, owner, actor=factories.OFFICER).mapping.entries


def keep(house: House, *entries: Entry, owner: Scope = SCHOOL) -> None:
    mappings.keep(house.warehouse, owner, entries, actor=officer_of("la:990"), seen=0)


def test_own_words_are_mapped_once_checked_again_without_an_upload_and_shown_to_the_receipt(house: House) -> None:
    app = checked(own_words())
    assert questions(app) == ["Column “Status level 3” of incidents", "Year group: “Yr nine”, in 1 row"]
    assert all(box.value == "" for box in app.selectbox if str(box.key).startswith("map-choice"))
    choose(app, "police_contacted", "9")
    assert kept(house) == (POLICE, NINE)
    assert app.session_state[sending.DRAFT].held is None
    page = words(app)
    assert "This return can be sent" in page or "it can be sent" in page
    assert "The column “status level 3” of incidents was read as Police contacted (police_contacted)." in page
    assert "Year group: “yr nine” was read as Year 9, in 1 row." in page
    app.button(key="send-submit").click().run()
    assert "Year group: “yr nine” was read as Year 9, in 1 row." in words(app)
    assert sending.DRAFT not in app.session_state
    again = checked(own_words())
    assert "“yr nine” was read as Year 9" in words(again)
    assert not questions(again)


AGAIN = "The mapping of your own words changed after this file was checked. Check the file again."


def correct(house: House) -> None:
    """A colleague corrects the mapping elsewhere."""
    ten = replace(NINE, meant=("10",))
    mappings.keep(house.warehouse, SCHOOL, [POLICE, ten], actor=officer_of("la:990"), seen=1)


def test_a_mapping_corrected_elsewhere_before_submitting_asks_for_the_file_again_and_keeps_nothing(
    house: House,
) -> None:
    keep(house, POLICE, NINE)
    app = checked(own_words())
    correct(house)
    page = words(app.button(key="send-submit").click().run())
    assert AGAIN in page
    assert sending.DRAFT not in app.session_state
    assert not len(house.reporting.versions(SCHOOL))
    app.file_uploader[0].set_value(own_words()).run()
    app.button(key="send-check").click().run()
    assert AGAIN not in words(app)
    assert "“yr nine” was read as Year 10" in words(app.button(key="send-submit").click().run())


def test_a_mapping_corrected_while_the_command_line_checks_stops_it_too(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(house, POLICE, NINE)
    names = []
    for name, content, _ in own_words():
        (tmp_path / name).write_bytes(content)
        names.append(str(tmp_path / name))
    check = returns.check

    def meanwhile(*args: Any, **more: Any) -> returns.Checked:
        found = check(*args, **more)
        correct(house)
        return found

    monkeypatch.setattr(returns, "check", meanwhile)
    where = ["--school", "900001", "--year", "202526", "--term", "autumn"]
    done = CliRunner().invoke(command_line, ["load", *names, *where])
    assert isinstance(done.exception, StaleError)  # which the command says, and ends with 2
    assert str(done.exception) == AGAIN
    assert not len(house.reporting.versions(SCHOOL))


def test_a_part_may_be_mapped_and_the_rest_is_asked_again(house: House) -> None:
    app = choose(checked(own_words()), "", "")
    assert "Nothing was chosen" in words(app)
    assert kept(house) == ()
    choose(app, "police_contacted", "")
    assert kept(house) == (POLICE,)
    assert questions(app) == ["Year group: “Yr nine”, in 1 row"]


def test_leaving_a_column_out_says_what_it_means(house: House) -> None:
    app = checked(csv_files([complete_incident(**{"risk level": "low"})]))
    (box,) = [box for box in app.selectbox if str(box.key).startswith("map-choice")]
    assert "Leave this column out: nothing in it is read or kept" in box.options
    choose(app, "-")
    assert "The column “risk level” of incidents was left out: nothing in it is read or kept." in words(app)
    assert "send-submit" in {button.key for button in app.button}


def test_what_may_identify_somebody_is_not_offered_shown_or_held(house: House) -> None:
    app = checked(own_words(imagery_type="Connor Smith", incident_ref="B801200005001"))
    page = words(app)
    assert "Connor" not in page + str(app.session_state)
    assert "B801200005001" not in page
    assert not any("Connor" in box.label for box in app.selectbox)
    assert app.session_state[sending.DRAFT].held is None
    choose(app, "police_contacted", "9")
    assert kept(house) == (POLICE, NINE)  # kept for the next upload
    assert app.session_state[sending.DRAFT].checked is None


def test_after_half_an_hour_the_mapping_is_kept_and_the_file_is_asked_for_again(house: House) -> None:
    app = checked(own_words())
    draft = app.session_state[sending.DRAFT]
    app.session_state[sending.DRAFT] = replace(
        draft, held=holding.Held(draft.held.files, datetime.now(UTC) - timedelta(seconds=1))
    )
    choose(app, "police_contacted", "9")
    assert kept(house) == (POLICE, NINE)
    assert app.session_state[sending.DRAFT].held is None
    assert "choose it again" in words(app)


def test_a_mapping_is_listed_changed_and_forgotten(house: House) -> None:
    keep(house, POLICE, NINE)
    app = visit("send_a_return", person="school")
    assert "“yr nine”,Year group,Year 9" in words(app)
    assert "Version 1, by tests, officer" in words(app)
    app.selectbox(key="map-entry-1").select(NINE).run()
    (box,) = [box for box in app.selectbox if str(box.key).startswith("map-change")]
    box.select("10")
    app.button(key="map-change").click().run()
    assert kept(house) == (POLICE, replace(NINE, meant=("10",)))
    app.button(key="map-forget").click().run()
    assert kept(house) == (replace(NINE, meant=("10",)),)
    assert "status level 3" not in words(app)


def test_no_mapping_of_another_school_is_shown_or_used(house: House) -> None:
    keep(house, POLICE, NINE, owner=Scope.parse("school:900002"))
    app = checked(own_words())
    assert "How your own words are read" not in [one.label for one in app.expander]
    assert len(questions(app)) == 2
    app.query_params["as"] = "neighbour"
    app.run()
    assert sending.DRAFT not in app.session_state  # nor is the file that was held for the one before


def test_no_large_file_is_held_nor_one_that_nothing_is_to_be_mapped_in() -> None:
    large = [sending.NamedFile("incidents.csv", b"x" * (holding.MOST_BYTES + 1))]
    unread = [mappings.Unread("incidents", "", "level", 1)]
    assert holding.hold(large, issues=[], unread=unread) is None
    assert holding.hold(large, issues=[], unread=[]) is None


def test_two_headers_for_one_column_are_refused_in_a_sentence(house: House) -> None:
    keep(house, replace(POLICE, said="police level"))
    app = choose(checked(own_words()), "police_contacted", "9")
    assert "Two headers cannot mean one column" in words(app)
    assert len(kept(house)) == 1


def test_unknown_answers_that_may_not_be_kept_are_said_even_when_nothing_else_can_be_mapped(house: House) -> None:
    app = checked(csv_files([complete_incident(incident_type="yess", imagery_type="screen grab zzqx")]))
    assert not questions(app)
    assert mapping_step.SOME_NOT_OFFERED in words(app)
    assert mapping_step.SOME_NOT_OFFERED not in words(checked(own_words()))
