"""A ZIP of the two CSV files → the files in it. Nothing is written to disk, so names lead nowhere."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator

from pipelines.intake.tables import NamedFile
from pipelines.intake.wordings import FileFault
from pipelines.intake.zip_parts import ZIP_MARK, Parts

_MAX_FILES = 10
_TEXT_ENDINGS = (".csv", ".txt", ".tsv", ".tab")
_LEFT_BY_SYSTEMS = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")


def files_in(parts: Parts) -> list[NamedFile]:
    """The CSV files of a ZIP; a FileFault when it holds anything else."""
    names = [name for name in parts.names if not _left_by_system(name)]
    if not names:
        raise FileFault("file-empty")
    if len(names) > _MAX_FILES:
        raise FileFault("file-zip-entries", limit=_MAX_FILES)
    return list(_checked(parts, names))


def _checked(parts: Parts, names: list[str]) -> Iterator[NamedFile]:
    for name in names:
        content = _content(parts, name)
        if content.startswith(ZIP_MARK + b"\x03\x04"):
            raise FileFault("file-zip-nested")
        if not name.endswith(_TEXT_ENDINGS):
            raise FileFault("file-zip-names")
        yield NamedFile(name=name.rpartition("/")[2], content=content)


def _content(parts: Parts, name: str) -> bytes:
    try:
        return parts.read(name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        raise FileFault("file-unreadable") from None


def _left_by_system(name: str) -> bool:
    return name.startswith(_LEFT_BY_SYSTEMS) or name.rpartition("/")[2] in _LEFT_BY_SYSTEMS
