"""The page Involved again: the curve, the groups, what was allowed for, and when it says too few."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from app import again, charts
from app.identity import PEOPLE
from app.wording import THIN
from pipelines.house import House
from pipelines.reporting import AgainCurve, Difference, IncidentsPerChild, Point, Question
from pipelines.scope import Scope
from tests.app.opened import visit, words

HEADINGS = (
    "Type of the first incident", "Action taken after the first incident", "Support offered after the first incident",
    "Whether the first incident was escalated", "Part of the child in the first incident",
    "Academic year of the first incident", "Sex",
)  # fmt: skip


def finding(app: AppTest, heading: str) -> str:
    return next(one.value for one in app.header if one.value.startswith(f"{heading}:"))


def caption(app: AppTest, text: str) -> str:
    return next(one.value for one in app.caption if text in one.value)


@pytest.mark.usefixtures("portal")
@pytest.mark.parametrize("person", PEOPLE)
def test_every_person_sees_the_curve_the_groups_and_the_incidents_per_child(person: str) -> None:
    app = visit("involved_again", person=person)
    assert not app.exception
    headings = [one.value.split(":")[0] for one in app.header]
    assert headings == ["Involved again", *HEADINGS, "Incidents per child"]
    assert len(app.table) == len(headings)


@pytest.mark.usefixtures("portal")
def test_a_group_shows_both_shares_and_the_children_at_risk_on_three_days() -> None:
    app = visit("involved_again", person="officer")
    table = next(one.value for one in app.table if one.value.index.name == "Type of the first incident")
    assert list(table.columns) == [
        "At risk on day 0", "Within 90 days", "At risk on day 90", "Within a year", "At risk on day 365",
    ]  # fmt: skip


def test_the_table_says_what_the_door_says(portal: House) -> None:
    question = Question("involved_again_90_days", by=("escalated",))
    rows = portal.reporting.figures(Scope.parse("la:990"), question).rows
    app = visit("involved_again", person="officer")
    table = next(one.value for one in app.table if "escalated" in str(one.value.index.name))
    assert [text.replace("\\", "") for text in table["At risk on day 90"]] == [f"{row.at_risk:,}" for row in rows]
    assert [text.replace("\\", "") for text in table["At risk on day 0"]] == [f"{row.denominator:,}" for row in rows]


@pytest.mark.usefixtures("portal")
def test_the_groups_of_a_small_school_are_too_few_to_say() -> None:
    app = visit("involved_again", person="officer")
    app.selectbox(key="school").select("900013").run()
    assert not app.exception
    assert finding(app, "Type of the first incident").endswith("too few to say whether there is a difference")
    assert "too few to say" in words(app)


@pytest.mark.usefixtures("portal")
def test_groups_that_overlap_are_not_tested_and_the_caption_says_so() -> None:
    app = visit("involved_again", person="officer")
    overlapping = [one.value for one in app.caption if "the groups overlap" in one.value]
    assert len(overlapping) == 2
    assert not any("log-rank" in text for text in overlapping)


def test_what_was_tested_stands_with_what_was_allowed_for() -> None:
    said = again.tested("sex", Difference(2, 0.0312, 0.0936, clear=False), tests=3)
    assert said == (
        "2 groups of ten children or more compared by the log-rank test, p = 0.031; "
        "with the 3 tests of this page allowed for, 0.094 (clear at 0.05)"
    )
    assert "p = under 0.001" in again.tested("sex", Difference(2, 0.0001, 0.0001, clear=True), tests=1)
    assert again.tested("sex", Difference(1, None, None, clear=False), tests=0).startswith("Not compared")


@pytest.mark.usefixtures("portal")
def test_a_response_is_never_said_to_have_worked() -> None:
    app = visit("involved_again", person="school")
    responses = [one.value for one in app.caption if "what a response achieved" in one.value]
    assert len(responses) == 3


def test_the_chart_has_the_steps_and_nothing_after_them() -> None:
    steps = (Point(0, 0.0, 0.0, 0.1, 30, 0), Point(40, 0.2, 0.1, 0.4, 20, 6), Point(200, 0.2, 0.1, 0.4, 10, 6))
    drawn = charts.rising(AgainCurve(30, steps, ()))
    assert drawn.has_numbers
    assert list(drawn.rows["day"]) == [0, 40, 200]
    assert drawn.rows["says"].iloc[1] == f"By day 40: 20{THIN}% (10 to 40{THIN}%), 20 children still followed"
    assert "step-after" in str(drawn.specification)


def test_no_curve_is_drawn_of_fewer_than_ten_children() -> None:
    few = AgainCurve(9, (), (Point(0, None, None, None, 9, 0),))
    assert not charts.rising(few).has_numbers
    assert list(again.days(few)["Estimated share"]) == ["too few to say"]


@pytest.mark.parametrize(
    ("found", "right"),
    [
        (Difference(3, 0.001, 0.004, clear=True), "Sex: the groups differ clearly"),
        (Difference(3, 0.03, 0.15, clear=False), "Sex: no clear difference"),
        (Difference(1, None, None, clear=False), "Sex: too few to say whether there is a difference"),
    ],
)
def test_groups_differ_clearly_only_when_the_test_says_so_with_all_tests_allowed_for(
    found: Difference, right: str, portal: House
) -> None:
    table = portal.reporting.figures(Scope.parse("la:990"), Question(again.YEAR, by=("sex",)))
    assert again.of_groups("sex", "Sex", found, table) == right


def test_how_many_children_were_in_several_incidents_is_said_first() -> None:
    found = IncidentsPerChild({1: 40, 2: 6, 3: 0, 4: 1}, children=47, several=7)
    assert again.of_children(found) == "Incidents per child: 7 of 47 children were in more than one"
    assert list(again.children(found).index) == ["1", "2", "3", "4 or more"]
    assert again.of_children(IncidentsPerChild({1: 0, 2: 0, 3: 0, 4: 0}, 0, 0)).endswith("none recorded")
