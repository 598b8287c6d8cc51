"""`plumbline remind` and `plumbline mailboxes`: a dry run unless told to send; what could not be sent is told."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.house import open_house
from pipelines.mailboxes import mailboxes
from pipelines.scope import Scope
from pipelines.settings import settings
from tests import factories
from tests.mail.post_office import PostOffice, post_office

REMIND = ["remind", "--authority", "990", "--year", "202526", "--term", "summer"]
REFUSED = frozenset({"dsl.900003@school.example"})


@pytest.fixture
def office(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    """A post office to which the settings of this process lead."""
    with post_office(refuse=REFUSED) as found:
        assert found.smtp is not None
        smtp = {"HOST": "localhost", "PORT": str(found.smtp.port), "STARTTLS": "0", "FROM": found.smtp.sender}
        for name, value in smtp.items():
            monkeypatch.setenv(f"PLUMBLINE_SMTP_{name}", value)
        monkeypatch.setenv("PLUMBLINE_WAREHOUSE", str(shutil.copy(kept, tmp_path)))
        monkeypatch.setenv("PLUMBLINE_KEY", factories.KEY.decode())
        _forget()
        yield found
        open_house().warehouse.close()
        _forget()


def _forget() -> None:
    settings.cache_clear()
    open_house.cache_clear()


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, " ".join(done.output.split())


def test_without_send_it_says_who_would_get_one_and_sends_nothing(office: PostOffice) -> None:
    code, said = run(*REMIND)
    assert code == 0
    assert "900002 School 900002 (designated safeguarding lead): would be sent." in said
    assert "900004 School 900004: no mailbox is kept for this school." in said
    assert "Nothing was sent" in said
    assert "@" not in said
    assert office.came == []


def test_with_send_it_sends_and_tells_what_could_not_be_sent(office: PostOffice) -> None:
    code, said = run(*REMIND, "--send")
    assert code == 1
    assert "(designated safeguarding lead): not sent, the mail server did not take it (its answer was 550)." in said
    assert [address for address, _ in office.came] == ["dsl.900002@school.example"]
    assert "900002 School 900002 (designated safeguarding lead): reminded today already." in run(*REMIND)[1]


def test_mailboxes_are_kept_from_a_file(office: PostOffice, tmp_path: Path) -> None:
    file = tmp_path / "mailboxes.csv"
    file.write_text("urn,role,mailbox\n900004,school office,office@fourth.example\n")
    assert run("mailboxes", str(file), "--authority", "990") == (0, "1 mailbox is kept.")
    assert mailboxes(open_house().warehouse, Scope.parse("la:990"))["900004"].address == "office@fourth.example"
