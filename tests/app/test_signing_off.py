"""Sign-off where a return is sent: the declaration, who may give it, and the receipt that says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.identity import PEOPLE
from pipelines import sign_off
from pipelines.house import House
from schemas.calendar import Term
from tests import factories
from tests.app.opened import csv_files, opened, visit, words
from tests.factories import complete_incident

LEAD = "designated safeguarding lead"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with opened(tmp_path, monkeypatch) as found:
        sign_off.ask(found.warehouse, actor=factories.officer_of("la:990"))
        yield found


def declaration(app: AppTest):  # type: ignore[no-untyped-def]
    return next(box for box in app.checkbox if box.label == sign_off.DECLARATION)


def kept(house: House) -> list[tuple[bool, str]]:
    sent = house.reporting.versions(PEOPLE["school"].scope)
    return list(zip(sent["nil"], sent["signed_off_as"], strict=True))


def test_the_lead_declares_and_only_then_submits_and_the_version_says_so(house: House) -> None:
    app = visit("send_a_return", person="school")
    app.file_uploader[0].set_value(csv_files([complete_incident()])).run()
    app.button(key="send-check").click().run()
    assert "Sign-off is asked for by its authority. You may give it: tick the declaration below." in words(app)
    assert "can be sent once it is signed off" in words(app)
    assert app.button(key="send-submit").disabled
    declaration(app).check().run()
    app.button(key="send-submit").click().run()
    assert kept(house) == [(False, LEAD)]
    assert "Designated safeguarding lead" in words(visit("returns", person="officer"))


def test_a_nil_return_needs_the_declaration_too(house: House) -> None:
    app = visit("send_a_return", person="school")
    app.radio(key="send-what").set_value("We had no incidents (a nil return)").run()
    app.selectbox(key="nil-term-900001").set_value(("202526", Term.SPRING)).run()
    app.checkbox(key="nil-sure-900001-202526-spring").check().run()
    assert app.button(key="nil-record").disabled
    declaration(app).check().run()
    app.button(key="nil-record").click().run()
    assert kept(house) == [(True, LEAD)]


def test_an_officer_cannot_send_in_its_place(house: House) -> None:
    app = visit("send_a_return", person="officer")
    app.file_uploader[0].set_value(csv_files([complete_incident()])).run()
    app.button(key="send-check").click().run()
    assert [one.value for one in app.warning if one.value == sign_off.NOT_SIGNED]
    assert app.button(key="send-submit").disabled
    assert "tick the declaration" not in words(app)
    assert not [box for box in app.checkbox if box.label == sign_off.DECLARATION]
