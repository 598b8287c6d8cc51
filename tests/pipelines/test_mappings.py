"""Mappings kept for schools: versions, who may, what the record says, and returns read by them."""

from __future__ import annotations

import json
import re

import pytest

from pipelines import audit, mappings, printing, returns
from pipelines.intake.tables import NamedFile
from pipelines.mappings import Entry
from pipelines.returns import Stated
from pipelines.scope import OPERATOR, Actor, Scope
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term
from schemas.errors import QuestionError, RefusedError, StaleError
from schemas.issues import errors
from schemas.lexicon import lexicon
from tests import factories, uploads
from tests.factories import child, complete_incident, officer_of

TRUST = {"Trusts (code)": "99001", "Trusts (name)": "Invented Trust"}
SCHOOLS = ({"URN": "900001", **TRUST}, {"URN": "900002", **TRUST}, {"URN": "900003", "LA (code)": "991"})
SCHOOL, OTHER, AUTHORITY = Scope.parse("school:900001"), Scope.parse("school:900002"), Scope.parse("la:990")
POLICE = Entry("incidents", "", "status level 3", ("police_contacted",))
NINE = Entry("children", "year_group", "yr nine", ("9",))
UNUSED = Entry("children", "role", "viewed it", ("received",))


@pytest.fixture
def store() -> Warehouse:
    return factories.warehouse(*SCHOOLS)


def renamed(*urns: str) -> list[NamedFile]:
    """A return in the school's own words: a renamed header, and its own word for Year 9."""
    incidents = [complete_incident(incident_ref=f"I{urn}", school_urn=urn) for urn in urns]
    children = [
        child(incident_ref=f"I{urn}", school_urn=urn, child_key=f"{n:016x}", year_group="Yr nine")
        for urn in urns for n in (1, 2)
    ]  # fmt: skip
    return [_csv("incidents", incidents), _csv("children", children)]


def _csv(table: str, rows: list[dict[str, str]]) -> NamedFile:
    names = list(dict.fromkeys([*(column.name for column in lexicon().tables[table].columns), "school_urn"]))
    header = ["Status level 3" if name == "police_contacted" else name for name in names]
    text = uploads.csv_text([header, *([row.get(name, "") for name in names] for row in rows)])
    return NamedFile(f"{table}.csv", text.encode())


def look(store: Warehouse, actor: Actor, *urns: str, **more: bool) -> returns.Checked:
    stated = Stated(urns[0] if len(urns) == 1 else None, "202526", Term.AUTUMN)
    return returns.look_at(store, renamed(*urns), stated=stated, actor=actor, key=factories.KEY, **more)


def submit(store: Warehouse, checked: returns.Checked, actor: Actor) -> tuple[returns.Receipt, ...]:
    return returns.submit(store, checked, actor=actor, key=factories.KEY)


def test_a_school_maps_its_words_once_and_every_later_return_is_read_by_them(store: Warehouse) -> None:
    dsl = officer_of("school:900001")
    first = look(store, dsl, "900001")
    meant = {"": ["police_contacted"], "year_group": ["9"]}
    assert {issue.rule for issue in errors(first.issues)} >= {"structure-unknown-column"}
    wanted = [mappings.entry_for(one, meant[one.column]) for one in first.unread]
    assert mappings.keep(store, SCHOOL, wanted, actor=dsl, seen=0) == 1
    for version in (1, 2):
        (receipt,) = submit(store, look(store, dsl, "900001"), dsl)
        assert receipt.version == version
        assert [(one.entry, one.rows) for one in receipt.mapped] == [(POLICE, 1), (NINE, 2)]
        with store.reading() as cursor:
            assert mappings.used_in(cursor, receipt.return_id) == receipt.mapped


def test_without_the_mapping_the_same_file_is_refused(store: Warehouse) -> None:
    dsl = officer_of("school:900001")
    mappings.keep(store, SCHOOL, [POLICE, NINE], actor=dsl, seen=0)
    assert not errors(look(store, dsl, "900001").issues)
    assert errors(look(store, dsl, "900001", mapped=False).issues)


