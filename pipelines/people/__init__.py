"""People: who they are, what they are granted at which organisation, and their sessions. No screens, no HTTP."""

from __future__ import annotations

from datetime import timedelta

from pipelines.people.grants import Grant
from pipelines.people.identities import LOCAL, Identity, account_name
from pipelines.people.sessions import ABSOLUTE, IDLE, Session, Sessions
from pipelines.warehouse.store import Warehouse

__all__ = ["LOCAL", "Grant", "Identity", "People", "Session", "Sessions", "account_name"]


class People:
    """The people of one warehouse."""

    def __init__(self, warehouse: Warehouse, *, idle: timedelta = IDLE, absolute: timedelta = ABSOLUTE) -> None:
        self.warehouse = warehouse
        self.sessions = Sessions(warehouse, idle=idle, absolute=absolute)
