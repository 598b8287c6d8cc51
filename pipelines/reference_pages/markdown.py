"""The few pieces of Markdown that the reference pages are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

WRITTEN_BY = "<!-- Written by `plumbline reference` from the files in schemas/. Change those, not this page. -->"


def page(title: str, *blocks: str) -> str:
    """A whole page: its title, a note that it is generated, and its blocks with a blank line between."""
    return "\n\n".join([WRITTEN_BY, f"# {title}", *blocks]) + "\n"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a cell may hold any text."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def bullets(lines: Iterable[str]) -> str:
    """A list, one line each."""
    return "\n".join(f"- {line}" for line in lines)


def code(text: str) -> str:
    """A name, code or condition, set apart."""
    return f"`{text}`"


def codes(texts: Iterable[str]) -> str:
    """Several of them, with commas."""
    return ", ".join(map(code, texts))


def link(text: str, *, heading: str) -> str:
    """A link to a heading of the same page."""
    kept = "".join(letter for letter in heading.casefold() if letter.isalnum() or letter in " -_")
    return f"[{text}](#{kept.replace(' ', '-')})"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
