"""The mail server, as the environment names it; without one the portal sends no e-mail."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from schemas.errors import PlumblineError

PORT = "587"
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
SENDER = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")


@dataclass(frozen=True, slots=True)
class Smtp:
    """PLUMBLINE_SMTP_HOST, PORT (default 587), USER, PASSWORD_FILE, STARTTLS (1 by default, or 0) and FROM."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = True


def smtp_of_environment() -> Smtp | None:
    """The mail server that is set; None where no host is. Raises PlumblineError naming the setting that is wrong."""
    host = _given("HOST")
    if not host:
        return None
    port, starttls, sender, user = _given("PORT") or PORT, _given("STARTTLS") or "1", _given("FROM"), _given("USER")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise PlumblineError("PLUMBLINE_SMTP_PORT must be a port number, for example 587.")
    if starttls not in ("0", "1"):
        raise PlumblineError("PLUMBLINE_SMTP_STARTTLS must be 1 or 0.")
    if not SENDER.fullmatch(sender):
        raise PlumblineError("PLUMBLINE_SMTP_FROM must be the e-mail address that the portal sends from.")
    if user and starttls == "0" and host not in LOCAL:
        raise PlumblineError(
            "PLUMBLINE_SMTP_USER needs PLUMBLINE_SMTP_STARTTLS=1: a password must not go over the network unprotected."
        )
    return Smtp(host, int(port), sender, user, _password(_given("PASSWORD_FILE")) if user else "", starttls == "1")


def _given(name: str) -> str:
    return os.environ.get(f"PLUMBLINE_SMTP_{name}", "").strip()


def _password(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise PlumblineError("PLUMBLINE_SMTP_PASSWORD_FILE cannot be read. Name the file with the password.") from None
