"""The receipt by e-mail, after a return is kept: to the role mailboxes of its schools, when a mail server is set."""

from __future__ import annotations

from collections.abc import Sequence

from app import proof_words
from app.permissions import Person, actor_of, scope_of
from pipelines import receipt_mail, receipts
from pipelines.house import House
from pipelines.receipt_mail import Mailed
from pipelines.returns import Receipt


def send(person: Person, house: House, kept: Sequence[Receipt]) -> Mailed:
    """Mail each school its own receipt, which tells of no other school; nothing without a mail server."""

    def text_of(one: Receipt) -> str:
        return proof_words.as_text(receipts.proofs(house.warehouse, scope_of(person), [one.return_id]))

    return receipt_mail.send(house.warehouse, house.smtp, kept, text_of, actor=actor_of(person))


def sentence(mailed: Mailed, *, schools: int) -> str:
    """Where the receipt went by e-mail, or why it did not; empty where none was to go."""
    parts = []
    if mailed.too_many:
        parts.append("So many schools get no e-mail; the receipt is on the page Returns.")
    if mailed.sent:
        where = "the school's mailbox" if schools == 1 else f"{len(mailed.sent)} schools' mailboxes"
        parts.append(f"The receipt was e-mailed to {where}.")
    if mailed.failed:
        why = "; ".join(sorted(set(mailed.failed.values())))
        parts.append(f"It could not be e-mailed: {why}. The return is kept all the same.")
    return " ".join(parts)