def test_what_is_forgotten_is_an_error_again_and_the_versions_before_stay(store: Warehouse) -> None:
    dsl = officer_of("school:900001")
    mappings.keep(store, SCHOOL, [POLICE, NINE, UNUSED], actor=dsl, seen=0)
    mappings.keep(store, SCHOOL, [POLICE, UNUSED], actor=dsl, seen=1)
    assert {issue.rule for issue in errors(look(store, dsl, "900001").issues)} == {"format-code"}
    mappings.keep(store, SCHOOL, [], actor=dsl, seen=2)
    assert mappings.kept(store, SCHOOL, actor=dsl).mapping.entries == ()
    with store.reading() as cursor:
        assert cursor.rows("SELECT count(*) AS n FROM mappings")[0]["n"] == 3


def test_a_file_of_several_schools_is_read_by_the_senders_organisation(store: Warehouse) -> None:
    officer = officer_of("la:990")
    mappings.keep(store, SCHOOL, [POLICE, NINE], actor=officer, seen=0)
    assert errors(look(store, officer, "900001", "900002").issues)
    mappings.keep(store, AUTHORITY, [POLICE, NINE], actor=officer, seen=0)
    checked = look(store, officer, "900001", "900002")
    receipts = submit(store, checked, officer)
    assert [one.rows for one in checked.used if one.entry == NINE] == [4]
    assert [[(one.entry, one.rows) for one in receipt.mapped] for receipt in receipts] == [[(POLICE, 1), (NINE, 2)]] * 2


def test_an_operator_who_names_the_school_reads_by_its_mapping(store: Warehouse) -> None:
    mappings.keep(store, SCHOOL, [POLICE, NINE], actor=officer_of("trust:99001"), seen=0)
    operator = Actor("command line", "operator", OPERATOR)
    assert not errors(look(store, operator, "900001").issues)


def stored(store: Warehouse) -> int:
    with store.reading() as cursor:
        return int(cursor.rows("SELECT (SELECT count(*) FROM returns) + (SELECT count(*) FROM incidents) AS n")[0]["n"])


TEN = Entry("children", "year_group", "yr nine", ("10",))


@pytest.mark.parametrize(
    ("then", "owner", "urns"),
    [
        ([POLICE, TEN], SCHOOL, ["900001"]),
        ([], SCHOOL, ["900001"]),
        ([POLICE, TEN], AUTHORITY, ["900001", "900002"]),
    ],
    ids=["corrected", "withdrawn", "corrected for several schools"],
)
def test_a_file_read_by_a_mapping_that_changed_since_is_checked_again_before_it_is_kept(
    then: list[Entry], owner: Scope, urns: list[str], store: Warehouse
) -> None:
    officer = officer_of("la:990")
    mappings.keep(store, owner, [POLICE, NINE], actor=officer, seen=0)
    checked = look(store, officer, *urns)
    mappings.keep(store, owner, then, actor=officer, seen=1)
    with pytest.raises(StaleError, match=re.escape(mappings.REREAD)):
        submit(store, checked, officer)
    assert stored(store) == 0
    if then:
        submit(store, look(store, officer, *urns), officer)
        with store.reading() as cursor:
            assert {row["year_group"] for row in cursor.rows("SELECT year_group FROM children")} == {"10"}


def plain_look(store: Warehouse, actor: Actor, **more: bool) -> returns.Checked:
    """A file that is understood without any mapping."""
    known = {b"Status level 3": b"police_contacted", b"Yr nine": b"9"}
    files = []
    for file in renamed("900001"):
        content = file.content
        for own, ours in known.items():
            content = content.replace(own, ours)
        files.append(NamedFile(file.name, content))
    stated = Stated("900001", "202526", Term.AUTUMN)
    return returns.look_at(store, files, stated=stated, actor=actor, key=factories.KEY, **more)


def test_a_mapping_made_after_the_check_asks_for_another_check_and_that_of_others_does_not(store: Warehouse) -> None:
    dsl = officer_of("school:900001")
    checked, alone = plain_look(store, dsl), plain_look(store, dsl, mapped=False)
    mappings.keep(store, AUTHORITY, [NINE], actor=officer_of("la:990"), seen=0)
    mappings.keep(store, OTHER, [NINE], actor=officer_of("la:990"), seen=0)
    assert submit(store, checked, dsl)[0].version == 1
    mappings.keep(store, SCHOOL, [NINE], actor=dsl, seen=0)
    with pytest.raises(StaleError, match="Check the file again"):
        submit(store, checked, dsl)
    assert submit(store, alone, dsl)[0].version == 2  # read without a mapping on purpose
    again = plain_look(store, dsl)
    mappings.keep(store, SCHOOL, [], actor=dsl, seen=1)
    with pytest.raises(StaleError, match="Check the file again"):
        submit(store, again, dsl)


