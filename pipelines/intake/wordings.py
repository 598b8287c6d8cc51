"""Every sentence that reading a file and the personal-data gate may say, in one place.

A sentence says what is wrong and what to do. It may name a row, a column and a kind of thing, never a
cell's value: not even a file's or a sheet's name, which people also fill with children's names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from schemas.errors import UnreadableError
from schemas.issues import Issue, Severity

SHOWN_ROWS = 50


@dataclass(frozen=True)
class Wording:
    """A message and what to do about it; braces are filled with facts, never with values."""

    message: str
    fix: str
    severity: Severity = Severity.ERROR


_SAVE_AS_XLSX = "Open it in a spreadsheet program, save it as an Excel workbook (.xlsx) or CSV UTF-8, and send that."
_SEND_WHAT = "Send one Excel workbook (.xlsx), the two CSV files incidents and children, or a ZIP of the two."
_TAKE_OUT = "Take it out of the file, save, and send the file again."

WORDINGS: dict[str, Wording] = {
    "file-empty": Wording("{where} is empty.", _SEND_WHAT),
    "file-nothing-sent": Wording("No file was sent.", _SEND_WHAT),
    "file-too-many": Wording("{count} files were sent, which is more than a return has.", _SEND_WHAT),
    "file-too-large": Wording(
        "{where} is larger than the limit of {limit} MB.",
        "Check that it is the right file, and delete sheets and columns that do not belong to the return.",
    ),
    "file-too-demanding": Wording(
        "{where} would take far more time or memory to read than a return does, so reading was stopped.",
        "Copy only the filled rows into a new workbook, or save them as CSV files, and send those.",
    ),
    "file-unreadable": Wording("{where} cannot be read: it is damaged or not what its ending says.", _SAVE_AS_XLSX),
    "file-wrong-kind": Wording("{where} is {kind}, which cannot be read as a return.", _SAVE_AS_XLSX),
    "file-password-protected": Wording(
        "{where}: this {what} is password protected, so it cannot be read.",
        "Take the password off, save, and send it again. The connection to the portal is encrypted.",
    ),
    "file-macros": Wording(
        "{where}: this workbook contains macros, which are not accepted.",
        "Save it as an Excel workbook without macros (.xlsx) and send that.",
    ),
    "file-strict-workbook": Wording(
        "{where}: this workbook was saved as “Strict Open XML Spreadsheet”.",
        "Save it as an ordinary Excel workbook (.xlsx) and send that.",
    ),
    "file-unsafe-xml": Wording(
        "{where}: this workbook contains declarations that no spreadsheet program writes.", _SAVE_AS_XLSX
    ),
    "file-null-bytes": Wording("{where} contains null characters, so it is damaged or not a text file.", _SAVE_AS_XLSX),
    "file-encoding": Wording(
        "{where} is in a character set that cannot be recognised.", "Save it as CSV UTF-8 and send that."
    ),
    "file-broken-quote": Wording(
        "{where}: a quotation mark opens or closes in the wrong place, so the cells cannot be told apart.",
        "Save it as CSV from your spreadsheet program again, or correct the marks in or just above this row.",
    ),
    "file-no-header": Wording(
        "{where}: no row with the return's column names was found in the first {limit} rows.",
        "Put the column names, such as incident_ref, in the first row, with commas between them.",
    ),
    "file-missing-table": Wording(
        "The {table} table was not found.",
        "Send both tables: a workbook with the sheets incidents and children, or the two CSV files.",
    ),
    "file-duplicate-table": Wording("The {table} table was sent more than once.", "Send each table once."),
    "file-not-recognised": Wording(
        "{where} is neither the incidents nor the children table, as far as its name and columns show.",
        "Put “incidents” or “children” in the file's name, or leave the file out.",
    ),
    "file-duplicate-column": Wording(
        "The column name stands more than once.", "Keep one of the columns and delete the other."
    ),
    "file-unnamed-column": Wording(
        "The column has cells with content but no name.", "Give the column its name, or delete it."
    ),
    "file-ragged-row": Wording(
        "The row has {fault} than the header row, so its cells may stand under the wrong names.",
        "Check the row for a separator or line break inside a cell that has no quotation marks around it.",
    ),
    "file-too-wide": Wording(
        "{where} has more than {limit} columns.", "Delete the columns that do not belong to the return."
    ),
    "file-too-many-cells": Wording(
        "{where} has more than {limit:,} cells, most of them perhaps blank but formatted.",
        "Copy the filled rows to a new workbook, or send the tables as CSV files.",
    ),
    "file-cell-too-long": Wording(
        "A cell holds more text than a spreadsheet cell can.",
        "Shorten or empty it: the return has no free text.",
    ),
    "file-cell-error": Wording(
        "The cell shows a spreadsheet error such as #N/A.", "Correct the formula, or type the answer in."
    ),
    "file-rounded-number": Wording(
        "A long number was rounded by the spreadsheet program, so its last digits are lost.",
        "Set the column to Text, fill in the original again, and save.",
    ),
    "file-formula-without-value": Wording(
        "The cell holds a formula without a stored result.",
        "Open the workbook, let it calculate, save, and send it.",
    ),
    "file-1904-dates": Wording(
        "The workbook counts days from 1904 and has plain numbers that may be dates.",
        "Set the date columns to a date format, so that each date is certain.",
        Severity.QUERY,
    ),
    "file-author": Wording(
        "The workbook's properties name who made or last saved it; the portal does not keep them.",
        "Say that this is known, or take the name out: in Excel by File, Info, Inspect Document.",
        Severity.QUERY,
    ),
    "file-hidden-sheet": Wording(
        "{where} is hidden and holds content, so it was not read.",
        "Unhide the sheet and check it, or delete it.",
    ),
    "file-extra-sheet": Wording(
        "{where} is not part of a return: it was searched for personal data and not read.",
        "Delete the sheet, or explain why it is there.",
        Severity.QUERY,
    ),
    "file-zip-nested": Wording(
        "The ZIP contains another ZIP or a workbook.",
        "Put only the two CSV files in the ZIP, or send the workbook itself.",
    ),
    "file-zip-names": Wording(
        "The ZIP contains a file that is not a CSV file.",
        "Put only the two CSV files incidents and children in the ZIP.",
    ),
    "file-zip-entries": Wording("The ZIP contains more than {limit} files.", _SEND_WHAT),
    "file-zip-size": Wording(
        "{where} unpacks to more than {limit} MB.",
        "Check that it is the right file and holds only the return.",
    ),
    "personal-attachment": Wording(
        "{where} contains {kind}. A return must not carry anything beside its cells.",
        "Delete it from every sheet, save, and send the workbook again.",
    ),
    "personal-in-name": Wording(
        "{where}: its name contains what looks like {kind}.",
        "Give it a name without personal data and send it again.",
    ),
    "personal-loose-text": Wording(
        "{where} contains what looks like {kind}, outside the tables of the return.", _TAKE_OUT
    ),
    "personal-unknown-column": Wording(
        "The column looks like {kind}, which must not be sent.",
        "Delete the column, save, and send the file again; “plumbline anonymise” leaves out such columns for you.",
    ),
    "personal-ten-digits": Wording(
        "The reference is a bare number of ten digits, which may be a pupil's NHS number or ULN with a typing error.",
        "If it is a number of your own, say so, or put a letter in front of it; otherwise replace it.",
        Severity.QUERY,
    ),
    "structure-unknown-column": Wording(
        "The column is not one of the return's columns.", "Correct its name, or delete the column."
    ),
}

OWN_REFERENCE: Mapping[str, str] = {  # by the kind of column, where taking it out alone would leave a gap
    "text": (
        "Replace it with a reference of your own, the same in both tables and each time you send the incident. "
        "If it is your own number already, put a letter in front of it."
    ),
    "key": (
        "Replace it with a key of your own, made at your school, the same for this child in every return; “plumbline "
        "anonymise” makes such keys."
    ),
}
_VALUE = Wording(
    "The cell contains what looks like {kind}, which must not be sent.",
    "Take it out of the file, save, and send the file again; “plumbline anonymise” does so for a whole export.",
)


def wording(rule: str) -> Wording:
    """The wording of a rule; every rule of the gate about a cell has the same one."""
    return WORDINGS.get(rule, _VALUE) if rule.startswith("personal-") else WORDINGS[rule]


def issue(
    rule: str, *, table: str = "file", row: int | None = None, column: str | None = None, **facts: object
) -> Issue:
    """The issue of that rule, with its sentence filled in."""
    return _filled(wording(rule), rule, place=(table, row, column), facts=facts)


def personal_issue(rule: str, *, where: str, kind: str, in_name: bool) -> Issue:
    """An identifier outside the tables: in the name of a file or sheet, or in loose cells."""
    words = WORDINGS["personal-in-name" if in_name else "personal-loose-text"]
    return _filled(words, rule, place=("file", None, None), facts={"where": where, "kind": kind})


def row_issues(
    rule: str, *, rows: Sequence[int], table: str, column: str | None = None, fix: str | None = None, **facts: object
) -> list[Issue]:
    """One issue for each of the first rows, and one that counts the rest; `fix` says what to do in its own way."""
    words = wording(rule) if fix is None else replace(wording(rule), fix=fix)
    found = [_filled(words, rule, place=(table, row, column), facts=facts) for row in rows[:SHOWN_ROWS]]
    if (more := len(rows) - SHOWN_ROWS) > 0:
        rest = replace(words, message=f"{more:,} further row{'s' if more > 1 else ''}: {words.message}")
        found.append(_filled(rest, rule, place=(table, None, column), facts=facts))
    return found


def _filled(
    words: Wording, rule: str, *, place: tuple[str, int | None, str | None], facts: Mapping[str, object]
) -> Issue:
    table, row, column = place
    message = words.message.format(**{"table": table, **facts})
    return Issue(words.severity, rule, table, row, column, message, words.fix)


class FileFault(UnreadableError):
    """A file, or a part of it, cannot be taken in; it becomes an issue at the door of `reading.read`."""

    def __init__(self, rule: str, *, table: str = "file", row: int | None = None, **facts: object) -> None:
        super().__init__(rule)
        self.rule, self.table, self.row, self.facts = rule, table, row, facts

    def as_issue(self, *, where: str, table: str | None = None) -> Issue:
        """The issue to show, about the file or sheet named by its place."""
        facts = {"where": where, **self.facts}
        place = (table or self.table, self.row, None)
        return _filled(wording(self.rule), self.rule, place=place, facts=facts)
