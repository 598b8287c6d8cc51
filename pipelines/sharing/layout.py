"""The columns of official open data: when, where, which filters, and the figures or the symbol that stands for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.protection.rounding import round_half_up
from pipelines.sharing.parts import YEAR
from pipelines.sharing.releases import Release, SharedFigure
from pipelines.sharing.telling import NO_TRUST
from pipelines.statistics.intervals import Estimate, rate, wilson
from schemas.calendar import Term
from schemas.family import Level, SharedTable
from schemas.measurement import Kind, Measure

CONFIDENTIAL, NOT_APPLICABLE, NOT_AVAILABLE, UNRELIABLE, ROUNDS_TO_ZERO = "c", "z", "x", "u", "k"
LEVELS = {
    Level.AUTHORITY: "Local authority", Level.PHASE: "Local authority", Level.TRUST: "MAT",
}  # fmt: skip
RELIABLE_FROM = 0.5  # of the returns expected; with fewer, what was computed is marked unreliable


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, and for filters and indicators what the metadata say of it."""

    name: str
    kind: str = ""
    label: str = ""
    group: str = ""
    unit: str = ""
    places: str = ""


PLACE_AND_TIME = tuple(
    Column(name)
    for name in (
        "time_period", "time_identifier", "geographic_level", "country_code", "country_name", "old_la_code", "la_name",
        "trust_id", "trust_name",
    )
)  # fmt: skip
PHASE = Column("phase", "Filter", "Phase of education")
COVERAGE = (
    Column("returns_received", "Indicator", "Returns received", "Coverage", "", "0"),
    Column("returns_expected", "Indicator", "Returns expected", "Coverage", "", "0"),
)


def columns_of(table: SharedTable) -> tuple[Column, ...]:
    """The columns of one table's file."""
    answers = [Column(name, "Filter", name.replace("_", " ")) for name in (table.breakdown,) if name]
    filters = (PHASE, *answers)
    title = table.measure.title
    if table.is_share:
        figures: tuple[Column, ...] = (
            Column("count", "Indicator", title, "Figures", "", "0"),
            Column("denominator", "Indicator", table.measure.denominator, "Figures", "", "0"),
            *_estimate("percentage", title, "%"),
        )
    elif table.breakdown:
        figures = (Column("count", "Indicator", title, "Figures", "", "0"),)
    else:
        figures = (
            Column("count", "Indicator", title, "Figures", "", "0"),
            Column("pupils", "Indicator", "Pupils on roll of schools that returned", "Figures", "", "0"),
            *_estimate("rate_per_1000", "Incidents per 1,000 pupils", ""),
        )
    return (*PLACE_AND_TIME, *filters, *figures, *COVERAGE)


def columns_alone(measure: Measure) -> tuple[Column, ...]:
    """The columns of a figure that is no sum: its value only."""
    unit = "" if measure.kind is Kind.DAYS else "%"
    return (*PLACE_AND_TIME, PHASE, Column("value", "Indicator", measure.title, "Figures", unit, "0"), *COVERAGE)


def _estimate(name: str, label: str, unit: str) -> tuple[Column, ...]:
    return (
        Column(name, "Indicator", label, "Figures", unit, "1"),
        Column(f"{name}_lower95", "Indicator", f"{label}: lower 95% limit", "Figures", unit, "1"),
        Column(f"{name}_upper95", "Indicator", f"{label}: upper 95% limit", "Figures", unit, "1"),
    )


def values_of(
    columns: Sequence[Column], measure: Measure, release: Release, one: SharedFigure, *, authority: str, answer: str
) -> list[object]:
    """One row of a file, in the order of its columns."""
    is_trust = one.level == Level.TRUST
    is_alone = is_trust and one.code == NO_TRUST
    found: dict[str, object] = {
        "time_period": release.year,
        "time_identifier": "Academic year" if one.period == YEAR else Term(one.period).time_identifier,
        "geographic_level": LEVELS[Level.AUTHORITY if is_alone else Level(one.level)],
        "country_code": "E92000001", "country_name": "England",
        "old_la_code": release.la_code, "la_name": authority,
        "trust_id": one.code if is_trust else "", "trust_name": _trust_name(one) if is_trust else "",
        "phase": one.code.replace("_", " ") if one.level == Level.PHASE else "All phases",
        "returns_received": one.returned, "returns_expected": one.expected,
    }  # fmt: skip
    answers = [column.name for column in columns if column.kind == "Filter" and column.name != "phase"]
    found |= dict.fromkeys(answers, answer)
    found |= _figures(columns, measure, one)
    return [found[column.name] for column in columns]


def _trust_name(one: SharedFigure) -> str:
    return "Schools in no trust" if one.code == NO_TRUST else one.name


def _figures(columns: Sequence[Column], measure: Measure, one: SharedFigure) -> dict[str, object]:
    names = [column.name for column in columns if column.kind == "Indicator" and column.group == "Figures"]
    if one.returned == 0:
        return dict.fromkeys(names, NOT_AVAILABLE)
    if not one.shown:
        return dict.fromkeys(names, CONFIDENTIAL)
    if "value" in names:
        return {"value": _alone(measure, one.figure)}
    found: dict[str, object] = {"count": one.count}
    if "percentage" in names:
        found["denominator"] = one.denominator
        estimate = wilson(one.count or 0, one.denominator or 0)
        return found | _limits("percentage", estimate, one, by=100)
    if "pupils" in names:
        found["pupils"] = NOT_APPLICABLE if one.denominator is None else one.denominator
        return found | _limits("rate_per_1000", rate(one.count or 0, one.denominator or 0), one, by=1)
    return found


def _limits(name: str, estimate: Estimate | None, one: SharedFigure, *, by: int) -> dict[str, object]:
    names = (name, f"{name}_lower95", f"{name}_upper95")
    if estimate is None:
        return dict.fromkeys(names, NOT_APPLICABLE)
    if one.returned < RELIABLE_FROM * one.expected:
        return dict.fromkeys(names, UNRELIABLE)
    parts = (estimate.value, estimate.lower, estimate.upper)
    return dict(zip(names, (_rounded(part * by) for part in parts), strict=True))


def _rounded(value: float) -> str:
    """One place, half up; `k` for what rounds to zero but is not."""
    text = str(round_half_up(value, places=1))
    return ROUNDS_TO_ZERO if text == "0.0" and value > 0 else text


def _alone(measure: Measure, value: float | None) -> str:
    """Whole days or whole per cents."""
    if value is None:
        return NOT_APPLICABLE
    return str(round_half_up(value if measure.kind is Kind.DAYS else value * 100))
