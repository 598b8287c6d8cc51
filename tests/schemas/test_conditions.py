"""The language of conditions: what it reads, what it refuses, and its three values."""

from __future__ import annotations

import pandas as pd
import pytest

from schemas.conditions import columns_of
from schemas.definitions import incident_reader
from schemas.errors import LanguageError
from schemas.judging import judge
from tests.factories import TODAY, incident, typed


def _judge(text: str, **answers: str) -> bool | None:
    condition = incident_reader().read(text, where="test")
    found = judge(condition, typed("incidents", [incident(**answers)]), today=TODAY).iloc[0]
    return None if found is pd.NA else bool(found)


@pytest.mark.parametrize(
    ("answer", "is_yes"), [("yes", True), ("no", False), ("not_known", None), ("", None), ("not_applicable", None)]
)
def test_an_answer_is_true_false_or_not_known(answer: str, is_yes: bool | None) -> None:
    assert _judge("device_secured == yes", device_secured=answer) is is_yes


@pytest.mark.parametrize(
    ("police", "ceop", "escalated"),
    [
        ("yes", "not_known", True),
        ("no", "no", False),
        ("no", "not_known", None),
        ("no", "", None),
        ("yes", "", True),
    ],
)
def test_escalated_is_a_three_valued_or_in_which_a_blank_is_no_answer(
    police: str, ceop: str, escalated: bool | None
) -> None:
    assert _judge("escalated", police_contacted=police, ceop_reported=ceop) is escalated


@pytest.mark.parametrize(
    ("kind", "adult", "called_for"),
    [
        ("aggravated_reckless", "no", True),
        ("experimental_romantic", "no", False),
        ("experimental_romantic", "yes", True),
        ("experimental_romantic", "not_known", None),
        ("not_classified", "no", None),
        ("", "no", None),
    ],
)
def test_the_model_policy_calls_for_the_police_by_type_and_adult(
    kind: str, adult: str, called_for: bool | None
) -> None:
    assert _judge("adult_involved == yes or aggravated", incident_type=kind, adult_involved=adult) is called_for


@pytest.mark.parametrize(
    ("answers", "met"),
    [
        (("yes", "yes", "yes"), True),
        (("yes", "no", "not_known"), False),
        (("yes", "yes", "not_known"), None),
        (("yes", "not_applicable", "yes"), True),
        (("not_applicable", "not_applicable", "not_applicable"), None),
    ],
)
def test_conditions_of_a_search_that_do_not_apply_are_left_out(answers: tuple[str, ...], met: bool | None) -> None:
    names = ("search_authorised", "search_safeguarding_present", "search_same_sex")
    assert _judge(f"all_yes({', '.join(names)})", **dict(zip(names, answers, strict=True))) is met


@pytest.mark.parametrize(
    ("via", "online"),
    [
        ("social_media", True),
        ("messaging;website", True),
        ("messaging", False),
        ("messaging;not_known", None),
        ("", None),
    ],
)
def test_several_answers_include_one_of_those_asked_for(via: str, online: bool | None) -> None:
    assert _judge("online", shared_via=via) is online


def test_dates_are_compared_and_a_blank_one_is_not_known() -> None:
    assert _judge("incident_date <= reported_date", incident_date="2025-09-30") is True
    assert _judge("incident_date > reported_date", incident_date="2025-09-30") is False
    assert _judge("incident_date <= reported_date", incident_date="") is None
    assert _judge("reported_date > today") is False


def test_whether_something_is_recorded_or_answered_is_always_known() -> None:
    assert _judge("recorded(review_date)") is False
    assert _judge("answered(reported_by)", reported_by="not_known") is False
    assert _judge("answered(reported_by)", reported_by="staff") is True
    assert _judge("known(escalated)", ceop_reported="") is False


@pytest.mark.parametrize(
    "text",
    [
        "no_such_column == yes",
        "police_contacted == perhaps",
        "police_contacted ==",
        "no_such_word",
        "no_such_function(police_contacted)",
        "police_contacted < yes",
        "reported_date < police_contacted",
        "reported_date in (today)",
        "__import__('os').system('true')",
        "[x for x in (1, 2)]",
        "1 + 1",
    ],
)
def test_what_does_not_read_is_refused_with_the_place(text: str) -> None:
    with pytest.raises(LanguageError, match="somewhere"):
        incident_reader().read(text, where="somewhere")


def test_a_condition_tells_its_columns_once_each_in_order() -> None:
    condition = incident_reader().read(
        "any_yes(adult_involved, ceop_reported) and not recorded(review_date) and reported_date <= today", where="t"
    )
    assert columns_of(condition) == ("adult_involved", "ceop_reported", "review_date", "reported_date")
