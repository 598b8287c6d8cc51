"""What a school does with a term's return, from the template to seeing what a correction moved; with pictures."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from playwright.sync_api import expect

from tests.browser.tab import Tab
from tests.factories import child, complete_incident

pytestmark = pytest.mark.browser

SCHOOL, YEAR, TERM = "900001", "2025/26", "Summer term"
TOLD = date(2026, 5, 12)
NAMES = ("MAPLE-1", "MAPLE-2", "MAPLE-3", "MAPLE-4", "MAPLE-5", "MAPLE-6")
WRONG = "perhaps-kept-secret"


def incidents(count: int) -> list[dict[str, str]]:
    """Incidents of the summer term, each called for and escalated, on days of their own."""
    found = []
    for place, name in enumerate(NAMES[:count]):
        told = TOLD + timedelta(days=2 * place)
        days = {column: str(told) for column in complete_incident() if column.endswith("_date")}
        found.append(complete_incident(**days, incident_ref=name, external_coercion="yes", police_contacted="yes"))
    return found


def children(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """A child for each, the same one in every version."""
    names = [row["incident_ref"] for row in rows]
    return [child(incident_ref=name, child_key=f"{NAMES.index(name) + 51:032x}") for name in names]


def filled(template: Path, rows: list[dict[str, str]], out: Path) -> Path:
    """The template with its worked example deleted and these rows in it, as somebody would fill it in by hand."""
    book = openpyxl.load_workbook(template)
    for name, table in (("incidents", rows), ("children", children(rows))):
        _fill(book[name], table)
    book.save(out)
    return out


def _fill(sheet: Worksheet, rows: list[dict[str, str]]) -> None:
    heading = next(place for place in range(1, 20) if sheet.cell(place, 1).value == "incident_ref")
    columns = {str(cell.value): cell.column for cell in sheet[heading] if cell.value}
    for place in range(heading + 1, heading + 12):
        for column in columns.values():
            sheet.cell(place, column).value = None
    for place, row in enumerate(rows, start=heading + 1):
        for name, column in columns.items():
            sheet.cell(place, column).value = row.get(name) or None


def upload(tab: Tab, path: Path, *, says: str) -> Tab:
    """Choose the file and have it checked, and wait for what the page then says."""
    tab.page.locator('input[type="file"]').set_input_files(path)
    button = tab.page.get_by_role("button", name="Check", exact=True)
    expect(button).to_be_enabled()
    button.click()
    expect(tab.page.get_by_text(says).first).to_be_visible()
    return tab.settle()


def saved(tab: Tab, button: str, path: Path) -> Path:
    """What a download button gives."""
    with tab.page.expect_download() as download:
        tab.press(button)
    download.value.save_as(path)
    return path


def test_a_school_sends_corrects_and_sees_what_moved(tab: Tab, pictures: Path, tmp_path: Path) -> None:
    shots = pictures / "sending"
    tab.open("Send a return", person="school").choose("Academic year", YEAR).choose("Term", TERM)
    template = saved(tab, "Download the template (Excel)", tmp_path / "template.xlsx")
    tab.picture(shots / "1-choose.png")

    rows = incidents(5)
    faulty = [rows[0] | {"age_difference": WRONG}, rows[1] | {"adult_involved": ""}, *rows[2:]]
    upload(tab, filled(template, faulty, tmp_path / "faulty.xlsx"), says="This return cannot be sent yet")
    assert "This return cannot be sent yet: there are 2 issues you must fix" in tab.words
    assert WRONG.encode() not in tab.everything
    tab.picture(shots / "2-issues.png")
    report = openpyxl.load_workbook(saved(tab, REPORT, tmp_path / "report.xlsx"))
    assert report.sheetnames[:2] == ["Fix first", "All issues"]
    told = "\n".join(str(cell) for row in report["Fix first"].iter_rows(values_only=True) for cell in row)
    assert "age_difference" in told
    assert WRONG not in told

    upload(tab, filled(template, rows, tmp_path / "mended.xlsx"), says="This return can be sent")
    assert "Issues you must fix (0)" in tab.words
    explain(tab)
    preview = re.search(r"This becomes version (\d+) of the return of Harrowdene High School", tab.words)
    assert preview, tab.words
    assert "What it moves in your figures" in tab.words
    assert "a release is for good, so this return changes none" in tab.words
    tab.picture(shots / "3-preview.png")
    receipt = submit(tab)
    assert f"is kept as version {preview.group(1)}: 5 incidents" in receipt
    assert "Something back: your figures with this return" in receipt
    tab.picture(shots / "4-receipt.png")
    page = saved(tab, "Download the receipt", tmp_path / "receipt.html").read_text()
    assert re.search(r"\b[0-9a-f]{64}\b", page)
    assert "<script" not in page

    again = [rows[0], rows[1] | {"police_contacted": "no", "police_contact_date": ""}, *rows[3:], *incidents(6)[5:]]
    tab.press("Send another return").settle()
    upload(tab, filled(template, again, tmp_path / "again.xlsx"), says="This return can be sent")
    version = int(preview.group(1))
    assert f"Against version {version}: 1 new, 1 changed, 3 unchanged and 1 removed." in tab.words
    tab.unfold()
    assert re.search(r"MAPLE-2\s+Changed\s+", tab.words)
    assert re.search(r"It moves [0-9a-z]+ figures?: .*5 of 5 → 4 of 5", tab.words)
    tab.picture(shots / "5-what-moves.png")
    assert f"is kept as version {version + 1}: 5 incidents" in submit(tab)
    tab.go("Returns").choose("Academic year", "All years")
    pick(tab, "Which version", f"Harrowdene High School: Summer term 2025/26, version {version}")
    expect(tab.page.get_by_text(f"superseded by version {version + 1}").first).to_be_visible()
    tab.settle()
    tab.picture(shots / "6-returns.png")
    printed(tab, page, shots / "7-printed.png")
    assert tab.complaints == []


REPORT = "Download the report (Excel)"


def pick(tab: Tab, label: str, option: str) -> None:
    """Choose by typing, as somebody without a mouse does; of several boxes of that name the first."""
    box = tab.settle().filter(label).first
    box.focus()
    box.press_sequentially(option)
    expect(tab.page.get_by_role("option", name=option, exact=True)).to_be_visible()
    box.press("Enter")
    expect(box).to_have_value(option)


def explain(tab: Tab) -> None:
    """Choose a reason for the first rule that asks, and wait until the page counts it."""
    expect(tab.page.get_by_role("button", name="Submit the return")).to_be_visible()  # the last thing to be drawn
    pick(tab, "If these answers are right as they are, say why", "Unusual, but right")
    expect(tab.page.get_by_text(re.compile(r"queries, [1-9][0-9]* explained"))).to_be_visible()
    tab.settle()


def submit(tab: Tab) -> str:
    """Approve, and read the receipt."""
    tab.press("Submit the return")
    expect(tab.page.get_by_role("heading", name="Receipt", exact=True)).to_be_visible()
    return tab.settle().words


def printed(tab: Tab, page: str, path: Path) -> None:
    """The downloaded receipt as a browser shows it by itself."""
    paper = tab.page.context.new_page()
    paper.set_content(page)
    paper.emulate_media(media="print")
    paper.screenshot(path=path)
    paper.close()
