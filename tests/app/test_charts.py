"""What a browser is given to draw: no more than may be known, and gaps where nothing is."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

import altair as alt
import pytest

from app import charts
from app.charts import look
from pipelines.reporting import Coverage, Figure, FigureTable, OutcomeCount, Question, Scope, State
from schemas.measurement import measures
from schemas.rulesets import OUTCOME_LABELS, Outcome

SHARE = measures()["dsl_informed_same_day"]
TERMS = [("202425", term) for term in ("autumn", "spring", "summer")]


def figure(state: State, **by: str) -> Figure:
    return Figure(by, 0.4, 12, 30, 0.25, 0.58, state, Coverage(3, 3))


def table(rows: Iterable[Figure]) -> FigureTable:
    now = datetime(2026, 1, 1)  # noqa: DTZ001 - the warehouse keeps UTC without a zone
    return FigureTable(Question(SHARE.id), Scope.parse("la:990"), None, now, 1, Coverage(3, 3), tuple(rows))


def over_terms(*states: State) -> FigureTable:
    return table(figure(state, year=year, term=term) for state, (year, term) in zip(states, TERMS, strict=True))


@pytest.mark.parametrize("state", [State.WITHHELD, State.NOT_SUBMITTED, State.NOT_APPLICABLE, State.TOO_FEW])
def test_a_figure_that_may_not_be_known_reaches_the_browser_without_a_number(state: State) -> None:
    chart = charts.series(SHARE, {"Ours": over_terms(State.VALUE, state, State.VALUE)})
    hidden = chart.rows.iloc[1]
    assert hidden[["value", "lower", "upper"]].isna().all()
    assert hidden["words"]
    assert not any(character.isdigit() for text in hidden[["words", "says"]] for character in text)


def test_a_missing_return_stays_in_its_place_as_a_gap() -> None:
    chart = charts.series(SHARE, {"Ours": over_terms(State.VALUE, State.NOT_SUBMITTED, State.VALUE)})
    assert list(chart.rows["period"]) == ["Autumn 2024/25", "Spring 2024/25", "Summer 2024/25"]
    assert list(chart.rows["value"].notna()) == [True, False, True]


def test_a_real_zero_is_a_point_and_needs_no_words() -> None:
    chart = charts.series(SHARE, {"Ours": over_terms(State.VALUE, State.ZERO, State.NIL_RETURN)})
    assert list(chart.rows["words"]) == ["", "", "nil return"]


def test_words_alone_are_not_drawn() -> None:
    by_sex = table(figure(State.TOO_FEW, sex=sex) for sex in ("female", "male"))
    assert not charts.dots(SHARE, by_sex, by="sex").has_numbers


def test_small_multiples_keep_the_order_of_the_breakdown() -> None:
    names = ["widely_shared", "adult_involved"]
    rows = [figure(State.VALUE, year="202425", term="autumn", risk_factor=name) for name in names]
    chart = charts.multiples(SHARE, table(rows), by="risk_factor")
    assert list(chart.rows["order"]) == [0, 1]


def test_each_outcome_has_a_bar_in_order_even_when_no_incident_had_it() -> None:
    counts = [OutcomeCount({}, Outcome.CALLED_FOR_NOT_ESCALATED, 7)]
    chart = charts.outcome_bars({"UKCIS 2024": counts})
    assert list(chart.rows["outcome"]) == list(OUTCOME_LABELS.values())
    assert list(chart.rows["value"]) == [0, 7, 0, 0, 0]


def test_a_withheld_outcome_has_no_number() -> None:
    chart = charts.outcome_bars({"UKCIS 2024": [OutcomeCount({}, Outcome.NOT_KNOWN, None)]})
    assert chart.rows["value"].isna().tolist() == [False] * 4 + [True]
    assert chart.rows["words"].iloc[-1] == "withheld"


def all_kinds() -> list[charts.Chart]:
    series = over_terms(State.VALUE, State.ZERO, State.VALUE)
    by_sex = table(figure(State.VALUE, sex=sex) for sex in ("female", "male"))
    small = table(figure(State.VALUE, year="202425", term="autumn", sex=sex) for sex in ("female", "male"))
    return [
        charts.series(SHARE, {"Ours": series}),
        charts.series(SHARE, {"Ours": series, "Others": series}),
        charts.multiples(SHARE, small, by="sex"),
        charts.dots(SHARE, by_sex, by="sex"),
        charts.outcome_bars({"UKCIS 2024": []}),
    ]


def test_specifications_hold_no_rows_and_are_valid() -> None:
    for chart in all_kinds():
        text = json.dumps(chart.specification)
        assert "values" not in text
        assert "datasets" not in text
        alt.Chart.from_dict({**chart.specification, "data": {"name": "rows"}}, validate=True)


def test_specifications_are_built_once_a_kind() -> None:
    for first, second in zip(all_kinds(), all_kinds(), strict=True):
        assert first.specification is second.specification


def test_every_field_that_a_specification_names_is_in_its_rows() -> None:
    for chart in all_kinds():
        assert _fields(chart.specification) <= set(chart.rows.columns)


def _fields(part: object) -> set[str]:
    if isinstance(part, dict):
        own = {part["field"]} if isinstance(part.get("field"), str) else set()
        return own.union(*(_fields(one) for one in part.values()))
    return set().union(*(_fields(one) for one in part)) if isinstance(part, list) else set()


def test_no_colour_is_fixed_so_that_each_theme_brings_its_own() -> None:
    for chart in all_kinds():
        assert "#" not in json.dumps(chart.specification)


def test_two_organisations_differ_in_shape_as_well_as_colour() -> None:
    compared = json.dumps(all_kinds()[1].specification)
    assert all(shape in compared for shape in look.SHAPES)
