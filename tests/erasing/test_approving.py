"""Erasing as the portal does it: proposed by one account, approved by another, carried out at that moment."""

from __future__ import annotations

import pytest

from pipelines import audit, erasing
from pipelines.people import approvals, grants
from pipelines.people.deciding import Decider
from pipelines.people.grants import Grant
from pipelines.people.identities import LOCAL, Identity
from pipelines.scope import Actor, Scope
from pipelines.warehouse.store import Warehouse
from schemas.errors import RefusedError, StaleError
from schemas.roles import GrantRole
from tests.factories import KEY, OFFICER, checked, child, incident, submit, warehouse

SENT = "c0ffee0123456789"


def decider(store: Warehouse, name: str, organisation: str, role: GrantRole) -> Decider:
    """Somebody with a grant of today."""
    scope, who = Scope.parse(organisation), Identity(LOCAL, name)
    wanted = Grant(0, who, scope, role, audit.now().date(), None, "tests", "begins here")
    with store.writing() as cursor:
        given = grants.give_within(cursor, wanted, actor=OFFICER)
    return Decider(Actor(name, given.title, scope), who, given.grant_id)


def prepared() -> tuple[Warehouse, Decider, Decider, erasing.Plan]:
    """A school whose lead has counted a child's rows, and its authority's data-protection officer."""
    store = warehouse({})
    submit(store, checked([incident(incident_ref="one")], [child(incident_ref="one", child_key=SENT)]))
    lead = decider(store, "lead", "school:900001", GrantRole.LEAD)
    officer = decider(store, "officer", "la:990", GrantRole.PROTECTION_OFFICER)
    plan = erasing.plan(store, erasing.of_child("900001", SENT), actor=lead.actor, key=KEY)
    return store, lead, officer, erasing.Plan.of_text(plan.as_text())


def left(store: Warehouse) -> int:
    with store.reading() as cursor:
        return int(cursor.rows("SELECT count(*) AS n FROM children")[0]["n"])


def test_a_school_proposes_and_its_authoritys_protection_officer_approves() -> None:
    store, lead, officer, plan = prepared()
    proposed = approvals.propose_erasure(store, plan, reason="the family asked for it", decider=lead)
    assert left(store) == 1
    done = approvals.approve(store, proposed.number, proposed.fingerprint, decider=officer)
    assert done.erased is not None
    assert left(store) == 0
    with store.reading() as cursor:
        everything = str([cursor.rows(f"SELECT * FROM {table}") for table in ("audit", "proposals", "erasures")])
        assert audit.first_broken(cursor) is None
    assert SENT not in everything


def test_nobody_approves_their_own_and_nothing_is_erased() -> None:
    store, lead, _, plan = prepared()
    proposed = approvals.propose_erasure(store, plan, reason="the family asked for it", decider=lead)
    with pytest.raises(RefusedError):
        approvals.approve(store, proposed.number, proposed.fingerprint, decider=lead)
    assert left(store) == 1


def test_what_came_since_it_was_proposed_is_not_erased_unseen() -> None:
    store, lead, officer, plan = prepared()
    proposed = approvals.propose_erasure(store, plan, reason="the family asked for it", decider=lead)
    submit(store, checked([incident(incident_ref="new")], [child(incident_ref="new", child_key=SENT)]))
    with pytest.raises(StaleError):
        approvals.approve(store, proposed.number, proposed.fingerprint, decider=officer)
    assert left(store) == 2
