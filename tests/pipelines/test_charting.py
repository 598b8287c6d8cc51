"""Control charts through the door: months, gaps, what is judged, and rebases by a person with a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from pipelines.charting import (
    ControlChart,
    Grain,
    Rebase,
    chart_of,
    control_chart,
    rebase,
    rebases,
    withdraw_rebase,
)
from pipelines.decisions import LONGEST
from pipelines.figures import Coverage, Figure, FigureTable, State
from pipelines.reporting import Question, Reporting, Scope
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term, term_of
from schemas.errors import QuestionError, RefusedError
from schemas.measurement import Measure, measures
from tests.factories import URN, checked, incident, officer_of, submit, warehouse
from tests.oracles.incidents import visible
from tests.oracles.returned import expected
from tests.oracles.world import Asked
from tests.worlds import sample_world

NOW = datetime(2026, 11, 1)  # noqa: DTZ001 - the warehouse keeps UTC without a zone
LA = Scope.parse("la:990")
SCHOOL = Scope.parse(f"school:{URN}")
SHARE, COUNT, DAYS = (measures()[name] for name in ("dsl_informed_same_day", "incidents", "days_to_escalation"))
MONTHS = [f"{2022 + (8 + place) // 12}-{(8 + place) % 12 + 1:02d}" for place in range(48)]


@pytest.fixture(scope="module")
def reporting() -> Reporting:
    return Reporting(sample_world()[1])


def chart(reporting: Reporting, measure: str, scope: str = "la:990", *, grain: Grain = Grain.MONTH) -> ControlChart:
    question = Question(measure, rule_set="ukcis-2024", as_at=NOW)
    return control_chart(reporting, Scope.parse(scope), question, grain=grain)


def table(values: list[int | None], *, of: int = 20, kind: Measure = SHARE, first: int = 0) -> FigureTable:
    """One figure a month from September 2022; None is a month without a return."""
    rows = [_figure(kind, month, value, of) for month, value in zip(MONTHS[first:], values, strict=False)]
    return FigureTable(Question(kind.id), LA, None, NOW, 1, Coverage(3, 3), tuple(rows))


def _figure(kind: Measure, month: str, count: int | None, of: int) -> Figure:
    by = {"month": month}
    if count is None:
        return Figure(by, None, None, None, None, None, State.NOT_SUBMITTED, Coverage(0, 3))
    value = count / of if kind.is_share else float(count)
    return Figure(by, value, count, of, None, None, State.VALUE, Coverage(3, 3))


def drawn(values: list[int | None], *starts: str, kind: Measure = SHARE) -> ControlChart:
    kept = [Rebase(n, date.fromisoformat(f"{day}-01"), "x", NOW, "someone", "officer") for n, day in enumerate(starts)]
    return chart_of(kind, table(values, kind=kind), grain=Grain.MONTH, kept=kept)


# -- months ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", ["la:990", "la:991", "trust:99001", "school:900001", "school:900003"])
@pytest.mark.parametrize("term", [None, "spring"])
def test_a_month_counts_what_staff_were_told_in_it_where_the_returns_of_its_terms_came(
    reporting: Reporting, scope: str, term: str | None
) -> None:
    world, _ = sample_world()
    asked = Asked(*scope.split(":"), as_at=NOW)
    rows = reporting.figures(asked_scope(asked), Question("incidents", by=("month",), term=term, as_at=NOW)).rows
    told = [row["told"] for row in visible(world, asked) if term is None or row["term"] == term]
    places = [place for place in expected(world, asked) if term is None or place["term"] == term]
    assert rows
    for row in rows:
        months = {one["urn"] for one in places if _holds(one, row.by["month"])}
        came = {urn for urn in months if all(one["sent"] for one in places if one["urn"] == urn and _touches(one, row))}
        assert row.count in (None, sum(f"{day:%Y-%m}" == row.by["month"] for day in told))
        assert (row.coverage.returned, row.coverage.expected) == (len(came), len(months))
        assert (row.state is State.NOT_SUBMITTED) <= (not came)


def asked_scope(asked: Asked) -> Scope:
    return Scope.parse(f"{asked.kind}:{asked.code}")


def _holds(place: dict[str, str], month: str) -> bool:
    """Whether a term holds the last day of a month: each month has one such, and its other term came before."""
    first = date.fromisoformat(f"{month}-01")
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return _in(place, last)


def _touches(place: dict[str, str], row: Figure) -> bool:
    first = date.fromisoformat(f"{row.by['month']}-01")
    return _in(place, first) or _holds(place, row.by["month"])


def _in(place: dict[str, str], day: date) -> bool:
    year, term = term_of(day)
    return (place["year"], place["term"]) == (year, str(term))


def test_months_add_up_to_the_incidents_of_terms_that_are_over(reporting: Reporting) -> None:
    by_month = reporting.figures(LA, Question("incidents", by=("month",), as_at=NOW))
    whole = reporting.figures(LA, Question("incidents", as_at=NOW)).rows[0]
    assert sum(row.count or 0 for row in by_month.rows) == whole.count
    assert len(by_month.rows) == 48


def test_a_months_rate_counts_only_schools_that_its_pupils_count(reporting: Reporting) -> None:
    rates = reporting.figures(LA, Question("incidents_per_1000", by=("month",), as_at=NOW)).rows
    counts = reporting.figures(LA, Question("incidents", by=("month",), as_at=NOW)).rows
    assert all((one.count or 0) <= (other.count or 0) for one, other in zip(rates, counts, strict=True))
    assert any((one.count or 0) < (other.count or 0) for one, other in zip(rates, counts, strict=True))


def test_terms_and_months_are_not_mixed_and_returns_come_by_term(reporting: Reporting) -> None:
    with pytest.raises(QuestionError, match="Choose terms or months"):
        reporting.figures(LA, Question("incidents", by=("term", "month")))
    with pytest.raises(QuestionError, match="once a term"):
        chart(reporting, "returns_received")


# -- charts ---------------------------------------------------------------------------------------------------


def test_twelve_terms_have_intervals_and_no_limits_no_label_and_no_icon(reporting: Reporting) -> None:
    found = chart(reporting, "escalated_when_called_for", grain=Grain.TERM)
    assert not found.has_limits
    assert "12 terms" in found.reason
    assert (found.icon, found.looked_at, found.special) == ("", 0, ())
    assert all(point.figure and point.figure.lower95 is not None for point in found.points)


@pytest.mark.parametrize(
    ("measure", "method"),
    [("escalated_when_called_for", "p chart"), ("recording_completeness", "p′ chart"), ("incidents", "XmR chart"),
     ("incidents_per_1000", "u′ chart"), ("days_to_escalation", "XmR chart")],
)  # fmt: skip
def test_each_kind_of_measure_has_its_chart(reporting: Reporting, measure: str, method: str) -> None:
    found = chart(reporting, measure)
    assert found.method == method
    assert found.icon.startswith(("variation", "special cause"))
    for point in found.points:
        assert (point.limits is None) <= (point.value is None or not point.judged)


TERMS = [(f"{year}{year % 100 + 1}", term) for year in range(2020, 2026) for term in Term]
SELDOM = {"autumn": "10-01", "spring": "02-01", "summer": "06-15"}


def seldom(*, without: tuple[str, Term] | None = None) -> Reporting:
    """A school with one incident a term, on a day that moves on; perhaps without one term's return."""
    store = warehouse()
    for place, (year, term) in enumerate(TERMS):
        calendar_year = int(year[:4]) + (term is not Term.AUTUMN)
        told = date.fromisoformat(f"{calendar_year}-{SELDOM[term]}") + timedelta(days=place)
        if (year, term) != without:
            row = incident(reported_date=told.isoformat(), dsl_informed_date=told.isoformat(), incident_ref=f"I{place}")
            submit(store, checked([row], year=year, term=term))
    return Reporting(store)


