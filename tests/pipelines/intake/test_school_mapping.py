"""A school's own mapping: what it may hold, how a file is read by it, and what is offered to be mapped."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import resources

import pytest

from pipelines.intake import checking
from pipelines.intake.checking import Checked
from pipelines.intake.plain_wordings import header_wording, ordinary_words, value_wording
from pipelines.intake.school_mapping import Entry, SchoolMapping, must_hold_together
from pipelines.intake.surroundings import Stated, Surroundings
from schemas.calendar import Term
from schemas.errors import QuestionError
from schemas.lexicon import lexicon
from tests import uploads
from tests.factories import TODAY, child, complete_incident

POLICE = Entry("incidents", "", "status level 3", ("police_contacted",))
NINE = Entry("children", "year_group", "yr nine", ("9",))
LEFT_OUT = Entry("incidents", "", "risk level", ())
FIRST_NAMES = frozenset(
    re.findall(
        "[a-z']+",
        """
oliver amelia noah isla muhammad ava george mia leo grace harry ivy arthur lily freddie isabella alfie sophie archie
poppy theo ella joshua daisy oscar freya mohammed amber max ruby finley scarlett lucas matilda kai jayden chloe connor
megan callum ethan aisha fatima yusuf ibrahim zara priya arjun jo sam alex robin will mark may rose dawn joy hope
""",
    )
)
SURNAMES = frozenset(
    re.findall(
        "[a-z']+",
        """
