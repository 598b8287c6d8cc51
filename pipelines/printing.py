"""What the command line prints: for people as tables and sentences, for programs as JSON or CSV."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pipelines.cells_given_out import write_csv
from pipelines.figures import STATE_WORDS, Figure, FigureTable, State
from schemas.calendar import label
from schemas.issues import Issue, errors, queries
from schemas.measurement import Measure, measure

if TYPE_CHECKING:
    from pipelines.mappings import Used
    from pipelines.returns import Receipt

FIGURE_FIELDS = ("value", "count", "denominator", "lower95", "upper95", "state")
EXTRA_FIELDS = ("p90", "undated", "not_known", "not_applicable", "at_risk")


def say(text: str) -> None:
    """A sentence on standard output."""
    Console(highlight=False).print(text, markup=False)


def complain(text: str) -> None:
    """A sentence on standard error."""
    Console(stderr=True, highlight=False).print(text, markup=False)


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show that long work goes on, where a person is looking."""
    with Console(stderr=True).status(f"{what}…"):
        yield


def issues(
    found: Sequence[Issue], *, as_json: bool, quiet_when_none: bool = False, mapped: Sequence[Used] | None = None,
    read: Mapping[str, int] | None = None,
) -> None:  # fmt: skip
    """Every issue, with how many errors and queries there are; and how a school's own wordings were read.

    `read` is how many rows of each table were read, by its name.
    """
    counts = {"errors": len(errors(found)), "queries": len(queries(found))}
    say_mapped(mapped or (), as_json=as_json)
    if as_json:
        more = {"mapped": None if mapped is None else _mapped(mapped), "read": None if read is None else dict(read)}
        known = {name: content for name, content in more.items() if content is not None}
        print_json({**counts, "issues": [issue.as_dict() for issue in found], **known})
    elif found or not quiet_when_none:
        _list_issues(found)
        _say_read(read or {})
        say(f"{counts['errors']} to correct, {counts['queries']} to correct or explain.")


def _say_read(read: Mapping[str, int]) -> None:
    """“Read: 1 incident and 2 rows of children.”; nothing where no row could be read."""
    if not read:
        return
    incidents, children = read["incidents"], read["children"]
    said = "1 incident" if incidents == 1 else f"{incidents:,} incidents"
    say(f"Read: {said} and {'1 row' if children == 1 else f'{children:,} rows'} of children.")


def say_mapped(used: Sequence[Used], *, as_json: bool) -> None:
    """How each of the file's own wordings was read by the mapping that is kept for the school."""
    if not used or as_json:
        return
    from pipelines.mapped_words import sentences

    for sentence in sentences(used):
        say(sentence)
    say("")


def _mapped(used: Sequence[Used]) -> list[dict[str, Any]]:
    if not used:
        return []
    from pipelines.mapped_words import as_dict

    return [as_dict(one) for one in used]


def _list_issues(found: Sequence[Issue]) -> None:
    """Each issue whole, on lines of its own: what kind and where, what is wrong, what to do."""
    for issue in sorted(found, key=lambda one: (str(one.severity), one.table, one.row or 0)):
        say(f"{str(issue.severity).upper()}  {_where(issue)}  [{issue.rule}]")
        _say_below(f"What is wrong: {issue.message}")
        _say_below(f"What to do:    {issue.fix}")
        say("")


def _where(issue: Issue) -> str:
    row = "" if issue.row is None else f"row {issue.row}"
    named = issue.column or ""
    column = f"column {named}" if named and not named.startswith("column ") else named  # “column BI” has no name
    return ", ".join(part for part in (issue.table, row, column) if part)


def _say_below(text: str) -> None:
    Console(highlight=False).print(Padding(Text(text), (0, 0, 0, 2)))


def receipts(kept: Sequence[Receipt], found: Sequence[Issue], *, as_json: bool) -> None:
    """Proof of what was kept, school by school."""
    if as_json:
        asked = [issue.as_dict() for issue in queries(found)]
        print_json({"receipts": [_receipt(one) for one in kept], "queries": asked})
        return
    for one in kept[:20]:
        what = "nil return" if one.nil else f"{one.incidents} incidents, {one.children} children, {_queries(one)}"
        say(f"{one.school_urn}, {one.term} term {label(one.academic_year)}: version {one.version} kept ({what}).")
        say_mapped(one.mapped, as_json=False)
    if len(kept) > 20:
        say(f"… and {len(kept) - 20:,} further schools: {sum(one.incidents for one in kept):,} incidents in all.")


