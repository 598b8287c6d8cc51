"""Who is here when the portal is served: whoever the session says whose secret is in this browser's cookie.

The cookie came with the websocket's first request; the session is looked up again at every run, so that one that has
ended, or lost its grant, shows nothing more.
"""

from __future__ import annotations

import streamlit as st

from app.gate.sessions import COOKIE
from app.permissions import Person, Role
from pipelines.house import open_house
from pipelines.people import Session, account_name


def session() -> Session | None:
    """This browser's session, None when there is none or it has ended."""
    return open_house().people.sessions.find(_secret())


def who_is_here() -> Person | None:
    """The person of this browser's session under the grant in use; None when either is missing."""
    found = session()
    return None if found is None else _person(found)


def _person(found: Session) -> Person | None:
    if found.grant is None:
        return None
    called = account_name(found.identity, found.name)
    return Person(
        found.identity.key, found.name or called, Role(found.grant.title), found.grant.organisation, called, found.id
    )


def still_is(person: Person) -> bool:
    """Whether somebody's session lives and has the same grant in use: known without their browser's request at hand."""
    found = next((one for one in open_house().people.sessions.live() if one.id == person.session), None)
    return found is not None and _person(found) == person


def act_as(grant_id: int) -> None:
    """Go on under another of one's grants; RefusedError for anybody else's."""
    open_house().people.sessions.act_as(_secret() or "", grant_id)


def _secret() -> str | None:
    return st.context.cookies.get(COOKIE)
