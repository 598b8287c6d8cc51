"""A comparison of schools in words: what it found, each school in a row, and questions to ask. Never a rank."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from app import listing, wording
from pipelines.comparing import ComparatorKind, Comparison, Position, School, SetAside
from schemas.measurement import Kind, Measure

NAMED = 5  # more than so many schools are counted, not named
BESIDE, ALLOWING, TOGETHER = "Beside the comparator", "Allowing for how schools vary", "Tested together"
INSIDE = frozenset({Position.SIMILAR, Position.NOTHING, None})
RULE = (
    "A school is listed when it lies beyond the 99.8 % limits, or beyond the 95 % limits and remains when all schools "
    "are tested together. The order is by how far its figure lies from the others once it is drawn towards them by as "
    "much as it is uncertain. It is where to begin asking, and no verdict: the school may well have a reason."
).replace(" %", f"{wording.THIN}%")
NOTHING_FIRST = "There is nothing to look at first: no school differs here by more than chance would explain."


def finding(measure: Measure, found: Comparison) -> str:
    """The answer in a sentence: who differs from the comparator by more than chance would explain."""
    return wording.opening(f"{_finding(measure, found)}{_others(found)}")


def _finding(measure: Measure, found: Comparison) -> str:
    if found.why_not:
        return f"No comparison with {called(found)} can be given here"
    if not found.schools:
        return "No school has anything to compare here"
    beside = f"{called(found)} together ({wording.amount(measure, found.target or 0)})"
    if len(found.schools) == 1:
        return f"{found.schools[0].name} is {_beside(found.schools[0])} {beside}"
    chosen = [one for one in found.schools if one.urn == found.question.school]
    return "; ".join([*(f"{one.name} is {_tied(one.position)}" for one in chosen), _of_several(found, beside)])


def _beside(one: School) -> str:
    if one.position in INSIDE:
        return "similar to"
    side = "higher than" if one.position in (Position.HIGHER_95, Position.HIGHER_998) else "lower than"
    return side if one.differs else f"{side}, though within what chance now and then explains,"


def _of_several(found: Comparison, beside: str) -> str:
    n = len(found.schools)
    if not found.differing:
        return f"none of {n} schools differs from {beside} by more than chance would explain"
    first = f"{_count(found.differing, n)} from {beside} by more than chance alone would explain"
    if not found.adjusted:
        return f"{first}{_named(found.differing)}"
    still = [one for one in found.differing if one.stands_out]
    rest = f"{len(still)} still {'does' if len(still) == 1 else 'do'}{_named(still)}" if still else "none does"
    return f"{first}{_named(found.differing)}; allowing for how much schools vary anyway, {rest}"


def _others(found: Comparison) -> str:
    """The schools that the table marks too, though looking at so many explains them."""
    others = [one for one in found.schools if one.position not in INSIDE and not one.differs]
    if len(found.schools) < 2 or not others:
        return ""
    n = len(others)
    lie, more = ("lies", "school") if n == 1 else ("lie", "schools")
    return f"; {n} {more} more {lie} beyond the 95{wording.THIN}% limits, as some do by chance when many are looked at"


def _count(differing: Sequence[School], n: int) -> str:
    return f"{len(differing)} of {n} schools {'differs' if len(differing) == 1 else 'differ'}"


def _named(schools: Sequence[School]) -> str:
    """“: Osmerley School (lower) and …”, empty for more than a few."""
    said = [f"{one.name} ({str(one.position).partition(' ')[0]})" for one in schools]
    if not said or len(said) > NAMED:
        return ""
    return f": {', '.join(said[:-1])}{' and ' if len(said) > 1 else ''}{said[-1]}"


def called(found: Comparison) -> str:
    """The comparator inside a sentence: “all schools of Larkshire”."""
    if found.comparator.kind is ComparatorKind.GROUP:
        return f"the group {found.called.removeprefix('Group: ')}"
    if found.comparator.kind is ComparatorKind.SIMILAR:
        return "the similar schools"
    return found.called[:1].lower() + found.called[1:]


def hover(measure: Measure, one: School) -> str:
    """A school's point: its name, where it lies, its figure with the interval."""
    return f"{one.name}: {one.position}. {value_in_words(measure, one)}"


