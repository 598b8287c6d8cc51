"""Receipts: the same facts for a version just sent and one of long ago, safe to open and print, never another's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from app import printable, proof_words, receipt_mailing
from pipelines import attempts, receipts, returns
from pipelines.house import House
from pipelines.receipt_mail import Mailed
from pipelines.receipts import Proof
from pipelines.scope import Scope
from schemas.calendar import Term
from schemas.errors import RefusedError
from tests import factories
from tests.app.opened import csv_files, opened, visit, words
from tests.app.test_send_a_return import QUERIED, checked, press
from tests.factories import complete_incident, incident, officer_of

SCHOOL = Scope.parse("school:900001")


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with opened(tmp_path, monkeypatch) as found:
        yield found


def proof(house: House, number: int = 1, scope: Scope = SCHOOL) -> Proof:
    return receipts.proofs(house.warehouse, scope, [number])[0]


def test_a_receipt_says_the_same_later_as_when_the_return_was_sent(house: House) -> None:
    app = checked(*csv_files([complete_incident(**QUERIED)]))
    boxes = [box for box in app.selectbox if str(box.key).startswith("explain-")]
    boxes[0].set_value("unusual_but_right").run()
    page = words(press(app, "send-submit"))
    sent = app.session_state["return-sent"].receipts[0]
    kept = proof(house)
    for name in ("return_id", "school_urn", "term", "version", "nil", "incidents", "children", "queries", "explained",
                 "recorded_at", "recorded_by", "file_sha256"):  # fmt: skip
        assert getattr(kept, name) == getattr(sent, name)
    assert kept.role == "designated safeguarding lead"
    assert kept.data_version == house.reporting.data_version()
    for label, value in (*proof_words.common([kept]), *proof_words.of_school(kept)):
        assert value in proof_words.as_text([kept])
        assert label in page
    assert f"{kept.recorded_by}, {kept.role}" in page
    returned = visit("returns", person="school")
    returned.selectbox(key="receipt-of").set_value(1).run()
    assert kept.file_sha256 in words(returned)


def test_a_superseded_and_a_withdrawn_version_can_be_opened_and_say_so(house: House) -> None:
    for _ in range(2):
        factories.submit(house.warehouse, factories.checked([incident()]))
    assert "superseded by version 2 on " in proof_words.state(proof(house))
    assert proof_words.state(proof(house, 2)).startswith("stood when this was written, ")
    app = visit("returns", person="school")
    app.selectbox(key="receipt-of").set_value(2).run()
    assert app.button(key="withdraw").disabled
    app.checkbox(key="withdraw-sure-2").check().run()
    app.button(key="withdraw").click().run()
    assert "no return stands for it now" in words(app)
    assert proof_words.state(proof(house, 2)).startswith("withdrawn on ")


def test_a_withdrawal_is_refused_when_another_version_came_in_since(house: House) -> None:
    factories.submit(house.warehouse, factories.checked([incident()]))
    app = visit("returns", person="school")
    app.selectbox(key="receipt-of").set_value(1).run()
    app.checkbox(key="withdraw-sure-1").check().run()
    factories.submit(house.warehouse, factories.checked([incident()]))
    app.button(key="withdraw").click().run()
    assert proof_words.state(proof(house, 2)).startswith("stood when this was written, ")
    assert returns.STALE in words(app) or "does not stand" in words(app) or "no version to withdraw" in words(app)


def test_nobody_reads_the_receipt_of_another_organisation(house: House) -> None:
    factories.submit(house.warehouse, factories.checked([incident(school_urn="900003")]))
    for scope in ("school:900001", "school:900002", "la:990", "trust:99001"):
        with pytest.raises(RefusedError, match="no such version"):
            proof(house, 1, Scope.parse(scope))
    assert proof(house, 1, Scope.parse("la:991")).school_urn == "900003"
    with pytest.raises(RefusedError):
        proof(house, 2)


def test_what_leaves_the_portal_names_the_role_of_the_sender_and_nobody(house: House) -> None:
    app = press(checked(*csv_files([complete_incident()])), "send-submit")
    kept = proof(house)
    for given in (proof_words.as_text([kept]), printable.as_html([kept], sentence="Kept.").decode()):
        assert kept.role in given
        assert kept.recorded_by not in given
    assert kept.recorded_by in words(app)
    unknown = dict(proof_words.common([replace(kept, role="")]))
    assert unknown["Sent by"] == "role not on record"


class Told(HTMLParser):
    """What a page shows and which tags and addresses it has."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [str(value) for name, value in attrs if name in ("href", "src", "action")]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_the_printable_receipt_runs_nothing_fetches_nothing_and_shows_every_text_as_it_is(house: House) -> None:
    factories.submit(house.warehouse, factories.checked([incident()]))
    nasty = replace(proof(house), school_name='<script>alert("x")</script>&=1+1', role="<img src=x>")
    for several in ([nasty], [nasty, nasty]):
        page = printable.as_html(several, sentence="<b>kept</b>").decode()
        told = Told()
        told.feed(page)
        assert told.tags.isdisjoint({"script", "img", "link", "iframe", "a", "b"})
        assert told.addresses == []
        assert 'alert("x")' in "".join(told.text)
        assert "default-src 'none'" in page
        assert not re.search(r"url\(|@import|https?:", page)


