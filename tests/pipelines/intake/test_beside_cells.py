"""What a workbook carries beside its cells is searched too, and a message says where, never what."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import pytest
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from pipelines.intake.reading import read
from pipelines.intake.tables import NamedFile
from schemas.issues import Severity
from tests.uploads import saved, with_part, workbook

UPN = "B801200005001"


def found(file: NamedFile) -> list[tuple[str, str]]:
    issues = read([file]).issues
    assert not any(word in f"{one.message} {one.fix}" for one in issues for word in (UPN, "Bloggs", "example.org"))
    return [(one.rule, one.message) for one in issues]


def titled(book: Workbook) -> None:
    book.properties.title = f"Incident of {UPN}"


def described(book: Workbook) -> None:
    book.properties.description = "Return about Josephine Bloggs"


def customised(book: Workbook) -> None:
    book.custom_doc_props.append(StringProperty(name="Pupil", value=UPN))


def named(book: Workbook) -> None:
    book.defined_names["Josephine_Bloggs"] = DefinedName("Josephine_Bloggs", attr_text="incidents!$A$2")


def footed(book: Workbook) -> None:
    book["incidents"].oddFooter.center.text = "Printed by Josephine Bloggs"


def listed(book: Workbook) -> None:
    book["children"].add_data_validation(DataValidation(type="list", formula1=f'"{UPN},none"', sqref="Z2"))


def linked(book: Workbook) -> None:
    book["incidents"]["A2"].hyperlink = "mailto:jo@example.org"


@pytest.mark.parametrize(
    ("change", "rule", "place"),
    [
        (titled, "personal-upn", "A property of the workbook"),
        (described, "personal-name", "A property of the workbook"),
        (customised, "personal-upn", "A property of the workbook"),
        (named, "personal-name", "A defined name of the workbook"),
        (footed, "personal-name", "Sheet 1, beside its cells,"),
        (listed, "personal-upn", "Sheet 2, beside its cells,"),
        (linked, "personal-email", "A link on sheet 1"),
    ],
)
def test_an_identifier_beside_the_cells_is_refused_by_its_place(change, rule, place):
    book = workbook()
    change(book)
    [(its_rule, message)] = found(saved(book))
    assert its_rule == rule
    assert message.startswith(place)


def test_a_hidden_part_is_searched_without_its_unique_ids():
    unique = "<p id='{05C60535-1F16-4FD2-B633-F4F36F0B64E0}' x='http://schemas.example.org/a'/>"
    assert found(with_part(saved(workbook()), "customXml/item1.xml", unique)) == []
    [(rule, message)] = found(with_part(saved(workbook()), "customXml/item1.xml", f"<p>{UPN}</p>"))
    assert (rule, message.partition(" contains")[0]) == ("personal-upn", "A hidden part of the workbook")


def test_the_name_of_who_saved_it_is_a_query_because_the_program_wrote_it():
    book = workbook()
    book.properties.lastModifiedBy = "Josephine Bloggs"
    [one] = read([saved(book)]).issues
    assert (one.rule, one.severity) == ("file-author", Severity.QUERY)
    book.properties.lastModifiedBy = UPN
    assert [rule for rule, _ in found(saved(book))] == ["personal-upn"]


def test_an_ordinary_workbook_has_nothing_beside_its_cells():
    book = workbook()
    book.properties.title, book.properties.creator = "Return for the autumn term", "School office"
    book.properties.created = datetime(2026, 1, 9, tzinfo=UTC)
    book["incidents"].oddFooter.center.text = "Page &P of &N"
    book["incidents"].add_data_validation(DataValidation(type="list", formula1='"yes,no,not_known"', sqref="D2:D99"))
    book["incidents"]["A1"].hyperlink = "#children!A1"
    book.defined_names["answers"] = DefinedName("answers", attr_text="children!$A$1:$A$9")
    assert found(saved(book)) == []


def test_what_spreadsheet_programs_write_of_themselves_is_no_identifier():
    office = "<Properties><Application>LibreOffice/7.4.7.2$Linux_X86_64</Application></Properties>"
    setup = '<pageSetup orientation="portrait" horizontalDpi="4294967292" verticalDpi="4294967292"/></worksheet>'
    file = with_part(saved(workbook()), "docProps/app.xml", office)
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").replace(b"</worksheet>", setup.encode())
    assert found(with_part(file, "xl/worksheets/sheet1.xml", sheet)) == []


def test_a_comment_is_refused_by_its_sheet():
    book = workbook()
    book["children"]["A2"].comment = Comment("Josephine Bloggs", "Josephine Bloggs")
    [(rule, message)] = found(saved(book))
    assert rule == "personal-attachment"
    assert "cell comments on sheet 2" in message


@pytest.mark.parametrize("name", ["Josephine Bloggs.xlsx", "josephine_bloggs-autumn.xlsx", f"{UPN}.xlsx"])
def test_a_file_named_after_somebody_is_refused_and_one_named_after_a_school_is_not(name):
    rules = [one.rule for one in read([NamedFile(name, saved(workbook()).content)]).issues]
    assert rules in (["personal-name"], ["personal-upn"])
    assert not read([NamedFile("St Thomas More School autumn.xlsx", saved(workbook()).content)]).issues
