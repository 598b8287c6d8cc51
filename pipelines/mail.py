"""Plain e-mails through the mail server of the settings: one connection, each mail by itself, faults in words.

No fault repeats an address or what a server said of it: only the number of its answer.
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import formatdate, make_msgid
from types import TracebackType

from pipelines.smtp_settings import Smtp

PATIENCE = 10.0  # seconds that a server has for each answer
UNREACHABLE = "the mail server could not be reached"
NOT_SIGNED_IN = "the mail server did not accept the portal's user or password"
NOT_SAFE = "the connection to the mail server could not be made safe (STARTTLS)"
BROKEN = "the connection to the mail server broke"
CONTROLS = {ord(mark): " " for mark in map(chr, (*range(32), 127, 0x85, 0x2028, 0x2029))}


@dataclass(frozen=True, slots=True)
class Mail:
    """One e-mail to one address."""

    to: str
    subject: str
    text: str


class Post:
    """A connection to the mail server, opened at the first mail; once it cannot be opened, no mail waits for it."""

    def __init__(self, smtp: Smtp) -> None:
        self._smtp = smtp
        self._server: smtplib.SMTP | None = None
        self._closed_for: str | None = None

    def __enter__(self) -> Post:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._let_go()

    def send(self, mail: Mail) -> str | None:
        """None once the server has taken a mail; else, in words, why it did not."""
        message = _message(mail, sender=self._smtp.sender)
        if (closed_for := self._open()) is not None:
            return closed_for
        assert self._server is not None  # noqa: S101 - opened
        try:
            self._server.send_message(message, from_addr=self._smtp.sender, to_addrs=[mail.to])
        except smtplib.SMTPServerDisconnected:
            self._let_go()
            return BROKEN
        except (smtplib.SMTPException, OSError) as fault:
            self._let_go()  # the next mail begins on a clean connection
            return f"the mail server did not take it{_answer(fault)}"
        return None

    def _open(self) -> str | None:
        if self._server is None and self._closed_for is None:
            self._closed_for = self._connect()
        return self._closed_for

    def _connect(self) -> str | None:
        smtp = self._smtp
        try:
            self._server = smtplib.SMTP(smtp.host, smtp.port, timeout=PATIENCE)
        except (smtplib.SMTPException, OSError):
            return UNREACHABLE
        try:
            if smtp.starttls:
                self._server.starttls(context=ssl.create_default_context())
        except (smtplib.SMTPException, OSError):
            self._let_go()
            return NOT_SAFE
        try:
            if smtp.user:
                self._server.login(smtp.user, smtp.password)
        except (smtplib.SMTPException, OSError):
            self._let_go()
            return NOT_SIGNED_IN
        return None

    def _let_go(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()


def _message(mail: Mail, *, sender: str) -> EmailMessage:
    """A message whose headers cannot be broken into: a line break is made a space, and the policy refuses others."""
    message = EmailMessage(policy=WIRE)
    message["From"], message["To"] = sender, mail.to
    message["Subject"] = " ".join(mail.subject.translate(CONTROLS).split())
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=sender.partition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # so that absence notes do not answer it
    message.set_content(mail.text)
    return message


def _answer(fault: Exception) -> str:
    codes = [code for code, _ in fault.recipients.values()] if isinstance(fault, smtplib.SMTPRecipientsRefused) else []
    if isinstance(fault, smtplib.SMTPResponseException):
        codes = [fault.smtp_code]
    return f" (its answer was {codes[0]})" if codes else ""