def test_making_and_forgetting_a_mapping_in_between_changes_no_reading(store: Warehouse) -> None:
    dsl = officer_of("school:900001")
    checked = plain_look(store, dsl)
    mappings.keep(store, SCHOOL, [NINE], actor=dsl, seen=0)
    mappings.keep(store, SCHOOL, [], actor=dsl, seen=1)
    assert submit(store, checked, dsl)[0].version == 1


OWNERS = ("school:900001", "school:900002", "school:900003", "trust:99001", "la:990", "la:991")
MAY = {
    "school:900001": {"school:900001"},
    "trust:99001": {"school:900001", "school:900002", "trust:99001"},
    "la:990": {"school:900001", "school:900002", "la:990"},
    "la:991": {"school:900003", "la:991"},
}


def test_a_mapping_is_read_made_and_used_only_by_those_who_send_for_the_school(store: Warehouse) -> None:
    for owner in OWNERS:
        mappings.keep(store, Scope.parse(owner), [NINE], actor=factories.OFFICER, seen=0)
    for actor, own in MAY.items():
        person = officer_of(actor)
        for owner in map(Scope.parse, OWNERS):
            if str(owner) in own:
                seen = mappings.kept(store, owner, actor=person).mapping.version
                assert mappings.keep(store, owner, [NINE], actor=person, seen=seen) == seen + 1
                continue
            with pytest.raises(RefusedError):
                mappings.kept(store, owner, actor=person)
            with pytest.raises(RefusedError):
                mappings.keep(store, owner, [], actor=person, seen=1)
        with store.reading() as cursor:
            used = {urn for urn in ("900001", "900002", "900003")
                    if mappings.standing_for(cursor, Stated(urn), actor=person).entries}  # fmt: skip
        assert {f"school:{urn}" for urn in used} == {owner for owner in own if owner.startswith("school")}


def test_two_people_changing_one_mapping_do_not_overwrite_each_other(store: Warehouse) -> None:
    dsl = officer_of("school:900001")
    mappings.keep(store, SCHOOL, [NINE], actor=dsl, seen=0)
    with pytest.raises(RefusedError, match="Somebody changed this mapping"):
        mappings.keep(store, SCHOOL, [POLICE], actor=dsl, seen=0)


def test_the_record_says_how_many_wordings_and_none_of_them(store: Warehouse) -> None:
    mappings.keep(store, SCHOOL, [POLICE, NINE, UNUSED], actor=officer_of("school:900001"), seen=0)
    with store.reading() as cursor:
        (event,) = cursor.rows("SELECT * FROM audit WHERE action = 'mapping kept'")
        assert audit.first_broken(cursor) is None
    assert event["subject"] == "school:900001"
    assert event["detail"] == '{"answers": 2, "headers": 1, "version": 1}'
    assert not any(word in str(event) for word in ("nine", "level", "viewed", "police"))
    assert not event["changes_figures"]


def test_what_may_not_be_kept_changes_nothing(store: Warehouse) -> None:
    for said in ("connor smith", "b801200005001", "<b>nine</b>", "connor", "01/02/2010", "Yr nine"):
        entries = [NINE, Entry("children", "role", said, ("other",))]
        with pytest.raises(QuestionError) as refused:
            mappings.keep(store, SCHOOL, entries, actor=factories.OFFICER, seen=0)
        assert said not in str(refused.value)
    assert mappings.kept(store, SCHOOL, actor=factories.OFFICER).mapping.version == 0


def test_the_command_line_reads_by_the_schools_mapping_and_says_so(
    store: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    dsl = officer_of("school:900001")
    mappings.keep(store, SCHOOL, [POLICE, NINE], actor=dsl, seen=0)
    checked = look(store, factories.OFFICER, "900001")
    printing.issues(checked.issues, as_json=False, mapped=checked.used)
    assert "Year group: “yr nine” was read as Year 9, in 2 rows." in capsys.readouterr().out
    printing.receipts(submit(store, checked, factories.OFFICER), checked.issues, as_json=True)
    (receipt,) = json.loads(capsys.readouterr().out)["receipts"]
    assert receipt["mapped"][1] == {
        "table": "children", "column": "year_group", "said": "yr nine", "meant": ["9"], "rows": 2,
    }  # fmt: skip
