"""What the command line prints is whole on a narrow screen."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from pipelines import printing
from pipelines.returns import Receipt
from schemas.calendar import Term
from schemas.issues import Issue, Severity

WRONG = "The date that staff were told of the incident is after the day on which the lead was informed of it."
MOMENT = datetime(2026, 1, 5)  # noqa: DTZ001 - the warehouse keeps UTC without a zone
TO_DO = "Correct whichever of the two dates is wrong, then save the file and check it once more."
COLUMN = "social_care_contact_date_and_more"


def test_every_issue_is_whole_at_eighty_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    found = [
        Issue(Severity.QUERY, "cross-dates-out-of-order", "incidents", 1204, COLUMN, WRONG, TO_DO),
        Issue(Severity.ERROR, "structure-no-table", "file", None, None, "There is no table.", "Send [both] tables."),
    ]
    printing.issues(found, as_json=False)
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    one_line = " ".join(out.split())
    assert "…" not in out
    assert f"QUERY incidents, row 1204, column {COLUMN} [cross-dates-out-of-order]" in one_line
    assert f"What is wrong: {WRONG} What to do: {TO_DO}" in one_line
    assert "ERROR file [structure-no-table]" in one_line
    assert "Send [both] tables." in one_line
    assert out.index("ERROR") < out.index("QUERY")
    assert one_line.endswith("1 to correct, 1 to correct or explain.")


def test_a_receipt_says_how_many_queries_were_explained(capsys: pytest.CaptureFixture[str]) -> None:
    sent = Receipt(
        1,
        "900001",
        "202526",
        Term.AUTUMN,
        2,
        nil=False,
        incidents=7,
        children=9,
        queries=6,
        recorded_at=MOMENT,
        recorded_by="x",
        file_sha256="",
        explained=0,
    )
    printing.receipts((sent,), (), as_json=False)
    assert "6 queries, 0 explained" in " ".join(capsys.readouterr().out.split())
    printing.receipts((sent,), (), as_json=True)
    assert '"explained": 0' in capsys.readouterr().out


def test_a_column_without_a_name_is_called_by_its_letters_once(capsys: pytest.CaptureFixture[str]) -> None:
    found = Issue(Severity.QUERY, "structure-unknown-column", "incidents", None, "column BI", WRONG, TO_DO)
    printing.issues([found], as_json=False)
    assert "QUERY  incidents, column BI  [structure-unknown-column]" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("incidents", "children", "said"),
    [
        (1, 1, "Read: 1 incident and 1 row of children."),
        (1204, 2011, "Read: 1,204 incidents and 2,011 rows of children."),
    ],
)
def test_what_was_read_is_counted_also_where_nothing_is_wrong(
    capsys: pytest.CaptureFixture[str], incidents: int, children: int, said: str
) -> None:
    read = {"incidents": incidents, "children": children}
    printing.issues([], as_json=False, read=read)
    assert capsys.readouterr().out.splitlines() == [said, "0 to correct, 0 to correct or explain."]
    printing.issues([], as_json=True, read=read)
    assert json.loads(capsys.readouterr().out)["read"] == read


def test_of_a_file_that_could_not_be_read_no_count_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    printing.issues([], as_json=False, read={})
    assert "Read:" not in capsys.readouterr().out
