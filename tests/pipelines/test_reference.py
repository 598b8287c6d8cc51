"""Reference files as they are published, faults included. Every school here is invented."""

import csv
import datetime as dt
import io
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.reference import ReferenceFile, read_reference
from pipelines.reference import cells as cell_readers
from schemas.errors import UnreadableError
from schemas.register import LINKS, REGISTER, SCHOOLS

REAL = Path(__file__).parents[2].parent / "shared" / "data" / "gias_reference"
real_files = pytest.mark.skipif(not REAL.is_dir(), reason="real register extracts are not on this machine")

SCHOOL = {
    "URN": "900001",
    "LA (code)": "901",
    "LA (name)": "Fenmere",
    "EstablishmentNumber": "4001",
    "EstablishmentName": "Larkholt School",
    "EstablishmentStatus (name)": "Open",
    "PhaseOfEducation (name)": "Secondary",
    "StatutoryLowAge": "11",
    "StatutoryHighAge": "18",
    "Gender (name)": "Mixed",
    "NumberOfPupils": "1,029",
    "NumberOfBoys": "520",
    "NumberOfGirls": "509",
    "CensusDate": "21-01-2021",
    "TrustSchoolFlag (name)": "Supported by a multi-academy trust",
    "Trusts (name)": "BRIGHT MARSH TRUST",
    "OpenDate": "01/09/2013",
    "CloseDate": "",
    "PercentageFSM": "21.7",
    "LastChangedDate": "17-03-2022",
    "Linked establishments": "Does not have links",
}
MEMBERSHIP = {
    "URN": "900001",
    "Group UID": "70001",
    "Group Name": "BRIGHT MARSH TRUST",
    "Group Type (code)": "06",
    "Group Type": "Multi-academy trust",
    "Closed Date": "",
    "Joined date": "2018-09-01",
}
LINK = {
    "URN": "900001",
    "LinkURN": "900002",
    "LinkName": "Larkholt High",
    "LinkType": "Predecessor",
    "LinkEstablishedDate": "01-09-2013",
}


