"""What stands now, kept beside the originals, so that questions about now are quick.

The tables are caches of the originals, each defined by one SELECT in `standing/`. A return has its schools' rows
made again in its own transaction; a load of the register, and a change of a definition, has all of them made again.
Nothing here depends on today's date: which returns are due is worked out when it is asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from pipelines.scope import OPERATOR, Scope
from pipelines.warehouse.compose import bindings, body, grains
from pipelines.warehouse.tables import columns_of

if TYPE_CHECKING:
    from pipelines.warehouse.store import Cursor

# Each table, in the order in which they are made, with the grains that its definition reads.
READS = {
    "schools": ("register",),
    "authorities": ("authority_members",),
    "members": ("trust_members",),
    "forebears": ("register", "forebears"),
    "rolls": (),
    "returns": ("live_returns", "terms"),
    "incidents": ("terms",),
    "children": (),
    "cells": ("cells",),
    "starts": ("terms",),
}
OF_REGISTER = ("schools", "authorities", "members", "forebears", "rolls")
OF_SCHOOLS = ("returns", "incidents", "children", "cells")  # made again for the schools that a return touches
NARROWED = ("returns", "incidents", "children", "standing_returns", "standing_incidents", "standing_children")
FIRST_YEAR = "201415"
START = datetime(2014, 9, 1)  # noqa: DTZ001 - the first day of that year
EVER = datetime(9999, 1, 1)  # noqa: DTZ001 - whatever was recorded lies before it
LAST = "SELECT coalesce(max(sequence), 0) AS sequence, max(recorded_at) AS until FROM audit WHERE changes_figures"


def bring_up_to_date(cursor: Cursor) -> None:
    """Make the tables where they are missing, from an older definition, or behind the originals."""
    cursor.run("CREATE TABLE IF NOT EXISTS standing_state (sequence BIGINT, until TIMESTAMP, made_by VARCHAR)")
    state = cursor.rows("SELECT sequence, made_by FROM standing_state")
    if state != [{"sequence": cursor.rows(LAST)[0]["sequence"], "made_by": _definition()}]:
        rebuild(cursor)


def register_loaded(cursor: Cursor) -> None:
    """Make again what a load of the register changes: everything, once there are returns."""
    if cursor.rows("SELECT 1 FROM returns LIMIT 1"):
        rebuild(cursor)
        return
    _note(cursor)
    for name in OF_REGISTER:
        _make(cursor, name, until=None)


def rebuild(cursor: Cursor) -> None:
    """Make every table from the originals."""
    until = _note(cursor)
    for name in READS:
        _make(cursor, name, until=until)


def refresh(cursor: Cursor, urns: Sequence[str]) -> None:
    """Make the rows of these schools again, after their returns were appended and the event was recorded."""
    until = _note(cursor)
    narrowed = _touched()
    for name in OF_SCHOOLS:
        _run(cursor, f"DELETE FROM standing_{name} WHERE school_urn IN (SELECT unnest($urns))", urns=urns)
    for name in OF_SCHOOLS:
        if name == "returns" or _have_incidents(cursor, urns):
            text = f"INSERT INTO standing_{name} {_with(name, *narrowed)}{_select(name)}"
            _run(cursor, text, urns=urns, until=until)
    cursor.run("DELETE FROM standing_starts")
    _run(cursor, f"INSERT INTO standing_starts {_with('starts')}{_select('starts')}", until=until)


def grains_at(cursor: Cursor, scope: Scope, moment: datetime) -> str:
    """`compose.grains` from these tables where they answer for a moment, else from the originals."""
    return grains(scope, standing=_hold(cursor, moment))


def _make(cursor: Cursor, name: str, *, until: datetime | None) -> None:
    _run(cursor, f"CREATE OR REPLACE TABLE standing_{name} AS {_with(name)}{_select(name)}", until=until)


def _hold(cursor: Cursor, moment: datetime) -> bool:
    """Whether nothing that the tables hold was recorded after a moment."""
    state = cursor.rows("SELECT until FROM standing_state")[0]
    return bool(state["until"] is None or state["until"] <= moment)


def _have_incidents(cursor: Cursor, urns: Sequence[str]) -> bool:
    """Whether a return of these schools that stands is not nil: there is nothing to make for the others."""
    some = "coalesce(incidents, 1) > 0"  # of a year of which rows were erased it is not told
    asked = f"SELECT 1 FROM standing_returns WHERE {some} AND school_urn IN (SELECT unnest($urns)) LIMIT 1"
    return bool(cursor.rows(asked, {"urns": list(urns)}))


def _with(name: str, *before: str) -> str:
    """The grains that a table's definition reads; incidents and children are those that stand."""
    own = {"incident": "SELECT * FROM standing_incidents", "child": "SELECT * FROM standing_children"}
    parts = {**(own if name == "cells" else {}), **{grain: body(grain, OPERATOR) for grain in READS[name]}}
    texts = [*before, *(f"{grain} AS ({text})" for grain, text in parts.items())]
    return f"WITH {', '.join(texts)} " if texts else ""


def _touched() -> list[str]:
    """Every original narrowed to the schools bound as $urns, under its own name."""
    narrowed = [
        f"{table} AS (SELECT * FROM main.{table} WHERE school_urn IN (SELECT urn FROM touched))" for table in NARROWED
    ]
    return ["touched AS (SELECT unnest($urns) AS urn)", *narrowed]


def _run(cursor: Cursor, text: str, *, urns: Sequence[str] = (), until: datetime | None = None) -> None:
    """Run a statement with those values that it binds."""
    terms = bindings(OPERATOR, as_at=until or START, first_year=FIRST_YEAR)["terms"]
    values: dict[str, Any] = {"urns": list(urns), "as_at": EVER, "terms": terms}
    cursor.run(text, {name: value for name, value in values.items() if f"${name}" in text})


def _note(cursor: Cursor) -> datetime | None:
    """Say up to which event the tables hold; the latest moment of any is given back."""
    last = cursor.rows(LAST)[0]
    cursor.run("DELETE FROM standing_state")
    cursor.run("INSERT INTO standing_state VALUES ($sequence, $until, $made_by)", {**last, "made_by": _definition()})
    found: datetime | None = last["until"]
    return found


@cache
def _definition() -> str:
    """A fingerprint of everything that the tables are made from."""
    texts = [_with(name) + _select(name) for name in READS]
    columns = [name for table in ("incidents", "children") for name in columns_of(table)]
    return hashlib.sha256("\n".join([*texts, *columns]).encode()).hexdigest()


@cache
def _select(name: str) -> str:
    return (files("pipelines.warehouse") / "standing" / f"{name}.sql").read_text(encoding="utf-8")
