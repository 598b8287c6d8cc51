"""What the answers hold, as dataclasses: from them come both the JSON that is sent and its description."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import Field, dataclass, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pipelines.people.programme_versions import Version
from pipelines.people.programmes import Looked
from pipelines.return_states import ReturnState
from pipelines.returns import Checked
from schemas.calendar import Term
from schemas.issues import Issue, Severity, errors, queries
from schemas.lexicon import lexicon, normalise
from schemas.rulebook import TABLES


class Outcome(StrEnum):
    """What a check came to."""

    CHECKED = str(ReturnState.CHECKED)
    NOT_ACCEPTED = str(ReturnState.NOT_ACCEPTED)


class Recorded(StrEnum):
    """The states of a return that was sent."""

    SUBMITTED = str(ReturnState.SUBMITTED)
    SUPERSEDED = str(ReturnState.SUPERSEDED)
    WITHDRAWN = str(ReturnState.WITHDRAWN)


class TableName(StrEnum):
    """What an issue is about."""

    INCIDENTS, CHILDREN, RETURN, FILE = TABLES


@dataclass(frozen=True, slots=True)
class IssueTold:
    """One thing to correct or to look at; never with a cell's value."""

    severity: Annotated[Severity, "An error must be corrected, a query corrected or explained."]
    rule: Annotated[str, "The rule of the rule book."]
    table: Annotated[TableName, "The table it is about, or the file."]
    row: Annotated[int | None, "The row as a spreadsheet shows it; null for the whole table or file."]
    column: Annotated[str | None, "The column, by its name in the vocabulary; null where it has none there."]
    message: Annotated[str, "What is wrong, in the rule book's words."]
    fix: Annotated[str, "What to do about it."]
    reason: Annotated[str | None, "The reason code with which a query is explained, null where it is not."]


@dataclass(frozen=True, slots=True)
class ChangeTold:
    """What sending would change, in numbers of incidents."""

    version: Annotated[int, "The last version that was sent for the term; 0 for none."]
    new: Annotated[int, "Incidents that come in."]
    changed: Annotated[int, "Incidents that change."]
    unchanged: Annotated[int, "Incidents that stay as they are."]
    removed: Annotated[int, "Incidents that count no longer."]


@dataclass(frozen=True, slots=True)
class CheckTold:
    """What a check found. Of the file nothing is kept; that it was checked is on record."""

    state: Annotated[Outcome, "Whether it could be sent."]
    school_urn: Annotated[str, "The school."]
    academic_year: Annotated[str | None, "The academic year, as stated or as the file says."]
    term: Annotated[Term | None, "The term, as stated or as the file says."]
    incidents: Annotated[int, "Rows of incidents read."]
    children: Annotated[int, "Rows of children read."]
    errors: Annotated[int, "How many issues are errors."]
    queries: Annotated[int, "How many issues are queries."]
    sign_off_needed: Annotated[
        bool, "Whether somebody at the school must sign it off, so that no programme can send it."
    ]
    seen: Annotated[int, "The number of the last thing that was sent for the school."]
    would_change: Annotated[ChangeTold | None, "What sending would change; null where it cannot be sent."]
    file_sha256: Annotated[str, "The fingerprint of what was sent."]
    issues: Annotated[list[IssueTold], "Everything that was found, by table and row."]


@dataclass(frozen=True, slots=True)
class ReturnTold:
    """A version of a school's return of a term. A nil return is one too."""

    id: Annotated[int, "The number of this version, for reading its state and for withdrawing it."]
    school_urn: Annotated[str, "The school."]
    academic_year: Annotated[str, "The academic year."]
    term: Annotated[Term, "The term."]
    state: Annotated[Recorded, "Whether it stands, a later version took its place, or it was withdrawn."]
    version: Annotated[int, "1 for the first that was sent for the term."]
    nil: Annotated[bool, "Whether it says that there was no incident."]
    incidents: Annotated[int, "Incidents in it."]
    children: Annotated[int, "Rows of children in it."]
    queries: Annotated[int, "Queries that it was sent with."]
    explained: Annotated[int, "Those of them that were explained."]
    received: Annotated[datetime, "When it was kept (UTC)."]
    sent_by: Annotated[str, "The role of who sent it: “programme” for a token."]
    file_sha256: Annotated[str, "The fingerprint of the file; empty for a nil return."]
    rule_book: Annotated[str, "The version of the rule book by which it was checked."]
    seen: Annotated[int, "The number of the last thing that was sent for the school, when this answer was made."]
    issues: Annotated[list[IssueTold] | None, "Its queries; null where they are not on record."]


@dataclass(frozen=True, slots=True)
class ReturnsTold:
    """The last versions of a school, the latest first, at most a hundred; without their issues."""

    school_urn: Annotated[str, "The school."]
    seen: Annotated[int, "The number of the last thing that was sent for the school; 0 before any."]
    returns: Annotated[list[ReturnTold], "The versions."]


@dataclass(frozen=True, slots=True)
class FieldTold:
    """What is wrong with one field."""

    field: Annotated[str | None, "The field; null for one that does not exist."]
    what: Annotated[str, "What is wrong with it."]


