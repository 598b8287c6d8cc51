"""What happened: risk factors, type, children and imagery, drawn so that they fit together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pipelines.sample.answers import Hand
from pipelines.sample.pupils import Involvements, Pupil
from pipelines.sample.schools import School
from schemas.lexicon import lexicon

AN_ADULT_BEHIND_THE_COERCION = 0.4
COERCED_YET_CALLED_EXPERIMENTAL = 0.04
YOUTH_ONLY_AGGRAVATED = 0.30
NOT_CLASSIFIED = 0.03
AGGRAVATED = {"aggravated_intent_to_harm": 0.55, "aggravated_reckless": 0.45}
EXPERIMENTAL = {
    "experimental_romantic": 0.50, "experimental_attention_seeking": 0.28, "experimental_other": 0.22,
}  # fmt: skip
CHILDREN = {1: 0.32, 2: 0.42, 3: 0.17, 4: 0.06, 5: 0.03}
MORE_CHILDREN = {2: 0.34, 3: 0.34, 4: 0.19, 5: 0.09, 7: 0.04}
OTHER_ROLES = {"received": 0.62, "shared_on": 0.33, "other": 0.05}
MAKER_LISTED_TWICE = 0.25
INVOLVED_BEFORE = {"yes": 0.78, "not_known": 0.16, "no": 0.06}
# Most who were involved before are involved again within the sample; the rest were before it begins.
INVOLVED_BEFORE_THE_SAMPLE = 0.1

IMAGERY = {"photo": 0.70, "video": 0.19, "live_stream": 0.05, "other": 0.02, "not_known": 0.04}
ORIGIN = {"child_pictured": 0.76, "another_child": 0.13, "altered_or_ai": 0.07, "not_known": 0.04}
ORIGIN_WITH_ADULT = {"child_pictured": 0.80, "adult": 0.13, "not_known": 0.07}
SHARED_VIA = {
    "messaging": 0.52, "social_media": 0.30, "gaming": 0.04, "device_to_device": 0.07, "website": 0.03,
    "school_network": 0.015, "other": 0.025,
}  # fmt: skip
WIDE = {"within_school": 0.52, "beyond_school": 0.34, "public_online": 0.14}
NARROW = {"not_shared_on": 0.62, "few_children": 0.38}
REPORTED_BY = {
    "child_involved": 0.29, "another_child": 0.24, "parent_carer": 0.21, "staff": 0.11,
    "monitoring_system": 0.06, "other_agency": 0.06, "anonymous": 0.02, "not_known": 0.01,
}  # fmt: skip
DEVICE_OWNER = {"personal": 0.88, "school": 0.04, "both": 0.02, "none": 0.02, "not_known": 0.04}


@dataclass(frozen=True)
class Part:
    """One child in one role."""

    pupil: Pupil
    role: str


def risk_factors(hand: Hand, *, again: bool) -> dict[str, str]:
    """An answer to every risk factor of the vocabulary, those that the sample has never heard of too."""
    answers = {column.name: hand.risk(column) for column in lexicon().risk_factors}
    if again:
        answers["involved_before"] = hand.one_of("involved_before", INVOLVED_BEFORE)
    elif answers.get("involved_before") == "yes" and not hand.dice.chance(INVOLVED_BEFORE_THE_SAMPLE):
        answers["involved_before"] = "no"
    if answers["adult_involved"] == "yes" and hand.dice.chance(AN_ADULT_BEHIND_THE_COERCION):
        answers["external_coercion"] = "yes"
    return answers


def incident_type(answers: Mapping[str, str], hand: Hand) -> str:
    """The type, in agreement with adult and coercion recorded, but for a few that a query finds."""
    if answers["adult_involved"] == "yes":
        return "aggravated_adult"
    if hand.dice.chance(NOT_CLASSIFIED * hand.obscurity):
        return "not_classified"
    coerced = answers["external_coercion"] == "yes"
    aggravated = 1 - COERCED_YET_CALLED_EXPERIMENTAL if coerced else YOUTH_ONLY_AGGRAVATED
    return hand.one_of("incident_type", AGGRAVATED if hand.dice.chance(aggravated) else EXPERIMENTAL)


def parts(
    answers: Mapping[str, str],
    hand: Hand,
    *,
    school: School,
    on: date,
    year_group: int,
    again: Sequence[Pupil],
    known: Involvements,
) -> list[Part]:
    """The children, one row for each part that each of them had."""
    count = hand.dice.pick(MORE_CHILDREN if answers["widely_shared"] == "yes" else CHILDREN)
    first = again[0].year_group(on) if again else year_group
    pupils: list[Pupil] = list(again)
    while len(pupils) < max(count, 2 if answers["age_difference"] == "yes" else 1):
        pictured, vulnerable = not pupils, not pupils and answers["child_vulnerable"] == "yes"
        group = _year_group(first, hand, school=school, far=len(pupils) == 1 and answers["age_difference"] == "yes")
        pupils.append(known.fresh(school, year_group=group, on=on, pictured=pictured, vulnerable=vulnerable))
    for pupil in pupils:
        known.involve(pupil, school, on=on)
    return _roles(pupils, answers, hand)


def _year_group(first: int, hand: Hand, *, school: School, far: bool) -> int:
    """A year group near the first child's, or at least two years off where the ages differ; never outside."""
    steps = (-3, -2, 2, 3) if far else (0, 0, 0, 0, 0, -1, 1)
    reachable = [first + step for step in steps if first + step in school.year_groups]
    return hand.dice.some(reachable, 1)[0] if reachable else first


