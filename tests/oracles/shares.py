"""Measures that are a share of incidents: what each says of one incident.

`COUNTS` is in the numerator and the denominator, `DOES_NOT` in the denominator only; the other two are outside.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.oracles.answers import (
    answered,
    at_risk_of_abuse,
    both,
    called_for,
    escalated,
    online,
    opposite,
    said,
)
from tests.oracles.days import day
from tests.oracles.world import Row

COUNTS, DOES_NOT, NOT_KNOWN, NOT_APPLICABLE = "counts", "does not", "not known", "not applicable"


def _step(applies: bool | None, met: bool | None, *, marked: str = "") -> str:
    """`marked` is the answer as given, which may say that the step does not apply."""
    if applies is None:
        return NOT_KNOWN
    if applies is False or marked == "not_applicable":
        return NOT_APPLICABLE
    return NOT_KNOWN if met is None else COUNTS if met else DOES_NOT


def _one_of(value: str, good: set[str], bad: set[str]) -> bool | None:
    return True if value in good else False if value in bad else None


def escalation_rate(row: Row, rule_set: str) -> str:
    return _step(True, escalated(row))


def escalated_when_called_for(row: Row, rule_set: str) -> str:
    return _step(called_for(row, rule_set), answered(row, rule_set))


def not_escalated_though_called_for(row: Row, rule_set: str) -> str:
    return _step(called_for(row, rule_set), opposite(answered(row, rule_set)))


def escalated_though_not_called_for(row: Row, rule_set: str) -> str:
    return _step(opposite(called_for(row, rule_set)), answered(row, rule_set))


def police_told_when_adult_involved(row: Row, rule_set: str) -> str:
    return _step(said(row, "adult_involved"), said(row, "police_contacted"))


def dsl_informed_same_day(row: Row, rule_set: str) -> str:
    told = day(row["dsl_informed_date"])
    return _step(True, None if told is None else told <= row["told"])


def decided_same_day(row: Row, rule_set: str) -> str:
    told, decided = day(row["dsl_informed_date"]), day(row["decision_date"])
    return _step(True, None if told is None or decided is None else decided <= told)


def decision_reason_recorded(row: Row, rule_set: str) -> str:
    return _step(True, said(row, "decision_reason_recorded"))


def non_escalation_reason_recorded(row: Row, rule_set: str) -> str:
    return _step(opposite(escalated(row)), said(row, "decision_reason_recorded"))


def head_signed_off_non_escalation(row: Row, rule_set: str) -> str:
    return _step(opposite(escalated(row)), said(row, "head_signed_off"), marked=row["head_signed_off"])


def device_secured(row: Row, rule_set: str) -> str:
    return _step(True, said(row, "device_secured"), marked=row["device_secured"])


def device_offline(row: Row, rule_set: str) -> str:
    how = row["device_offline"]
    if how == "no_device":
        return NOT_APPLICABLE
    return _step(True, _one_of(how, {"flight_mode", "switched_off"}, {"neither"}))


def search_conditions_met(row: Row, rule_set: str) -> str:
    conditions = [row[f"search_{name}"] for name in ("authorised", "safeguarding_present", "same_sex")]
    left = [answer for answer in conditions if answer != "not_applicable"]
    if not left:
        return _step(said(row, "device_searched"), None, marked="not_applicable")
    met = False if "no" in left else True if set(left) == {"yes"} else None
    return _step(said(row, "device_searched"), met)


def imagery_not_copied(row: Row, rule_set: str) -> str:
    return _step(True, opposite(said(row, "imagery_copied")), marked=row["imagery_copied"])


def viewing_justified(row: Row, rule_set: str) -> str:
    return _step(said(row, "imagery_viewed"), said(row, "viewing_justified"), marked=row["viewing_justified"])


def parents_informed(row: Row, rule_set: str) -> str:
    not_all = {"some", "no_with_reason", "no_without_reason"}
    return _step(True, _one_of(row["parents_informed"], {"all"}, not_all))


def risk_assessment_done(row: Row, rule_set: str) -> str:
    return _step(True, said(row, "risk_assessment_done"))


def support_offered_to_all(row: Row, rule_set: str) -> str:
    return _step(True, _one_of(row["support_offered"], {"all_children"}, {"some", "none"}))


def host_reported_when_online(row: Row, rule_set: str) -> str:
    return _step(online(row), said(row, "host_reported"), marked=row["host_reported"])


def ceop_reported_when_at_risk_online(row: Row, rule_set: str) -> str:
    return _step(both(online(row), at_risk_of_abuse(row)), said(row, "ceop_reported"))


def removal_confirmed(row: Row, rule_set: str) -> str:
    status = row["removal_status"]
    if status == "not_needed":
        return NOT_APPLICABLE
    return _step(True, _one_of(status, {"confirmed"}, {"requested", "not_possible"}))


def reviewed(row: Row, rule_set: str) -> str:
    return _step(row["status"] == "closed" if row["status"] else None, row["review_date"] != "")


def review_led_to_change(row: Row, rule_set: str) -> str:
    answer = row["review_led_to_change"]
    return _step(row["review_date"] != "", said(row, "review_led_to_change"), marked=answer)


SHARES: dict[str, Callable[[Row, str], str]] = {
    one.__name__: one
    for one in (
        escalation_rate, escalated_when_called_for, not_escalated_though_called_for,
        escalated_though_not_called_for, police_told_when_adult_involved, dsl_informed_same_day,
        decided_same_day,
        decision_reason_recorded, non_escalation_reason_recorded, head_signed_off_non_escalation, device_secured,
        device_offline, search_conditions_met, imagery_not_copied, viewing_justified, parents_informed,
        risk_assessment_done, support_offered_to_all, host_reported_when_online,
        ceop_reported_when_at_risk_online, removal_confirmed, reviewed, review_led_to_change,
    )
}  # fmt: skip
