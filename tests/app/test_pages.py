"""Each page of figures as each of the four people sees it."""

from __future__ import annotations

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from app.identity import PEOPLE
from pipelines.house import House
from pipelines.scope import OPERATOR, Scope
from tests.app.opened import APP, visit, words

PAGES = {
    "overview": "Are our safeguarding procedures working?",
    "trends": "What changed over time?",
    "escalation": "Was every incident escalated that the guidance says to escalate?",
    "involved_again": "Are the same children involved again within a year?",
}
NAMES = {"officer": "Larkshire", "trust": "Wychbeck Learning Trust", "school": "Harrowdene High School",
         "neighbour": "Tarnborough"}  # fmt: skip


def charts_of(app: AppTest) -> list[object]:
    return list(app.get("vega_lite_chart"))


@pytest.mark.usefixtures("portal")
@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_a_question_and_answers_it_first(page: str, person: str) -> None:
    app = visit(page, person=person)
    assert not app.exception
    assert [one.value for one in app.title] == [PAGES[page]]
    first = next(
        one.value for one in app.markdown if (one.value.startswith("**") and "%" in one.value) or "too few" in one.value
    )
    assert first.startswith("**")
    assert NAMES[person] in words(app)


@pytest.mark.usefixtures("portal")
@pytest.mark.parametrize("page", ["overview", "trends", "escalation"])
def test_every_chart_is_described_and_has_its_table_and_caption(page: str) -> None:
    app = visit(page, person="officer")
    drawn = charts_of(app)
    assert drawn
    assert all(chart.proto.alt.endswith("The table below gives every figure.") for chart in drawn)
    assert len(app.table) >= len(drawn)
    captions = [one.value for one in app.caption]
    assert len([text for text in captions if "Data version" in text]) >= len(drawn)


@pytest.mark.usefixtures("portal")
def test_what_is_too_few_to_say_is_a_table_of_words_without_a_chart() -> None:
    app = visit("involved_again", person="officer")
    app.selectbox(key="school").select("900013").run()
    assert not charts_of(app)
    assert "too few to say" in words(app)
    assert "no figure with fewer than ten children at risk" in words(app)


@pytest.mark.usefixtures("portal")
def test_every_page_says_that_it_is_a_demonstration_and_who_is_here() -> None:
    for page in PAGES:
        app = visit(page, person="trust")
        assert "Demonstration" in words(app)
        assert "Imogen Sallow" in words(app)


@pytest.mark.usefixtures("portal")
@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_shown_before_anyone_is_chosen(page: str) -> None:
    app = AppTest.from_file(str(APP / "main.py"), default_timeout=30)
    app.switch_page(f"views/{page}.py").run()
    assert [one.value for one in app.title] == ["Who is looking?"]
    assert not charts_of(app)
    assert not app.table


@pytest.mark.usefixtures("portal")
def test_choosing_a_person_opens_their_overview_and_forgets_the_one_before() -> None:
    app = AppTest.from_file(str(APP / "main.py"), default_timeout=30).run()
    app.button(key="become-school").click().run()
    assert app.title[0].value == PAGES["overview"]
    assert app.query_params["as"] == "school"
    assert "Harrowdene High School" in words(app)


@pytest.mark.usefixtures("portal")
def test_the_portal_shows_nothing_outside_a_demonstration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLUMBLINE_DEMO")
    app = AppTest.from_file(str(APP / "main.py"), default_timeout=30)
    app.query_params["as"] = "officer"
    app.run()
    assert app.exception
    assert not app.title
    assert not app.table


@pytest.mark.usefixtures("portal")
def test_a_school_sees_its_authority_beside_it_and_an_authority_sees_no_other() -> None:
    assert "Larkshire, all schools" in words(visit("overview", person="school"))
    assert "all schools" not in words(visit("overview", person="officer"))


@pytest.mark.usefixtures("portal")
@pytest.mark.parametrize("page", PAGES)
def test_no_organisation_reads_of_another_authoritys_schools(page: str) -> None:
    for person, others in {"officer": "Tarnborough", "school": "Rushwath", "neighbour": "Larkshire"}.items():
        assert others not in words(visit(page, person=person))


