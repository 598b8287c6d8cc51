"""Several entries in one cell, as recording systems list children, roles or actions."""

from __future__ import annotations

from collections.abc import Sequence


def entries(text: str, separators: Sequence[str]) -> list[str]:
    """The entries of a cell by the first separator that it has; blanks between separators count, at the end not."""
    separator = next((one for one in separators if one in text), None)
    return _parts(text, separator) if separator else [text.strip()] if text.strip() else []


def as_many(text: str, count: int, separators: Sequence[str]) -> list[str] | None:
    """The cell as that many entries, by whichever separator gives them; blanks for a blank cell; None otherwise."""
    if not text.strip():
        return [""] * count
    if count == 1:
        return [text.strip()]
    for separator in (one for one in separators if one in text):
        for parts in (_pieces(text, separator), _parts(text, separator)):
            if len(parts) == count:
                return parts
    return None


def _pieces(text: str, separator: str) -> list[str]:
    return [piece.strip() for piece in text.split(separator)]


def _parts(text: str, separator: str) -> list[str]:
    parts = _pieces(text, separator)
    while parts and not parts[-1]:
        parts.pop()
    return parts
