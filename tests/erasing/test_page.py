"""The page on retention: who has it, what it counts, and that a key stays nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines import audit, erasing
from pipelines.erasing import listing
from pipelines.house import House
from schemas.calendar import Term
from tests.app.opened import opened, visit, words
from tests.erasing.worlds import erase
from tests.factories import checked, child, incident, submit

KEY_SENT = "c0ffee0123456789"


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with opened(tmp_path, monkeypatch) as house:
        rows = [incident(incident_ref="one"), incident(incident_ref="two")]
        involved = [child(incident_ref="one", child_key=KEY_SENT), child(incident_ref="two")]
        submit(house.warehouse, checked(rows, involved))
        yield house


def test_a_school_counts_a_childs_rows_and_the_key_is_kept_nowhere(portal: House) -> None:
    app = visit("retention", person="school")
    app.text_input(key="erasure-key").set_value(KEY_SENT).run()
    app.button(key="erasure-count").click().run()
    text = words(app)
    assert "1 incident, 1 row of children" in text
    assert "it takes two people" in text
    assert KEY_SENT not in text + str(app.session_state)
    with portal.warehouse.reading() as cursor:
        assert KEY_SENT not in str(cursor.rows("SELECT * FROM audit"))
        assert cursor.rows("SELECT count(*) AS n FROM children")[0]["n"] == 2


def test_a_child_who_is_not_there_is_told_in_words(portal: House) -> None:
    app = visit("retention", person="school")
    app.text_input(key="erasure-key").set_value("0" * 15 + "f").run()
    app.button(key="erasure-count").click().run()
    assert "There is nothing of this to erase." in words(app)


def test_a_return_is_counted_in_every_version(portal: House) -> None:
    app = visit("retention", person="school")
    app.selectbox(key="erasure-kind").set_value(erasing.Kind.RETURN).run()
    app.selectbox(key="erasure-year").set_value("202526").run()
    app.selectbox(key="erasure-term").set_value(Term.AUTUMN).run()
    app.button(key="erasure-count").click().run()
    assert "2 incidents, 2 rows of children, 1 version of returns" in words(app)


def test_what_was_erased_is_listed_and_its_last_traces_are_said(portal: House) -> None:
    erase(portal.warehouse, erasing.of_return("900001", "202526", Term.AUTUMN), when=audit.now())
    assert listing.is_pending(portal.warehouse)
    text = words(visit("retention", person="school"))
    assert "leave the database file when the portal is started again" in text
    assert "The return of" in text
    assert "Data-protection officer" in text
    assert "| ada" not in text
    assert "ada," not in text


@pytest.mark.parametrize("person", ["officer", "trust"])
def test_the_page_is_not_there_for_those_who_may_not(portal: House, person: str) -> None:
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        visit("retention", person=person)
