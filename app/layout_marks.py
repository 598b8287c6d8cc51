"""Texts that go into Markdown as they are."""

from __future__ import annotations

MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>$:~|#"})


def plain(text: str) -> str:
    """A text in which no character is taken for a mark of layout."""
    return text.translate(MARKS)
