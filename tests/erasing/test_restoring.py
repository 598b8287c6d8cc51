"""A backup brings back what was erased; the list of erasures takes it away again, before anybody sees it."""

from __future__ import annotations

import shutil
import stat
from datetime import datetime
from pathlib import Path

import pytest

from pipelines import audit, backing_up, erasing
from pipelines.erasing import listing
from pipelines.intake.tables import NamedFile
from pipelines.register import load_register
from pipelines.scope import OPERATOR, Scope
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term
from schemas.errors import QuestionError, UnreadableError, WarehouseError
from tests.erasing.test_bytes import filled, kept_as, on_disk, planted
from tests.erasing.worlds import ASKS, erase
from tests.factories import OFFICER, checked, child, incident, submit, warehouse


def counts(store: Warehouse) -> dict[str, int]:
    with store.reading() as cursor:
        return {
            name: int(cursor.rows(f"SELECT count(*) AS n FROM {name}")[0]["n"]) for name in ("incidents", "children")
        }


def restored(folder: Path, request: erasing.Request) -> tuple[Path, list[str], list[str]]:
    """A warehouse of which a backup was made, then something was erased, then the backup was put back."""
    path, copy = folder / "store" / "plumbline.duckdb", folder / "copy.duckdb"
    references, keys = planted(5), planted(5)
    filled(path, references, keys).close()
    backing_up.back_up(path, copy, memory="1GB")
    request = erasing.of_child("900001", keys[0]) if request.kind is erasing.Kind.CHILD else request
    with Warehouse(path) as store:
        erase(store, request, when=audit.now())
        listing.write(store)
    shutil.copy(copy, path)
    return path, references, keys


@pytest.mark.parametrize(
    ("request_", "left"),
    [
        (erasing.of_child("900001", "x"), 4),
        (erasing.of_return("900001", "202526", Term.AUTUMN), 0),
        (erasing.of_school("900001"), 0),
        (erasing.Request(erasing.Kind.RETENTION, academic_year="202627"), 0),
    ],
)
def test_what_was_erased_is_erased_again_after_a_restore(tmp_path: Path, request_: erasing.Request, left: int) -> None:
    path, references, keys = restored(tmp_path, request_)
    with Warehouse(path) as store:
        assert counts(store) == {"incidents": 5, "children": 5}
        with pytest.raises(WarehouseError, match="--again"):
            listing.must_be_up_to_date(store)
        listing.erase_again(store, listing.outstanding(store), actor=ASKS)
        listing.must_be_up_to_date(store)
        assert counts(store) == {"incidents": left, "children": left}
        with store.reading() as cursor:
            assert audit.first_broken(cursor) is None
        listing.write(store)
        store.write_anew()
    assert on_disk(path, references[0], kept_as(keys[0])) == []
    assert len(listing.read(listing.list_of(path))) == 1


def test_what_came_after_the_restore_is_not_taken_for_what_was_erased(tmp_path: Path) -> None:
    path, _, _ = restored(tmp_path, erasing.of_child("900001", "x"))
    list_file = listing.list_of(path)
    path.unlink()
    with filled(path, planted(5), planted(5)) as store:  # other returns, under the same numbers
        submit(store, checked([incident()], [child(incident_ref="I0")]))
        before = counts(store)
        listing.erase_again(store, listing.outstanding(store, list_file), actor=ASKS)
        assert counts(store) == before


def test_the_list_is_its_owners_only_and_names_no_child(tmp_path: Path) -> None:
    path, references, keys = restored(tmp_path, erasing.of_child("900001", "x"))
    list_file = listing.list_of(path)
    assert stat.S_IMODE(list_file.stat().st_mode) == 0o600
    text = list_file.read_text()
    assert not any(secret in text for secret in (*keys, *references, kept_as(keys[0])))


def test_a_list_that_is_none_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "list"
    wrong.write_text("{}\n")
    with pytest.raises(UnreadableError):
        listing.read(wrong)


def test_a_backup_is_read_back_and_never_written_over(tmp_path: Path) -> None:
    path, out = tmp_path / "plumbline.duckdb", tmp_path / "copy.duckdb"
    with pytest.raises(QuestionError, match="no warehouse"):
        backing_up.back_up(path, out, memory="1GB")
    filled(path, planted(3), planted(3)).close()
    assert backing_up.back_up(path, out, memory="1GB") > 6
    with pytest.raises(QuestionError, match="exists"):
        backing_up.back_up(path, out, memory="1GB")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_an_organisation_reads_what_was_erased_of_its_own_schools_only(tmp_path: Path) -> None:
    store = filled(tmp_path / "plumbline.duckdb", planted(2), planted(2))
    erase(store, erasing.of_school("900001"), when=audit.now())
    assert [one.counts["incidents"] for one in listing.history(store, Scope.parse("la:990"))] == [2]
    assert listing.history(store, Scope.parse("la:991")) == ()
    assert len(listing.history(store, OPERATOR)) == 1


def test_how_many_rows_the_rule_took_of_all_schools_together_is_told_to_nobody_but_the_operator(tmp_path: Path) -> None:
    store = filled(tmp_path / "plumbline.duckdb", planted(2), planted(2))
    erase(store, erasing.Request(erasing.Kind.RETENTION, academic_year="202627"), when=audit.now())
    for scope in ("school:900001", "la:990", "la:991"):
        [told] = listing.history(store, Scope.parse(scope))
        assert (told.counts, told.erased_by, told.approved_by) == ({}, "", "")
        assert told.request.academic_year == "202627"
    [told] = listing.history(store, OPERATOR)
    assert (told.counts["incidents"], told.erased_by, told.approved_by) == (2, "ada", "pat")


def test_a_trust_is_not_told_what_was_erased_of_terms_after_a_school_left_it() -> None:
    with warehouse({"URN": "900001"}) as store:
        groups = (
            b"URN,Group UID,Group Name,Group Type (code),Group Type,Joined date,Left date,Closed Date\n"
            b"900001,99001,Before,06,Multi-academy trust,01/09/2019,31/12/2024,\n"
            b"900001,99002,After,06,Multi-academy trust,01/01/2025,,\n"
        )
        load_register(store, [NamedFile("groups.csv", groups)], actor=OFFICER, when=datetime(2020, 1, 2))  # noqa: DTZ001
        for year in ("202425", "202526"):
            term = {"year": year, "term": Term.AUTUMN}
            submit(store, checked([incident(reported_date=f"20{year[2:4]}-10-01")], **term))
            erase(store, erasing.of_return("900001", year, Term.AUTUMN), when=audit.now())
        told = {code: [one.request.academic_year for one in listing.history(store, Scope.parse(f"trust:{code}"))]
                for code in ("99001", "99002")}  # fmt: skip
        assert told == {"99001": ["202425"], "99002": ["202526"]}
        erase(store, erasing.of_school("900001"), when=audit.now())
        assert [len(listing.history(store, Scope.parse(f"trust:{code}"))) for code in ("99001", "99002")] == [1, 2]
