"""Conditions of rules and rule sets as people say them, from the labels of the vocabulary."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.conditions import AllYes, Always, And, Condition, DateOrder, In, Known, Not, Or, Recorded
from schemas.lexicon import Column, lexicon

ORDER = {"<": "is before", "<=": "is not after", "==": "is the same day as", ">=": "is not before", ">": "is after"}
YES = ("yes",)


def in_words(condition: Condition) -> str:
    """What a condition over incidents says, as a clause without a full stop."""
    match condition:
        case Always():
            return "every incident"
        case In() | Recorded() | DateOrder() | Known():
            return _simple(condition)
        case AllYes(columns):
            return f"each of these that applies is yes: {_names(columns)}"
        case And(parts):
            return ", and ".join(_part(part) for part in parts)
        case Or(parts):
            return _any_of(parts)
        case Not(part):
            return _not(part)


def _simple(condition: In | Recorded | DateOrder | Known) -> str:
    match condition:
        case Known(In(column, ())):
            return f"“{_name(column)}” is answered"
        case Known(part):
            return f"it is known whether {in_words(part)}"
        case Recorded(column):
            return f"“{_name(column)}” is filled in"
        case DateOrder(left, comparison, right):
            other = "today" if right == "today" else f"“{_name(right)}”"
            return f"“{_name(left)}” {ORDER[comparison]} {other}"
        case In(column, codes):
            return f"“{_name(column)}” is {_answers(column, codes, 'one of')}"


def _any_of(parts: Sequence[Condition]) -> str:
    """Several yes-or-no questions read as one list; other alternatives are joined by “or”."""
    asked = [part.column for part in parts if _is_yes(part)]
    rest = [_part(part) for part in parts if not _is_yes(part)]
    if len(asked) > 1:
        listed = f"any of these is yes: {_names(asked)}"
        return ", or ".join([f"({listed})", *rest]) if rest else listed
    return ", or ".join([*(f"“{_name(column)}” is yes" for column in asked), *rest])


def _is_yes(part: Condition) -> bool:
    return isinstance(part, In) and part.codes == YES


def _part(condition: Condition) -> str:
    words = in_words(condition)
    long = isinstance(condition, In) and len(condition.codes) > 1
    joined = isinstance(condition, And | Or | AllYes)
    return f"({words})" if long or joined else words


def _not(part: Condition) -> str:
    match part:
        case In(column, codes):
            return f"“{_name(column)}” is {'not ' if len(codes) == 1 else ''}{_answers(column, codes, 'none of')}"
        case Recorded(column):
            return f"“{_name(column)}” is blank"
        case Or(parts) if all(_is_yes(one) for one in parts):
            return f"all of these are no: {_names([one.column for one in parts if isinstance(one, In)])}"
        case _:
            return f"it is not so that {_part(part)}"


def _answers(column: str, codes: Sequence[str], several: str) -> str:
    if codes == YES or codes == ("no",):
        return codes[0]
    found = _column(column).codes
    labels = {code.code: code.label for code in found.codes} if found else {}
    said = [f"“{labels.get(code, code)}”" for code in codes]
    return said[0] if len(said) == 1 else f"{several} {', '.join(said)}"


def _names(columns: Sequence[str]) -> str:
    return "; ".join(_name(column) for column in columns)


def _name(column: str) -> str:
    return _column(column).label


def _column(name: str) -> Column:
    return lexicon().column("incidents", name)
