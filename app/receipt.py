"""What a receipt says in one sentence, and beside its facts (`proof_words`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.issues import counted
from app.wording import period
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


def queries(sent: int, explained: int) -> str:
    """“6 queries, 0 explained”, “no queries”."""
    return f"{counted(sent, 'query', plural='queries')}, {explained:,} explained" if sent else "no queries"


EXPLAINED = (
    "A later version takes the place of an earlier one; both stay on record. The fingerprint (SHA-256) proves\n"
    "which file was sent: the same file always gives the same fingerprint, and it reveals nothing of what is in it."
)
