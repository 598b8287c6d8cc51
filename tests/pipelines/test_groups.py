"""Named groups: of one's own schools, kept with who made them, changed by a new version, withdrawn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipelines import groups
from pipelines.decisions import DecisionKind, decide
from pipelines.reporting import Reporting
from pipelines.scope import Actor, Scope
from pipelines.warehouse.store import Warehouse
from schemas.errors import QuestionError, RefusedError
from tests import factories
from tests.factories import incident

OFFICER = Actor("Rowan Ashby", "officer", Scope.parse("la:990"))
OTHER = Actor("Marian Oakhurst", "officer", Scope.parse("la:991"))
LEAD = Actor("Tobias Wrenfield", "lead", Scope.parse("school:900001"))


@pytest.fixture
def house() -> Iterator[Warehouse]:
    with factories.warehouse({"URN": "900001"}, {"URN": "900002"}, {"URN": "900003", "LA (code)": "991"}) as store:
        for urn in ("900001", "900003"):
            factories.submit(store, factories.checked([incident(school_urn=urn)]))
        yield store


def kept(house: Warehouse, name: str, *schools: str, actor: Actor = OFFICER, number: int | None = None) -> int:
    return groups.keep(house, Reporting(house), name, schools, actor=actor, number=number)


def test_a_group_is_kept_with_its_schools_and_who_made_it(house: Warehouse) -> None:
    number = kept(house, "  North ", "900002", "900001", "900001")
    (found,) = groups.groups(house, OFFICER.scope)
    assert (found.number, found.name, found.schools) == (number, "North", ("900001", "900002"))
    assert (found.decided_by, found.role) == ("Rowan Ashby", "officer")
    assert groups.groups(house, OTHER.scope) == ()


def test_a_change_is_a_new_version_and_the_old_one_stays_on_record(house: Warehouse) -> None:
    number = kept(house, "North", "900001", "900002")
    assert kept(house, "North and East", "900001", number=number) == number
    (found,) = groups.groups(house, OFFICER.scope)
    assert (found.name, found.schools) == ("North and East", ("900001",))
    with house.reading() as cursor:
        assert cursor.rows("SELECT count(*) AS n FROM decisions")[0]["n"] == 2


def test_a_withdrawn_group_is_gone_and_cannot_be_changed(house: Warehouse) -> None:
    number = kept(house, "North", "900001")
    groups.withdraw(house, number, actor=OFFICER)
    assert groups.groups(house, OFFICER.scope) == ()
    with pytest.raises(RefusedError, match="no such group"):
        kept(house, "North", "900001", number=number)


def test_nobody_else_changes_or_withdraws_it(house: Warehouse) -> None:
    number = kept(house, "North", "900001")
    with pytest.raises(RefusedError, match="no such group"):
        groups.withdraw(house, number, actor=OTHER)
    with pytest.raises(RefusedError, match="no such group"):
        kept(house, "South", "900003", actor=OTHER, number=number)


def test_another_decision_is_not_taken_for_a_group(house: Warehouse) -> None:
    number = decide(house, DecisionKind.REBASE, {"reason": "New referral route"}, actor=OFFICER)
    with pytest.raises(RefusedError, match="no such group"):
        groups.withdraw(house, number, actor=OFFICER)


def test_a_group_holds_ones_own_schools_only_and_a_school_keeps_none(house: Warehouse) -> None:
    with pytest.raises(RefusedError, match="your own organisation only"):
        kept(house, "North", "900001", "900003")
    with pytest.raises(RefusedError, match="authorities and trusts"):
        kept(house, "North", "900001", actor=LEAD)
    with pytest.raises(QuestionError, match="Choose the schools"):
        kept(house, "North")


@pytest.mark.parametrize("name", ["", "   ", "a" * 61, "**North**", "<b>North</b>", "[North](x)", "$x$", "_North"])
def test_a_name_is_short_and_plain(name: str, house: Warehouse) -> None:
    with pytest.raises(QuestionError, match="name"):
        kept(house, name, "900001")


def test_a_name_that_names_somebody_is_refused_and_not_repeated(house: Warehouse) -> None:
    with pytest.raises(QuestionError) as refused:
        kept(house, "jo@example.org", "900001")
    assert "jo@" not in str(refused.value)
    assert groups.groups(house, OFFICER.scope) == ()


def test_two_groups_do_not_share_a_name(house: Warehouse) -> None:
    kept(house, "North", "900001")
    with pytest.raises(QuestionError, match="has this name"):
        kept(house, "NORTH", "900002")
