"""Whatever is sent, the sender gets a sentence: no exception, no trace, nothing half stored, within bounds."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines import returns
from pipelines.intake import bounded
from pipelines.intake.reading import read
from pipelines.intake.surroundings import Stated, Surroundings
from pipelines.intake.tables import NamedFile
from pipelines.warehouse.store import Warehouse
from schemas.issues import errors
from tests.factories import KEY, officer_of, warehouse
from tests.hostile import READ, made
from tests.uploads import (
    CHILDREN,
    INCIDENTS,
    cells,
    children_file,
    csv_text,
    incidents_file,
    row_numbers,
    saved,
    workbook,
    zip_of,
)

AROUND = Surroundings(date(2026, 11, 2))
SENDER = officer_of("school:900001")
HOSTILE = {one.what: one for one in made()}


def check(files):
    return bounded.check(files, stated=Stated(), around=AROUND)


@pytest.mark.parametrize("what", HOSTILE)
def test_each_made_file_is_read_or_refused_with_its_sentence(what):
    one = HOSTILE[what]
    checked = check(one.files)
    found = [issue for issue in checked.issues if issue.rule.startswith(("file-", "personal-"))]
    rules = {issue.rule for issue in found if issue.rule != "file-missing-table"}
    if one.rule is READ:
        assert rules == set()
        assert checked.found_tables
    else:
        assert one.rule in rules
        assert len({issue.message for issue in errors(found)}) <= 3
    assert all(issue.message and issue.fix for issue in checked.issues)


def test_a_refused_file_leaves_nothing_in_the_warehouse_but_the_attempt():
    store = warehouse()
    for what in (
        "A workbook with comments",
        "A ZIP that says it unpacks to 4 GB",
        "A quotation mark that never closes",
    ):
        before, attempts = kept(store)
        checked = returns.check(store, HOSTILE[what].files, stated=Stated(), actor=SENDER, key=KEY)
        assert checked.has_errors
        assert kept(store) == (before, attempts + 1)


def kept(store: Warehouse) -> tuple[dict[str, int], int]:
    """The rows of every table but the audit, and the number of attempts that were noted."""
    with store.reading() as cursor:
        tables = [row["table_name"] for row in cursor.rows("SELECT table_name FROM duckdb_tables()")]
        counts = {name: cursor.rows(f"SELECT count(*) AS n FROM {name}")[0]["n"] for name in tables}
        sql = "SELECT count(*) AS n FROM audit WHERE action = 'return not accepted'"
        attempts = cursor.rows(sql)[0]["n"]
    assert counts.pop("audit") >= attempts
    return counts, attempts


def test_rows_are_numbered_as_an_editor_numbers_them_whatever_ends_the_lines():
    for ends in (["\r\n"] * 3, ["\n"] * 3, ["\r"] * 3, ["\r", "\n", "\r\n"], ["\n\n", "\r\n\r\n", "\n"]):
        lines = csv_text(INCIDENTS, line_end="|").split("|")
        text = "".join(line + end for line, end in zip(lines, ends, strict=False))
        reading = read([incidents_file(text), children_file()])
        numbered = {line: number for number, line in enumerate(text.splitlines(), start=1) if line}
        assert row_numbers(reading) == [numbered[line] for line in lines[1:3]]


def test_identifiers_that_look_like_numbers_keep_every_character():
    reading = read(HOSTILE["Identifiers that look like numbers (48e87257)"].files)
    assert [row[0] for row in cells(reading)] == ["48e87257", "00012", "1E5"]


def test_the_same_rows_come_out_of_every_encoding():
    plain = read([incidents_file(), children_file()]).tables["incidents"].frame
    for what in (
        "UTF-16 without a mark",
        "UTF-16 without a mark, the other way round",
        "Three kinds of line end in one file",
    ):
        assert read(HOSTILE[what].files).tables["incidents"].frame.astype(str).equals(plain.astype(str)), what


# -- fuzz -----------------------------------------------------------------------------------------------------

WHOLE = {
    "return.xlsx": saved(workbook()).content,
    "return.zip": HOSTILE["A ZIP of the two tables"].files[0].content,
    "incidents.csv": csv_text(INCIDENTS).encode(),
    "children.csv": csv_text(CHILDREN).encode("utf-16"),
}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(WHOLE)),
    st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 255)), max_size=8),
    st.integers(0, 100_000),
)
def test_no_damage_to_a_sound_file_raises(name, changes, end):
    content = bytearray(WHOLE[name])
    for place, byte in changes:
        content[place % len(content)] = byte
    damaged = bytes(content[: end % (2 * len(content)) + 1])
    assert all(issue.message and issue.fix for issue in read([NamedFile(name, damaged)], limit_bytes=1_000_000).issues)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000), st.integers(1, 255))
def test_no_damage_inside_a_part_of_a_workbook_raises(place, byte):
    with zipfile.ZipFile(io.BytesIO(WHOLE["return.xlsx"])) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    names = sorted(parts)
    name = names[place % len(names)]
    content = bytearray(parts[name])
    content[place % len(content)] ^= byte
    reading = read([NamedFile("return.xlsx", zip_of({**parts, name: bytes(content)}))], limit_bytes=1_000_000)
    assert all(issue.message and issue.fix for issue in reading.issues)


# -- files of others ------------------------------------------------------------------------------------------

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
FOLDERS = ("hostile_csv", "hostile_xlsx", "injection_strings", "dates", "bulk_import_fixtures")


@pytest.mark.real_data
@pytest.mark.skipif(not DATA.is_dir(), reason="the public files are not beside the repository")
def test_every_real_hostile_file_is_answered_with_sentences_and_nothing_is_stored():
    store = warehouse()
    files = [path for folder in FOLDERS for path in sorted((DATA / folder).rglob("*")) if path.is_file()]
    before, attempts = kept(store)
    for path in files:
        checked = returns.check(
            store, [NamedFile(path.name, path.read_bytes())], stated=Stated(), actor=SENDER, key=KEY
        )
        assert checked.has_errors, path
        assert "file-too-demanding" not in {issue.rule for issue in checked.issues}, path
        assert all(issue.message and issue.fix for issue in checked.issues), path
    assert len(files) > 100
    assert kept(store) == (before, attempts + len(files))
