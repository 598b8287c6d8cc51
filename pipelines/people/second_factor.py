"""The second factor of a local account: six digits of the moment (TOTP, RFC 6238), or a recovery code.

The secret is kept sealed for its account. A code of the moment is taken a step early or late, and once; a recovery code
once. What is used is kept in the caller's transaction, so that of two who bring the same code at once one is refused.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO

import pandas as pd
import pyotp
import segno

from pipelines import audit
from pipelines.people.sealed import derived, seal, unseal
from pipelines.warehouse.store import Cursor

STEP = 30  # seconds
EARLY_OR_LATE = 1  # steps
SECRET_LETTERS = 32  # 160 bits
ISSUER = "Plumbline"
RECOVERY_CODES = 10
ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # none that is read as another
RECOVERY_LETTERS = 24  # 117 bits
GROUP = 4
PURPOSE = "second factor"
SIX_DIGITS = re.compile(r"[0-9]{6}")


@dataclass(frozen=True, slots=True)
class Factor:
    """A second factor: its own number, so that what was used of one tells nothing of the next; its secret, sealed."""

    id: str
    sealed: str


def new_secret() -> str:
    """A secret for an authenticator, in letters and digits that can be typed."""
    return pyotp.random_base32(SECRET_LETTERS)


def in_groups(text: str) -> str:
    """Letters in groups of four, to be read and typed."""
    return " ".join(text[at : at + GROUP] for at in range(0, len(text), GROUP))


def drawing(secret: str, *, account: str) -> bytes:
    """The secret as a square that an authenticator photographs, as SVG."""
    address = pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)
    out = BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", scale=5, border=4, light="#fff", dark="#000")
    return out.getvalue()


def factor(key: bytes, subject: str, secret: str) -> Factor:
    """A secret as it is kept for an account."""
    number = secrets.token_hex(8)
    return Factor(number, seal(key, PURPOSE, f"{subject} {number}", {"secret": secret}))


def step_of(secret: str, code: str, *, now: float) -> int | None:
    """The step whose code this is, the present one or a neighbour; None when it is neither."""
    said, present = re.sub(r"\s", "", code), int(now // STEP)
    if not SIX_DIGITS.fullmatch(said):
        return None
    totp, found = pyotp.TOTP(secret), None
    for step in range(present - EARLY_OR_LATE, present + EARLY_OR_LATE + 1):
        if hmac.compare_digest(totp.at(step * STEP), said):
            found = step
    return found


def take(cursor: Cursor, key: bytes, subject: str, kept: Factor, code: str, *, now: float) -> bool:
    """Whether a code of the moment is right and was not used; it is used from now on."""
    opened = unseal(key, PURPOSE, f"{subject} {kept.id}", kept.sealed, now=now)
    step = step_of(opened["secret"], code, now=now) if opened else None
    return step is not None and take_step(cursor, subject, kept, step)


def take_step(cursor: Cursor, subject: str, kept: Factor, step: int) -> bool:
    """Whether a step comes after every step that was used; it is used from now on."""
    used = _used(cursor, kept)
    if any(row["kind"] == "step" and step <= int(row["value"]) for row in used):
        return False
    _keep(cursor, subject, kept, {"step": (str(step),)})
    return True


def make_recovery_codes(cursor: Cursor, key: bytes, subject: str, kept: Factor) -> tuple[str, ...]:
    """Ten codes for when the authenticator is lost, to be shown once; those made before end."""
    codes = tuple(
        "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(RECOVERY_LETTERS // GROUP))
        for _ in range(RECOVERY_CODES)
    )
    ended = _open(_used(cursor, kept))
    _keep(cursor, subject, kept, {"ended": ended, "made": tuple(_print(key, kept, code) for code in codes)})
    return codes


def take_recovery_code(cursor: Cursor, key: bytes, subject: str, kept: Factor, code: str) -> bool:
    """Whether a recovery code is one of the account's that was not used; it is used from now on."""
    said = _print(key, kept, code)
    if said not in _open(_used(cursor, kept)):
        return False
    _keep(cursor, subject, kept, {"ended": (said,)})
    return True


def recovery_codes_left(cursor: Cursor, kept: Factor) -> int:
    """How many recovery codes of a factor can still be used."""
    return len(_open(_used(cursor, kept)))


def _print(key: bytes, kept: Factor, code: str) -> str:
    """What is kept of a recovery code: useless without the portal's secret, which is not in the warehouse."""
    said = re.sub(r"[\s-]", "", code).upper()
    return hmac.digest(derived(key, "recovery codes"), f"{kept.id}\0{said}".encode(), "sha256").hex()


def _open(used: list[Mapping[str, str]]) -> tuple[str, ...]:
    ended = {row["value"] for row in used if row["kind"] == "ended"}
    return tuple(row["value"] for row in used if row["kind"] == "made" and row["value"] not in ended)


def _used(cursor: Cursor, kept: Factor) -> list[Mapping[str, str]]:
    return [*cursor.rows("SELECT kind, value FROM second_factors WHERE factor = $factor", {"factor": kept.id})]


def _keep(cursor: Cursor, subject: str, kept: Factor, happened: Mapping[str, tuple[str, ...]]) -> None:
    rows = [
        {"subject": subject, "factor": kept.id, "kind": kind, "value": value, "recorded_at": audit.now()}
        for kind, values in happened.items()
        for value in values
    ]
    cursor.append("second_factors", pd.DataFrame(rows))
