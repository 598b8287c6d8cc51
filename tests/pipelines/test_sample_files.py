"""The sample as files: what is sound loads, what is broken does not pass unseen."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from functools import cache

import pandas as pd
import pytest

from pipelines.intake.checking import Checked, check
from pipelines.intake.surroundings import Stated, Surroundings
from pipelines.intake.tables import NamedFile
from pipelines.reference import read_reference
from pipelines.sample import Sample, generate
from pipelines.sample.broken import FAULTS, BrokenFile, broken_files, write_broken
from pipelines.sample.schools import SCHOOLS
from pipelines.sample.writing import files
from schemas.issues import errors


@cache
def small() -> Sample:
    return generate(size="small")


@cache
def register() -> pd.DataFrame:
    (content,) = small().register_files.values()
    return read_reference(content, file_name="register.csv").frame.set_index("urn")


@cache
def broken() -> dict[str, BrokenFile]:
    return {each.name: each for each in broken_files(small())}


def checked(parts: dict[str, bytes]) -> Checked:
    named = [NamedFile(name.rpartition("/")[2], content) for name, content in parts.items()]
    return check(named, stated=Stated(), around=Surroundings(today=dt.date(2026, 11, 1), schools=register()))


def sent_together() -> dict[str, dict[str, bytes]]:
    """Workbooks and CSV pairs of the sample, by what they have in common."""
    found: dict[str, dict[str, bytes]] = defaultdict(dict)
    for name, content in files(small()):
        if name.startswith("returns/") and "nil-returns" not in name:
            together = name.removesuffix("-incidents.csv").removesuffix("-children.csv")
            found[together][name] = content
    return found


def test_every_return_of_the_sample_loads_with_few_queries() -> None:
    for name, parts in sent_together().items():
        result = checked(parts)
        assert errors(result.issues) == [], name
        assert result.incidents is not None
        assert len(result.issues) < len(result.incidents), name


def test_the_register_of_the_sample_reads_without_an_issue() -> None:
    for content in (*small().register_files.values(), small().groups_file, small().links_file):
        assert read_reference(content, file_name="sample.csv").issues == ()
    open_schools = register().query("status == 'open'")
    assert len(open_schools) == 24
    assert set(open_schools.index) | {"900008"} == {str(school.urn) for school in SCHOOLS}


def test_broken_files_are_the_same_whenever_they_are_made() -> None:
    assert broken_files(small()) == tuple(broken().values())


def test_every_fault_has_a_name_of_its_own() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 30


@pytest.mark.parametrize("name", [each.name for each in FAULTS if each.name.startswith("accepted")])
def test_what_must_be_accepted_gives_no_issue(name: str) -> None:
    result = checked(broken()[name].files)
    assert result.issues == ()
    assert result.incidents is not None
    assert len(result.incidents) == 6


@pytest.mark.parametrize("name", [each.name for each in FAULTS if not each.name.startswith("accepted")])
def test_what_is_broken_does_not_pass_unseen(name: str) -> None:
    assert checked(broken()[name].files).issues


def test_a_broken_return_is_refused_for_schools_it_does_not_know() -> None:
    sample = small()
    other = Sample(**{**vars(sample), "schools": ()})
    with pytest.raises(ValueError, match="schools"):
        broken_files(other)


def test_each_broken_return_is_written_in_a_folder_of_its_own(tmp_path) -> None:
    paths = write_broken(small(), tmp_path)
    assert {path.parent.name for path in paths} == {fault.name for fault in FAULTS}
    assert sum(path.stat().st_size for path in paths) < 1_000_000