@dataclass(frozen=True, slots=True)
class ProblemTold:
    """What is wrong with a request (RFC 9457), and what to do."""

    type: Annotated[str, "The kind of problem."]
    title: Annotated[str, "What is wrong."]
    status: Annotated[int, "The status of the answer."]
    detail: Annotated[str, "What is wrong with this request."]
    what_to_do: Annotated[str, "What to do about it."]
    instance: Annotated[str, "The request, as the header X-Request-Id names it."]
    fields: Annotated[list[FieldTold] | None, "The fields at fault."] = None
    check: Annotated[CheckTold | None, "What the check found."] = None
    seen: Annotated[int | None, "The number of the last thing that was sent for the school."] = None
    stands: Annotated[ReturnTold | None, "The version that stands now."] = None


# -- made -------------------------------------------------------------------------------------------------


def of_check(found: Looked, *, urn: str) -> CheckTold:
    """What a programme is told of a check."""
    one = found.preview
    change = None if one is None else ChangeTold(one.version, one.new, one.changed, one.unchanged, one.removed)
    state = Outcome.NOT_ACCEPTED if one is None else Outcome.CHECKED
    reasons = {issue: why.reason for issue, why in found.explained.items()}
    return _checked(found.checked, urn, state, change, reasons, seen=found.seen, sign_off=found.sign_off_needed)


def of_refused(checked: Checked, *, urn: str, seen: int) -> CheckTold:
    """What a programme is told of a return that has errors."""
    return _checked(checked, urn, Outcome.NOT_ACCEPTED, None, {}, seen=seen, sign_off=False)


def _checked(
    checked: Checked, urn: str, state: Outcome, change: ChangeTold | None, reasons: Mapping[Issue, str], *,
    seen: int, sign_off: bool,
) -> CheckTold:  # fmt: skip
    rows, found = checked.rows_read, sorted(checked.issues, key=_place)
    return CheckTold(
        state, urn, checked.academic_year, checked.term, rows.get("incidents", 0), rows.get("children", 0),
        len(errors(found)), len(queries(found)), sign_off, seen, change, checked.sha256,
        _issues((issue, reasons.get(issue)) for issue in found),
    )  # fmt: skip


def of_version(one: Version) -> ReturnTold:
    """What a programme is told of a version."""
    return ReturnTold(
        one.return_id, one.school_urn, one.academic_year, one.term, Recorded(one.state), one.version, one.nil,
        one.incidents, one.children, one.queries, one.explained, one.recorded_at, one.role, one.file_sha256,
        one.rule_book, one.seen, None if one.issues is None else _issues(one.issues),
    )  # fmt: skip


def _place(issue: Issue) -> tuple[object, ...]:
    return (issue.severity, issue.table, issue.row or 0, issue.rule, issue.column or "")


def _issues(found: Iterable[tuple[Issue, str | None]]) -> list[IssueTold]:
    return [
        IssueTold(one.severity, one.rule, TableName(one.table), one.row, _column(one), one.message, one.fix, reason)
        for one, reason in found
    ]


def _column(issue: Issue) -> str | None:
    """A header that is in no vocabulary can be anything, a child's name too: it is not told again."""
    tables = lexicon().tables
    known = tables[issue.table].by_header if issue.table in tables else {}
    return known.get(normalise(issue.column)) if issue.column else None


# -- as JSON, and its description -------------------------------------------------------------------------


def as_json(value: Any) -> Any:
    """An answer as JSON has it; members of a problem that say nothing are left out by whoever makes it."""
    if is_dataclass(value):
        return {one.name: as_json(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds") + "Z"
    if isinstance(value, Mapping):
        return {name: as_json(one) for name, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [as_json(one) for one in value]
    return str(value) if isinstance(value, StrEnum) else value


def schema_of(kind: type) -> dict[str, Any]:
    """The description of a dataclass; others that it holds are named by it."""
    hints = typing.get_type_hints(kind, include_extras=True)
    members: tuple[Field[Any], ...] = fields(kind)
    parts = {one.name: typing.get_args(hints[one.name]) for one in members}
    described = {name: {"description": words, **_schema(hint)} for name, (hint, words) in parts.items()}
    needed = [one.name for one in members if one.default is not None]
    return {"type": "object", "description": str(kind.__doc__), "properties": described, "required": needed,
            "additionalProperties": False}  # fmt: skip


def _schema(hint: Any) -> dict[str, Any]:
    if typing.get_origin(hint) is types.UnionType:
        return {"anyOf": [_schema(one) for one in typing.get_args(hint)]}
    if typing.get_origin(hint) is list:
        return {"type": "array", "items": _schema(typing.get_args(hint)[0])}
    if isinstance(hint, type) and is_dataclass(hint):
        return {"$ref": f"#/components/schemas/{hint.__name__}"}
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"type": "string", "enum": [str(one) for one in hint]}
    return dict(_PLAIN[hint])


_PLAIN: Mapping[Any, Mapping[str, Any]] = {
    str: {"type": "string"}, int: {"type": "integer"}, bool: {"type": "boolean"}, type(None): {"type": "null"},
    datetime: {"type": "string", "format": "date-time"},
}  # fmt: skip
DESCRIBED = (IssueTold, ChangeTold, CheckTold, ReturnTold, ReturnsTold, FieldTold, ProblemTold)
