"""What comes out of an export: the right answers, the right children, and blanks where nothing is certain."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.intake import checking
from pipelines.intake.surroundings import Stated as Said
from pipelines.intake.surroundings import Surroundings
from pipelines.intake.tables import NamedFile
from pipelines.recording.anonymising import Stated, anonymise
from pipelines.recording.converting import Converted, convert
from pipelines.recording.exports import read_export
from pipelines.recording.key_files import SchoolKey
from pipelines.recording.pseudonyms import Pseudonyms
from pipelines.recording.report import Kind
from schemas.errors import PlumblineError, UnreadableError
from schemas.issues import Severity
from schemas.recording_systems import RecordingSystem, own_format, recording_systems
from tests.recording.raw_exports import (
    OKON,
    QUILL,
    THISTLE,
    URN,
    Rows,
    as_csv,
    as_workbook,
    canonical,
    row_per_action,
    row_per_child,
    row_per_event,
)

KEY = SchoolKey(bytes(range(32)), "3", "2026-09-01")
OTHER_KEY = SchoolKey(bytes(range(1, 33)), "1", "2026-09-01")
LAYOUTS = {"row-per-event": row_per_event, "row-per-child": row_per_child, "row-per-action": row_per_action}
Tables = dict[str, list[dict[str, str]]]


def made(content: bytes | Rows, system: str | RecordingSystem, *, key: SchoolKey = KEY, urn: str = URN) -> Converted:
    file = NamedFile("export", content if isinstance(content, bytes) else as_csv(content))
    chosen = recording_systems()[system] if isinstance(system, str) else system
    return convert(read_export([file], chosen), chosen, Pseudonyms(key.secret, urn))


def tables(done: Converted) -> Tables:
    return {"incidents": list(done.incidents), "children": list(done.children)}


def said(done: Converted) -> dict[tuple[Kind, str], tuple[int, ...]]:
    return {(line.kind, line.column): line.rows for line in done.lines}


def changed(rows: Rows, row: int, header: str, value: str) -> Rows:
    """The export with one cell changed, the row counted as a spreadsheet does; a new column where there is none."""
    head = [*rows[0], *([] if header in rows[0] else [header])]
    even = [[*cells, *[""] * (len(head) - len(cells))] for cells in rows[1:]]
    even[row - 2][head.index(header)] = value
    return [head, *even]


def renamed(rows: Rows, names: Mapping[str, str]) -> Rows:
    return [[names.get(header, header) for header in rows[0]], *rows[1:]]


@pytest.mark.parametrize("layout", ["row-per-event", "row-per-action"])  # the third through the command, in a journey
def test_every_layout_gives_a_return_without_an_error(layout: str) -> None:
    export = [NamedFile("export", as_csv(LAYOUTS[layout]()))]
    done = anonymise(export, recording_systems()[layout], KEY, Stated(URN))
    checked = checking.check(
        [NamedFile("return.xlsx", done.content)], stated=Said(), around=Surroundings(today=date(2026, 1, 5))
    )
    assert [issue for issue in checked.issues if issue.severity is Severity.ERROR] == []
    assert (checked.academic_year, checked.term, checked.key_version) == ("202526", "autumn", "3")


def test_children_listed_in_cells_come_apart_in_their_order() -> None:
    found = tables(made(row_per_event(), "row-per-event"))
    children = found["children"]
    assert [(child["incident_ref"] == "10441", child["role"], child["year_group"]) for child in children] == [
        (True, "pictured", "9"),
        (True, "pressured_another", "11"),
        (False, "received", "9"),
    ]
    assert len({child["child_key"] for child in children}) == 3


def test_rows_of_a_child_each_come_together_to_one_incident() -> None:
    found = tables(made(row_per_child(), "row-per-child"))
    assert [row["incident_ref"] for row in found["incidents"]] == ["551", "552"]
    assert [child["role"] for child in found["children"]] == ["pictured", "shared_on", "received", "other"]
    keys = [child["child_key"] for child in found["children"]]
    assert keys[0] == keys[3]
    assert len(set(keys)) == 3


def test_actions_answer_their_columns_with_the_earliest_date_and_children_are_counted_once() -> None:
    found = tables(made(row_per_action(), "row-per-action"))
    (incident,) = found["incidents"]
    assert incident["police_contacted"] == "yes"
    assert incident["police_contact_date"] == "2025-10-07"
    assert incident["social_care_contacted"] == "yes"
    assert incident["social_care_contact_date"] == "2025-10-07"
    assert incident["actions_taken"] == "year_group_education"
    assert [(child["role"], child["year_group"]) for child in found["children"]] == [
        ("pictured", "9"),
        ("received", "9"),
    ]


def test_an_action_that_is_not_listed_is_never_a_no() -> None:
    rows = [row for row in row_per_action() if "Referral to social care" not in row]
    (incident,) = tables(made(rows, "row-per-action"))["incidents"]
    assert incident["social_care_contacted"] == ""
    assert incident["ceop_reported"] == ""


def test_only_events_of_the_return_s_subject_are_taken_and_the_others_are_told_of() -> None:
    done = made(row_per_event(), "row-per-event")
    assert len(done.incidents) == 2
    assert said(done)[Kind.OTHER_SUBJECT, ""] == (4,)
    with pytest.raises(UnreadableError, match="None of the events"):
        made(changed(row_per_event()[:2], 2, "Categories", "Our own word"), "row-per-event")


def test_a_word_that_is_not_known_is_left_blank_and_told_by_row_and_never_by_value() -> None:
    done = made(changed(row_per_child(), 4, "Role", "Zephyrine's friend"), "row-per-child")
    assert tables(done)["children"][2]["role"] == ""
    assert said(done)[Kind.NOT_UNDERSTOOD, "role"] == (4,)
    assert all("friend" not in line.sentence for line in done.lines)


def test_rows_of_one_event_that_disagree_leave_the_answer_to_a_person() -> None:
    done = made(changed(row_per_child(), 3, "External coercion", "No"), "row-per-child")
    assert [row["external_coercion"] for row in tables(done)["incidents"]] == ["", "yes"]
    assert said(done)[Kind.DISAGREE, "external_coercion"] == (2, 3)


def test_a_cell_and_an_action_that_contradict_each_other_leave_the_answer_to_a_person() -> None:
    done = made(
        [[*row, "Police told?" if not at else "No"] for at, row in enumerate(row_per_action())], "row-per-action"
    )
    assert tables(done)["incidents"][0]["police_contacted"] == ""
    assert (Kind.DISAGREE, "police_contacted") in said(done)


def test_lists_of_different_lengths_are_not_paired() -> None:
    done = made(changed(row_per_event(), 2, "Role", "Child pictured; Received; Received"), "row-per-event")
    assert [child["role"] for child in tables(done)["children"]] == ["", "", "received"]
    assert said(done)[Kind.NOT_PAIRED, "role"] == (2,)


@pytest.mark.parametrize(
    ("reported", "read"),
    [("06/10/2025", "2025-10-06"), ("6 Oct 2025 3:15 pm", "2025-10-06"), ("2025-10-06T09:41:00", "2025-10-06"),
     ("06/10/25 09:41", "2025-10-06"), ("45936", "2025-10-06"), ("10/25/2025", ""), ("soon", "")],
)  # fmt: skip
def test_dates_are_read_day_first_without_their_time_and_never_guessed(reported: str, read: str) -> None:
    incidents = tables(made(row_per_child(date=reported), "row-per-child"))["incidents"]
    assert {row["reported_date"] for row in incidents} == {read}


def test_one_date_that_exists_only_month_first_makes_its_whole_column_uncertain() -> None:
    done = made(changed(row_per_child(), 2, "Date of birth", "08/30/2010"), "row-per-child")
    assert {row["reported_date"] for row in tables(done)["incidents"]} == {"2025-10-06"}
    without_years = renamed(changed(row_per_child(), 2, "Date of birth", "08/30/2010"), {"Year group": "Form"})
    assert {child["year_group"] for child in tables(made(without_years, "row-per-child"))["children"]} == {""}


def test_a_format_may_say_that_its_system_writes_the_month_first() -> None:
    american = own_format({"extends": "row-per-child", "dates": "month_first"}, where="own.toml")
    rows = row_per_child(date="10/25/2025 1:05 PM")
    born = {QUILL.born: "02/14/2012", OKON.born: "09/03/2011", THISTLE.born: "08/30/2010"}
    turned = [[born.get(cell, cell) for cell in row] for row in renamed(rows, {"Year group": "Form"})]
    found = tables(made(turned, american))
    assert {row["reported_date"] for row in found["incidents"]} == {"2025-10-25"}
    assert [child["year_group"] for child in found["children"]] == ["9", "9", "11", "9"]
    british = made(row_per_child(date="25/10/2025"), american)
    assert {row["reported_date"] for row in british.incidents} == {""}
    assert (Kind.MONTH_FIRST, "reported_date") in said(british)


def test_a_date_of_birth_gives_the_year_group_where_none_is_recorded() -> None:
    by_birth = made(renamed(row_per_child(), {"Year group": "Form"}), "row-per-child")
    assert [child["year_group"] for child in tables(by_birth)["children"]] == ["9", "9", "11", "9"]


def test_a_recorded_year_group_stands_and_the_difference_is_told() -> None:
    done = made(changed(row_per_child(), 2, "Year group", "Yr 8"), "row-per-child")
    assert tables(done)["children"][0]["year_group"] == "8"
    assert said(done)[Kind.YEAR_DIFFERS, ""] == (2,)


@pytest.mark.parametrize(
    "event",
    ["JS-2025-01", "2012-02-14", "48e87257-0000-4000-8000-48e8725748e8", "Zephyrine", "004417", QUILL.upn, "INC 7 / 25",
     "943 476 5870"],
)  # fmt: skip
def test_an_event_s_number_that_might_tell_something_is_replaced(event: str) -> None:
    rows = changed(changed(row_per_child(), 2, "Event ID", event), 3, "Event ID", event)
    done = made(rows, "row-per-child")
    reference = tables(done)["incidents"][0]["incident_ref"]
    assert reference.startswith("r")
    assert event not in str(tables(done))
    assert said(done)[Kind.NEW_REFERENCE, ""] == (2, 3)
    assert [child["incident_ref"] for child in tables(done)["children"]] == [reference, reference, "552", "552"]
    assert reference == tables(made(rows, "row-per-child"))["incidents"][0]["incident_ref"]


@pytest.mark.parametrize("event", ["10441", "INC-0007", "EV12", "case_99"])
def test_a_plain_event_number_stays(event: str) -> None:
    rows = changed(changed(row_per_child(), 2, "Event ID", event), 3, "Event ID", event)
    assert tables(made(rows, "row-per-child"))["incidents"][0]["incident_ref"] == event


def test_a_child_has_one_key_in_every_term_and_another_under_another_key_or_school_s_number() -> None:
    autumn, spring = row_per_child(), row_per_child(date="03/02/2026")
    keys = [
        [child["child_key"] for child in tables(made(rows, "row-per-child"))["children"]] for rows in (autumn, spring)
    ]
    assert keys[0] == keys[1]
    other = [child["child_key"] for child in tables(made(autumn, "row-per-child", key=OTHER_KEY))["children"]]
    assert not set(other) & set(keys[0])


def test_a_upn_s_key_is_one_over_schools_and_a_school_s_own_number_is_the_school_s_only() -> None:
    def keys(rows: Rows, urn: str) -> list[str]:
        return [child["child_key"] for child in tables(made(rows, "row-per-child", urn=urn))["children"]]

    own_numbers = renamed(row_per_child(), {"UPN": "Former UPN"})
    assert keys(row_per_child(), URN) == keys(row_per_child(), "900002")
    assert not set(keys(own_numbers, URN)) & set(keys(own_numbers, "900002"))


def test_a_row_without_a_upn_takes_the_one_its_admission_number_has_elsewhere() -> None:
    keys = [child["child_key"] for child in tables(made(row_per_child(), "row-per-child"))["children"]]
    done = made(changed(row_per_child(), 5, "UPN", ""), "row-per-child")
    assert [child["child_key"] for child in tables(done)["children"]] == keys
    alone = made(changed(row_per_child(), 4, "UPN", ""), "row-per-child")
    assert tables(alone)["children"][2]["child_key"] not in ("", keys[2])
    assert said(alone)[Kind.OTHER_NUMBER, ""] == (4,)


@pytest.mark.parametrize("number", ["Merrily Thistlewood", "see notes", "1.23457E+12", "#N/A"])
def test_what_is_no_identifier_makes_no_key(number: str) -> None:
    rows = changed(changed(row_per_child(), 4, "UPN", number), 4, "Admission number", number)
    done = made(rows, "row-per-child")
    assert tables(done)["children"][2]["child_key"] == ""
    assert said(done)[Kind.NO_IDENTIFIER, ""] == (4,)


def test_a_upn_with_a_wrong_check_letter_or_a_temporary_one_is_told_of() -> None:
    rows = changed(changed(row_per_child(), 2, "UPN", "A801200005001"), 3, "UPN", "M80120000501B")
    done = said(made(rows, "row-per-child"))
    assert done[Kind.CHECK_LETTER, ""][0] == 2


def test_the_school_is_asked_for_where_the_export_does_not_say_or_says_another() -> None:
    file = NamedFile("export", as_csv(row_per_child()))
    for urn in (None, "9", "90000A"):
        with pytest.raises(PlumblineError, match="--school"):
            anonymise([file], recording_systems()["row-per-child"], KEY, Stated(urn))
    own = [[*row, "School URN" if not at else "900005"] for at, row in enumerate(row_per_child())]
    with pytest.raises(PlumblineError, match="--school"):
        anonymise([NamedFile("export", as_csv(own))], recording_systems()["row-per-child"], KEY, Stated(URN))
    done = anonymise([NamedFile("export", as_csv(own))], recording_systems()["row-per-child"], KEY, Stated())
    sheet = openpyxl.load_workbook(io.BytesIO(done.content))["incidents"]
    assert [row[1] for row in sheet.iter_rows(values_only=True)] == ["school_urn", "900005", "900005"]


def test_an_export_in_the_wrong_format_is_refused_before_events_are_lost() -> None:
    rows = renamed(row_per_child(), {"UPN": "UPNs"})
    with pytest.raises(UnreadableError, match="row-per-child or row-per-action"):
        made(rows, "row-per-event")


def test_of_several_sheets_only_a_visible_one_with_the_headers_is_read() -> None:
    done = made(as_workbook(About=[["Exported by"], ["Mrs Crackenthorpe"]], Export=row_per_child()), "row-per-child")
    assert len(done.incidents) == 2
    with pytest.raises(UnreadableError, match="More than one sheet"):
        made(as_workbook(One=row_per_child(), Two=row_per_child()), "row-per-child")


def test_a_child_of_no_incident_is_not_lost_silently() -> None:
    incidents, children = canonical()
    book = as_workbook(incidents=incidents, children=changed(children, 3, "incident_ref", "INC-0008"))
    with pytest.raises(UnreadableError, match="Row 3 of the children"):
        made(book, "canonical")


def test_more_words_given_with_the_call_go_before_those_of_the_format() -> None:
    system = recording_systems()["row-per-child"].extended(
        headers={"Our police column": "police_contacted", "Details": "spread"},
        values={"police_contacted": {"Rang 101": "yes"}, "status": {"Open": "closed"}},
    )
    rows = renamed(
        changed(row_per_child(), 2, "Police contacted", "rang  101"), {"Police contacted": "our POLICE column?"}
    )
    done = made(rows, system)
    assert tables(done)["incidents"][0]["police_contacted"] == "yes"
    assert {row["status"] for row in tables(done)["incidents"]} == {"closed"}
    assert (Kind.NOT_UNDERSTOOD, "spread") in said(done)


MARKED = "Zqxjkv"
PLACES = st.tuples(st.integers(0, 4), st.integers(0, len(row_per_child()[0]) - 1))
TEXTS = st.builds(lambda before, after: f"{before}{MARKED}{after}", st.text(max_size=5), st.text(max_size=5))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(PLACES, TEXTS), min_size=1, max_size=6))
def test_no_text_of_an_export_comes_out_wherever_it_stands(planted: list[tuple[tuple[int, int], str]]) -> None:
    rows = [list(row) for row in row_per_child()]
    for (row, column), text in planted:
        rows[row][column] = text
    try:
        done = made(rows, "row-per-child")
        told = str(tables(done)) + "".join(line.sentence for line in done.lines)
    except PlumblineError as error:
        told = str(error)
    assert MARKED.lower() not in told.lower()


def test_people_s_data_is_in_the_fixtures_so_that_the_tests_can_fail() -> None:
    assert {OKON.upn, QUILL.upn, THISTLE.upn} <= {cell for row in row_per_child() for cell in row}
