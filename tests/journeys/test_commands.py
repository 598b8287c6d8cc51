"""The installed command, as a person or a script runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.journey

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
WORKBOOK = SAMPLE / "returns" / "202526-autumn-990.xlsx"
BROKEN = SAMPLE / "broken"
COMMANDS = ("demo", "check", "load", "nil", "template", "register", "figures", "sample", "reference")
SIX = ("value", "count", "denominator", "lower95", "upper95", "state")


def _plumbline() -> str:
    beside = Path(sys.executable).with_name("plumbline")
    found = str(beside) if beside.exists() else shutil.which("plumbline")
    assert found, "the command plumbline is not installed"
    return found


class Desk:
    """A folder of one's own with a warehouse in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {**os.environ, "PLUMBLINE_WAREHOUSE": str(folder / "desk.duckdb"), "COLUMNS": "200"}

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        command = [_plumbline(), *map(str, words)]
        done = subprocess.run(command, cwd=self.folder, env=self.env, capture_output=True, text=True, check=False)
        assert "Traceback" not in done.stderr + done.stdout, done.stderr[-2000:]
        return done

    def json(self, *words: str | Path) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.run(*words, "--json").stdout)
        return found


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with the sample's register, an autumn of returns and a nil return loaded."""
    made = Desk(tmp_path_factory.mktemp("desk"))
    assert made.run("register", *sorted((SAMPLE / "register").glob("*.csv"))).returncode == 0
    assert made.run("load", WORKBOOK).returncode == 0
    assert made.run("nil", "--school", "900017", "--year", "2025/26", "--term", "autumn").returncode == 0
    return made


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself_with_an_example(command: str, desk: Desk) -> None:
    done = desk.run(command, "--help")
    assert done.returncode == 0
    assert f"plumbline {command}" in done.stdout.split("Example", 1)[1]


@pytest.mark.parametrize(
    ("folder", "code"), [("accepted-workbook", 0), ("outside-term", 0), ("upn-in-reference", 1), ("empty-file", 2)]
)
def test_a_check_says_by_its_exit_code_how_it_went(folder: str, code: int, desk: Desk) -> None:
    files = [path for path in sorted((BROKEN / folder).iterdir()) if path.name != "expected.json"]
    done = desk.run("check", *files, "--json")
    assert done.returncode == code
    said = json.loads(done.stdout)
    assert {"errors", "queries", "issues", "mapped"} <= set(said)
    assert said["errors"] + said["queries"] == len(said["issues"])
    for issue in said["issues"]:
        assert list(issue) == ["severity", "rule", "table", "row", "column", "message", "fix"]


def test_a_file_that_is_not_there_is_a_wrong_call(desk: Desk) -> None:
    assert desk.run("check", "nowhere.xlsx").returncode == 2


def test_a_return_with_errors_is_not_loaded(desk: Desk) -> None:
    before = desk.json("figures", "incidents", "--scope", "la:990")["data_version"]
    files = [path for path in sorted((BROKEN / "upn-in-reference").iterdir()) if path.name != "expected.json"]
    assert desk.run("load", *files).returncode == 1
    assert desk.json("figures", "incidents", "--scope", "la:990")["data_version"] == before


def test_figures_print_what_a_program_needs(desk: Desk) -> None:
    said = desk.json("figures", "escalation_rate", "--scope", "la:990", "--by", "school", "--year", "202526")
    assert list(said) == ["measure", "scope", "rule_set", "as_at", "data_version", "coverage", "rows"]
    assert said["measure"] == "escalation_rate"
    assert said["scope"] == "la:990"
    assert said["rule_set"] is None
    rows = said["rows"]
    assert isinstance(rows, list)
    assert all(set(SIX) <= set(row) and set(row["by"]) == {"school"} for row in rows)
    states = {row["by"]["school"]: row["state"] for row in rows}
    assert states["900017"] == "nil_return"
    assert "value" in states.values()


def test_a_rate_and_its_rule_set_and_days_are_given_in_full(desk: Desk) -> None:
    judged = desk.json("figures", "escalated_when_called_for", "--scope", "la:990", "--rule-set", "uksic-advice")
    assert judged["rule_set"] == "uksic-advice"
    row = judged["rows"][0]  # type: ignore[index]
    assert row["value"] == row["count"] / row["denominator"]
    assert 0 <= row["lower95"] < row["value"] < row["upper95"] <= 1
    days = desk.json("figures", "days_to_escalation", "--scope", "la:990")["rows"][0]  # type: ignore[index]
    assert days["p90"] >= days["value"]


def test_a_figure_of_a_past_day_is_what_was_known_then(desk: Desk) -> None:
    said = desk.json("figures", "incidents", "--scope", "la:990", "--as-at", "2020-01-01")
    assert said["data_version"] == 0
    assert said["coverage"] == {"returned": 0, "expected": 0}


def test_figures_come_as_csv_too(desk: Desk) -> None:
    lines = desk.run("figures", "incidents", "--scope", "la:990", "--by", "term", "--csv").stdout.splitlines()
    assert lines[0].startswith("year,term,value,count")
    assert lines[1].startswith("202526,autumn,")


@pytest.mark.parametrize(
    "words",
    [
        ("figures", "no_such_measure", "--scope", "la:990"),
        ("figures", "incidents", "--scope", "somewhere"),
        ("figures", "incidents", "--scope", "la:990", "--by", "colour"),
        ("figures", "incidents", "--scope", "la:990", "--year", "202599"),
        ("figures", "escalated_when_called_for", "--scope", "la:990", "--rule-set", "none-such"),
        ("figures", "incidents_per_1000", "--scope", "la:990", "--by", "year_group"),
        ("nil", "--school", "900099", "--year", "202526", "--term", "autumn"),
    ],
)
def test_a_wrong_question_ends_in_one_sentence_and_code_2(words: tuple[str, ...], desk: Desk) -> None:
    done = desk.run(*words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.strip()


def test_two_csv_files_load_with_a_query_explained(desk: Desk) -> None:
    pair = [SAMPLE / "case-study" / name for name in ("incidents.csv", "children.csv")]
    done = desk.run("load", *pair, "--explain", "format-blank=not_recorded_at_the_time", "--json")
    assert done.returncode == 0, done.stderr
    receipt = json.loads(done.stdout)["receipts"][0]
    assert (receipt["school_urn"], receipt["term"], receipt["incidents"]) == ("900001", "autumn", 1)
    assert receipt["version"] == 2


def test_the_sample_and_the_reference_pages_can_be_made_again(desk: Desk) -> None:
    assert desk.run("sample", "--out", "made").returncode == 0
    made = desk.folder / "made" / "returns" / WORKBOOK.name
    assert made.read_bytes() == WORKBOOK.read_bytes()
    assert desk.run("reference", "--out", "pages").returncode == 0
    assert (desk.folder / "pages" / "data-dictionary.md").exists()
    assert desk.run("reference", "--out", "pages", "--check").returncode == 0
