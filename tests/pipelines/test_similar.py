"""Similar schools: the published rule worked out again by hand, and what must hold whatever the register says."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from math import log2
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.school_facts import SchoolFacts
from pipelines.similar import similar_schools
from schemas import definition_files, similarity
from schemas.errors import LanguageError

SCHOOL = SchoolFacts(
    urn="900001", name="A", phase="secondary", la_code="990", la_name="Larkshire", trust_uid=None, trust_name=None,
    pupils=1000, percentage_fsm=20.0, sex_of_intake="mixed", is_open=True,
)  # fmt: skip


def other(urn: str, **more: object) -> SchoolFacts:
    return replace(SCHOOL, urn=urn, name=f"School {urn}", **more)


def test_a_school_alike_in_everything_is_at_no_distance() -> None:
    (found,) = similar_schools(SCHOOL, [SCHOOL, other("900002")])
    assert (found.school.urn, found.distance) == ("900002", 0)


def test_each_part_counts_steps_times_its_published_weight() -> None:
    (found,) = similar_schools(SCHOOL, [other("900002", pupils=500, percentage_fsm=35.0, sex_of_intake="girls")])
    assert [part.distance for part in found.parts] == pytest.approx([0.4, 0.6, 0.2])
    assert found.distance == pytest.approx(1.2)


def test_what_the_register_does_not_say_counts_as_a_step_and_is_said() -> None:
    (found,) = similar_schools(SCHOOL, [other("900002", percentage_fsm=None)])
    assert found.distance == pytest.approx(0.4)
    assert [part.known for part in found.parts] == [True, False, True]


def test_another_phase_a_closed_school_and_an_unknown_phase_are_never_similar() -> None:
    others = [other("900002", phase="primary"), other("900003", is_open=False), other("900004", phase=None)]
    assert similar_schools(SCHOOL, others) == ()
    assert similar_schools(replace(SCHOOL, phase=None), [other("900002", phase=None)]) == ()


def test_ties_stand_in_the_order_of_their_urns() -> None:
    found = similar_schools(SCHOOL, [other("900009"), other("900002"), other("900005")])
    assert [one.school.urn for one in found] == ["900002", "900005", "900009"]


def test_at_most_twenty_are_chosen() -> None:
    others = [other(str(900100 + place), pupils=1000 + place) for place in range(40)]
    found = similar_schools(SCHOOL, others)
    assert [one.school.urn for one in found] == [str(900100 + place) for place in range(20)]


FACTS = st.builds(
    lambda pupils, fsm, sex: {"pupils": pupils, "percentage_fsm": fsm, "sex_of_intake": sex},
    st.none() | st.integers(1, 3000),
    st.none() | st.floats(0, 100),
    st.none() | st.sampled_from(["mixed", "girls", "boys"]),
)


@given(st.lists(FACTS, min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_the_choice_is_that_of_the_rule_by_hand_in_whatever_order_schools_come(rows: list, dice: object) -> None:
    others = [other(str(900100 + place), **row) for place, row in enumerate(rows)]
    expected = sorted((by_hand(one), one.urn) for one in others)[:20]
    dice.shuffle(others)  # type: ignore[attr-defined]
    assert [one.school.urn for one in similar_schools(SCHOOL, others)] == [urn for _, urn in expected]


def by_hand(one: SchoolFacts) -> float:
    total = 0.4 if one.pupils is None else 0.4 * abs(log2(1000) - log2(one.pupils))
    total += 0.4 if one.percentage_fsm is None else 0.04 * abs(20 - one.percentage_fsm)
    total += 0.2 if one.sex_of_intake != "mixed" else 0
    return round(total, 9)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("weight = 0.2", "weight = 0.3", "do not add up"),
        ('must_match = "phase"', 'must_match = "pupils"', "must_match is phase"),
        ('kind = "same"', 'kind = "alike"', "kind of ratio"),
        ("most = 20", "mostly = 20", "most is missing"),
        ("step = 2.0", "step = 1.0", "above 1"),
    ],
)
def test_a_definition_that_does_not_hold_together_stops_the_start(
    old: str, new: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (Path(similarity.__file__).parent / similarity.FILE).read_text(encoding="utf-8")
    assert old in text
    monkeypatch.setattr(similarity, "read", lambda _: tomllib.loads(text.replace(old, new)))
    with pytest.raises(LanguageError, match=says):
        similarity.similarity.__wrapped__()


def test_the_weights_stand_in_the_methods_page() -> None:
    page = (Path(__file__).parents[2] / "docs" / "methods.md").read_text(encoding="utf-8")
    for one in similarity.similarity().characteristics:
        assert f"| {one.label} | {one.weight:.0%} |".replace("%", " %") in page
    assert definition_files.read(similarity.FILE)["most"] == 20
