"""Receipts by e-mail: to the role mailbox of each school whose return was kept, where one is kept.

A return is kept before any mail is tried, and no fault of the mail undoes or hides it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pipelines import audit
from pipelines.mail import Mail, Post
from pipelines.mailboxes import mailboxes_of
from pipelines.returns import Receipt
from pipelines.scope import Actor
from pipelines.smtp_settings import Smtp
from pipelines.warehouse.store import Warehouse
from schemas.calendar import label

NOT_MADE = "the receipt could not be put into an e-mail"
log = logging.getLogger(__name__)
MOST_SCHOOLS = 20  # more would keep the sender waiting for the mail server


@dataclass(frozen=True, slots=True)
class Mailed:
    """What became of the receipts of one sending: URNs to whose mailbox one went; `failed` URNs with why not."""

    sent: tuple[str, ...] = ()
    failed: Mapping[str, str] | None = None
    too_many: bool = False


def send(
    warehouse: Warehouse, smtp: Smtp | None, receipts: Sequence[Receipt], text_of: Callable[[Receipt], str], *,
    actor: Actor,
) -> Mailed:  # fmt: skip
    """Mail each school its own receipt; `text_of` one receipt tells of no other school."""
    if smtp is None:
        return Mailed()
    with warehouse.reading() as cursor:
        kept = mailboxes_of(cursor, actor.scope)
    known = [one for one in receipts if one.school_urn in kept]
    if len(known) > MOST_SCHOOLS:
        return Mailed(too_many=True)
    faults: dict[str, str | None] = {}
    try:
        with Post(smtp) as post:
            for one in known:
                faults[one.school_urn] = _send(post, one, kept[one.school_urn].address, text_of)
    finally:  # what is sent is sent, whatever ended the sending
        _record(warehouse, [one for one in known if one.school_urn in faults], faults, actor=actor)
    failed = {urn: fault for urn, fault in faults.items() if fault}
    return Mailed(tuple(urn for urn, fault in faults.items() if not fault), failed or None)


def _send(post: Post, one: Receipt, address: str, text_of: Callable[[Receipt], str]) -> str | None:
    """None once the server has taken the mail; else why not. One receipt's fault keeps no other school from its own."""
    try:
        return post.send(_mail(one, address, text_of(one)))
    except Exception as fault:
        log.error("%s in a receipt by e-mail", type(fault).__name__)  # never its text
        return NOT_MADE


def _mail(one: Receipt, address: str, text: str) -> Mail:
    return Mail(address, f"Receipt: return for the {one.term} term {label(one.academic_year)}", text)


def _record(warehouse: Warehouse, known: Sequence[Receipt], faults: Mapping[str, str | None], *, actor: Actor) -> None:
    if not known:
        return
    events = [
        audit.Event(
            actor, "receipt not mailed" if faults[one.school_urn] else "receipt mailed",
            f"school:{one.school_urn} {one.academic_year} {one.term}",
            {"return": one.return_id} | ({"why": faults[one.school_urn]} if faults[one.school_urn] else {}),
        )
        for one in known
    ]  # fmt: skip
    with warehouse.writing() as cursor:
        audit.record(cursor, *events)
