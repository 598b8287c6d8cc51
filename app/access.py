"""Whether somebody may do something, asked where it is done; a refusal is kept in the record."""

from __future__ import annotations

from app.permissions import Action, Person, actor_of, may
from pipelines import access_record
from pipelines.house import open_house
from schemas.errors import ForbiddenError


def must(person: Person, action: Action) -> None:
    """ForbiddenError unless someone may do something."""
    if not may(person, action):
        refused(person, action)
        fault = ForbiddenError(f"This is not open to you: {action}.")
        fault.noted = True
        raise fault


def refused(person: Person, action: Action) -> None:
    """Keep in the record that something was not open to someone."""
    access_record.refused(open_house().warehouse, actor_of(person), str(action))


def noted(person: Person | None, fault: Exception) -> None:
    """Keep in the record that a door refused someone, in its own words; nothing for any other fault."""
    if person is not None:
        access_record.noted(open_house().warehouse, actor_of(person), str(fault), fault)
