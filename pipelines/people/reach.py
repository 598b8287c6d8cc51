"""Whose people an organisation looks after: its own, and those of its schools of today."""

from __future__ import annotations

from datetime import date

from pipelines.history import schools_in_scope
from pipelines.scope import Scope, ScopeKind
from pipelines.warehouse.store import Cursor


def looks_after(cursor: Cursor, whose: Scope, organisation: Scope, *, on: date) -> bool:
    """Whether people of an organisation are those of another to invite and to help; the operator's are all."""
    if whose.kind is ScopeKind.OPERATOR or whose == organisation:
        return True
    if organisation.kind is not ScopeKind.SCHOOL or whose.kind is ScopeKind.SCHOOL:
        return False
    return organisation.code in schools_in_scope(cursor, whose, on=on)
