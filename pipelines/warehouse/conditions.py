"""Write a condition of the language as SQL, which judges it with the same three values."""

from __future__ import annotations

from schemas.conditions import (
    NOT_APPLICABLE,
    TODAY,
    UNANSWERED,
    UNKNOWN,
    AllYes,
    And,
    Condition,
    DateOrder,
    In,
    Known,
    Not,
    Or,
    Recorded,
)


def sql(condition: Condition) -> str:
    """A boolean SQL expression over the columns of the incident grain.

    Names and codes come from definition files, in which the language has checked each against the vocabulary.
    """
    if isinstance(condition, And | Or):
        word = " AND " if isinstance(condition, And) else " OR "
        return "(" + word.join(sql(part) for part in condition.parts) + ")"
    if isinstance(condition, Not):
        return f"(NOT {sql(condition.part)})"
    if isinstance(condition, Known):
        return f"({sql(condition.part)} IS NOT NULL)"
    return _leaf(condition)


def _leaf(condition: Condition) -> str:
    if isinstance(condition, Recorded):
        return f"({condition.column} IS NOT NULL)"
    if isinstance(condition, In):
        return _several(condition) if condition.several else _one(condition)
    if isinstance(condition, DateOrder):
        right = "current_date" if condition.right == TODAY else condition.right
        return f"({condition.left} {'=' if condition.comparison == '==' else condition.comparison} {right})"
    if isinstance(condition, AllYes):
        return _all_yes(condition)
    return "TRUE"


def _one(condition: In) -> str:
    found = f"WHEN {condition.column} IN ({_codes(condition.codes)}) THEN TRUE " if condition.codes else ""
    unanswered = _codes(sorted(UNANSWERED - set(condition.codes)))
    return (
        f"(CASE WHEN {condition.column} IS NULL THEN NULL {found}"
        f"WHEN {condition.column} IN ({unanswered}) THEN NULL ELSE FALSE END)"
    )


def _several(condition: In) -> str:
    parts = f"string_split({condition.column}, ';')"
    found = f"WHEN list_has_any({parts}, [{_codes(condition.codes)}]) THEN TRUE " if condition.codes else ""
    unanswered = _codes(sorted(UNANSWERED - set(condition.codes)))
    return (
        f"(CASE WHEN {condition.column} IS NULL THEN NULL {found}"
        f"WHEN list_has_any({parts}, [{unanswered}]) THEN NULL ELSE FALSE END)"
    )


def _all_yes(condition: AllYes) -> str:
    no = " OR ".join(f"coalesce({column} = 'no', FALSE)" for column in condition.columns)
    gap = " OR ".join(f"({column} IS NULL OR {column} IN ({_codes(sorted(UNKNOWN))}))" for column in condition.columns)
    yes = " OR ".join(f"coalesce({column} = 'yes', FALSE)" for column in condition.columns)
    return f"(CASE WHEN {no} THEN FALSE WHEN {gap} THEN NULL WHEN {yes} THEN TRUE ELSE NULL END)"


def does_not_apply(columns: tuple[str, ...]) -> str:
    """SQL for: some of these answers is `not_applicable` and none is blank or not known."""
    if not columns:
        return "FALSE"
    some = " OR ".join(f"coalesce({column} = {_codes([NOT_APPLICABLE])}, FALSE)" for column in columns)
    gap = " OR ".join(f"({column} IS NULL OR {column} IN ({_codes(sorted(UNKNOWN))}))" for column in columns)
    return f"(({some}) AND NOT ({gap}))"


def _codes(codes: list[str] | tuple[str, ...]) -> str:
    return ", ".join("'" + code.replace("'", "''") + "'" for code in codes)
