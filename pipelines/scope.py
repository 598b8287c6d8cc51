"""Whose figures: a school, a trust or an authority; and who is acting."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from schemas.errors import QuestionError


class ScopeKind(StrEnum):
    """The three kinds of organisation, and the operator of the machine itself."""

    SCHOOL = "school"
    TRUST = "trust"
    AUTHORITY = "la"
    OPERATOR = "operator"


FORMS = {
    ScopeKind.SCHOOL: re.compile(r"[0-9]{6}"),
    ScopeKind.TRUST: re.compile(r"[0-9]{1,8}"),
    ScopeKind.AUTHORITY: re.compile(r"[0-9]{3}"),
}
EXAMPLES = "la:990, trust:99001 or school:900001"


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """One organisation: `la:NNN`, `trust:UID` or `school:URN`."""

    kind: ScopeKind
    code: str = ""

    @classmethod
    def parse(cls, text: str) -> Scope:
        """Read `la:NNN`, `trust:UID` or `school:URN`."""
        kind, _, code = text.partition(":")
        if kind in FORMS and FORMS[ScopeKind(kind)].fullmatch(code):
            return cls(ScopeKind(kind), code)
        raise QuestionError(f"A scope is written like {EXAMPLES}.")

    def __str__(self) -> str:
        return f"{self.kind}:{self.code}" if self.code else str(self.kind)


OPERATOR = Scope(ScopeKind.OPERATOR)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a name that identifies an account, a role, the organisation they act for, and what they stated.

    `purpose` is a code of schemas/purposes.toml, which rows of single incidents need; `request` names the request or
    session's run in which they act, so that one page's events can be found together. `on_behalf_of` is the organisation
    by whose right they act, where that is not their scope: a trust's programme acts for one of its schools.
    """

    name: str
    role: str
    scope: Scope
    purpose: str = ""
    request: str = ""
    on_behalf_of: Scope | None = None

    @property
    def told_as(self) -> Scope:
        """The organisation by whose membership it is judged which of a school's past they may be told."""
        return self.on_behalf_of or self.scope
