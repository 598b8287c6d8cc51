"""Decisions: kept with who made them, seen by their own organisation, ended without being erased."""

import pytest

from pipelines import audit
from pipelines.decisions import DecisionKind, decide, decisions, withdraw
from pipelines.scope import Actor, Scope
from pipelines.warehouse.store import Warehouse
from schemas.errors import QuestionError, RefusedError

OFFICER = Actor("Rowan Ashby", "officer", Scope.parse("la:990"))
OTHER = Actor("Marian Oakhurst", "officer", Scope.parse("la:991"))
GROUP = {"name": "North", "schools": ["900001", "900002", "900003"]}


def test_a_decision_is_kept_with_who_made_it_and_audited() -> None:
    house = Warehouse(None)
    number = decide(house, DecisionKind.GROUP, GROUP, actor=OFFICER)
    (found,) = decisions(house, OFFICER.scope, DecisionKind.GROUP)
    assert (found.decision_id, found.content, found.decided_by) == (number, GROUP, "Rowan Ashby")
    with house.reading() as cursor:
        assert [row["action"] for row in cursor.rows("SELECT action FROM audit")] == ["group of schools: stands"]
        assert audit.first_broken(cursor) is None


def test_another_organisation_neither_sees_nor_ends_it() -> None:
    house = Warehouse(None)
    number = decide(house, DecisionKind.GROUP, GROUP, actor=OFFICER)
    assert decisions(house, OTHER.scope, DecisionKind.GROUP) == ()
    with pytest.raises(RefusedError, match="no such decision"):
        withdraw(house, number, actor=OTHER)


def test_a_withdrawn_decision_no_longer_stands_but_stays_on_record() -> None:
    house = Warehouse(None)
    number = decide(house, DecisionKind.REBASE, {"reason": "New referral route"}, actor=OFFICER)
    withdraw(house, number, actor=OFFICER)
    assert decisions(house, OFFICER.scope, DecisionKind.REBASE) == ()
    with house.reading() as cursor:
        assert cursor.rows("SELECT count(*) AS n FROM decisions")[0]["n"] == 2
    with pytest.raises(RefusedError):
        withdraw(house, number, actor=OFFICER)


def test_words_that_name_somebody_are_refused_and_not_repeated() -> None:
    house = Warehouse(None)
    with pytest.raises(QuestionError) as refused:
        decide(house, DecisionKind.REBASE, {"reason": "After talking to jo@example.org"}, actor=OFFICER)
    assert "jo@" not in str(refused.value)
    with pytest.raises(QuestionError, match="at most"):
        decide(house, DecisionKind.REBASE, {"reason": "a" * 501}, actor=OFFICER)


def test_a_reason_in_a_sentence_with_a_date_is_welcome() -> None:
    house = Warehouse(None)
    decide(house, DecisionKind.REBASE, {"reason": "A new referral route opened on 1 September 2024."}, actor=OFFICER)
    assert decisions(house, OFFICER.scope, DecisionKind.REBASE)
