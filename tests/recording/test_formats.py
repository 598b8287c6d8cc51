"""The format files are strict, and a school's own words go before them."""

from __future__ import annotations

import copy
import re
import tomllib
from typing import Any

import pytest

from pipelines.reference_pages.formats_page import formats_page
from schemas.definition_files import read
from schemas.errors import LanguageError, PlumblineError
from schemas.lexicon import normalise
from schemas.recording_systems import Layout, Meaning, Part, build, columns, own_format, recording_systems

BY_EVENT = "formats/row-per-event.toml"


def built(entry: dict[str, Any]) -> None:
    build(entry, name="here", where="here.toml")


def test_there_is_a_format_for_each_layout() -> None:
    assert {system.layout for system in recording_systems().values()} == set(Layout)
    assert all("nferred" in system.basis for name, system in recording_systems().items() if name != "canonical")


@pytest.mark.parametrize("key", list(read(BY_EVENT)))
def test_a_missing_key_stops_the_start_with_its_name(key: str) -> None:
    entry = read(BY_EVENT)
    del entry[key]
    with pytest.raises(LanguageError, match=rf"here\.toml.*{key}"):
        built(entry)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"colour": "red"}, "colour"),
        ({"layout": "row_per_week"}, "layout"),
        ({"dates": "guessed"}, "order of dates"),
        ({"headers": {"police_called": ["x"]}}, "police_called"),
        ({"headers": {"spread": ["Notes"]}}, "notes"),
        ({"headers": {"spread": "how far"}}, "spread"),
        ({"values": {"role": {"other": [""]}}}, "role"),
        ({"separators": [4]}, "separators"),
        ({"pupil": {"upn": []}}, "admission_number"),
        ({"categories": {"headers": []}}, "subject"),
        ({"actions": {"headers": [], "dates": [], "names": []}}, "names"),
        ({"values": {"role": {"onlooker": ["x"]}}}, "onlooker"),
        ({"values": {"reported_date": {"yes": ["x"]}}}, "reported_date"),
        ({"mark": [{"words": ["x"]}]}, "sets"),
        ({"mark": [{"words": ["x"], "sets": {"spread": "everywhere"}}]}, "everywhere"),
        ({"mark": [{"words": ["x"], "sets": {}, "dated": "spread"}]}, "spread"),
    ],
)
def test_what_is_not_known_stops_the_start_with_its_name(change: dict[str, Any], named: str) -> None:
    with pytest.raises(LanguageError, match=named):
        built({**read(BY_EVENT), **change})


def test_no_word_of_a_format_answers_twice() -> None:
    for system in recording_systems().values():
        words = [word for mark in system.marks for word in mark.words]
        assert len(words) == len(set(words)), system.name


def test_a_word_that_a_format_adds_does_not_change_what_the_vocabulary_says_of_it() -> None:
    for system in recording_systems().values():
        for name, words in system.values.items():
            own = columns()[name].codes
            assert own is not None
            assert not {word: code for word, code in words.items() if own.by_alias.get(word, code) != code}


def test_free_text_headers_of_an_export_are_not_taken_for_columns_of_a_return() -> None:
    for name in ("row-per-event", "row-per-child", "row-per-action"):
        for header in ("Incident", "Response", "Created by", "Staff"):
            meaning = recording_systems()[name].meaning(header)
            assert meaning is not None
            assert meaning.part is Part.DROPPED


OWN: dict[str, Any] = {
    "extends": "row-per-child",
    "headers": {"police_contacted": ["Details"], "spread": ["How far"]},
    "categories": {"headers": ["Concern"], "subject": ["Imagery"]},
    "values": {"status": {"closed": ["Under review", "Done"]}},
    "mark": [{"words": ["police informed"], "sets": {"police_contacted": "not_known"}}],
}


def test_a_school_s_own_words_go_before_those_of_the_format_it_extends() -> None:
    system = own_format(copy.deepcopy(OWN), where="own.toml")
    assert system.layout is Layout.ROW_PER_CHILD
    assert system.meaning("details") == Meaning(Part.COLUMN, "police_contacted")
    assert system.meaning("Description") == Meaning(Part.DROPPED, "free text")
    assert system.meaning("Concern") == Meaning(Part.CATEGORY)
    assert system.code_for(columns()["status"], "under review") == "closed"
    assert system.code_for(columns()["status"], "awaiting action") == "open"
    assert {normalise("Imagery"), "sexting"} <= system.subject
    mark = system.mark_for("Police informed")
    assert mark is not None
    assert mark.sets == {"police_contacted": "not_known"}
    assert recording_systems()["row-per-child"].meaning("details") == Meaning(Part.DROPPED, "free text")


def test_the_file_of_a_school_s_own_words_that_the_page_shows_is_one() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", formats_page(), re.DOTALL)
    system = own_format(tomllib.loads(example), where="own.toml")
    assert system.meaning("Concern") == Meaning(Part.CATEGORY)
    assert system.code_for(columns()["parents_informed"], "home informed") == "all"


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"extends": "cpoms"},
        {"extends": "canonical", "colour": "red"},
        {"extends": "canonical", "headers": {"x": ["y"]}},
        {"extends": "canonical", "headers": {"spread": "y"}},
        {"extends": "canonical", "values": {"x": {"yes": ["y"]}}},
        {"extends": "canonical", "values": ["y"]},
    ],
)
def test_a_school_s_own_file_is_read_as_strictly(entry: dict[str, Any]) -> None:
    with pytest.raises(PlumblineError):
        own_format(entry, where="own.toml")
