"""The one small language in which rules, measures and checks say when something holds.

    adult_involved == yes or incident_type in (aggravated_adult, aggravated_reckless)
    any_yes(age_difference, external_coercion)
    recorded(review_date) and status == closed        (not blank)
    answered(reported_by)                             (not blank, not “not known”, not “not applicable”)
    reported_date <= dsl_informed_date

It reads as Python's own expressions (and is parsed as such, never run), but judges as SQL does, with three
values: true, false and not known. A blank, `not_known` and `not_classified` are not known; so is
`not_applicable`, unless the condition asks for that code. A name that is neither a column nor a shared
definition, or a code that the column does not have, is a `LanguageError`.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.errors import LanguageError
from schemas.lexicon import Column

UNKNOWN = frozenset({"not_known", "not_classified"})
NOT_APPLICABLE = "not_applicable"
UNANSWERED = UNKNOWN | {NOT_APPLICABLE}
COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "=="}


@dataclass(frozen=True, slots=True)
class In:
    """The column's code, or any of its several codes, is one of these."""

    column: str
    codes: tuple[str, ...]
    several: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """The cell is not blank; always true or false."""

    column: str


@dataclass(frozen=True, slots=True)
class DateOrder:
    """One date compared with another column's date, or with the day of the check (`today`)."""

    left: str
    comparison: str
    right: str


@dataclass(frozen=True, slots=True)
class AllYes:
    """Each of these that applies is yes; those that do not apply are left out; none applies → not known."""

    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class And:
    """Three-valued AND."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Three-valued OR."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Three-valued NOT: not known stays not known."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Known:
    """The inner condition is true or false; itself always true or false."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Always:
    """True for every row."""


Condition = In | Recorded | DateOrder | AllYes | And | Or | Not | Known | Always
ALWAYS = Always()
TODAY = "today"


@dataclass(frozen=True)
class Reader:
    """Reads conditions against known columns and shared definitions; `where` names the file for errors."""

    columns: Mapping[str, Column]
    definitions: Mapping[str, Condition] = field(default_factory=dict)

    def read(self, text: str, *, where: str) -> Condition:
        """The condition that a text states, with every name and code known to exist."""
        try:
            tree = ast.parse(text.strip(), mode="eval").body
        except SyntaxError as error:
            raise LanguageError(f"{where}: “{text}” is not a condition") from error
        return _Reading(self, where).condition(tree)


@dataclass(frozen=True)
class _Reading:
    reader: Reader
    where: str

    def condition(self, node: ast.expr) -> Condition:
        if isinstance(node, ast.BoolOp):
            parts = tuple(self.condition(value) for value in node.values)
            return And(parts) if isinstance(node.op, ast.And) else Or(parts)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return Not(self.condition(node.operand))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self.call(node.func.id, node.args)
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            return self.comparison(node.left, node.ops[0], node.comparators[0])
        if isinstance(node, ast.Name):
            return self.definition(node.id)
        raise self.wrong(f"cannot read “{ast.unparse(node)}”")

    def call(self, name: str, arguments: list[ast.expr]) -> Condition:
        if name == "known" and len(arguments) == 1:
            return Known(self.condition(arguments[0]))
        columns = tuple(self.column(argument).name for argument in arguments)
        if name == "any_yes" and columns:
            return Or(tuple(In(column, ("yes",)) for column in columns))
        if name == "all_yes" and columns:
            return AllYes(columns)
        if name == "recorded" and len(columns) == 1:
            return Recorded(columns[0])
        if name == "answered" and len(columns) == 1:
            return Known(In(columns[0], ()))
        raise self.wrong(f"there is no function {name} with {len(arguments)} arguments")

    def comparison(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> Condition:
        column = self.column(left)
        if column.kind == "date":
            return self.date_order(column, operator, right)
        codes = self.codes(column, right)
        found = In(column.name, codes, several=column.kind == "codes")
        if isinstance(operator, ast.NotEq | ast.NotIn):
            return Not(found)
        if isinstance(operator, ast.Eq | ast.In):
            return found
        raise self.wrong(f"{column.name} can be compared with ==, !=, in and not in only")

    def date_order(self, left: Column, operator: ast.cmpop, right: ast.expr) -> Condition:
        if type(operator) not in COMPARISONS:
            raise self.wrong(f"the date {left.name} can be compared with <, <=, ==, >= and > only")
        if isinstance(right, ast.Name) and right.id == TODAY:
            return DateOrder(left.name, COMPARISONS[type(operator)], TODAY)
        other = self.column(right)
        if other.kind != "date":
            raise self.wrong(f"{other.name} is not a date")
        return DateOrder(left.name, COMPARISONS[type(operator)], other.name)

    def codes(self, column: Column, node: ast.expr) -> tuple[str, ...]:
        elements = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
        found = tuple(_word(element) for element in elements)
        allowed = {code.code for code in column.codes.codes} if column.codes else set()
        unknown = [code for code in found if code not in allowed]
        if unknown:
            raise self.wrong(f"{column.name} has no code {', '.join(map(str, unknown))}")
        return tuple(str(code) for code in found)

    def column(self, node: ast.expr) -> Column:
        if isinstance(node, ast.Name) and node.id in self.reader.columns:
            return self.reader.columns[node.id]
        raise self.wrong(f"there is no column {ast.unparse(node)}")

    def definition(self, name: str) -> Condition:
        if name == "always":
            return ALWAYS
        if name in self.reader.definitions:
            return self.reader.definitions[name]
        raise self.wrong(f"there is no definition {name}")

    def wrong(self, what: str) -> LanguageError:
        return LanguageError(f"{self.where}: {what}")


def _word(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    return str(node.value) if isinstance(node, ast.Constant) else None


def columns_of(condition: Condition) -> tuple[str, ...]:
    """Every column that a condition looks at, once each, in order of appearance."""
    if isinstance(condition, And | Or):
        found = [name for part in condition.parts for name in columns_of(part)]
    elif isinstance(condition, Not | Known):
        found = list(columns_of(condition.part))
    elif isinstance(condition, AllYes):
        found = list(condition.columns)
    elif isinstance(condition, DateOrder):
        found = [name for name in (condition.left, condition.right) if name != TODAY]
    elif isinstance(condition, Always):
        found = []
    else:
        found = [condition.column]
    return tuple(dict.fromkeys(found))
