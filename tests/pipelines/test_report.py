"""The report of a check: what stands on its sheets, and what never does."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from pipelines import returns
from pipelines.cli import app
from pipelines.commands.report import must_be_writable, write
from pipelines.intake.tables import NamedFile
from pipelines.recording.key_files import KeyFileError
from pipelines.report import Held, hold, issues_csv, past, report_workbook
from pipelines.report.fix_first import to_fix
from pipelines.report.passing_cells import NOT_SHOWN
from pipelines.report.results import CORRECT, EXPLAIN, NOT_CERTAIN, NOTHING
from pipelines.reporting import Reporting
from pipelines.returns import Checked, Stated, look_alone
from pipelines.scope import Actor, Scope
from schemas.calendar import Term
from schemas.errors import QuestionError
from schemas.issues import Issue, Severity, errors
from schemas.lexicon import lexicon
from tests import factories
from tests.app.opened import csv_files
from tests.factories import KEY, complete_incident
from tests.reports import SHEETS, every_text, sheets

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
SECRET = "perhaps-kept-secret"
UPN = "B801200005001"
NAMES = tuple(column.name for column in lexicon().tables["incidents"].columns)


def looked_at(*incidents: dict[str, str], children: list[dict[str, str]] | None = None) -> Checked:
    files = [NamedFile(name, content) for name, content, _ in csv_files(incidents, children)]
    return look_alone(files, stated=Stated("900001", "202526", Term.AUTUMN))


def faulty() -> Checked:
    """Row 2 sound but for queries, rows 3 and 4 with one fault, row 4 with another, a column of names."""
    return looked_at(
        complete_incident(),
        complete_incident(age_difference=SECRET),
        complete_incident(age_difference=SECRET, status="", pupil_name="Ada"),
    )


@pytest.fixture(scope="module")
def found() -> Checked:
    return faulty()


@pytest.fixture(scope="module")
def report(found: Checked) -> bytes:
    return report_workbook(hold(found))


def test_the_sheets_stand_in_the_order_of_the_work(report: bytes) -> None:
    assert list(sheets(report)) == SHEETS


def test_fix_first_has_each_error_by_rule_the_heaviest_first_with_how_many_rows(report: bytes) -> None:
    rows = [(row["Rule"], row["Rows"], row["First rows"]) for row in sheets(report)["Fix first"]]
    assert rows == [
        ("personal-unknown-column", "whole table", None),
        ("format-code", 2, "3, 4"),
        ("format-core-blank", 1, "4"),
    ]


def test_all_issues_has_every_issue_once_errors_first(report: bytes, found: Checked) -> None:
    rows = sheets(report)["All issues"]
    assert len(rows) == len(found.issues)
    marks = [row["Result"] for row in rows]
    assert marks == sorted(marks, key=(CORRECT, EXPLAIN).index)
    assert marks.count(CORRECT) == len(errors(found.issues))


def test_your_rows_are_numbered_as_in_the_file_with_their_result(report: bytes) -> None:
    rows = {(row["Table"], row["Row"]): row for row in sheets(report)["Your rows"]}
    assert [place for place in rows if place[0] == "incidents"] == [("incidents", number) for number in (2, 3, 4)]
    assert rows["incidents", 2]["Result"] == EXPLAIN
    assert rows["incidents", 3]["Result"] == CORRECT
    assert rows["children", 2]["Result"] == NOTHING
    assert "age_difference" in rows["incidents", 3]["Issues"]
    assert rows["incidents", 3]["incident_ref"] == "I2"
    assert rows["incidents", 3]["reported_date"] == datetime(2025, 10, 1)  # noqa: DTZ001 - as a sheet has it
    assert rows["children", 3]["child_key"] == f"{2:016x}"


def test_a_cell_that_failed_says_that_it_is_not_shown_and_a_blank_stays_blank(report: bytes) -> None:
    rows = {(row["Table"], row["Row"]): row for row in sheets(report)["Your rows"]}
    assert rows["incidents", 3]["age_difference"] == NOT_SHOWN
    assert rows["incidents", 4]["status"] is None


def test_only_columns_of_the_return_are_given_back(report: bytes) -> None:
    columns = set(sheets(report)["Your rows"][0]) - {"Table", "Row", "Result", "Issues"}
    known = {column.name for table in lexicon().tables.values() for column in table.columns}
    assert columns == known


def test_nothing_that_was_refused_is_in_the_report(report: bytes, found: Checked) -> None:
    text = every_text(report) + issues_csv(found.issues).decode()
    assert SECRET not in text
    assert "Ada" not in text


@pytest.mark.parametrize("header", ["incident_ref", "Case reference"])
def test_an_identifier_in_a_reference_is_not_given_back_whatever_the_column_is_called(header: str) -> None:
    row = {**complete_incident(), "incident_ref": UPN}
    names = [header if name == "incident_ref" else name for name in NAMES]
    text = io.StringIO()
    csv.writer(text).writerows([names, [row.get(name, "") for name in NAMES]])
    children = csv_files([row])[1]
    files = [NamedFile("incidents.csv", text.getvalue().encode()), NamedFile(children[0], children[1])]
    checked = look_alone(files, stated=Stated())
    assert "personal-upn" in {issue.rule for issue in checked.issues}
    assert UPN not in every_text(report_workbook(hold(checked)))


def test_identifiers_beyond_those_listed_one_by_one_are_not_given_back_either() -> None:
    upns = [f"A80120{number:06d}1" for number in range(80)]
    checked = looked_at(*(complete_incident(incident_ref=upn) for upn in upns))
    listed = [issue for issue in checked.issues if issue.rule == "personal-upn" and issue.table == "incidents"]
    assert len([issue for issue in listed if issue.row]) < len(upns)
    text = every_text(report_workbook(hold(checked)))
    assert not [upn for upn in upns if upn in text]


def test_a_row_whose_rule_lists_only_some_rows_is_not_called_sound() -> None:
    issues = (
        Issue(Severity.ERROR, "format-code", "incidents", 2, "status", "Wrong.", "Mend it."),
        Issue(Severity.ERROR, "format-code", "incidents", None, "status", "The same in 3 further rows.", "Mend it."),
    )
    checked = looked_at(complete_incident(), complete_incident())
    rows = sheets(report_workbook(hold(Checked(issues, "", True, checked.incidents, checked.children))))["Your rows"]
    assert [row["Result"] for row in rows] == [CORRECT, NOT_CERTAIN, NOTHING, NOTHING]
    assert [one.rows for one in to_fix(issues)] == ["more than 1"]


def test_of_many_rows_those_with_issues_are_held_first() -> None:
    checked = looked_at(*(complete_incident() for _ in range(8)), complete_incident(age_difference=SECRET))
    held = hold(checked, most=6)
    assert 10 in held.rows["incidents"].index
    assert len(held.rows["incidents"]) == 3
    assert held.left_out == {"incidents": 6, "children": 6}


def test_a_file_that_cannot_be_read_still_has_a_report() -> None:
    checked = look_alone([NamedFile("return.xlsx", b"not a workbook")], stated=Stated())
    found = sheets_of(hold(checked))
    assert found["Fix first"][0]["Rows"] in ("whole file", "whole table")
    assert found["Your rows"] == []


def sheets_of(held: Held) -> dict[str, list[dict[str, object]]]:
    return sheets(report_workbook(held))


def test_columns_are_as_wide_as_what_stands_in_them(report: bytes) -> None:
    sheet = load_workbook(io.BytesIO(report))["All issues"]
    widths = {cell.value: sheet.column_dimensions[cell.column_letter].width for cell in sheet[1]}
    assert widths["Row"] < widths["Column"] < widths["What is wrong"] <= 61


def test_the_issues_as_csv_open_in_excel_and_hold_the_same(found: Checked) -> None:
    content = issues_csv(found.issues)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == len(found.issues)
    assert {(row["Rule"], row["Row"]) for row in rows} == {
        (one.rule, "whole table" if one.row is None else str(one.row)) for one in found.issues
    }


# -- history ----------------------------------------------------------------------------------------------

SCHOOL, NEIGHBOUR = Actor("Ann", "designated safeguarding lead", Scope.parse("school:900001")), Scope.parse("la:991")


def attempted(*rows: dict[str, str]) -> list[NamedFile]:
    return [NamedFile(name, content) for name, content, _ in csv_files(rows)]


def test_history_has_versions_and_failed_attempts_of_that_school_and_term_by_role() -> None:
    store = factories.warehouse({}, {"URN": "900009", "LA (code)": "991"})
    stated = Stated("900001", "202526", Term.AUTUMN)
    returns.check(store, attempted(complete_incident(status="")), stated=stated, actor=SCHOOL, key=KEY)
    sound = returns.check(store, attempted(complete_incident()), stated=stated, actor=SCHOOL, key=KEY)
    returns.submit(store, sound, actor=SCHOOL, key=KEY)
    held = hold(sound)
    versions = Reporting(store).versions(SCHOOL.scope)
    rows = past(store, SCHOOL.scope, versions, held=held)
    assert [(one.what, one.by, one.incidents, one.errors) for one in rows] == [
        ("Version 1: return", "designated safeguarding lead", 1, 0),
        ("Not accepted: nothing was kept", "designated safeguarding lead", None, 1),
    ]
    on_sheet = sheets(report_workbook(held, rows))["History"]
    assert [row["School"] for row in on_sheet] == ["900001", "900001"]
    assert isinstance(on_sheet[0]["When"], datetime)
    assert past(store, NEIGHBOUR, Reporting(store).versions(NEIGHBOUR), held=held) == ()


def test_of_a_failed_file_for_several_schools_no_school_is_told_how_many_errors_it_had() -> None:
    store = factories.warehouse({}, {"URN": "900002"})
    files = attempted(complete_incident(status=""), complete_incident(incident_ref="B", school_urn="900002", status=""))
    officer = factories.officer_of("la:990")
    returns.check(store, files, stated=Stated(None, "202526", Term.AUTUMN), actor=officer, key=KEY)
    own = hold(returns.look_at(store, attempted(complete_incident()), stated=Stated("900001", "202526", Term.AUTUMN),
                               actor=SCHOOL, key=KEY))  # fmt: skip
    rows = past(store, SCHOOL.scope, Reporting(store).versions(SCHOOL.scope), held=own)
    assert [(one.school_urn, one.what, one.errors) for one in rows] == [
        ("900001", "Not accepted: nothing was kept", None)
    ]


def test_what_is_recorded_of_an_attempt_names_only_the_senders_own_schools() -> None:
    store = factories.warehouse({})
    files = attempted(complete_incident(status=""), complete_incident(school_urn="123456"))
    returns.check(store, files, stated=Stated(None, "202526", Term.AUTUMN), actor=SCHOOL, key=KEY)
    with store.reading() as cursor:
        detail = cursor.rows("SELECT detail FROM audit ORDER BY sequence DESC LIMIT 1")[0]["detail"]
    assert '"schools": ["900001"]' in detail
    assert "123456" not in detail


# -- the command ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["report.xlsx", "report.csv"])
def test_the_command_writes_the_report_beside_what_it_prints(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["check", str(SAMPLE / "broken" / "code-unknown" / "return.xlsx"), "--report", name]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 1
    content = (tmp_path / name).read_bytes()
    assert content.startswith(b"PK" if name.endswith("xlsx") else b"\xef\xbb\xbf")
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("link", [False, True])
def test_a_report_takes_the_place_of_no_file(link: bool, tmp_path: Path) -> None:
    out, there = tmp_path / "report.csv", tmp_path / "there.csv"
    there.write_text("mine")
    _ = out.symlink_to(there) if link else out.write_text("mine")
    checked = returns.Checked((), "")
    with pytest.raises(QuestionError, match="There is a file of that name already"):
        must_be_writable(out, [])
    with pytest.raises(KeyFileError, match="There is a file of that name already"):  # made while the check ran
        write(out, checked, house=None, actor=SCHOOL)
    assert out.read_text() == there.read_text() == "mine"


def test_the_command_does_not_write_over_what_it_checks(tmp_path: Path) -> None:
    file = tmp_path / "return.xlsx"
    file.write_bytes((SAMPLE / "broken" / "code-unknown" / "return.xlsx").read_bytes())
    before = file.read_bytes()
    done = CliRunner().invoke(app, ["check", str(file), "--report", str(file)])
    assert done.exception is not None
    assert file.read_bytes() == before


def test_dates_in_the_rows_are_days_without_a_clock(report: bytes) -> None:
    cell = next(row["reported_date"] for row in sheets(report)["Your rows"] if row["reported_date"])
    assert cell.date() == date(2025, 10, 1)
    assert cell.time().isoformat() == "00:00:00"
