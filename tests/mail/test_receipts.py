"""The receipt by e-mail: to each school its own, after the return is kept, whatever becomes of the mail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app import receipt_mailing
from pipelines import mailboxes, returns
from pipelines import receipt_mail as by_mail
from pipelines.house import House
from pipelines.mailboxes import ContactRole
from pipelines.scope import Scope
from schemas.calendar import Term
from tests import factories
from tests.app.opened import opened, visit, words
from tests.factories import incident, officer_of
from tests.mail.post_office import PostOffice, post_office

OFFICER = officer_of("la:990")
SCHOOL = Scope.parse("school:900001")


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as found:
        yield found


@pytest.fixture
def house(office: PostOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A portal that sends its mail there, and one school with a mailbox."""
    assert office.smtp is not None
    settings = {"HOST": "localhost", "PORT": str(office.smtp.port), "STARTTLS": "0", "FROM": office.smtp.sender}
    for name, value in settings.items():
        monkeypatch.setenv(f"PLUMBLINE_SMTP_{name}", value)
    with opened(tmp_path, monkeypatch) as found:
        mailboxes.keep(found.warehouse, "900001", "dsl@school.example", role=ContactRole.LEAD, actor=OFFICER)
        yield found


def nil_on_the_page() -> str:
    app = visit("send_a_return", person="school")
    app.radio(key="send-what").set_value("We had no incidents (a nil return)").run()
    app.selectbox(key="nil-term-900001").set_value(("202526", Term.SPRING)).run()
    app.checkbox(key="nil-sure-900001-202526-spring").check().run()
    return words(app.button(key="nil-record").click().run())


def test_the_page_mails_the_receipt_that_it_shows_and_says_so(house: House, office: PostOffice) -> None:
    page = nil_on_the_page()
    assert "The receipt was e-mailed to the school's mailbox." in page
    ((address, message),) = office.came
    assert address == "dsl@school.example"
    assert message["Subject"] == "Receipt: return for the spring term 2025/26"
    assert "RECEIPT FOR A RETURN" in message.get_content()
    assert "School 900001 (URN 900001)" in message.get_content()


def test_a_mail_that_fails_loses_nothing_and_is_said(house: House, office: PostOffice) -> None:
    office.refuse = frozenset({"dsl@school.example"})
    page = nil_on_the_page()
    assert "It could not be e-mailed: the mail server did not take it (its answer was 550)." in page
    assert "is kept as version 1" in page
    assert len(house.reporting.versions(SCHOOL)) == 1


def both_schools(house: House) -> tuple[returns.Receipt, ...]:
    rows = [incident(school_urn="900001"), incident(school_urn="900002"), incident(school_urn="900002")]
    return factories.submit(house.warehouse, factories.checked(rows))


def test_each_school_gets_its_own_receipt_and_nothing_of_another(house: House, office: PostOffice) -> None:
    mailboxes.keep(house.warehouse, "900002", "head@other.example", role=ContactRole.HEAD, actor=OFFICER)
    receipts = both_schools(house)
    mailed = by_mail.send(
        house.warehouse, house.smtp, receipts, lambda one: f"receipt of {one.school_urn}", actor=OFFICER
    )
    assert mailed.sent == ("900001", "900002")
    came = {address: message.get_content().strip() for address, message in office.came}
    assert came == {"dsl@school.example": "receipt of 900001", "head@other.example": "receipt of 900002"}
    with house.warehouse.reading() as cursor:
        rows = cursor.rows("SELECT subject, detail FROM audit WHERE action = 'receipt mailed' ORDER BY sequence")
    assert [row["subject"] for row in rows] == ["school:900001 202526 autumn", "school:900002 202526 autumn"]
    assert not [row for row in rows if "@" in row["detail"]]


def recorded(house: House) -> list[tuple[str, str]]:
    with house.warehouse.reading() as cursor:
        rows = cursor.rows("SELECT action, subject FROM audit WHERE action LIKE 'receipt %' ORDER BY sequence")
    return [(row["action"], row["subject"].partition(" ")[0]) for row in rows]


@pytest.mark.parametrize("broken", ["900001", "900002"])
def test_a_receipt_that_cannot_be_written_keeps_no_other_from_going_nor_from_the_record(
    broken: str, house: House, office: PostOffice, caplog: pytest.LogCaptureFixture
) -> None:
    mailboxes.keep(house.warehouse, "900002", "head@other.example", role=ContactRole.HEAD, actor=OFFICER)

    def text_of(one: returns.Receipt) -> str:
        if one.school_urn == broken:
            raise ValueError("perhaps-kept-secret")
        return "receipt"

    mailed = by_mail.send(house.warehouse, house.smtp, both_schools(house), text_of, actor=OFFICER)
    (other,) = {"900001", "900002"} - {broken}
    assert (mailed.sent, mailed.failed) == ((other,), {broken: by_mail.NOT_MADE})
    assert len(office.came) == 1
    assert set(recorded(house)) == {("receipt mailed", f"school:{other}"), ("receipt not mailed", f"school:{broken}")}
    assert "perhaps-kept-secret" not in caplog.text


def test_a_sending_that_is_broken_off_has_recorded_what_went(house: House, office: PostOffice) -> None:
    mailboxes.keep(house.warehouse, "900002", "head@other.example", role=ContactRole.HEAD, actor=OFFICER)

    def text_of(one: returns.Receipt) -> str:
        if one.school_urn == "900002":
            raise KeyboardInterrupt
        return "receipt"

    with pytest.raises(KeyboardInterrupt):
        by_mail.send(house.warehouse, house.smtp, both_schools(house), text_of, actor=OFFICER)
    assert recorded(house) == [("receipt mailed", "school:900001")]


def test_no_mailbox_of_another_organisation_is_used(house: House, office: PostOffice) -> None:
    receipts = both_schools(house)
    mailed = by_mail.send(house.warehouse, house.smtp, receipts, str, actor=officer_of("la:991"))
    assert (mailed.sent, office.came) == ((), [])


def test_a_file_of_very_many_schools_mails_none_and_says_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_mail, "MOST_SCHOOLS", 0)
    receipts = both_schools(house)
    mailed = by_mail.send(house.warehouse, house.smtp, receipts, str, actor=OFFICER)
    assert mailed.too_many
    assert "So many schools get no e-mail" in receipt_mailing.sentence(mailed, schools=2)


def test_a_server_that_is_gone_is_said_in_words(house: House) -> None:
    assert house.smtp is not None
    receipts = both_schools(house)
    gone = replace(house.smtp, port=1)
    mailed = by_mail.send(house.warehouse, gone, receipts, str, actor=OFFICER)
    said = receipt_mailing.sentence(mailed, schools=2)
    assert said == "It could not be e-mailed: the mail server could not be reached. The return is kept all the same."
