"""Raw exports of invented people, in each layout, with everything in them that a return must not have."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

from openpyxl import Workbook

URN = "900001"


@dataclass(frozen=True)
class Person:
    """An invented pupil; nobody has these names and numbers together."""

    forename: str
    surname: str
    upn: str
    admission: str
    born: str
    address: str
    postcode: str
    phone: str
    year: str


QUILL = Person("Zephyrine", "Quillfeather", "B801200005001", "004417", "14/02/2012", "7 Larkspur Mews", "SK99 4QZ",
               "07700 900123", "9")  # fmt: skip
OKON = Person("Ùmar-José", "Okonjo-Brânză", "C929100005009", "004502", "03/09/2011", "22 Tansy Row", "SK98 1ZX",
              "07700 900456", "9")  # fmt: skip
THISTLE = Person("Merrily", "Thistlewood", "L943000005107", "003911", "30/08/2010", "Flat 3, Sorrel House", "SK97 2YY",
                 "0161 496 0777", "11")  # fmt: skip
PEOPLE = (QUILL, OKON, THISTLE)
STAFF = "Mrs Hepzibah Crackenthorpe"
NOTES = (
    "Zephyrine told Mrs Crackenthorpe that Merrily had asked for a picture on Snap (@zeph_q12) and then showed it.",
    "Rang mum, Ottoline Quillfeather, on 07700 900123; crime number 06GM/12345/25.",
)
HANDLES = ("zeph_q12", "06GM/12345/25", "Ottoline", "Hepzibah", "Crackenthorpe", "told Mrs", "Rang mum")
ANSWERS = {
    "Date logged": "06/10/2025 09:41",
    "Age difference": "No",
    "External coercion": "Yes",
    "Child vulnerable": "N/K",
    "Severe imagery": "No",
    "Widely shared": "No",
    "Involved before": "No",
    "Other circumstances": "No",
    "Adult involved?": "No",
    "Date DSL told": "06/10/2025 10:05",
    "Reason recorded": "Yes",
    "Status": "Open",
}
Rows = list[list[str]]


def identifying_texts() -> list[str]:
    """Every text in the exports by which somebody could be known, in the parts in which it might turn up."""
    found = [part for person in PEOPLE for part in astuple(person) if part not in ("9", "11")]
    parts = [word for text in found for word in text.split() if len(word) > 4]
    return [*found, *parts, *HANDLES]


def row_per_event() -> Rows:
    """One row an event: its children, UPNs, roles and years listed in cells."""
    both = (QUILL, THISTLE)
    answers = {**ANSWERS, "Police contacted": "No", "Social care contacted": "No"}
    return _table(
        {"Event ID": "10441", "Pupils involved": _listed(both, "forename", "surname"), "UPNs": _listed(both, "upn"),
         "DOB": _listed(both, "born"), "Role": "Child pictured; Pressured another", "Home address": QUILL.address,
         "Incident": NOTES[0], "Categories": "Nudes and semi-nudes; Coercion", "Staff member": STAFF, **answers},
        {"Event ID": "QUILLFEATHER-2", "Pupils involved": _listed((OKON,), "forename", "surname"), "UPNs": OKON.upn,
         "DOB": OKON.born, "Role": "Received", "Home address": OKON.address, "Incident": NOTES[1],
         "Categories": "Nudes and semi-nudes", "Staff member": STAFF, **answers},
        {"Event ID": "10443", "Pupils involved": "Merrily Thistlewood", "UPNs": THISTLE.upn, "DOB": THISTLE.born,
         "Role": "", "Home address": THISTLE.address, "Incident": "Late again.", "Categories": "Attendance",
         "Staff member": STAFF, **answers},
    )  # fmt: skip


def row_per_child(*, date: str = "06/10/2025 09:41") -> Rows:
    """One row a child an event, the event's answers on each."""
    days = dict.fromkeys(("Date logged", "Date DSL told", "Police contact date"), date)
    answers = {**ANSWERS, **days, "Police contacted": "Yes", "Social care contacted": "No"}
    involved = (("551", QUILL, "In image"), ("551", OKON, "Forwarded"), ("552", THISTLE, "Received"))
    return _table(*(_child(*one) | answers for one in (*involved, ("552", QUILL, "other"))))


def row_per_action() -> Rows:
    """One row an action of an event, with its date; the children listed on each row."""
    both = (QUILL, OKON)
    event = {
        "Concern ID": "7001", "Linked pupils": _listed(both, "forename", "surname"), "UPN": _listed(both, "upn"),
        "Date of birth": _listed(both, "born"), "Roles": "pictured; received", "Notes": NOTES[0], **ANSWERS,
        "Action details": NOTES[1], "Added by": STAFF,
    }  # fmt: skip
    actions = {
        "Police contacted": "08/10/2025 14:00",
        "Referral to social care": "07/10/2025",
        "Police informed": "07/10/2025",
        "Assembly": "20/10/2025",
    }
    return _table(*(event | {"Action": what, "Action date": day} for what, day in actions.items()))


def canonical() -> tuple[Rows, Rows]:
    """The return's own tables, with pupil identifiers where a return has keys."""
    answers = {"incident_ref": "INC-0007", "Police contacted": "No", "Social care contacted": "No", **ANSWERS}
    answers |= {"Notes": NOTES[1], "reported_date": answers.pop("Date logged")}
    children = [
        {"incident_ref": "INC-0007", "Forename": person.forename, "Surname": person.surname, "UPN": person.upn,
         "Admission number": person.admission, "DOB": person.born, "role": "received", "Year": person.year}
        for person in PEOPLE
    ]  # fmt: skip
    return _table(answers), _table(*children)


def as_csv(rows: Rows, *, encoding: str = "utf-8-sig") -> bytes:
    """A table as a spreadsheet program saves it."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding)


def as_workbook(**sheets: Rows) -> bytes:
    """Tables as a workbook whose title and author name somebody too."""
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator, book.properties.title = STAFF, f"{QUILL.forename} {QUILL.surname}"
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def _child(event: str, person: Person, role: str) -> dict[str, str]:
    facts = {field.name.capitalize(): getattr(person, field.name) for field in fields(person)}
    return {
        "Event ID": event, "Forename": facts["Forename"], "Surname": facts["Surname"], "UPN": person.upn,
        "Admission number": person.admission, "Date of birth": person.born, "Address": person.address,
        "Postcode": person.postcode, "Telephone": person.phone, "Year group": f"Year {person.year}", "Role": role,
        "Details": NOTES[0], "Recorded by": STAFF, person.surname: "x",
    }  # fmt: skip


def _listed(people: Sequence[Person], *names: str) -> str:
    return "; ".join(" ".join(getattr(person, name) for name in names) for person in people)


def _table(*rows: dict[str, str]) -> Rows:
    headers = list(dict.fromkeys(header for row in rows for header in row))
    return [headers, *([row.get(header, "") for header in headers] for row in rows)]
