"""Who may see and do what: plain functions with a truth table in the tests; no screens here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipelines.scope import Actor, Scope, ScopeKind


class Role(StrEnum):
    """What someone does, in the words of the field."""

    OFFICER = "authority safeguarding officer"
    TRUST_LEAD = "trust safeguarding lead"
    SCHOOL_LEAD = "designated safeguarding lead"
    HEAD = "head teacher"
    DATA_MANAGER = "data manager"


class Action(StrEnum):
    """What can be done in the portal."""

    SEE_FIGURES = "see figures of one's own schools"
    SEE_INCIDENTS = "see single incidents of one's own schools"
    SEE_RETURNS = "see who has sent what"
    SEND_RETURNS = "send a return or a nil return"
    COMPARE_WITH_AUTHORITY = "see one's authority's protected figures beside one's own"
    CHOOSE_SCHOOL = "look at one school of several"
    LOOK_FIRST = "see which of one's schools to look at first, and why"
    KEEP_GROUPS = "make, change and withdraw groups of one's schools"
    RECORD_CHANGES = "record a change of procedure, or withdraw it"
    REBASE = "rebase one's own charts, or withdraw it"
    SET_DEADLINES = "set the day by which one's schools' returns are due"
    SEND_REMINDERS = "remind one's schools by e-mail"
    KEEP_MAILBOXES = "keep the role mailbox of a school"
    ASK_FOR_SIGN_OFF = "ask for sign-off of one's schools' returns, or ask no longer"
    SIGN_OFF = "sign off a return of one's own school"


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who has signed in: who they are, what they do, and for which organisation."""

    id: str
    name: str
    role: Role
    scope: Scope


PLACES = {
    Role.OFFICER: ScopeKind.AUTHORITY,
    Role.TRUST_LEAD: ScopeKind.TRUST,
    Role.SCHOOL_LEAD: ScopeKind.SCHOOL,
    Role.HEAD: ScopeKind.SCHOOL,
    Role.DATA_MANAGER: ScopeKind.SCHOOL,
}
EVERYBODY = frozenset(
    {Action.SEE_FIGURES, Action.SEE_INCIDENTS, Action.SEE_RETURNS, Action.SEND_RETURNS, Action.RECORD_CHANGES,
     Action.REBASE}
)  # fmt: skip
OF_SEVERAL = frozenset({Action.CHOOSE_SCHOOL, Action.LOOK_FIRST, Action.KEEP_GROUPS})
OF_A_SCHOOL = EVERYBODY | {Action.COMPARE_WITH_AUTHORITY, Action.KEEP_MAILBOXES}
SIGNING = frozenset({Action.SIGN_OFF, Action.ASK_FOR_SIGN_OFF})
GRANTS = {
    Role.OFFICER: EVERYBODY | OF_SEVERAL | {
        Action.SET_DEADLINES, Action.SEND_REMINDERS, Action.KEEP_MAILBOXES, Action.ASK_FOR_SIGN_OFF
    },
    Role.TRUST_LEAD: EVERYBODY | OF_SEVERAL | {Action.ASK_FOR_SIGN_OFF},
    Role.SCHOOL_LEAD: OF_A_SCHOOL | SIGNING,
    Role.HEAD: OF_A_SCHOOL | SIGNING,
    Role.DATA_MANAGER: OF_A_SCHOOL - {Action.RECORD_CHANGES, Action.REBASE},
}  # fmt: skip
PAGES = {
    "overview": Action.SEE_FIGURES,
    "trends": Action.SEE_FIGURES,
    "compare": Action.SEE_FIGURES,
    "escalation": Action.SEE_FIGURES,
    "did_it_work": Action.SEE_FIGURES,
    "involved_again": Action.SEE_FIGURES,
    "returns": Action.SEE_RETURNS,
    "send_a_return": Action.SEND_RETURNS,
    "about_the_figures": Action.SEE_FIGURES,
    "choose_person": None,
}


def may(person: Person | None, action: Action) -> bool:
    """Whether someone may do something; nobody may do anything before signing in or in another's place."""
    if person is None or person.scope.kind is not PLACES[person.role]:
        return False
    return action in GRANTS[person.role]


def pages(person: Person | None) -> tuple[str, ...]:
    """The pages that someone may open, in order."""
    return tuple(page for page, action in PAGES.items() if action is None or may(person, action))


def scope_of(person: Person) -> Scope:
    """The organisation whose figures and rows someone may see."""
    return person.scope


def actor_of(person: Person) -> Actor:
    """The one who is named in the record of what was done."""
    return Actor(person.name, person.role, scope_of(person))
