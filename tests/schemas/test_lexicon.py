"""The vocabulary says exactly what a return holds, and its reader refuses anything that it could misread."""

import csv
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas
from schemas.definitions import child_reader, incident_reader
from schemas.errors import LanguageError
from schemas.lexicon import Column, lexicon, load, normalise

VOCABULARY = Path(schemas.__file__).parent / "vocabulary"
RETURN_COLUMNS = Path(__file__).with_name("return_columns.csv")
CONSIDERATIONS = [
    "age_difference",
    "external_coercion",
    "child_vulnerable",
    "severe_imagery",
    "widely_shared",
    "involved_before",
    "other_circumstances",
]
TODAY = [
    "adult_involved",
    "capacity_in_doubt",
    "unusual_or_violent_acts",
    "under_13_sexual_acts",
    "immediate_risk_of_harm",
]
COLUMNS = [(table.name, column) for table in lexicon().tables.values() for column in table.columns]


def incidents(name: str) -> Column:
    return lexicon().column("incidents", name)


def agreed() -> list[dict[str, str]]:
    with RETURN_COLUMNS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_column_and_code_of_a_return_stands_in_the_agreed_order():
    wanted = [
        (row["table"], row["column"], row["core"] == "C", row["codes_or_note"].split("|"))
        if row["kind"].startswith("code")
        else (row["table"], row["column"], row["core"] == "C", None)
        for row in agreed()
    ]
    found = [
        (table, column.name, column.core, column.codes and [code.code for code in column.codes.codes])
        for table, column in COLUMNS
    ]
    assert found == wanted


def test_every_column_is_of_the_agreed_kind():
    wanted = [row["kind"].split()[0] for row in agreed()]
    found = ["text" if column.kind == "key" else column.kind for _, column in COLUMNS]
    assert found == wanted


def test_risk_factors_are_the_seven_considerations_and_what_is_asked_today():
    assert [column.name for column in lexicon().risk_factors] == CONSIDERATIONS + TODAY


def test_the_considerations_occur_in_the_sample_as_often_as_stated():
    assert [incidents(name).sample_share for name in CONSIDERATIONS] == [
        0.12, 0.20, 0.25, 0.08, 0.35, 0.12, 0.18,
    ]  # fmt: skip


def test_the_three_patterns_are_those_agreed():
    patterns = {column.name: column.pattern for _, column in COLUMNS if column.pattern}
    assert patterns == {
        "incident_ref": "^[A-Za-z0-9_-]{1,32}$",
        "school_urn": "^[0-9]{6}$",
        "child_key": "^[0-9a-f]{16,64}$",
    }


@pytest.mark.parametrize("table", lexicon().tables.values(), ids=lambda table: table.name)
def test_no_header_means_two_columns(table):
    for column in table.columns:
        assert {table.by_header[normalise(word)] for word in column.words} == {column.name}


@pytest.mark.parametrize("codes", lexicon().lists.values(), ids=lambda codes: codes.name)
def test_no_answer_means_two_codes(codes):
    for code in codes.codes:
        assert {codes.by_alias[normalise(word)] for word in code.words} == {code.code}


@pytest.mark.parametrize("codes", lexicon().lists.values(), ids=lambda codes: codes.name)
def test_no_list_shows_two_codes_by_the_same_label(codes):
    labels = [code.label for code in codes.codes]
    assert len(labels) == len(set(labels))


def test_a_doubtful_or_missing_answer_never_becomes_yes_or_no():
    for text in ["N/K", "not known", "unknown", "N/A", "?", "yes?", "-", "", "maybe", "yes/no"]:
        for _, column in COLUMNS:
            assert column.code_for(text) not in ("yes", "no")


def test_not_applicable_is_no_answer_where_a_question_always_applies():
    assert incidents("police_contacted").code_for("N/A") is None
    assert incidents("imagery_copied").code_for("N/A") == "not_applicable"


@pytest.mark.parametrize(
    ("text", "code"),
    [("Yes", "yes"), ("Y", "yes"), ("TRUE", "yes"), ("1", "yes"), ("No", "no"), ("n", "no"), ("FALSE", "no"),
     ("0", "no"), ("N/K", "not_known"), ("n / k", "not_known"), ("Don’t know", "not_known"),
     (" Not  known ", "not_known"), ("NOT_KNOWN", "not_known"), ("unknown", "not_known")],
)  # fmt: skip
def test_yes_and_no_are_read_as_schools_write_them(text, code):
    assert incidents("age_difference").code_for(text) == code


