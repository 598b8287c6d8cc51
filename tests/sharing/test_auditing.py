"""Everything that is shared, attacked together: nothing withheld can be worked back, by anyone."""

from __future__ import annotations

import pytest

from benchmarks.disclosure_audit import TERMS, attack
from pipelines.sharing.deciding import is_given
from pipelines.sharing.linking import Linked
from schemas.family import family
from tests.sharing.auditor import audit
from tests.sharing.authorities import random_authority, schools_of, shown_of


def test_a_school_that_alone_has_none_works_nothing_back() -> None:
    _, breaches = attack(random_authority(26))  # one school is all of a phase, and knows that its figure is none
    assert breaches == []


def test_two_schools_of_a_trust_that_has_all_of_a_figure_work_nothing_back_of_each_other() -> None:
    _, breaches = attack(random_authority(27))
    assert breaches == []


def test_everybody_knows_of_a_figure_that_nobody_is_in() -> None:
    linked = Linked(random_authority(120), family(), terms=TERMS)  # a trust has no school there in one of the terms
    whole = linked.whole({}, least=5)
    empty = {place.key for place, part in linked.parts.items() if part.schools == 0}
    assert empty
    assert {cell.key for cell in whole.cells if cell.fixed} == empty


def test_a_trust_works_back_no_other_trusts_figure_where_a_third_has_no_school() -> None:
    _, breaches = attack(random_authority(120))
    assert breaches == []


@pytest.mark.parametrize("seed", [1000, 1005])
def test_nobody_works_back_what_a_small_authority_withholds(seed: int) -> None:
    (figures, withheld), breaches = attack(random_authority(seed, schools=6))
    assert breaches == []
    assert figures > withheld  # something is shown


def test_the_attack_finds_what_withholding_small_counts_alone_gives_away() -> None:
    told = random_authority(3, schools=12)
    linked = Linked(told, family(), terms=TERMS)
    public = {place.key: not linked.is_sensitive(place, least=5) for place in linked.parts if is_given(place)}
    breaches = audit(shown_of(linked, public), schools_of(told), least=5)
    assert any(one.low == one.high for one in breaches)


def test_the_order_of_schools_decides_nothing() -> None:
    from pipelines.sharing.deciding import decide

    told = random_authority(1001, schools=6)
    shuffled = type(told)(
        told.la_code, told.year, told.counts.sample(frac=1, random_state=4).reset_index(drop=True),
        told.places.sample(frac=1, random_state=5).reset_index(drop=True),
    )  # fmt: skip
    first, second = (decide(Linked(one, family(), terms=TERMS), {}, least=5) for one in (told, shuffled))
    assert first == second
