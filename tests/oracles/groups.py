"""Which values of each breakdown an incident belongs to."""

from __future__ import annotations

from itertools import product

from tests.oracles.answers import SEVEN, UKCIS, escalated
from tests.oracles.world import Row

RISK_FACTORS = tuple(dict.fromkeys((*SEVEN, *UKCIS)))
YEAR_GROUPS = ("N1", "N2", "R", *(str(number) for number in range(1, 15)), "not_known")
VALUES = {
    "risk_factor": RISK_FACTORS,
    "type": (
        "aggravated_adult", "aggravated_intent_to_harm", "aggravated_reckless", "experimental_romantic",
        "experimental_attention_seeking", "experimental_other", "not_classified",
    ),
    "year_group": YEAR_GROUPS,
    "sex": ("female", "male", "not_known"),
    "how_shared": (
        "messaging", "social_media", "gaming", "device_to_device", "website", "school_network", "other", "not_known",
    ),
    "device_owner": ("personal", "school", "both", "none", "not_known"),
    "escalated": ("yes", "no", "not_known"),
    "support": ("all_children", "some", "none", "not_known"),
    "action": (
        "year_group_education", "individual_education", "counselling_or_pastoral", "sanction", "restorative_work",
        "parents_meeting", "filtering_change", "police_input", "policy_change", "none", "not_known",
    ),
    "role": ("pictured", "made_imagery", "shared_on", "received", "pressured_another", "other", "not_known"),
}  # fmt: skip
OF_CHILD = {"year_group": "year_group", "sex": "sex", "role": "role"}
NO_CHILD = {"year_group": "", "sex": "", "role": ""}
PLACE = {"term": ("year", "term"), "year": ("year",), "school": ("urn",)}
Key = tuple[tuple[str, str], ...]


def place_key(row: Row, by: tuple[str, ...]) -> Key:
    """The part of a key that says when and where."""
    names = [part for name in by for part in PLACE.get(name, ())]
    return tuple(sorted({("school" if name == "urn" else name): row[name] for name in names}.items()))


def keys(row: Row, by: tuple[str, ...]) -> set[Key]:
    """Every combination of the breakdowns that an incident belongs to."""
    answers = [[(name, value) for value in _values(row, name)] for name in by if name not in (*PLACE, *OF_CHILD)]
    children = sorted({_child_part(child, by) for child in row["children"] or [NO_CHILD]})
    return {tuple(sorted((*place_key(row, by), *one, *child))) for *one, child in product(*answers, children)}


def _child_part(child: Row, by: tuple[str, ...]) -> Key:
    return tuple((name, child[OF_CHILD[name]] or "not_known") for name in by if name in OF_CHILD)


def _values(row: Row, name: str) -> list[str]:
    if name == "risk_factor":
        return [factor for factor in RISK_FACTORS if row[factor] == "yes"]
    if name == "type":
        return [row["incident_type"] or "not_classified"]
    if name == "how_shared":
        return sorted({code or "not_known" for code in row["shared_via"].split(";")})
    if name == "escalated":
        return [{True: "yes", False: "no", None: "not_known"}[escalated(row)]]
    if name == "action":
        return sorted({code or "not_known" for code in row["actions_taken"].split(";")})
    return [row["support_offered" if name == "support" else "device_owner"] or "not_known"]


def all_keys(places: set[Key], by: tuple[str, ...]) -> set[Key]:
    """Every combination there should be a figure for: each place and time with each value."""
    answers = [[(name, value) for value in VALUES[name]] for name in by if name in VALUES]
    return {tuple(sorted((*place, *one))) for place in places for one in product(*answers)}
