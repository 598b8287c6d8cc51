"""Settings: from the environment only, read once into a frozen value."""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipelines.smtp_settings import Smtp, smtp_of_environment
from schemas.errors import PlumblineError

DEFAULT_WAREHOUSE = Path("var/plumbline.duckdb")
LEAST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says.

    PLUMBLINE_WAREHOUSE: the database file (default var/plumbline.duckdb). PLUMBLINE_KEY: the portal's own
    secret for pupil keys, at least 32 characters; without it one is made and kept beside the warehouse,
    readable by its owner only. PLUMBLINE_MEMORY: DuckDB's memory limit. PLUMBLINE_UPLOAD_MB: the largest
    upload (default 20). PLUMBLINE_BACKLOAD_MB: the largest of those who look after several schools (default the same;
    the portal's gate cannot tell people apart, so raising it lets anyone who reaches the portal send as much).
    PLUMBLINE_LEAST_SHOWN: the least count shown of others' data, never below 5.
    PLUMBLINE_SMTP_…: the mail server (`smtp_settings.Smtp`); without its host no e-mail is sent.
    """

    warehouse: Path
    key: bytes
    memory: str
    upload_mb: int
    backload_mb: int
    least_shown: int
    smtp: Smtp | None


@cache
def settings() -> Settings:
    """The settings of this process."""
    warehouse = Path(os.environ.get("PLUMBLINE_WAREHOUSE") or DEFAULT_WAREHOUSE)
    upload_mb = _number("PLUMBLINE_UPLOAD_MB", 20)
    return Settings(
        warehouse=warehouse,
        key=_key(os.environ.get("PLUMBLINE_KEY"), beside=warehouse),
        memory=_memory(os.environ.get("PLUMBLINE_MEMORY") or "4GB"),
        upload_mb=upload_mb,
        backload_mb=_number("PLUMBLINE_BACKLOAD_MB", upload_mb),
        least_shown=max(LEAST_SHOWN, _number("PLUMBLINE_LEAST_SHOWN", LEAST_SHOWN)),
        smtp=smtp_of_environment(),
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
