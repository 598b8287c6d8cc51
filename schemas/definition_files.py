"""Read definition files (TOML) strictly: an unknown or missing key stops the start, by name."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from importlib.resources import files
from typing import Any

from schemas.errors import LanguageError


def read(path: str) -> dict[str, Any]:
    """The content of one definition file, named from `schemas/`."""
    try:
        return tomllib.loads((files("schemas") / path).read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise LanguageError(f"{path}: not valid TOML ({error})") from error


def names(folder: str) -> list[str]:
    """The definition files of a folder, as paths from `schemas/`, in order of name."""
    found = [entry.name for entry in (files("schemas") / folder).iterdir() if entry.name.endswith(".toml")]
    return [f"{folder}/{name}" for name in sorted(found)]


def check_keys(
    entry: Mapping[str, Any], *, required: Collection[str], optional: Collection[str] = (), where: str
) -> None:
    """Raise `LanguageError` when a key is missing or not known."""
    if missing := sorted(set(required) - set(entry)):
        raise LanguageError(f"{where}: the key {', '.join(missing)} is missing")
    if unknown := sorted(set(entry) - set(required) - set(optional)):
        raise LanguageError(f"{where}: there is no key {', '.join(unknown)}")


def only_one_each(found: Collection[str], *, where: str) -> None:
    """Raise `LanguageError` when an id is used twice."""
    seen = list(found)
    if twice := sorted({name for name in seen if seen.count(name) > 1}):
        raise LanguageError(f"{where}: {', '.join(twice)} stands more than once")
