"""Every check has its entry in the rule book, and every entry fires exactly on its failing example."""

from __future__ import annotations

import ast
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

import pipelines
import schemas
from pipelines.intake import checking
from pipelines.intake.rules import passes
from pipelines.intake.surroundings import Stated, Surroundings
from pipelines.intake.tables import NamedFile
from pipelines.sample.broken_base import draft
from pipelines.sample.broken_edits import as_csv_pair, row_again
from schemas import rulebook
from schemas.calendar import Term
from schemas.conditions import columns_of
from schemas.errors import LanguageError
from schemas.rulebook import STAGES, Check, book, checks
from tests.factories import incident, typed
from tests.rule_examples import is_of_one_row, issues_of, with_answers

TODAY = date(2026, 11, 20)
SCHOOLS = pd.DataFrame({"low_age": [11], "high_age": [18]}, index=["900001"])
OF_ONE_ROW = [check for check in book().values() if is_of_one_row(check.failing) and check.failing]
OTHERS = [check for check in book().values() if check not in OF_ONE_ROW]


def found_in_rows(which: str) -> dict[int, list[str]]:
    """One file with a row for each example, and the rules that fire on each row."""
    made = draft()
    for check in OF_ONE_ROW:
        row_again("incidents", 2)(made)
        row_again("children", 2)(made)
        row, reference = len(made.sheets["incidents"]), f"X{len(made.sheets['incidents'])}"
        made.put("children", len(made.sheets["children"]), "incident_ref", reference)
        made.put("children", len(made.sheets["children"]), "child_key", f"{row:032x}")
        with_answers(made, "incidents", row, {"incident_ref": reference} | dict(getattr(check, which)))
    files = [NamedFile(name, content) for name, content in as_csv_pair(made).items()]
    stated = Stated(None, "202526", Term.AUTUMN)
    issues = checking.check(files, stated=stated, around=Surroundings(TODAY, SCHOOLS)).issues
    assert not [one for one in issues if one.row is None or (one.table == "incidents" and one.row < 8)]
    rows = {number: check.id for number, check in enumerate(OF_ONE_ROW, start=8)}
    return {row: [one.rule for one in issues if one.row == row] for row in rows}


def test_the_failing_answers_of_every_row_check_fire_it_and_nothing_else() -> None:
    fired = found_in_rows("failing")
    assert fired == {row: [check.id] for row, check in enumerate(OF_ONE_ROW, start=8)}


def test_the_passing_answers_of_every_row_check_fire_nothing() -> None:
    assert not [found for found in found_in_rows("passing").values() if found]


@pytest.mark.parametrize("check", OTHERS, ids=lambda check: check.id)
def test_the_failing_example_of_any_other_check_fires_it_and_nothing_else(check: Check) -> None:
    assert {one.rule for one in issues_of(check, check.failing)} == {check.id}


@pytest.mark.parametrize("check", [one for one in OTHERS if one.passing], ids=lambda check: check.id)
def test_the_passing_example_of_any_other_check_fires_nothing(check: Check) -> None:
    assert issues_of(check, check.passing) == []


def test_the_sound_return_fires_nothing() -> None:
    assert issues_of(next(iter(book().values())), {"cells": {}}) == []


def test_a_condition_never_fails_on_what_is_not_known() -> None:
    blanks = [{name: "" for name in columns_of(check.fails_when)} for check in checks() if check.fails_when]
    rows = typed("incidents", [incident(**blank) for blank in blanks])
    verdicts = [passes(check, rows, today=TODAY).iloc[place] for place, check in enumerate(checks())]
    assert all(verdicts)


def test_every_check_that_the_code_names_is_in_the_book_and_none_is_there_that_it_does_not_name() -> None:
    judged = {check.id for check in book().values() if check.fails_when is None}
    assert named_in_code() == judged


def named_in_code() -> set[str]:
    """Every text in the code that has the form of a check's id; not in the sample's faults, nor of registers."""
    found: set[str] = set()
    for package in (pipelines, schemas):
        folder = Path(str(package.__file__)).parent
        for path in folder.rglob("*.py"):
            if path.relative_to(folder).parts[0] not in ("sample", "reference", "reference_pages"):
                found |= _texts(path)
    return {text for text in found if _is_id(text)} - checks_with_conditions()


def _texts(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def _is_id(text: str) -> bool:
    stage, mark, rest = text.partition("-")
    return stage in STAGES and bool(mark and rest) and text.replace("-", "").isalnum() and text == text.lower()


def checks_with_conditions() -> set[str]:
    return {check.id for check in checks()}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"colour": "red"}, "colour"),
        ({"severity": "fatal"}, "severity"),
        ({"tables": ["teachers"]}, "teachers"),
        ({"columns": ["shoe_size"]}, "shoe_size"),
        ({"id": "other-thing"}, "begins with"),
        ({"judged": "somehow"}, "either"),
    ],
)
def test_an_entry_that_is_not_understood_stops_the_start_with_its_name(change: dict[str, object], said: str) -> None:
    entry = rulebook.read("checks/cross.toml")["check"][0] | change
    with pytest.raises(LanguageError, match=f"cross.toml: .*{said}"):
        rulebook._check(entry, "checks/cross.toml")
