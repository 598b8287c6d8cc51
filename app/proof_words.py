"""The proof of a version in words: the same facts for the page, the printable file and the text."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from app import mapping_words, receipt
from app.wording import moment, opening, period
from pipelines.cells_given_out import harmless
from pipelines.receipts import Proof
from pipelines.return_states import ReturnState
from schemas.lexicon import lexicon

Fact = tuple[str, str]
FINGERPRINT = "File fingerprint (SHA-256)"
NO_FILE = "; there was no file to read, so it was only compared with the terms before"


def state(one: Proof) -> str:
    """“stood when this was written, 4 May 2026, 10:02”, “superseded by version 3 on …”, “withdrawn on …”.

    A receipt is filed, and what it says must stay true.
    """
    if one.followed_by is None:
        return f"stood when this was written, {moment(one.read_at)}"
    _, version, when = one.followed_by
    if one.state is ReturnState.WITHDRAWN:
        return f"withdrawn on {moment(when)}"
    return f"superseded by version {version} on {moment(when)}"


def common(proofs: Sequence[Proof], *, named: bool = False) -> list[Fact]:
    """What is the same for every school of one file; the sender's name (`named`) only where it stays in the portal."""
    first = proofs[0]
    return [
        ("Term", opening(period(first.academic_year, first.term))),
        ("Received", moment(first.recorded_at)),
        ("Sent by", _sender(first, named=named)),
        (FINGERPRINT, first.file_sha256 or "none: no file was sent"),
        ("Checked by", f"rule book {first.rule_book}{'' if first.file_sha256 else NO_FILE}"),
        ("Data version", f"{first.data_version}: every figure of this version or a later one holds this return"),
    ]


def _sender(one: Proof, *, named: bool) -> str:
    role = one.role or "role not on record"
    return f"{one.recorded_by}, {role}" if named else role


def of_school(one: Proof) -> list[Fact]:
    """What was kept of one school."""
    return [
        ("School", f"{one.school_name} (URN {one.school_urn})"),
        ("Receipt number", str(one.return_id)),
        ("Version", f"{one.version}, {state(one)}"),
        ("Kept as", "nil return: the school said that it had no incidents" if one.nil else "return"),
        ("Incidents", f"{one.incidents:,}"),
        ("Rows of children", f"{one.children:,}"),
        ("Queries", queries(one)),
        ("Your own wordings", " ".join(mapping_words.sentences(one.mapped)) or "none were read by a mapping"),
        ("Sign-off", f"signed off by the {one.signed_off}" if one.signed_off else "not asked for"),
    ]


def queries(one: Proof) -> str:
    """“6 queries, 4 explained (4 unusual but right); 2 unexplained”."""
    labels = {code.code: _inside(code.label) for code in lexicon().lists["query_reason"].codes}
    said = "; ".join(f"{number:,} {labels.get(code, code)}" for code, number in one.reasons.items())
    left = one.queries - one.explained
    return (
        receipt.queries(one.queries, one.explained)
        + (f" ({said})" if said else "")
        + (f"; {left:,} unexplained" if left else "")
    )


def _inside(label: str) -> str:
    """A label in the middle of a sentence."""
    return label[:1].lower() + label[1:]


def schools_table(proofs: Sequence[Proof]) -> pd.DataFrame:
    """One row a school, for a file of several."""
    rows = [
        (one.school_name, one.school_urn, one.return_id, one.version, state(one), one.incidents, one.children,
         queries(one))
        for one in proofs
    ]  # fmt: skip
    columns = ["School", "URN", "Receipt number", "Version", "State", "Incidents", "Rows of children", "Queries"]
    return pd.DataFrame(rows, columns=columns)


def as_text(proofs: Sequence[Proof]) -> str:
    """The proof as plain text, to file or to e-mail."""
    lines = ["RECEIPT FOR A RETURN", receipt.LINE, *_lines(common(proofs))]
    for one in proofs:
        lines += ["", *_lines(of_school(one))]
    return "\n".join([*lines, receipt.LINE, receipt.EXPLAINED, ""])


def _lines(facts: Sequence[Fact]) -> list[str]:
    return [f"{label + ':':<28}{harmless(value)}" for label, value in facts]


def file_name(proofs: Sequence[Proof], *, ending: str) -> str:
    """A name that says term and receipt number and nothing of what is in it."""
    first = proofs[0]
    return f"receipt-{first.academic_year}-{first.term}-{first.return_id}.{ending}"
