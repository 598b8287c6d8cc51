"""Strings written against the gate: what hides an identifier from a pattern, and what only looks like one."""

from __future__ import annotations

import pyarrow as pa
import pytest

from pipelines.intake.checking import known_headers
from pipelines.intake.identifiers import find_in
from pipelines.intake.kept_words import kind_in_value, kind_in_words
from pipelines.intake.names_in_cells import names_among_references
from pipelines.intake.people import person_in_answer
from pipelines.intake.personal_data import inspect
from tests.pipelines.intake.gate_sets import one_column

# By what hides them: other digits and letters, marks that nobody sees, other gaps, words for signs.
IN_OTHER_CHARACTERS = [
    "Ｂ８０１２００００５００１", "В801200005001", "B801200005OO1", "٠٧٧٠٠٩٠٠١٢٣", "０７７００ ９００１２３",
    "+44（0）7700 900123", "jo.bloggs＠example.org", "ＳＫ１ ３ＸＥ", "Оля", "Жоанна", "محمد",
    "Ｊｏ Ｂｌｏｇｇｓ", "𝐉𝐨 𝐁𝐥𝐨𝐠𝐠𝐬", "Šimon Novák", "Zoë", "4 · 5 · 2011",
]  # fmt: skip
BEHIND_UNSEEN_MARKS = [
    "B80120000500\u200b1", "\u202eB801200005001\u202c", "B8\u00ad01200005001", "J\u200bo Bloggs",
    "Jo\u200b Blog\u2060gs", "B\u00a0801\u00a02000\u00a005001", "SK1\u20033XE", "2011\u201005\u201004",
    "07700\u2011900\u2011123", "Jo\\nBloggs",
]  # fmt: skip
IN_OTHER_SPACING = [
    "b801200005001", "B 8 0 1 2 0 0 0 0 5 0 0 1", "UPN:B801200005001.", "07700.900.123", "tel07700900123",
    "943.476.5870", "07700 900 123 (mum)", "sk13xe", "00-1A-2B-3C-4D-5E", "IMEI: 49-015420-323751-8",
    "AB 12 34 56 C",
]  # fmt: skip
IN_WORDS = [
    "jo dot bloggs at example dot org", "jo dot bloggs at", "jo.bloggs[at]example.org", "jo.bloggs@hgs",
    "hxxps://example.org/x", "example[.]org", "t.me/jbloggs", "@jbloggs", "messaging;@jb_09", "gaming|@zed",
    "snap - jbloggs09", "ig: jb", "discord jo#1234", "12 acacia avenue", "flat 2b", "CAD 1234",
    "log 123 of 14/11/25", "crime no 06/12345/25", "pw hunter2", "D.O.B 4/5/11", "her mum told the school",
    "she sent it", "May 2011", "4th May",
]  # fmt: skip
NAMES_IN_OTHER_FORMS = [
    "jo bloggs", "JO BLOGGS", "bloggs, jo", "Bloggs J", "j bloggs", "J.B.", "J. B.", "J B", "Yr9 JB",
    "Year 9 - J.B.", "zoe", "Oliver's phone", "told mrs smith", "MRS SMITH", "mr. patel", "Dr.Khan", "O'Connor",
    "Smith-Jones", "Amy99", "xX_oliver_Xx", '=\"Jo Bloggs\"', "JoBloggs", "jo_bloggs", "Tom",
]  # fmt: skip
HIDDEN = [*IN_OTHER_CHARACTERS, *BEHIND_UNSEEN_MARKS, *IN_OTHER_SPACING, *IN_WORDS, *NAMES_IN_OTHER_FORMS]

ONLY_ALIKE = [
    "MS Teams", "Missing", "Missed call", "May", "Mark", "Grace period", "Will follow up", "Year 12/13", "N/K",
    "N.K.", "n.a.", "P.E.", "e.g.", "PE", "KS3", "Preston MASH", "Early Help", "Head of Year", "Snapchat",
    "instagram dm", "1 in 10", "24/7", "3 of 4", "50%", "£20", "10:30", "v1.2.3", "Outcome 21", "Part 3",
    "SEN K", "Rose above it", "call home", "text message", "sc",
]  # fmt: skip


@pytest.mark.parametrize("text", HIDDEN)
def test_what_is_hidden_is_found(text: str) -> None:
    assert find_in(text) or person_in_answer(text)
    issues = inspect(one_column("incidents", "reported_by", ["staff", text]), known=known_headers())
    assert {issue.row for issue in issues} == {3}
    assert all(issue.rule.startswith("personal-") and text not in f"{issue.message} {issue.fix}" for issue in issues)


@pytest.mark.parametrize("text", ONLY_ALIKE)
def test_what_only_looks_like_an_identifier_is_left_to_the_check_of_codes(text: str) -> None:
    assert inspect(one_column("incidents", "reported_by", [text]), known=known_headers()) == []


@pytest.mark.parametrize(
    "reference",
    [
        "SAM-01",
        "St-Johns-2",
        "StMarys14",
        "Autumn-3",
        "X7K2QP",
        "48ada7e2",
        "aa7john7b",
        "deadbeef",
        "HGS-2025-01",
        "CAD-2025-014",
    ],
)
def test_a_reference_that_only_looks_like_a_name_passes(reference: str) -> None:
    assert names_among_references(pa.array([reference])) == []


@pytest.mark.parametrize("text", ["Jo Bloggs to look into it", "ring 07700 900123", "@jbloggs", "see B801200005001"])
def test_a_sentence_with_an_identifier_is_not_kept(text: str) -> None:
    assert kind_in_words(text)
    assert kind_in_value(text)


@pytest.mark.parametrize(
    "text",
    ["Since 1 September 2025 the trust reviews each decision within a week of it.", "Schools near St Thomas More"],
)
def test_a_sentence_without_one_is_kept(text: str) -> None:
    assert kind_in_words(text) is None


def test_a_date_or_a_name_is_not_kept_as_a_value() -> None:
    assert kind_in_value("04/05/2011") == "a date, which may be a date of birth"
    assert kind_in_value("told Sarah") == "a person's name"
    assert kind_in_value("Social Services") is None
