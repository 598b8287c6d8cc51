"""The page Compare: what it finds and says, what it draws, and what it gives to nobody."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import altair as alt
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from app import charts, comparison_notes, comparison_words
from app.charts import look
from app.charts.funnel import SHAPES
from app.identity import PEOPLE
from pipelines.comparators import Comparator
from pipelines.compared import Comparison, School, placed, shrunk, valued
from pipelines.figures import Coverage, Question
from pipelines.house import House
from pipelines.school_counts import Counted, SetAside, Why
from schemas.measurement import measures
from tests.app.opened import visit, words
from tests.statistics.authorities import FILE, re_referrals

SHARE, RATE = measures()["escalation_rate"], measures()["incidents_per_1000"]
BLAMES = ("good", "bad", "worst", "best", "rank", "poor", "league", "fail")


def comparison(*counts: tuple[int, int], names: str = "ABCDEFGH", measure: str = "escalation_rate") -> Comparison:
    """A comparison of schools with so many counted of so many, named A, B, C … unless told."""
    asked = measures()[measure]
    schools = [
        valued(asked, Counted(str(900001 + n), f"School {names[n]}", count, of, 3, 3, only_nil=not count))
        for n, (count, of) in enumerate(counts)
    ]
    found = Comparison(
        question=Question(measure), comparator=Comparator.parse("la:990"), called="All schools of Larkshire",
        schools=shrunk(asked, schools), set_aside=(), years_left_out=0, coverage=Coverage(3, 3), rule_set=None,
        as_at=datetime(2026, 1, 1), data_version=1,  # noqa: DTZ001
    )  # fmt: skip
    return placed(found, asked, target=None)


ALIKE = comparison((5, 10), (11, 20), (9, 20), (6, 12))
ONE_OUT = comparison((45, 60), (47, 60), (5, 20), (44, 60), (46, 60))


# -- words --------------------------------------------------------------------------------------------------------


def test_the_finding_names_who_differs_and_counts_the_schools() -> None:
    assert comparison_words.finding(SHARE, ONE_OUT).startswith(
        "1 of 5 schools differs from all schools of Larkshire together (72\u00a0%) by more than chance alone would "
        "explain: School C (lower)"
    )


def test_where_none_differs_it_says_so() -> None:
    assert comparison_words.finding(SHARE, ALIKE) == (
        "None of 4 schools differs from all schools of Larkshire together (50\u00a0%) by more than chance would explain"
    )


def test_more_than_a_few_schools_are_counted_and_not_named() -> None:
    several = comparison(*[(58, 60), (2, 60)] * 4)
    assert "School" not in comparison_words.finding(SHARE, several)
    assert "8 of 8 schools differ" in comparison_words.finding(SHARE, several)


def test_a_single_school_is_said_to_differ_only_beyond_the_wider_limits() -> None:
    one = replace(ALIKE, schools=ALIKE.schools[:1], protected=True)
    for count, said in ((5, "is similar to"), (1, "chance now and then explains"), (0, "is lower than")):
        found = placed(
            replace(one, schools=(valued(SHARE, Counted("1", "A", count, 10, 3, 3, False)),)), SHARE, target=0.5
        )
        assert said in comparison_words.finding(SHARE, found)


def test_the_table_stands_in_the_order_of_names_with_those_set_aside_among_them() -> None:
    found = replace(ONE_OUT, set_aside=(SetAside("900009", "School BB", Why.NO_RETURN),))
    table = comparison_words.table(SHARE, found)
    assert list(table.index) == ["School A", "School B", "School BB", "School C", "School D", "School E"]
    assert table.loc["School BB"].iloc[0] == "no return"
    assert set(table.loc["School BB"].iloc[1:]) == {"–"}
    assert table.loc["School C", comparison_words.BESIDE] == "lower (99.8\u00a0%)"
    assert table.loc["School C", comparison_words.TOGETHER] == "remains"


def test_a_school_with_nil_returns_only_is_marked_and_asked_another_question() -> None:
    found = comparison((0, 2000), (40, 1000), (45, 1000), (38, 1000), measure=RATE.id)
    assert comparison_words.table(RATE, found).iloc[0, 0] == "0.0 (nil returns only)"
    assert "whether some were not recorded" in comparison_words.ask(RATE, found, found.first_looks[0])


def test_the_notes_say_what_chance_would_do_how_schools_vary_and_what_testing_many_means() -> None:
    said = " ".join(comparison_notes.notes(ONE_OUT))
    for part in (
        "would lie outside the 95\u00a0% limits",
        "5 schools are tested at once",
        "Benjamini–Hochberg",
        "times as much as chance alone would make them",
    ):
        assert part in said


def test_a_question_to_ask_holds_the_figure_the_comparator_and_the_weight_and_blames_nobody() -> None:
    line = comparison_words.ask(SHARE, ONE_OUT, ONE_OUT.first_looks[0])
    assert line.startswith("**Ask School C** why its figure")
    for part in ("5 of 20 incidents", "72\u00a0% in all schools of Larkshire", "on its own 20 incidents"):
        assert part in line
    assert not [word for word in BLAMES if word in line.lower()]


def test_the_work_list_holds_only_those_that_differ_the_largest_shrunken_departure_first() -> None:
    found = comparison((58, 60), (30, 60), (30, 60), (31, 60), (0, 7), (3, 60))
    looks = found.first_looks
    assert {one.name for one in looks} == {one.name for one in found.schools if one.differs}
    sizes = [abs(one.departure or 0) for one in looks]
    assert sizes == sorted(sizes, reverse=True)


# -- the chart ----------------------------------------------------------------------------------------------------


def drawn(found: Comparison, **more: str) -> pd.DataFrame:
    rows = charts.funnel(SHARE, found, **more).rows
    return rows[rows["kind"] == "school"].set_index("says")


def test_only_schools_beyond_the_wider_limits_are_labelled() -> None:
    assert [label for label in drawn(ONE_OUT)["label"] if label] == ["School C"]
    assert not any(drawn(ALIKE)["label"])


def test_every_position_has_a_shape_of_its_own_and_a_word() -> None:
    rows = drawn(ONE_OUT)
    assert set(rows["position"]) <= {str(one) for one in SHAPES}
    assert len(set(SHAPES.values())) == 5
    assert all(one in says for one, says in zip(rows["position"], rows.index, strict=True))


def test_the_chosen_school_is_ringed() -> None:
    assert list(drawn(ALIKE, chosen="900002")["ring"]) == ["", "yes", "", ""]


def test_a_school_set_aside_or_not_compared_is_no_point() -> None:
    aside = replace(ALIKE, set_aside=(SetAside("900009", "School Z", Why.NO_RETURN),))
    chart = charts.funnel(SHARE, aside)
    assert "School Z" not in chart.rows.to_json()
    none = replace(ALIKE, lines=None, schools=tuple(replace(one, position=None) for one in ALIKE.schools))
    assert charts.funnel(SHARE, none).rows.empty


def test_the_specification_holds_no_rows_no_colour_and_only_fields_that_are_there() -> None:
    chart = charts.funnel(SHARE, ONE_OUT)
    text = json.dumps(chart.specification)
    assert "values" not in text
    assert "#" not in text
    alt.Chart.from_dict({**chart.specification, "data": {"name": "rows"}}, validate=True)
    assert chart.specification is charts.funnel(SHARE, ALIKE).specification
    assert _fields(chart.specification) <= set(chart.rows.columns)
    assert chart.has_numbers


def _fields(part: object) -> set[str]:
    if isinstance(part, dict):
        own = {part["field"]} if isinstance(part.get("field"), str) else set()
        return own.union(*(_fields(one) for one in part.values()))
    return set().union(*(_fields(one) for one in part)) if isinstance(part, list) else set()


def test_the_lines_stay_within_what_a_share_can_be() -> None:
    rows = charts.funnel(SHARE, ONE_OUT).rows
    lines = rows.loc[rows["kind"] == "line", ["lower95", "upper95", "lower998", "upper998", "target"]]
    assert lines.to_numpy().min() >= 0
    assert lines.to_numpy().max() <= 1
    assert (lines["lower998"] <= lines["lower95"]).all()
    assert (lines["upper95"] <= lines["upper998"]).all()


# -- the page -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("portal")
@pytest.mark.parametrize("person", PEOPLE)
def test_the_page_asks_answers_and_shows_what_it_rests_on(person: str) -> None:
    app = visit("compare", person=person)
    assert not app.exception
    assert [one.value for one in app.title] == ["Which schools differ by more than chance?"]
    said = [one.value for one in app.markdown if one.value.startswith("**")]
    assert [text for text in said if any(part in text for part in ("differ", "similar to", "No comparison"))]
    assert "Data version" in words(app)
    assert not [word for word in BLAMES if f" {word} " in words(app).lower()]


@pytest.mark.usefixtures("portal")
def test_only_those_with_several_schools_are_given_a_work_list_and_groups() -> None:
    for person in ("officer", "trust"):
        assert "Look at these first, and why" in words(visit("compare", person=person))
        assert "Your groups of schools" in words(visit("compare", person=person))
    page = words(visit("compare", person="school"))
    assert "Look at these first" not in page
    assert "groups" not in page


@pytest.mark.usefixtures("portal")
def test_the_browser_is_sent_no_school_that_a_person_may_not_see() -> None:
    for person, others in {"officer": "Tarnborough", "trust": "Osmerley", "school": "Rushwath"}.items():
        app = visit("compare", person=person)
        assert others not in words(app)
        assert others not in "".join(str(one.proto) for one in app.get("vega_lite_chart"))


@pytest.mark.usefixtures("portal")
def test_a_school_reads_who_is_similar_and_that_no_figure_of_them_is_given() -> None:
    app = choose(visit("compare", person="school"), "comparator", "similar:900001")
    page = words(app)
    assert "Schools similar to Harrowdene High School" in page
    assert "are not given to a single school" in page
    assert not app.get("vega_lite_chart")
    assert "pupils on roll 40\u00a0%" in page


@pytest.mark.usefixtures("portal")
@pytest.mark.parametrize("measure", ["Incidents recorded", "Days to escalation", "Returns received"])
def test_a_measure_that_cannot_be_compared_is_refused_kindly(measure: str) -> None:
    app = choose(visit("compare", person="officer"), "measure", measure)
    assert not app.exception
    assert "cannot be compared fairly" in app.info[0].value


@pytest.mark.usefixtures("portal")
def test_a_period_without_returns_says_that_nothing_can_be_compared() -> None:
    app = visit("compare", person="officer")
    choose(app, "school", "900017")
    choose(app, "comparator", "similar:900017")
    assert not app.exception
    assert "no comparison" in words(app).lower()


def test_a_group_is_made_compared_with_and_withdrawn(portal: House) -> None:
    app = visit("compare", person="officer")
    app.text_input[0].set_value("North")
    app.multiselect[0].set_value(["900001", "900002"])
    button(app, "Keep the group").click().run()
    assert "Kept: North, 2 schools. Nothing is compared with it: that needs 3." in words(app)
    assert "Rowan Ashby, authority safeguarding officer" in words(app)
    group = next(one for one in app.selectbox(key="comparator").options if "North" in one)
    choose(app, "comparator", group)
    assert "Fewer than three schools" in words(app)
    number = app.selectbox(key="group").options.index("North")
    app.selectbox(key="group").select_index(number).run()
    button(app, "Withdraw the group").click().run()
    assert "Withdrawn: North." in words(app)
    assert "None yet." in words(app)


@pytest.mark.usefixtures("portal")
def test_a_group_that_names_somebody_is_refused_without_repeating_it() -> None:
    app = visit("compare", person="trust")
    app.text_input[0].set_value("jo@example.org")
    app.multiselect[0].set_value(["900001"])
    button(app, "Keep the group").click().run()
    assert "nobody may be named here" in app.error[0].value
    assert "jo@" not in app.error[0].value


def choose(app: AppTest, key: str, value: str) -> AppTest:
    return app.selectbox(key=key).select(value).run()


def button(app: AppTest, label: str) -> object:
    return next(one for one in app.button if one.label == label)


# -- real authorities ---------------------------------------------------------------------------------------------


@pytest.mark.real_data
@pytest.mark.skipif(not FILE.exists(), reason="the published indicators are not beside the project")
@pytest.mark.parametrize("year", [2016, 2020, 2025])
def test_real_authorities_go_through_the_same_chart_and_words(year: int) -> None:
    published = re_referrals(year)
    known = [place for place, count in enumerate(published.counts) if count == count]
    schools = [_authority(published.names[n], published.counts[n], published.of[n]) for n in known]
    aside = [SetAside(name, name, Why.WITHHELD) for n, name in enumerate(published.names) if n not in known]
    found = placed(
        replace(ALIKE, schools=shrunk(SHARE, schools), set_aside=tuple(aside)), SHARE, target=published.england
    )
    rows = drawn(found)
    assert len(rows) == len(known) > 140
    assert aside
    assert not {one.name for one in aside} & set(rows["label"])
    table = comparison_words.table(SHARE, found)
    assert [table.loc[one.name].iloc[0] for one in aside] == ["withheld"] * len(aside)
    assert found.adjusted
    assert "allowing for how much schools vary anyway" in comparison_words.finding(SHARE, found)
    assert look.axis_format(SHARE) == "%"


def _authority(name: str, count: float, of: float) -> School:
    return valued(SHARE, Counted(name, name, int(count), int(of), 1, 1, only_nil=False))
