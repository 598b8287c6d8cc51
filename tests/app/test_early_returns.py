"""An early return of a term that is still running changes what is said of no other school or term."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines import returns
from pipelines.house import House
from schemas.calendar import Term, default_terms, label, term_of
from tests.app.opened import opened, visit, words
from tests.factories import OFFICER


def test_the_overview_stays_with_ended_terms_and_says_how_many_returns_came_early(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = datetime.now(UTC).date()
    year, term = term_of(today)
    first_day = next(band.first_day for band in default_terms(year) if band.term is term)
    last_year, last_term = term_of(first_day - timedelta(days=1))
    with opened(tmp_path, monkeypatch) as house:
        for urn in ("900001", "900002"):
            _nil(house, urn, last_year, last_term)
        _nil(house, "900001", year, term)
        page = words(visit("overview", person="officer"))
        assert f"Invented, {label(last_year)}:" in page
        assert f"1 return of the running {term} term {label(year)} has come already" in page
        assert "2 of 2 returns received" in page


def _nil(house: House, urn: str, year: str, term: Term) -> None:
    returns.record_nil(house.warehouse, school_urn=urn, academic_year=year, term=term, actor=OFFICER)


@pytest.mark.parametrize("page", ["overview", "trends", "escalation", "compare", "involved_again", "returns"])
def test_a_page_of_an_authority_without_any_return_says_so_and_does_not_fail(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path, monkeypatch):
        app = visit(page, person="officer")
        assert not app.exception
        assert app.title
