"""Who has sent what, and what the figures mean: the pages, and the words that they are made of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app import about, issues, who_has_sent
from app.in_words import in_words
from app.preview_words import as_table, warning
from app.preview_words import sentence as preview_sentence
from pipelines import returns
from pipelines.house import House
from pipelines.preview import Preview
from pipelines.scope import Scope
from schemas.calendar import Term
from schemas.definitions import incident_reader
from schemas.issues import Issue, Severity
from schemas.measurement import Measure, measures
from schemas.rulesets import RuleSet, rule_sets
from tests import factories
from tests.app.opened import opened, visit, words
from tests.factories import incident

AUTHORITY = Scope.parse("la:990")


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with opened(tmp_path, monkeypatch) as found:
        factories.submit(found.warehouse, factories.checked([incident(), incident()]))
        factories.submit(found.warehouse, factories.checked([incident()]))
        returns.record_nil(
            found.warehouse, school_urn="900002", academic_year="202526", term=Term.SPRING, actor=factories.OFFICER
        )
        yield found


def test_the_page_starts_with_how_many_returns_are_here_and_how_many_schools_are_missing(house: House) -> None:
    app = visit("returns", person="officer")
    app.selectbox(key="year").set_value("202526").run()
    assert "2 of 6 returns expected for 2025/26 are here, 1 of them nil; 2 schools have not sent" in words(app)


def test_every_version_is_listed_with_the_role_of_who_sent_it(house: House) -> None:
    found = who_has_sent.versions(house.reporting.versions(AUTHORITY))
    assert list(found["Version"]) == [1, 2, 1]
    assert set(found["Sent by"]) == {"Operator"}
    assert list(found["Kind"]) == ["Nil return", "Return", "Return"]


def test_a_school_sees_its_own_returns_only(house: House) -> None:
    page = words(visit("returns", person="school"))
    assert "School 900001" in page
    assert "900002" not in page


def test_an_officer_of_another_authority_sees_none_of_them(house: House) -> None:
    page = words(visit("returns", person="neighbour"))
    assert "900001" not in page
    assert "No return is expected" in page


def test_year_and_term_in_the_address_choose_what_is_shown(house: House) -> None:
    app = visit("returns", person="officer")
    app.selectbox(key="year").set_value("202526")
    app.selectbox(key="term").set_value("spring").run()
    assert app.query_params["term"] in (["Spring"], "Spring")
    assert "1 of 2 returns expected for the spring term 2025/26 is here" in words(app)


@pytest.mark.parametrize("measure", measures().values(), ids=str)
def test_every_measure_is_explained_with_its_question_parts_source_and_example(measure: Measure) -> None:
    text = about.of_measure(measure)
    parts = (measure.question, measure.numerator, measure.denominator, measure.unit, measure.how_to_read,
             measure.source_step, *measure.caveats)  # fmt: skip
    for part in parts:
        assert part in text
    assert "nan" not in about.example(measure)


@pytest.mark.parametrize("rules", rule_sets().values(), ids=lambda rules: rules.id)
def test_every_rule_of_every_rule_set_is_listed_with_its_step(rules: RuleSet) -> None:
    table = about.rules_table(rules)
    assert list(table["Step"]) == [rule.step for rule in rules.rules]
    assert "Calls for escalation when" in about.of_rule_set(rules)


def test_the_page_explains_everything_and_marks_the_wording_to_be_checked(house: House) -> None:
    app = visit("about_the_figures", person="school")
    headings = {heading.value for heading in app.subheader}
    assert {one.title for one in measures().values()} <= headings
    assert [warning.value for warning in app.warning if "Wording to be checked" in warning.value]
    assert {heading.proto.anchor for heading in app.subheader} >= set(measures())
    assert {"Measures", "Rule sets", "Methods", "Words"} <= {heading.value for heading in app.header}


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("any_yes(adult_involved, severe_imagery)", "any of these is yes: Adult involved; Severe imagery"),
        ("adult_involved == yes or status == closed", "“Adult involved” is yes, or “Status” is “Closed”"),
        ("not any_yes(adult_involved, severe_imagery)", "all of these are no: Adult involved; Severe imagery"),
        ("recorded(review_date) and status == closed", "“Date reviewed” is filled in, and “Status” is “Closed”"),
        ("answered(reported_by)", "“Reported by” is answered"),
        ("closed_date < reported_date", "“Date closed” is before “Date reported”"),
        ("always", "every incident"),
    ],
)
def test_a_condition_reads_as_a_clause(condition: str, said: str) -> None:
    assert in_words(incident_reader().read(condition, where="test")) == said


def issue(rule: str, row: int | None, severity: Severity = Severity.QUERY) -> Issue:
    return Issue(severity, rule, "incidents", row, "status", f"{rule} is wrong.", "Mend it.")


def test_issues_are_grouped_by_rule_in_the_order_of_the_stages_and_of_the_rows() -> None:
    found = issues.groups([issue("history-x", 4), issue("format-x", 9), issue("format-x", 2), issue("file-x", None)])
    assert [group.rule for group in found] == ["file-x", "format-x", "history-x"]
    assert [one.row for one in found[1].issues] == [2, 9]


def test_pages_cover_every_issue_once() -> None:
    assert issues.pages(450, size=200) == [(0, 200), (200, 400), (400, 450)]
    assert issues.pages(0) == []


def test_a_file_that_cannot_be_read_passes_no_check_that_was_not_made() -> None:
    broken = [issue("file-unreadable", None, Severity.ERROR)]
    assert issues.stages_passed(broken, readable=False) == ()
    assert len(issues.stages_not_reached(broken, readable=False)) == len(issues.STAGES) - 1


def preview(**more: int | bool) -> Preview:
    counts = {"version": 1, "was_nil": False, "new": 0, "changed": 0, "unchanged": 0, "removed": 0, "children": 0}
    return Preview(school_urn="900001", academic_year="202526", term=Term.AUTUMN, **(counts | more))  # type: ignore[arg-type]


def test_a_preview_says_so_when_nothing_differs() -> None:
    assert "nothing differs from version 1: the same 3 incidents" in preview_sentence(preview(unchanged=3), "A")
    assert warning([preview(unchanged=3)]) is None


def test_a_preview_over_a_nil_return_says_that_there_were_none() -> None:
    assert "takes the place of a nil return: 1 incident" in preview_sentence(preview(was_nil=True, new=1), "A")


def test_a_preview_after_a_withdrawal_compares_with_no_version() -> None:
    after = preview(version=2, withdrawn=True, was_nil=True, new=1)
    assert "Version 2 was withdrawn and none stands: 1 incident" in preview_sentence(after, "A")
    assert as_table([after], {})["Stands now"].tolist() == ["none: version 2 was withdrawn"]


def test_incidents_that_would_no_longer_count_are_warned_of_together() -> None:
    assert (warning([preview(removed=1), preview(removed=2)]) or "").startswith("3 incidents that were sent before")
