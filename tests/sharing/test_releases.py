"""Releases: made when a term is closed, the same whatever comes later, replaced only when nobody is given away."""

from __future__ import annotations

from datetime import datetime, timedelta

from pipelines import audit
from pipelines.figures import Question
from pipelines.intake.tables import NamedFile
from pipelines.register import load_register
from pipelines.reporting import Reporting
from pipelines.scope import Scope
from pipelines.sharing.releases import SharedFigure, figures_of, latest_releases
from pipelines.sharing.releasing import release_due
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term
from tests.factories import OFFICER, register_csv
from tests.sharing.worlds import SENT, URNS, YEAR, at, authority, send

AFTER = {term: when + timedelta(days=1) for term, when in SENT.items()}
EVEN = dict.fromkeys(URNS, 6)


def released(store: Warehouse, when: datetime) -> int:
    return release_due(store, "990", least=5, moment=when)


def told(store: Warehouse) -> dict[tuple[str, ...], SharedFigure]:
    with store.reading() as cursor:
        standing = latest_releases(cursor, "990")
        figures = figures_of(cursor, standing[YEAR]) if YEAR in standing else []
    return {(one.table_id, one.value, one.level, one.code, one.period): one for one in figures}


def incidents(store: Warehouse, period: str = "autumn", level: str = "authority", code: str = "990") -> int | None:
    return told(store)["incidents", "", level, code, period].count


def test_a_term_is_released_once_all_its_returns_came() -> None:
    store = authority()
    send(store, Term.AUTUMN, EVEN)
    assert released(store, at(2024, 12, 31)) == 0  # it has not ended
    assert released(store, AFTER[Term.AUTUMN]) == 1
    assert released(store, AFTER[Term.AUTUMN]) == 0
    assert incidents(store) == 48


def test_a_term_with_returns_missing_is_released_six_weeks_after_its_end() -> None:
    store = authority()
    send(store, Term.AUTUMN, dict.fromkeys(URNS[1:], 6))
    assert released(store, at(2025, 2, 10)) == 0
    assert released(store, at(2025, 2, 13)) == 1
    row = told(store)["incidents", "", "authority", "990", "autumn"]
    assert (row.count, row.returned, row.expected) == (42, 7, 8)


def test_what_one_school_sends_later_is_in_its_own_figures_and_not_in_what_was_released() -> None:
    store = authority()
    send(store, Term.AUTUMN, EVEN)
    released(store, AFTER[Term.AUTUMN])
    before = told(store)
    send(store, Term.AUTUMN, {URNS[4]: 8}, when=at(2025, 2, 1))
    assert released(store, at(2025, 2, 2)) == 0
    assert told(store) == before
    own = Reporting(store).figures(Scope.parse("la:990"), Question("incidents", year=YEAR, term="autumn"))
    assert own.rows[0].count == 50


def test_a_new_term_is_released_beside_the_old_one_as_it_was() -> None:
    store = authority()
    send(store, Term.AUTUMN, EVEN)
    released(store, AFTER[Term.AUTUMN])
    send(store, Term.AUTUMN, {URNS[4]: 8}, when=at(2025, 2, 1))
    send(store, Term.SPRING, EVEN)
    assert released(store, AFTER[Term.SPRING]) == 1
    assert (incidents(store, "autumn"), incidents(store, "spring")) == (48, 48)
    send(store, Term.SUMMER, EVEN)
    released(store, AFTER[Term.SUMMER])
    assert incidents(store, "year") == 144  # not 146: year less the terms would tell what one school changed


def test_a_release_stays_even_when_every_school_sends_again() -> None:
    store = authority()
    send(store, Term.AUTUMN, EVEN)
    released(store, AFTER[Term.AUTUMN])
    send(store, Term.AUTUMN, dict.fromkeys(URNS, 9), when=at(2025, 2, 1))
    assert released(store, at(2025, 2, 2)) == 0
    assert incidents(store) == 48


def test_what_was_released_does_not_follow_the_register() -> None:
    store = authority()
    send(store, Term.AUTUMN, EVEN)
    released(store, AFTER[Term.AUTUMN])
    before = incidents(store, level="trust", code="none")
    groups = (
        "URN,Group UID,Group Name,Group Type (code),Group Type,Joined date,Left date,Closed Date\n"
        f"{URNS[3]},77,Larch Trust,06,Multi-academy trust,01/09/2019,,\n"
    )
    load_register(store, [NamedFile("groups.csv", groups.encode())], actor=OFFICER, when=at(2025, 3, 1))
    send(store, Term.SPRING, EVEN)
    released(store, AFTER[Term.SPRING])
    assert incidents(store, level="trust", code="none") == before


def test_schools_that_another_authority_has_released_are_not_released_again() -> None:
    store = authority()
    send(store, Term.AUTUMN, EVEN)
    released(store, AFTER[Term.AUTUMN])
    moved = register_csv({"URN": urn, "LA (code)": "991"} for urn in URNS[:5])
    load_register(store, [NamedFile("register.csv", moved)], actor=OFFICER, when=at(2025, 3, 1))
    send(store, Term.SPRING, EVEN)
    assert release_due(store, "991", least=5, moment=AFTER[Term.SPRING]) == 0


def test_a_small_term_withholds_what_would_give_it_away_in_each_later_release() -> None:
    store = authority()
    send(store, Term.AUTUMN, EVEN)
    released(store, AFTER[Term.AUTUMN])
    send(store, Term.SPRING, {**dict.fromkeys(URNS, 0), URNS[0]: 1, URNS[5]: 1})
    send(store, Term.SUMMER, EVEN)
    released(store, AFTER[Term.SUMMER])
    assert incidents(store, "autumn") == 48  # known already
    assert incidents(store, "spring") is None
    assert incidents(store, "summer") is None or incidents(store, "year") is None


def test_what_is_withheld_is_not_kept_at_all() -> None:
    store = authority()
    send(store, Term.AUTUMN, {**EVEN, URNS[0]: 1, URNS[1]: 1, URNS[2]: 1})
    released(store, AFTER[Term.AUTUMN])
    with store.reading() as cursor:
        rows = cursor.rows("SELECT * FROM shared_figures WHERE NOT shown")
    assert rows
    assert {row[name] for row in rows for name in ("count", "denominator", "figure")} == {None}


def test_a_release_is_recorded_and_changes_no_figure() -> None:
    store = authority()
    send(store, Term.AUTUMN, EVEN)
    with store.reading() as cursor:
        before = audit.data_version(cursor, as_at=at(2030, 1, 1))
    released(store, AFTER[Term.AUTUMN])
    with store.reading() as cursor:
        events = cursor.rows("SELECT subject FROM audit WHERE action = 'figures released'")
        assert [event["subject"] for event in events] == [f"la:990 {YEAR}"]
        assert audit.data_version(cursor, as_at=at(2030, 1, 1)) == before
        assert audit.first_broken(cursor) is None
