"""The sample: invented, coherent, the same every time, and with what was planted in it there to be found."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.sample import Sample, SampleReturn, answers, considerations, faults, generate, handling, write
from pipelines.sample.answers import hand, known_codes, otherwise
from pipelines.sample.dice import Dice
from pipelines.sample.pupils import INVOLVED_AGAIN, Pupil, child_key, secret_of
from pipelines.sample.schools import BY_URN, CONVERSION, SCHOOLS, YEARS
from pipelines.sample.sending import terms_of
from pipelines.sample.workbook import workbook
from pipelines.sample.writing import as_csv, files
from schemas.calendar import Term, school_age, term_of
from schemas.errors import LanguageError
from schemas.lexicon import Lexicon, Table, lexicon

CONSIDERATIONS = [column.name for column in lexicon().tables["incidents"].columns if column.group == "consideration"]
CONTACTS = ["police_contacted", "social_care_contacted", "ceop_reported", "other_agency_contacted"]


@cache
def sample() -> Sample:
    return generate()


@cache
def current() -> tuple[SampleReturn, ...]:
    """The last return of each school and term."""
    last = {(each.school_urn, each.academic_year, each.term): each for each in sample().returns}
    return tuple(last.values())


@cache
def incidents() -> pd.DataFrame:
    frame = pd.concat(
        [each.incidents.assign(academic_year=each.academic_year, term=each.term) for each in current()],
        ignore_index=True,
    )
    return frame.assign(called_for=any_yes(frame, CONSIDERATIONS), escalated=any_yes(frame, CONTACTS))


@cache
def children() -> pd.DataFrame:
    frame = pd.concat([each.children.assign(school_urn=each.school_urn) for each in current()], ignore_index=True)
    when = incidents()[["school_urn", "incident_ref", "reported_date"]]
    return frame.merge(when, on=["school_urn", "incident_ref"], validate="many_to_one")


def any_yes(frame: pd.DataFrame, columns: list[str]) -> pd.Series:
    """Three-valued OR, in plain words: any yes → yes, all no → no, else not known."""
    found = pd.Series("not_known", index=frame.index)
    found[(frame[columns] == "no").all(axis=1)] = "no"
    found[(frame[columns] == "yes").any(axis=1)] = "yes"
    return found


def share_escalated(frame: pd.DataFrame) -> float:
    judged = frame[(frame["called_for"] == "yes") & (frame["escalated"] != "not_known")]
    return float((judged["escalated"] == "yes").mean())


def gias(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("cp1252"))))


# The same every time


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert dict(files(generate(seed=7, size="small"))) == dict(files(generate(seed=7, size="small")))


def test_another_seed_gives_other_incidents() -> None:
    other = generate(seed=7, size="small")
    assert sum(len(each.incidents) for each in other.returns) > 0
    assert other.returns[0].sent_at != sample().returns[0].sent_at


def test_the_small_sample_is_the_latest_year_of_the_full_one() -> None:
    small = generate(size="small")
    latest = [each for each in sample().returns if each.academic_year == YEARS[-1]]
    assert [each.academic_year for each in small.returns] == [each.academic_year for each in latest]
    assert list(small.register_files) == ["register_202526.csv"]
    for one, other in zip(small.returns, latest, strict=True):
        assert one.sent_at == other.sent_at
        pd.testing.assert_frame_equal(one.incidents, other.incidents)
        pd.testing.assert_frame_equal(one.children, other.children)


def test_a_size_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="full or small"):
        generate(size="huge")


def test_a_workbook_is_the_same_whenever_it_is_made() -> None:
    assert workbook({"incidents": [["a"], ["1"]]}) == workbook({"incidents": [["a"], ["1"]]})


# The register


def test_every_urn_and_authority_lies_outside_the_real_register() -> None:
    assert all(school.urn >= 900001 for school in SCHOOLS)
    assert {school.la_code for school in SCHOOLS} == {"990", "991"}
    assert [trust.uid for trust in sample().trusts] == ["99001", "99002"]


def test_there_are_24_schools_of_every_phase_in_every_year() -> None:
    for content in sample().register_files.values():
        schools = [row for row in gias(content) if row["EstablishmentStatus (code)"] == "1"]
        phases = [row["PhaseOfEducation (code)"] for row in schools]
        assert [phases.count(phase) for phase in "24567"] == [14, 7, 1, 1, 1]


def test_register_files_are_windows_1252_with_accents() -> None:
    for content in sample().register_files.values():
        with pytest.raises(UnicodeDecodeError):
            content.decode("utf-8")
        assert {"Brontë Fold Primary School"} <= {row["EstablishmentName"] for row in gias(content)}


def test_pupils_are_counted_at_the_january_census_of_the_year() -> None:
    for year in YEARS:
        for row in gias(sample().register_files[f"register_{year}.csv"]):
            if row["EstablishmentStatus (code)"] == "1" and row["NumberOfPupils"]:
                assert row["CensusDate"].endswith(f"-01-20{year[4:]}")
                assert int(row["NumberOfBoys"]) + int(row["NumberOfGirls"]) == int(row["NumberOfPupils"])


def test_one_trust_has_schools_in_both_authorities() -> None:
    members = {(row["Group UID"], row["LA (code)"]) for row in gias(sample().groups_file)}
    assert members == {("99001", "990"), ("99002", "990"), ("99002", "991")}


def test_a_school_converts_within_a_term_and_joins_a_trust_on_that_day() -> None:
    before, after = BY_URN[900008], BY_URN[900025]
    assert before.closed == CONVERSION - dt.timedelta(days=1)
    assert after.opened == CONVERSION
    assert (after.trust_on(CONVERSION), before.trust_on(CONVERSION)) == ("99001", None)
    assert term_of(CONVERSION) == ("202324", Term.SPRING)
    links = [(row["URN"], row["LinkType"], row["LinkURN"]) for row in gias(sample().links_file)]
    assert links == [("900008", "Successor", "900025"), ("900025", "Predecessor", "900008")]


def test_predecessor_and_successor_both_return_for_the_term_of_conversion() -> None:
    spring = {each.school_urn for each in current() if (each.academic_year, each.term) == ("202324", "spring")}
    assert {"900008", "900025"} <= spring
    dates = incidents().groupby("school_urn")["reported_date"]
    assert dates.max()["900008"] < CONVERSION.isoformat() <= dates.min()["900025"]


# Returns that load


def test_every_return_has_the_columns_of_the_vocabulary_all_text() -> None:
    for each in sample().returns:
        for name, frame in (("incidents", each.incidents), ("children", each.children)):
            assert list(frame.columns) == [column.name for column in lexicon().tables[name].columns]
            assert set(map(str, frame.dtypes)) == {"str"}
            assert not frame.isna().any(axis=None)


@pytest.mark.parametrize("name", ["incidents", "children"])
def test_every_answer_is_a_code_a_date_or_fits_its_pattern(name: str) -> None:
    frame = incidents() if name == "incidents" else children()
    for column in lexicon().tables[name].columns:
        for text in frame[column.name].unique():
            if text == "":
                assert not column.core, column.name
            elif column.codes:
                parts = text.split(";") if column.kind == "codes" else [text]
                assert set(parts) <= set(column.codes.by_code), column.name
            elif column.kind == "date":
                assert dt.date.fromisoformat(text)
            else:
                assert column.pattern
                assert re.fullmatch(column.pattern, text), column.name


def test_every_incident_lies_in_the_term_of_its_return() -> None:
    for each in sample().returns:
        for text in each.incidents["reported_date"]:
            assert term_of(dt.date.fromisoformat(text)) == (each.academic_year, each.term)


def test_references_are_unique_in_a_school_and_children_belong_to_incidents() -> None:
    assert not incidents().duplicated(["school_urn", "incident_ref"]).any()
    listed = children()[["school_urn", "incident_ref"]].drop_duplicates()
    assert len(listed) == len(incidents())
    assert not children().duplicated(["school_urn", "incident_ref", "child_key", "role"]).any()


def test_days_follow_each_other_and_none_comes_after_the_return_was_sent() -> None:
    order = ["incident_date", "reported_date", "dsl_informed_date", "decision_date", "closed_date"]
    for each in sample().returns:
        for row in each.incidents.to_dict("records"):
            days = [row[name] for name in order if row[name]]
            assert days == sorted(days)
            every = [text for name, text in row.items() if name.endswith("_date") and text]
            assert max(every) <= each.sent_at.date().isoformat()
            for name in ("police_contact_date", "social_care_contact_date", "parents_informed_date"):
                assert not row[name] or row[name] >= row["reported_date"]


def test_answers_that_depend_on_another_agree_with_it() -> None:
    rows = incidents()
    for contact, details in (
        ("police_contacted", ["police_contact_date", "police_outcome"]),
        ("social_care_contacted", ["social_care_contact_date", "social_care_outcome"]),
    ):
        assert (rows.loc[rows[contact] != "yes", details] == "").all(axis=None)
    not_searched = rows[rows["device_searched"] != "yes"]
    conditions = ["search_authorised", "search_safeguarding_present", "search_same_sex"]
    assert not_searched[conditions].isin(["not_applicable", ""]).all(axis=None)
    assert set(rows.loc[rows["incident_type"] == "aggravated_adult", "adult_involved"]) == {"yes"}
    assert ((rows["status"] == "open") == (rows["closed_date"] == "")).all()


def test_every_child_is_of_an_age_that_the_school_takes() -> None:
    for row in children().itertuples():
        low, high = BY_URN[int(row.school_urn)].ages
        assert low <= school_age(row.year_group) + 1
        assert school_age(row.year_group) < high


def test_acts_under_13_are_recorded_only_with_acts_and_a_child_young_enough() -> None:
    under = incidents().query("under_13_sexual_acts == 'yes'")
    assert set(under["sexual_acts_shown"]) == {"yes"}
    pictured = children().query("role == 'pictured'").groupby(["school_urn", "incident_ref"])["year_group"]
    for key in zip(under["school_urn"], under["incident_ref"], strict=True):
        assert min(map(school_age, pictured.get_group(key))) <= school_age("8")


def test_a_child_has_the_same_sex_in_every_incident() -> None:
    assert (children().groupby("child_key")["sex"].nunique() == 1).all()


# As life is


def test_there_are_enough_incidents_a_year_to_see_something_in() -> None:
    counts = incidents()["academic_year"].value_counts()
    assert set(counts.index) == set(YEARS)
    assert counts.between(150, 400).all()


def test_most_primary_schools_mostly_send_nil_returns() -> None:
    primary = [each for each in current() if BY_URN[int(each.school_urn)].phase == "2"]
    assert sum(each.nil for each in primary) / len(primary) > 0.8
    assert all(each.nil == each.incidents.empty == each.children.empty for each in current())


@pytest.mark.parametrize("column", lexicon().risk_factors, ids=lambda column: column.name)
def test_a_risk_factor_is_about_as_common_as_the_vocabulary_says(column) -> None:
    answered = incidents()[column.name].value_counts()
    share = answered.get("yes", 0) / (answered.get("yes", 0) + answered.get("no", 0))
    assert share == pytest.approx(column.sample_share, abs=0.07)


def test_five_to_25_per_cent_of_considerations_are_not_known() -> None:
    unknown = (incidents()[CONSIDERATIONS] == "not_known").mean()
    assert unknown.between(0.05, 0.25).all()


def test_terms_and_types_have_their_shares() -> None:
    terms = incidents()["term"].value_counts(normalize=True)
    assert [terms[term] for term in Term] == pytest.approx([0.36, 0.34, 0.30], abs=0.04)
    types = incidents()["incident_type"]
    assert types.str.startswith("experimental").mean() == pytest.approx(0.55, abs=0.05)
    assert types.str.startswith("aggravated").mean() == pytest.approx(0.45, abs=0.06)


def test_the_police_record_outcome_21_nine_times_in_ten() -> None:
    known = incidents()["police_outcome"].value_counts()[["outcome_21", "outcome_22", "other"]]
    assert known["outcome_21"] / known.sum() == pytest.approx(0.90, abs=0.05)


def involvements() -> pd.DataFrame:
    """The first two days on which each child was involved in different incidents."""
    once = children().drop_duplicates(["school_urn", "incident_ref", "child_key"]).sort_values("reported_date")
    days = pd.to_datetime(once["reported_date"])
    number = once.groupby("child_key").cumcount()
    table = pd.DataFrame({"key": once["child_key"], "number": number, "day": days})
    return table[table["number"] < 2].pivot(index="key", columns="number", values="day")


def test_six_to_ten_per_cent_of_children_are_involved_again_within_a_year() -> None:
    seen = involvements()
    followed = seen[seen[0] < "2025-09-01"]
    days = (followed[1] - followed[0]).dt.days
    assert 0.06 <= (days <= 365).mean() <= 0.10
    assert 30 < days.median() < 250
    assert 0.06 <= INVOLVED_AGAIN <= 0.12


def test_a_few_children_of_the_trust_that_shares_its_secret_are_involved_at_two_schools() -> None:
    across = children().groupby("child_key")["school_urn"].unique()
    several = [set(urns) for urns in across if len(urns) > 1]
    trust = {
        str(school.urn) for school in SCHOOLS if school.membership and school.trust_on(dt.date(2026, 8, 31)) == "99002"
    }
    within = [urns for urns in several if urns <= trust]
    assert len(within) >= 3
    assert all(urns <= trust or urns == {"900008", "900025"} for urns in several)


def test_some_children_have_two_roles_in_one_incident() -> None:
    roles = children().groupby(["school_urn", "incident_ref", "child_key"])["role"].nunique()
    assert (roles > 1).sum() > 20


# What is planted


def test_one_school_never_returns_and_some_miss_single_terms() -> None:
    sent = {(int(each.school_urn), each.academic_year, each.term) for each in current()}
    due = {(school.urn, dates.academic_year, str(dates.term)) for school in SCHOOLS for dates in terms_of(school)}
    never = {place for place in due if place[0] in faults.NEVER_RETURNS}
    assert len(never) == 12
    assert due - sent == never | faults.MISSED_TERMS
    assert sent < due


def test_missed_escalations_lie_close_together_in_two_schools() -> None:
    missing = incidents()["school_urn"].astype(int).isin(faults.MISSES_ESCALATIONS)
    assert share_escalated(incidents()[missing]) < 0.45
    assert share_escalated(incidents()[~missing]) > 0.70


def test_two_schools_decide_late() -> None:
    rows = incidents()
    days = pd.to_datetime(rows["decision_date"]) - pd.to_datetime(rows["dsl_informed_date"])
    late = rows["school_urn"].astype(int).isin(faults.DECIDES_LATE)
    assert days[late].mean() > 3 * days[~late].mean()


def test_the_change_of_procedure_changed_something() -> None:
    change = sample().change
    rows = incidents()[incidents()["school_urn"].astype(int).isin(change.urns)]
    since = rows["reported_date"] >= change.from_date.isoformat()
    assert 0.52 < share_escalated(rows[~since]) < 0.68
    assert 0.85 < share_escalated(rows[since]) < 0.97
    same_day = rows["dsl_informed_date"] == rows["reported_date"]
    assert same_day[~since].mean() < 0.75 < 0.9 < same_day[since].mean()


def test_the_change_is_in_force_in_one_trust_in_one_authority() -> None:
    change = sample().change
    assert {BY_URN[urn].la_code for urn in change.urns} == {change.la_code}
    assert {BY_URN[urn].trust_on(change.from_date) for urn in change.urns} == {change.trust_uid}


def test_a_return_sent_again_drops_one_incident_and_changes_one() -> None:
    returns: dict[tuple[str, str, str], list[SampleReturn]] = {}
    for each in sample().returns:
        returns.setdefault((each.school_urn, each.academic_year, each.term), []).append(each)
    twice = [versions for versions in returns.values() if len(versions) > 1]
    assert {(int(first.school_urn), first.academic_year, first.term) for first, _ in twice} == faults.SENT_AGAIN
    for first, second in twice:
        assert second.sent_at > first.sent_at
        assert set(second.incidents["incident_ref"]) < set(first.incidents["incident_ref"])
        kept = first.incidents[first.incidents["incident_ref"].isin(second.incidents["incident_ref"])]
        differs = (kept.to_numpy() != second.incidents.to_numpy()).any(axis=1)
        assert len(first.incidents) - len(kept) == differs.sum() == 1


def test_returns_come_in_the_order_of_sending_after_the_end_of_their_term() -> None:
    moments = [each.sent_at for each in sample().returns]
    assert moments == sorted(moments)
    for each in sample().returns:
        assert each.sent_at.tzinfo is dt.UTC
        assert each.sent_at.weekday() < 5
        year, term = term_of(each.sent_at.date())
        assert (year, term) > (each.academic_year, Term(each.term))


# It follows the vocabulary


def with_one_more_risk_factor() -> Lexicon:
    """The vocabulary as it would be with one more risk factor."""
    table = lexicon().tables["incidents"]
    extra = replace(lexicon().column("incidents", "age_difference"), name="new_factor", sample_share=0.5)
    return replace(lexicon(), tables={**lexicon().tables, "incidents": Table("incidents", (*table.columns, extra))})


def test_a_new_risk_factor_is_answered_by_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (answers, considerations, handling):
        monkeypatch.setattr(module, "lexicon", with_one_more_risk_factor)
    drawn = [
        considerations.risk_factors(hand(Dice("new", number), urn=900001), again=False)["new_factor"]
        for number in range(400)
    ]
    assert drawn.count("yes") / (drawn.count("yes") + drawn.count("no")) == pytest.approx(0.5, abs=0.08)


def test_a_new_column_is_filled_in_without_being_asked_for() -> None:
    column = replace(lexicon().column("incidents", "imagery_type"), name="new_question")
    assert otherwise(column, Dice("x")) in {code.code for code in column.codes.codes}
    assert otherwise(replace(column, codes=None, kind="date"), Dice("x")) == ""


def test_a_weight_for_a_code_that_does_not_exist_is_refused() -> None:
    with pytest.raises(LanguageError, match="imagery_type"):
        known_codes("incidents", "imagery_type", {"photo": 1, "hologram": 1})


# Keys, chance and files


@given(st.integers(1, 9999), st.integers(1, 9999), st.binary(min_size=8))
def test_two_pupils_share_a_key_only_if_they_are_one(one: int, other: int, secret: bytes) -> None:
    pupil = Pupil(home=900001, started=2015, number=one, sex="female", sen="none", social_care="none")
    keys = {child_key(replace(pupil, number=number), secret=secret) for number in (one, other)}
    assert len(keys) == len({one, other})
    assert all(re.fullmatch("[0-9a-f]{32}", key) for key in keys)


def test_a_conversion_keeps_the_secret_and_joining_the_sharing_trust_changes_it() -> None:
    day = dt.date(2024, 9, 1)
    converted = [secret_of(BY_URN[urn], on=day, seed=1) for urn in (900008, 900025)]
    assert converted[0] == converted[1]
    joining = [secret_of(BY_URN[900022], on=on, seed=1) for on in (day - dt.timedelta(days=1), day)]
    assert joining[0] != joining[1] == secret_of(BY_URN[900019], on=day, seed=1)


@settings(max_examples=50)
@given(st.integers(0, 2**32), st.dictionaries(st.text(), st.floats(0.01, 1), min_size=1, max_size=6))
def test_chance_picks_only_what_it_is_offered(seed: int, weights: dict[str, float]) -> None:
    assert Dice(seed).pick(weights) in weights


def test_every_file_is_written_and_nil_returns_are_listed(tmp_path) -> None:
    small = generate(size="small")
    paths = write(small, tmp_path)
    assert {str(path.relative_to(tmp_path)) for path in paths} == set(dict(files(small)))
    nil = pd.read_csv(tmp_path / "returns/nil-returns.csv", dtype="str")
    assert len(nil) == sum(each.nil for each in small.returns)


def test_written_tables_hold_the_same_rows_with_british_dates(tmp_path) -> None:
    each = next(each for each in sample().returns if len(each.incidents) > 3)
    (tmp_path / "incidents.csv").write_bytes(as_csv("incidents", each.incidents))
    back = pd.read_csv(tmp_path / "incidents.csv", dtype="str", keep_default_na=False)
    assert list(back["incident_ref"]) == list(each.incidents["incident_ref"])
    british = [f"{dt.date.fromisoformat(day):%d/%m/%Y}" for day in each.incidents["reported_date"]]
    assert list(back["reported_date"]) == british
