"""The roles that a person can be granted at an organisation, and at which kinds of organisation each exists."""

from __future__ import annotations

from enum import StrEnum


class GrantRole(StrEnum):
    """What somebody may be at an organisation; with its kind it gives a title in the words of the field."""

    SENDER = "sender"
    SIGNATORY = "signatory"
    READER = "reader"
    LEAD = "lead"
    ADMINISTRATOR = "administrator"
    PROTECTION_OFFICER = "protection_officer"


EVERYWHERE = frozenset({"school", "trust", "la"})
KINDS = {role: EVERYWHERE for role in GrantRole} | {GrantRole.SIGNATORY: frozenset({"school"})}
GIVEN_BY_TWO = frozenset({GrantRole.ADMINISTRATOR, GrantRole.PROTECTION_OFFICER})
"""Those who can be the second person: whoever could make one alone could agree with themselves."""
MEANS = {
    GrantRole.SENDER: "checks and sends returns, and sees the organisation's figures and incidents",
    GrantRole.SIGNATORY: "signs returns off, and does what a lead does",
    GrantRole.READER: "sees figures and who has sent, no single incidents, and sends nothing",
    GrantRole.LEAD: "leads on safeguarding: figures, incidents, returns and decisions",
    GrantRole.ADMINISTRATOR: (
        "keeps people, grants and settings, and at a school or trust the tokens with which programmes send returns or "
        "read what became of them; sees no figures and no incidents"
    ),
    GrantRole.PROTECTION_OFFICER: "reads the record and approves erasure; sees no figures and no incidents",
}

TITLES = {
    (GrantRole.LEAD, "la"): "authority safeguarding officer",
    (GrantRole.LEAD, "trust"): "trust safeguarding lead",
    (GrantRole.LEAD, "school"): "designated safeguarding lead",
    GrantRole.SIGNATORY: "head teacher",
    GrantRole.SENDER: "data manager",
    GrantRole.READER: "reader",
    GrantRole.ADMINISTRATOR: "administrator",
    GrantRole.PROTECTION_OFFICER: "data-protection officer",
}


def title(role: GrantRole, kind: str) -> str:
    """What somebody with a role at a kind of organisation is called; KeyError where the role does not exist there."""
    if not exists_at(role, kind):
        raise KeyError(f"{role} at {kind}")
    return TITLES.get((role, kind)) or TITLES[role]


def exists_at(role: GrantRole, kind: str) -> bool:
    """Whether a role exists at a kind of organisation: `school`, `trust` or `la`."""
    return kind in KINDS[role]
