"""People and what they may do, as tables and sentences; no Streamlit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from app.layout_marks import plain
from app.wording import NOTHING, day, moment, number, opening
from pipelines.people import Grant
from pipelines.people.deciding import Seconds
from pipelines.people.invitations import Invitation, Kind
from pipelines.people.listing import Held, Listed
from pipelines.people.proposals import Proposal
from pipelines.scope import Scope, ScopeKind
from schemas.roles import GrantRole, title

Names = Mapping[Scope, str]
KINDS = {ScopeKind.SCHOOL: "school", ScopeKind.TRUST: "trust", ScopeKind.AUTHORITY: "authority"}
LINKS = {
    Kind.INVITATION: "invitation",
    Kind.PASSWORD: "new password",
    Kind.PASSWORD_AND_FACTOR: "new password and second factor",
}


def who(one: Listed) -> str:
    """Somebody as a list of choices names them: two of one name are told apart."""
    return f"{one.name} ({one.identity.key})" if one.name else one.identity.key


def place(scope: Scope, names: Names) -> str:
    """An organisation by its name, as a Markdown text takes it."""
    return plain(names.get(scope, str(scope)))


def role_at(role: GrantRole, scope: Scope, names: Names) -> str:
    """“reader at Kestrel Park School”."""
    return f"{title(role, str(scope.kind))} at {place(scope, names)}"


def days(first: date, last: date | None) -> str:
    """“from 3 October 2026, without an end”."""
    until = f"until the end of {day(last)}" if last else "without an end"
    return f"from {day(first)}, {until}"


def sentence(people: Sequence[Listed], links: Sequence[Invitation], *, at: str, on: date) -> str:
    """The answer: how many may sign in, how many are invited."""
    now = sum(bool(one.now(on=on)) for one in people)
    alone = sum(len(held) == 1 and held[0].grant.role is GrantRole.ADMINISTRATOR for held in (
        one.now(on=on) for one in people))  # fmt: skip
    may = "Nobody may" if not now else f"{number(now)} {'person' if now == 1 else 'people'} may"
    invited = f"; {number(len(links))} {'link is' if len(links) == 1 else 'links are'} open" if links else ""
    only = " You are the only one." if now == 1 and alone == 1 else ""
    return f"**{may} sign in for {at}{invited}.**{only}"


def table(people: Sequence[Listed], names: Names, *, on: date) -> pd.DataFrame:
    """One row a role that stands or is to come."""
    rows = [
        {
            "Person": plain(one.name or one.identity.key),
            "Is": opening(role_at(held.grant.role, held.grant.organisation, names)),
            "From": day(held.grant.from_day),
            "Until": day(held.grant.until_day) if held.grant.until_day else "no end",
            "Last signed in": day(one.last_signed_in) if one.last_signed_in else "never",
            "Open now": number(len(one.open)) if one.open else NOTHING,
        }
        for one in people
        for held in one.held
        if held.when(on=on) != "past"
    ]
    return pd.DataFrame(rows)


def past(people: Sequence[Listed], names: Names, *, on: date) -> pd.DataFrame:
    """One row a role that is over, the last ended first."""
    found = [(one, held) for one in people for held in one.held if held.when(on=on) == "past"]
    rows = [
        {
            "Person": plain(one.name or one.identity.key),
            "Was": opening(role_at(held.grant.role, held.grant.organisation, names)),
            "Days": f"{day(held.grant.from_day)} to {day(_last(held))}",
            "Given": plain(f"by {held.recorded_by}: {held.grant.reason}"),
            "Ended": plain(f"by {held.ended_by}: {held.end_reason}") if held.ended_at else "as it was given",
        }
        for one, held in sorted(found, key=lambda pair: _last(pair[1]), reverse=True)
    ]
    return pd.DataFrame(rows)


def given(people: Sequence[Listed], names: Names, *, on: date) -> pd.DataFrame:
    """One row a role that stands or is to come: who gave it and why."""
    rows = [
        {
            "Person": plain(one.name or one.identity.key),
            "Is": opening(role_at(held.grant.role, held.grant.organisation, names)),
            "Given": moment(held.given_at),
            "By": plain(held.recorded_by),
            "Because": plain(held.grant.reason),
        }
        for one in people
        for held in one.held
        if held.when(on=on) != "past"
    ]
    return pd.DataFrame(rows)


def links(found: Sequence[Invitation], names: Names) -> pd.DataFrame:
    """One row a link that can still be used."""
    rows = [
        {
            "For": plain(one.email),
            "Link": LINKS[one.kind],
            "Offers": opening(role_at(one.role, one.organisation, names)) if one.role and one.organisation else NOTHING,
            "Made by": plain(one.made_by),
            "Until": moment(one.ends_at),
        }
        for one in found
    ]
    return pd.DataFrame(rows)


def sessions(one: Listed, names: Names) -> pd.DataFrame:
    """One row a session that is open."""
    rows = [
        {
            "As": opening(_acting(open_.grant, names)),
            "Since": moment(open_.started),
            "Last used": moment(open_.last_seen),
        }
        for open_ in one.open
    ]
    return pd.DataFrame(rows)


def second(found: Seconds, one: Proposal, names: Names) -> str:
    """Who else could agree, in words."""
    here = place(one.organisation, names)
    others = [place(scope, names) for scope in found.around]
    if found.here:
        people = "one other person" if found.here == 1 else f"{number(found.here)} other people"
        start = f"At {here} {people} can approve it"
        return f"{start}, and so can {' and '.join(others)}." if others else f"{start}."
    if others:
        return f"Nobody else at {here} can approve it. {' or '.join(others)} can."
    return (
        f"Nobody else at {here} can approve it, nor at an organisation around it. Whoever runs the portal can, at its "
        f"command line: `plumbline people proposals` shows it, `plumbline people approve {one.number}` approves it."
    )


def why_not(why: str, found: Seconds, one: Proposal, names: Names) -> str:
    """Why somebody cannot approve it, and who can."""
    return f"{why} {second(found, one, names)}"


def _acting(grant: Grant | None, names: Names) -> str:
    return role_at(grant.role, grant.organisation, names) if grant else "no organisation chosen yet"


def _last(held: Held) -> date:
    ends = [held.ended_at.date() if held.ended_at else None, held.grant.until_day]
    return min(one for one in ends if one is not None)
