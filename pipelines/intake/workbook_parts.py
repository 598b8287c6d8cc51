"""The raw parts of a workbook, before any cell is read: what it may not carry, and where its sheets are.

A workbook can carry names of children in places that no reader of cells sees: comments, pictures, text
boxes, embedded files, pivot caches, cached values of other workbooks. So the parts themselves are
looked at. They are parsed with expat directly, because it lets any document type declaration be
refused as it begins, before an entity could grow.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from xml.parsers import expat

from pipelines.intake.wordings import FileFault
from pipelines.intake.zip_parts import MEGABYTE, Parts, part_name

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main|"
_STRICT = "http://purl.oclc.org/ooxml/"
_REL_ID = "http://schemas.openxmlformats.org/officeDocument/2006/relationships|id"
_MAX_SMALL_PART = 64 * MEGABYTE

Start = Callable[[str, dict[str, str]], None]

_CARRIED = {
    "xl/media/": "a picture or other media",
    "xl/embeddings/": "an embedded file",
    "xl/activex/": "a form control",
    "xl/ctrlprops/": "a form control",
    "xl/comments": "cell comments",
    "xl/threadedcomments/": "cell comments",
    "xl/pivotcache/": "a pivot table, which keeps a hidden copy of its data",
    "xl/pivottables/": "a pivot table, which keeps a hidden copy of its data",
    "xl/externallinks/": "links to other workbooks, which keep a copy of their values",
    "xl/querytables/": "a data connection",
    "xl/connections": "a data connection",
    "xl/charts/": "a chart, which keeps a copy of its values",
}
_PLAIN_ENDINGS = (".xml", ".rels", ".vml")
_MACRO_PARTS = ("vbaproject.bin", "xl/macrosheets/", "xl/dialogsheets/")


@dataclass(frozen=True)
class SheetPart:
    """One sheet of a workbook: its place in order, its name, its part and whether people see it."""

    position: int
    name: str
    part: str
    visible: bool


@dataclass(frozen=True)
class WorkbookParts:
    """Where everything in a workbook is."""

    parts: Parts
    sheets: tuple[SheetPart, ...]
    dates_from_1904: bool
    shared_strings: str | None
    styles: str | None


def parse(chunks: Iterable[bytes], *, start: Start, **handlers: Callable[..., None]) -> None:
    """Run an XML part through handlers; a FileFault for a damaged part or a document type declaration."""
    for _ in parsing(chunks, start=start, **handlers):
        pass


def parsing(chunks: Iterable[bytes], *, start: Start, **handlers: Callable[..., None]) -> Iterable[None]:
    """The same, pausing after every piece so that the caller can take what was found."""
    parser = expat.ParserCreate(namespace_separator="|")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = handlers.get("end")
    parser.CharacterDataHandler = handlers.get("text")
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
            yield
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise FileFault("file-unreadable") from None
    yield


def _refuse_doctype(*_: object) -> None:
    raise FileFault("file-unsafe-xml")


def small_part(parts: Parts, name: str) -> Iterable[bytes]:
    """A part that is held whole while it is read, so it has a limit of its own."""
    info = parts.infos.get(part_name(name))
    if info is not None and info.file_size > _MAX_SMALL_PART:
        raise FileFault("file-zip-size", limit=_MAX_SMALL_PART // MEGABYTE)
    return parts.chunks(name)


def open_workbook(parts: Parts) -> WorkbookParts:
    """Look at the parts and find the sheets; a FileFault names what stands in the way."""
    refuse_what_is_carried(parts)
    book = _target_of(parts, "", "officeDocument") or "xl/workbook.xml"
    targets = _relationships(parts, book)
    sheets, dates_from_1904 = _sheets(parts, book, targets)
    by_kind = {kind: target for kind, target in targets.values()}
    return WorkbookParts(parts, sheets, dates_from_1904, by_kind.get("sharedStrings"), by_kind.get("styles"))


def refuse_what_is_carried(parts: Parts) -> None:
    """A FileFault for macros, and for anything in a workbook beside its cells."""
    types = _whole(parts, "[Content_Types].xml").lower()
    if any(macro in name for name in parts.names for macro in _MACRO_PARTS) or b"macroenabled" in types:
        raise FileFault("file-macros")
    for name in parts.names:
        if kind := _carried(parts, name):
            raise FileFault("personal-attachment", kind=kind + _on_sheet(parts, name))


def _on_sheet(parts: Parts, carried: str) -> str:
    """Which sheet carries a part, where the sheet itself says so."""
    book = _target_of(parts, "", "officeDocument") or "xl/workbook.xml"
    sheets, _ = _sheets(parts, book, _relationships(parts, book))
    for sheet in sheets:
        if any(target == carried for _, target in _relationships(parts, sheet.part).values()):
            return f" on sheet {sheet.position}"
    return ""


def _carried(parts: Parts, name: str) -> str | None:
    for beginning, kind in _CARRIED.items():
        if name.startswith(beginning):
            return kind
    if name.startswith("xl/drawings/") and not name.endswith(".rels"):
        return "a picture, shape or text box" if b"nchor" in _whole(parts, name) else None
    # A thumbnail shows the sheet itself, and printer settings are a list of numbers.
    if name.endswith(_PLAIN_ENDINGS) or name.startswith(("docprops/thumbnail", "xl/printersettings/")):
        return None
    return "an attached file"


def _whole(parts: Parts, name: str) -> bytes:
    return b"".join(small_part(parts, name))


def _relationships(parts: Parts, part: str) -> Mapping[str, tuple[str, str]]:
    """Relationship id → (kind, part it points to)."""
    folder, file = posixpath.split(part)
    name = posixpath.join(folder, "_rels", f"{file}.rels")
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        kind = attributes.get("Type", "")
        if kind.startswith(_STRICT):
            raise FileFault("file-strict-workbook")
        if tag.endswith("|Relationship") and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            place = target if target.startswith("/") else posixpath.join(folder, target)
            normal = part_name(posixpath.normpath(place))
            found[attributes.get("Id", "")] = (kind.rpartition("/")[2], normal)

    if part_name(name) in parts.infos:
        parse(small_part(parts, name), start=start)
    return found


def _target_of(parts: Parts, part: str, kind: str) -> str | None:
    return next((target for found, target in _relationships(parts, part).values() if found == kind), None)


def _sheets(parts: Parts, book: str, targets: Mapping[str, tuple[str, str]]) -> tuple[tuple[SheetPart, ...], bool]:
    sheets: list[SheetPart] = []
    from_1904: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.startswith(_STRICT):
            raise FileFault("file-strict-workbook")
        if tag == f"{MAIN}workbookPr":
            from_1904.append(attributes.get("date1904", "0"))
        elif tag == f"{MAIN}sheet":
            kind, target = targets.get(attributes.get(_REL_ID, ""), ("", ""))
            if kind == "worksheet":
                visible = attributes.get("state", "visible") == "visible"
                sheets.append(SheetPart(len(sheets) + 1, attributes.get("name", ""), target, visible))

    parse(small_part(parts, book), start=start)
    return tuple(sheets), bool(from_1904) and from_1904[-1] in ("1", "true")
