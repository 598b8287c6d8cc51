"""The page on which a school lets a programme send: a token is made, shown once, listed and revoked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.house import House
from pipelines.people import tokens
from pipelines.scope import Scope
from tests.app.opened import opened, visit, words

SCHOOL = Scope.parse("school:900001")


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with opened(tmp_path, monkeypatch) as house:
        yield house


def test_a_token_is_made_and_shown_once(portal: House) -> None:
    app = visit("programmes", person="school")
    app.text_input(key="token-purpose").set_value("MyConcern export").run()
    app.button(key="token-make").click().run()
    secret = app.code[0].value
    assert tokens.is_well_formed(secret)
    assert "shown now and never again" in words(app)
    [kept] = tokens.of(portal.warehouse, SCHOOL)
    found = tokens.found(portal.warehouse, secret)
    assert found is not None
    assert found[0] == kept
    assert (kept.schools, kept.made_as) == (("900001",), "designated safeguarding lead")
    app.run()
    assert not app.code
    assert secret not in str(app.query_params) + words(app)
    assert "MyConcern export" in words(app)


def test_a_token_is_revoked_at_once(portal: House) -> None:
    app = visit("programmes", person="school")
    app.text_input(key="token-purpose").set_value("MyConcern export").run()
    app.button(key="token-make").click().run()
    app.button(key="token-revoke").click().run()
    assert "Revoked" in words(app)
    assert tokens.of(portal.warehouse, SCHOOL)[0].revoked_at is not None


def test_a_name_is_no_purpose_and_nothing_is_kept(portal: House) -> None:
    app = visit("programmes", person="school")
    app.text_input(key="token-purpose").set_value("Mrs Imogen Sallow").run()
    app.button(key="token-make").click().run()
    assert not app.code
    assert tokens.of(portal.warehouse, SCHOOL) == ()


@pytest.mark.parametrize("person", ["officer", "trust"])
def test_the_page_is_not_there_for_those_who_may_not(portal: House, person: str) -> None:
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        visit("programmes", person=person)
