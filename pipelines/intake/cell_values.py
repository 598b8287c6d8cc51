"""What a cell of a workbook says, as text: the same text for the same thing, however it was stored."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time

from openpyxl.styles.numbers import is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from pipelines.intake.wordings import FileFault
from pipelines.intake.workbook_parts import MAIN, WorkbookParts, parse, small_part

_BUILT_IN_DATES = frozenset([*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)])
_SERIALS = range(36_000, 60_000)  # the days of this century, counted from 1900 or 1904
_EXACT_BELOW = 1e15  # a spreadsheet keeps fifteen digits
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_TRUTH = {"1": "TRUE", "0": "FALSE", "true": "TRUE", "false": "FALSE"}
_MIDNIGHT = re.compile(r"T00:00:00(?:\.0+)?Z?$")


@dataclass(frozen=True)
class CellReader:
    """Turns a stored cell into text by the workbook's strings, date styles and calendar."""

    strings: tuple[str, ...]
    date_styles: frozenset[int]
    dates_from_1904: bool

    def text(self, stored: str, *, kind: str, style: int) -> str:
        """The text of a cell; a FileFault when it points at a string that is not there."""
        if kind == "n":
            return self._number(stored, style=style)
        if kind == "s":
            return self._shared(stored)
        if kind == "b":
            return _TRUTH.get(stored, stored)
        if kind == "d":
            return _MIDNIGHT.sub("", stored)
        return unescaped(stored)

    def _shared(self, stored: str) -> str:
        if not stored:
            return ""
        try:
            return self.strings[int(stored)]
        except (ValueError, IndexError):
            raise FileFault("file-unreadable") from None

    def _number(self, stored: str, *, style: int) -> str:
        try:
            value = float(stored)
        except ValueError:
            return stored
        if style in self.date_styles and (date := date_text(value, from_1904=self.dates_from_1904)):
            return date
        return number_text(value) if math.isfinite(value) else stored


def number_text(value: float) -> str:
    """A number as people write it; in powers of ten where the spreadsheet has lost digits."""
    if value.is_integer() and abs(value) < _EXACT_BELOW:
        return str(int(value))
    return f"{value:.15g}".upper()


def date_text(value: float, *, from_1904: bool) -> str | None:
    """A day count as an ISO date, with the time where there is one; None when no calendar has the day."""
    if value < 0:
        return None
    try:
        moment = from_excel(value, MAC_EPOCH if from_1904 else WINDOWS_EPOCH)
    except (OverflowError, ValueError):
        return None
    if isinstance(moment, datetime) and moment.time() == time.min:
        return moment.date().isoformat()
    return str(moment.isoformat(timespec="seconds"))


def may_be_a_day(text: str, *, kind: str) -> bool:
    """Whether a cell is a plain number that a calendar could mean."""
    return kind == "n" and text.isdigit() and int(text) in _SERIALS


def unescaped(text: str) -> str:
    """Text with the characters that XML cannot hold put back."""
    return _ESCAPED.sub(lambda found: _character(found[1]), text) if "_x" in text else text


def _character(code: str) -> str:
    number = int(code, 16)
    return "\ufffd" if 0xD800 <= number <= 0xDFFF else chr(number)


def cell_reader(book: WorkbookParts) -> CellReader:
    """The reader for one workbook."""
    return CellReader(
        strings=tuple(_shared_strings(book)),
        date_styles=_date_styles(book),
        dates_from_1904=book.dates_from_1904,
    )


class _Strings:
    """Collects shared strings: all runs of a string, without its phonetic guide."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._runs: list[str] = []
        self._in_text = False
        self._phonetic = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == f"{MAIN}si":
            self._runs = []
        elif tag == f"{MAIN}rPh":
            self._phonetic += 1
        self._in_text = tag == f"{MAIN}t" and not self._phonetic

    def end(self, tag: str) -> None:
        self._in_text = False
        if tag == f"{MAIN}si":
            self.found.append(unescaped("".join(self._runs)))
        elif tag == f"{MAIN}rPh":
            self._phonetic -= 1

    def text(self, data: str) -> None:
        if self._in_text:
            self._runs.append(data)


def _shared_strings(book: WorkbookParts) -> Iterable[str]:
    strings = _Strings()
    if book.shared_strings in book.parts.infos:
        chunks = small_part(book.parts, book.shared_strings)
        parse(chunks, start=strings.start, end=strings.end, text=strings.text)
    return strings.found


def _date_styles(book: WorkbookParts) -> frozenset[int]:
    """Which cell styles show a number as a date."""
    dates = set(_BUILT_IN_DATES)
    formats: list[int] = []
    inside: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == f"{MAIN}numFmt" and _is_date(attributes.get("formatCode", "")):
            dates.add(_whole_number(attributes.get("numFmtId")))
        elif tag == f"{MAIN}xf" and f"{MAIN}cellXfs" in inside:
            formats.append(_whole_number(attributes.get("numFmtId")))
        inside.append(tag)

    if book.styles in book.parts.infos:
        parse(small_part(book.parts, book.styles), start=start, end=lambda _: inside.__delitem__(-1))
    return frozenset(style for style, number in enumerate(formats) if number in dates)


def _is_date(code: str) -> bool:
    return bool(is_date_format(code)) and not is_timedelta_format(code)


def _whole_number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
