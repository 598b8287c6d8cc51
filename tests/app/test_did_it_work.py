"""The page Did it work?: recording a change, what came after it, and who sees it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app import change_amounts, change_words, wording
from app.identity import PEOPLE
from pipelines import changing, register, returns
from pipelines.changing import Applies, NewChange, RateRatio, Where
from pipelines.house import House, open_house
from pipelines.intake.tables import NamedFile
from pipelines.scope import Actor
from pipelines.settings import settings
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term, default_terms
from schemas.measurement import measures
from tests.app.opened import SCHOOLS, visit, words
from tests.factories import KEY, OFFICER, checked, incident, register_csv, submit

PAGE = "did_it_work"
YEARS = ("202324", "202425")
FROM = date(2024, 9, 1)
AT_ONCE = {"202324": 3, "202425": 9}
OF = 10
TITLE = "Told the same day"


@pytest.fixture(scope="module")
def kept_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two years of three schools: the first tells its lead sooner in the second year, the others do not."""
    path = tmp_path_factory.mktemp("changes") / "portal.duckdb"
    store = Warehouse(path)
    register.load_register(store, [NamedFile("register.csv", register_csv(SCHOOLS))], actor=OFFICER)
    for year in YEARS:
        for term in Term:
            for urn in ("900001", "900002"):
                submit(store, checked(_incidents(urn, year, term), year=year, term=term))
            returns.record_nil(store, school_urn="900003", academic_year=year, term=term, actor=OFFICER)
    store.close()
    return path


@pytest.fixture
def house(kept_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """The portal on a copy of its own."""
    copied = tmp_path / "portal.duckdb"
    shutil.copy(kept_store, copied)
    monkeypatch.setenv("PLUMBLINE_WAREHOUSE", str(copied))
    monkeypatch.setenv("PLUMBLINE_KEY", KEY.decode())
    monkeypatch.setenv("PLUMBLINE_DEMO", "1")
    _forget()
    found = open_house()
    yield found
    found.warehouse.close()
    _forget()


def _forget() -> None:
    settings.cache_clear()
    open_house.cache_clear()
    st.cache_data.clear()


def _incidents(urn: str, year: str, term: Term) -> list[dict[str, str]]:
    day = next(one for one in default_terms(year) if one.term is term).first_day + timedelta(days=40)
    late = (day + timedelta(days=1)).isoformat()
    soon = AT_ONCE[year] if urn == "900001" else 5
    return [
        incident(
            school_urn=urn, incident_ref=f"{year}{term}{place}", reported_date=day.isoformat(),
            dsl_informed_date=day.isoformat() if place < soon else late,
        )
        for place in range(OF)
    ]  # fmt: skip


def keep(house: House, who: str, applies: Applies, *, title: str = TITLE) -> int:
    person = PEOPLE[who]
    actor = Actor(person.name, person.role, person.scope)
    new = NewChange(title, "Staff tell the lead on the same day.", FROM, applies)
    return changing.record(house.reporting, house.warehouse, new, actor=actor)


def said(app: AppTest) -> str:
    return words(app).replace(wording.THIN, " ")


def fill_in(
    app: AppTest, *, title: str = TITLE, what: str = "Staff tell the lead at once.", day: date | None = FROM
) -> AppTest:
    """The form filled in and sent."""
    app.text_input(key="change-title-0").input(title)
    app.text_area(key="change-what-0").input(what)
    if day is not None:
        app.date_input(key="change-day-0").set_value(day)
    next(one for one in app.button if one.label == "Record this change").click()
    return app.run()


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("who", PEOPLE)
def test_without_a_change_on_record_the_page_says_so_and_offers_the_form(who: str) -> None:
    app = visit(PAGE, person=who)
    assert not app.exception
    assert "has not recorded a change of procedure yet" in said(app)
    assert not app.get("vega_lite_chart")
    assert [one.label for one in app.button if "change" in one.label] == ["Record this change"]


def test_a_change_is_recorded_and_shown_with_who_and_when(house: House) -> None:
    app = fill_in(visit(PAGE, person="school"))
    assert not app.exception
    assert "The change is recorded." in said(app)
    (kept,) = changing.recorded(house.warehouse, PEOPLE["school"].scope)
    assert (kept.title, kept.from_day, kept.recorded_by) == (TITLE, FROM, "Tobias Wrenfield")
    text = said(app)
    assert "Tobias Wrenfield, designated safeguarding lead" in text
    assert "Before 30 % (9 of 30), after 90 % (27 of 30): 60 points more; 95 % interval 36 to 75 points." in text
    assert "It applied at every school, so there is none to compare with." in text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title": ""}, "Give the change a short title"),
        ({"title": "Ask jo@example.org"}, "looks like"),
        ({"what": "Call 07700 900123 first."}, "looks like"),
        ({"day": date.today() + timedelta(days=2)}, "has not come yet"),  # noqa: DTZ011
        ({"day": date(2023, 9, 2)}, "nothing to compare with"),
        ({"day": None}, "Give the day"),
    ],
)
def test_what_cannot_be_recorded_is_answered_in_a_sentence(
    house: House, wrong: dict[str, object], sentence: str
) -> None:
    app = fill_in(visit(PAGE, person="officer"), **wrong)  # type: ignore[arg-type]
    assert not app.exception
    assert any(sentence in one.value for one in app.error)
    assert not any("jo@" in one.value for one in app.error)
    assert changing.recorded(house.warehouse, PEOPLE["officer"].scope) == ()


