"""Settings: from the environment only, read once into a frozen value."""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pipelines.oidc_settings import Oidc, oidc_of_environment
from pipelines.serving_settings import Serving, serving_of_environment
from pipelines.smtp_settings import Smtp, smtp_of_environment
from schemas.errors import PlumblineError

DEFAULT_WAREHOUSE = Path("var/plumbline.duckdb")
LEAST_SHOWN = 5
KEEP_YEARS, LEAST_KEEP_YEARS = 2, 1


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says.

    PLUMBLINE_WAREHOUSE: the database file (default var/plumbline.duckdb). PLUMBLINE_KEY: the portal's own
    secret for pupil keys, at least 32 characters, or PLUMBLINE_KEY_FILE: a file that holds it; without either one is
    made and kept beside the warehouse, readable by its owner only (not for serving). PLUMBLINE_MEMORY: DuckDB's memory
    limit. PLUMBLINE_UPLOAD_MB: the largest upload (default 20). PLUMBLINE_BACKLOAD_MB: the largest of those who look
    after several schools (default the same).
    PLUMBLINE_LEAST_SHOWN: the least count shown of others' data, never below 5.
    PLUMBLINE_KEEP_YEARS: how many academic years before the current one rows are kept (default 2, never below 1).
    PLUMBLINE_SMTP_…: the mail server (`smtp_settings.Smtp`); without its host no e-mail is sent. PLUMBLINE_ADDRESS and
    others: the portal on a network (`serving_settings.Serving`). PLUMBLINE_OIDC_…: the identity provider
    (`oidc_settings.Oidc`).
    """

    warehouse: Path
    key: bytes = field(repr=False)
    memory: str
    upload_mb: int
    backload_mb: int
    least_shown: int
    smtp: Smtp | None
    serving: Serving | None = None
    oidc: Oidc | None = None
    keep_years: int = KEEP_YEARS


@cache
def settings() -> Settings:
    """The settings of this process."""
    warehouse = Path(os.environ.get("PLUMBLINE_WAREHOUSE") or DEFAULT_WAREHOUSE)
    upload_mb = _number("PLUMBLINE_UPLOAD_MB", 20)
    return Settings(
        warehouse=warehouse,
        key=_key(given_key(), beside=warehouse),
        memory=_memory(os.environ.get("PLUMBLINE_MEMORY") or "4GB"),
        upload_mb=upload_mb,
        backload_mb=_number("PLUMBLINE_BACKLOAD_MB", upload_mb),
        least_shown=max(LEAST_SHOWN, _number("PLUMBLINE_LEAST_SHOWN", LEAST_SHOWN)),
        smtp=smtp_of_environment(),
        serving=serving_of_environment(),
        oidc=oidc_of_environment(),
        keep_years=max(LEAST_KEEP_YEARS, _number("PLUMBLINE_KEEP_YEARS", KEEP_YEARS)),
    )


def _number(name: str, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isdigit():
        raise PlumblineError(f"{name} must be a whole number.")
    return int(text)


def _memory(text: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]* ?[MGT]i?B", text):
        raise PlumblineError("PLUMBLINE_MEMORY must be an amount of memory, for example 4GB.")
    return text


def given_key() -> str | None:
    """The portal's secret as the environment gives it, itself or in a file; None when it gives none."""
    file = os.environ.get("PLUMBLINE_KEY_FILE")
    if not file:
        return os.environ.get("PLUMBLINE_KEY") or None
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        raise PlumblineError("PLUMBLINE_KEY_FILE names a file that cannot be read.") from None


def _key(given: str | None, *, beside: Path) -> bytes:
    if given:
        if len(given) < 32:
            raise PlumblineError("PLUMBLINE_KEY must have at least 32 characters.")
        return given.encode()
    kept = beside.with_name(beside.name + ".key")
    try:
        if not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_hex(32))
        return kept.read_text().strip().encode()
    except OSError:
        raise PlumblineError(
            f"{kept} cannot be read or made. Set PLUMBLINE_KEY, or correct PLUMBLINE_WAREHOUSE."
        ) from None
