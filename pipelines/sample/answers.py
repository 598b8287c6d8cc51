"""Answers as a school gives them, by the vocabulary's own shares and codes; some not known, some blank."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pipelines.sample.dice import Dice
from schemas.errors import LanguageError
from schemas.lexicon import Column, lexicon

# Incidents differ in gravity, so considerations come together; and in how well they were looked into, so
# answers that are not known come together too. Each pair averages one: the shares stay as stated.
GRAVE, SLIGHT = 1.65, 0.35
POORLY_KNOWN, POORLY, WELL = 0.3, 3.0, 1 / 7
NOT_KNOWN_LOWEST, NOT_KNOWN_HIGHEST = 0.05, 0.25
NOT_KNOWN_ELSEWHERE = 0.05
LEFT_BLANK = 0.04


@dataclass(frozen=True)
class Hand:
    """Who fills in one incident: the school, how grave the incident is and how well it is known."""

    dice: Dice
    urn: int
    gravity: float
    obscurity: float

    def risk(self, column: Column, *, share: float | None = None) -> str:
        """Yes, no or not known to one of the risk factors, by its share in the vocabulary."""
        likely = column.sample_share or 0.0 if share is None else share
        answer = self.dice.chance(min(likely * self.gravity, 0.97))
        unknown = self.dice.chance(usually_not_known(self.urn, column.name) * self.obscurity)
        return "not_known" if unknown else "yes" if answer else "no"

    def yes_no(self, name: str, *, share: float | None = None, unknown: float = NOT_KNOWN_ELSEWHERE) -> str:
        """Yes, no or not known to any other question, by the vocabulary's share unless one is given."""
        column = lexicon().column("incidents", name)
        likely = share if share is not None else column.sample_share
        answer = "yes" if self.dice.chance(0.5 if likely is None else likely) else "no"
        return "not_known" if self.dice.chance(min(unknown * self.obscurity, 0.5)) else answer

    def if_so(self, applies: bool, name: str) -> str:
        """The same where the question applies, else not applicable."""
        return self.yes_no(name) if applies else "not_applicable"

    def one_of(self, name: str, weights: Mapping[str, float]) -> str:
        """One code of a column; every code named must be in the vocabulary."""
        return self.dice.pick(known_codes("incidents", name, weights))

    def several_of(self, name: str, weights: Mapping[str, float], *, most: int) -> str:
        """One or more codes of a column, in the vocabulary's order, separated by semicolons."""
        allowed = known_codes("incidents", name, weights)
        chosen = {self.dice.pick(allowed) for _ in range(self.dice.between(1, most))}
        return ";".join(code for code in allowed if code in chosen)


def hand(dice: Dice, *, urn: int) -> Hand:
    """Somebody at this school, about an incident whose gravity and obscurity are drawn."""
    gravity = GRAVE if dice.chance(0.5) else SLIGHT
    obscurity = POORLY if dice.chance(POORLY_KNOWN) else WELL
    return Hand(dice=dice, urn=urn, gravity=gravity, obscurity=obscurity)


@cache
def usually_not_known(urn: int, column: str) -> float:
    """How often one school does not know the answer to one question."""
    return Dice("not known", urn, column).share(NOT_KNOWN_LOWEST, NOT_KNOWN_HIGHEST)


def known_codes(table: str, name: str, weights: Mapping[str, float]) -> dict[str, float]:
    """The weights in the vocabulary's order; a LanguageError when one names a code that it does not have."""
    column = lexicon().column(table, name)
    codes = [code.code for code in column.codes.codes] if column.codes else []
    if strange := set(weights) - set(codes):
        raise LanguageError(f"The sample weighs codes that {table}.{name} does not have: {sorted(strange)}.")
    return {code: weights[code] for code in codes if weights.get(code)}


def otherwise(column: Column, dice: Dice) -> str:
    """An answer for a column that the sample knows nothing of, so that a new one is filled in at once."""
    codes = [code.code for code in column.codes.codes] if column.codes else []
    if column.sample_share is not None and {"yes", "no"} <= set(codes):
        return "yes" if dice.chance(column.sample_share) else "no"
    return dice.some(codes, 1)[0] if codes else ""


def leave_blanks(row: dict[str, str], dice: Dice) -> dict[str, str]:
    """Now and then an incident is recorded in haste, and a few questions that are not core stay blank."""
    if not dice.chance(LEFT_BLANK):
        return row
    return row | dict.fromkeys(dice.some(_may_stay_blank(), dice.between(2, 5)), "")


def _may_stay_blank() -> list[str]:
    """Optional questions on which no other question hangs."""
    columns = lexicon().tables["incidents"].columns
    hung_on = {word for column in columns for word in re.findall(r"\w+", column.expected_when or "")}
    return [
        column.name
        for column in columns
        if column.kind == "code"
        and not (column.core or column.risk_factor or column.expected_when or column.name in hung_on)
    ]
