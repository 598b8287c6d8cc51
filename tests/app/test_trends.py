"""Trends: terms and months, what a control chart says in words, and rebasing it from the page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import altair as alt
import pytest
from streamlit.testing.v1 import AppTest

from app import charts, control_words
from pipelines.charting import ControlChart, Grain, Rebase, chart_of
from pipelines.decisions import DecisionKind, decisions
from pipelines.figures import Coverage, Figure, FigureTable, State
from pipelines.house import House
from pipelines.reporting import Question, Scope
from schemas.calendar import Term, term_of
from schemas.measurement import measures
from tests.app.opened import opened, visit, words
from tests.factories import checked, incident, submit

SHARE = measures()["dsl_informed_same_day"]
NOW = datetime(2026, 11, 1)  # noqa: DTZ001 - the warehouse keeps UTC without a zone
CALM = [5, 6, 4, 5, 6, 5, 4, 5, 6, 4, 5, 6, 5, 4]
STEP = [*CALM, 13, 14, 12, 13, 14, 13, 12, 14, 13, 12, 14, 13, 12, 13]


def chart(counts: list[int | None], *starts: str) -> ControlChart:
    """A chart of shares of 20 by month from September 2022; None is a month without a return."""
    rows = []
    for place, count in enumerate(counts):
        by = {"month": f"{2022 + (8 + place) // 12}-{(8 + place) % 12 + 1:02d}"}
        if count is None:
            rows.append(Figure(by, None, None, None, None, None, State.NOT_SUBMITTED, Coverage(0, 3)))
        else:
            rows.append(Figure(by, count / 20, count, 20, 0.0, 1.0, State.VALUE, Coverage(2, 3)))
    table = FigureTable(Question(SHARE.id), Scope.parse("la:990"), None, NOW, 1, Coverage(3, 3), tuple(rows))
    kept = [Rebase(1, date.fromisoformat(f"{start}-01"), "why", NOW, "someone", "officer") for start in starts]
    return chart_of(SHARE, table, grain=Grain.MONTH, kept=kept)


# -- words and drawing ----------------------------------------------------------------------------------------


def test_the_finding_says_what_the_last_point_says_without_praise_or_blame() -> None:
    calm, step = chart(CALM), chart(STEP)
    assert "no special cause in 14 points" in control_words.finding(SHARE, calm)
    assert control_words.icon(calm) == "Variation: no special cause."
    assert "special cause: higher since November 2023, a run above the mean" in control_words.finding(SHARE, step)
    assert control_words.icon(step) == "Special cause: higher."
    for text in (control_words.finding(SHARE, step), control_words.note(step), control_words.icon(step)):
        assert not {"good", "bad", "better", "worse", "improvement", "concern"} & set(text.lower().split())


def test_the_note_on_looking_often_stands_wherever_anything_is_special_and_nowhere_else() -> None:
    assert control_words.note(chart(CALM)) == ""
    said = control_words.note(chart(STEP))
    assert f"{len(chart(STEP).special)} of 28 points" in said
    assert "would still lie outside the limits" in said


def test_every_point_has_its_label_and_limits_in_the_table() -> None:
    table = control_words.table(SHARE, chart([*STEP[:20], None, *STEP[20:]]))
    assert list(table.columns[-2:]) == ["Limits", "The chart says"]
    assert table.loc["September 2022", "The chart says"] == "lower: a run below the mean"
    assert table.loc["May 2024", "The chart says"] == "–"
    assert "no return" in table.loc["May 2024"].to_numpy()


def test_below_thirteen_points_the_table_says_nothing_of_limits() -> None:
    few = chart([5] * 12)
    assert "The chart says" not in control_words.table(SHARE, few).columns
    assert control_words.icon(few) == ""
    assert "12 months" in control_words.unlimited(few)


def test_a_gap_has_no_number_and_special_points_have_a_shape_and_a_word() -> None:
    drawn = charts.control(SHARE, chart([*STEP[:20], None, *STEP[20:]])).rows
    gap = drawn[drawn["period"] == "May 2024"].iloc[0]
    assert gap[["value", "mean", "lower", "upper"]].isna().all()
    assert gap["words"] == "no return"
    assert set(drawn["kind"]) == {"no special cause", "special: higher", "special: lower"}
    assert {"run above mean", "run below mean"} <= set(drawn["mark"])


def test_a_rebase_is_drawn_where_its_limits_begin() -> None:
    whole = chart(STEP, "2023-11")
    unjudged = replace(whole.points[13], left_out="fewer than 5 dated", label=None)
    for one in (whole, replace(whole, points=(*whole.points[:13], unjudged, *whole.points[14:]))):
        starts = charts.control(SHARE, one).rows
        assert list(starts[starts["starts"] != ""]["period"]) == ["November 2023"]
    drawn = charts.control(SHARE, whole).rows
    assert drawn["mean"].nunique() == 2
    assert drawn.groupby("segment")["mean"].nunique().tolist() == [1, 1]


def test_the_specification_is_valid_holds_no_rows_and_no_fixed_colour_and_is_built_once() -> None:
    one, other = charts.control(SHARE, chart(CALM)), charts.control(SHARE, chart(STEP))
    assert one.specification is other.specification
    text = json.dumps(one.specification)
    assert "datasets" not in text
    assert text.count('"name": "rows"') == 0  # named once, around all layers
    assert "#" not in text
    alt.Chart.from_dict({**one.specification, "data": {"name": "rows"}}, validate=True)


def test_each_incident_of_one_day_is_a_point_of_its_own() -> None:
    whole = chart(CALM)
    days = tuple(replace(point, by={"day": "2025-10-03"}, figure=None) for point in whole.points)
    apart = replace(whole, points=days, method="t chart")
    assert charts.control(SHARE, apart).rows["period"].nunique() == len(days)
    assert "Days since the one before" in control_words.table(SHARE, apart)


# -- the page -------------------------------------------------------------------------------------------------


TERMS = [(f"{year}{year % 100 + 1}", term) for year in (2023, 2024) for term in Term]


@pytest.fixture
def two_years(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A portal to which one school sent six terms: one to three incidents a month, none in August."""
    with opened(tmp_path, monkeypatch) as house:
        for year, term in TERMS:
            rows = [
                incident(reported_date=day.isoformat(), dsl_informed_date=day.isoformat(), incident_ref=f"I{day}{n}")
                for day in _days(year, term)
                for n in range(day.month % 3 + 1)
            ]
            submit(house.warehouse, checked(rows, year=year, term=term))
        yield house


