"""What the school did: device and imagery, who was told and when, the decision, and what came after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.sample.answers import Hand
from pipelines.sample.faults import Practice
from schemas.lexicon import lexicon

ESCALATING = ("police_contacted", "social_care_contacted", "ceop_reported", "other_agency_contacted")
ALWAYS_GRAVE = ("adult_involved", "external_coercion", "immediate_risk_of_harm", "under_13_sexual_acts")
POLICE_OUTCOME_KNOWN = {"outcome_21": 0.90, "outcome_22": 0.06, "other": 0.04}
POLICE_OUTCOME_UNKNOWN = {"none_yet": 0.6, "not_known": 0.4}
POLICE_OUTCOME_HEARD_OF = 0.55
SOCIAL_CARE_OUTCOME = {
    "accepted_as_referral": 0.36, "advice_only": 0.34, "no_further_action": 0.15, "not_known": 0.15,
}  # fmt: skip
PARENTS = {"all": 0.74, "some": 0.13, "no_with_reason": 0.08, "no_without_reason": 0.02, "not_known": 0.03}
SUPPORT = {"all_children": 0.68, "some": 0.22, "none": 0.06, "not_known": 0.04}
REMOVAL = {"confirmed": 0.52, "requested": 0.24, "not_possible": 0.10, "not_known": 0.14}
OFFLINE = {"flight_mode": 0.42, "switched_off": 0.36, "neither": 0.14, "not_known": 0.08}
ACTIONS = {
    "year_group_education": 0.18, "individual_education": 0.28, "counselling_or_pastoral": 0.22,
    "sanction": 0.13, "restorative_work": 0.08, "parents_meeting": 0.24, "filtering_change": 0.01,
}  # fmt: skip
NO_ACTION = 0.03
CONTACT_DATE_MISSING = 0.04
CONTACT_BEFORE_DECISION = 0.15
INCIDENT_DATE_KNOWN = 0.72


@dataclass(frozen=True)
class Days:
    """The days of one incident so far; nothing can be recorded that happens after `known_by`."""

    reported: date
    told: date
    decided: date
    known_by: date

    def by(self, day: date) -> date:
        """That day, or the last on which the school could still write it down."""
        return min(day, self.known_by)


def days_of(reported: date, *, known_by: date, practice: Practice, hand: Hand) -> Days:
    """When the lead was told and when the decision fell."""
    delay = 0 if hand.dice.chance(practice.dsl_told_same_day) else hand.dice.between(1, 4)
    told = min(reported + timedelta(days=delay), known_by)
    decided = hand.dice.later(told, mean=practice.days_to_decision, most=28)
    return Days(reported=reported, told=told, decided=min(decided, known_by), known_by=known_by)


def device(happened: Mapping[str, str], hand: Hand) -> dict[str, str]:
    """How device and imagery were handled."""
    there = happened["device_owner"] != "none"
    searched = hand.if_so(there, "device_searched")
    viewed = hand.yes_no("imagery_viewed")
    return {
        "device_secured": hand.if_so(there, "device_secured"),
        "device_offline": hand.one_of("device_offline", OFFLINE) if there else "no_device",
        "device_searched": searched,
        "search_authorised": hand.if_so(searched == "yes", "search_authorised"),
        "search_safeguarding_present": hand.if_so(searched == "yes", "search_safeguarding_present"),
        "search_same_sex": hand.if_so(searched == "yes", "search_same_sex"),
        "imagery_viewed": viewed,
        "viewing_justified": hand.if_so(viewed == "yes", "viewing_justified"),
        "imagery_copied": hand.yes_no("imagery_copied"),
        "network_blocked": hand.if_so("school_network" in happened["shared_via"], "network_blocked"),
    }


def people(days: Days, hand: Hand) -> dict[str, str]:
    """Who was told."""
    parents = hand.one_of("parents_informed", PARENTS)
    told = days.by(hand.dice.later(days.told, mean=1.0, most=10)) if parents in ("all", "some") else None
    happened = days.reported - timedelta(days=int(hand.dice.spread_around(9, shape=0.8)))
    return {
        "incident_date": happened.isoformat() if hand.dice.chance(INCIDENT_DATE_KNOWN) else "",
        "dsl_informed_date": days.told.isoformat(),
        "senior_leader_informed": hand.yes_no("senior_leader_informed"),
        "parents_informed": parents,
        "parents_informed_date": told.isoformat() if told else "",
    }


def decision(happened: Mapping[str, str], days: Days, *, practice: Practice, hand: Hand) -> dict[str, str]:
    """Whether and to whom the incident was escalated, when, and on what record."""
    concern = any(happened.get(column.name) == "yes" for column in lexicon().risk_factors)
    grave = any(happened.get(name) == "yes" for name in ALWAYS_GRAVE)
    likely = practice.escalates_when_called_for if concern else practice.escalates_otherwise
    escalated = hand.dice.chance(likely + (1 - likely) * 0.2 if grave else likely)
    contacts = _contacts(happened, hand, grave=grave) if escalated else _no_contacts(hand)
    reasons = practice.records_reasons if escalated else practice.records_reasons - 0.08
    return (
        contacts
        | _contact_details(contacts, days, hand)
        | {
            "decision_reason_recorded": hand.yes_no("decision_reason_recorded", share=reasons, unknown=0.02),
            "head_signed_off": _signed_off(escalated, practice, hand),
            "decision_date": days.decided.isoformat(),
        }
    )


def _contacts(happened: Mapping[str, str], hand: Hand, *, grave: bool) -> dict[str, str]:
    """At least one of the four; the police nearly always with an adult and mostly when aggravated."""
    adult = happened.get("adult_involved") == "yes"
    aggravated = happened["incident_type"].startswith("aggravated")
    online = happened["spread"] == "public_online"
    vulnerable = happened.get("child_vulnerable") == "yes"
    police = 0.97 if adult else 0.84 if aggravated else 0.55
    shares = {
        "police_contacted": police,
        "social_care_contacted": 0.72 if vulnerable or grave else 0.42,
        "ceop_reported": 0.45 if adult else 0.25 if online else 0.04,
        "other_agency_contacted": 0.08,
    }
    found = {name: hand.yes_no(name, share=share, unknown=0.01) for name, share in shares.items()}
    return found if "yes" in found.values() else found | {"police_contacted": "yes"}


def _no_contacts(hand: Hand) -> dict[str, str]:
    unknown = {"police_contacted": 0.01, "social_care_contacted": 0.015}
    return {name: hand.yes_no(name, share=0.0, unknown=unknown.get(name, 0.025)) for name in ESCALATING}


def _contact_details(contacts: Mapping[str, str], days: Days, hand: Hand) -> dict[str, str]:
    police, care = (contacts[name] == "yes" for name in ("police_contacted", "social_care_contacted"))
    heard = hand.dice.chance(POLICE_OUTCOME_HEARD_OF)
    outcome = hand.one_of("police_outcome", POLICE_OUTCOME_KNOWN if heard else POLICE_OUTCOME_UNKNOWN)
    return {
        "police_contact_date": _contact_day(days, hand) if police else "",
        "police_outcome": outcome if police else "",
        "social_care_contact_date": _contact_day(days, hand) if care else "",
        "social_care_outcome": hand.one_of("social_care_outcome", SOCIAL_CARE_OUTCOME) if care else "",
    }


def _contact_day(days: Days, hand: Hand) -> str:
    """Nearly always soon after the decision; sometimes a call is made first."""
    if hand.dice.chance(CONTACT_DATE_MISSING):
        return ""
    if hand.dice.chance(CONTACT_BEFORE_DECISION):
        return hand.dice.day(days.told, days.decided).isoformat()
    return days.by(hand.dice.later(days.decided, mean=0.9, most=8)).isoformat()


def _signed_off(escalated: bool, practice: Practice, hand: Hand) -> str:
    if escalated and hand.dice.chance(0.5):
        return "not_applicable"
    return hand.yes_no("head_signed_off", share=practice.head_signs_off)


def aftermath(
    happened: Mapping[str, str], done: Mapping[str, str], days: Days, *, practice: Practice, hand: Hand
) -> dict[str, str]:
    """Response, closing and review, as far as they had come when the return was sent."""
    online = any(place in happened["shared_via"] for place in ("social_media", "website", "gaming"))
    last = max([days.decided, *_dates(done)])
    closed = last + timedelta(days=hand.dice.between(4, 55))
    review = hand.dice.day(last + timedelta(days=4), closed)
    reviewed = review <= days.known_by and hand.dice.chance(practice.reviews)
    changed = hand.yes_no("review_led_to_change") if reviewed else "not_applicable"
    removal = "not_needed" if happened["spread"] == "not_shared_on" else hand.one_of("removal_status", REMOVAL)
    return {
        "risk_assessment_done": hand.yes_no("risk_assessment_done"),
        "support_offered": hand.one_of("support_offered", SUPPORT),
        "host_reported": hand.if_so(online and happened["spread"] != "not_shared_on", "host_reported"),
        "removal_status": removal,
        "staff_informed": hand.yes_no("staff_informed"),
        "actions_taken": _actions(done, hand, changed=changed == "yes"),
        "status": "closed" if closed <= days.known_by else "open",
        "closed_date": closed.isoformat() if closed <= days.known_by else "",
        "review_date": review.isoformat() if reviewed else "",
        "review_led_to_change": changed,
    }


def _dates(done: Mapping[str, str]) -> list[date]:
    return [date.fromisoformat(text) for name, text in done.items() if name.endswith("_date") and text]


def _actions(done: Mapping[str, str], hand: Hand, *, changed: bool) -> str:
    if hand.dice.chance(NO_ACTION):
        return "none"
    weights = ACTIONS | ({"police_input": 0.12} if done["police_contacted"] == "yes" else {})
    return hand.several_of("actions_taken", weights | ({"policy_change": 0.3} if changed else {}), most=3)
