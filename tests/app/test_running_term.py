"""Of a term that is running the board says that it runs, and never that everything expected is here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from pipelines import board, returns
from pipelines.figures import Question
from pipelines.house import House
from pipelines.scope import Scope
from schemas.calendar import label, term_of
from tests.app.opened import opened, visit, words
from tests.factories import OFFICER

YEAR, TERM = term_of(datetime.now(UTC).date())


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Two open schools of la:990, one of which has sent the running term's return."""
    with pytest.MonkeyPatch.context() as patch, opened(tmp_path_factory.mktemp("running"), patch) as found:
        returns.record_nil(found.warehouse, school_urn="900001", academic_year=YEAR, term=TERM, actor=OFFICER)
        yield found


def test_an_authority_reads_how_many_of_its_open_schools_have_sent_early(house: House) -> None:
    app = visit("returns", person="officer")
    page = words(app.selectbox(key="term").set_value(str(TERM)).run())
    assert f"The {TERM} term {label(YEAR)} is running: it ends on " in page
    assert "Of 2 open schools, 1 has sent one early." in page
    assert "Nobody can be reminded yet" in page
    for wrong in ("nothing is missing", "Every return that is expected", "1 of 1", "Nobody has to be reminded"):
        assert wrong not in page


def test_a_school_reads_of_its_own_return_only(house: House) -> None:
    app = visit("returns", person="school")
    page = words(app.selectbox(key="term").set_value(str(TERM)).run())
    assert "The school's return has come early." in page
    assert "open school" not in page


def test_a_trust_that_is_chosen_narrows_the_open_schools(house: House) -> None:
    found = board.read(house.warehouse, Scope.parse("la:990"), Question("returns_received", year=YEAR, term=str(TERM)))
    assert found.running
    assert found.running.schools == 2
    for uid in found.trusts:
        own = {urn for urn, trust in found.running.trusts.items() if trust == uid}
        narrowed = found.of_trust(uid)
        assert narrowed.running
        assert set(narrowed.running.trusts) == own
    assert found.trusts


def test_of_another_term_nothing_is_said_of_the_running_one(house: House) -> None:
    asked = Question("returns_received", year="201920")
    assert board.read(house.warehouse, Scope.parse("la:990"), asked).running is None
