"""The chase list: the returns that have not come, as a file to work from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.access import must
from app.board_words import STATES, contact, lateness, on_day
from app.permissions import Action, Person, actor_of, scope_of
from app.wording import opening, period
from pipelines import board, mailboxes
from pipelines.board import ExpectedReturn
from pipelines.cells_given_out import csv_file
from pipelines.house import open_house
from pipelines.mailboxes import Mailbox

CALLED = "chase-list.csv"
HEADINGS = (
    "School", "URN", "Phase", "Trust", "Term", "State", "Due", "Days late", "Contact role", "Mailbox",
    "Last reminded",
)  # fmt: skip


def missing(rows: Sequence[ExpectedReturn]) -> list[ExpectedReturn]:
    """Those that have not come, the longest overdue first, then by the end of their term."""
    late_first = sorted(rows, key=lambda one: (-(one.days_late or 0), one.last_day, one.school_name, one.school_urn))
    return [one for one in late_first if not one.came]


def take_away(person: Person, rows: Sequence[ExpectedReturn]) -> bytes:
    """The file, for someone who may see who has sent what; that they took it is recorded."""
    must(person, Action.SEE_RETURNS)
    warehouse, found = open_house().warehouse, missing(rows)
    board.note_chase_list(warehouse, found, actor=actor_of(person))
    return as_csv(found, mailboxes.mailboxes(warehouse, scope_of(person)))


def as_csv(rows: Sequence[ExpectedReturn], kept: Mapping[str, Mailbox]) -> bytes:
    """One line for each return that has not come; harmless in a spreadsheet program."""
    return csv_file([HEADINGS, *(_line(one, kept.get(one.school_urn)) for one in missing(rows))])


def _line(one: ExpectedReturn, mailbox: Mailbox | None) -> tuple[str, ...]:
    return (
        one.school_name, one.school_urn, opening(one.phase.replace("_", " ")), one.trust_name,
        opening(period(one.academic_year, one.term)), STATES[one.state],
        "" if one.due is None else one.due.isoformat(), lateness(one), contact(one),
        mailbox.address if mailbox else "", on_day(one.reminded),
    )  # fmt: skip
