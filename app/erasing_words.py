"""Erasures in words and tables: what would go, what waits for a second person, what went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from app.issue_tables import plain
from app.wording import moment, number, opening, period
from pipelines.erasing import Count, Kind, Plan, Request
from pipelines.erasing.listing import Listed
from schemas.calendar import label

TABLES = {
    "incidents": "incidents", "children": "rows of children", "explanations": "explanations of queries",
    "programme_queries": "queries told to a programme", "mapped_wordings": "wordings that were read by a mapping",
    "programme_keys": "answers given to a programme", "returns": "versions of returns", "sign_offs": "sign-offs",
    "shared_counts": "each school's own counts behind shared figures",
    "shared_places": "what was known of schools behind shared figures", "mailboxes": "mailboxes",
    "mappings": "mappings of wordings", "decisions": "decisions of the school", "invitations": "invitations",
    "tokens": "programmes' tokens", "token_days": "days on which tokens were used",
}  # fmt: skip
ONE = {"incidents": "incident", "rows": "row", "explanations": "explanation", "queries": "query",
       "wordings": "wording", "answers": "answer", "versions": "version", "mailboxes": "mailbox",
       "mappings": "mapping", "decisions": "decision", "invitations": "invitation", "days": "day",
       "sign-offs": "sign-off"}  # fmt: skip
NOT_TOLD = "not told: of all schools together"
KINDS = {
    Kind.RETENTION: "everything past the retention period",
    Kind.RETURN: "a return, in every version",
    Kind.CHILD: "one child's rows, by the key that the school sends",
    Kind.SCHOOL: "everything of a school that leaves",
}


def what(request: Request, names: Mapping[str, str]) -> str:
    """“one child's rows, School 900001”; never which child."""
    where = plain(names.get(request.school_urn, request.school_urn))
    if request.kind is Kind.RETENTION:
        return f"all rows before {label(request.academic_year)}"
    if request.kind is Kind.RETURN:
        return f"the return of {where} for the {period(request.academic_year, request.term)}"
    return f"one child's rows, {where}" if request.kind is Kind.CHILD else f"everything of {where}"


def rows_in_words(counts: Mapping[str, int]) -> str:
    """“12 incidents, 20 rows of children”."""
    return ", ".join(f"{number(rows)} {_called(table, rows)}" for table, rows in counts.items())


def _called(table: str, rows: int) -> str:
    """What the rows of a table are, of one or of several: the first word says which."""
    several = TABLES.get(table, table)
    first, _, rest = several.partition(" ")
    return several if rows != 1 else " ".join(part for part in (ONE.get(first, first), rest) if part)


def as_table(plan: Plan, names: Mapping[str, str]) -> pd.DataFrame:
    """What would go, a row for each table, school and term."""
    return pd.DataFrame([_row(one, names) for one in plan.counts])


def _row(one: Count, names: Mapping[str, str]) -> dict[str, str]:
    term = opening(period(one.academic_year, one.term)) if one.academic_year else "–"
    return {
        "What": opening(TABLES.get(one.table, one.table)),
        "School": plain(names.get(one.school_urn, one.school_urn)) or "–",
        "Term": term,
        "Rows": number(one.rows),
    }


def history(found: Iterable[Listed], names: Mapping[str, str]) -> pd.DataFrame:
    """What went, the latest first."""
    rows = [
        (moment(one.erased_at), opening(what(one.request, names)), rows_in_words(one.counts) or NOT_TOLD,
         _who(one.erased_by, one.role), _who(one.approved_by, one.approved_role), one.reference)
        for one in found
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["When", "What", "Rows", "Asked for by", "Approved by", "Reference"])


def _who(name: str, role: str) -> str:
    """A name with a role, or the role alone where the name is not told."""
    return f"{plain(name)}, {role}" if name else opening(role)
