"""Programmes: tokens with which a recording system or a script sends one's schools' returns without a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import pandas as pd
import streamlit as st

from app.calm import calmly
from app.identity import current_person
from app.issue_tables import plain
from app.mode import is_demonstration
from app.permissions import Action, Person, actor_of, scope_of
from app.steps.schools import names_of, today
from app.wording import day, moment, opening
from pipelines.house import House, open_house
from pipelines.people import tokens
from pipelines.people.tokens import MEANS, Token, TokenState, Wanted

MADE = (
    "This is the token, shown now and never again: the portal keeps only its fingerprint. Copy it into the programme's "
    "own store of secrets, and nowhere else. If it is lost or seen by others, revoke it and make another."
)
WHAT = (
    "A recording system, or a script of yours, can send returns by itself, with a token made here. It is checked as a "
    "person's upload is, sees nothing but what became of the returns, and sends for no other school. "
    "[What a programme sends, and how](/openapi.json) is described for whoever sets it up."
)
NOT_HERE = (
    "In the demonstration tokens can be made, but nothing takes them: programmes send to a portal that is served."
)
LATEST = timedelta(days=730)


def page() -> None:
    """What it is, the form for a new token, and those that there are."""
    person, house = current_person(Action.KEEP_TOKENS), open_house()
    st.title("Which programmes may send for us?", anchor=False)
    st.markdown(WHAT)
    if is_demonstration():
        st.info(NOT_HERE)
    schools = names_of(person, house)
    if not schools:
        st.info("The register knows no school of yours today, so there is nothing to send for.")
        return
    with st.expander("Make a token"):
        _form(person, house, schools)
    _list(tokens.of(house.warehouse, scope_of(person)), schools)


def _form(person: Person, house: House, schools: dict[str, str]) -> None:
    purpose = st.text_input(
        "What is it for? Name the system, and no person", max_chars=tokens.LONGEST_PURPOSE, key="token-purpose",
        autocomplete="off",
    )  # fmt: skip
    chosen = list(schools)
    if len(schools) > 1:
        chosen = st.multiselect(
            "For which schools?", list(schools), key="token-schools", format_func=lambda urn: f"{schools[urn]} ({urn})"
        )
    st.markdown("What may it do?")
    scopes = [one for one in MEANS if st.checkbox(opening(MEANS[one]), value=True, key=f"token-may-{one}")]
    last = st.date_input(
        "Until", value=today() + tokens.USUAL, min_value=today() + timedelta(days=1), max_value=today() + LATEST,
        format="DD/MM/YYYY", key="token-until",
    )  # fmt: skip
    ready = bool(purpose.strip() and chosen and scopes)
    if st.button("Make the token", type="primary", disabled=not ready, key="token-make"):
        with calmly():
            wanted = Wanted(purpose, tuple(chosen), frozenset(scopes), _end_of(last))
            actor = actor_of(current_person(Action.KEEP_TOKENS))
            _, secret = tokens.make(house.warehouse, wanted, actor=actor)
            st.warning(MADE)
            st.code(secret, language=None)


def _end_of(last: date) -> datetime:
    """The end of a day, as the warehouse keeps it."""
    return datetime.combine(last, time.max).replace(microsecond=0)


def _list(found: Sequence[Token], schools: dict[str, str]) -> None:
    st.header("Tokens", anchor="tokens")
    if not found:
        st.markdown("None was made.")
        return
    now = datetime.now(UTC).replace(tzinfo=None)
    with st.container(key="words-tokens"):
        st.table(as_table(found, schools, now=now), hide_index=True)
    live = {one.token_id: one for one in found if one.state(on=now) is TokenState.LIVE}
    if live:
        with st.expander("Revoke a token"):
            _revoke(live)


def as_table(found: Sequence[Token], schools: dict[str, str], *, now: datetime) -> pd.DataFrame:
    """Each token, the latest first, in words."""
    rows = [
        {
            "Token": one.token_id,
            "For": plain(one.purpose),
            "Schools": plain(", ".join(schools.get(urn, urn) for urn in one.schools)),
            "May": ", ".join(MEANS[scope] for scope in sorted(one.scopes)),
            "Made": plain(f"{moment(one.made_at)}, {one.made_as}"),
            "Until": day(one.expires.date()),
            "Last used": day(one.last_used) if one.last_used else "never",
            "Now": opening(one.state(on=now)),
        }
        for one in found
    ]
    return pd.DataFrame(rows)


def _revoke(live: dict[int, Token]) -> None:
    st.markdown("From then on it opens nothing, also where a programme is sending at this moment.")
    chosen = st.selectbox(
        "Token", list(live), format_func=lambda number: f"{number}: {live[number].purpose}", key="token-which"
    )
    st.button("Revoke it", key="token-revoke", on_click=_end, args=(chosen,))


def _end(token_id: int) -> None:
    """End it, by whoever is here now."""
    with calmly():
        actor = actor_of(current_person(Action.KEEP_TOKENS))
        tokens.revoke(open_house().warehouse, token_id, actor=actor)


with calmly():
    page()
