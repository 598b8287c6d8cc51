"""The examples of the rule book, run: changes of the sound return, sent through the check as a file.

{ status = "open" }                              answers of the first row of the check's table
{ cells = { "incidents.4.status" = "open" } }    cells, by row number as the spreadsheet shows it
{ repeat = ["children.2"], drop = ["children.8"] }        a copy of a row at the end; rows taken out
{ columns_out = [...], columns_in = { "incidents.Header" = "value" } }
{ grow = 12, every_core = "not_known", one_day = "2025-09-15" }
{ register = {...}, stated = {...}, sender = "school:900002", workbook = true }
{ before = { year, term, … the same changes } }  what was sent before; `renamed`: of others
{ nil = true }                                   a nil return instead of a file
{ fixture = "password-protected" }               a folder of data/sample/broken
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from pipelines import register, returns
from pipelines.history import history_issues
from pipelines.intake import checking
from pipelines.intake.surroundings import Surroundings
from pipelines.intake.tables import NamedFile
from pipelines.register import known_schools
from pipelines.sample.broken_base import Draft, draft
from pipelines.sample.broken_edits import (
    as_csv_pair,
    as_workbook,
    column_called,
    row_again,
    with_column,
    without_column,
)
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term
from schemas.issues import Issue
from schemas.lexicon import lexicon
from schemas.rulebook import Check
from tests.factories import KEY, OFFICER, TODAY, officer_of, register_csv

BROKEN = Path(__file__).parents[1] / "data" / "sample" / "broken"
CHANGES = frozenset(
    {"cells", "repeat", "drop", "columns_out", "columns_in", "headers", "grow", "every_core", "one_day", "register"}
    | {"stated", "sender", "workbook", "before", "nil", "fixture", "test", "renamed"}
)
Change = Mapping[str, Any]


def is_of_one_row(change: Change) -> bool:
    """Whether an example only changes answers of one row."""
    return not CHANGES & set(change)


def changed(change: Change, *, start: Draft | None = None) -> Draft:
    """The sound return, changed."""
    made = start or draft()
    _grow(made, change.get("grow", 0))
    for place in change.get("repeat", ()):
        table, row = place.split(".")
        row_again(table, int(row))(made)
    for place, value in change.get("cells", {}).items():
        table, row, column = place.split(".")
        made.put(table, int(row), column, _value(column, value))
    _every(made, change)
    for place in sorted(change.get("drop", ()), key=lambda place: -int(place.split(".")[1])):
        table, row = place.split(".")
        del made.sheets[table][int(row) - 1]
    for place in change.get("columns_out", ()):
        without_column(*place.split("."))(made)
    for place, header in change.get("headers", {}).items():
        column_called(*place.split("."), header)(made)
    for place, value in change.get("columns_in", {}).items():
        with_column(*place.split("."), [value])(made)
    if change.get("renamed"):
        _rename(made)
    return made


def _rename(made: Draft) -> None:
    """Other references and other children throughout."""
    for table in ("incidents", "children"):
        place = made.place(table, "incident_ref")
        for row in made.sheets[table][1:]:
            row[place] = f"B{row[place]}"
    place = made.place("children", "child_key")
    for row in made.sheets["children"][1:]:
        row[place] = str(row[place])[::-1]


def with_answers(made: Draft, table: str, row: int, answers: Change) -> Draft:
    """Answers written over one row."""
    for column, value in answers.items():
        made.put(table, row, column, _value(column, value))
    return made


def _value(column: str, text: str) -> Any:
    """A date as a day, where it is one: text otherwise."""
    known = {one.name: one.kind for table in lexicon().tables.values() for one in table.columns}
    try:
        return date.fromisoformat(text) if known.get(column) == "date" else text or None
    except ValueError:
        return text or None


def _grow(made: Draft, count: int) -> None:
    """More incidents: the first one again under other references, on other days, with other children."""
    for number in range(len(made.sheets["incidents"]) - 1, count):
        row, reference = len(made.sheets["incidents"]) + 1, f"G{number}"
        row_again("incidents", 2)(made)
        told = date(2025, 9, 16) + timedelta(days=number)
        days = dict.fromkeys(("reported_date", "dsl_informed_date", "parents_informed_date", "decision_date"), told)
        for column, value in {"incident_ref": reference, **days}.items():
            made.put("incidents", row, column, value)
        row_again("children", 2)(made)
        last = len(made.sheets["children"])
        made.put("children", last, "incident_ref", reference)
        made.put("children", last, "child_key", f"{number:032x}")


def _every(made: Draft, change: Change) -> None:
    for row in range(2, len(made.sheets["incidents"]) + 1):
        if answer := change.get("every_core"):
            for column in lexicon().tables["incidents"].columns:
                if column.core and column.codes and answer in {code.code for code in column.codes.codes}:
                    made.put("incidents", row, column.name, answer)
        if day := change.get("one_day"):
            made.put("incidents", row, "reported_date", date.fromisoformat(day))


def issues_of(check: Check, change: Change) -> list[Issue]:
    """What the whole check says of an example, the register and what was sent before included."""
    if name := change.get("fixture"):
        told = json.loads((BROKEN / name / "expected.json").read_text(encoding="utf-8"))["issues"]
        return [Issue(check.severity, one["rule"], one["table"], one["row"], one["column"], "", "") for one in told]
    if test := change.get("test"):
        return [Issue(check.severity, check.id, "file", None, None, "", "")] if _is_named(check.id, test) else []
    if not {"before", "register"} & set(change):
        return _issues(_store(), check, change)
    with new_store(change) as warehouse:
        if before := change.get("before"):
            _send_before(warehouse, before)
        return _issues(warehouse, check, change)


def _is_named(rule: str, test: str) -> bool:
    """Whether there is a test of that name that speaks of the rule."""
    path, _, name = test.partition("::")
    text = (BROKEN.parents[2] / path).read_text(encoding="utf-8")
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef) and node.name == name]
    return any(f'"{rule}"' in ast.unparse(node).replace("'", '"') for node in functions)


def _issues(warehouse: Warehouse, check: Check, change: Change) -> list[Issue]:
    if change.get("nil"):
        asked = {"school_urn": "900001", "academic_year": "202526", "term": Term.AUTUMN}
        return list(returns.nil_queries(warehouse, OFFICER.scope, **asked))
    made = with_answers(draft(), check.table, 2, change) if is_of_one_row(change) else changed(change)
    unstated = "stated" in change or change.get("workbook")
    stated = returns.Stated(**change.get("stated", {})) if unstated else _term("202526", "autumn")
    return list(_check(warehouse, made, stated, change).issues)


def _term(year: str, term: str) -> returns.Stated:
    return returns.Stated(None, year, Term(term))


def _check(warehouse: Warehouse, made: Draft, stated: returns.Stated, change: Change) -> returns.Checked:
    packed = as_workbook(made) if change.get("workbook") else as_csv_pair(made)
    files = [NamedFile(name, content) for name, content in packed.items()]
    actor = officer_of(change["sender"]) if "sender" in change else OFFICER
    with warehouse.reading() as cursor:  # as returns.look_at does, without its process of its own
        checked = checking.check(files, stated=stated, around=Surroundings(TODAY, known_schools(cursor)))
        found = history_issues(cursor, checked, key=KEY, actor=actor) if checked.readable else []
        return replace(checked, issues=(*checked.issues, *found))


def _send_before(warehouse: Warehouse, before: Change) -> None:
    earlier = _check(warehouse, changed(before), _term(before["year"], before["term"]), {})
    returns.submit(warehouse, earlier, actor=OFFICER, key=KEY)


@cache
def _store() -> Warehouse:
    return new_store({})


def new_store(change: Change) -> Warehouse:
    """A warehouse that knows the two schools of the sound return."""
    warehouse = Warehouse(None)
    school = {"URN": "900001", **{_IN_REGISTER[name]: day for name, day in change.get("register", {}).items()}}
    content = register_csv([school, {"URN": "900002"}])
    moment = datetime(2020, 1, 1)  # noqa: DTZ001 - the warehouse keeps UTC without a zone
    register.load_register(warehouse, [NamedFile("register.csv", content)], actor=OFFICER, when=moment)
    return warehouse


_IN_REGISTER = {"open_date": "OpenDate", "close_date": "CloseDate"}