def test_where_most_months_have_none_the_days_between_are_drawn() -> None:
    found = control_chart(seldom(), SCHOOL, Question("incidents"), grain=Grain.MONTH)
    assert (found.method, found.days_between) == ("t chart", True)
    assert len(found.points) == len(TERMS) - 1
    assert found.points[0].by == {"day": "2021-02-02"}
    assert found.points[0].value == (date(2021, 2, 2) - date(2020, 10, 1)).days
    assert found.icon == "variation: no special cause"


def test_a_time_between_over_a_missing_return_is_not_known() -> None:
    found = control_chart(seldom(without=("202324", Term.SPRING)), SCHOOL, Question("incidents"), grain=Grain.MONTH)
    assert [point.by["day"] for point in found.points if point.value is None] == ["2024-06-26"]


def test_where_most_months_have_none_and_few_times_between_are_known_nothing_is_said(reporting: Reporting) -> None:
    found = [chart(reporting, "incidents", f"school:{urn}") for urn in reporting.schools(LA)]
    rare = [one for one in found if "have none" in one.reason]
    assert rare
    assert not any(one.has_limits or one.special for one in rare)


def test_a_missing_return_is_a_gap_that_breaks_a_run_and_not_a_zero() -> None:
    run = [4, 16] * 6 + [4, 4, 4] + [16] * 7
    assert any(point.label for point in drawn(run).points[-7:])
    broken = drawn([*run[:-4], None, *run[-4:]])
    gap = broken.points[-5]
    assert (gap.value, gap.limits, gap.label) == (None, None, None)
    assert not broken.special


