"""A law: whatever opens a transaction that is kept leaves an event in it, or says here why not."""

from __future__ import annotations

import ast
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from pipelines import access_record, audit_chain
from pipelines.audit_anchor import Anchors
from pipelines.warehouse.store import Warehouse
from tests.factories import KEY, officer_of

ROOT = Path(__file__).parents[1]
RECORDS = frozenset({("audit", "record"), ("access_record", "read"), ("access_record", "taken")})
# The doors that write without an event of their own, and why that is right.
OTHERWISE: dict[str, str] = {
    "pipelines/people/sessions.py:rotate": "gives a session another secret; the sign-in for which it does is recorded",
    "pipelines/warehouse/store.py:_bring_up_to_date": "makes the tables and their caches; nobody's data change",
    "pipelines/warehouse/store.py:write_anew": "writes the same rows to another file; what was erased is recorded",
}


@cache
def functions() -> dict[tuple[str, str], frozenset[tuple[str, str]]]:
    """Every function of the pipelines and the portal, by file and name, with what it calls (before the dot, name)."""
    found: dict[tuple[str, str], frozenset[tuple[str, str]]] = {}
    for path in sorted(file for folder in ("pipelines", "app") for file in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                key = (path.relative_to(ROOT).as_posix(), node.name)
                found[key] = found.get(key, frozenset()) | frozenset(called(node))
    return found


def called(node: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """What a function calls: the name before the dot, empty for none, and the name."""
    for one in ast.walk(node):
        if isinstance(one, ast.Call):
            if isinstance(one.func, ast.Attribute):
                before = one.func.value
                yield (before.id if isinstance(before, ast.Name) else "self"), one.func.attr
            elif isinstance(one.func, ast.Name):
                yield "", one.func.id


@cache
def recording() -> frozenset[tuple[str, str]]:
    """The functions that record an event, themselves or through others: of their own file, or of the module named."""
    known = {key for key, calls in functions().items() if calls & RECORDS} | {("pipelines/access_record.py", "read")}
    while True:
        names = {name for _, name in known}
        homes = {(part, name) for path, name in known for part in (Path(path).stem, Path(path).parent.name)}
        more = {
            (path, own)
            for (path, own), calls in functions().items()
            if any(
                (path, name) in known if before in ("", "self", "cls") else (before, name) in homes
                for before, name in calls
                if name in names
            )
            or any(before == "" and name in names and (path, name) not in functions() for before, name in calls)
        }
        if more <= known:
            return frozenset(known)
        known |= more


def doors() -> list[tuple[str, str]]:
    """Every function that opens a transaction that is kept."""
    return [key for key, calls in functions().items() if any(name == "writing" for _, name in calls)]


@pytest.mark.parametrize("door", doors(), ids=lambda door: ":".join(door))
def test_every_door_that_writes_leaves_an_event(door: tuple[str, str]) -> None:
    if ":".join(door) not in OTHERWISE:
        assert door in recording(), "record an event in the same transaction, or say in OTHERWISE why not"


def test_the_law_sees_the_doors_that_there_are() -> None:
    named = {":".join(door) for door in doors()}
    assert {"pipelines/returns.py:submit", "pipelines/returns.py:withdraw", "pipelines/reporting.py:missed"} <= named
    assert set(OTHERWISE) <= named
    assert len(named) > 25


def test_people_who_write_at_once_make_one_whole_chain_that_is_anchored_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "p.duckdb"
    with Warehouse(path) as store:
        anchors = Anchors(path, KEY)
        anchors.begin(store)

        def work(scope: str) -> None:
            for number in range(40):
                access_record.taken(store, officer_of(scope), "looked", schools={"900001": number})

        threads = [threading.Thread(target=work, args=(scope,)) for scope in ("la:990", "la:991", "school:900001")]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        with store.reading() as cursor:
            found = audit_chain.verify(cursor, anchors={one.sequence: one.hash for one in anchors.read()})
        assert (found.events, found.fault, found.anchored) == (120, None, 120)
