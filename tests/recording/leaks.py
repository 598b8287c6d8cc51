"""Look for identifiers in whatever a run left behind, in the forms that text takes in files."""

from __future__ import annotations

import io
import urllib.parse
import zipfile
from base64 import b64encode
from collections.abc import Iterable, Iterator
from datetime import date
from html import escape
from pathlib import Path

from tests.recording.raw_exports import PEOPLE, identifying_texts

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1252", "latin-1")


def leaks(contents: Iterable[tuple[str, bytes]]) -> list[tuple[str, str]]:
    """Each place and identifier that was found; places inside workbooks too."""
    wanted = {text: list(_encoded(text)) for text in [*identifying_texts(), *_birth_dates()]}
    return [
        (place, text)
        for name, content in contents
        for place, body in _unzipped(name, content)
        for text, forms in wanted.items()
        if any(form in body.lower() for form in forms)
    ]


def written(folder: Path, *, without: Iterable[Path] = ()) -> list[tuple[str, bytes]]:
    """Every file of a folder with its name as part of what was written, without those that were given."""
    given = set(without)
    return [
        (path.name, path.name.encode() + b"\n" + path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file() and path not in given
    ]


def _encoded(text: str) -> Iterator[bytes]:
    for spelled in {text, text.lower(), escape(text), text.replace(" ", ""), urllib.parse.quote(text)}:
        for encoding in ENCODINGS:
            yield spelled.encode(encoding, errors="ignore").lower()
    yield b64encode(text.encode())[:-4].lower()


def _birth_dates() -> Iterator[str]:
    for person in PEOPLE:
        day, month, year = map(int, person.born.split("/"))
        born = date(year, month, day)
        yield from (born.isoformat(), f"{born:%d %b %Y}", f"{born:%d %B %Y}", f"{born:%Y%m%d}", f"{born:%d-%m-%Y}")
        yield str((born - date(1899, 12, 30)).days)


def _unzipped(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, content
    body = content.partition(b"\n")[2]
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            for part in parts.namelist():
                yield f"{name}/{part}", parts.read(part)
