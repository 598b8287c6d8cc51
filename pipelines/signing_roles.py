"""Whose declaration makes a return complete, where sign-off is asked for."""

from __future__ import annotations

from enum import StrEnum


class SigningRole(StrEnum):
    """The roles at a school that sign returns off."""

    LEAD = "designated safeguarding lead"
    HEAD = "head teacher"
