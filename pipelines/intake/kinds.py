"""What a file really is, by its first bytes and not by its name."""

from __future__ import annotations

import codecs
from enum import Enum

from pipelines.intake.wordings import FileFault
from pipelines.intake.zip_parts import ZIP_MARK, Parts, open_parts

_BEGINNING = 200
_OLE_MARK = bytes.fromhex("d0cf11e0a1b11ae1")
_MARKS = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a packed file (gzip)",
    b"7z\xbc\xaf": "a packed file (7z)",
    b"Rar!": "a packed file (RAR)",
    b"{\\rtf": "a text document (RTF)",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "a database",
}
_BY_TEXT = {  # exports that only bear a spreadsheet's name
    b"<!doctype html": "a web page (HTML)",
    b"<html": "a web page (HTML)",
    b"<table": "a web page (HTML)",
    b"<?xml": "an XML file",
    b"mime-version:": "a web page (MHTML)",
}
_BY_PART = {
    "xl/workbook.bin": "a binary workbook (.xlsb)",
    "word/document.xml": "a Word document",
    "ppt/presentation.xml": "a presentation",
    "index/document.iwa": "a Numbers document",
}


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
    for mark, kind in _MARKS.items():
        if content.startswith(mark):
            raise FileFault("file-wrong-kind", kind=kind)
    beginning = content[:_BEGINNING].lstrip(codecs.BOM_UTF8 + b" \t\r\n").lower()
    for mark, kind in _BY_TEXT.items():
        if beginning.startswith(mark):
            raise FileFault("file-wrong-kind", kind=kind)
    if not content.startswith((ZIP_MARK + b"\x03\x04", ZIP_MARK + b"\x05\x06")):
        return Kind.TEXT, None
    parts = open_parts(content, limit_bytes=inside_limit)
    return _zip_kind(parts), parts


def _zip_kind(parts: Parts) -> Kind:
    for name, kind in _BY_PART.items():
        if name in parts.infos:
            raise FileFault("file-wrong-kind", kind=kind)
    if "mimetype" in parts.infos and "content.xml" in parts.infos:
        raise FileFault("file-wrong-kind", kind="an OpenDocument file (such as .ods)")
    return Kind.WORKBOOK if "[content_types].xml" in parts.infos else Kind.ARCHIVE


def _ole_fault(content: bytes) -> FileFault:
    """Old workbooks and encrypted new ones share a wrapper; its directory names what is inside."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        return FileFault("file-password-protected", what="workbook")
    return FileFault("file-wrong-kind", kind="in an old Office format (such as .xls)")