def _days(year: str, term: Term) -> list[date]:
    """The 27th of each month that is in a term, but August."""
    found = [date(int(year[:4]) + (month < 9), month, 27) for month in (9, 10, 11, 12, 1, 2, 3, 4, 5, 6, 7)]
    return [day for day in found if term_of(day) == (year, term)]


def by_months(app: AppTest, measure: str) -> AppTest:
    app.selectbox(key="measure").select(measure).run()
    return app.selectbox(key="points").select("month").run()


def rebased(app: AppTest, reason: str) -> AppTest:
    app.text_area[0].input(reason)
    next(one for one in app.button if one.label == "Rebase").click()
    return app.run()


@pytest.mark.usefixtures("two_years")
def test_terms_come_first_name_the_rule_set_and_say_that_months_give_more() -> None:
    app = visit("trends", person="officer")
    assert "0 terms with a figure, and limits are drawn from 13" in words(app)
    assert "Judged by UKCIS 2024" in words(app)
    assert not [one for one in app.button if one.label == "Rebase"]


def test_a_rebase_needs_a_reason_that_names_nobody_and_is_kept_shown_and_withdrawn(two_years: House) -> None:
    app = by_months(visit("trends", person="officer"), measures()["incidents"].title)
    assert "no special cause in 22 points" in words(app)
    assert "Write the reason" in rebased(app, "").error[0].value
    refused = rebased(app, "Ask jo.bloggs@example.sch.uk about it").error[0].value
    assert "nobody may be named" in refused
    assert "bloggs" not in refused
    assert not kept(two_years)
    rebased(app, "New form at *all* schools")
    assert not app.exception
    assert "New form at" in words(app)
    assert "Rowan Ashby" in words(app)
    for person in ("trust", "neighbour"):
        assert "New form at" not in words(by_months(visit("trends", person=person), measures()["incidents"].title))
    app.button(key="rebase-withdraw").click().run()
    assert "New form at" not in words(app)
    assert not kept(two_years)


def kept(house: House) -> int:
    return len(decisions(house.warehouse, Scope.parse("la:990"), DecisionKind.REBASE))


@pytest.mark.usefixtures("two_years")
def test_returns_by_month_are_refused_with_a_sentence() -> None:
    app = by_months(visit("trends", person="officer"), measures()["returns_received"].title)
    assert not app.exception
    assert "once a term" in app.info[0].value
