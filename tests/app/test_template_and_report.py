"""The files of the sending page: the template before a check, the report after it; made at the click, or refused."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app import giving_out, identity, report_download, sending, signed_in, template_download
from app.giving_out import GONE
from app.permissions import Person, Role
from pipelines.house import House
from pipelines.people import grants
from pipelines.people.identities import Identity
from pipelines.people.sessions import Sessions
from pipelines.returns import NamedFile, Stated
from pipelines.scope import Scope
from schemas.calendar import Term
from schemas.errors import RefusedError
from schemas.roles import GrantRole
from tests.app.opened import csv_files, opened, visit, words
from tests.factories import OFFICER, complete_incident
from tests.filling import check as check_alone
from tests.reports import SHEETS, sheets

ANN = Person("ann", "Ann", Role.SCHOOL_LEAD, Scope.parse("school:900001"))
Made = dict[str, Callable[[], bytes]]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with opened(tmp_path, monkeypatch) as found:
        yield found


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A session, as a click on a download finds it."""
    state: dict[str, Any] = {identity.PERSON: ANN}
    monkeypatch.setattr(giving_out, "get_script_run_ctx", lambda: SimpleNamespace(session_state=state))
    return state


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> Made:
    """What is made at each button, by its key."""
    made: Made = {}

    def keep(_: str, data: Callable[[], bytes], **more: Any) -> None:
        made[more["key"]] = data

    monkeypatch.setattr(st, "download_button", keep)
    return made


def checked(house: House, **answers: str) -> sending.Draft:
    files = [NamedFile(name, content) for name, content, _ in csv_files([complete_incident(**answers)])]
    return sending.check(files, stated=Stated("900001", "202526", Term.AUTUMN), person=ANN, house=house)


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.get("download_button")]


def test_the_template_is_offered_where_a_file_is_chosen(house: House) -> None:
    page = visit("send_a_return", person="school")
    assert "Download the template (Excel)" in labels(page)
    assert "worked example, which you delete" in words(page)


def test_the_template_has_the_school_and_term_that_were_chosen(
    house: House, session: dict[str, Any], offered: Made
) -> None:
    session[identity.PERSON] = ANN
    template_download.section(ANN, Stated("900001", "202526", Term.AUTUMN))
    found = check_alone(offered["send-template"]())
    assert [issue.rule for issue in found.issues] == ["structure-template-unfilled"]


def test_the_report_is_offered_once_there_are_issues(house: House) -> None:
    page = visit("send_a_return", person="school")
    page.file_uploader[0].set_value(csv_files([complete_incident(status="")])).run()
    page.button(key="send-check").click().run()
    assert {"Download the report (Excel)", "Download the issues (CSV)"} <= set(labels(page))


def test_the_report_holds_the_issues_the_rows_and_what_was_tried(
    house: House, session: dict[str, Any], offered: Made
) -> None:
    draft = checked(house, status="")
    session[sending.DRAFT] = draft
    report_download.section(draft)
    found = sheets(offered["send-report"]())
    assert list(found) == SHEETS
    assert found["Fix first"][0]["Rule"] == "format-core-blank"
    assert [row["What"] for row in found["History"]] == ["Not accepted: nothing was kept"]
    assert offered["send-issues"]().startswith(b"\xef\xbb\xbf")


def test_taking_the_report_is_recorded_with_counts_only(house: House, session: dict[str, Any], offered: Made) -> None:
    draft = session[sending.DRAFT] = checked(house, status="")
    report_download.section(draft)
    for key, action in (("send-report", "report of a check taken"), ("send-issues", "issues of a check taken")):
        offered[key]()
        with house.warehouse.reading() as cursor:
            last = cursor.rows("SELECT action, actor, purpose, detail FROM audit ORDER BY sequence DESC LIMIT 1")[0]
        assert (last["action"], last["actor"], last["purpose"]) == (action, "Ann", "send_return")
        assert json.loads(last["detail"])["schools"] == {"900001": 1}
        assert set(last["detail"]) <= set('{}": ,0123456789historyssuesrowscl')


def test_a_file_is_made_for_nobody_but_the_one_it_was_drawn_for(
    house: House, session: dict[str, Any], offered: Made
) -> None:
    session[identity.PERSON] = ANN
    template_download.section(ANN, Stated("900001", "202526", Term.AUTUMN))
    for now in (replace(ANN, scope=Scope.parse("school:900002")), None):
        session[identity.PERSON] = now
        with pytest.raises(RefusedError, match=GONE):
            offered["send-template"]()


@pytest.mark.parametrize("after", [{}, {sending.DRAFT: None}])
def test_no_report_is_made_once_what_was_checked_is_gone(
    after: dict[str, Any], house: House, session: dict[str, Any], offered: Made
) -> None:
    draft = session[sending.DRAFT] = checked(house, status="")
    report_download.section(draft)
    session.clear()
    session.update(after)
    for key in ("send-report", "send-issues"):
        with pytest.raises(RefusedError, match=GONE):
            offered[key]()


def test_no_report_is_made_of_what_somebody_checked_before(
    house: House, session: dict[str, Any], offered: Made
) -> None:
    first = session[sending.DRAFT] = checked(house, status="")
    report_download.section(first)
    session[sending.DRAFT] = checked(house, status="")
    with pytest.raises(RefusedError, match=GONE):
        offered["send-report"]()


def test_no_file_is_made_once_the_grant_is_over_though_the_page_stays_open(
    house: House, session: dict[str, Any], offered: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "is_demonstration", lambda: False)
    store, who = house.warehouse, Identity("https://sign-in.example", "ann")
    monkeypatch.setattr(signed_in, "open_house", lambda: SimpleNamespace(people=SimpleNamespace(sessions=sessions)))
    given = grants.give(store, who, Scope.parse("school:900001"), GrantRole.LEAD, from_day=date(2020, 9, 1),
                        until_day=None, reason="a test", actor=OFFICER)  # fmt: skip
    sessions = Sessions(store)
    sessions.start(who)
    person = session[identity.PERSON] = signed_in._person(sessions.live()[0])
    assert person is not None
    template_download.section(person, Stated("900001", "202526", Term.AUTUMN))
    assert offered["send-template"]()
    grants.end(store, given.grant_id, reason="moved", actor=OFFICER)
    with pytest.raises(RefusedError, match=GONE):
        offered["send-template"]()


@pytest.mark.usefixtures("house")
def test_what_goes_wrong_in_making_a_file_leaves_its_kind_in_the_log_and_nothing_else(
    session: dict[str, Any], offered: Made, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> bytes:
        raise ValueError("a cell of a child")

    giving_out.offer("Take it", giving_out.Asked("a.csv", "text/csv", fail), person=ANN, key="broken")
    with pytest.raises(RefusedError, match="on our side") as refused:
        offered["broken"]()
    assert "ValueError at" in caplog.text
    assert "a cell" not in caplog.text + "".join(traceback.format_exception(refused.value))
