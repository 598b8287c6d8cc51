"""Real authorities through the funnel: what was withheld stays withheld, and what is far out is found."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.statistics import funnel, shrinkage
from pipelines.statistics.funnel import Funnel, Position
from pipelines.statistics.multiple import false_discovery
from tests.statistics.authorities import FILE, Authorities, re_referrals

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not FILE.exists(), reason="the published indicators are not beside the project"),
]
YEARS = [*range(2016, 2026)]


@pytest.fixture(scope="module", params=YEARS)
def year(request: pytest.FixtureRequest) -> Authorities:
    return re_referrals(request.param)


@pytest.fixture(scope="module")
def found(year: Authorities) -> Funnel:
    return funnel.shares(year.counts, year.of)


def test_the_target_is_the_published_share_of_england(year: Authorities, found: Funnel) -> None:
    missing = 1 - year.of[~np.isnan(year.counts)].sum() / year.england_of
    assert 0 <= missing < 0.06
    # whatever the withheld authorities' share was, it moves England's by no more than their part of the referrals
    assert abs(found.target - year.england) <= missing + 0.0006


def test_a_withheld_authority_is_not_nought_and_not_compared(year: Authorities, found: Funnel) -> None:
    withheld = np.isnan(year.counts)
    assert withheld.any()
    assert np.isnan(found.value[withheld]).all()
    assert [one is Position.NOTHING for one in found.position] == list(withheld)
    assert list(np.isnan(false_discovery(found.two_sided_p).q)) == list(withheld)
    without = funnel.shares(year.counts[~withheld], year.of[~withheld])
    assert (without.target, without.phi, without.expected_outside) == (found.target, found.phi, found.expected_outside)


def test_a_value_is_the_published_one(year: Authorities, found: Funnel) -> None:
    known = ~np.isnan(year.counts)
    assert known.sum() > 140
    assert found.value[known] == pytest.approx((year.counts / year.of)[known])


def test_authorities_differ_far_more_than_by_chance_and_the_adjustment_says_so(found: Funnel) -> None:
    flagged = [one for one in found.position if one.startswith(("higher", "lower"))]
    adjusted = [one for one in found.adjusted_position if one.startswith(("higher", "lower"))]
    assert found.phi > 10
    assert found.adjusted
    assert len(flagged) > 80 > found.expected_outside.at_95 * 10
    assert len(adjusted) < len(flagged) / 4


def test_large_authorities_are_hardly_shrunk(year: Authorities, found: Funnel) -> None:
    drawn = shrinkage.shares(year.counts, year.of)
    large = np.nan_to_num(year.of) > 2000
    known = large & ~np.isnan(year.counts)
    assert drawn.differs
    assert (drawn.weight[known] > 0.9).all()
    assert drawn.value[known] == pytest.approx(found.value[known], abs=0.02)