@pytest.mark.parametrize("year", range(1, 15))
def test_year_groups_are_read_as_schools_write_them(year):
    written = [f"{year}", f"Year {year}", f"Yr {year}", f"YR{year}", f"Y{year}", f"Y{year:02d}", f"{year:02d}"]
    column = lexicon().column("children", "year_group")
    assert {column.code_for(text) for text in written} == {str(year)}


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [("year_group", "Rec", "R"), ("year_group", "YR", "R"), ("year_group", "Reception", "R"),
     ("year_group", "Nursery 1", "N1"), ("year_group", "n2", "N2"), ("year_group", "Nursery", None),
     ("sex", "F", "female"), ("sex", "Boy", "male"), ("sen", "K", "sen_support"), ("sen", "EHCP", "ehc_plan"),
     ("sen", "N", "none"), ("social_care_status", "CIN", "child_in_need"),
     ("social_care_status", "Looked-after", "looked_after")],
)  # fmt: skip
def test_facts_about_children_are_read_as_schools_write_them(column, text, code):
    assert lexicon().column("children", column).code_for(text) == code


@pytest.mark.parametrize(
    ("header", "name"),
    [("Police contacted?", "police_contacted"), ("POLICE_CONTACTED", "police_contacted"),
     ("Date DSL informed:", "dsl_informed_date"), ("Reported date", None), ("URN", "school_urn"),
     ("Notes", None), ("", None)],
)  # fmt: skip
def test_headers_are_read_as_schools_write_them(header, name):
    known = lexicon().tables["incidents"].name_for(header)
    assert known == (name or ("reported_date" if header == "Reported date" else None))


@pytest.mark.parametrize(
    "header", ["Name", "Pupil name", "Surname", "DOB", "UPN", "Postcode", "Notes", "Description", "Phone"]
)
def test_no_header_of_personal_data_or_free_text_is_a_column(header):
    assert all(table.name_for(header) is None for table in lexicon().tables.values())


@given(st.text())
def test_levelling_a_wording_twice_changes_nothing_more(text):
    assert normalise(normalise(text)) == normalise(text)


@given(st.sampled_from(COLUMNS), st.sampled_from([" ", "  ", "_", "-", "/", "\u00a0", "–"]), st.data())
def test_case_and_gaps_do_not_change_a_header(place, gap, data):
    table, column = place
    word = data.draw(st.sampled_from(column.words))
    assert lexicon().tables[table].name_for(gap + re.sub(r"\s", gap, word.upper()) + gap) == column.name


@given(st.sampled_from([column for _, column in COLUMNS if column.codes]), st.data())
def test_every_word_of_a_code_is_read_as_that_code(column, data):
    code = data.draw(st.sampled_from(column.codes.codes))
    word = data.draw(st.sampled_from(code.words))
    assert column.code_for(f"\t{word.title()} ") == code.code


def test_every_condition_for_a_missing_answer_can_be_read():
    readers = {"incidents": incident_reader(), "children": child_reader()}
    for table, column in COLUMNS:
        if column.expected_when not in (None, "never"):
            assert readers[table].read(column.expected_when, where=column.name)


def test_a_core_column_is_always_expected():
    assert not [column.name for _, column in COLUMNS if column.core and column.expected_when]


def test_a_sample_share_stands_only_where_yes_is_an_answer():
    assert all(column.codes.by_code["yes"] for _, column in COLUMNS if column.sample_share is not None)


def test_a_definition_is_one_sentence():
    defined = [column for _, column in COLUMNS]
    defined += [code for codes in lexicon().lists.values() for code in codes.codes]
    wrong = [one.definition for one in defined if not re.fullmatch(r"[A-Z0-9].*[^.]\.", one.definition)]
    assert not wrong
    assert not [one.definition for one in defined if re.search(r"[.?!] [A-Z]", one.definition)]


