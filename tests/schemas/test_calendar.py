"""Terms and years, tried on every kind of date that decides where an incident counts."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.calendar import (
    YEAR_GROUPS,
    Term,
    TermDates,
    academic_year,
    assign_terms,
    bands_by_year,
    default_terms,
    key_stage,
    label,
    school_age,
    start_year,
    term_of,
)
from schemas.errors import QuestionError

ONE_DAY = dt.timedelta(days=1)
days = st.dates(dt.date(1900, 9, 1), dt.date(2200, 8, 31))
years = days.map(academic_year)


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (dt.date(2025, 8, 31), "202425"),
        (dt.date(2025, 9, 1), "202526"),
        (dt.date(1999, 12, 31), "199900"),
        (dt.date(2000, 8, 31), "199900"),
    ],
)
def test_a_year_starts_on_the_first_of_september(day: dt.date, year: str) -> None:
    assert academic_year(day) == year


@given(days)
def test_a_year_is_one_that_the_strict_reader_accepts(day: dt.date) -> None:
    start = start_year(academic_year(day))
    assert dt.date(start, 9, 1) <= day <= dt.date(start + 1, 8, 31)


@pytest.mark.parametrize(
    "wrong",
    ["", "2025", "2025/26", "202527", "202524", " 202526", "202526\n", "２０２５２６", "000001", "999900"],
)
def test_what_is_not_an_academic_year_is_refused_without_being_repeated(wrong: str) -> None:
    with pytest.raises(QuestionError) as refused:
        label(wrong)
    assert not wrong or f"{wrong} " not in str(refused.value)


@pytest.mark.parametrize("day", [dt.date.min, dt.date(1900, 8, 31), dt.date(2200, 9, 1), dt.date.max])
def test_a_day_outside_the_calendar_is_refused(day: dt.date) -> None:
    with pytest.raises(QuestionError, match="outside the calendar"):
        academic_year(day)


def test_a_year_is_shown_as_people_write_it() -> None:
    assert (label("202526"), label("199900")) == ("2025/26", "1999/00")


def test_terms_come_in_the_order_of_the_year_and_have_their_official_name() -> None:
    assert sorted([Term.SUMMER, Term.AUTUMN, Term.SPRING]) == list(Term)
    assert [term.time_identifier for term in Term] == ["Autumn term", "Spring term", "Summer term"]


@pytest.mark.parametrize(
    ("year", "thursday"),
    # Easter Sunday: 20 April 2025, 5 April 2026, 23 March 2008 (early), 24 April 2011 (late).
    [
        ("202425", dt.date(2025, 4, 17)),
        ("202526", dt.date(2026, 4, 2)),
        ("200708", dt.date(2008, 3, 20)),
        ("201011", dt.date(2011, 4, 21)),
    ],
)
def test_spring_ends_on_the_thursday_before_good_friday(year: str, thursday: dt.date) -> None:
    spring = default_terms(year)[1]
    assert spring.last_day == thursday
    assert thursday.strftime("%A") == "Thursday"


@given(years)
def test_the_terms_of_a_year_leave_no_gap_and_do_not_overlap(year: str) -> None:
    autumn, spring, summer = default_terms(year)
    assert autumn.last_day + ONE_DAY == spring.first_day
    assert spring.last_day + ONE_DAY == summer.first_day
    assert (autumn.first_day, summer.last_day + ONE_DAY) == (
        dt.date(start_year(year), 9, 1),
        dt.date(start_year(year) + 1, 9, 1),
    )


@given(days)
def test_every_day_belongs_to_exactly_one_term(day: dt.date) -> None:
    year, term = term_of(day)
    holding = [band.term for band in default_terms(year) if band.first_day <= day <= band.last_day]
    assert holding == [term]


def test_a_moment_counts_on_its_day() -> None:
    assert term_of(dt.datetime(2025, 12, 31, 23, 59)) == ("202526", Term.AUTUMN)  # noqa: DTZ001 - as pandas gives


def own_terms(*, spring_from: dt.date = dt.date(2026, 1, 6), summer_to: dt.date = dt.date(2026, 8, 31)):
    return [
        TermDates("202526", Term.SUMMER, dt.date(2026, 4, 20), summer_to),
        TermDates("202526", Term.AUTUMN, dt.date(2025, 9, 1), dt.date(2026, 1, 5)),
        TermDates("202526", Term.SPRING, spring_from, dt.date(2026, 4, 19)),
    ]


def test_an_authority_s_own_dates_replace_the_usual_ones_of_their_year_only() -> None:
    bands = bands_by_year(own_terms())
    assert term_of(dt.date(2026, 1, 5)) == ("202526", Term.SPRING)
    assert term_of(dt.date(2026, 1, 5), bands) == ("202526", Term.AUTUMN)
    assert term_of(dt.date(2027, 1, 5), bands) == ("202627", Term.SPRING)


@pytest.mark.parametrize(
    "terms",
    [
        own_terms(spring_from=dt.date(2026, 1, 7)),
        own_terms(spring_from=dt.date(2026, 1, 5)),
        own_terms(summer_to=dt.date(2026, 7, 20)),
        own_terms()[:2],
        [*own_terms(), own_terms()[0]],
    ],
    ids=["a gap", "an overlap", "ends early", "a term missing", "a term twice"],
)
def test_own_dates_with_a_hole_are_refused(terms: list[TermDates]) -> None:
    with pytest.raises(QuestionError, match="2025/26"):
        bands_by_year(terms)


@given(st.lists(st.none() | days), st.booleans())
def test_a_column_of_dates_is_judged_like_each_date(column: list[dt.date | None], stamped: bool) -> None:
    dates = pd.Series(column, dtype=object, index=range(10, 10 + len(column)))
    assigned = assign_terms(dates.astype("datetime64[s]") if stamped else dates)
    assert list(assigned.columns) == ["academic_year", "term"]
    assert list(assigned.index) == list(dates.index)
    for day, (_, row) in zip(column, assigned.iterrows(), strict=True):
        if day is None:
            assert row.isna().all()
        else:
            assert tuple(row) == term_of(day)


def test_a_date_outside_the_calendar_has_no_term_and_spoils_no_other() -> None:
    assigned = assign_terms(pd.Series([dt.date.min, dt.date(2025, 9, 1), dt.date.max], dtype=object))
    assert assigned["academic_year"].isna().tolist() == [True, False, True]


def test_a_column_follows_own_dates() -> None:
    dates = pd.Series(pd.to_datetime(["2026-01-05 13:00"]))
    assert assign_terms(dates, bands_by_year(own_terms()))["term"].tolist() == ["autumn"]


def test_a_million_dates_get_their_term() -> None:
    dates = pd.Series(pd.date_range("2018-09-01", periods=2_900)).sample(1_000_000, replace=True, random_state=1)
    assert assign_terms(dates)["term"].notna().all()


def test_key_stages_and_ages_follow_the_year_groups() -> None:
    stages = ["EYFS", "EYFS", "EYFS", "1", "1", "2", "2", "2", "2", "3", "3", "3", "4", "4", "5", "5", "5"]
    assert [key_stage(group) for group in YEAR_GROUPS] == stages
    assert [school_age(group) for group in YEAR_GROUPS] == list(range(2, 19))


@pytest.mark.parametrize("wrong", ["", "0", "15", "Year 7", "n1", "07"])
def test_an_unknown_year_group_is_refused(wrong: str) -> None:
    with pytest.raises(QuestionError, match="year group"):
        key_stage(wrong)
    with pytest.raises(QuestionError, match="year group"):
        school_age(wrong)
