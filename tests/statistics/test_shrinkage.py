"""A school's own figure is drawn towards all schools' as two fitters draw it, and not fitted where nothing differs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.statistics import shrinkage
from pipelines.statistics.shrinkage import Shrunken
from tests.statistics.schools import column, scalars
from tests.statistics.values import rows

RATES = "i3_eb_gammapoisson"
PARTS = st.lists(st.integers(0, 40).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))), max_size=20)
COUNTED = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 2500)), max_size=20)


def of_set(name: str, value: str) -> np.ndarray:
    return np.array(
        [float(row[value] or "nan") for row in rows("i2_eb_betabinomial", "expected") if row["set"] == name]
    )


def scalar(name: str, quantity: str) -> float:
    return next(
        float(row["value"])
        for row in rows("i2_eb_betabinomial", "expected_scalars")
        if (row["set"], row["quantity"]) == (name, quantity)
    )


def escalated(name: str) -> Shrunken:
    return shrinkage.shares(of_set(name, "escalated"), of_set(name, "incidents"))


def recorded() -> Shrunken:
    return shrinkage.rates(column(RATES, "incidents"), column(RATES, "pupils"))


def test_shares_are_shrunk_as_by_two_fitters() -> None:
    found = escalated("escalation_over")
    assert found.prior is not None
    fitted = [found.prior.mean * found.prior.worth, (1 - found.prior.mean) * found.prior.worth, found.prior.mean]
    right = [scalar("escalation_over", name) for name in ("mle_alpha", "mle_beta", "prior_mean")]
    assert fitted == pytest.approx(right, rel=1e-6)
    for own, name in (
        ("weight", "weight_on_own_data"),
        ("value", "eb_mean"),
        ("lower", "eb_lower95"),
        ("upper", "eb_upper95"),
    ):
        assert getattr(found, own) == pytest.approx(of_set("escalation_over", name), rel=1e-6)


def test_the_order_of_the_work_list_is_that_of_the_shrunken_values() -> None:
    found = escalated("escalation_over")
    places = [1 + int((found.value > own).sum()) for own in found.value]
    assert places == list(of_set("escalation_over", "rank_eb"))


def test_schools_that_vary_less_than_chance_are_all_alike_without_an_interval() -> None:
    found = escalated("escalation_under")
    assert not found.differs
    assert found.prior is None
    assert found.centre == pytest.approx(scalar("escalation_under", "pooled_proportion"), rel=1e-9)
    assert found.value == pytest.approx(of_set("escalation_under", "eb_mean"), rel=1e-9)
    assert (found.weight == 0).all()
    assert np.isnan([found.lower, found.upper]).all()


def test_rates_are_shrunk_as_by_two_fitters() -> None:
    found, right = recorded(), scalars(RATES)
    assert found.prior is not None
    assert (found.prior.mean, found.prior.worth) == pytest.approx(
        (right["mle_mean_rate"], right["mle_shape_theta"]), rel=1e-6
    )
    for own, name in (
        ("weight", "weight_on_own_data"),
        ("value", "eb_rate_mle"),
        ("lower", "eb_lower95"),
        ("upper", "eb_upper95"),
    ):
        assert getattr(found, own) == pytest.approx(column(RATES, name), rel=1e-6)


def kleinman(counts: np.ndarray, of: np.ndarray) -> float:
    """The moment estimate of the correlation within schools, with schools weighted by incidents."""
    weight, own = of, counts / of
    pooled = np.average(own, weights=weight)
    squares = (weight * (own - pooled) ** 2).sum()
    parts, spare = weight * (1 - weight / weight.sum()), (weight / of * (1 - weight / weight.sum())).sum()
    alike = pooled * (1 - pooled)
    return float((squares - alike * spare) / (alike * (parts.sum() - spare)))


@pytest.mark.parametrize("name", ["escalation_over", "escalation_under"])
def test_a_moment_estimate_agrees_on_whether_schools_differ(name: str) -> None:
    rho = kleinman(of_set(name, "escalated"), of_set(name, "incidents"))
    assert rho == pytest.approx(scalar(name, "mom_rho_kleinman"), rel=1e-6)
    assert (rho > 0) == escalated(name).differs


def test_a_moment_estimate_of_rates_stays_near() -> None:
    counts, pupils = column(RATES, "incidents"), column(RATES, "pupils") / 1000
    mean = counts.sum() / pupils.sum()
    spare = (pupils * (counts / pupils - mean) ** 2).sum() / pupils.sum() - mean / pupils.mean()
    marshall = mean + spare / (spare + mean / pupils) * (counts / pupils - mean)
    assert (mean, spare) == pytest.approx((scalars(RATES)["marshall_mean"], scalars(RATES)["marshall_A"]), rel=1e-6)
    assert marshall == pytest.approx(column(RATES, "eb_rate_marshall"), rel=1e-6)
    assert recorded().value == pytest.approx(marshall, rel=0.12)


@pytest.mark.parametrize(
    ("counts", "of"),
    [
        ([], []),
        ([0], [0]),
        ([3], [10]),
        ([0, 0, 0], [5, 9, 2]),
        ([2] * 12, [10] * 12),
        ([1, 0, 1], [1, 1, 1]),
        ([np.nan], [4]),
    ],
)
def test_with_no_evidence_that_schools_differ_there_is_no_prior(counts: list[float], of: list[float]) -> None:
    for found in (shrinkage.shares(counts, of), shrinkage.rates(counts, of)):
        assert not found.differs
        assert np.isnan([found.lower, found.upper]).all()
        assert {found.centre} >= set(found.value[~np.isnan(found.value)])


def test_all_or_nothing_schools_are_not_certain() -> None:
    found = shrinkage.shares([0, 5, 0, 6], [4, 5, 7, 6])
    assert found.differs
    assert found.prior is not None
    assert found.prior.worth == pytest.approx(1)
    assert (found.upper - found.lower > 0.2).all()


def test_a_school_with_nothing_is_left_out() -> None:
    found, without = shrinkage.shares([0, 9, 0, 5], [10, 10, 0, 9]), shrinkage.shares([0, 9, 5], [10, 10, 9])
    assert np.isnan([found.value[2], found.weight[2], found.lower[2], found.upper[2]]).all()
    assert found.value[[0, 1, 3]] == pytest.approx(without.value)


@settings(deadline=None)
@given(PARTS, COUNTED)
def test_a_shrunken_value_lies_between_its_own_and_the_centre_and_in_its_interval(
    of_shares: list[tuple[int, int]], of_rates: list[tuple[int, int]]
) -> None:
    for method, parts, per in ((shrinkage.shares, of_shares, 1), (shrinkage.rates, of_rates, 1000)):
        known = [(count, of) for count, of in parts if of]
        found = method([count for count, _ in known], [of for _, of in known])
        own = np.array([count / of * per for count, of in known])
        slack = 1e-9 * (1 + own)
        assert (found.value >= np.minimum(own, found.centre) - slack).all()
        assert (found.value <= np.maximum(own, found.centre) + slack).all()
        assert ((found.weight >= 0) & (found.weight <= 1)).all()
        assert found.value == pytest.approx(found.weight * own + (1 - found.weight) * found.centre)
        if found.differs:
            assert ((found.lower <= found.value) & (found.value <= found.upper)).all()
            assert (per == 1000) or (found.upper <= 1).all()


@settings(deadline=None)
@given(PARTS.flatmap(lambda parts: st.tuples(st.just(parts), st.permutations(range(len(parts))))), st.booleans())
def test_another_order_of_schools_changes_no_digit(drawn: tuple[list[tuple[int, int]], list[int]], share: bool) -> None:
    parts, order = drawn
    method = shrinkage.shares if share else shrinkage.rates
    one = method([count for count, _ in parts], [of for _, of in parts])
    other = method([parts[place][0] for place in order], [parts[place][1] for place in order])
    for name in ("value", "weight", "lower", "upper"):
        np.testing.assert_array_equal(getattr(one, name)[order], getattr(other, name))
    assert (one.prior, one.differs) == (other.prior, other.differs)


@settings(deadline=None)
@given(COUNTED, st.integers(2, 9))
def test_pupils_counted_in_another_unit_change_nothing_but_the_unit(parts: list[tuple[int, int]], times: int) -> None:
    counts, pupils = [one for one, _ in parts], np.array([one for _, one in parts], dtype=float)
    one, other = shrinkage.rates(counts, pupils), shrinkage.rates(counts, pupils * times, per=1000 * times)
    assert one.differs == other.differs
    assert one.value == pytest.approx(other.value, rel=1e-4, nan_ok=True)


@settings(deadline=None, max_examples=30)
@given(PARTS, st.floats(0.05, 0.95), st.floats(0.1, 6))
def test_no_other_prior_is_more_likely(parts: list[tuple[int, int]], mean: float, log_worth: float) -> None:
    """Against the product formula of the beta-binomial, a fraction for each incident in turn."""
    found = shrinkage.shares([count for count, _ in parts], [of for _, of in parts])
    if found.prior is None:
        best = by_turns(parts, found.centre, 1e9) if 0 < found.centre < 1 else 0.0
    else:
        best = by_turns(parts, found.prior.mean, found.prior.worth)
    assert by_turns(parts, mean, float(np.exp(log_worth))) <= best + 1e-5


def by_turns(parts: list[tuple[int, int]], mean: float, worth: float) -> float:
    total = 0.0
    for count, of in parts:
        total += sum(np.log((mean * worth + done) / (worth + done)) for done in range(count))
        total += sum(np.log(((1 - mean) * worth + done) / (worth + count + done)) for done in range(of - count))
    return total
