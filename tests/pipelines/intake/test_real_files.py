"""The reader and the gate against files that others made: to break readers, to hide identifiers, to inject."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from pipelines.intake.delimited import open_delimited, read_delimited
from pipelines.intake.identifiers import find_all, find_in
from pipelines.intake.layout import header_key
from pipelines.intake.personal_data import inspect, inspect_name
from pipelines.intake.reading import read
from pipelines.intake.tables import NamedFile
from pipelines.intake.wordings import SHOWN_ROWS, FileFault
from schemas.lexicon import lexicon
from tests.uploads import cells, children_file, csv_text, incidents_file

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
KNOWN = {name: frozenset(table.by_header) for name, table in lexicon().tables.items()}

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not DATA.is_dir(), reason="the public files are not beside the repository"),
]


def files_under(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((DATA / folder).rglob("*")) if path.is_file()]


def test_no_hostile_file_raises_and_none_is_half_loaded():
    for path in files_under(
        "hostile_csv", "hostile_xlsx", "injection_strings", "bulk_import_fixtures", "gias_reference"
    ):
        reading = read([NamedFile(path.name, path.read_bytes())], limit_bytes=20_000_000)
        assert reading.issues, path
        assert not reading.tables, path
        assert all(issue.message and issue.fix for issue in reading.issues)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("calamine/pass_protected.xlsx", "file-password-protected"),
        ("calamine/pass_protected.xlsb", "file-password-protected"),
        ("calamine/pass_protected.ods", "file-wrong-kind"),
        ("calamine/date.ods", "file-wrong-kind"),
        ("sheetjs/1904.xls", "file-wrong-kind"),
        ("sheetjs/sheet_visibility.xlsx", "file-hidden-sheet"),
    ],
)
def test_each_reason_is_named(name, rule):
    path = DATA / "hostile_xlsx" / name
    assert rule in [issue.rule for issue in read([NamedFile(path.name, path.read_bytes())]).issues]


def test_csv_files_made_to_break_readers_agree_with_what_their_authors_say():
    folder = DATA / "hostile_csv" / "csv-spectrum"
    for path in sorted((folder / "csvs").glob("*.csv")):
        if path.stem == "location_coordinates":  # its two versions differ from each other
            continue
        text = (folder / "json" / path.with_suffix(".json").name).read_text()
        said = json.loads(text.replace("\\r", ""))  # the CSV files have lost their carriage returns
        said = said if isinstance(said, list) else [said]
        known = frozenset(map(header_key, said[0]))
        table, issues = read_delimited(open_delimited(path.read_bytes(), known=known), name="incidents")
        read_rows = table.frame.astype(str).to_dict("records")
        assert issues == []
        assert read_rows == [{key: value.strip() for key, value in row.items()} for row in said], path.name


def test_csv_files_with_a_known_header_are_read_or_refused():
    known = frozenset({"a", "b", "c", "foo", "bar", "baz", "first name", "middle name", "last name"})
    for path in files_under("hostile_csv", "bulk_import_fixtures"):
        try:
            read_delimited(open_delimited(path.read_bytes(), known=known), name="incidents")
        except FileFault:
            continue


def naughty_strings() -> list[str]:
    texts = json.loads((DATA / "injection_strings" / "blns.json").read_text())
    return [text for text in texts if "\0" not in text]


def test_naughty_strings_stay_in_their_cells_and_never_reach_a_message():
    naughty = naughty_strings()
    rows = [["incident_ref", "school_urn", "status"], *[["A", "900001", text] for text in naughty]]
    reading = read([incidents_file(csv_text(rows)), children_file()])
    assert len(cells(reading)) == len(naughty)
    said = [issue.message + issue.fix for issue in inspect(reading.tables, known=KNOWN)]
    assert not any(text.strip() in line for text in naughty if len(text.strip()) > 15 for line in said)


def test_naughty_headers_and_file_names_are_refused_without_being_repeated():
    naughty = naughty_strings()
    header = ["incident_ref", "school_urn", *naughty[:450]]
    reading = read([incidents_file(csv_text([header, ["x"] * len(header)])), children_file()])
    issues = [*reading.issues, *inspect(reading.tables, known=KNOWN)]
    issues += [issue for text in naughty for issue in inspect_name(text, where="The file")]
    said = [f"{issue.message} {issue.fix} {issue.column}" for issue in issues]
    assert len(issues) > 400
    assert not any(text.strip() in line for text in naughty if len(text.strip()) > 15 for line in said)


def strings(*entities: str) -> list[tuple[str, bool]]:
    with (DATA / "pii_detectors" / "pii_strings_dev.csv").open(newline="", encoding="utf-8") as lines:
        return [
            (row["text"], row["should_match"] == "yes") for row in csv.DictReader(lines) if row["entity"] in entities
        ]


@pytest.mark.parametrize(
    "entity", ["UK_NHS_NUMBER", "UK_NINO", "UK_POSTCODE", "UK_DRIVING_LICENCE", "EMAIL", "UPN_FORMAT", "DATE_OF_BIRTH"]
)
def test_detector_strings_are_told_apart_without_a_mistake(entity):
    told = [(text, expected) for text, expected in strings(entity) if text != "ab1234561"]  # a passport number's shape
    wrong = [text for text, expected in told if (find_in(text) is not None) != expected]
    assert wrong == []


def test_a_upn_with_a_wrong_check_letter_is_still_found():
    assert all(find_in(text) for text, _ in strings("UPN_CHECK_LETTER", "UPN_LA_KNOWN"))


SILENT = ["URN", "LA (code)", "EstablishmentNumber", "UKPRN", "Trusts (code)", "PhaseOfEducation (code)",
          "LSOA (code)", "MSOA (code)", "GOR (code)", "NumberOfPupils", "Easting", "Northing"]  # fmt: skip


def test_the_gate_is_silent_on_the_numbers_of_the_real_register_and_finds_every_postcode():
    lines = (DATA / "gias_reference" / "gias_hampshire_surrey_20220420.csv").read_text("cp1252").splitlines()
    rows = list(csv.DictReader(lines))
    assert find_all(sorted({row[name] for row in rows for name in SILENT if name in row})) == {}
    postcodes = sorted({row["Postcode"] for row in rows} - {""})
    assert len(find_all(postcodes)) == len(postcodes)


def test_a_real_upload_of_another_service_with_every_identifier_in_it_is_bounded():
    path = DATA / "bulk_import_fixtures" / "nhs_mavis" / "class_import" / "valid.csv"
    known = frozenset({"child first name", "child last name"})
    table, _ = read_delimited(open_delimited(path.read_bytes(), known=known), name="incidents")
    issues = inspect({"incidents": table}, known={})
    assert {"personal-unknown-column"} <= {issue.rule for issue in issues}
    assert len(issues) <= len(table.frame.columns) * (SHOWN_ROWS + 1)
