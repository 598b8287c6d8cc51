"""The worked example of the model policy: it loads, and each rule set's judgement is the one its text gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import returns
from pipelines.intake.checking import Checked
from pipelines.intake.tables import NamedFile
from pipelines.reporting import Question, Reporting, Scope
from pipelines.warehouse.store import Warehouse
from schemas.issues import errors, queries
from schemas.judgement import outcome, verdicts
from schemas.rulesets import Outcome, Verdict, rule_sets
from tests.factories import KEY, OFFICER, TODAY, submit, warehouse

FOLDER = Path(__file__).parents[2] / "data" / "sample" / "case-study"
PRIMARY = {"PhaseOfEducation (code)": "2", "PhaseOfEducation (name)": "Primary", "StatutoryLowAge": "3",
           "StatutoryHighAge": "11"}  # fmt: skip


@pytest.fixture(scope="module")
def store() -> Warehouse:
    return warehouse(PRIMARY)


@pytest.fixture(scope="module")
def case(store: Warehouse) -> Checked:
    files = [NamedFile(name, (FOLDER / name).read_bytes()) for name in ("incidents.csv", "children.csv")]
    return returns.check(store, files, stated=returns.Stated(), actor=OFFICER, key=KEY)


def test_it_loads_without_an_error_and_its_one_query_is_the_missing_review(case: Checked) -> None:
    assert errors(case.issues) == []
    assert [(issue.rule, issue.column) for issue in queries(case.issues)] == [("format-blank", "review_date")]


def _judged(case: Checked, rules: str) -> dict[str, Verdict]:
    assert case.incidents is not None
    return dict(verdicts(rule_sets()[rules], case.incidents, today=TODAY).iloc[0])


def _outcome(case: Checked, rules: str) -> Outcome:
    assert case.incidents is not None
    return outcome(rule_sets()[rules], case.incidents, today=TODAY).iloc[0]


def test_the_advice_card_calls_for_escalation_because_the_child_is_vulnerable_and_it_was_escalated(
    case: Checked,
) -> None:
    assert _outcome(case, "uksic-advice") is Outcome.CALLED_FOR_ESCALATED
    assert _judged(case, "uksic-advice") == {
        "s1-device-secured": Verdict.NOT_APPLICABLE,  # the laptop was in her bedroom, not in school
        "s1-device-offline": Verdict.NOT_APPLICABLE,
        "s1-dsl-told": Verdict.MET,  # the co-ordinator, today's DSL, took it up
        "s1-reasons-recorded": Verdict.MET,  # why no police action was needed is on record
        "s1-escalate": Verdict.MET,
        "s1-police": Verdict.MET,  # “discussed with a local police officer”
        "s1-manage-in-school": Verdict.NOT_APPLICABLE,  # one of the seven considerations was present
        "s1-action-recorded": Verdict.NOT_APPLICABLE,
    }


def test_the_model_policy_did_not_call_for_the_police_in_an_experimental_incident_yet_they_were_told(
    case: Checked,
) -> None:
    assert _outcome(case, "smbc-model-policy") is Outcome.NOT_CALLED_FOR_ESCALATED
    judged = _judged(case, "smbc-model-policy")
    met = {rule for rule, verdict in judged.items() if verdict is Verdict.MET}
    assert met == {
        "s2-not-copied",  # nothing was printed or moved: it was a live picture
        "s2-dsl-told",
        "s2-leaders-informed",  # the class teacher told the head teacher
        "s2-support",  # advice for the girl with the SENCO's help, and for the others
        "s2-parents-informed",
    }
    not_known = {rule for rule, verdict in judged.items() if verdict is Verdict.NOT_KNOWN}
    assert not_known == {"s2-risk-assessment", "s2-staff-alerted"}
    assert [rule for rule, verdict in judged.items() if verdict is Verdict.NOT_MET] == [
        "s2-disclosure-established",  # whether it was potentially illegal was not established
        "s2-reviewed",  # the story tells of no review
    ]
    assert judged["s2-police-adult"] is judged["s2-police-aggravated"] is Verdict.NOT_APPLICABLE


def test_todays_guidance_cannot_be_judged_because_her_capacity_is_not_known(case: Checked) -> None:
    assert _outcome(case, "ukcis-2024") is Outcome.NOT_KNOWN
    judged = _judged(case, "ukcis-2024")
    assert judged == {
        "ukcis-adult": Verdict.NOT_APPLICABLE,
        "ukcis-coercion-or-capacity": Verdict.NOT_KNOWN,  # the one open question
        "ukcis-unusual-or-violent": Verdict.NOT_APPLICABLE,
        "ukcis-under-13": Verdict.NOT_APPLICABLE,  # under 13, but no sexual acts
        "ukcis-immediate-risk": Verdict.NOT_APPLICABLE,
        "ukcis-reasons-recorded": Verdict.MET,
        "ukcis-head-signed-off": Verdict.NOT_APPLICABLE,  # it was referred
        "ukcis-reviewed": Verdict.NOT_MET,
    }


def test_loaded_it_counts_as_one_escalated_incident(case: Checked, store: Warehouse) -> None:
    submit(store, case)
    table = Reporting(store).figures(Scope.parse("school:900001"), Question("escalation_rate"))
    assert (table.rows[0].count, table.rows[0].denominator) == (1, 1)
    assert table.rows[0].lower95 == pytest.approx(0.206549, abs=1e-6)  # one of one is far from certain