smith jones williams brown taylor davies wilson evans thomas johnson roberts walker wright robinson thompson hughes
edwards green lewis wood harris martin jackson clarke turner patel khan hussain begum ali ahmed kaur singh o'neill baker
cooper carter parker mcdonald murphy kelly shah akhtar nowak
""",
    )
)


def files(
    rename: Mapping[str, str] | None = None, *, incident: Mapping[str, str] | None = None, **role: str
) -> list[uploads.NamedFile]:
    """A complete return of two incidents, with these headers renamed and these answers in its first rows."""
    tables = {
        "incidents": [
            complete_incident(**{"incident_ref": f"I{n}", **((incident or {}) if n == 1 else {})}) for n in (1, 2)
        ],
        "children": [child(incident_ref=f"I{n}", child_key=f"{n:016x}", **role) for n in (1, 2)],
    }
    return [uploads.NamedFile(f"{name}.csv", _csv(name, rows, rename or {})) for name, rows in tables.items()]


def _csv(table: str, rows: list[dict[str, str]], rename: Mapping[str, str]) -> bytes:
    names = list(dict.fromkeys([column.name for column in lexicon().tables[table].columns] + list(rows[0])))
    header = [rename.get(name, name) for name in names]
    return uploads.csv_text([header, *([row.get(name, "") for name in names] for row in rows)]).encode()


def check(found: list[uploads.NamedFile], *entries: Entry) -> Checked:
    mapping = SchoolMapping(must_hold_together(entries), 1)
    return checking.check(
        found, stated=Stated("900001", "202526", Term.AUTUMN), around=Surroundings(TODAY, mapping=mapping)
    )


def errors(checked: Checked) -> set[str]:
    return {issue.rule for issue in checked.issues if issue.severity == "error"}


# -- reading by it ------------------------------------------------------------------------------------------


def test_a_renamed_header_stops_a_return_until_the_school_maps_it() -> None:
    renamed = files({"police_contacted": "Status level 3"})
    before, after = check(renamed), check(renamed, POLICE)
    assert errors(before) == {"structure-unknown-column", "structure-missing-core-column"}
    assert [(one.table, one.column, one.wording) for one in before.unread] == [("incidents", "", "Status level 3")]
    assert errors(after) == set()
    assert after.incidents is not None
    assert list(after.incidents["police_contacted"]) == ["no", "no"]
    assert [(one.entry, one.rows, dict(one.by_school)) for one in after.used] == [(POLICE, 2, {"900001": 2})]


def test_an_answer_is_compared_as_aliases_are_and_counted_by_rows() -> None:
    found = files(year_group=" YR  NINE")
    before, after = check(found), check(found, NINE)
    assert errors(before) == {"format-code"}
    assert [(one.column, one.wording, one.rows) for one in before.unread] == [("year_group", "YR  NINE", 2)]
    assert errors(after) == set()
    assert after.children is not None
    assert set(after.children["year_group"]) == {"9"}
    assert [(one.entry, one.rows) for one in after.used] == [(NINE, 2)]


def test_one_of_several_answers_is_mapped_and_the_others_stay() -> None:
    found = files(incident={"actions_taken": "sanction; Workshop; mediation"})
    both = Entry("incidents", "actions_taken", "workshop", ("year_group_education", "individual_education"))
    checked = check(found, both)
    assert [one.wording for one in check(found).unread] == ["Workshop"]
    assert checked.incidents is not None
    assert checked.incidents["actions_taken"].iloc[0] == (
        "sanction;year_group_education;individual_education;restorative_work"
    )


def test_an_answer_mapped_to_none_counts_as_blank_and_is_asked_about() -> None:
    blank = Entry("incidents", "imagery_type", "please select", ())
    checked = check(files(incident={"imagery_type": "Please select"}), blank)
    assert errors(checked) == set()
    assert [(i.row, i.column) for i in checked.issues if i.rule == "format-blank" and i.row] == [(2, "imagery_type")]
    assert checked.used[0].rows == 1


def test_an_answer_of_the_core_mapped_to_none_is_still_missing() -> None:
    blank = Entry("incidents", "adult_involved", "please select", ())
    assert errors(check(files(incident={"adult_involved": "Please select"}), blank)) == {"format-core-blank"}


def test_a_column_left_out_on_purpose_is_no_fault_and_is_said() -> None:
    found = files(incident={"risk level": "low"})
    assert errors(check(found)) == {"structure-unknown-column"}
    checked = check(found, LEFT_OUT)
    assert errors(checked) == set()
    assert [one.entry for one in checked.used] == [LEFT_OUT]
    assert checked.incidents is not None
    assert "risk level" not in checked.incidents


def test_a_column_left_out_is_still_searched_for_personal_data() -> None:
    found = files(incident={"risk level": "B801200005001"})
    for checked in (check(found), check(found, LEFT_OUT)):
        assert "personal-upn" in errors(checked)
        assert not checked.unread  # such a column is taken out at the school, not mapped


def test_a_second_column_of_the_same_meaning_is_never_dropped_silently() -> None:
    checked = check(files(incident={"status level 3": "yes"}), POLICE)
    assert errors(checked) == {"structure-unknown-column"}
    assert checked.used == ()


def test_a_mapped_date_column_is_read_as_a_date_and_not_as_one_of_birth() -> None:
    header = Entry("incidents", "", "day 1", ("reported_date",))
    assert errors(check(files({"reported_date": "Day 1"}), header)) == set()


# -- what may be kept ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Connor Smith", "connor", "C. Smith", "J S", "JS", "Jo-Ann", "O'Neill", "Mr Head", "B801200005001",
        "943 476 5870", "SK1 3XE", "07700 900123", "someone@school.org", "@young_person", "www.school.org",
        "01/02/2010", "2010-02-01",
        "<b>yes</b>", "<script>", "[yes](http://x)", "=1+1", "yes;no", "yes|no", "yes\nno", "12345", "9 10 11",
        "the child sent the image to a friend of a friend and it was then shared with the whole class", "", "-", "?",
        "Zoë", "Ｙｅｓ", "yes\u202e", "y" * 61, "Year 9 Oakhurst",
    ],
)  # fmt: skip
def test_what_may_identify_somebody_or_carry_markup_is_never_kept(text: str) -> None:
    assert value_wording(text) is None
    assert header_wording(text) is None
    for entry in (Entry("incidents", "", text, ()), Entry("children", "role", text, ("other",))):
        with pytest.raises(QuestionError) as refused:
            must_hold_together([entry])
        assert not text or len(text) < 3 or text not in str(refused.value)


def test_no_first_name_or_surname_is_an_ordinary_word() -> None:
    lists = [resources.files("pipelines.intake") / "names" / name for name in ("forenames.txt", "surnames.txt")]
    lines = [line.strip().casefold() for path in lists for line in path.read_text("utf-8").splitlines()]
    listed = {line for line in lines if line and not line.startswith("#")}
    assert len(listed) > 10_000
    assert not ordinary_words().intersection(FIRST_NAMES | SURNAMES | listed)


def test_a_header_that_announces_personal_data_is_neither_offered_nor_kept() -> None:
    headers = ["Pupil name", "Date of birth", "UPN", "Notes", "Staff member", "Surname"]
    assert not any(map(header_wording, [*headers, "DoB", "D.O.B."]))
    checked = check(files(incident=dict.fromkeys(headers, "yes")))
    refused = {issue.column for issue in checked.issues if issue.rule == "personal-unknown-column"}
    assert refused == set(headers)
    assert not checked.unread


@pytest.mark.parametrize(
    "text", ["Yr nine", "Social Services", "Nudes/semi-nudes", "SEN K", "10b", "Child's own phone", "KS3-4"]
)
def test_ordinary_wordings_of_schools_may_be_kept(text: str) -> None:
    assert value_wording(text)


def test_a_name_among_the_answers_is_not_offered_beside_those_that_are() -> None:
    found = files(incident={"imagery_type": "Connor Smith", "spread": "year nine"})
    checked = check(found)
    assert [one.wording for one in checked.unread] == ["year nine"]
    said = {(issue.rule, issue.column) for issue in checked.issues}
    assert said >= {("personal-name", "imagery_type"), ("format-code", "spread")}


def test_texts_of_columns_without_a_list_of_answers_are_never_offered() -> None:
    checked = check(files(incident={"incident_date": "first week", "incident_ref": "case one"}))
    assert checked.unread == ()


@pytest.mark.parametrize(
    "entries",
    [
        (POLICE, Entry("incidents", "", "status level 2", ("police_contacted",))),
        (POLICE, Entry("incidents", "", "status level 3", ("ceop_reported",))),
        (NINE, Entry("children", "year_group", "yr nine", ("10",))),
        (Entry("children", "year_group", "yr nine", ("9", "10")),),
        (Entry("children", "year_group", "yr nine", ("yes",)),),
        (Entry("children", "year_groups", "yr nine", ("9",)),),
        (Entry("incidents", "incident_ref", "case one", ()),),
        (Entry("incidents", "", "status level 3", ("child_key",)),),
        (Entry("incidents", "", "status level 3", ("police_contacted", "ceop_reported")),),
        (Entry("return", "", "status level 3", ()),),
        (Entry("children", "year_group", "Yr nine", ("9",)),),
        tuple(Entry("incidents", "", f"column {n} {m}", ()) for n in range(20) for m in range(20)),
    ],
    ids=lambda entries: f"{len(entries)} {entries[0].said} {entries[-1].meant}",
)
def test_a_mapping_that_does_not_hold_together_is_refused(entries: tuple[Entry, ...]) -> None:
    with pytest.raises(QuestionError):
        must_hold_together(entries)
