"""A school's own words laid over those of a format: what the school says of a word goes before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.words import normalise

_HEADERS = {
    "headers": None,
    "pupil": None,
    "dropped": None,
    "categories": ("headers",),
    "actions": ("headers", "dates"),
}


def merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """The content of a format file with a school's additions; a word that both have is the school's."""
    spoken = {normalise(word) for section, names in _HEADERS.items() for word in _words(own.get(section, {}), names)}
    found = dict(base)
    for section, names in _HEADERS.items():
        kept = {
            name: words if names is not None and name not in names else _without(words, spoken)
            for name, words in base[section].items()
        }
        found[section] = _together(kept, own.get(section, {}))
    found["values"] = {
        column: _values(base["values"].get(column, {}), own.get("values", {}).get(column, {}))
        for column in {**base["values"], **own.get("values", {})}
    }
    plain = {key: value for key, value in own.items() if key not in {*_HEADERS, "values", "mark"}}
    return {**found, "mark": [*own.get("mark", ()), *base["mark"]], **plain}


def _words(section: Mapping[str, list[str]], names: tuple[str, ...] | None) -> list[str]:
    return [word for name, words in section.items() if names is None or name in names for word in words]


def _values(base: Mapping[str, list[str]], own: Mapping[str, list[str]]) -> dict[str, list[str]]:
    spoken = set(map(normalise, _words(own, None)))
    return _together({code: _without(words, spoken) for code, words in base.items()}, own)


def _together(base: Mapping[str, list[str]], own: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {name: [*base.get(name, ()), *own.get(name, ())] for name in {**base, **own}}


def _without(words: list[str], spoken: set[str]) -> list[str]:
    return [word for word in words if normalise(word) not in spoken]
