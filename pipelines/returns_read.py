"""Which returns are expected of an organisation's schools, and which came."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from pipelines import exact
from pipelines.figures import Question
from pipelines.history import FIRST_YEAR
from pipelines.scope import Scope
from pipelines.warehouse.compose import bindings
from pipelines.warehouse.standing import grains_at
from pipelines.warehouse.store import Cursor


def expected(cursor: Cursor, scope: Scope, question: Question, moment: datetime) -> pd.DataFrame:
    """One row a return that is expected in the question's period, whether it came or not."""
    values = exact.values_of(scope, question, moment)
    wanted = {name: values[name] for name in ("as_at", "scope", "terms", "year", "term", "phase", "school")}
    return cursor.frame(
        grains_at(cursor, scope, moment) + "SELECT * FROM expected e WHERE ($year IS NULL OR academic_year = $year) "
        "AND ($term IS NULL OR term = $term) AND ($phase IS NULL OR phase = $phase) "
        "AND ($school IS NULL OR school_urn = $school) ORDER BY school_name, first_day",
        wanted,
    )


def versions(cursor: Cursor, scope: Scope, moment: datetime) -> pd.DataFrame:
    """One row a version, the latest first, with the roles of who sent and signed it."""
    return cursor.frame(
        grains_at(cursor, scope, moment) + "SELECT r.*, s.name AS school_name, coalesce(a.role, '') AS recorded_role, "
        "coalesce(o.role, '') AS signed_off_as "
        "FROM returns r "
        "JOIN terms t ON t.academic_year = r.academic_year AND t.term = r.term "
        "JOIN scope_schools m ON m.urn = r.school_urn AND t.last_day BETWEEN m.from_date AND m.to_date "
        "LEFT JOIN register s ON s.urn = r.school_urn "
        # of two versions in one moment each has an event of its own: the role is told once
        "LEFT JOIN (SELECT DISTINCT recorded_at, actor, subject, role FROM audit) a "
        "ON a.recorded_at = r.recorded_at AND a.actor = r.recorded_by "
        "AND a.subject = 'school:' || r.school_urn || ' ' || r.academic_year || ' ' || r.term "
        "LEFT JOIN sign_offs o ON o.return_id = r.return_id "
        "WHERE r.incidents IS NOT NULL "  # not of a year of which the rows were erased
        "ORDER BY r.recorded_at DESC, r.return_id DESC",
        bindings(scope, as_at=moment, first_year=FIRST_YEAR),
    )