def test_schools_where_it_did_not_apply_stand_beside(house: House) -> None:
    keep(house, "officer", Applies(Where.SCHOOLS, schools=("900001",)))
    app = visit(PAGE, person="officer")
    assert not app.exception
    text = said(app)
    assert "DSL told same day: 30 % before, 90 % after: higher" in text
    assert "Where it did not apply: before 50 % (15 of 30), after 50 % (15 of 30): no difference" in text
    assert "The two changes are 60 points apart" in text
    assert "clearly more than elsewhere" in text
    assert "With 30 incidents before, a change of less than about" in text


def test_every_chart_has_its_words_its_table_and_its_caption(house: House) -> None:
    keep(house, "officer", Applies(Where.SCHOOLS, schools=("900001",)))
    app = visit(PAGE, person="officer")
    drawn = app.get("vega_lite_chart")
    assert drawn
    assert all(one.proto.alt.endswith("The table below gives every figure.") for one in drawn)
    assert len([one for one in app.caption if "Data version" in one.value]) >= len(drawn)
    assert len(app.table) >= 2 * len(drawn)


def test_the_page_says_what_it_cannot_show(house: House) -> None:
    keep(house, "trust", Applies())
    text = said(visit(PAGE, person="trust"))
    for thought in ("regression to the mean", "Recording rises with awareness", "Too few to say", "Several measures"):
        assert thought in text


def test_a_withdrawn_change_is_no_longer_shown(house: House) -> None:
    keep(house, "officer", Applies())
    app = visit(PAGE, person="officer")
    app.button(key="change-withdraw").click()
    app.run()
    assert not app.exception
    assert "The change is withdrawn." in said(app)
    assert "has not recorded a change of procedure yet" in said(app)


def test_what_one_organisation_records_no_other_sees(house: House) -> None:
    keep(house, "officer", Applies(), title="Only for the authority")
    for other in ("trust", "school", "neighbour"):
        assert "Only for the authority" not in said(visit(PAGE, person=other))


def test_marks_in_a_title_stay_letters(house: House) -> None:
    keep(house, "officer", Applies(), title="**Bold** <b>")
    app = visit(PAGE, person="officer")
    assert not app.exception
    assert any("\\*\\*Bold\\*\\*" in one.value for one in app.markdown)


def test_another_window_and_other_measures_can_be_chosen(house: House) -> None:
    keep(house, "officer", Applies())
    app = visit(PAGE, person="officer")
    app.selectbox(key="window").select(3)
    app.multiselect(key="measures").set_value(["decision_reason_recorded"])
    app.run()
    assert not app.exception
    text = said(app)
    assert "none of 1 measures changed clearly" in text
    assert "Several measures" not in text
    assert "3 terms from autumn term 2023/24 to summer term 2023/24 before" in text
    app.multiselect(key="measures").set_value([])
    assert not app.run().exception


def test_sizes_of_change_in_words() -> None:
    rate, share = measures()["incidents_per_1000"], measures()["dsl_informed_same_day"]
    assert change_amounts.size(rate, RateRatio(None, 0, float("inf"), 1)) == "no rate before to compare with"
    assert change_amounts.interval(rate, RateRatio(None, 0, float("inf"), 1)) == "0.00 to without limit"
    assert change_amounts.size(share, changing.Estimate(0.01, -0.2, 0.2)) == "1.0 points more"
    assert change_amounts.size(share, changing.Estimate(-0.31, -0.5, -0.1)) == "31 points fewer"
    assert change_amounts.interval(share, changing.Estimate(-0.31, -0.5, -0.001)) == "−50 to 0 points"
    assert change_amounts.finely(-0.0004) == "0.0"
    assert change_words.several(1, 0.05) == ""
