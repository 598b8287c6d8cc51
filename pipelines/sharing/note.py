"""The note that goes with published figures: what they are, of when, and how they are protected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipelines.disclosure import LEAST_SCHOOLS
from pipelines.sharing.releases import Release
from schemas.calendar import label
from schemas.family import family
from schemas.rulesets import rule_set

SYMBOLS = (
    ("c", "withheld, so that nobody can be recognised"),
    ("x", "no return came"),
    ("z", "nothing to measure"),
    ("u", "fewer than half of the returns expected came"),
    ("k", "rounds to zero, but is not zero"),
)


def method_note(releases: Sequence[Release], authorities: Mapping[str, str]) -> str:
    """The note as Markdown; the same releases give the same text."""
    least = max((one.least_shown for one in releases), default=5)
    lines = [
        "# About these figures",
        "",
        "Incidents in which children made, sent or held nude or semi-nude imagery, as schools recorded them and what "
        "they did. Each term a school sends a de-identified return; these figures count what the returns say. More "
        "incidents recorded is not a worse school: it may be one that records well.",
        "",
        f"Escalation is judged by: {rule_set(family().rule_set).title}.",
        "",
        "## Releases",
        "",
        "| authority | year | terms | released | data version |",
        "|---|---|---|---|---|",
        *(
            f"| {authorities[one.la_code]} ({one.la_code}) | {label(one.year)} | {', '.join(one.terms)} "
            f"| {one.released_at:%Y-%m-%d} | {one.data_version} |"
            for one in releases
        ),
        "",
        f"A term is released once all its returns came, or {family().closes_after_days} days after it ended. What "
        "was released stays as it was: a return that came later is in no shared figure, since the difference would be "
        "that school's own.",
        "",
        "## What is withheld",
        "",
        f"Counts of 1 to {least - 1}, and counts that leave so few of their whole, or of what a school or trust does "
        f"not know already; figures of fewer than {LEAST_SCHOOLS} schools, or of one more than of all others; and as "
        "many further figures as it takes that none of these can be worked back or narrowed to a small number, from "
        "the sums of terms, phases, trusts and answers, by anyone or by one of the schools or trusts. Nothing is "
        "rounded but percentages and rates (one place, half up) and values that stand alone (whole days, per cents).",
        "",
        "A trust's row holds its schools in the authority.",
        "",
        "## Symbols",
        "",
        *(f"- `{symbol}` {words}" for symbol, words in SYMBOLS),
        "",
        "Percentages have Wilson intervals; rates exact Poisson limits below ten incidents and Byar's from ten.",
    ]
    return "\n".join(lines) + "\n"