@pytest.mark.parametrize("word", ["victim", "perpetrator", "offender", "suspect", "pornograph", "sexting", "gender"])
def test_the_words_that_the_field_avoids_are_shown_nowhere(word):
    shown = [text for _, column in COLUMNS for text in (column.label, column.definition)]
    shown += [
        text for codes in lexicon().lists.values() for code in codes.codes for text in (code.label, code.definition)
    ]
    assert not [text for text in shown if word in text.casefold()]


def test_asking_for_a_column_that_does_not_exist_says_so():
    with pytest.raises(LanguageError, match=r"no column incidents\.shoe_size"):
        incidents("shoe_size")


@pytest.fixture
def vocabulary(tmp_path: Path) -> Path:
    return Path(shutil.copytree(VOCABULARY, tmp_path / "vocabulary"))


def change(path: Path, old: str, new: str) -> None:
    """Replace the first place where `old` stands."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("incidents.toml", "core = true", "core = true\nmandatory = true", "incidents.toml, incident_ref.*mandatory"),
        ("incidents.toml", "core = true\n", "", "incidents.toml, incident_ref.*core"),
        ("incidents.toml", "core = true", 'core = "yes"', "incidents.toml, incident_ref.*'core'"),
        ("incidents.toml", 'label = "Incident reference"', 'label = ""', "incident_ref.*'label'"),
        ("incidents.toml", 'kind = "text"', 'kind = "words"', "incident_ref.*'kind'"),
        ("incidents.toml", 'group = "identity"', 'group = "other"', "incident_ref.*'group'"),
        ("incidents.toml", "pattern =", "# pattern =", "incident_ref.*'pattern' is missing"),
        ("incidents.toml", 'list = "spread"', 'list = "distance"', "incidents.toml, spread.*'distance'"),
        ("incidents.toml", 'list = "spread"\n', "", "incidents.toml, spread.*'list' is missing"),
        ("incidents.toml", 'kind = "urn"', 'kind = "urn"\nlist = "spread"', "school_urn.*'list' has no place"),
        ("incidents.toml", 'name = "school_urn"', 'name = "incident_ref"', "incidents.toml.*duplicate"),
        ("incidents.toml", 'aliases = ["urn"', 'aliases = ["Reported-By"', "incidents.toml.*reported by.*duplicate"),
        ("incidents.toml", 'aliases = ["urn"', 'aliases = [" - "', "school_urn.*'aliases'"),
        ("incidents.toml", "sample_share = 0.7", "sample_share = 7.0", "potentially_illegal.*sample_share"),
        ("incidents.toml", "[[column]]", "[[columns]]", "incidents.toml.*columns"),
        ("children.toml", "[[column]]", "[column", "children.toml.*TOML"),
        ("lists/sex.toml", 'title = "Sex"', "", "sex.toml.*title"),
        ("lists/sex.toml", 'code = "male"', 'code = "female"', "sex.toml.*female.*duplicate"),
        ("lists/sex.toml", '"boy"', '"Girl"', "sex.toml.*girl.*duplicate, in female and in male"),
        ("lists/sex.toml", '"boy"', '"MALE"', "sex.toml.*male.*duplicate, twice in male"),
        ("lists/sex.toml", "definition =", "meaning =", "sex.toml, female.*definition"),
        ("lists/sex.toml", 'aliases = ["f"', "aliases = [1", "sex.toml, female.*'aliases'"),
    ],
)
def test_a_fault_in_the_vocabulary_stops_the_start_with_file_and_key(vocabulary, file, old, new, said):
    change(vocabulary / file, old, new)
    with pytest.raises(LanguageError, match=said):
        load(vocabulary)


def test_a_missing_table_stops_the_start(vocabulary):
    (vocabulary / "children.toml").unlink()
    with pytest.raises(LanguageError, match=r"children\.toml.*missing"):
        load(vocabulary)


def test_a_new_risk_factor_is_one_entry_in_one_file(vocabulary):
    entry = """
[[column]]
name = "money_demanded"
label = "Money demanded"
definition = "Somebody demanded money."
source_step = "Practice"
core = false
kind = "code"
list = "yes_no_not_known"
group = "consideration"
risk_factor = true
aliases = []
"""
    path = vocabulary / "incidents.toml"
    path.write_text(path.read_text(encoding="utf-8") + entry, encoding="utf-8")
    assert load(vocabulary).risk_factors[-1].code_for("Yes") == "yes"