def test_of_a_check_only_the_fact_is_kept_and_the_school_sees_its_own(house: House) -> None:
    checked(*csv_files([complete_incident(age_difference="perhaps-kept-secret")]))
    checked(*csv_files([complete_incident(**QUERIED)]))
    sound, failed = attempts.read(house.warehouse, SCHOOL, most=10)
    assert (sound.sound, failed.sound) == (True, False)
    assert failed.rules == {"format-code": 1}
    assert sum(sound.rules.values()) == 7
    page = words(visit("returns", person="school"))
    assert "Not accepted" in page
    assert "perhaps-kept-secret" not in page
    assert "Not accepted" not in words(visit("returns", person="officer"))
    assert attempts.read(house.warehouse, Scope.parse("la:990"), most=10) == ()


def test_something_comes_back_with_the_receipt(house: House) -> None:
    told = {"external_coercion": "yes", "police_contacted": "yes", "police_contact_date": "2025-10-02"}
    page = words(press(checked(*csv_files([complete_incident(**told) for _ in range(3)])), "send-submit"))
    assert "Something back" in page
    assert "School 900001, autumn term 2025/26: escalated when called for, 3 of 3" in page
    assert "Invented, all schools" in page


def test_a_trust_sees_its_school_beside_all_of_its_own(house: House) -> None:
    factories.submit(house.warehouse, factories.checked([incident(school_urn="900002", age_difference="yes")]))
    app = press(checked(*csv_files([complete_incident(age_difference="yes")]), person="trust"), "send-submit")
    page = words(app)
    assert "School 900001, autumn term 2025/26" in page
    assert "all schools of Invented Trust" in page.lower() or "All schools of Invented Trust" in page


def test_a_nil_return_has_a_receipt_too(house: House) -> None:
    returns.record_nil(
        house.warehouse, school_urn="900001", academic_year="202526", term=Term.AUTUMN, actor=officer_of(str(SCHOOL))
    )
    facts = dict((*proof_words.common([proof(house)]), *proof_words.of_school(proof(house))))
    assert facts["Kept as"].startswith("nil return")
    assert facts["File fingerprint (SHA-256)"] == "none: no file was sent"


def test_where_the_receipt_went_by_e_mail_is_said_in_words() -> None:
    told = [
        receipt_mailing.sentence(Mailed(), schools=1),
        receipt_mailing.sentence(Mailed(("900001",)), schools=1),
        receipt_mailing.sentence(Mailed(failed={"900001": "the mail server could not be reached"}), schools=1),
        receipt_mailing.sentence(Mailed(too_many=True), schools=300),
    ]
    assert told == [
        "",
        "The receipt was e-mailed to the school's mailbox.",
        "It could not be e-mailed: the mail server could not be reached. The return is kept all the same.",
        "So many schools get no e-mail; the receipt is on the page Returns.",
    ]
