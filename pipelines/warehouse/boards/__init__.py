"""The SELECTs behind the returns board, over the grains."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def expected_returns() -> str:
    """Binds $as_at, $scope, $terms (see `compose.bindings`), $year, $term, $phase, $school and $reminded."""
    text = (files("pipelines.warehouse.boards") / "expected_returns.sql").read_text(encoding="utf-8")
    return f"SELECT * FROM ({text}) ORDER BY school_name, school_urn, first_day"


@cache
def open_schools() -> str:
    """Binds $as_at, $scope, $terms (see `compose.bindings`), $today, $phase and $school."""
    text = (files("pipelines.warehouse.boards") / "open_schools.sql").read_text(encoding="utf-8")
    return f"SELECT * FROM ({text}) ORDER BY urn"
