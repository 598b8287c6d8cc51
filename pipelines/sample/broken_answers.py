"""Faults of answers: of one cell, between answers, and what identifies a person."""

from __future__ import annotations

from datetime import date

from pipelines.sample.broken_edits import Edit, Fault, as_csv_pair, cell, cells, column_retyped, row_again, with_column

DAYS = (
    "reported_date", "dsl_informed_date", "parents_informed_date", "decision_date", "police_contact_date",
    "closed_date", "review_date",
)  # fmt: skip


def _all_on(row: int, day: date) -> Edit:
    """Move an incident to another day, so that its days still follow each other."""
    return cells("incidents", row, dict.fromkeys(DAYS, day))


def _coded(value: str) -> Edit:
    """Write a value where one of the listed answers belongs."""
    return cell("incidents", 6, "reported_by", value)


FORMATS = (
    Fault(
        "code-unknown",
        "An answer is not in the list.",
        (cell("incidents", 3, "imagery_type", "hologram"),),
        expects=(("format-code", "incidents", 3, "imagery_type"),),
    ),
    Fault(
        "core-answer-blank",
        "A question that every return must answer is blank.",
        (cell("incidents", 4, "child_vulnerable", None),),
        expects=(("format-core-blank", "incidents", 4, "child_vulnerable"),),
    ),
    Fault(
        "optional-answer-blank",
        "A question outside the core is blank.",
        (cell("incidents", 4, "risk_assessment_done", None),),
        expects=(("format-blank", "incidents", 4, "risk_assessment_done"),),
    ),
    Fault(
        "date-impossible",
        "A day that no calendar has.",
        (cell("incidents", 2, "incident_date", "31/09/2025"),),
        expects=(("format-date", "incidents", 2, "incident_date"),),
    ),
    Fault(
        "date-american",
        "One date has the month first.",
        (cell("incidents", 3, "reported_date", "09/25/2025"),),
        expects=(("format-date-month-first", "incidents", 3, "reported_date"),),
    ),
    Fault(
        "dates-american",
        "A whole column has the month first.",
        (column_retyped("incidents", "reported_date", "%m/%d/%Y"),),
        expects=(
            ("format-date-month-first", "incidents", 2, "reported_date"),
            ("format-date-month-first", "incidents", 3, "reported_date"),
            ("format-date-month-first", "incidents", 5, "reported_date"),
            ("format-date-month-first", "incidents", 7, "reported_date"),
        ),
    ),
    Fault(
        "day-and-month-swapped",
        "Day and month of one date are swapped, which gives a day of another term.",
        (cell("incidents", 4, "reported_date", "10/06/2025"),),
        expects=(("cross-outside-term", "incidents", 4, "reported_date"),),
    ),
    Fault(
        "reference-malformed",
        "A reference has characters that it may not have.",
        (
            cell("incidents", 5, "incident_ref", "N2526/004"),
            cell("children", 8, "incident_ref", "N2526/004"),
        ),
        expects=(
            ("format-text", "incidents", 5, "incident_ref"),
            ("format-text", "children", 8, "incident_ref"),
        ),
    ),
    Fault(
        "key-malformed",
        "A child key is too short.",
        (cell("children", 4, "child_key", "4e87"),),
        expects=(("format-key", "children", 4, "child_key"),),
    ),
    Fault(
        "key-as-number",
        "The spreadsheet program read a child key as a number.",
        (cell("children", 4, "child_key", "4.8E+87"),),
        pack=as_csv_pair,
        expects=(("file-rounded-number", "children", 4, "child_key"),),
    ),
)

