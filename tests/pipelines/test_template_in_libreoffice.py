"""The template in a spreadsheet program that schools use: opened, filled, saved, and checked."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter

from pipelines.returns import Checked
from schemas.lexicon import lexicon
from tests.filling import CHILDREN, INCIDENTS, ROWS, check, made

SCRIPT = Path(__file__).with_name("fill_in_libreoffice.py")
PYTHON = "/usr/bin/python3"  # the one that Debian's bridge to LibreOffice belongs to
NEEDED = "LibreOffice is not installed: apt-get install libreoffice-calc-nogui python3-uno"


class Filled:
    """What LibreOffice saw of the template, and the file that it saved."""

    def __init__(self, seen: Mapping[str, Any], content: bytes) -> None:
        self.seen = seen
        self.content = content
        self.book: Workbook = load_workbook(io.BytesIO(content))
        self.checked: Checked = check(content)


def _typed() -> dict[str, dict[str, str]]:
    """Every answer by sheet and cell, as it is typed below the header once the example is gone."""
    return {
        table: {
            f"{get_column_letter(at)}{number}": row[column.name]
            for number, row in enumerate(rows, start=2)
            for at, column in enumerate(lexicon().tables[table].columns, start=1)
            if row.get(column.name)
        }
        for table, rows in ROWS.items()
    }


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    if not shutil.which("soffice") or not _has_bridge():
        pytest.skip(NEEDED)
    folder = tmp_path_factory.mktemp("libreoffice")
    source, target = folder / "template.xlsx", folder / "filled.xlsx"
    source.write_bytes(made())
    done = subprocess.run(
        [PYTHON, SCRIPT, source, target, json.dumps(_typed())],
        capture_output=True, text=True, timeout=120, check=False, env=_plain_environment(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return Filled(json.loads(done.stdout), target.read_bytes())


def _plain_environment() -> dict[str, str]:
    """Without what leads Debian's Python to the packages of ours."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV_", "VIRTUAL_"))}


def _has_bridge() -> bool:
    if not Path(PYTHON).exists():
        return False
    return subprocess.run([PYTHON, "-c", "import uno"], capture_output=True, check=False).returncode == 0


def test_it_opens_with_its_sheets_protected_and_only_the_rows_free(filled: Filled) -> None:
    assert list(filled.seen) == ["Read me", "return", "incidents", "children", "codes"]
    assert all(sheet["protected"] and sheet["header_locked"] for sheet in filled.seen.values())
    free = {name for name, sheet in filled.seen.items() if not sheet["below_locked"]}
    assert free == {"incidents", "children"}


def test_it_knows_dates_and_drop_down_lists(filled: Filled) -> None:
    assert filled.seen["incidents"]["validation"] == "DATE"
    assert filled.seen["children"]["validation"] == "LIST"


def test_what_it_saves_passes_the_check_with_every_answer_whole(filled: Filled) -> None:
    assert not filled.checked.has_errors
    for rows, frame in ((INCIDENTS, filled.checked.incidents), (CHILDREN, filled.checked.children)):
        for row, (_, kept) in zip(rows, frame.iterrows(), strict=True):
            assert {name: str(value)[:10] if "date" in name else value for name, value in kept.items()} == {
                name: row[name] for name in kept.index
            }


def test_the_row_numbers_are_those_that_it_shows(filled: Filled) -> None:
    assert list(filled.checked.incidents.index) == [2, 3]


@pytest.mark.parametrize("table", ["incidents", "children"])
def test_drop_downs_text_dates_and_protection_survive_its_saving(filled: Filled, table: str) -> None:
    sheet, before = filled.book[table], load_workbook(io.BytesIO(made()))[table]
    assert sheet.protection.sheet
    forbidden = (sheet.protection.insertRows, sheet.protection.deleteRows, sheet.protection.sort)
    assert not any(forbidden)
    assert all(cell.protection.locked for cell in sheet[1])
    assert _lists(filled.book, table) == _lists(load_workbook(io.BytesIO(made())), table)
    for cell in sheet[2]:
        assert cell.number_format == before[cell.coordinate].number_format
        assert cell.value is None or cell.data_type == ("d" if cell.number_format == "dd/mm/yyyy" else "s")
        assert cell.value is None or not cell.protection.locked


def _lists(book: Workbook, table: str) -> dict[str, list[Any]]:
    """By column, the answers that its drop-down offers."""
    sheet, found = book[table], {}
    for one in sheet.data_validations.dataValidation:
        if one.type == "list":
            source, _, place = one.formula1.partition("!")
            answers = [cell.value for row in book[source.strip("$'")][place.replace("$", "")] for cell in row]
            for part in one.sqref.ranges:
                found |= {sheet.cell(1, at).value: answers for at in range(part.min_col, part.max_col + 1)}
    return found