def test_a_figure_of_a_period_without_any_return_is_a_gap_even_if_a_late_return_told_of_it() -> None:
    rows = list(table([9] * 14).rows)
    rows[5] = replace(rows[5], coverage=Coverage(0, 3))
    found = chart_of(SHARE, replace(table([]), rows=tuple(rows)), grain=Grain.MONTH)
    assert found.points[5].value is None


def test_august_and_a_term_that_still_runs_are_shown_and_not_judged() -> None:
    values: list[int | None] = [20, 22, 19, 21, 20, 23, 18, 20, 21, 22, 20, 0, 21, 20, 19]
    found = drawn(values, kind=COUNT)
    assert found.points[11].by == {"month": "2023-08"}
    assert (found.points[11].value, found.points[11].left_out) == (0, "school holiday")
    assert found.looked_at == 14
    assert not found.special
    early = replace(table(values, kind=COUNT), as_at=datetime(2023, 11, 2))  # noqa: DTZ001
    running = chart_of(COUNT, early, grain=Grain.MONTH)
    assert [point.left_out for point in running.points[-3:]] == ["its term is not over"] * 3


def test_a_median_of_fewer_than_five_is_shown_and_not_judged() -> None:
    rows = [replace(one, value=1.0, count=9) for one in table([9] * 15, kind=DAYS).rows]
    rows[7] = replace(rows[7], value=60.0, count=4)
    found = chart_of(DAYS, replace(table([]), rows=tuple(rows)), grain=Grain.MONTH)
    assert found.points[7].left_out
    assert not found.special


def test_limits_stay_within_what_a_value_can_be(reporting: Reporting) -> None:
    for name in ("days_to_escalation", "incidents", "involved_again_365_days", "dsl_informed_same_day"):
        found = chart(reporting, name)
        top = 1.0 if measures()[name].is_share else float("inf")
        assert all(0 <= p.limits.lower <= p.limits.upper <= top for p in found.points if p.limits)


def test_a_running_total_is_kept_beside_a_count() -> None:
    assert [point.so_far for point in drawn([2, 3, None, 4], kind=COUNT).points] == [2, 5, None, 9]


def test_another_organisations_chart_is_refused(reporting: Reporting) -> None:
    with pytest.raises(RefusedError, match="your own organisation"):
        control_chart(reporting, Scope.parse("school:900001"), Question("incidents", about=LA))


# -- rebases --------------------------------------------------------------------------------------------------


def test_limits_begin_anew_at_a_rebase_and_what_a_step_made_special_is_so_no_longer() -> None:
    step = [5, 6, 4, 5, 6, 5, 4, 5, 6, 4, 5, 6, 5, 4, 13, 14, 12, 13, 14, 13, 12, 14, 13, 12, 14, 13, 12, 13]
    assert drawn(step).special
    found = drawn(step, "2023-11")
    assert not found.special
    assert [one.points for one in found.segments] == [14, 14]
    assert found.points[13].limits != found.points[14].limits
    assert (found.points[13].segment, found.points[14].segment) == (0, 1)


def test_the_august_before_a_rebase_belongs_to_what_came_before() -> None:
    found = drawn([20, 22, 19, 21, 20, 23, 18, 20, 21, 22, 20, 0] * 2, "2023-09", kind=COUNT)
    assert [point.segment for point in found.points] == [0] * 12 + [1] * 12
    assert [one.points for one in found.segments] == [11, 11]


def test_a_short_stretch_has_provisional_limits_and_nothing_in_it_is_called_special() -> None:
    found = drawn([5] * 7 + [6] * 7 + [19, 5, 5], "2023-09")
    assert found.segments[-1].short
    assert found.points[-1].limits is not None
    assert not any(point.label for point in found.points if point.segment == 2)
    assert "too few points" in found.icon
    assert found.looked_at == sum(one.points for one in found.segments if not one.short)


