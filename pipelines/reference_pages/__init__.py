"""The reference pages, written from the files that define the language; a new page is one line in `PAGES`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from pipelines.reference_pages.checks_page import checks_page
from pipelines.reference_pages.data_dictionary import data_dictionary
from pipelines.reference_pages.formats_page import formats_page
from pipelines.reference_pages.measures_page import measures_page
from pipelines.reference_pages.purposes_page import purposes_page
from pipelines.reference_pages.rule_sets_page import rule_sets_page

__all__ = [
    "PAGES",
    "checks_page",
    "data_dictionary",
    "formats_page",
    "measures_page",
    "purposes_page",
    "rule_sets_page",
    "stale_pages",
    "write_pages",
]

PAGES: Mapping[str, Callable[[], str]] = {
    "data-dictionary.md": data_dictionary,
    "rule-sets.md": rule_sets_page,
    "measures.md": measures_page,
    "checks.md": checks_page,
    "formats.md": formats_page,
    "purposes.md": purposes_page,
}


def write_pages(folder: Path) -> list[Path]:
    """Write every page into a folder, which is made when it does not exist; the paths written."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, write in PAGES.items():
        (folder / name).write_text(write(), encoding="utf-8", newline="\n")
        paths.append(folder / name)
    return paths


def stale_pages(folder: Path) -> list[Path]:
    """The pages of a folder that are missing or say something other than the language says now."""
    return [folder / name for name, write in PAGES.items() if _text(folder / name) != write()]


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
