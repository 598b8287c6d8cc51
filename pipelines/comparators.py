"""With which schools a school is compared: its authority, its phase, its trust, similar schools, or a named group.

Membership is that of the period. An authority or trust compares its own schools with each other; what lies beyond
them is known only by the protected figure that is shared (`beyond` names whose it is).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pipelines.groups import Group
from pipelines.school_facts import SchoolFacts
from pipelines.scope import Scope, ScopeKind
from pipelines.similar import similar_schools
from schemas.errors import QuestionError

LEAST_SCHOOLS = 3


class ComparatorKind(StrEnum):
    """How the schools of a comparator belong together."""

    AUTHORITY = "la"
    TRUST = "trust"
    PHASE = "phase"
    SIMILAR = "similar"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Comparator:
    """One comparator: `la:990`, `trust:99001`, `phase:secondary`, `similar:900001`, `group:3`."""

    kind: ComparatorKind
    code: str

    @classmethod
    def parse(cls, text: str) -> Comparator:
        """Read a comparator as it stands in an address."""
        kind, _, code = text.partition(":")
        if kind not in list(ComparatorKind) or not code:
            raise QuestionError("There is no such comparator. Choose one from the list.")
        return cls(ComparatorKind(kind), code)

    def __str__(self) -> str:
        return f"{self.kind}:{self.code}"


@dataclass(frozen=True, slots=True)
class Beyond:
    """Whose protected figure is asked for: an authority or trust, perhaps its schools of one phase only."""

    scope: Scope
    phase: str | None = None


@dataclass(frozen=True, slots=True)
class Around:
    """What comparators are drawn from: whose question it is, the register's facts by URN, the groups that stand."""

    scope: Scope
    facts: Mapping[str, SchoolFacts]
    groups: tuple[Group, ...] = ()


def offered(around: Around, *, school: str | None = None) -> Mapping[Comparator, str]:
    """The comparators there are, each with what it is called: all, or those that a school belongs to."""
    chosen = around.facts.get(school or "")
    about = [chosen] if chosen else list(around.facts.values())
    found = _authorities(about) | _trusts(about)
    phases = {Comparator(ComparatorKind.PHASE, one.phase): _phase_words(one) for one in about if one.phase}
    groups = {
        Comparator(ComparatorKind.GROUP, str(one.number)): f"Group: {one.name}"
        for one in around.groups
        if school is None or school in one.schools
    }
    own = next((one for one in found if _scope_of(one) == around.scope), None)
    first = {own: found[own]} if own else {}
    similar = {Comparator(ComparatorKind.SIMILAR, chosen.urn): "Similar schools"} if chosen else {}
    return first | found | dict(sorted(phases.items(), key=lambda one: one[1])) | similar | groups


def members(around: Around, comparator: Comparator) -> frozenset[str]:
    """The URNs of one's own schools that belong to a comparator; QuestionError for one that there is not."""
    if comparator.kind is ComparatorKind.SIMILAR:
        school = around.facts.get(comparator.code)
        if school is None:
            raise QuestionError("Choose a school first: similar schools are similar to one.")
        return frozenset(one.school.urn for one in similar_schools(school, around.facts.values())) | {school.urn}
    if comparator.kind is ComparatorKind.GROUP:
        return _of_group(around, comparator)
    return frozenset(urn for urn, one in around.facts.items() if _belongs(one, comparator))


def beyond(around: Around, comparator: Comparator) -> Beyond | None:
    """Whose protected figure stands for a comparator; None where its schools are one's own, or none is ever given."""
    scope, whole = around.scope, _scope_of(comparator)
    if whole == scope or scope.kind is ScopeKind.AUTHORITY:
        return None
    if whole is not None:
        return Beyond(whole)
    if scope.kind is ScopeKind.SCHOOL and comparator.kind is ComparatorKind.PHASE:
        return Beyond(Scope(ScopeKind.AUTHORITY, around.facts[scope.code].la_code), comparator.code)
    return None


def is_given(around: Around, comparator: Comparator) -> bool:
    """Whether any figure of a comparator is given at all: of similar schools a single school is told none."""
    return around.scope.kind is not ScopeKind.SCHOOL or comparator.kind is not ComparatorKind.SIMILAR


def _belongs(one: SchoolFacts, comparator: Comparator) -> bool:
    of = {
        ComparatorKind.AUTHORITY: one.la_code,
        ComparatorKind.TRUST: one.trust_uid,
        ComparatorKind.PHASE: one.phase,
    }
    return of[comparator.kind] == comparator.code


def _of_group(around: Around, comparator: Comparator) -> frozenset[str]:
    found = [one for one in around.groups if str(one.number) == comparator.code]
    if not found:
        raise QuestionError("Your organisation has no such group; it may have been withdrawn.")
    return frozenset(found[0].schools) & frozenset(around.facts)


def _scope_of(comparator: Comparator) -> Scope | None:
    kinds = {ComparatorKind.AUTHORITY: ScopeKind.AUTHORITY, ComparatorKind.TRUST: ScopeKind.TRUST}
    return Scope(kinds[comparator.kind], comparator.code) if comparator.kind in kinds else None


def _authorities(about: list[SchoolFacts]) -> dict[Comparator, str]:
    return {
        Comparator(ComparatorKind.AUTHORITY, one.la_code): f"All schools of {one.la_name}"
        for one in sorted(about, key=lambda one: one.la_name)
        if one.la_code
    }


def _trusts(about: list[SchoolFacts]) -> dict[Comparator, str]:
    return {
        Comparator(ComparatorKind.TRUST, one.trust_uid): f"Schools of {one.trust_name or one.trust_uid}"
        for one in sorted(about, key=lambda one: one.trust_name or "")
        if one.trust_uid
    }


def _phase_words(one: SchoolFacts) -> str:
    return f"Schools of the phase “{(one.phase or '').replace('_', ' ')}”"
