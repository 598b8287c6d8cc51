"""The purposes for which single incidents are opened: strict data, and who may state which."""

from __future__ import annotations

import pytest

from schemas import purposes
from schemas.errors import LanguageError
from schemas.purposes import SEND_RETURN, asked_of, in_words, may_state


@pytest.mark.parametrize("kind", ["school", "trust", "la"])
def test_everybody_has_a_few_purposes_to_choose_from(kind: str) -> None:
    assert 3 <= len(asked_of(kind)) <= 9
    assert all(may_state(one.code, kind=kind) for one in asked_of(kind))


def test_sending_a_return_is_a_purpose_that_nobody_is_asked_for() -> None:
    assert may_state(SEND_RETURN, kind="school")
    assert SEND_RETURN not in {one.code for kind in ("school", "trust", "la") for one in asked_of(kind)}


@pytest.mark.parametrize(
    ("code", "kind"), [("", "la"), ("curiosity", "la"), ("own_handling", "la"), ("follow_up", "operator")]
)
def test_what_is_not_listed_for_an_organisation_cannot_be_stated(code: str, kind: str) -> None:
    assert not may_state(code, kind=kind)


def test_a_purpose_is_said_in_words_and_one_that_is_listed_no_longer_by_its_code() -> None:
    assert in_words("inspection") == "Inspection or audit"
    assert in_words("once_listed") == "once_listed"
    assert in_words("") == ""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kinds": []}, "no key kinds"),
        ({"label": None}, "label is missing"),
        ({"organisations": ["police"]}, "some of"),
    ],
)
def test_a_purpose_that_does_not_hold_together_stops_the_start(change: dict[str, object], said: str) -> None:
    sound = {"code": "a", "label": "A", "means": "B", "organisations": ["la"]}
    entry = {name: value for name, value in (sound | change).items() if value is not None}
    with pytest.raises(LanguageError, match=said):
        purposes._purpose(entry)