RELATIONS = (
    Fault(
        "date-in-future",
        "Staff were told on a day that has not come.",
        (_all_on(7, date(2095, 11, 21)),),
        expects=(("cross-date-in-future", "incidents", 7, "reported_date"),),
    ),
    Fault(
        "outside-term",
        "An incident belongs to the next term.",
        (_all_on(7, date(2026, 1, 8)),),
        expects=(("cross-outside-term", "incidents", 7, "reported_date"),),
    ),
    Fault(
        "dates-out-of-order",
        "The safeguarding lead was told before staff were.",
        (cell("incidents", 2, "dsl_informed_date", date(2025, 9, 12)),),
        expects=(("cross-dsl-told-before-reported", "incidents", 2, "dsl_informed_date"),),
    ),
    Fault(
        "decision-before-lead-told",
        "The decision came before the safeguarding lead was told.",
        (cell("incidents", 3, "dsl_informed_date", date(2025, 9, 26)),),
        expects=(("cross-decision-before-dsl-told", "incidents", 3, "decision_date"),),
    ),
    Fault(
        "experimental-with-coercion",
        "An incident called experimental records coercion.",
        (cell("incidents", 2, "external_coercion", "yes"),),
        expects=(("cross-experimental-with-coercion", "incidents", 2, "incident_type"),),
    ),
    Fault(
        "adult-type-without-adult",
        "The type says an adult was involved, the answer says not.",
        (cell("incidents", 5, "adult_involved", "no"),),
        expects=(("cross-adult-type-without-adult", "incidents", 5, "incident_type"),),
    ),
    Fault(
        "contact-date-without-contact",
        "There is a day of police contact, but no contact.",
        (cell("incidents", 2, "police_contact_date", date(2025, 9, 16)),),
        expects=(("cross-police-date-without-contact", "incidents", 2, "police_contact_date"),),
    ),
    Fault(
        "search-conditions-without-search",
        "Conditions of a search are answered, but nothing was searched.",
        (cell("incidents", 2, "search_authorised", "yes"),),
        expects=(("cross-search-conditions-without-search", "incidents", 2, "device_searched"),),
    ),
    Fault(
        "none-beside-actions",
        "“None” stands beside other actions.",
        (cell("incidents", 2, "actions_taken", "individual_education;none"),),
        expects=(("cross-none-with-other-actions", "incidents", 2, "actions_taken"),),
    ),
    Fault(
        "closed-date-while-open",
        "An open incident has a day on which it was closed.",
        (cell("incidents", 2, "status", "open"),),
        expects=(("cross-closed-date-while-open", "incidents", 2, "closed_date"),),
    ),
    Fault(
        "child-twice",
        "A child is listed twice in the same part.",
        (row_again("children", 13),),
        expects=(("cross-child-twice", "children", 14, "child_key"),),
    ),
    Fault(
        "year-group-outside-school",
        "A child's year group is outside the ages of the school.",
        (cell("children", 2, "year_group", "3"),),
        expects=(("cross-year-group-outside-phase", "children", 2, "year_group"),),
    ),
)

# Documented test values and numbers reserved for fiction: they have the form, but belong to nobody.
PERSONAL = (
    Fault(
        "upn-in-reference",
        "A UPN is used as the reference of an incident.",
        (
            cell("incidents", 5, "incident_ref", "B801200005001"),
            cell("children", 8, "incident_ref", "B801200005001"),
        ),
        expects=(
            ("personal-upn", "children", 8, "incident_ref"),
            ("personal-upn", "incidents", 5, "incident_ref"),
        ),
    ),
    Fault(
        "upn-as-key",
        "A UPN stands where a child key belongs.",
        (cell("children", 6, "child_key", "B801200005001"),),
        expects=(("personal-upn", "children", 6, "child_key"),),
    ),
    Fault(
        "nhs-number",
        "An NHS number stands where a child key belongs.",
        (cell("children", 6, "child_key", "943 476 5870"),),
        expects=(("personal-nhs-number", "children", 6, "child_key"),),
    ),
    Fault(
        "email",
        "An e-mail address stands in a coded column.",
        (_coded("dsl@school.example"),),
        expects=(("personal-email", "incidents", 6, "reported_by"),),
    ),
    Fault(
        "phone",
        "A phone number stands in a coded column.",
        (_coded("01632 960123"),),
        expects=(("personal-phone", "incidents", 6, "reported_by"),),
    ),
    Fault(
        "postcode",
        "A postcode stands in a coded column.",
        (_coded("GIR 0AA"),),
        expects=(("personal-postcode", "incidents", 6, "reported_by"),),
    ),
    Fault(
        "web-address",
        "A web address stands in a coded column.",
        (_coded("https://school.example/incident"),),
        expects=(("personal-web-address", "incidents", 6, "reported_by"),),
    ),
    Fault(
        "account-name",
        "An account name stands in a coded column.",
        (_coded("@example_account"),),
        expects=(("personal-handle", "incidents", 6, "reported_by"),),
    ),
    Fault(
        "crime-number",
        "A police crime number stands in a coded column.",
        (_coded("06EX/12345/25"),),
        expects=(("personal-crime-number", "incidents", 6, "reported_by"),),
    ),
    Fault(
        "free-text",
        "Somebody wrote a sentence instead of an answer.",
        (_coded("told by the child to a member of staff at the end of the school day"),),
        expects=(("personal-free-text", "incidents", 6, "reported_by"),),
    ),
    Fault(
        "name-column",
        "There is a column of names.",
        (with_column("children", "Pupil name", ["Example One", "Example Two"]),),
        expects=(("personal-unknown-column", "children", None, "Pupil name"),),
    ),
    Fault(
        "date-of-birth-column",
        "There is a column of dates of birth.",
        (with_column("children", "DOB", [date(2011, 9, 1), date(2012, 8, 31)]),),
        expects=(("personal-unknown-column", "children", None, "DOB"),),
    ),
    Fault(
        "notes-column",
        "There is a column for notes.",
        (with_column("incidents", "Notes", ["see file"]),),
        expects=(("personal-unknown-column", "incidents", None, "Notes"),),
    ),
)
