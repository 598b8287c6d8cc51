"""What a request carries, read into memory and never onto a disk: within a size, within a time, in few parts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.datastructures import Headers
from starlette.types import Receive

from app.api.problems import TOO_LARGE, TOO_SLOW, UNREADABLE, WRONG_FIELDS, ProblemError
from pipelines.returns import NamedFile

ENVELOPE = 256 * 1024  # what surrounds the files
MOST_FILES, MOST_FIELDS = 4, 12
LONGEST_FIELD, LONGEST_NAME, LONGEST_BOUNDARY = 64 * 1024, 200, 70
SECONDS, SECONDS_BETWEEN = 120.0, 20.0
FILE = "file"
CLOSE = {"Connection": "close"}
NOT_MULTIPART = "This is not multipart/form-data as RFC 7578 has it, or it ends too early."


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a body may take: in all, and between two of its parts."""

    seconds: float = SECONDS
    between: float = SECONDS_BETWEEN


async def read(headers: Headers, receive: Receive, *, most: int, pace: Pace) -> bytes:
    """The whole body; ProblemError when it is too large, said or unsaid, or too slow."""
    said = headers.get("content-length", "0")
    if not said.isdecimal() or len(said) > 15 or int(said) > most:
        raise ProblemError(TOO_LARGE, _limit(most), headers=CLOSE)
    parts: list[bytes] = []
    size, ends = 0, time.monotonic() + pace.seconds
    while True:
        message = await _next(receive, until=min(ends, time.monotonic() + pace.between))
        if message["type"] == "http.disconnect":
            raise ProblemError(UNREADABLE, "The connection ended before the request did.", headers=CLOSE)
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            raise ProblemError(TOO_LARGE, _limit(most), headers=CLOSE)
        if not message.get("more_body", False):
            return b"".join(parts)


async def _next(receive: Receive, *, until: float) -> Any:
    try:
        return await asyncio.wait_for(receive(), max(0.0, until - time.monotonic()))
    except TimeoutError:
        raise ProblemError(TOO_SLOW, headers=CLOSE) from None


def _limit(most: int) -> str:
    return f"A request may have {most / 1e6:,.1f} MB in all."


def media_type(headers: Headers) -> str:
    """The type of content, without its parameters."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


# -- forms ------------------------------------------------------------------------------------------------


@dataclass
class Form:
    """The files and the fields of a form; a part called `file` is a file, with a name of its own or without."""

    files: list[NamedFile] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)


@dataclass
class _Reader:
    """What the parser calls, part after part."""

    form: Form = field(default_factory=Form)
    ended: bool = False
    header: bytes = b""
    value: bytes = b""
    headers: dict[bytes, bytes] = field(default_factory=dict)
    name: str = ""
    called: str | None = None
    content: bytearray = field(default_factory=bytearray)

    def begin(self) -> None:
        self.headers, self.content, self.header, self.value = {}, bytearray(), b"", b""

    def header_name(self, data: bytes, start: int, end: int) -> None:
        self.header += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self.value += data[start:end]

    def header_end(self) -> None:
        self.headers[self.header.lower()] = self.value
        self.header, self.value = b"", b""

    def headers_end(self) -> None:
        kind, options = parse_options_header(self.headers.get(b"content-disposition", b""))
        if kind != b"form-data" or b"name" not in options:
            raise ProblemError(UNREADABLE, NOT_MULTIPART)
        self.name = options[b"name"].decode("utf-8", "replace")
        self.called = options[b"filename"].decode("utf-8", "replace") if b"filename" in options else None
        if self.called is not None and self.name != FILE:
            raise _wrong(f"A file is sent as a part called “{FILE}”, and in no other.")

    def data(self, data: bytes, start: int, end: int) -> None:
        self.content += data[start:end]
        if self.name != FILE and len(self.content) > LONGEST_FIELD:
            raise _wrong("A field is longer than any field may be.")

    def part_end(self) -> None:
        if self.name == FILE:
            self._file()
        else:
            self._field()

    def _file(self) -> None:
        if len(self.form.files) >= MOST_FILES:
            raise _wrong("There are more files than a return has: send a workbook, a ZIP, or the two CSV files.")
        named = "".join(letter for letter in self.called or "" if letter.isprintable())[-LONGEST_NAME:]
        self.form.files.append(NamedFile(named or FILE, bytes(self.content)))

    def _field(self) -> None:
        if self.name in self.form.fields or len(self.form.fields) >= MOST_FIELDS:
            raise _wrong("A field is given twice, or there are more fields than there can be.")
        try:
            self.form.fields[self.name] = self.content.decode("utf-8")
        except UnicodeDecodeError:
            raise _wrong("A field is not in UTF-8.") from None

    def end(self) -> None:
        self.ended = True


def _wrong(what: str) -> ProblemError:
    return ProblemError(WRONG_FIELDS, fields=[{"field": None, "what": what}])


def form(content_type: str, body: bytes) -> Form:
    """The parts of multipart/form-data; ProblemError where it is none, ends early or has too much of anything."""
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if not 0 < len(boundary) <= LONGEST_BOUNDARY:
        raise ProblemError(UNREADABLE, NOT_MULTIPART)
    reader = _Reader()
    try:
        parser = MultipartParser(boundary, _calls(reader))  # type: ignore[arg-type]
        parser.write(body)
        parser.finalize()
    except FormParserError:
        raise ProblemError(UNREADABLE, NOT_MULTIPART) from None
    if not reader.ended:
        raise ProblemError(UNREADABLE, NOT_MULTIPART)
    return reader.form


def _calls(reader: _Reader) -> Mapping[str, Any]:
    return {
        "on_part_begin": reader.begin, "on_part_data": reader.data, "on_part_end": reader.part_end,
        "on_header_field": reader.header_name, "on_header_value": reader.header_value,
        "on_header_end": reader.header_end, "on_headers_finished": reader.headers_end, "on_end": reader.end,
    }  # fmt: skip
