"""May a short text that a person typed be kept? Asked of every word that the portal stores.

No cell of a return passes here: cells are looked at by `personal_data`.
"""

from __future__ import annotations

from pipelines.intake.identifiers import BY_RULE, find_in
from pipelines.intake.people import person_in_answer, person_in_title

ALLOWED_IN_WORDS = frozenset(  # sentences and dates belong there
    {"personal-date-of-birth", "personal-part-of-date", "personal-free-text", "personal-serial-number"}
)
_A_NAME = BY_RULE["personal-name"].kind


def kind_in_words(text: str) -> str | None:
    """What identifies somebody in a sentence that a person typed ("an e-mail address"); None when it may be kept.

    Dates and prose may stand in it: it is a name for a group, a remark or a reason.
    """
    found = find_in(text, without=ALLOWED_IN_WORDS)
    return found.kind if found else _A_NAME if person_in_title(text) else None


def kind_in_value(text: str) -> str | None:
    """What identifies somebody in a header or a cell's value kept as it is, as for a mapping; None when it may be kept.

    Stricter than for a sentence: a date may be a date of birth there, and prose is free text.
    """
    found = find_in(text)
    return found.kind if found else _A_NAME if person_in_answer(text) else None
