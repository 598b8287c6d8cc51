"""A return sent through the browser, from the file to the figures, and what is said of one that is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from app.steps.schools import today
from app.wording import opening, period
from schemas.calendar import academic_year, default_terms
from tests.app.opened import csv_files
from tests.browser.conftest import NewTab
from tests.browser.tab import CHOOSER, QUESTIONS, Tab
from tests.factories import complete_incident

pytestmark = pytest.mark.browser

SECRET = "perhaps-kept-secret"
CELLS = "rows => rows.map(row => [...row.cells].map(cell => cell.innerText))"
INCIDENTS = 7


def files(folder: Path, *incidents: dict[str, str]) -> list[Path]:
    """The two CSV files of a return, on disk as a school has them."""
    paths = []
    for name, content, _ in csv_files(incidents):
        path = folder / name
        path.write_bytes(content)
        paths.append(path)
    return paths


def good(folder: Path) -> list[Path]:
    """A return of the school for one term, without an error."""
    return files(folder, *[complete_incident() for _ in range(INCIDENTS)])


def upload(tab: Tab, paths: list[Path]) -> Tab:
    """Choose the files and have them checked."""
    tab.page.locator('input[type="file"]').set_input_files(paths)
    button = tab.page.get_by_role("button", name="Check", exact=True)
    expect(button).to_be_enabled()
    button.click()
    expect(tab.page.get_by_role("heading", name="Checks passed")).to_be_visible()
    return tab.settle()


def data_version(tab: Tab) -> int:
    """The state of the data that a page names."""
    found = re.search(r"Data version (\d+)", tab.words)
    assert found, tab.words
    return int(found.group(1))


def test_a_broken_file_is_answered_in_words_and_no_cell_is_repeated(tab: Tab, pictures: Path, tmp_path: Path) -> None:
    broken = [complete_incident(age_difference=SECRET, status=""), complete_incident(adult_involved=SECRET)]
    upload(tab.open("Send a return", person="school"), files(tmp_path, *broken))
    assert "This return cannot be sent yet: there are 3 issues you must fix" in tab.words
    cells = tab.page.locator("tbody tr").evaluate_all(CELLS)
    assert {tuple(row[:3]) for row in cells} >= {
        ("incidents", "2", "age_difference"), ("incidents", "2", "status"), ("incidents", "3", "adult_involved"),
    }  # fmt: skip
    assert tab.page.get_by_role("button", name="Submit the return").count() == 0
    assert SECRET.encode() not in tab.everything
    tab.picture(pictures / "school" / "send-a-return-broken.png")
    assert tab.complaints == []


def test_what_identifies_a_person_is_refused_and_not_repeated(tab: Tab, tmp_path: Path) -> None:
    address = "someone@school.example"
    upload(tab.open("Send a return", person="school"), files(tmp_path, complete_incident(incident_ref=address)))
    assert "cannot be sent yet" in tab.words
    assert address.encode() not in tab.everything


def test_a_file_of_another_school_is_refused(tab: Tab, tmp_path: Path) -> None:
    upload(tab.open("Send a return", person="school"), files(tmp_path, complete_incident(school_urn="900002")))
    assert "cannot be sent yet" in tab.words
    assert b"Quernby" not in tab.everything


def test_a_good_file_goes_from_preview_to_receipt_and_into_every_figure(
    tab: Tab, new_tab: NewTab, pictures: Path, tmp_path: Path
) -> None:
    officer = new_tab().open("Returns", person="officer")
    before = data_version(officer)
    paths = good(tmp_path)
    upload(tab.open("Send a return", person="school"), paths)
    assert "This return can be sent" in tab.words or "Issues you must fix (0)" in tab.words
    preview = re.search(r"This becomes version (\d+) of the return of Harrowdene High School", tab.words)
    assert preview, tab.words
    tab.picture(pictures / "school" / "send-a-return-preview.png")
    tab.press("Submit the return")
    expect(tab.page.get_by_role("heading", name="Receipt", exact=True)).to_be_visible()
    tab.settle().picture(pictures / "school" / "send-a-return-receipt.png")
    assert f"is kept as version {preview.group(1)}: {INCIDENTS} incidents" in tab.words
    assert "SHA-256" in tab.words
    with tab.page.expect_download() as download:
        tab.press("Download the receipt")
    text = Path(download.value.path()).read_text()
    assert re.search(r"\b[0-9a-f]{64}\b", text)
    assert "Harrowdene High School (URN 900001)" in text

    tab.go("Returns")
    after = data_version(tab)
    assert after > before
    assert f"{preview.group(1)}, superseded once" in tab.words
    tab.go("Overview").choose("Term", "Autumn")
    assert f"({INCIDENTS} incidents among" in tab.words
    officer.go("Overview")
    assert data_version(officer) == after
    assert tab.complaints == officer.complaints == []


def test_a_return_that_was_only_checked_is_not_kept_and_not_left_to_the_next_person(
    new_tab: NewTab, tmp_path: Path
) -> None:
    tab = new_tab().open("Returns", person="school")
    before = data_version(tab)
    upload(tab.go("Send a return"), good(tmp_path))
    tab.page.get_by_role("link", name="Change person").click()
    tab.asks(CHOOSER).press("Continue as Imogen Sallow").asks(QUESTIONS["Overview"]).settle()
    tab.go("Send a return")
    assert tab.page.get_by_role("button", name="Submit the return").count() == 0
    assert "Choose the term, then a file." in tab.words
    assert data_version(tab.go("Returns")) == before


def test_a_nil_return_takes_a_tick_and_gives_a_receipt(tab: Tab, pictures: Path) -> None:
    tab.open("Send a return", person="school")
    tab.page.get_by_text("We had no incidents (a nil return)").click()
    record = tab.page.get_by_role("button", name="Record a nil return")
    expect(record).to_be_disabled()
    begun = [band for band in default_terms(academic_year(today())) if band.first_day <= today()][-1]
    tab.choose("Term", opening(period(begun.academic_year, begun.term)))
    replaces = tab.page.get_by_text(re.compile("I know that this takes the place of a return"))
    if replaces.count():
        replaces.click()
    tab.page.get_by_text(re.compile("had no incidents in which staff were first told")).click()
    expect(record).to_be_enabled()
    tab.settle().picture(pictures / "school" / "send-a-return-nil.png")
    record.click()
    expect(tab.page.get_by_text(re.compile(r"The nil return of Harrowdene High School .* is kept"))).to_be_visible()
    tab.settle().go("Returns").choose("Academic year", "All years")
    assert "Nil return" in tab.words
    assert tab.complaints == []


def test_a_file_larger_than_the_portal_accepts_is_refused_in_words(tab: Tab, tmp_path: Path) -> None:
    large = tmp_path / "incidents.csv"
    large.write_bytes(b"incident_ref\n" + b"x" * (21 * 1024 * 1024))
    tab.open("Send a return", person="school").page.locator('input[type="file"]').set_input_files(large)
    expect(tab.page.get_by_text(re.compile("20.*MB or smaller"))).to_be_visible()
    expect(tab.page.get_by_role("button", name="Check", exact=True)).to_be_disabled()