def value_in_words(measure: Measure, one: School) -> str:
    """“20 of 53 incidents called for, 38 %; 95 % interval 26 to 51 %”."""
    value, of = wording.amount(measure, one.value), wording.number(one.denominator)
    count = wording.number(one.count)
    counts = (
        f"{count} {measure.counts} among {of} pupils, {value} {measure.unit}"
        if measure.kind is Kind.RATE
        else f"{count} of {of} {wording.noun(measure)}, {value}"
    )
    return f"{counts}; 95{wording.THIN}% interval {_interval(measure, one)}"


def _interval(measure: Measure, one: School) -> str:
    lower, upper = (wording.amount(measure, limit) for limit in (one.lower95, one.upper95))
    return f"{lower if lower.startswith(('under', 'over')) else lower.removesuffix(f'{wording.THIN}%')} to {upper}"


def table(measure: Measure, found: Comparison) -> pd.DataFrame:
    """One row a school in order of name, those set aside with the reason in place of a figure."""
    rows = [*found.schools, *found.set_aside]
    rows.sort(key=lambda one: (one.name, one.urn))
    cells = [_row(measure, found, one) for one in rows]
    return pd.DataFrame(cells, columns=list(cells[0]) if cells else ["School"]).set_index("School")


def _row(measure: Measure, found: Comparison, one: School | SetAside) -> dict[str, str]:
    shown = wording.opening(measure.short_title)
    count, of = (wording.opening(measure.counts), "Pupils") if measure.kind is Kind.RATE else ("Count", "Of")
    none = dict.fromkeys((listing.INTERVAL, count, of, *_columns(found)), wording.NOTHING)
    if isinstance(one, SetAside):
        return {"School": one.name, shown: str(one.why), **none}
    nil = " (nil returns only)" if one.only_nil else ""
    return {
        "School": one.name,
        shown: f"{wording.amount(measure, one.value)}{nil}",
        listing.INTERVAL: _interval(measure, one),
        count: wording.number(one.count),
        of: wording.number(one.denominator),
        **_judged(found, one),
    }


def _columns(found: Comparison) -> tuple[str, ...]:
    if found.why_not:
        return ()
    return (BESIDE, *((ALLOWING,) if found.adjusted else ()), *((TOGETHER,) if len(found.schools) > 1 else ()))


def _judged(found: Comparison, one: School) -> dict[str, str]:
    kept = wording.NOTHING if one.position in INSIDE else "remains" if one.kept else "does not remain"
    said = {BESIDE: _tied(one.position), ALLOWING: _tied(one.allowing), TOGETHER: kept}
    return {name: said[name] for name in _columns(found)}


def _tied(position: Position | None) -> str:
    return str(position).replace(" %", f"{wording.THIN}%")


def ask(measure: Measure, found: Comparison, one: School) -> str:
    """One line of the work list: a question to a school, with its figure and how far it rests on its own data."""
    side = "higher" if (one.departure or 0) > 0 else "lower"
    beside = f"beside {wording.amount(measure, found.target or 0)} in {called(found)} together"
    own = f"{wording.number(one.denominator)} {'pupils' if measure.kind is Kind.RATE else wording.noun(measure)}"
    still = "" if not found.adjusted or one.stands_out else " Schools vary so much here that it may be no exception."
    return (
        f"**Ask {one.name}** {_why(measure, one, side)} {wording.opening(value_in_words(measure, one))}, {beside}. "
        f"Its place here rests {wording.per_cent(one.weight or 0)} on its own {own}, the rest on what schools "
        f"here have in general.{still}"
    )


def _why(measure: Measure, one: School, side: str) -> str:
    if one.only_nil:
        return "whether it had no incidents in this time, or whether some were not recorded."
    if measure.kind is Kind.RATE:
        more = "more" if side == "higher" else "fewer"
        return f"why it recorded {more} for its pupils: are there {more}, or does it record differently?"
    return f"why its figure for “{measure.title[:1].lower() + measure.title[1:]}” is {side}."
