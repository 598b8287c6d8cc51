"""What a file really is, by its first bytes and not by its name."""

from __future__ import annotations

import codecs
from enum import Enum

from pipelines.intake.wordings import FileFault
from pipelines.intake.zip_parts import ZIP_MARK, Parts, open_parts

_BEGINNING = 200
_OLE_MARK = bytes.fromhex("d0cf11e0a1b11ae1")
_RIFF = (b"RIFF", b"WEBP")
_PICTURES_OF_A_PHONE = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif")
_NO_SPREADSHEETS = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"II*\0": "a picture",
    b"MM\0*": "a picture",
    b"{\\rtf": "a text document (RTF)",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "a database",
}
_PACKED = {b"\x1f\x8b": "a packed file (gzip)", b"7z\xbc\xaf": "a packed file (7z)", b"Rar!": "a packed file (RAR)"}
_BY_TEXT = {  # exports that only bear a spreadsheet's name
    b"<!doctype html": "a web page (HTML)",
    b"<html": "a web page (HTML)",
    b"<table": "a web page (HTML)",
    b"<?xml": "an XML file",
    b"mime-version:": "a web page (MHTML)",
}
_DOCUMENTS = {"word/document.xml": "a Word document", "ppt/presentation.xml": "a presentation"}
_OTHER_WORKBOOKS = {"xl/workbook.bin": "a binary workbook (.xlsb)", "index/document.iwa": "a Numbers document"}
_OLD_DOCUMENTS = {"WordDocument": "a Word document", "PowerPoint Document": "a presentation"}
_OPEN_TEXT = b"opendocument.text"


class Kind(Enum):
    """The kinds of file that can be read."""

    WORKBOOK = "workbook"
    ARCHIVE = "archive"
    TEXT = "text"


def kind_of(content: bytes, *, inside_limit: int) -> tuple[Kind, Parts | None]:
    """The kind, with the opened ZIP where it is one; a FileFault with the reason when it cannot be read."""
    if not content:
        raise FileFault("file-empty")
    if content.startswith(_OLE_MARK):
        raise _ole_fault(content)
    _refuse_other_programs(content)
    beginning = content[:_BEGINNING].lstrip(codecs.BOM_UTF8 + b" \t\r\n").lower()
    for mark, kind in _BY_TEXT.items():
        if beginning.startswith(mark):
            raise FileFault("file-wrong-kind", kind=kind)
    if not content.startswith((ZIP_MARK + b"\x03\x04", ZIP_MARK + b"\x05\x06")):
        return Kind.TEXT, None
    parts = open_parts(content, limit_bytes=inside_limit)
    return _zip_kind(parts), parts


def _refuse_other_programs(content: bytes) -> None:
    """What no spreadsheet program opens is not to be opened in one, and what is packed is to be unpacked."""
    for mark, kind in _NO_SPREADSHEETS.items():
        if content.startswith(mark):
            raise FileFault("file-no-spreadsheet", kind=kind)
    if content[4:12] in _PICTURES_OF_A_PHONE or (content[:4], content[8:12]) == _RIFF:
        raise FileFault("file-no-spreadsheet", kind="a picture")
    for mark, kind in _PACKED.items():
        if content.startswith(mark):
            raise FileFault("file-packed", kind=kind)


def _zip_kind(parts: Parts) -> Kind:
    for name, kind in _DOCUMENTS.items():
        if name in parts.infos:
            raise FileFault("file-no-spreadsheet", kind=kind)
    for name, kind in _OTHER_WORKBOOKS.items():
        if name in parts.infos:
            raise FileFault("file-wrong-kind", kind=kind)
    if "mimetype" in parts.infos and "content.xml" in parts.infos:
        raise _open_document_fault(parts)
    return Kind.WORKBOOK if "[content_types].xml" in parts.infos else Kind.ARCHIVE


def _open_document_fault(parts: Parts) -> FileFault:
    if _OPEN_TEXT in parts.read("mimetype")[:_BEGINNING]:
        return FileFault("file-no-spreadsheet", kind="a text document (.odt)")
    return FileFault("file-wrong-kind", kind="an OpenDocument file (such as .ods)")


def _ole_fault(content: bytes) -> FileFault:
    """Old documents and encrypted new ones share a wrapper; its directory names what is inside."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        return FileFault("file-password-protected", what="workbook")
    for name, kind in _OLD_DOCUMENTS.items():
        if "Workbook".encode("utf-16-le") not in content and name.encode("utf-16-le") in content:
            return FileFault("file-no-spreadsheet", kind=kind)
    return FileFault("file-wrong-kind", kind="in an old Office format (such as .xls)")
