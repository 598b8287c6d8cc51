"""Every function of pipelines that the portal calls and that can reach what is kept says for whom it is asked."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

APP = Path(__file__).parents[1] / "app"
REACHES = {"Warehouse", "Cursor", "House", "Reporting", "People"}
FOR_WHOM = {"Scope", "Actor", "Token", "Decider"}  # each names an organisation
# What reaches the warehouse and is about nobody's schools, each with why.
PEOPLE = "of accounts, sessions and invitations, in or on the way to signing in, when nobody is known yet; no returns"
OF_NOBODYS_SCHOOLS = {
    **dict.fromkeys(
        (
            "access_record.sign_in_refused",
            "people.accounts.any_stand",
            "people.accounts.of",
            "people.administering.account_of",
            "people.administering.takes_two",
            "people.arriving.arrive",
            "people.arriving.end_there",
            "people.desk.Desk.__init__",
            "people.joining.take_grant_by_provider",
            "people.second_factor.recovery_codes_left",
            "people.sessions.Sessions.__init__",
            "people.sessions.Sessions.start_within",
            "people.tokens.found",
            "people.tokens.note_unknown",
        ),
        PEOPLE,
    ),
    "access_record.keep_counts": "how many refusals were not listed one by one, as a number",
    "erasing.listing.is_pending": "whether a file is still to be written anew",
    "erasing.listing.write": "writes the same file anew, without what was erased",
    "house.House.__init__": "made once, at the start",
    "people.approvals.who_could": "how many second persons a proposal has",
    "people.listing.names": "the names of organisations, which are public",
    "registering.loads": "the register is public",
    "reporting.Reporting.__init__": "made once, at the start",
    "reporting.Reporting.data_version": "the number of the last change to anything",
    "reporting.Reporting.release": "makes the releases that are due; gives nothing back",
    "who_looked.years": "the academic years of which there is a record",
}


def called() -> dict[str, Callable[..., Any]]:
    """Every function of pipelines that a module of app imports, or takes from a module that it imports."""
    found: dict[str, Callable[..., Any]] = {}
    for path in sorted(APP.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        modules = dict(_modules(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pipelines"):
                _note(found, *((_of(importlib.import_module(node.module or ""), one.name)) for one in node.names))
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
                _note(found, _of(modules[node.value.id], node.attr))
    return found


def _modules(tree: ast.AST) -> Iterator[tuple[str, ModuleType]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pipelines"):
            for one in node.names:
                try:
                    yield one.asname or one.name, importlib.import_module(f"{node.module}.{one.name}")
                except ImportError:
                    continue


def _of(module: ModuleType, name: str) -> object:
    return getattr(module, name, None)


def _note(found: dict[str, Callable[..., Any]], *things: object) -> None:
    for one in things:
        if inspect.isfunction(one) and one.__module__.startswith("pipelines"):
            found[f"{one.__module__.removeprefix('pipelines.')}.{one.__name__}"] = one
        elif inspect.isclass(one) and one.__module__.startswith("pipelines"):
            for name, method in inspect.getmembers(one, inspect.isfunction):
                if not name.startswith("_") or name == "__init__":
                    found[f"{one.__module__.removeprefix('pipelines.')}.{one.__name__}.{name}"] = method


def reaches(function: Callable[..., Any]) -> bool:
    """Whether it can read or write what is kept: by an argument, or as a method of the door to the figures."""
    kinds = {_plain(one.annotation) for one in inspect.signature(function).parameters.values()}
    return bool(kinds & REACHES) or function.__qualname__.split(".")[0] in REACHES


def for_whom(function: Callable[..., Any]) -> list[inspect.Parameter]:
    return [one for one in inspect.signature(function).parameters.values() if _plain(one.annotation) in FOR_WHOM]


def _plain(annotation: object) -> str:
    return str(annotation).rpartition(".")[2]


DOORS = {name: function for name, function in sorted(called().items()) if reaches(function)}


def test_some_doors_are_found_and_those_that_need_no_scope_are_still_there() -> None:
    assert {"returns.submit", "returns.last_return", "reporting.Reporting.figures", "board.read"} <= set(DOORS)
    assert set(OF_NOBODYS_SCHOOLS) <= set(DOORS)


@pytest.mark.parametrize("name", [name for name in DOORS if name not in OF_NOBODYS_SCHOOLS])
def test_a_door_cannot_be_opened_without_saying_for_whom(name: str) -> None:
    who = for_whom(DOORS[name])
    assert who, f"{name} reaches what is kept and takes neither a scope nor an actor"
    assert all(one.default is inspect.Parameter.empty for one in who), "one that may be left out will be"
