"""Is the record whole? Its chain, its anchors beside the warehouse, and those that somebody kept elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines import access_record, audit_chain
from pipelines.audit_anchor import Anchor, Anchors, read_line
from pipelines.audit_chain import Verdict
from pipelines.house import House
from pipelines.scope import Actor
from schemas.errors import QuestionError

NO_ANCHOR = (
    "No anchor says where the record ended: if its end was cut off, that cannot be seen. “plumbline audit anchor” "
    "makes one; if there was one beside the warehouse, ask who removed it."
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of the record found; `doubt` says in words what is wrong with its anchors, empty for nothing."""

    verdict: Verdict
    doubt: str = ""

    @property
    def whole(self) -> bool:
        """Whether nothing was found."""
        return self.verdict.fault is None and not self.doubt


def anchors_of(house: House) -> Anchors:
    """The anchors beside a house's warehouse."""
    path = house.warehouse.path
    if path is None:
        raise QuestionError("A warehouse in memory has no anchors.")
    return Anchors(path, house.key)


def check(house: House, *, lines: Sequence[str] = ()) -> Checked:
    """Follow the whole record, against the anchors beside the warehouse and these lines kept elsewhere."""
    access_record.keep_counts(house.warehouse)
    elsewhere = [read_line(house.key, line) for line in lines]
    kept, doubt = _kept(house)
    with house.warehouse.reading() as cursor:
        verdict = audit_chain.verify(cursor, anchors={one.sequence: one.hash for one in [*kept, *elsewhere]})
    if not doubt and not kept and not elsewhere and verdict.events:
        doubt = NO_ANCHOR
    return Checked(verdict, doubt)


def _kept(house: House) -> tuple[list[Anchor], str]:
    try:
        return anchors_of(house).read(), ""
    except QuestionError as fault:
        return [], f"The anchors beside the warehouse ({anchors_of(house).path.name}) cannot be used. {fault}"


def anchor_now(house: House, *, actor: Actor, anew: bool = False) -> str:
    """Anchor the end of the record as it is, and give the line to keep elsewhere.

    `anew` puts earlier anchors aside, for a warehouse restored from a copy: the record says that it was done.
    """
    anchors = anchors_of(house)
    if anew:
        anchors.anew()
        house.warehouse.when_kept = None
        access_record.taken(house.warehouse, actor, "record anchored anew", schools={})
    with house.warehouse.reading() as cursor:
        if not anchors.fits(cursor):
            raise QuestionError("The record is not what was anchored. “plumbline audit verify” says where it differs.")
        last = cursor.rows("SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1")
    if not last:
        raise QuestionError("The record has no event yet, so there is nothing to anchor.")
    found = anchors.last_at(int(last[0]["sequence"]), str(last[0]["hash"]))
    return found.line(house.key)
