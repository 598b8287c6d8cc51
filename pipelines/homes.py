"""Where an organisation belongs, and what it is called."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pipelines.history import FIRST_YEAR
from pipelines.scope import Scope, ScopeKind
from pipelines.warehouse.compose import bindings
from pipelines.warehouse.standing import grains_at
from pipelines.warehouse.store import Cursor


def homes(cursor: Cursor, scope: Scope, moment: datetime) -> list[dict[str, Any]]:
    """The school that says where an organisation belongs: of several, the last in scope; none where it has none."""
    return cursor.rows(
        grains_at(cursor, scope, moment) + "SELECT s.*, t.trust_uid AS member_of, t.trust_name AS member_name, "
        # an organisation whose schools have all gone elsewhere is still called what it was
        "(SELECT max(la_name) FROM authority_members WHERE la_code = $scope) AS own_la_name, "
        "(SELECT max(trust_name) FROM trust_members WHERE trust_uid = $scope) AS own_trust_name "
        "FROM scope_schools m JOIN register s ON s.urn = m.urn "
        "LEFT JOIN trust_members t ON t.urn = s.urn AND $as_at::DATE BETWEEN t.from_date AND t.to_date "
        "ORDER BY m.to_date DESC, s.status = 'closed' LIMIT 1",
        bindings(scope, as_at=moment, first_year=FIRST_YEAR),
    )


def home(scope: Scope, row: Mapping[str, Any]) -> dict[str, str]:
    """What an organisation is called, its authority and, of a school, its trust, from one of `homes`."""
    names = {
        ScopeKind.SCHOOL: row["name"],
        ScopeKind.TRUST: row["own_trust_name"],
        ScopeKind.AUTHORITY: row["own_la_name"],
    }
    found = {"name": str(names.get(scope.kind) or scope), "la": str(row["la_code"]), "la_name": str(row["la_name"])}
    if row["member_of"] and scope.kind is ScopeKind.SCHOOL:
        found |= {"trust": str(row["member_of"]), "trust_name": str(row["member_name"])}
    return found
