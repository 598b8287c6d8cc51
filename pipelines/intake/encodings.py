"""Bytes of a text file → UTF-8 bytes, whatever an English school office's programs wrote."""

from __future__ import annotations

import codecs

from pipelines.intake.wordings import FileFault

_SAMPLE = 4096
_CHUNK = 1 << 20
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def to_utf8(content: bytes) -> bytes:
    """The same text in UTF-8 (a mark stays in place); a FileFault when it is not text."""
    encoding = _encoding(content)
    try:
        text = content if encoding == "utf-8" else content.decode(encoding).encode()
    except UnicodeDecodeError:
        raise FileFault("file-encoding") from None
    if b"\0" in text:
        raise FileFault("file-null-bytes")
    return text


def _encoding(content: bytes) -> str:
    if content.startswith(_UTF16_MARKS):
        return "utf-16"
    return _utf16_without_mark(content) or ("utf-8" if _is_utf8(content) else "cp1252")


def _utf16_without_mark(content: bytes) -> str | None:
    """UTF-16 shows as a null in (nearly) every second byte, all on the same side."""
    sample = content[: min(_SAMPLE, len(content) // 2 * 2)]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    many = len(sample) // 2 * 0.7
    if odd and odd >= many and not even:
        return "utf-16-le"
    return "utf-16-be" if even and even >= many and not odd else None


def _is_utf8(content: bytes) -> bool:
    """Checked in pieces, so that a large file is not held twice."""
    if content.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(content), _CHUNK):
            decoder.decode(content[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
