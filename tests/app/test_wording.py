"""Numbers, states and dates in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import changes, missed, wording
from pipelines.reporting import Coverage, Figure, OutcomeCount, State
from schemas.lexicon import lexicon
from schemas.measurement import measures
from schemas.rulesets import Outcome, rule_set

SHARE = measures()["dsl_informed_same_day"]
PLAIN = Figure({}, 12 / 31, 12, 31, 0.2373, 0.5618, State.VALUE, Coverage(51, 54, 24))


def said(text: str) -> str:
    return text.replace(wording.THIN, " ")


def test_a_share_has_its_denominator_and_interval() -> None:
    assert said(wording.sentence(SHARE, PLAIN)) == "12 of 31 incidents, 39 %; 95 % interval 24 to 56 %"


def test_a_share_as_an_answer_says_what_it_is_a_share_of() -> None:
    answer = said(wording.answer(SHARE, PLAIN, of="the incidents"))
    assert answer == "39 % of the incidents (12 of 31; 95 % interval 24 to 56 %)"


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [(0.5, 0, "1"), (2.5, 0, "3"), (1234.5, 0, "1,235"), (0.25, 1, "0.3"), (1.005, 2, "1.01")],
)
def test_numbers_round_half_up(value: float, places: int, text: str) -> None:
    assert wording.number(value, places=places) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0 %"), (0.001, "under 1 %"), (0.285, "29 %"), (0.996, "over 99 %"), (1, "100 %")]
)
def test_a_percentage_is_nought_or_a_hundred_only_when_it_is(share: float, text: str) -> None:
    assert said(wording.per_cent(share)) == text


@given(st.floats(0, 1))
def test_every_percentage_is_within_half_a_point(share: float) -> None:
    text = said(wording.per_cent(share))
    shown = {"under 1 %": 0.5, "over 99 %": 99.5}.get(text) or float(text.removesuffix(" %"))
    assert abs(shown - share * 100) <= 0.5 + 1e-9


@pytest.mark.parametrize("state", sorted(wording.NO_NUMBER))
@pytest.mark.parametrize("name", ["dsl_informed_same_day", "days_to_escalation", "incidents_per_1000", "incidents"])
def test_a_state_without_a_number_shows_none(state: State, name: str) -> None:
    hidden = replace(PLAIN, state=state)
    for text in (wording.short(measures()[name], hidden), wording.sentence(measures()[name], hidden)):
        assert text
        assert not any(character.isdigit() for character in text)


def test_a_nil_return_says_so_beside_its_zero() -> None:
    nil = Figure({}, 0.0, 0, None, None, None, State.NIL_RETURN, Coverage(3, 3, 3))
    assert wording.short(measures()["incidents"], nil) == "0 (nil return)"
    assert wording.short(measures()["incidents_per_1000"], nil) == "0 (nil return)"
    assert wording.sentence(measures()["incidents_per_1000"], nil) == (
        "none recorded: every return of the period is a nil return (3 of 3 returns received, 3 of them nil)"
    )


def test_days_say_half_and_nine_in_ten() -> None:
    days = replace(PLAIN, value=2.0, lower95=0.0, upper95=1.0, p90=3.4)
    text = said(wording.sentence(measures()["days_to_escalation"], days))
    assert (
        text == "half within 2 days, nine in ten within 3.4 days (12 dated of 31 escalated); 95 % interval 0 to 1 day"
    )


def test_too_few_says_how_many_were_followed() -> None:
    few = replace(PLAIN, state=State.TOO_FEW, value=None, at_risk=7)
    text = wording.sentence(measures()["involved_again_365_days"], few)
    assert text == "too few to say: 7 children followed for long enough"


def test_coverage_and_periods_are_said_in_full() -> None:
    assert wording.coverage(PLAIN.coverage) == "51 of 54 returns received, 24 of them nil"
    assert wording.period("202526", "autumn") == "autumn term 2025/26"
    assert wording.period(None, None) == "all years"


def test_dates_are_british_and_moments_follow_the_clock_in_england() -> None:
    assert wording.day(date(2025, 10, 3)) == "3 October 2025"
    assert wording.moment(datetime(2025, 7, 1, 13, 5)) == "1 July 2025, 14:05"  # noqa: DTZ001 - kept in UTC


def test_a_change_is_clear_only_when_the_intervals_lie_apart() -> None:
    low, high = replace(PLAIN, lower95=0.1, upper95=0.2), replace(PLAIN, lower95=0.3, upper95=0.4)
    assert changes.compare(high, low) == changes.HIGHER
    assert changes.compare(low, high) == changes.LOWER
    assert changes.compare(low, replace(high, lower95=0.2)) == changes.UNCLEAR
    assert changes.compare(low, replace(high, lower95=None)) == changes.CANNOT


AGE, COERCION = (lexicon().column("incidents", name).label for name in ("age_difference", "external_coercion"))


def test_the_risk_factor_missed_most_is_named_unless_many_tie() -> None:
    def groups(**counts: int) -> dict[str, tuple[OutcomeCount, ...]]:
        return {name: (OutcomeCount({}, Outcome.CALLED_FOR_NOT_ESCALATED, count),) for name, count in counts.items()}

    rules = rule_set("ukcis-2024")
    start = "Called for and not escalated: most where this is recorded:"
    found = missed.most({**groups(a=1), COERCION: groups(b=3)["b"]}, rules)
    assert found == f"{start} {COERCION} (3)"
    assert "none stands out" in missed.most(groups(a=1, b=1, c=1), rules)
    assert missed.most(groups(a=0), rules) == "No incident that was called for was left unescalated"


def test_a_risk_factor_that_does_not_itself_call_for_escalation_is_not_said_to() -> None:
    counts = (OutcomeCount({}, Outcome.CALLED_FOR_NOT_ESCALATED, 3),)
    ukcis, advice = rule_set("ukcis-2024"), rule_set("uksic-advice")
    assert missed.most({AGE: counts}, ukcis).endswith(f"{AGE} (3); by itself it does not call for it")
    assert missed.most({AGE: counts}, advice).endswith(f"{AGE} (3)")
    assert missed.most({AGE: counts, COERCION: counts}, ukcis).endswith(f"by itself {AGE} does not call for it")
