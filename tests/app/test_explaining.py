"""Explaining queries on the page: a reason, a phrase, and what was explained before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.explaining import AFRESH, EXPLAIN, NOTE
from pipelines.house import House
from tests.app.opened import csv_files, opened, visit, words
from tests.factories import complete_incident

RULE = "cross-experimental-with-coercion"
ROW = complete_incident(incident_type="experimental_other", external_coercion="yes")


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with opened(tmp_path, monkeypatch) as found:
        yield found


def check(app: AppTest) -> AppTest:
    app.file_uploader[0].set_value(list(csv_files([ROW]))).run()
    return app.button(key="send-check").click().run()


def test_a_query_is_explained_by_a_reason_and_a_phrase_and_stays_so_while_the_answers_do(house: House) -> None:
    app = check(visit("send_a_return", person="school"))
    app.selectbox(key=f"{EXPLAIN}{RULE}").set_value("unusual_but_right").run()
    app.selectbox(key=f"{NOTE}{RULE}").set_value("checked_with_dsl").run()
    app.button(key="send-submit").click().run()
    app.button(key="send-another").click().run()
    check(app)
    assert "Explained before" in words(app)
    assert f"{EXPLAIN}{RULE}" not in {str(box.key) for box in app.selectbox}
    app.checkbox(key=f"{AFRESH}{RULE}").check().run()
    app.selectbox(key=f"{EXPLAIN}{RULE}").set_value("awaiting_information").run()
    app.checkbox(key=f"{AFRESH}{RULE}").uncheck().run()
    app.button(key="send-submit").click().run()
    with house.warehouse.reading() as cursor:
        kept = cursor.rows("SELECT return_id, reason, note, carried_from FROM explanations ORDER BY return_id")
    first = kept[0]["return_id"]
    same = {"reason": "unusual_but_right", "note": "checked_with_dsl"}
    assert kept == [
        {"return_id": first, **same, "carried_from": None},
        {"return_id": first + 1, **same, "carried_from": first},
    ]
