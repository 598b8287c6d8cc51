"""Which file is which, ZIPs, limits, and the promise that nothing raises."""

from __future__ import annotations

import hashlib

import pytest

from pipelines.intake.reading import fingerprint, read
from pipelines.intake.tables import NamedFile
from tests.hostile import OLE
from tests.uploads import (
    CHILDREN,
    INCIDENTS,
    children_file,
    csv_text,
    incidents_file,
    rules,
    saved,
    workbook,
    zip_of,
)


def named(name: str, rows) -> NamedFile:
    return NamedFile(name, csv_text(rows).encode())


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("incidents.csv", "children.csv"),
        ("2026 Spring INCIDENTS final.csv", "Children_v2.csv"),
        ("export1.csv", "export2.csv"),
        ("children and incidents 1.csv", "children and incidents 2.csv"),
    ],
)
def test_the_two_files_are_told_apart_by_name_or_else_by_columns(first, second):
    reading = read([named(second, CHILDREN), named(first, INCIDENTS)])
    assert reading.issues == ()
    assert list(reading.tables["incidents"].frame.columns) == INCIDENTS[0]


def test_a_file_that_is_neither_is_not_guessed_at():
    reading = read([named("x.csv", [["incident_ref", "school_urn"], ["A", "900001"]])])
    assert rules(reading) == ["file-not-recognised"]


def test_a_missing_and_a_doubled_table_are_each_named():
    assert [(i.rule, i.table) for i in read([incidents_file()]).issues] == [("file-missing-table", "children")]
    reading = read([incidents_file(), incidents_file(), children_file()])
    assert [(i.rule, i.table) for i in reading.issues] == [("file-duplicate-table", "incidents")]


def test_no_file_and_very_many_files_are_refused():
    assert rules(read([])) == ["file-nothing-sent"]
    assert "file-too-many" in rules(read([incidents_file()] * 30))


def test_a_zip_of_the_two_is_read_and_what_systems_leave_in_it_ignored():
    content = zip_of(
        {
            "return/incidents.csv": csv_text(INCIDENTS),
            "return/children.csv": csv_text(CHILDREN),
            "__MACOSX/return/._incidents.csv": b"\0\0",
            "return/.DS_Store": b"\0",
        }
    )
    reading = read([NamedFile("return.zip", content)])
    assert reading.issues == ()
    assert set(reading.tables) == {"incidents", "children"}


def test_names_in_a_zip_lead_nowhere():
    content = zip_of({"../../incidents.csv": csv_text(INCIDENTS), "C:\\x\\children.csv": csv_text(CHILDREN)})
    assert read([NamedFile("return.zip", content)]).issues == ()


@pytest.mark.parametrize(
    ("entries", "rule"),
    [
        ({"inner.zip": zip_of({"incidents.csv": "a"})}, "file-zip-nested"),
        ({"return.xlsx": saved(workbook()).content}, "file-zip-nested"),
        ({"incidents.csv": csv_text(INCIDENTS), "photo.png": b"\x89PNG"}, "file-zip-names"),
        ({f"{n}.csv": "a" for n in range(11)}, "file-zip-entries"),
        ({f"{n}.csv": "" for n in range(2001)}, "file-zip-entries"),
        ({"__MACOSX/x": "a"}, "file-empty"),
        ({"word/document.xml": "<x/>"}, "file-no-spreadsheet"),
    ],
)
def test_a_zip_with_anything_else_in_it_is_refused(entries, rule):
    assert rules(read([NamedFile("return.zip", zip_of(entries))])) == [rule]


@pytest.mark.parametrize(
    ("content", "kind", "rule"),
    [
        (b"%PDF-1.7\n", "a PDF", "file-no-spreadsheet"),
        (b"\x89PNG\r\n\x1a\n", "a picture", "file-no-spreadsheet"),
        (b"\xff\xd8\xff\xe0", "a picture", "file-no-spreadsheet"),
        (b"II*\0", "a picture", "file-no-spreadsheet"),
        (b"\0\0\0\x18ftypheic", "a picture", "file-no-spreadsheet"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "a picture", "file-no-spreadsheet"),
        (zip_of({"[Content_Types].xml": "", "word/document.xml": ""}), "a Word document", "file-no-spreadsheet"),
        (OLE + "WordDocument".encode("utf-16-le"), "a Word document", "file-no-spreadsheet"),
        (
            zip_of({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": ""}),
            "a text document (.odt)",
            "file-no-spreadsheet",
        ),
        (b"7z\xbc\xaf\x27\x1c", "a packed file (7z)", "file-packed"),
    ],
)
def test_what_is_no_spreadsheet_is_named_with_what_to_send_instead(content, kind, rule):
    (found,) = [
        issue for issue in read([NamedFile("return.xlsx", content)]).issues if issue.rule != "file-missing-table"
    ]
    assert found.rule == rule
    assert kind in found.message
    assert "spreadsheet program" not in found.fix
    assert "(.xlsx)" in found.fix


def test_what_unpacks_to_too_much_is_refused_before_it_is_unpacked():
    content = zip_of({"incidents.csv": b"0" * 30_000_000})
    assert len(content) < 1_000_000
    reading = read([NamedFile("return.zip", content)], limit_bytes=1_000_000)
    assert rules(reading) == ["file-zip-size"]


def test_a_zip_that_declares_less_than_it_holds_is_refused():
    content = zip_of({"incidents.csv": b"0" * 3_000_000})
    lying = content.replace((3_000_000).to_bytes(4, "little"), (300).to_bytes(4, "little"))
    assert rules(read([NamedFile("return.zip", lying)])) == ["file-unreadable"]


def test_a_locked_zip_is_said_to_be_password_protected():
    content = bytearray(zip_of({"incidents.csv": "a"}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert rules(read([NamedFile("return.zip", bytes(content))])) == ["file-password-protected"]


def test_a_file_over_the_limit_is_not_read():
    reading = read([incidents_file(b"x" * 2_000_001)], limit_bytes=2_000_000)
    assert rules(reading) == ["file-too-large"]
    assert "2 MB" in reading.issues[0].message


def test_an_identifier_in_a_file_name_is_refused_without_being_repeated():
    reading = read([named("incidents A801200005001.csv", INCIDENTS), children_file()])
    assert rules(reading) == ["personal-upn"]
    assert "A801200005001" not in str(reading.issues)


def test_the_fingerprint_of_one_file_is_its_own_and_of_several_does_not_depend_on_order():
    files = [incidents_file(), children_file()]
    assert fingerprint(files[:1]) == hashlib.sha256(files[0].content).hexdigest()
    assert fingerprint(files) == fingerprint(files[::-1]) == read(files).sha256


def test_every_cut_of_a_good_file_is_read_or_refused_and_never_raises():
    for whole in (saved(workbook()).content, zip_of({"incidents.csv": csv_text(INCIDENTS)})):
        for end in range(0, len(whole), 97):
            read([NamedFile("return.xlsx", whole[:end])])


def test_every_flipped_byte_of_a_good_workbook_is_survived():
    whole = saved(workbook()).content
    for at in range(0, len(whole), 13):
        damaged = bytearray(whole)
        damaged[at] ^= 0xFF
        read([NamedFile("return.xlsx", bytes(damaged))])
