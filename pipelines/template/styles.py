"""How the template looks: what is locked, what is text, what is a date, what must be answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

TEXT, DATE = "@", "dd/mm/yyyy"
_DARK, _PALE, _GREY = "#12436D", "#D9E6F0", "#6B7280"


@dataclass(frozen=True)
class Styles:
    """The formats of one workbook. Core headers differ by weight and border too, not by colour alone."""

    title: Format
    plain: Format
    wrapped: Format
    core: Format
    optional: Format
    free: Format
    text: Format
    date: Format
    example: Format
    example_date: Format


def styles(book: Workbook) -> Styles:
    """The formats, added to a workbook."""
    head = {"text_wrap": True, "valign": "top"}
    free = {"locked": False}
    example = {**free, "italic": True, "font_color": _GREY, "bg_color": "#F3F4F6"}
    return Styles(
        title=book.add_format({"bold": True, "font_size": 14}),
        plain=book.add_format({"valign": "top"}),
        wrapped=book.add_format({"text_wrap": True, "valign": "top"}),
        core=book.add_format({**head, "bold": True, "font_color": "white", "bg_color": _DARK, "bottom": 5}),
        optional=book.add_format({**head, "italic": True, "bg_color": _PALE, "bottom": 1}),
        free=book.add_format(free),
        text=book.add_format({**free, "num_format": TEXT}),
        date=book.add_format({**free, "num_format": DATE}),
        example=book.add_format({**example, "num_format": TEXT}),
        example_date=book.add_format({**example, "num_format": DATE}),
    )
