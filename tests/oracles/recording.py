"""Which answers of an incident are due, given and not known: for completeness and the not-known share."""

from __future__ import annotations

from collections.abc import Callable

from tests.oracles.world import Row

ALWAYS_DUE = (
    "reported_by", "imagery_type", "imagery_origin", "potentially_illegal", "sexual_acts_shown", "spread",
    "device_owner", "capacity_in_doubt", "unusual_or_violent_acts", "under_13_sexual_acts",
    "immediate_risk_of_harm", "incident_type", "device_secured", "device_offline", "device_searched",
    "imagery_viewed", "imagery_copied", "network_blocked", "senior_leader_informed", "parents_informed",
    "ceop_reported", "other_agency_contacted", "decision_date", "risk_assessment_done", "support_offered",
    "host_reported", "removal_status", "staff_informed", "actions_taken",
)  # fmt: skip
SHARED_ON = {"few_children", "within_school", "beyond_school", "public_online"}
DUE_WHEN: dict[str, Callable[[Row], bool]] = {
    "shared_via": lambda row: row["spread"] in SHARED_ON,
    "search_authorised": lambda row: row["device_searched"] == "yes",
    "search_safeguarding_present": lambda row: row["device_searched"] == "yes",
    "search_same_sex": lambda row: row["device_searched"] == "yes",
    "viewing_justified": lambda row: row["imagery_viewed"] == "yes",
    "parents_informed_date": lambda row: row["parents_informed"] in ("all", "some"),
    "police_contact_date": lambda row: row["police_contacted"] == "yes",
    "police_outcome": lambda row: row["police_contacted"] == "yes",
    "social_care_contact_date": lambda row: row["social_care_contacted"] == "yes",
    "social_care_outcome": lambda row: row["social_care_contacted"] == "yes",
    "head_signed_off": lambda row: row["police_contacted"] == row["social_care_contacted"] == "no",
    "closed_date": lambda row: row["status"] == "closed",
    "review_date": lambda row: row["status"] == "closed",
    "review_led_to_change": lambda row: row["review_date"] != "",
}
# incident_date is never due: a blank means that it is not known.
OF_CHILDREN = ("sex", "sen", "social_care_status")  # all optional, and all offer “not known”
OFFERS_NOT_KNOWN = (
    "reported_by", "imagery_type", "imagery_origin", "potentially_illegal", "sexual_acts_shown", "shared_via",
    "spread", "device_owner", "age_difference", "external_coercion", "child_vulnerable", "severe_imagery",
    "widely_shared", "involved_before", "other_circumstances", "adult_involved", "capacity_in_doubt",
    "unusual_or_violent_acts", "under_13_sexual_acts", "immediate_risk_of_harm", "device_secured",
    "device_offline", "device_searched", "search_authorised", "search_safeguarding_present", "search_same_sex",
    "imagery_viewed", "viewing_justified", "imagery_copied", "network_blocked", "senior_leader_informed",
    "parents_informed", "police_contacted", "social_care_contacted", "ceop_reported", "other_agency_contacted",
    "social_care_outcome", "police_outcome", "decision_reason_recorded", "head_signed_off",
    "risk_assessment_done", "support_offered", "host_reported", "removal_status", "staff_informed",
    "review_led_to_change",
)  # fmt: skip


def recording_completeness(row: Row) -> tuple[int, int]:
    """Optional answers given, of optional answers due, about an incident and the children in it."""
    due = [row[column] for column in ALWAYS_DUE]
    due += [row[column] for column, when in DUE_WHEN.items() if when(row)]
    due += [child[column] for child in row["children"] for column in OF_CHILDREN]
    return sum(answer != "" for answer in due), len(due)


def not_known_share(row: Row) -> tuple[int, int]:
    """Answers “not known”, of answers given to questions that offer it, about an incident and its children."""
    answers = [row[column] for column in OFFERS_NOT_KNOWN]
    answers += [child[column] for child in row["children"] for column in OF_CHILDREN]
    given = [answer.split(";") for answer in answers if answer]
    return sum("not_known" in codes for codes in given), len(given)
