"""The files of the sending page: the template before a check, the report after it; made at the click, or refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app import giving_out, identity, report_download, sending, template_download
from app.giving_out import GONE
from app.permissions import Person, Role
from pipelines.house import House
from pipelines.returns import NamedFile, Stated
from pipelines.scope import Scope
from schemas.calendar import Term
from schemas.errors import RefusedError
from tests.app.opened import csv_files, opened, visit, words
from tests.factories import complete_incident
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
    state: dict[str, Any] = {}
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
