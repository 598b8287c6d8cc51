"""The fields of a request, in one table: the document describes them by it, and every request is judged by it.

What is wrong with a field is said by its name where we know it, and never by what was sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from app.api.problems import UNREADABLE, WRONG_FIELDS, ProblemError
from pipelines.people.programmes import queries_by_rule
from schemas.calendar import Term, start_year
from schemas.errors import PlumblineError, QuestionError
from schemas.explanation import Explanation, notes, reasons

Json = Any
Schema = Mapping[str, Any]
LARGEST = 10**15 - 1  # what a number of JSON holds exactly everywhere
UNKNOWN = "There is a field that does not exist here. Take it out."
MISSING = "This field is missing."
TWICE = "This field is given twice."


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name, what it is in words, the form of what it holds, and how that is read.

    `example` stands in the document and is sent by its tests.
    """

    name: str
    words: str
    schema: Schema
    example: Json
    read: Callable[[Json], Any] = lambda value: value

    @property
    def is_text(self) -> bool:
        """Whether it is written the same in a form and in JSON."""
        return bool(self.schema["type"] == "string")


def _year(value: str) -> str:
    start_year(value)
    return value


def _explanations(value: Mapping[str, Mapping[str, Any]]) -> dict[str, Explanation]:
    return {
        rule: Explanation(one["reason"], one.get("note"), afresh=one.get("afresh", False))
        for rule, one in value.items()
    }


@cache
def _explanation_schema() -> Schema:
    one = {
        "type": "object",
        "additionalProperties": False,
        "required": ["reason"],
        "properties": {
            "reason": {"type": "string", "enum": sorted(reasons())},
            "note": {"type": "string", "enum": sorted(notes())},
            "afresh": {"type": "boolean"},
        },
    }
    rules = {"type": "string", "enum": sorted(queries_by_rule())}
    return {"type": "object", "propertyNames": rules, "additionalProperties": one}


SCHOOL = Field(
    "school_urn", "URN of the school; may be left out where the token is for one school.",
    {"type": "string", "pattern": "^[0-9]{6}$"}, "900001",
)  # fmt: skip
YEAR = Field(
    "academic_year", "Academic year, six digits: 202526 for 2025/26.",
    {"type": "string", "pattern": "^(19|20|21)[0-9]{4}$"}, "202526", _year,
)  # fmt: skip
TERM = Field("term", "The term.", {"type": "string", "enum": [str(term) for term in Term]}, "autumn", Term)
SEEN = Field(
    "seen",
    "The “seen” of the school that was read before deciding; refused with 409 where anything was sent for it since. "
    "The header If-Match says the same.",
    {"type": "integer", "minimum": 0, "maximum": LARGEST}, 0, int,
)  # fmt: skip
EXPLANATIONS = Field(
    "explanations", "Why queries stand, by rule: a reason, and perhaps a phrase, each a code of its list.",
    _explanation_schema(), {"whole-count-far": {"reason": "checked_and_correct"}}, _explanations,
)  # fmt: skip
DECLARED = Field(
    "no_incidents", "The declaration that staff were told of no incident in this term.",
    {"type": "boolean", "const": True}, True,
)  # fmt: skip


# -- read -------------------------------------------------------------------------------------------------


def read(given: Mapping[str, Json], fields: Sequence[Field], *, required: Sequence[Field] = ()) -> dict[str, Any]:
    """What the fields say; ProblemError with every fault, in the words of the table."""
    known = {one.name: one for one in fields}
    faults: list[tuple[str | None, str]] = [(None, UNKNOWN)] * any(name not in known for name in given)
    faults += [(one.name, MISSING) for one in required if one.name not in given]
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name in known:
            try:
                found[name] = _read_one(known[name], value)
            except PlumblineError as fault:
                faults.append((name, str(fault)))
    if faults:
        raise wrong(*faults)
    return found


def wrong(*faults: tuple[str | None, str]) -> ProblemError:
    """The problem of these fields."""
    return ProblemError(WRONG_FIELDS, fields=[{"field": name, "what": what} for name, what in faults])


def _read_one(one: Field, value: Json) -> Any:
    if not fits(value, one.schema):
        raise QuestionError(f"This is not of the form that the field has: {form_in_words(one.schema)}.")
    return one.read(value)


def from_text(one: Field, text: str) -> Json:
    """A field of a form or an address, as JSON would have it; what cannot be read stays a text, and fits no form."""
    if one.is_text:
        return text
    if one.schema["type"] == "integer":
        return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else text
    try:
        return parsed(text.encode())
    except ProblemError:
        return text


def parsed(raw: bytes) -> Json:
    """A JSON text; ProblemError where it is none, has a name twice or a number that JSON does not have."""
    try:
        return json.loads(raw.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise ProblemError(UNREADABLE, "This is not JSON, or a name in it comes twice.") from None


def _refuse(_: str) -> None:
    raise ValueError


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError
    return dict(pairs)


# -- the forms that the table uses ------------------------------------------------------------------------

_TYPES: Mapping[str, Callable[[Json], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: (
        not isinstance(value, bool) and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))
    ),  # 1.0 is one, as JSON Schema has it
    "boolean": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
}


def fits(value: Json, schema: Schema) -> bool:
    """Whether a value has the form; for the keywords of JSON Schema that the table uses, and only those."""
    if not _TYPES[schema["type"]](value):
        return False
    if schema["type"] == "object":
        return _fits_object(value, schema)
    if "pattern" in schema and not re.fullmatch(schema["pattern"].strip("^$"), value, re.ASCII):
        return False
    inside = schema.get("minimum", float("-inf")) <= value <= schema.get("maximum", float("inf")) if (
        schema["type"] == "integer"
    ) else True  # fmt: skip
    return inside and value in schema.get("enum", [value]) and value == schema.get("const", value)


def _fits_object(value: Mapping[str, Json], schema: Schema) -> bool:
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", False)
    if not set(schema.get("required", ())) <= set(value):
        return False
    if "propertyNames" in schema and not all(fits(name, schema["propertyNames"]) for name in value):
        return False
    of = {name: properties.get(name, others) for name in value}
    return all(of[name] is not False and fits(value[name], of[name]) for name in value)


def form_in_words(schema: Schema) -> str:
    """“one of autumn, spring, summer”."""
    if "enum" in schema:
        return f"one of {', '.join(schema['enum'])}"
    if "const" in schema:
        return "true"
    words = {"integer": "a whole number", "object": "an object of rules with a reason each, all from their lists"}
    return words.get(schema["type"], f"a text like {schema.get('pattern', '')}")