def _queries(one: Receipt) -> str:
    return f"{one.queries} {'query' if one.queries == 1 else 'queries'}, {one.explained} explained"


def _receipt(one: Receipt) -> dict[str, Any]:
    names = (
        "school_urn", "academic_year", "term", "version", "nil", "incidents", "children", "queries", "explained",
        "recorded_by",
    )  # fmt: skip
    plain = {name: getattr(one, name) for name in names}
    plain["mapped"] = _mapped(one.mapped)
    return {**plain, "recorded_at": one.recorded_at.isoformat(), "file_sha256": one.file_sha256}


def figures(table: FigureTable, *, as_json: bool, as_csv: bool) -> None:
    """A table of figures: JSON or CSV with full precision, else a table to read."""
    if as_json:
        print_json(_figure_json(table))
    elif as_csv:
        _figure_csv(table)
    else:
        _figure_table(table)


def _figure_json(table: FigureTable) -> dict[str, Any]:
    return {
        "measure": table.question.measure,
        "scope": str(table.scope),
        "rule_set": table.rule_set,
        "as_at": table.as_at.isoformat(),
        "data_version": table.data_version,
        "coverage": {"returned": table.coverage.returned, "expected": table.coverage.expected},
        "rows": [_figure_row(row) for row in table.rows],
        **({"kept_from": table.kept_from} if table.kept_from else {}),
    }


def _figure_row(row: Figure) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in FIGURE_FIELDS}
    extra = {name: getattr(row, name) for name in EXTRA_FIELDS if getattr(row, name) is not None}
    coverage = {"returned": row.coverage.returned, "expected": row.coverage.expected, "nil": row.coverage.nil}
    return {"by": dict(row.by), **plain, **extra, "coverage": coverage}


def _figure_csv(table: FigureTable) -> None:
    breakdowns = list(table.rows[0].by) if table.rows else []
    header = [*breakdowns, *FIGURE_FIELDS, *EXTRA_FIELDS, "returned", "expected"]
    write_csv(sys.stdout, [header, *map(_figure_line, table.rows)])


def _figure_line(row: Figure) -> list[object]:
    numbers = [getattr(row, name) for name in (*FIGURE_FIELDS, *EXTRA_FIELDS)]
    return [*row.by.values(), *numbers, row.coverage.returned, row.coverage.expected]


def _figure_table(table: FigureTable) -> None:
    asked = measure(table.question.measure)
    say(f"{asked.title}, {table.scope}" + (f", judged by {table.rule_set}" if table.rule_set else ""))
    breakdowns = list(table.rows[0].by) if table.rows else []
    headers = [name.replace("_", " ") for name in breakdowns]
    printed = Table(*headers, asked.unit, "95 % interval", "count", "of", "returns")
    for row in table.rows:
        names = [table.label(name, value) for name, value in row.by.items()]
        came = "" if row.state is State.NOT_SHARED else f"{row.coverage.returned} of {row.coverage.expected}"
        printed.add_row(
            *names, _value(asked, row), _interval(asked, row), _whole(row.count), _whole(row.denominator), came
        )
    Console(highlight=False).print(printed)
    say(f"Returns: {table.coverage.returned} of {table.coverage.expected} expected. Data version {table.data_version}.")
    if table.kept_from:
        say(f"Rows before {label(table.kept_from)} were erased under the retention rule and are in no figure.")


def _value(asked: Measure, row: Figure) -> str:
    if row.value is None:
        return STATE_WORDS[row.state]
    if asked.is_share and row.count is None:  # given by itself, in whole per cents
        return f"{row.value:.0%}"
    return _number(asked, row.value)


def _interval(asked: Measure, row: Figure) -> str:
    if row.lower95 is None or row.upper95 is None:
        return ""
    return f"{_number(asked, row.lower95)} to {_number(asked, row.upper95)}"


def _number(asked: Measure, number: float) -> str:
    return f"{number:.1%}" if asked.is_share else f"{number:,.1f}"


def _whole(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def print_json(content: Mapping[str, Any]) -> None:
    """JSON on standard output, in full precision."""
    sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=1) + "\n")