def test_a_rebase_before_or_after_the_series_changes_nothing() -> None:
    values: list[int | None] = [5, 6] * 8
    for day in ("2019-01", "2030-01"):
        assert drawn(values, day).points == drawn(values).points
        assert drawn(values, day).rebases == ()


@pytest.fixture
def store() -> Warehouse:
    """A store for decisions only."""
    return Warehouse(None)


def kept_chart(name: str = "la:990", *, rule_set: str | None = None) -> ControlChart:
    whole = chart_of(SHARE, table([5, 6] * 10), grain=Grain.MONTH)
    question = Question(SHARE.id, rule_set=rule_set)
    return replace(whole, table=replace(whole.table, scope=Scope.parse(name), question=question))


def test_a_rebase_is_kept_with_who_when_and_why_and_may_be_withdrawn(store: Warehouse) -> None:
    reason = "New procedure at all schools since 1 September 2023"
    rebase(store, kept_chart(), {"month": "2023-09"}, reason=f" {reason} ", actor=officer_of("la:990"))
    (found,) = rebases(store, LA, Question(SHARE.id))
    assert (found.first_day, found.reason, found.decided_by) == (date(2023, 9, 1), reason, "tests")
    withdraw_rebase(store, found.decision_id, actor=officer_of("la:990"))
    assert rebases(store, LA, Question(SHARE.id)) == ()


def test_a_rebase_belongs_to_one_organisation_measure_and_filter_whatever_the_rule_set_of_others(
    store: Warehouse,
) -> None:
    chart_here = kept_chart(rule_set="ukcis-2024")
    rebase(store, chart_here, {"month": "2023-09"}, reason="new procedure here", actor=officer_of("la:990"))
    assert len(rebases(store, LA, Question(SHARE.id, rule_set="uksic-advice"))) == 1  # it is not judged by any
    assert rebases(store, Scope.parse("la:991"), Question(SHARE.id)) == ()
    assert rebases(store, LA, Question("incidents")) == ()
    assert rebases(store, LA, Question(SHARE.id, school="900001")) == ()


@pytest.mark.parametrize(
    ("reason", "says"),
    [("", "Write the reason"), ("  ", "Write the reason"), ("because", "Write the reason"),
     ("Ask the lead at jo.bloggs@example.sch.uk about it", "nobody may be named"),
     ("word " * LONGEST, "at most")],
)  # fmt: skip
def test_a_rebase_without_a_reason_or_with_one_that_names_someone_is_not_kept(
    store: Warehouse, reason: str, says: str
) -> None:
    with pytest.raises(QuestionError, match=says) as refused:
        rebase(store, kept_chart(), {"month": "2023-09"}, reason=reason, actor=officer_of("la:990"))
    assert "bloggs" not in str(refused.value)
    assert rebases(store, LA, Question(SHARE.id)) == ()


def test_a_rebase_needs_limits_a_later_period_of_the_chart_and_ones_own_organisation(store: Warehouse) -> None:
    good = {"reason": "new procedure here", "actor": officer_of("la:990")}
    with pytest.raises(QuestionError, match="not the first"):
        rebase(store, kept_chart(), {"month": "2022-09"}, **good)
    with pytest.raises(QuestionError, match="not the first"):
        rebase(store, kept_chart(), {"month": "2031-09"}, **good)
    with pytest.raises(QuestionError, match="no limits"):
        rebase(store, chart_of(SHARE, table([5] * 5), grain=Grain.MONTH), {"month": "2022-11"}, **good)
    with pytest.raises(RefusedError, match="your own organisation"):
        rebase(store, kept_chart("la:991"), {"month": "2023-09"}, **good)


def test_a_second_rebase_on_the_same_day_is_refused(store: Warehouse) -> None:
    rebase(store, kept_chart(), {"month": "2023-09"}, reason="new procedure here", actor=officer_of("la:990"))
    again = chart_of(SHARE, kept_chart().table, grain=Grain.MONTH, kept=rebases(store, LA, Question(SHARE.id)))
    with pytest.raises(QuestionError, match="already"):
        rebase(store, again, {"month": "2023-09"}, reason="another reason here", actor=officer_of("la:990"))


def test_nobody_withdraws_the_rebase_of_another_organisation(store: Warehouse) -> None:
    number = rebase(store, kept_chart(), {"month": "2023-09"}, reason="new procedure here", actor=officer_of("la:990"))
    with pytest.raises(RefusedError):
        withdraw_rebase(store, number, actor=officer_of("la:991"))
    assert len(rebases(store, LA, Question(SHARE.id))) == 1