def written(*rows: dict[str, str]) -> str:
    """Rows as GIAS writes them: every cell quoted, CRLF at the end of each line."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def read(*rows: dict[str, str], encoding: str = "utf-8") -> ReferenceFile:
    return read_reference(written(*rows).encode(encoding), file_name="register.csv")


def read_text(text: str) -> ReferenceFile:
    return read_reference(text.encode(), file_name="register.csv")


def school(**other: str) -> pd.Series:
    names = {name.split(" ")[0].lower(): name for name in SCHOOL}
    return read(SCHOOL | {names[key]: value for key, value in other.items()}).frame.iloc[0]


def complaints(read_file: ReferenceFile) -> list[tuple[str, int | None, str | None]]:
    return [(issue.rule, issue.row, issue.column) for issue in read_file.issues]


def test_a_school_is_read_by_its_headers() -> None:
    result = read(SCHOOL)
    assert (result.kind, result.rows_read, result.issues) == ("schools", 1, ())
    assert result.frame.iloc[0].to_dict() | {"trust_uid": ""} == {
        "urn": "900001",
        "name": "Larkholt School",
        "la_code": "901",
        "la_name": "Fenmere",
        "establishment_number": "4001",
        "status": "open",
        "phase_code": "4",
        "phase": "secondary",
        "low_age": 11,
        "high_age": 18,
        "sex_of_intake": "mixed",
        "pupils": 1029,
        "boys": 520,
        "girls": 509,
        "census_date": pd.Timestamp(2021, 1, 21),
        "census_year": "202021",
        "trust_uid": "",
        "trust_name": "BRIGHT MARSH TRUST",
        "trust_type": "multi_academy_trust",
        "open_date": pd.Timestamp(2013, 9, 1),
        "close_date": pd.NaT,
        "percentage_fsm": 21.7,
        "changed_date": pd.Timestamp(2022, 3, 17),
        "linked_establishments": "Does not have links",
    }


@settings(max_examples=15)
@given(st.permutations(list(SCHOOL)), st.booleans())
def test_the_order_and_case_of_columns_do_not_matter(order: list[str], lower: bool) -> None:
    row = {(name.lower() if lower else f" {name}"): SCHOOL[name] for name in order if name != "Linked establishments"}
    expected = read({name: value for name, value in SCHOOL.items() if name != "Linked establishments"}).frame
    pd.testing.assert_frame_equal(read(row).frame, expected)


def test_the_name_of_the_file_does_not_matter() -> None:
    result = read_reference(written(LINK).encode(), file_name="edubasealldata.csv")
    assert result.kind == "links"


@pytest.mark.parametrize("kind", ["schools", "groups", "links"])
def test_a_file_without_rows_still_has_its_columns(kind: str) -> None:
    header = {"schools": SCHOOL, "groups": MEMBERSHIP, "links": LINK}[kind]
    result = read_text(",".join(header) + "\r\n")
    assert (result.kind, result.rows_read) == (kind, 0)
    assert list(result.frame.columns) == list(REGISTER[kind].columns)


def test_every_column_of_the_register_says_what_it_is() -> None:
    assert all(column.description for schema in REGISTER.values() for column in schema.columns.values())


def test_links_listed_without_quotes_stay_with_their_school() -> None:
    ragged = written(SCHOOL, SCHOOL | {"URN": "900002", "NumberOfPupils": "100"}).replace(
        '"Does not have links"', "900007 Predecessor,900008 Predecessor, 900009 Successor", 1
    )
    result = read_text(ragged)
    assert result.issues == ()
    assert result.frame["linked_establishments"].tolist() == [
        "900007 Predecessor,900008 Predecessor,900009 Successor",
        "Does not have links",
    ]
    assert result.frame["pupils"].tolist() == [1029, 100]


def test_a_longer_row_is_not_guessed_at_where_the_last_column_is_no_list() -> None:
    plain = {name: value for name, value in SCHOOL.items() if name != "Linked establishments"}
    text = written(plain, plain | {"URN": "900002"}).replace('"Larkholt School"', "Larkholt, School", 1)
    result = read_text(text)
    assert complaints(result) == [("structure-row-long", 2, None)]
    assert (result.frame["urn"].tolist(), result.rows_read) == (["900002"], 2)


def test_blank_cells_beyond_the_header_do_no_harm() -> None:
    text = written(LINK).replace('"01-09-2013"', '"01-09-2013",,')
    assert (read_text(text).issues, len(read_text(text).frame)) == ((), 1)


def test_a_row_cut_short_is_read_and_queried() -> None:
    text = written(LINK).replace(',"01-09-2013"', "")
    assert complaints(read_text(text)) == [("structure-row-short", 2, None)]
    assert read_text(text).frame["established_date"].isna().all()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_names_survive_each_encoding(encoding: str) -> None:
    result = read(SCHOOL | {"EstablishmentName": "St Zoë’s – Fenmere"}, encoding=encoding)
    assert result.frame["name"].tolist() == ["St Zoë’s – Fenmere"]
    assert result.issues == ()


def test_the_first_telling_byte_may_be_far_into_the_file() -> None:
    many = [LINK | {"URN": str(910_000 + at), "LinkName": "Larkholt"} for at in range(8_000)]
    content = written(*many, LINK | {"LinkName": "Zoë"}).encode("cp1252")
    assert content.index(b"\xeb") > 312_126
    result = read_reference(content, file_name="links.csv")
    assert (len(result.frame), result.issues) == (8_001, ())


def test_characters_of_no_encoding_are_queried() -> None:
    content = written(SCHOOL).encode().replace(b"Larkholt", b"Lark\x81holt\xe9")
    assert complaints(read_reference(content, file_name="a.csv")) == [("file-characters", None, None)]


@pytest.mark.parametrize("text", ["21-01-2021", "21/01/2021", "2021-01-21", "21/1/2021", "21-01-2021 00:00:00"])
def test_a_date_is_read_day_first_or_iso(text: str) -> None:
    assert cell_readers.date(text) == dt.date(2021, 1, 21)


@pytest.mark.parametrize("text", ["", "01-01-1900", "01/01/1900", "1900-01-01"])
def test_the_first_of_january_1900_means_that_nobody_knows(text: str) -> None:
    assert cell_readers.date(text) is None


@pytest.mark.parametrize("text", ["01/21/2021", "2021/01/21", "31-02-2021", "21-01-21", "44217", "soon"])
def test_what_is_no_date_is_queried_and_left_unknown(text: str) -> None:
    result = read(SCHOOL | {"OpenDate": text})
    assert complaints(result) == [("format-register-cell", 2, "OpenDate")]
    assert result.frame["open_date"].isna().all()


@given(st.dates(dt.date(1901, 1, 1)), st.sampled_from(["%d-%m-%Y", "%d/%m/%Y", "%Y-%m-%d"]))
def test_every_date_reads_back(day: dt.date, style: str) -> None:
    assert cell_readers.date(day.strftime(style).replace("%Y", str(day.year))) == day


@given(st.integers(0, 999_999_999), st.booleans())
def test_every_count_reads_back_with_and_without_commas(count: int, commas: bool) -> None:
    assert cell_readers.whole_number(f"{count:,}" if commas else str(count)) == count


@pytest.mark.parametrize("text", ["-5", "1,02", "1.5", "1e3", "12,", "about 100", "٣"])
def test_what_is_no_count_is_queried(text: str) -> None:
    result = read(SCHOOL | {"NumberOfPupils": text})
    assert complaints(result) == [("format-register-cell", 2, "NumberOfPupils")]
    assert result.frame["pupils"].isna().all()


@pytest.mark.parametrize("symbol", ["", "..", "x", "SUPP", "z", "c"])
def test_an_official_symbol_is_no_figure_and_no_fault(symbol: str) -> None:
    result = read(SCHOOL | {"NumberOfPupils": symbol, "PercentageFSM": symbol})
    assert result.issues == ()
    assert result.frame[["pupils", "percentage_fsm"]].isna().all(axis=None)


def test_a_percentage_above_the_whole_and_an_age_of_three_figures_are_queried() -> None:
    result = read(SCHOOL | {"PercentageFSM": "120", "StatutoryHighAge": "118"})
    assert [column for _, _, column in complaints(result)] == ["PercentageFSM", "StatutoryHighAge"]


@pytest.mark.parametrize(
    ("wording", "status"),
    [
        ("Open", "open"),
        ("Open, but proposed to close", "open_proposed_to_close"),
        ("Closed", "closed"),
        ("Proposed to open", "proposed_to_open"),
    ],
)
def test_each_state_of_a_school_is_kept(wording: str, status: str) -> None:
    assert school(establishmentstatus=wording)["status"] == status


@pytest.mark.parametrize(
    ("wording", "phase", "code"),
    [
        ("Not applicable", "not_applicable", "0"),
        ("Nursery", "nursery", "1"),
        ("Primary", "primary", "2"),
        ("Middle deemed primary", "middle_deemed_primary", "3"),
        ("Middle Deemed Secondary", "middle_deemed_secondary", "5"),
        ("16 plus", "sixteen_plus", "6"),
        ("All-through", "all_through", "7"),
        ("All through", "all_through", "7"),
    ],
)
def test_each_phase_is_known_by_its_name(wording: str, phase: str, code: str) -> None:
    assert tuple(school(phaseofeducation=wording)[["phase", "phase_code"]]) == (phase, code)


def test_codes_are_read_and_followed_where_the_name_differs() -> None:
    result = read(SCHOOL | {"EstablishmentStatus (code)": "2", "PhaseOfEducation (code)": "04", "Gender (code)": "3"})
    assert result.frame["status"].tolist() == ["closed"]
    assert complaints(result) == [("cross-code-and-name", 2, "EstablishmentStatus (code)")]


def test_an_unknown_or_blank_state_is_queried_and_the_school_kept() -> None:
    result = read(
        SCHOOL | {"EstablishmentStatus (name)": "Perhaps"},
        SCHOOL | {"URN": "900002", "EstablishmentStatus (name)": ""},
    )
    assert result.frame["status"].tolist() == ["not_known", "not_known"]
    assert [(rule, row) for rule, row, _ in complaints(result)] == [
        ("format-register-cell", 2),
        ("format-register-cell", 3),
    ]


@pytest.mark.parametrize(("given_code", "kept"), [("901", "901"), ("1", "001"), ("", ""), ("E06", "")])
def test_the_code_of_an_authority_has_three_digits_or_is_unknown(given_code: str, kept: str) -> None:
    assert read(SCHOOL | {"LA (code)": given_code}).frame["la_code"].tolist() == [kept]


def test_a_trust_without_a_group_uid_and_a_census_before_the_calendar_do_not_lose_the_school() -> None:
    result = read(SCHOOL | {"Trusts (code)": "TR70001", "CensusDate": "16-01-1850"})
    assert complaints(result) == [("format-register-cell", 2, "Trusts (code)")]
    assert result.frame["trust_uid"].tolist() == [""]
    assert result.frame["census_year"].isna().all()


def test_rows_without_a_usable_urn_are_issues_and_the_blank_row_counts_in_the_numbers() -> None:
    text = written(SCHOOL, SCHOOL | {"URN": ""}, SCHOOL | {"URN": "Total"}, SCHOOL | {"URN": "900002"})
    first, rest = text.split("\r\n", 1)
    result = read_text(f"{first}\r\n\r\n{rest}")
    assert complaints(result) == [("structure-identifier-missing", 4, "URN"), ("format-identifier", 5, "URN")]
    assert result.frame["urn"].tolist() == ["900001", "900002"]
    assert result.frame.index.tolist() == [3, 6]
    assert result.rows_read == 4


def test_a_urn_given_twice_is_an_issue_and_the_first_row_stays() -> None:
    result = read(SCHOOL, SCHOOL | {"EstablishmentName": "Other"})
    assert complaints(result) == [("structure-urn-repeated", 3, "urn")]
    assert result.frame["name"].tolist() == ["Larkholt School"]


def test_an_issue_never_repeats_a_cell() -> None:
    wrong = SCHOOL | {"URN": "Xq7Secret", "OpenDate": "Xq7Secret"}
    result = read(wrong, wrong | {"URN": "900001"}, SCHOOL | {"URN": "900002", "Trusts (name)": "Xq7Secret"})
    assert len(result.issues) == 2
    assert "Xq7Secret" not in str(result.issues)


def test_a_trimmed_list_of_schools_is_read_too() -> None:
    result = read_text(
        "urn,dfe_number,school_name,school_status,open_date,close_date,phase_type,statutory_low_age,statutory_high_age\n"
        "900001,901/4001,Larkholt School,Open,2012-09-01,,Middle deemed secondary,9,13\n"
    )
    row = result.frame.iloc[0]
    assert (row["la_code"], row["establishment_number"], row["phase_code"]) == ("901", "4001", "5")
    assert (row["sex_of_intake"], row["la_name"], row["low_age"]) == ("not_known", "", 9)
    assert result.issues == ()


def test_only_academy_trusts_are_kept_and_the_rest_is_counted() -> None:
    result = read(
        MEMBERSHIP,
        MEMBERSHIP | {"URN": "900002", "Group Type (code)": "10", "Group Type": "Single-academy trust"},
        MEMBERSHIP | {"Group Type (code)": "5", "Group Type": "School sponsor"},
        MEMBERSHIP | {"URN": "20003", "Group Type (code)": "8", "Group Type": "Children's Centres Group"},
        MEMBERSHIP | {"URN": "", "Group Type (code)": "1", "Group Type": "Federation"},
    )
    assert (result.kind, result.rows_read) == ("groups", 5)
    assert result.frame["group_type"].tolist() == ["multi_academy_trust", "single_academy_trust"]
    assert result.left_out == {"school_sponsor": 1, "childrens_centres_group": 1, "federation": 1}
    assert result.issues == ()


def test_membership_dates_may_be_unknown_and_may_end() -> None:
    result = read(
        MEMBERSHIP | {"Joined date": "1900-01-01", "Left date": "", "Closed Date": "2019-06-30"},
        MEMBERSHIP | {"URN": "900002", "Joined date": "01/12/2010", "Left date": "31/08/2015"},
    )
    assert result.frame["joined_date"].isna().tolist() == [True, False]
    assert result.frame["left_date"].tolist() == [pd.NaT, pd.Timestamp(2015, 8, 31)]
    assert result.frame["closed_date"].tolist() == [pd.Timestamp(2019, 6, 30), pd.NaT]


def test_the_group_may_be_called_linked_uid() -> None:
    renamed = {("Linked UID" if name == "Group UID" else name): value for name, value in MEMBERSHIP.items()}
    assert read(renamed).frame["trust_uid"].tolist() == ["70001"]


def test_a_membership_without_a_group_or_of_an_unknown_type_is_said() -> None:
    result = read(
        MEMBERSHIP | {"Group UID": ""},
        MEMBERSHIP | {"Group Type (code)": "", "Group Type": "Something new"},
        MEMBERSHIP,
        MEMBERSHIP,
    )
    assert complaints(result) == [
        ("structure-identifier-missing", 2, "Group UID"),
        ("format-register-cell", 3, "Group Type (code)"),
        ("structure-membership-repeated", 5, None),
    ]
    assert (len(result.frame), result.left_out) == (1, {"not_known": 1})


@pytest.mark.parametrize(
    ("wording", "link_type"),
    [
        ("Predecessor", "predecessor"),
        ("Predecessor - merged", "predecessor"),
        ("Successor - Split School", "successor"),
        ("Result of Amalgamation", "other"),
        ("Sixth Form Centre Link", "other"),
    ],
)
def test_a_link_has_a_direction_and_keeps_its_wording(wording: str, link_type: str) -> None:
    frame = read(LINK | {"LinkType": wording}).frame
    assert frame[["link_type", "link_description"]].values.tolist() == [[link_type, wording]]


def test_a_link_to_nowhere_is_an_issue() -> None:
    result = read(LINK | {"LinkURN": ""}, LINK | {"LinkType": ""}, LINK | {"LinkEstablishedDate": ""})
    assert [(row, column) for _, row, column in complaints(result)] == [(2, "LinkURN"), (3, "LinkType")]
    assert result.frame["established_date"].isna().tolist() == [True]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\r\n \r\n", "empty"),
        (b"PK\x03\x04rest", "workbook"),
        (b"urn,name\r\n900001,x\r\n", "EstablishmentName or school_name"),
        (b"Group UID,Group Name\r\n1,x\r\n", "Group UID or Linked UID"),
        (b"URN,urn\r\n900001,900001\r\n", "same header"),
        (b'URN,LinkURN,LinkType,LinkEstablishedDate\r\n900001,"9000', "quotation mark"),
        (bytes(range(256)), "register.csv"),
    ],
)
def test_a_file_of_no_known_kind_is_refused_with_what_was_looked_for(content: bytes, said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        read_reference(content, file_name="register.csv")


@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda tail: written(LINK).encode() + tail))
def test_any_bytes_are_read_or_refused_in_words(content: bytes) -> None:
    try:
        result = read_reference(content, file_name="any.csv")
    except UnreadableError:
        return
    assert result.kind in REGISTER


def plain(name: str) -> list[dict[str, str]]:
    """The file once more by an independent loop; a ragged row keeps its first cells in their places."""
    content = (REAL / name).read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    return [dict(zip(header, row, strict=False)) for row in rows]


def read_real(name: str) -> ReferenceFile:
    return read_reference((REAL / name).read_bytes(), file_name=name)


@pytest.mark.real_data
@real_files
def test_a_real_extract_of_two_counties_agrees_with_a_plain_count() -> None:
    name = "gias_hampshire_surrey_20220420.csv"
    rows, result = plain(name), read_real(name)
    frame = result.frame
    assert (len(frame), result.rows_read, result.issues) == (1_096, 1_096, ())
    assert frame["urn"].tolist() == [row["URN"] for row in rows]
    wordings = {"open": "Open", "closed": "Closed", "open_proposed_to_close": "Open, but proposed to close"}
    assert Counter(frame["status"].map(wordings)) == Counter(row["EstablishmentStatus (name)"] for row in rows)
    phases = {
        "primary": "Primary",
        "middle_deemed_primary": "Middle deemed primary",
        "all_through": "All-through",
    }
    assert Counter(frame["phase"].map(phases)) == Counter(row["PhaseOfEducation (name)"] for row in rows)
    assert frame["pupils"].sum() == sum(int(row["NumberOfPupils"] or 0) for row in rows)
    assert frame["pupils"].isna().sum() == sum(not row["NumberOfPupils"] for row in rows)
    for column, header in (("open_date", "OpenDate"), ("close_date", "CloseDate")):
        assert frame[column].notna().sum() == sum(row[header] not in ("", "01-01-1900") for row in rows)
    assert (frame["trust_type"] == "multi_academy_trust").sum() == 159
    assert set(frame["census_year"].dropna()) == {"201617", "201718", "201819", "201920", "202021"}


@pytest.mark.real_data
@real_files
def test_the_ragged_rows_of_a_real_extract_are_whole() -> None:
    name = "gias_hampshire_surrey_20220420.csv"
    text = (REAL / name).read_text("utf-8")
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    ragged = {row[0]: row for row in rows if len(row) > len(header)}
    frame = read_real(name).frame.set_index("urn")
    assert len(ragged) == 69
    for urn, row in ragged.items():
        listed = frame.loc[urn, "linked_establishments"].split(",")
        assert listed == [cell.strip() for cell in row[len(header) - 1 :]]
        assert frame.loc[urn, "name"] == row[header.index("EstablishmentName")]


@pytest.mark.real_data
@real_files
def test_the_state_schools_of_england_agree_with_a_plain_count() -> None:
    name = "england_schools_2022_trimmed.csv"
    rows, result = plain(name), read_real(name)
    assert (len(result.frame), result.issues) == (len(rows), ())
    assert Counter(result.frame["status"]) == {"open": 20_057, "open_proposed_to_close": 128}
    assert result.frame["la_code"].tolist() == [row["dfe_number"][:3] for row in rows]
    assert Counter(result.frame["phase"])["secondary"] == sum(row["phase_type"] == "Secondary" for row in rows)


@pytest.mark.real_data
@real_files
def test_rows_of_another_layout_in_a_real_sample_are_said_row_by_row() -> None:
    result = read_real("edubaseall_sample_2017.csv")
    assert (len(result.frame), result.rows_read) == (9, 19)
    assert complaints(result) == [("structure-row-long", row, None) for row in range(11, 21)]


@pytest.mark.real_data
@real_files
def test_codes_are_followed_in_the_newer_layout() -> None:
    name = "gias_synthetic_60_schools.csv"
    rows, result = plain(name), read_real(name)
    assert (result.frame["status"] == "open").sum() == sum(row["EstablishmentStatus (code)"] == "1" for row in rows)
    assert result.frame["trust_uid"].tolist() == [row["Trusts (code)"] for row in rows]
    assert {issue.rule for issue in result.issues} == {"cross-code-and-name"}


@pytest.mark.real_data
@real_files
def test_real_trust_membership_agrees_with_a_plain_count() -> None:
    name = "alllinksdata_group_membership_2022.csv"
    rows, result = plain(name), read_real(name)
    kept = [row for row in rows if row["Group Type"] in ("Multi-academy trust", "Single-academy trust")]
    assert result.frame["urn"].tolist() == [row["URN"] for row in kept]
    assert result.frame["urn"].nunique() == len(kept) == 9_905
    assert result.frame["joined_date"].isna().sum() == sum(row["Joined date"] == "1900-01-01" for row in kept)
    assert sum(result.left_out.values()) == result.rows_read - 9_905 == len(rows) - 9_905
    assert result.issues == ()


@pytest.mark.real_data
@real_files
def test_the_other_layouts_of_membership_are_recognised() -> None:
    assert read_real("ecf_groupLinks.csv").left_out == {"childrens_centres_group": 3}
    assert read_real("group_links_sample.csv").frame["trust_uid"].tolist() == ["2044", "2044", "2070"]


@pytest.mark.real_data
@real_files
def test_real_links_agree_with_a_plain_count() -> None:
    name = "links_edubasealldata20250422.csv"
    rows, result = plain(name), read_real(name)
    frame = LINKS.validate(result.frame)
    assert (len(frame), result.issues) == (len(rows), ())
    assert Counter(frame["link_description"]) == Counter(row["LinkType"] for row in rows)
    for kind in ("predecessor", "successor"):
        plain_count = sum(row["LinkType"].lower().startswith(kind) for row in rows)
        assert (frame["link_type"] == kind).sum() == plain_count
    assert frame["established_date"].isna().sum() == sum(
        row["LinkEstablishedDate"] in ("", "01-01-1900") for row in rows
    )


@pytest.mark.real_data
@real_files
def test_real_files_of_other_kinds_are_refused() -> None:
    for name in (
        "allgroupsdata_2022.csv",
        "dim_la_old_new_codes.csv",
        "la_code_list.xlsx",
        "dfe-schools.zip",
    ):
        with pytest.raises(UnreadableError):
            read_real(name)


def test_the_frame_of_schools_meets_its_schema() -> None:
    SCHOOLS.validate(read(SCHOOL).frame)
