"""Who may see and do what: plain functions with a truth table in the tests; no screens here."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from pipelines.scope import Actor, Scope, ScopeKind


class Role(StrEnum):
    """What someone does, in the words of the field."""

    OFFICER = "authority safeguarding officer"
    TRUST_LEAD = "trust safeguarding lead"
    SCHOOL_LEAD = "designated safeguarding lead"
    HEAD = "head teacher"
    DATA_MANAGER = "data manager"
    READER = "reader"
    ADMINISTRATOR = "administrator"
    PROTECTION_OFFICER = "data-protection officer"


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
    SEE_WHO_LOOKED = "see who looked at one's own organisation, and why"
    SEARCH_AUDIT = "search the record of one's own organisation"
    KEEP_PEOPLE = "invite people to one's own organisation, give and end what they may do"
    END_SESSIONS = "see and end the sessions of one's own organisation's people"
    KEEP_REGISTER = "load the register of schools and trusts"
    SECOND = "agree, as the second person, to what somebody else proposed of people"
    KEEP_TERMS = "keep the terms and deadlines of one's own authority"
    KEEP_TOKENS = "let a programme send one's own schools' returns"
    SEE_ERASURES = "see what was erased of one's own schools, and what waits for a second person"
    PLAN_ERASURE = "propose what is to be erased"
    APPROVE_ERASURE = "approve what somebody else proposed"


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who has signed in: who they are, what they do, and for which organisation.

    `account` is how the record names them, where their name alone does not tell them from a namesake.
    """

    id: str
    name: str
    role: Role
    scope: Scope
    account: str = ""
    session: str = field(default="", compare=False)  # its name, no secret: the record tells what was done together


SCHOOL, TRUST, AUTHORITY = ScopeKind.SCHOOL, ScopeKind.TRUST, ScopeKind.AUTHORITY
ANYWHERE = frozenset({SCHOOL, TRUST, AUTHORITY})
SEVERAL = frozenset({TRUST, AUTHORITY})
PLACES = {
    Role.OFFICER: frozenset({AUTHORITY}),
    Role.TRUST_LEAD: frozenset({TRUST}),
    Role.SCHOOL_LEAD: frozenset({SCHOOL}),
    Role.HEAD: frozenset({SCHOOL}),
    Role.DATA_MANAGER: ANYWHERE,
    Role.READER: ANYWHERE,
    Role.ADMINISTRATOR: ANYWHERE,
    Role.PROTECTION_OFFICER: ANYWHERE,
}
LEADING = frozenset(
    {Action.SEE_FIGURES, Action.SEE_INCIDENTS, Action.SEE_RETURNS, Action.SEND_RETURNS, Action.RECORD_CHANGES,
     Action.REBASE, Action.COMPARE_WITH_AUTHORITY, Action.CHOOSE_SCHOOL, Action.LOOK_FIRST, Action.KEEP_GROUPS,
     Action.SET_DEADLINES, Action.SEND_REMINDERS, Action.KEEP_MAILBOXES, Action.ASK_FOR_SIGN_OFF,
     Action.SEE_WHO_LOOKED}
)  # fmt: skip
READING = frozenset(
    {Action.SEE_FIGURES, Action.SEE_RETURNS, Action.COMPARE_WITH_AUTHORITY, Action.CHOOSE_SCHOOL, Action.LOOK_FIRST}
)
OF_A_SCHOOL = LEADING | {Action.SIGN_OFF, Action.KEEP_TOKENS, Action.SEE_ERASURES, Action.PLAN_ERASURE}
GRANTS = {
    Role.OFFICER: LEADING,
    Role.TRUST_LEAD: LEADING,
    Role.SCHOOL_LEAD: OF_A_SCHOOL,
    Role.HEAD: OF_A_SCHOOL,
    Role.DATA_MANAGER: READING | {Action.SEE_INCIDENTS, Action.SEND_RETURNS, Action.KEEP_MAILBOXES},
    Role.READER: READING,
    Role.ADMINISTRATOR: frozenset(
        {Action.KEEP_PEOPLE, Action.END_SESSIONS, Action.SECOND, Action.SEARCH_AUDIT, Action.KEEP_REGISTER,
         Action.KEEP_TERMS, Action.KEEP_TOKENS,
         Action.KEEP_MAILBOXES, Action.SET_DEADLINES, Action.SEE_ERASURES, Action.PLAN_ERASURE, Action.APPROVE_ERASURE}
    ),
    Role.PROTECTION_OFFICER: frozenset(
        {Action.SEE_WHO_LOOKED, Action.SECOND, Action.SEARCH_AUDIT, Action.SEE_ERASURES, Action.APPROVE_ERASURE}
    ),
}  # fmt: skip
ONLY_AT = {  # what exists at some kinds of organisation only, whatever the role
    Action.COMPARE_WITH_AUTHORITY: frozenset({SCHOOL}),
    Action.CHOOSE_SCHOOL: SEVERAL,
    Action.LOOK_FIRST: SEVERAL,
    Action.KEEP_GROUPS: SEVERAL,
    Action.SET_DEADLINES: frozenset({AUTHORITY}),
    Action.SEND_REMINDERS: frozenset({AUTHORITY}),
    Action.KEEP_MAILBOXES: frozenset({AUTHORITY, SCHOOL}),
    Action.SIGN_OFF: frozenset({SCHOOL}),
    Action.KEEP_REGISTER: frozenset({AUTHORITY}),
    Action.KEEP_TERMS: frozenset({AUTHORITY}),
    Action.KEEP_TOKENS: frozenset({SCHOOL, TRUST}),
}
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
    "people": Action.KEEP_PEOPLE,
    "organisations": Action.KEEP_PEOPLE,
    "second_person": Action.SECOND,
    "terms": Action.KEEP_TERMS,
    "register": Action.KEEP_REGISTER,
    "who_looked": Action.SEE_WHO_LOOKED,
    "audit_search": Action.SEARCH_AUDIT,
    "programmes": Action.KEEP_TOKENS,
    "retention": Action.SEE_ERASURES,
    "choose_person": None,  # in the demonstration
    "choose_organisation": None,  # for those who signed in
}


def may(person: Person | None, action: Action) -> bool:
    """Whether someone may do something; nobody may do anything before signing in or in another's place."""
    if person is None or person.scope.kind not in PLACES[person.role]:
        return False
    return action in GRANTS[person.role] and person.scope.kind in ONLY_AT.get(action, ANYWHERE)


def pages(person: Person | None) -> tuple[str, ...]:
    """The pages that someone may open, in order."""
    return tuple(page for page, action in PAGES.items() if action is None or may(person, action))


def scope_of(person: Person) -> Scope:
    """The organisation whose figures and rows someone may see."""
    return person.scope


def actor_of(person: Person) -> Actor:
    """The one who is named in the record of what was done."""
    return Actor(person.account or person.name, person.role, scope_of(person), request=person.session)
