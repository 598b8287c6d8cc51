"""The proof that a return was kept, in words: on the page and as a text file to print or to file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from app import mapping_words
from app.issues import counted
from app.wording import moment, period
from pipelines.returns import Receipt

LINE = "-" * 60


def sentence(receipts: Sequence[Receipt], names: Mapping[str, str]) -> str:
    """What was kept, in one sentence."""
    first = receipts[0]
    when = period(first.academic_year, first.term)
    if len(receipts) > 1:
        incidents = counted(sum(one.incidents for one in receipts), "incident")
        return f"The returns of {len(receipts)} schools for the {when} are kept: {incidents} in all."
    school = names.get(first.school_urn, first.school_urn)
    if first.nil:
        return f"The nil return of {school} for the {when} is kept as version {first.version}."
    return (
        f"The return of {school} for the {when} is kept as version {first.version}: "
        f"{counted(first.incidents, 'incident')} and {counted(first.children, 'row', plural='rows')} of children."
    )


def as_table(receipts: Sequence[Receipt], names: Mapping[str, str]) -> pd.DataFrame:
    """One row for each school, in words."""
    return pd.DataFrame(
        {
            "School": [names.get(one.school_urn, one.school_urn) for one in receipts],
            "URN": [one.school_urn for one in receipts],
            "Version": [one.version for one in receipts],
            "Kept as": ["nil return" if one.nil else "return" for one in receipts],
            "Incidents": [one.incidents for one in receipts],
            "Rows of children": [one.children for one in receipts],
            "Queries sent with it": [queries(one.queries, one.explained) for one in receipts],
        }
    )


def as_text(receipts: Sequence[Receipt], names: Mapping[str, str], *, role: str) -> str:
    """The receipt as plain text, with the file's fingerprint."""
    first = receipts[0]
    lines = [
        "RECEIPT FOR A RETURN",
        LINE,
        sentence(receipts, names),
        "",
        f"Term:              {period(first.academic_year, first.term)}",
        f"Received:          {moment(first.recorded_at)}",
        f"Sent by:           {first.recorded_by} ({role})",
        f"File fingerprint:  {fingerprint(first)}",
    ]
    for one in receipts:
        lines += ["", *_of_school(one, names)]
    return "\n".join([*lines, LINE, EXPLAINED, ""])


def _of_school(one: Receipt, names: Mapping[str, str]) -> list[str]:
    return [
        f"{names.get(one.school_urn, '')} (URN {one.school_urn})".strip(),
        f"  Receipt number {one.return_id}, version {one.version}{', nil return' if one.nil else ''}",
        f"  Incidents {one.incidents:,}; rows of children {one.children:,}; {queries(one.queries, one.explained)}",
        *(f"  {sentence}" for sentence in mapping_words.sentences(one.mapped)),
    ]


def queries(sent: int, explained: int) -> str:
    """“6 queries, 0 explained”, “no queries”."""
    return f"{counted(sent, 'query', plural='queries')}, {explained:,} explained" if sent else "no queries"


def fingerprint(receipt: Receipt) -> str:
    """The SHA-256 of the file that was sent, or what stands in its place."""
    return receipt.file_sha256 or "none: no file was sent"


EXPLAINED = (
    "A later version takes the place of an earlier one; both stay on record. The fingerprint (SHA-256) proves\n"
    "which file was sent: the same file always gives the same fingerprint, and it reveals nothing of what is in it."
)
