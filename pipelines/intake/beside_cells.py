"""What a workbook says beside its cells: properties, defined names, headers and footers, lists of answers, links.

No reader of cells sees these, and they are sent with the file all the same. Parts are searched as text, not
parsed: a fragment is enough to find an identifier, and nothing in it can grow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape

from pipelines.intake.identifiers import find_in
from pipelines.intake.people import person_in_answer
from pipelines.intake.personal_data import NOT_IN_LOOSE_TEXT, inspect_loose
from pipelines.intake.wordings import issue
from pipelines.intake.workbook_parts import SheetPart, WorkbookParts, small_part
from schemas.issues import Issue

_TEXT = re.compile(r"""=(?:"([^"]*)"|'([^']*)')|>([^<]+)<""")
_UNIQUE_ID = re.compile(
    r"\{?[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\}?|(?:urn|https?)://?schemas[^ \"']*"
    r"|(?:horizontal|vertical)Dpi=\"\d+\""  # Excel for Mac writes 4294967292
    r"|=\"\d{1,4}\.\d{3,}\""  # margins and widths: LibreOffice writes header="0.511811023622047" in every sheet
)
_AUTHOR = re.compile(r"<(?:\w+:)?(creator|lastModifiedBy)[^>]*>([^<]*)<")
_PROPERTY = re.compile(r"<(?:\w+:)?(?!TitlesOfParts|lpstr|vector)(\w+)[^>]*>([^<]+)<")
_DEFINED_NAME = re.compile(r"<(?:\w+:)?definedName\b[^>]*?\bname=\"([^\"]*)\"[^>]*>([^<]*)<")
_LINK = re.compile(r"""<(?:\w+:)?Relationship\b(?=[^>]*TargetMode=["']External)[^>]*?Target=["']([^"']*)""")
_PERSON = re.compile(r"displayName=\"([^\"]*)\"")
_NOT_TYPED = ("creator", "lastModifiedBy", "Application", "AppVersion")  # "LibreOffice/7.4.7.2" is no IP address
_CELLS_BEGIN, _CELLS_END = b"sheetData", b"/sheetData"
_MOST_BESIDE = 4 << 20
_OVERLAP = 64
_SEARCHED_ELSEWHERE = (
    "xl/sharedstrings", "xl/styles", "xl/theme/", "xl/calcchain", "[content_types]", "docprops/", "xl/persons/",
)  # fmt: skip
_IN_LINKS = NOT_IN_LOOSE_TEXT - {"personal-web-address"}
_OF_STAFF = frozenset({"personal-name", "personal-email", "personal-handle", "personal-initials"})


def inspect_beside_cells(book: WorkbookParts) -> list[Issue]:
    """Every identifier in the parts of a workbook that are not its cells, by its place and kind."""
    return [
        *_authors(book),
        *inspect_loose(_properties(book), where="A property of the workbook"),
        *inspect_loose(_defined_names(book), where="A defined name of the workbook"),
        *(found for sheet in book.sheets for found in _beside(book, sheet)),
        *inspect_loose(_hidden(book), where="A hidden part of the workbook"),
    ]


def _authors(book: WorkbookParts) -> list[Issue]:
    """A spreadsheet program writes who saved the file; a pupil's identifier there is refused like any other."""
    authors = [name for _, name in _AUTHOR.findall(_part(book, "docprops/core.xml"))]
    named = [unescape(name) for name in (*authors, *_PERSON.findall(_parts(book, "xl/persons/")))]
    found = [find_in(name, without=NOT_IN_LOOSE_TEXT) for name in named]
    of_staff = any(map(person_in_answer, named)) or any(form and form.rule in _OF_STAFF for form in found)
    refused = inspect_loose(named, where="A property of the workbook", without=NOT_IN_LOOSE_TEXT | _OF_STAFF)
    return [*refused, *([issue("file-author")] if of_staff else [])]


def _properties(book: WorkbookParts) -> Iterator[str]:
    for name in ("docprops/core.xml", "docprops/app.xml", "docprops/custom.xml"):
        for tag, text in _PROPERTY.findall(_part(book, name)):
            if tag not in _NOT_TYPED:
                yield unescape(text)
    yield from re.findall(r"\bname=\"([^\"]*)\"", _part(book, "docprops/custom.xml"))


def _defined_names(book: WorkbookParts) -> Iterator[str]:
    for name, meaning in _DEFINED_NAME.findall(_part(book, "xl/workbook.xml")):
        yield name.replace("_", " ").replace(".", " ")
        yield name
        yield unescape(meaning)


def _beside(book: WorkbookParts, sheet: SheetPart) -> list[Issue]:
    """What stands before and after the cells of a sheet, and where its links lead."""
    where = f"Sheet {sheet.position}, beside its cells,"
    folder, _, file = sheet.part.rpartition("/")
    links = map(unescape, _LINK.findall(_part(book, f"{folder}/_rels/{file}.rels")))
    found = [*inspect_loose(_texts(_without_cells(book.parts.chunks(sheet.part))), where=where)]
    return [*found, *inspect_loose(links, where=f"A link on sheet {sheet.position}", without=_IN_LINKS)]


def _without_cells(chunks: Iterable[bytes]) -> str:
    """The text of a sheet's part without its cells, which are searched as cells."""
    kept, carried, inside, over = [], b"", False, False
    for chunk in chunks:
        piece = carried + chunk
        if not inside and not over and (at := piece.find(_CELLS_BEGIN)) >= 0:
            kept.append(piece[:at])
            inside = True
            piece = piece[at + len(_CELLS_BEGIN) :]
            if piece.lstrip().startswith(b"/>"):
                inside, over = False, True
        if inside and (at := piece.find(_CELLS_END)) >= 0:
            inside, over, piece = False, True, piece[at:]
        carried = piece[-_OVERLAP:]
        if not inside:
            kept.append(piece[:-_OVERLAP])
        if sum(map(len, kept)) > _MOST_BESIDE:
            break
    return b"".join([*kept, b"" if inside else carried]).decode("utf-8", errors="replace")


def _hidden(book: WorkbookParts) -> Iterator[str]:
    sheets = {sheet.part for sheet in book.sheets}
    for name in book.parts.names:
        own = name.startswith(_SEARCHED_ELSEWHERE) or name == "xl/workbook.xml" or name in sheets
        if name.endswith(".xml") and not own:
            yield from _texts(_part(book, name))


def _texts(part: str) -> Iterator[str]:
    """The texts and attributes of a part, without the marks by which programs know things."""
    for groups in _TEXT.findall(_UNIQUE_ID.sub("", part)):
        text = unescape("".join(groups)).strip()
        if len(text) > 2:
            yield text


def _part(book: WorkbookParts, name: str) -> str:
    if name not in book.parts.infos:
        return ""
    return b"".join(small_part(book.parts, name)).decode("utf-8", errors="replace")


def _parts(book: WorkbookParts, beginning: str) -> str:
    return "".join(_part(book, name) for name in book.parts.names if name.startswith(beginning))
