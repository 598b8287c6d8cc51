"""Returns with one fault a file: the planted faults, what each is, and what a check must say of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.sample.broken_answers import FORMATS, PERSONAL, RELATIONS
from pipelines.sample.broken_base import OTHER_SCHOOL, SCHOOL, draft
from pipelines.sample.broken_edits import Expected, Fault
from pipelines.sample.broken_forms import ACCEPTED, FILES, STRUCTURE
from pipelines.sample.generating import Sample

FAULTS = (*ACCEPTED, *FILES, *STRUCTURE, *FORMATS, *RELATIONS, *PERSONAL)


@dataclass(frozen=True)
class BrokenFile:
    """One return to send: its files by name, what is wrong with it, and the issues it must give."""

    name: str
    files: dict[str, bytes]
    fault: str
    expects: tuple[Expected, ...]


def broken_files(sample: Sample) -> tuple[BrokenFile, ...]:
    """Every planted fault as the files in which it is sent, for schools that the sample has."""
    if not {SCHOOL, OTHER_SCHOOL} <= {str(school.urn) for school in sample.schools}:
        raise ValueError("The broken files are of schools that this sample does not have.")
    return tuple(_broken(each) for each in FAULTS)


def write_broken(sample: Sample, folder: Path) -> tuple[Path, ...]:
    """Write each broken return in a folder of its own name; the paths written, in order."""
    return tuple(_written(sample, folder))


def _written(sample: Sample, folder: Path) -> Iterator[Path]:
    for each in broken_files(sample):
        for name, content in each.files.items():
            path = folder / each.name / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            yield path
        yield _expected(each, folder / each.name)


def _expected(each: BrokenFile, folder: Path) -> Path:
    """The issues that a return must give, beside its files."""
    issues = [dict(zip(("rule", "table", "row", "column"), one, strict=True)) for one in each.expects]
    path = folder / "expected.json"
    path.write_text(json.dumps({"fault": each.fault, "issues": issues}, indent=1) + "\n", encoding="utf-8")
    return path


def _broken(each: Fault) -> BrokenFile:
    made = draft()
    for edit in each.edits:
        edit(made)
    return BrokenFile(each.name, each.pack(made), each.fault, each.expects)
