"""The XML of a sheet, cut between its rows, so that rows in the usual shape need not go through the parser.

Every spreadsheet program writes its rows in much the same way. A row that is recognised in full is taken as it
stands; everything else, to the last byte, goes to the parser, in order. From the first thing that leaves any
doubt about where a row begins or ends (a comment, say), all the rest goes to the parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from pipelines.intake.workbook_parts import MAIN

_DATA, _END = b"<sheetData>", b"</row>"
_LONGEST_ROW = 4_000_000  # bytes
_BEGINNING = re.compile(rb"""(?:\xef\xbb\xbf)?(?:<\?xml version=["']1\.0["']([^<>]*)\?>)?\s*<worksheet[\s>]""")
_UTF8 = re.compile(rb"""encoding=["']utf-8["']""", re.IGNORECASE)
_NAMESPACE = re.compile(rb"""\sxmlns\s*=\s*["']([^"']*)["']""")
_ROW = re.compile(r"\s*<row[\s>]")

Take = Callable[[str], bool]


class SheetPieces:
    """Offers each row, as text without its closing tag, to `take`; what it does not take is for the parser."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self._usual = False
        self._rest = b""

    def for_the_parser(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """What is left of the sheet, piece by piece; an empty piece lets what was taken meanwhile be used."""
        pieces = iter(chunks)
        head, rest = _head(pieces)
        self._usual = _is_usual(head)
        yield head
        yield from self._rows(rest)
        for chunk in pieces:
            yield from self._rows(self._rest + chunk)
        yield self._rest

    def _rows(self, content: bytes) -> Iterator[bytes]:
        """The rows that are whole; the beginning of the next one stays behind."""
        rows, end, self._rest = content.rpartition(_END)
        texts = _texts(rows) if self._usual and len(self._rest) < _LONGEST_ROW else None
        if texts is None:
            self._usual, self._rest = False, b""
            yield content
        elif end:
            yield from self._offered(texts)

    def _offered(self, texts: list[str]) -> Iterator[bytes]:
        for text in texts:
            if not (self._usual and self._take(text)):
                self._usual &= _is_one_row(text)
                yield text.encode() + _END
        yield b""


def _head(pieces: Iterator[bytes]) -> tuple[bytes, bytes]:
    """Everything up to the first row, and what was read beyond it."""
    head = b""
    for chunk in pieces:
        head += chunk
        before, found, after = head.partition(_DATA)
        if found:
            return before + found, after
        if len(head) > _LONGEST_ROW:
            break
    return head, b""


def _is_usual(head: bytes) -> bool:
    """Whether rows follow in the main namespace, in UTF-8, and in no comment."""
    beginning = _BEGINNING.match(head)
    if beginning is None or not head.endswith(_DATA) or b"<!" in head or head.count(b"<?") > 1:
        return False
    declared = beginning[1] or b""
    in_utf8 = b"encoding" not in declared or bool(_UTF8.search(declared))
    return in_utf8 and _NAMESPACE.findall(head) == [MAIN.rstrip("|").encode()]


def _texts(rows: bytes) -> list[str] | None:
    try:
        return rows.decode().split(_END.decode())
    except UnicodeDecodeError:
        return None


def _is_one_row(text: str) -> bool:
    """Whether the parser, once it has accepted this, stands between two rows again."""
    return bool(_ROW.match(text)) and text.count("<row") == 1 and "<!" not in text and "<?" not in text
