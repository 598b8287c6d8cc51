"""Tokens: what they look like, what is kept of them, who may make and end them, and what they open."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import audit, erasing, register
from pipelines.intake.tables import NamedFile
from pipelines.people import tokens
from pipelines.people.tokens import Token, TokenScope, TokenState, Wanted
from pipelines.scope import OPERATOR, Actor, Scope
from pipelines.warehouse.store import Warehouse
from schemas.errors import QuestionError, RefusedError
from tests import factories
from tests.erasing.worlds import erase
from tests.factories import OFFICER, URN, register_csv, warehouse

SECOND = "900002"
NOW = datetime(2026, 11, 21, 12)  # noqa: DTZ001 - the warehouse keeps UTC without a zone
LEAD = Actor("Tobias Wrenfield", "designated safeguarding lead", Scope.parse(f"school:{URN}"))
TRUST = Actor("Imogen Sallow", "trust safeguarding lead", Scope.parse("trust:99001"))
BOTH = frozenset(TokenScope)
GROUPS = b"""URN,Group UID,Group Name,Group Type (code),Group Type,Joined date,Left date,Closed Date
900001,99001,Trust,06,Multi-academy trust,01/09/2019,,
900002,99001,Trust,06,Multi-academy trust,01/09/2019,01/12/2026,
"""


def wanted(**more: Any) -> Wanted:
    return Wanted(**{"purpose": "MyConcern export", "schools": (URN,), "scopes": BOTH,
                     "expires": NOW + tokens.USUAL, **more})  # fmt: skip


def made(store: Warehouse, actor: Actor = LEAD, **more: Any) -> tuple[Token, str]:
    return tokens.make(store, wanted(**more), actor=actor, when=NOW)


def found(store: Warehouse, secret: str) -> Token | None:
    with store.reading() as cursor:
        return tokens.find(cursor, secret)


def rows(store: Warehouse, sql: str) -> list[dict[str, Any]]:
    with store.reading() as cursor:
        return cursor.rows(sql)


@pytest.fixture
def store() -> Warehouse:
    return warehouse({"URN": URN, "LA (code)": "990"}, {"URN": SECOND, "LA (code)": "991"})


@pytest.fixture
def of_trust(store: Warehouse) -> Warehouse:
    register.load_register(store, [NamedFile("groups.csv", GROUPS)], actor=OFFICER, when=datetime(2020, 1, 1))  # noqa: DTZ001
    return store


# -- what one looks like ----------------------------------------------------------------------------------


def test_a_token_has_a_prefix_a_checksum_and_is_never_twice_the_same() -> None:
    some = {tokens.new_secret() for _ in range(1000)}
    assert len(some) == 1000
    assert all(one.startswith("plumbline_") and len(one) == 59 and tokens.is_well_formed(one) for one in some)


@given(st.integers(0, 48), st.sampled_from("0123456789ABCabc"))
def test_a_token_with_a_character_changed_is_told_from_a_token(place: int, other: str) -> None:
    secret = tokens.new_secret()
    at = len(tokens.PREFIX) + place
    changed = secret[:at] + other + secret[at + 1 :]
    assert tokens.is_well_formed(changed) is (changed == secret)


@given(st.text(max_size=80))
def test_any_other_text_is_no_token(text: str) -> None:
    assert not tokens.is_well_formed(text)


# -- what is kept -----------------------------------------------------------------------------------------


def test_only_the_hash_of_a_token_is_kept_and_the_record_says_who_made_it(store: Warehouse) -> None:
    token, secret = made(store)
    everything = str([rows(store, f"SELECT * FROM {table}") for table in ("tokens", "audit")])
    assert secret not in everything
    assert secret[len(tokens.PREFIX) : -6] not in everything
    [kept] = rows(store, "SELECT * FROM tokens")
    assert len(kept["secret_hash"]) == 64
    *_, event = rows(store, "SELECT * FROM audit ORDER BY sequence")
    assert (event["action"], event["actor"], event["scope"]) == ("token made", LEAD.name, f"school:{URN}")
    assert json.loads(event["detail"])["token"] == token.token_id
    assert kept["secret_hash"] not in str(event)


def test_a_token_is_found_by_itself_and_by_nothing_else(store: Warehouse) -> None:
    token, secret = made(store)
    assert found(store, secret) == token
    assert found(store, tokens.new_secret()) is None
    assert found(store, secret[:-1]) is None
    assert found(store, rows(store, "SELECT secret_hash FROM tokens")[0]["secret_hash"]) is None
    assert secret not in repr(token)


def test_a_token_stands_until_it_expires(store: Warehouse) -> None:
    token, _ = made(store, expires=NOW + timedelta(days=3))
    assert token.state(on=NOW + timedelta(days=3, seconds=-1)) is TokenState.LIVE
    assert token.state(on=NOW + timedelta(days=3)) is TokenState.EXPIRED


def test_a_revoked_token_opens_nothing_from_then_on_and_stays_on_record(store: Warehouse) -> None:
    token, secret = made(store)
    tokens.revoke(store, token.token_id, actor=LEAD, when=NOW)
    again = found(store, secret)
    assert again is not None
    assert again.state(on=NOW) is TokenState.REVOKED
    with store.reading() as cursor:
        assert not tokens.is_live(cursor, token, now=NOW)
    assert [row["state"] for row in rows(store, "SELECT state FROM tokens")] == ["made", "revoked"]
    assert rows(store, "SELECT action FROM audit ORDER BY sequence")[-1]["action"] == "token revoked"
    with pytest.raises(RefusedError, match="revoked already"):
        tokens.revoke(store, token.token_id, actor=LEAD)


def test_the_last_day_of_use_is_kept_once_a_day(store: Warehouse) -> None:
    token, secret = made(store)
    for day in (NOW.date(), NOW.date(), NOW.date() + timedelta(days=1)):
        tokens.note_use(store, token, on=day)
    assert len(rows(store, "SELECT * FROM token_days")) == 2
    again = found(store, secret)
    assert again is not None
    assert again.last_used == NOW.date() + timedelta(days=1)


# -- who may make one, for what, and end it ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "error", "said"),
    [
        ({"purpose": ""}, QuestionError, "what the token is for"),
        ({"purpose": "x" * 61}, QuestionError, "what the token is for"),
        ({"purpose": "<script>"}, QuestionError, "what the token is for"),
        ({"purpose": "Mrs Tobias Wrenfield"}, QuestionError, "nobody"),
        ({"schools": ()}, QuestionError, "at least one school"),
        ({"schools": (SECOND,)}, RefusedError, "own organisation only"),
        ({"schools": ("000000",)}, RefusedError, "own organisation only"),
        ({"scopes": frozenset()}, QuestionError, "may do"),
        ({"expires": NOW}, QuestionError, "after today"),
        ({"expires": NOW + timedelta(days=732)}, QuestionError, "two years"),
    ],
)
def test_a_token_that_may_not_be_is_refused_and_nothing_is_kept(
    store: Warehouse, more: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        made(store, **more)
    assert rows(store, "SELECT * FROM tokens") == []


@pytest.mark.parametrize("scope", ["la:990", "operator"])
def test_only_a_school_or_a_trust_makes_tokens(store: Warehouse, scope: str) -> None:
    actor = replace(LEAD, scope=OPERATOR if scope == "operator" else Scope.parse(scope))
    with pytest.raises(RefusedError, match="belongs to a school"):
        made(store, actor)


def test_a_trust_names_the_schools_and_a_token_opens_them_while_they_are_its_own(of_trust: Warehouse) -> None:
    token, _ = made(of_trust, TRUST, schools=(URN, SECOND))
    after = NOW.date() + timedelta(days=20)  # the second school has left by then
    with of_trust.reading() as cursor:
        assert tokens.opens(cursor, token, SECOND, on=[NOW.date()])
        assert not tokens.opens(cursor, token, SECOND, on=[NOW.date(), after])
        assert tokens.opens(cursor, token, URN, on=[NOW.date(), after])
        assert not tokens.opens(cursor, replace(token, schools=(URN,)), SECOND, on=[NOW.date()])


def test_a_token_is_ended_by_its_own_organisation_by_one_over_all_its_schools_and_by_nobody_else(
    of_trust: Warehouse,
) -> None:
    def may_end(actor: Actor, *, of: Actor, schools: tuple[str, ...]) -> bool:
        token, _ = made(of_trust, of, schools=schools)
        try:
            tokens.revoke(of_trust, token.token_id, actor=actor, when=NOW)
        except RefusedError:
            return False
        return True

    authority, other = (replace(LEAD, scope=Scope.parse(f"la:{code}")) for code in ("990", "991"))
    school = replace(LEAD, scope=Scope.parse(f"school:{SECOND}"))
    assert may_end(LEAD, of=LEAD, schools=(URN,))
    assert may_end(authority, of=LEAD, schools=(URN,))
    assert may_end(OFFICER, of=LEAD, schools=(URN,))
    assert may_end(TRUST, of=TRUST, schools=(URN, SECOND))
    assert may_end(school, of=TRUST, schools=(SECOND,))
    assert not may_end(other, of=LEAD, schools=(URN,))
    assert not may_end(school, of=LEAD, schools=(URN,))
    assert not may_end(authority, of=TRUST, schools=(URN, SECOND))


def test_an_organisation_sees_its_own_tokens_only(of_trust: Warehouse) -> None:
    mine, _ = made(of_trust)
    theirs, _ = made(of_trust, TRUST)
    assert tokens.of(of_trust, LEAD.scope) == (mine,)
    assert tokens.of(of_trust, TRUST.scope) == (theirs,)
    assert tokens.of(of_trust, Scope.parse(f"school:{SECOND}")) == ()


def test_there_is_a_bound_to_tokens_and_revoked_ones_do_not_count(store: Warehouse) -> None:
    some = [made(store)[0] for _ in range(tokens.MOST_AT_ONCE)]
    with pytest.raises(RefusedError, match="Revoke those"):
        made(store)
    tokens.revoke(store, some[0].token_id, actor=LEAD, when=NOW)
    made(store)


def test_every_change_of_tokens_is_in_a_record_that_holds_together(store: Warehouse) -> None:
    token, _ = made(store)
    tokens.note_refusal(store, token, why="another school", request="abc")
    tokens.revoke(store, token.token_id, actor=LEAD)
    with store.reading() as cursor:
        assert audit.first_broken(cursor) is None


def test_a_school_that_another_register_gives_away_is_open_no_longer(store: Warehouse) -> None:
    trust = {"Trusts (code)": "99001", "Trusts (name)": "Trust"}
    content = register_csv([{"URN": URN, **trust}, {"URN": SECOND}])
    register.load_register(store, [NamedFile("register.csv", content)], actor=OFFICER, when=NOW)
    with pytest.raises(RefusedError):
        made(store, TRUST, schools=(SECOND,))


def test_the_number_of_a_token_that_went_with_its_school_is_not_given_again(store: Warehouse) -> None:
    factories.submit(store, factories.checked([factories.incident(school_urn=SECOND)]))
    other = replace(LEAD, scope=Scope.parse(f"school:{SECOND}"))
    gone, _ = made(store, other, schools=(SECOND,))
    erase(store, erasing.of_school(SECOND), when=audit.now())
    assert rows(store, "SELECT * FROM tokens") == []
    assert made(store)[0].token_id > gone.token_id
