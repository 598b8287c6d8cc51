"""What a comparison rests on: its counts, what chance would do, how much schools vary, testing many at once."""

from __future__ import annotations

from app import figure, wording
from app.comparison_words import ALLOWING, called
from pipelines.comparing import Comparison
from schemas.measurement import Kind, Measure

LINES = (
    "Dashed lines: 95 % limits. Solid lines: 99.8 % limits. The level line is the comparator. Positions come from "
    "exact probabilities, so that a point close to a line may lie on its other side."
)
ONE_BY_CHANCE = (
    "A school that is no different lies outside the 95 % limits by chance at most once in 20 times, and outside the "
    "99.8 % limits at most once in 500."
)


def caption(measure: Measure, found: Comparison, *, period: str) -> str:
    """What the figure rests on."""
    own = f"{len(found.schools)} schools" if len(found.schools) != 1 else "1 school"
    return f"{measure.title}. " + figure.joined(
        f"n = {_total(measure, found)} in {own}",
        f"Period: {period}",
        f"Compared with: {called(found)}, one’s own schools included",
        figure.judged_by(found.rule_set),
        wording.opening(wording.coverage(found.coverage)),
        figure.version(found),
    )


def _total(measure: Measure, found: Comparison) -> str:
    count, of = (sum(getattr(one, name) for one in found.schools) for name in ("count", "denominator"))
    if measure.kind is Kind.RATE:
        return f"{wording.number(count)} {measure.counts} among {wording.number(of)} pupils"
    return f"{wording.number(count)} of {wording.number(of)} {wording.noun(measure)}"


def notes(found: Comparison) -> list[str]:
    """What chance would do, how much schools vary, and what testing many at once means."""
    if found.why_not or found.outside95 is None:
        return []
    said = [LINES, _by_chance(found), *_tested(found), *_varying(found), *_left_out(found)]
    return [one.replace(" %", f"{wording.THIN}%") for one in said]


def _by_chance(found: Comparison) -> str:
    if len(found.schools) == 1:
        return ONE_BY_CHANCE
    return (
        f"By chance alone, {_few(found.outside95)} of {len(found.schools)} schools would lie outside the 95 % limits "
        f"and {_few(found.outside998)} outside the 99.8 % limits."
    )


def _few(number: float) -> str:
    return "fewer than 0.1" if number < 0.1 else f"about {wording.number(number, places=1)}"


def _tested(found: Comparison) -> list[str]:
    if len(found.schools) == 1:
        return ["One school is tested by itself: it is said to differ only beyond the 99.8 % limits. Whoever looks at "
                "many measures will find some figure outside the 95 % limits by chance."]  # fmt: skip
    return [
        f"{len(found.schools)} schools are tested at once. “Remains”: the departure is kept when that is allowed for "
        "(Benjamini–Hochberg, at most 5 % false among those kept). Every further measure that is looked at is a "
        "further test."
    ]


def _varying(found: Comparison) -> list[str]:
    if found.phi is None:
        return []
    much = (
        f"Schools vary {wording.number(found.phi, places=1)} times as much as chance alone would make them "
        "(over-dispersion φ)"
    )
    if found.adjusted:
        return [f"{much}; “{ALLOWING}” widens the limits by as much."]
    if found.phi > 1:
        return [f"{much}. It is not allowed for: that needs ten schools, most of them with enough incidents."]
    return [f"{much}, so nothing is to be allowed for."]


def _left_out(found: Comparison) -> list[str]:
    if not found.years_left_out:
        return []
    n = found.years_left_out
    return [
        f"Left out of the rates: {n} {'year' if n == 1 else 'years'} of single schools, which had not sent the same "
        "terms as the others."
    ]