@pytest.mark.usefixtures("portal")
def test_a_breakdown_is_a_small_chart_for_each_value() -> None:
    app = visit("trends", person="officer")
    app.selectbox(key="by").select("risk_factor").run()
    assert not app.exception
    assert len(charts_of(app)) == 2
    assert "An incident with several risk factors counts in each" in words(app)


@pytest.mark.usefixtures("portal")
def test_a_question_without_an_answer_says_why() -> None:
    app = visit("trends", person="officer")
    app.selectbox(key="measure").select("Incidents per 1,000 pupils").run()
    app.selectbox(key="by").select("year_group").run()
    assert not app.exception
    assert "number of pupils in each year group" in app.info[0].value


@pytest.mark.usefixtures("portal")
def test_each_rule_set_gives_its_own_answer() -> None:
    answers = set()
    app = visit("escalation", person="officer")
    for rules in ("uksic-advice", "smbc-model-policy", "ukcis-2024"):
        app.selectbox(key="rules").select(rules).run()
        answers.add(next(one.value for one in app.markdown if "says to escalate" in one.value))
    assert len(answers) == 3


def reads(portal: House) -> pd.DataFrame:
    with portal.warehouse.reading() as cursor:
        return cursor.frame("SELECT actor, scope, purpose FROM audit WHERE action = 'incidents read' ORDER BY sequence")


def show_incidents(app: AppTest, *, purpose: str = "return_quality") -> AppTest:
    """Open the list as somebody who says why."""
    app.radio(key="purpose").set_value(purpose)
    return app.button(key="show-missed").click().run()


def test_single_incidents_are_shown_on_request_and_the_reading_is_recorded_with_its_purpose(portal: House) -> None:
    app = visit("escalation", person="school")
    before = len(reads(portal))
    assert "What called for it" not in words(app)
    show_incidents(app)
    assert "What called for it" in words(app)
    after = reads(portal)
    assert len(after) == before + 1
    assert tuple(after.iloc[-1]) == ("Tobias Wrenfield", "school:900001", "return_quality")


def test_without_a_purpose_no_incident_is_shown_and_nothing_is_read(portal: House) -> None:
    app, before = visit("escalation", person="officer"), len(reads(portal))
    app.button(key="show-missed").click().run()
    assert "Choose a purpose first." in words(app)
    assert "What called for it" not in words(app)
    assert len(reads(portal)) == before


def test_the_purpose_is_asked_once_a_session_and_can_be_stated_anew(portal: House) -> None:
    app = show_incidents(visit("escalation", person="officer"), purpose="follow_up")
    app.run()
    assert not app.radio
    assert "Purpose: Follow up an incident with the school." in words(app)
    app.button(key="show-missed").click().run()
    assert list(reads(portal)["purpose"][-2:]) == ["follow_up", "follow_up"]
    app.button(key="purpose-other").click().run()
    assert app.radio(key="purpose").value is None


@pytest.mark.usefixtures("portal")
def test_each_kind_of_organisation_is_offered_its_own_purposes() -> None:
    offered = {who: visit("escalation", person=who).radio(key="purpose").options for who in ("officer", "school")}
    assert "Follow up an incident with the school" in offered["officer"]
    assert "Follow up an incident with the school" not in offered["school"]


@pytest.mark.usefixtures("portal")
def test_whoever_comes_next_is_asked_for_a_purpose_of_their_own() -> None:
    app = show_incidents(visit("escalation", person="officer"))
    app.query_params["as"] = "neighbour"
    app.run()
    app.switch_page("views/escalation.py")
    assert app.run().radio(key="purpose").value is None


def test_figures_are_those_of_the_door(portal: House) -> None:
    from pipelines.reporting import Question

    scope = Scope.parse("la:990")
    assert scope != OPERATOR
    figure = portal.reporting.figures(scope, Question("escalated_when_called_for", year="202526")).rows[0]
    app = visit("overview", person="officer")
    answer = next(one.value for one in app.markdown if "says to escalate" in one.value)
    assert f"({figure.count} of {figure.denominator};" in answer
