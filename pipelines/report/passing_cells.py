"""Of a sender's rows, the cells that may be given back: in their column's format, and past the personal-data gate."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from pipelines.intake.checking import known_headers
from pipelines.intake.personal_data import inspect
from pipelines.intake.tables import TextTable
from schemas.issues import Issue
from schemas.lexicon import lexicon

NOT_SHOWN = "(not shown: see your file)"
OPEN_KINDS = frozenset({"text", "key"})  # in which a sender may write what no list foresees
REFUSED = ("file-", "personal-", "format-")


def passing_cells(table: str, rows: pd.DataFrame, issues: Iterable[Issue]) -> pd.DataFrame:
    """The rows as text, dates as dates: a cell that failed says so, and no longer says what it held.

    `rows` are typed, so a cell that is not in its format is blank already.
    """
    shown = pd.DataFrame({name: rows[name].astype(object) for name in rows.columns}, index=rows.index)
    shown = shown.where(rows.notna(), None)
    for name in _open_columns(table):
        refused = _refused_by_the_gate(table, rows[name])
        shown.loc[refused, name] = NOT_SHOWN
    _say_what_failed(table, shown, issues)
    return shown


def _open_columns(table: str) -> list[str]:
    return [column.name for column in lexicon().tables[table].columns if column.kind in OPEN_KINDS]


def _refused_by_the_gate(table: str, cells: pd.Series) -> pd.Index:
    """The rows whose cell the gate stops or asks about; all, where it does not name every one."""
    texts = pd.Series(pd.Categorical(cells.astype(object).where(cells.notna(), "")), index=cells.index)
    frame = pd.DataFrame({cells.name: texts})
    found = inspect({table: TextTable(name=table, frame=frame, header_row=1)}, known=known_headers())
    stopped = [issue for issue in found if issue.rule.startswith("personal-")]
    if any(issue.row is None for issue in stopped):
        return cells.index
    return cells.index.intersection([issue.row for issue in stopped])


def _say_what_failed(table: str, shown: pd.DataFrame, issues: Iterable[Issue]) -> None:
    """Cells that an issue of reading, gate or format names; where the gate names no column of ours, every open cell."""
    words = lexicon().tables[table]
    for issue in issues:
        if issue.table != table or not issue.rule.startswith(REFUSED) or issue.row not in shown.index:
            continue
        name = words.name_for(issue.column) if issue.column else None
        if name is not None and not issue.rule.endswith("blank"):
            shown.loc[issue.row, name] = NOT_SHOWN
        elif name is None and issue.rule.startswith("personal-"):
            shown.loc[issue.row, _open_columns(table)] = NOT_SHOWN
