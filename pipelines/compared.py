"""Schools placed beside a target by a funnel: what a comparison says of each, and what chance alone would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from pipelines.comparators import LEAST_SCHOOLS, Comparator
from pipelines.figures import Coverage, Question
from pipelines.school_counts import Counted, SetAside
from pipelines.statistics import funnel, multiple, shrinkage
from pipelines.statistics.funnel import Funnel, Position
from pipelines.statistics.intervals import rate, wilson
from schemas.measurement import Kind, Measure

DRAWN = 80  # places at which the lines are worked out
LEVEL = 0.05  # of false discovery
CLEAR = frozenset({Position.HIGHER_998, Position.LOWER_998})
INSIDE = frozenset({Position.SIMILAR, Position.NOTHING})


@dataclass(frozen=True, slots=True)
class School:
    """One school beside the comparator. Shares are 0–1, rates per 1,000 pupils; None where nothing is compared.

    `position` is by chance alone, `allowing` the same with over-dispersion allowed for where that applies. `kept` says
    whether the departure remains when all schools are tested at once (false discovery 5 %); `differs` whether it is
    more than chance would explain: beyond the 99.8 % limits, or beyond the 95 % limits and kept. `departure` is the
    shrunken value less what schools are drawn towards, `weight` the weight on the school's own data (0–1).
    """

    urn: str
    name: str
    count: int
    denominator: int
    value: float
    lower95: float
    upper95: float
    returned: int
    expected: int
    only_nil: bool
    position: Position | None = None
    allowing: Position | None = None
    kept: bool | None = None
    differs: bool = False
    departure: float | None = None
    weight: float | None = None

    @property
    def stands_out(self) -> bool:
        """Whether it differs, also when allowing for how much schools vary."""
        return self.differs and self.allowing not in INSIDE


@dataclass(frozen=True, slots=True)
class Lines:
    """The limits to draw, at each denominator, in the unit of the values."""

    denominator: tuple[float, ...]
    lower95: tuple[float, ...]
    upper95: tuple[float, ...]
    lower998: tuple[float, ...]
    upper998: tuple[float, ...]


@dataclass(frozen=True)
class Comparison:
    """The answer: schools in order of name, those set aside, the comparator's own figure, what chance would do.

    `why_not` says why there is no comparison; then no school has a position. `protected`: the comparator's figure
    is of others and not worked out from `schools`. `outside95` and `outside998` are how many of the schools would lie
    outside by chance alone; `phi` is the over-dispersion (1 by chance), `adjusted` whether it is allowed for.
    """

    question: Question
    comparator: Comparator
    called: str
    schools: tuple[School, ...]
    set_aside: tuple[SetAside, ...]
    years_left_out: int
    coverage: Coverage
    rule_set: str | None
    as_at: datetime
    data_version: int
    protected: bool = False
    why_not: str | None = None
    target: float | None = None
    lines: Lines | None = None
    phi: float | None = None
    adjusted: bool = False
    outside95: float | None = None
    outside998: float | None = None

    @property
    def differing(self) -> tuple[School, ...]:
        """The schools that differ by more than chance alone would explain."""
        return tuple(one for one in self.schools if one.differs)

    @property
    def first_looks(self) -> tuple[School, ...]:
        """Those of them with a shrunken departure, the largest first; none where the comparator is of others."""
        found = [one for one in self.differing if one.departure]
        return tuple(sorted(found, key=lambda one: (-abs(one.departure or 0), one.name, one.urn)))


def valued(asked: Measure, one: Counted) -> School:
    """A school with its value and 95 % interval."""
    found = (wilson if asked.kind is Kind.SHARE else rate)(one.count, one.denominator)
    assert found is not None  # noqa: S101 - a school without a denominator is set aside
    return School(
        one.urn, one.name, one.count, one.denominator, found.value, found.lower, found.upper, one.returned,
        one.expected, one.only_nil,
    )  # fmt: skip


def shrunk(asked: Measure, schools: Sequence[School]) -> tuple[School, ...]:
    """The schools with how far each lies from the others by empirical Bayes."""
    pulled = (shrinkage.shares if asked.kind is Kind.SHARE else shrinkage.rates)(*_arrays(schools))
    away = pulled.value - pulled.centre
    return tuple(
        replace(one, departure=float(away[place]), weight=float(pulled.weight[place]))
        for place, one in enumerate(schools)
    )


def placed(found: Comparison, asked: Measure, *, target: float | None) -> Comparison:
    """The schools' positions, and what chance alone would do; the pooled value is the target unless one is given."""
    made = (funnel.shares if asked.kind is Kind.SHARE else funnel.rates)(*_arrays(found.schools), target=target)
    kept = multiple.false_discovery(made.two_sided_p, level=LEVEL).reject
    several = len(found.schools) >= LEAST_SCHOOLS
    schools = tuple(
        _positioned(one, made, place, kept=bool(kept[place]), several=several)
        for place, one in enumerate(found.schools)
    )
    return replace(
        found, schools=schools, target=made.target, lines=_lines(made, found.schools),
        phi=None if found.protected else made.phi, adjusted=made.adjusted,
        outside95=made.expected_outside.at_95, outside998=made.expected_outside.at_998,
    )  # fmt: skip


def _positioned(one: School, made: Funnel, place: int, *, kept: bool, several: bool) -> School:
    """`several`: a school or two tested by themselves are held to the wider limits."""
    position, allowing = made.position[place], made.adjusted_position[place]
    differs = position in CLEAR or (position not in INSIDE and kept and several)
    return replace(one, position=position, allowing=allowing, kept=kept, differs=differs)


def _lines(made: Funnel, schools: Sequence[School]) -> Lines:
    """Limits of a rate start near the smallest school: below it they rise so far that they would flatten the rest."""
    sizes = [one.denominator for one in schools]
    first = max(1.0, max(sizes) / DRAWN if made.per is None else 0.7 * min(sizes))
    curve = funnel.curve(made, np.linspace(first, max(sizes) * 1.05, DRAWN))
    found = (curve.denominator, curve.lower95, curve.upper95, curve.lower998, curve.upper998)
    return Lines(*(tuple(float(number) for number in part) for part in found))


def _arrays(schools: Sequence[School]) -> tuple[list[int], list[int]]:
    return [one.count for one in schools], [one.denominator for one in schools]
