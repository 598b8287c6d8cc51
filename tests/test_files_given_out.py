"""Every file that we give out: no cell of any is a formula, and no new one is forgotten."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from app import printable, proof_words
from pipelines import printing, receipts, returns
from pipelines.cells_given_out import BYTE_ORDER_MARK, csv_file, harmless, new_workbook, put
from pipelines.figures import Coverage, Figure, FigureTable, Question, State
from pipelines.report import hold, issues_csv, report_workbook
from pipelines.returns import NamedFile, Stated, look_alone
from pipelines.scope import OPERATOR, Scope
from pipelines.sharing import publishing
from schemas.issues import Issue, Severity
from tests import factories
from tests.app.opened import csv_files
from tests.factories import KEY, OFFICER, complete_incident
from tests.filling import made

ROOT = Path(__file__).parents[1]
INJECTIONS = ROOT.parent / "shared" / "data" / "injection_strings"
SIGNS = "=+-@＝＋－＠−"
PAYLOADS = (
    "=1+1", "+1+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "=HYPERLINK(\"x\",\"y\")",
    "\t=1+1", "\r=1+1", "\n=1+1", "  =1+1", "\u200b=1+1", "＝1+1", "a\n=1+1", "a;=1+1", "a\t@SUM(A1)", '"=1+1', "-A1",
    "=IMPORTXML(CONCAT(\"x\",A1))", "a;\"=1+1\"", "−1+A1",
)  # fmt: skip
A_NUMBER = re.compile(r"[+-]?\d[\d,]*(\.\d+)?%?")


def is_run(cell: str) -> bool:
    """Whether a spreadsheet program would take this text for a formula: the rule of its makers, not ours."""
    bare = cell.lstrip(' \t\r\n"\u200b\ufeff\xa0')
    return bool(bare) and bare[0] in SIGNS and not A_NUMBER.fullmatch(bare)


def cells_of_csv(content: str) -> Iterator[str]:
    """Each cell as programs in several countries part them."""
    for delimiter in (",", ";", "\t"):
        for row in csv.reader(io.StringIO(content.removeprefix(BYTE_ORDER_MARK), newline=""), delimiter=delimiter):
            yield from row


def cells_of_workbook(content: bytes) -> Iterator[str]:
    for sheet in load_workbook(io.BytesIO(content)):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", f"{sheet.title}!{cell.coordinate} is a formula"
                assert cell.hyperlink is None
                if isinstance(cell.value, str):
                    yield cell.value


def runs(cells: Iterator[str]) -> list[str]:
    return [cell for cell in cells if is_run(cell)]


def in_a_workbook(*texts: str) -> bytes:
    out = io.BytesIO()
    with new_workbook(out, title="Test") as book:
        sheet = book.add_worksheet("test")
        for row, text in enumerate(texts):
            put(sheet, row, 0, text)
    return out.getvalue()


# -- the module that all go through -----------------------------------------------------------------------


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_payload_is_run_from_a_csv_file_wherever_its_cells_are_parted(payload: str) -> None:
    assert is_run(payload) or runs(cells_of_csv(f"x,{payload}\r\n"))
    content = csv_file([["School", payload, payload], [payload, "b", payload]]).decode()
    assert runs(cells_of_csv(content)) == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_payload_is_run_from_a_workbook(payload: str) -> None:
    assert runs(cells_of_workbook(in_a_workbook(payload))) == []


@given(st.lists(st.lists(st.text(st.sampled_from("=+-@;,\t\r\n\"' a1|＝\u200b")), min_size=2, max_size=3), min_size=1))
def test_no_text_at_all_is_run_from_a_csv_file(rows: list[list[str]]) -> None:
    assert runs(cells_of_csv(csv_file(rows).decode())) == []


@given(st.text())
def test_making_harmless_twice_changes_nothing_more(text: str) -> None:
    assert harmless(harmless(text)) == harmless(text)


@pytest.mark.parametrize(
    "text", ["", "–", "5", "1,204.5", "12 %", "N2526-001", "St Anne's = St Ann's", "yes", "a;b", "49-51", "Größe"]
)
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.real_data
def test_no_payload_that_others_collected_is_run() -> None:
    if not INJECTIONS.exists():
        pytest.skip(f"the collections of payloads are not at {INJECTIONS}")
    lines = (INJECTIONS / "payloadbox_csv-payload.txt").read_text(encoding="utf-8").splitlines()
    texts = [*lines, *json.loads((INJECTIONS / "blns.json").read_text(encoding="utf-8"))]
    assert sum(map(is_run, texts)) >= 6
    assert runs(cells_of_csv(csv_file([["x", text, "y"] for text in texts]).decode())) == []
    writable = [text for text in texts if text]
    assert runs(cells_of_workbook(in_a_workbook(*writable))) == []


# -- each file ----------------------------------------------------------------------------------------------

RUN = "=1+cmd|' /C calc'!A0"


def test_the_report_gives_a_reference_that_looks_like_a_formula_back_as_text() -> None:
    files = [NamedFile(name, content) for name, content, _ in csv_files([complete_incident(incident_ref="-A1-B2")])]
    checked = look_alone(files, stated=Stated("900001"))
    content = report_workbook(hold(checked))
    assert "'-A1-B2" in set(cells_of_workbook(content))
    assert runs(cells_of_workbook(content)) == []


def test_the_issues_as_csv_hold_no_formula_whatever_a_column_is_called() -> None:
    issue = Issue(Severity.ERROR, "structure-unknown-column", "incidents", None, RUN, RUN, RUN)
    assert runs(cells_of_csv(issues_csv([issue]).decode())) == []
    assert runs(cells_of_workbook(report_workbook(hold(returns.Checked((issue,), ""))))) == []


def test_the_template_holds_no_formula() -> None:
    assert runs(cells_of_workbook(made())) == []


def test_figures_printed_as_csv_hold_no_formula(capsys: pytest.CaptureFixture[str]) -> None:
    row = Figure(by={"school": RUN}, value=-0.5, count=1, denominator=2, lower95=-1.5, upper95=0.5, state=State.VALUE,
                 coverage=Coverage(1, 1, 0))  # fmt: skip
    asked, when = Question("incidents", by=("school",)), datetime(2026, 1, 1)  # noqa: DTZ001 - as it is kept
    table = FigureTable(asked, Scope.parse("la:990"), None, when, 1, Coverage(1, 1, 0), (row,))
    printing.figures(table, as_json=False, as_csv=True)
    printed = capsys.readouterr().out
    assert "-0.5" in printed
    assert runs(cells_of_csv(printed)) == []


def test_open_data_hold_no_formula() -> None:
    assert runs(cells_of_csv(publishing._csv(["a", "b"], [[RUN, -1.5], ["x", RUN]]))) == []


def test_a_receipt_holds_no_formula_as_text_or_as_a_page() -> None:
    store = factories.warehouse({"EstablishmentName": RUN})
    kept = returns.submit(store, factories.checked([factories.incident()]), actor=OFFICER, key=KEY)
    found = receipts.proofs(store, OPERATOR, [kept[0].return_id])
    lines = proof_words.as_text(found).splitlines()
    assert [line for line in lines if is_run(line) and line != "-" * len(line)] == []
    page = printable.as_html(found, sentence="Kept.").decode()
    cells = re.findall(r"<t[dh][^>]*>([^<]*)<", page)
    assert any("cmd" in cell for cell in cells)
    assert [cell for cell in cells if is_run(cell)] == []


# -- a law: none is forgotten -------------------------------------------------------------------------------

WRITES = frozenset({"to_csv", "to_excel", "writer", "DictWriter", "Workbook", "ExcelWriter", "write_csv_file"})
GIVES = "download_button"
# Where a file is written without `cells_given_out`, and why that is right.
OTHERWISE = {
    "pipelines/cells_given_out.py": "is what the others go through",
    "pipelines/demo.py": "goes to our own check, not to people; a changed cell would hide a fault",
    "pipelines/sample/register.py": "is an invented file to be read by the register's reader, as published",
    "pipelines/sample/workbook.py": "are invented files to be sent in, faults and all",
    "pipelines/sample/writing.py": "are invented files to be sent in, faults and all",
}


@cache
def calls() -> dict[str, set[str]]:
    """By module, the names of the functions that it calls."""
    found: dict[str, set[str]] = {}
    for path in sorted(file for folder in ("app", "pipelines", "schemas") for file in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                found.setdefault(path.relative_to(ROOT).as_posix(), set()).add(name)
    return found


def test_whatever_writes_a_spreadsheet_goes_through_one_module() -> None:
    writing = {path for path, names in calls().items() if names & WRITES}
    assert writing == set(OTHERWISE), "use pipelines.cells_given_out, or say in OTHERWISE why not"


def test_whatever_is_downloaded_goes_through_one_module_too() -> None:
    assert {path for path, names in calls().items() if GIVES in names} == {"app/giving_out.py"}
