"""Rule sets, measures and checks as data: strict files."""

from __future__ import annotations

from typing import Any

import pytest

from schemas import definition_files, measurement, rulesets
from schemas.conditions import columns_of
from schemas.errors import LanguageError, QuestionError
from schemas.measurement import Kind, measures
from schemas.rulesets import rule_sets

SEVEN = ("age_difference", "external_coercion", "child_vulnerable", "severe_imagery", "widely_shared",
         "involved_before", "other_circumstances")  # fmt: skip
ASKED_FOR = [
    "incidents",
    "incidents_per_1000",
    "children_per_1000",
    "escalation_rate",
    "escalated_when_called_for",
    "not_escalated_though_called_for",
    "escalated_though_not_called_for",
    "police_told_when_adult_involved",
    "days_to_escalation",
    "dsl_informed_same_day",
    "decided_same_day",
    "decision_reason_recorded",
    "non_escalation_reason_recorded",
    "head_signed_off_non_escalation",
    "device_secured",
    "device_offline",
    "search_conditions_met",
    "imagery_not_copied",
    "viewing_justified",
    "parents_informed",
    "risk_assessment_done",
    "support_offered_to_all",
    "host_reported_when_online",
    "ceop_reported_when_at_risk_online",
    "removal_confirmed",
    "reviewed",
    "review_led_to_change",
    "involved_again_365_days",
    "involved_again_90_days",
    "recording_completeness",
    "not_known_share",
    "returns_received",
]


def test_the_three_rule_sets_stand_in_the_order_of_their_dates() -> None:
    assert list(rule_sets()) == ["uksic-advice", "smbc-model-policy", "ukcis-2024"]


def test_the_advice_card_is_called_for_by_exactly_the_seven_considerations() -> None:
    assert columns_of(rule_sets()["uksic-advice"].called_for) == SEVEN


def test_only_guidance_that_an_authority_has_not_confirmed_is_to_be_checked() -> None:
    assert {one.id for one in rule_sets().values() if one.wording == "to be checked"} == {"ukcis-2024"}


def test_every_measure_asked_for_is_there_and_each_says_how_to_read_it() -> None:
    assert set(measures()) == set(ASKED_FOR)
    assert all(one.how_to_read and one.caveats and one.source_step for one in measures().values())


def test_a_rule_set_that_does_not_exist_is_a_question_without_an_answer() -> None:
    with pytest.raises(QuestionError, match="uksic-advice"):
        rulesets.rule_set("no-such-set")


@pytest.mark.parametrize(
    ("loader", "path"),
    [
        (measurement._measure, "measures/incidents.toml"),
        (rulesets._rule_set, "guidance/uksic-advice.toml"),
    ],
)
def test_an_unknown_or_missing_key_stops_the_start_with_its_name(
    loader: Any, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = definition_files.read(path)
    for module in (measurement, rulesets):
        monkeypatch.setattr(module, "read", lambda _: entry | {"colour": "red"})
    with pytest.raises(LanguageError, match=f"{path}.*colour"):
        loader(path)
    for module in (measurement, rulesets):
        monkeypatch.setattr(module, "read", lambda _: {key: value for key, value in entry.items() if key != "title"})
    with pytest.raises(LanguageError, match=f"{path}.*title"):
        loader(path)


def test_a_measure_of_a_kind_must_have_what_the_kind_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = definition_files.read("measures/incidents.toml") | {"kind": str(Kind.DAYS)}
    monkeypatch.setattr(measurement, "read", lambda _: entry)
    with pytest.raises(LanguageError, match="days_from"):
        measurement._measure("measures/incidents.toml")
