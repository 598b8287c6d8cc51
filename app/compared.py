"""What the page Compare asks, always for the person who is here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.access import must
from app.permissions import Action, Person, actor_of, may, scope_of
from pipelines import comparing
from pipelines.comparing import Comparator, Comparison, Group, SchoolFacts, Similar
from pipelines.house import open_house
from pipelines.reporting import Question


def comparators(person: Person, question: Question) -> Mapping[str, str]:
    """The comparators that a person may choose in a period, as they stand in an address, each with its name."""
    must(person, Action.SEE_FIGURES)
    found = comparing.offers(open_house().reporting, scope_of(person), question, groups(person))
    return {str(one): called for one, called in found.items()}


def comparison(person: Person, question: Question, chosen: str) -> Comparison:
    """A person's own schools beside a comparator."""
    must(person, Action.SEE_FIGURES)
    comparator = Comparator.parse(chosen)
    return comparing.compare(open_house().reporting, scope_of(person), question, comparator, groups(person))


def similar(person: Person, question: Question) -> tuple[SchoolFacts, tuple[Similar, ...]]:
    """The school that is asked about and those similar to it, by what the public register says."""
    must(person, Action.SEE_FIGURES)
    return comparing.similar_to(open_house().reporting, scope_of(person), question)


def groups(person: Person) -> tuple[Group, ...]:
    """The named groups of a person's organisation; a school has none."""
    return comparing.groups(open_house().warehouse, scope_of(person)) if may(person, Action.KEEP_GROUPS) else ()


def keep_group(person: Person, name: str, schools: Sequence[str], *, number: int | None) -> None:
    """Keep a new group, or a new version of one."""
    must(person, Action.KEEP_GROUPS)
    house = open_house()
    comparing.keep(house.warehouse, house.reporting, name, schools, actor=actor_of(person), number=number)


def withdraw_group(person: Person, number: int) -> None:
    """End a group; what it was stays on record."""
    must(person, Action.KEEP_GROUPS)
    comparing.withdraw(open_house().warehouse, number, actor=actor_of(person))
