"""Mails to a real server: taken, refused, unsafe, unreachable; and headers that cannot be broken into."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import mail
from pipelines.mail import Mail, Post
from pipelines.smtp_settings import Smtp, smtp_of_environment
from schemas.errors import PlumblineError
from tests.mail.post_office import CERTIFICATE, PASSWORD, SENDER, USER, PostOffice, post_office

ONE = Mail("dsl@school.example", "Your school's return", "Please send it.\n")


def sent(office: PostOffice, *mails: Mail) -> list[str | None]:
    assert office.smtp is not None
    with Post(office.smtp) as post:
        return [post.send(one) for one in mails]


def test_a_mail_arrives_as_plain_text_from_the_portal_to_one_address() -> None:
    with post_office() as office:
        assert sent(office, ONE) == [None]
    ((address, message),) = office.came
    assert address == message["To"] == ONE.to
    assert (message["From"], message["Subject"]) == (SENDER, ONE.subject)
    assert message.get_content_type() == "text/plain"
    assert message.get_content().replace("\r\n", "\n") == ONE.text
    assert message["Date"]
    assert message["Message-ID"].endswith("@county.example>")
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_refused_address_stops_none_of_the_others_and_is_not_repeated() -> None:
    with post_office(refuse=frozenset({"gone@school.example"})) as office:
        found = sent(office, ONE, replace(ONE, to="gone@school.example"), ONE)
    assert found == [None, "the mail server did not take it (its answer was 550)", None]
    assert [address for address, _ in office.came] == [ONE.to, ONE.to]


def test_a_server_that_takes_nothing_is_said_to_for_each_mail() -> None:
    with post_office(refuse_all_data=True) as office:
        assert sent(office, ONE, ONE) == ["the mail server did not take it (its answer was 452)"] * 2


def test_a_server_that_is_not_there_is_waited_for_once() -> None:
    with socket.socket() as taken:  # bound and not listening: nobody else gets the port meanwhile
        taken.bind(("127.0.0.1", 0))
        office = PostOffice(smtp=Smtp("127.0.0.1", taken.getsockname()[1], SENDER, starttls=False))
        assert sent(office, ONE, ONE) == [mail.UNREACHABLE] * 2


def test_a_password_goes_only_over_a_connection_made_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with post_office(signed_in=True) as office:
        assert sent(office, ONE) == [None]
    assert office.secure == [True]


def test_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    with post_office(signed_in=True) as office:
        assert sent(office, ONE) == [mail.NOT_SAFE]
    assert office.came == []


def test_a_wrong_password_is_said_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with post_office(signed_in=True, password="wrong") as office:
        assert sent(office, ONE) == [mail.NOT_SIGNED_IN]
    assert office.came == []


def test_a_server_without_starttls_gets_nothing_when_it_is_asked_for() -> None:
    with post_office() as office:
        assert office.smtp is not None
        office.smtp = replace(office.smtp, starttls=True)
        assert sent(office, ONE) == [mail.NOT_SAFE]


@given(subject=st.text(max_size=60), extra=st.sampled_from(["\r\n", "\n", "\r", "\u2028", "\x85", "\x0b", "\x00"]))
def test_no_subject_breaks_into_the_headers(subject: str, extra: str) -> None:
    printable = subject.encode("utf-8", "ignore").decode()
    injected = f"{printable}{extra}Bcc: all@other.example{extra}{extra}Another body"
    message = mail._message(replace(ONE, subject=injected), sender=SENDER)
    head, _, body = message.as_bytes().partition(b"\r\n\r\n")
    fields = [line for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]
    assert {line.partition(b":")[0].lower() for line in fields} <= {
        b"from", b"to", b"subject", b"date", b"message-id", b"auto-submitted", b"content-type", b"mime-version",
        b"content-transfer-encoding",
    }  # fmt: skip
    assert body == b"Please send it.\r\n"


@pytest.mark.parametrize("address", ["a@b.example\nBcc: all@other.example", "a@b.example\r\nX: y"])
def test_an_address_with_a_line_break_makes_no_message(address: str) -> None:
    with pytest.raises(ValueError, match=r"linefeed|carriage"):
        mail._message(replace(ONE, to=address), sender=SENDER)


# -- settings ---------------------------------------------------------------------------------------------


def environment(monkeypatch: pytest.MonkeyPatch, **given: str) -> Smtp | None:
    for name in ("HOST", "PORT", "USER", "PASSWORD_FILE", "STARTTLS", "FROM"):
        monkeypatch.delenv(f"PLUMBLINE_SMTP_{name}", raising=False)
    for name, value in given.items():
        monkeypatch.setenv(f"PLUMBLINE_SMTP_{name}", value)
    return smtp_of_environment()


def test_without_a_host_there_is_no_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment(monkeypatch, FROM=SENDER) is None


def test_the_password_is_read_from_its_file_and_shown_nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n")
    found = environment(monkeypatch, HOST="mail.example", FROM=SENDER, USER=USER, PASSWORD_FILE=str(file))
    assert found == Smtp("mail.example", 587, SENDER, USER, PASSWORD, starttls=True)
    assert PASSWORD not in repr(found)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"PORT": "0"}, "SMTP_PORT"),
        ({"PORT": "mail"}, "SMTP_PORT"),
        ({"STARTTLS": "yes"}, "SMTP_STARTTLS"),
        ({"FROM": "nobody"}, "SMTP_FROM"),
        ({"FROM": "a@b.example\nBcc: c@d.example"}, "SMTP_FROM"),
        ({"USER": USER, "PASSWORD_FILE": "nowhere/at/all"}, "SMTP_PASSWORD_FILE"),
        ({"USER": USER, "STARTTLS": "0"}, "SMTP_STARTTLS=1"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str], named: str) -> None:
    with pytest.raises(PlumblineError, match=named):
        environment(monkeypatch, **({"HOST": "mail.example", "FROM": SENDER} | wrong))