def _roles(pupils: Sequence[Pupil], answers: Mapping[str, str], hand: Hand) -> list[Part]:
    found = [Part(pupils[0], "pictured")]
    if hand.dice.chance(MAKER_LISTED_TWICE):
        found.append(Part(pupils[0], "made_imagery"))
    for place, pupil in enumerate(pupils[1:]):
        coerced_by_child = answers["external_coercion"] == "yes" and answers["adult_involved"] != "yes"
        pressed = place == 0 and coerced_by_child
        found.append(Part(pupil, "pressured_another" if pressed else hand.dice.pick(OTHER_ROLES)))
    return found


def imagery(answers: Mapping[str, str], hand: Hand, *, youngest_pictured: int) -> dict[str, str]:
    """The imagery and where it went, in agreement with the risk factors, and whether a child was under 13."""
    grave = "yes" in (answers["severe_imagery"], answers.get("unusual_or_violent_acts"))
    acts = hand.yes_no("sexual_acts_shown", share=0.6 if grave else 0.1)
    spread = _spread(answers["widely_shared"], hand)
    adult = answers["adult_involved"] == "yes"
    return {
        "reported_by": hand.one_of("reported_by", REPORTED_BY),
        "imagery_type": hand.one_of("imagery_type", IMAGERY),
        "imagery_origin": hand.one_of("imagery_origin", ORIGIN_WITH_ADULT if adult else ORIGIN),
        "sexual_acts_shown": acts,
        "potentially_illegal": "yes" if acts == "yes" else hand.yes_no("potentially_illegal", unknown=0.12),
        "shared_via": hand.several_of("shared_via", SHARED_VIA, most=2),
        "spread": spread,
        "device_owner": hand.one_of("device_owner", DEVICE_OWNER),
    } | _under_13(acts, youngest_pictured, hand)


def _spread(widely: str, hand: Hand) -> str:
    if widely == "not_known":
        return "not_known" if hand.dice.chance(0.6) else hand.one_of("spread", NARROW)
    return hand.one_of("spread", WIDE if widely == "yes" else NARROW)


def _under_13(acts: str, youngest_pictured: int, hand: Hand) -> dict[str, str]:
    """Children turn 13 in Year 8, so there the answer goes either way."""
    if acts == "not_known":
        return {"under_13_sexual_acts": "not_known"}
    under = youngest_pictured <= 7 or (youngest_pictured == 8 and hand.dice.chance(0.5))
    return {"under_13_sexual_acts": "yes" if acts == "yes" and under else "no"}
