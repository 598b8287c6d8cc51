"""What an answer says: true, false, or None where it is not known."""

from __future__ import annotations

from collections.abc import Iterable

from tests.oracles.world import Row

SEVEN = (
    "age_difference",
    "external_coercion",
    "child_vulnerable",
    "severe_imagery",
    "widely_shared",
    "involved_before",
    "other_circumstances",
)
UKCIS = (
    "external_coercion",
    "adult_involved",
    "capacity_in_doubt",
    "unusual_or_violent_acts",
    "under_13_sexual_acts",
    "immediate_risk_of_harm",
)
CONTACTS = ("police_contacted", "social_care_contacted", "ceop_reported", "other_agency_contacted")


def said(row: Row, column: str) -> bool | None:
    """Yes, no, or neither."""
    return {"yes": True, "no": False}.get(row[column])


def any_of(values: Iterable[bool | None]) -> bool | None:
    """True when one is; false when all are false; else not known."""
    listed = list(values)
    if True in listed:
        return True
    return None if None in listed else False


def both(first: bool | None, second: bool | None) -> bool | None:
    """False when one is false; true when both are true; else not known."""
    if first is False or second is False:
        return False
    return None if first is None or second is None else True


def opposite(value: bool | None) -> bool | None:
    """Not known stays not known."""
    return None if value is None else not value


def escalated(row: Row) -> bool | None:
    """Whether the police, children's social care, CEOP or another agency was contacted."""
    return any_of(said(row, column) for column in CONTACTS)


def called_for(row: Row, rule_set: str) -> bool | None:
    """Whether the rule set calls for escalation."""
    if rule_set == "uksic-advice":
        return any_of(said(row, column) for column in SEVEN)
    if rule_set == "ukcis-2024":
        return any_of(said(row, column) for column in UKCIS)
    assert rule_set == "smbc-model-policy"
    if row["adult_involved"] == "yes" or row["incident_type"].startswith("aggravated"):
        return True
    if row["adult_involved"] == "no" and row["incident_type"].startswith("experimental"):
        return False
    return None


def answered(row: Row, rule_set: str) -> bool | None:
    """Whether the school did what the rule set asks when it calls for escalation."""
    if rule_set == "uksic-advice":
        return escalated(row)
    if rule_set == "ukcis-2024":
        return any_of([said(row, "police_contacted"), said(row, "social_care_contacted")])
    return said(row, "police_contacted")


def outcome(row: Row, rule_set: str) -> str:
    """One of the five outcomes."""
    called, done = called_for(row, rule_set), answered(row, rule_set)
    if called is None or done is None:
        return "not_known"
    return f"{'called_for' if called else 'not_called_for'}_{'escalated' if done else 'not_escalated'}"


def online(row: Row) -> bool | None:
    """Whether it was shared by social media or a website; a blank or “not known” leaves that open."""
    ways = row["shared_via"].split(";")
    if "social_media" in ways or "website" in ways:
        return True
    return None if "" in ways or "not_known" in ways else False


def at_risk_of_abuse(row: Row) -> bool | None:
    """Whether an adult was involved, a child was coerced, or a child is at immediate risk of harm."""
    return any_of(said(row, name) for name in ("adult_involved", "external_coercion", "immediate_risk_of_harm"))
