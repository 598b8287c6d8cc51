"""Published exclusions through our statistics and charts: what was withheld stays a gap, rates are as published.

Read where they lie beside the project (DfE, Open Government Licence v3.0): 2006/07 to 2016/17, eleven years.
"""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from app import charts, wording
from pipelines.charting import ControlChart, Grain, chart_of
from pipelines.figures import Coverage, Figure, FigureTable, State
from pipelines.reporting import Question, Scope
from pipelines.statistics.attributes import clearly_more, u_chart
from pipelines.statistics.intervals import rate
from pipelines.statistics.xmr import xmr
from schemas.measurement import measures

FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "exclusions_dfe"
REASONS, TOTALS = FOLDER / "exclusions_by_reason.csv", FOLDER / "exclusions_la_region_national_200607_201617.csv"
WITHHELD = ("x", "c")
SEXUAL_MISCONDUCT = replace(
    measures()["incidents_per_1000"], title="Fixed-period exclusions for sexual misconduct",
    short_title="exclusions per 1,000 pupils", counts="exclusions",
)  # fmt: skip
NOW = datetime(2018, 7, 1)  # noqa: DTZ001 - as the warehouse keeps moments
pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not REASONS.exists(), reason="the published exclusions are not beside the project"),
]


@cache
def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


@cache
def series(la: str) -> FigureTable:
    """One authority's years (England's when empty), each with its pupils; a withheld count is no number."""
    pupils = {row["time_period"]: int(row["headcount"]) for row in rows(TOTALS) if _whole(row, la)}
    counts = {row["time_period"]: row["fixed_sexual_misconduct"] for row in rows(REASONS) if _whole(row, la)}
    found = tuple(_figure(year, counts[year], pupils.get(year, 0)) for year in sorted(counts))
    return FigureTable(Question("incidents_per_1000"), Scope.parse("la:990"), None, NOW, 1, Coverage(11, 11), found)


def _whole(row: dict[str, str], la: str) -> bool:
    level = "Local authority" if la else "National"
    return row["geographic_level"] == level and row["school_type"] == "Total" and row["la_name"] == la


def _figure(year: str, count: str, pupils: int) -> Figure:
    if count in WITHHELD:
        return Figure({"year": year}, None, None, None, None, None, State.WITHHELD, Coverage(1, 1))
    found = rate(int(count), pupils)
    if found is None:  # an authority that no longer was, in a year in which only its exclusions were counted
        return Figure({"year": year}, None, int(count), 0, None, None, State.NOT_APPLICABLE, Coverage(1, 1))
    state = State.VALUE if int(count) else State.ZERO
    return Figure({"year": year}, found.value, int(count), pupils, found.lower, found.upper, state, Coverage(1, 1))


def authorities() -> list[str]:
    return sorted({row["la_name"] for row in rows(REASONS) if row["geographic_level"] == "Local authority"})


def drawn(la: str) -> ControlChart:
    return chart_of(SEXUAL_MISCONDUCT, series(la), grain=Grain.TERM)


def with_gaps() -> list[str]:
    return [
        la for la in authorities()
        if any(row.state is State.WITHHELD for row in series(la).rows[1:-1]) and len(series(la).rows) == 11
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["Total", "State-funded primary", "State-funded secondary", "Special"])
def test_englands_rates_of_2016_17_are_those_published(kind: str) -> None:
    (row,) = [
        row for row in rows(TOTALS)
        if (row["geographic_level"], row["school_type"], row["time_period"]) == ("National", kind, "201617")
    ]  # fmt: skip
    for name in ("perm_excl", "fixed_excl", "one_plus_fixed"):
        found = rate(int(row[name]), int(row["headcount"]), per=100)
        assert found is not None
        assert float(wording.number(found.value, places=2)) == float(row[f"{name}_rate"])
        assert found.lower < found.value < found.upper


def test_eleven_years_have_intervals_and_no_limits() -> None:
    found = drawn("")
    assert len(found.points) == 11
    assert not found.has_limits
    assert not found.special


def test_england_fell_and_varied_far_more_than_chance() -> None:
    counts = [row.count or 0 for row in series("").rows]
    pupils = [row.denominator or 0 for row in series("").rows]
    assert (counts[0], counts[-1]) == (3500, 2235)
    assert clearly_more(counts, [one / 1000 for one in pupils], rates=True)
    plain, wider = u_chart(counts, pupils), u_chart(counts, pupils, prime=True)
    for one, other in zip(plain.limits, wider.limits, strict=True):
        assert one is not None
        assert other is not None
        assert other.lower < one.lower < one.mean < one.upper < other.upper


def test_a_withheld_count_is_a_gap_in_every_chart_and_never_a_zero() -> None:
    assert len(with_gaps()) > 20
    for la in with_gaps():
        table = series(la)
        hidden = [place for place, row in enumerate(table.rows) if row.state is State.WITHHELD]
        values = [row.value for row in table.rows]
        for chart in (
            u_chart([row.count or 0 for row in table.rows], [row.denominator or 0 for row in table.rows]),
            xmr(values),
        ):
            assert [chart.limits[place] for place in hidden] == [None] * len(hidden)
            assert [chart.labels[place] for place in hidden] == [None] * len(hidden)
        assert [drawn(la).points[place].value for place in hidden] == [None] * len(hidden)


def test_what_a_browser_would_get_of_a_withheld_year_holds_no_number() -> None:
    la = with_gaps()[0]
    for chart in (
        charts.series(SEXUAL_MISCONDUCT, {la: series(la)}, by="year"),
        charts.control(SEXUAL_MISCONDUCT, drawn(la)),
    ):
        assert "values" not in json.dumps(chart.specification)
        for row, figure in zip(chart.rows.to_dict("records"), series(la).rows, strict=True):
            if figure.state is State.WITHHELD:
                assert row["words"] == "withheld"
                assert row["value"] != row["value"]  # not a number
                assert not any(character.isdigit() for character in row["says"])


def test_years_published_as_none_are_points_at_zero() -> None:
    zeros = [row for la in authorities() for row in series(la).rows if row.state is State.ZERO]
    assert all(row.value == 0 and row.upper95 for row in zeros)
