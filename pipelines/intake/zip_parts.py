"""The parts of a ZIP file, read within limits: declared sizes first, then what really comes out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import IO

from pipelines.intake.wordings import FileFault

ZIP_MARK = b"PK"
MAX_ENTRIES = 2_000
MEGABYTE = 1_000_000
_CHUNK = 1 << 16
_ENCRYPTED = 0x1
_HEADER = 30  # bytes before an entry's name and content


@dataclass(frozen=True)
class Parts:
    """A ZIP of bounded size; names are compared without case, leading slash or backslashes."""

    archive: zipfile.ZipFile
    infos: dict[str, zipfile.ZipInfo]
    limit_bytes: int

    @property
    def names(self) -> list[str]:
        """The names of all parts, in compared form, in the order of the file."""
        return list(self.infos)

    def read(self, name: str) -> bytes:
        """The whole of one part."""
        return b"".join(self.chunks(name))

    def chunks(self, name: str) -> Iterator[bytes]:
        """One part piece by piece; a FileFault when it is missing or more comes out than it declares."""
        if (info := self.infos.get(part_name(name))) is None:
            raise FileFault("file-unreadable")
        left = info.file_size
        with self._open(info) as stream:
            while chunk := stream.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise FileFault("file-zip-size", limit=self.limit_bytes // MEGABYTE)
                yield chunk

    def _open(self, info: zipfile.ZipInfo) -> IO[bytes]:
        return self.archive.open(info)


def part_name(name: str) -> str:
    """The form in which part names are compared."""
    return name.replace("\\", "/").strip("/").casefold()


def open_parts(content: bytes, *, limit_bytes: int) -> Parts:
    """Open a ZIP without unpacking anything; a FileFault when it is locked, damaged or too large inside."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise FileFault("file-unreadable") from None
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > MAX_ENTRIES:
        raise FileFault("file-zip-entries", limit=MAX_ENTRIES)
    if sum(info.file_size for info in infos) > limit_bytes:
        raise FileFault("file-zip-size", limit=limit_bytes // MEGABYTE)
    if any(info.flag_bits & _ENCRYPTED for info in infos):
        raise FileFault("file-password-protected", what="ZIP file")
    if _overlap(infos):
        raise FileFault("file-unreadable")
    return Parts(archive, {part_name(info.filename): info for info in infos}, limit_bytes)


def _overlap(infos: list[zipfile.ZipInfo]) -> bool:
    """Whether two entries share bytes, so that a small file would unpack to a large one many times over."""
    ordered = sorted(infos, key=lambda info: info.header_offset)
    return any(one.header_offset + _HEADER + one.compress_size > two.header_offset for one, two in pairwise(ordered))
