"""A real mail server for a test: takes mail, refuses some of it, speaks STARTTLS and AUTH when told to.

`localhost.pem` is a certificate of the tests' own for localhost, with its key; nothing else trusts it.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from pipelines.smtp_settings import Smtp

CERTIFICATE = Path(__file__).with_name("localhost.pem")
USER, PASSWORD = "portal", "a password that only the tests know"
SENDER = "plumbline@county.example"


@dataclass
class PostOffice:
    """What came, in order; addresses to refuse, or every message; and the settings that lead here."""

    refuse: frozenset[str] = frozenset()
    refuse_all_data: bool = False
    came: list[tuple[str, EmailMessage]] = field(default_factory=list)
    secure: list[bool] = field(default_factory=list)
    smtp: Smtp | None = None

    async def handle_RCPT(
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return f"550 no mailbox {address} here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        if self.refuse_all_data:
            return "452 the disk is full"
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        parsed = message_from_bytes(content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.came += [(address, parsed) for address in envelope.rcpt_tos]
        self.secure.append(session.ssl is not None)
        return "250 taken"


def _authenticated(server: Any, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
    known = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=known, handled=False)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def post_office(*, signed_in: bool = False, password: str = PASSWORD, **more: Any) -> Iterator[PostOffice]:
    """An open post office, with the settings that lead to it; `signed_in`: only after STARTTLS and a password."""
    office = PostOffice(**more)
    settings: dict[str, Any] = {}
    if signed_in:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        settings = {
            "tls_context": context, "require_starttls": True, "auth_required": True, "authenticator": _authenticated,
        }  # fmt: skip
    port = _free_port()
    server = Controller(office, hostname="127.0.0.1", port=port, **settings)
    server.start()
    try:
        user = {"user": USER, "password": password} if signed_in else {}
        office.smtp = Smtp("localhost", port, SENDER, starttls=signed_in, **user)
        yield office
    finally:
        server.stop()
