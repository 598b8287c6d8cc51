"""Mailboxes of many schools from one CSV file with the columns urn, role and mailbox."""

from __future__ import annotations

import csv
import io

from pipelines.mailboxes import ContactRole, Told
from schemas.errors import QuestionError, UnreadableError

COLUMNS = ("urn", "role", "mailbox")
ROLES = {"dsl": ContactRole.LEAD, "deputy dsl": ContactRole.DEPUTY, "head": ContactRole.HEAD} | {
    str(role): role for role in ContactRole
}


def read(content: bytes) -> list[Told]:
    """The mailboxes that a file names, with the row of each; errors name the row and never repeat a cell."""
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise UnreadableError("This is not a CSV file in UTF-8. Save it as “CSV UTF-8” and try again.") from None
    if not rows or tuple(cell.strip().casefold() for cell in rows[0]) != COLUMNS:
        raise UnreadableError(f"The first row of the file must name the columns {', '.join(COLUMNS)}, in this order.")
    return [_told(row, f"Row {number}: ") for number, row in enumerate(rows[1:], start=2) if any(map(str.strip, row))]


def _told(row: list[str], where: str) -> Told:
    if len(row) != len(COLUMNS):
        raise QuestionError(f"{where}give three cells: {', '.join(COLUMNS)}.")
    urn, role, address = (cell.strip() for cell in row)
    if role.casefold() not in ROLES:
        raise QuestionError(f"{where}the role must be one of: {', '.join(ContactRole)}.")
    return Told(urn, ROLES[role.casefold()], address, where)
