"""The installed command where something is in the way, and in its lesser ways in and out."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest

from pipelines.warehouse.store import Warehouse
from tests.journeys.test_commands import BROKEN, SAMPLE, WORKBOOK, Desk

pytestmark = pytest.mark.journey

KEYS = ["measure", "scope", "rule_set", "as_at", "data_version", "coverage", "rows"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with the sample's register and nothing sent."""
    made = Desk(tmp_path_factory.mktemp("desk"))
    assert made.run("register", *sorted((SAMPLE / "register").glob("*.csv"))).returncode == 0
    return made


def test_a_zip_is_loaded_and_loaded_again_is_a_new_version(desk: Desk) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in ("incidents", "children"):
            archive.write(SAMPLE / "returns" / f"202526-autumn-991-{name}.csv", f"{name}.csv")
    sent = desk.folder / "autumn.zip"
    sent.write_bytes(content.getvalue())
    kept = [desk.json("load", sent)["receipts"] for _ in range(2)]
    assert [{one["version"] for one in receipts} for receipts in kept] == [{1}, {2}]  # type: ignore[attr-defined,index]


def test_a_nil_return_is_told_as_one(desk: Desk) -> None:
    done = desk.run("nil", "--school", "900019", "--year", "202526", "--term", "spring")
    assert (done.returncode, done.stdout.strip()) == (0, "900019, spring term 2025/26: version 1 kept (nil return).")
    row = desk.json("figures", "incidents", "--scope", "school:900019", "--year", "202526", "--term", "spring")["rows"][
        0
    ]  # type: ignore[index]
    assert (row["state"], row["value"], row["count"]) == ("nil_return", 0, 0)


def test_json_is_exactly_what_was_promised_and_csv_says_the_same(desk: Desk) -> None:
    words = ("figures", "escalation_rate", "--scope", "la:991", "--by", "term")
    said = desk.json(*words)
    assert list(said) == KEYS
    assert list(said["coverage"]) == ["returned", "expected"]  # type: ignore[call-overload]
    rows = list(csv.DictReader(io.StringIO(desk.run(*words, "--csv").stdout)))
    for one, other in zip(said["rows"], rows, strict=True):  # type: ignore[call-overload]
        assert one["by"] == {name: other[name] for name in one["by"]}
        assert [str(one[name] if one[name] is not None else "") for name in ("value", "lower95", "count", "state")] == [
            other[name] for name in ("value", "lower95", "count", "state")
        ]


@pytest.mark.parametrize(
    "words",
    [
        ("figures", "incidents", "--scope", "la:999"),
        ("figures", "incidents", "--scope", "la:990", "--phase", "tertiary"),
        ("figures", "incidents", "--scope", "la:990", "--as-at", "1990-01-01"),
        ("figures", "returns_received", "--scope", "la:990", "--by", "sex"),
        ("load", WORKBOOK, "--explain", "format-blank"),
        ("load", WORKBOOK, "--explain", "format-blank=because"),
        ("register", BROKEN / "name-column" / "return.xlsx"),
    ],
)
def test_a_wrong_call_ends_in_one_sentence_and_code_2(words: tuple[str | Path, ...], desk: Desk) -> None:
    done = desk.run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip()
    assert "because" not in done.stderr


@pytest.fixture
def other_desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


ALL = (
    ("figures", "incidents", "--scope", "la:990"),
    ("load", WORKBOOK),
)


@pytest.mark.parametrize("words", ALL, ids=lambda words: words[0])
def test_a_warehouse_that_is_open_elsewhere_is_said_to_be_so(words: tuple[str, ...], other_desk: Desk) -> None:
    with Warehouse(other_desk.folder / "desk.duckdb"):
        done = other_desk.run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "open in another program" in done.stderr


def test_a_check_goes_on_without_a_warehouse_that_is_open_elsewhere(other_desk: Desk) -> None:
    with Warehouse(other_desk.folder / "desk.duckdb"):
        done = other_desk.run("check", BROKEN / "accepted-workbook" / "return.xlsx", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["errors"] == 0
    assert "without the register" in done.stderr


def _empty_folder(path: Path) -> None:
    path.mkdir()


def _damaged(path: Path) -> None:
    Warehouse(path).close()
    content = bytearray(path.read_bytes())
    content[4096 : len(content) // 2] = b"\xff" * (len(content) // 2 - 4096)
    path.write_bytes(content)


def _cut_off(path: Path) -> None:
    Warehouse(path).close()
    path.write_bytes(path.read_bytes()[:9000])


@pytest.mark.parametrize("spoil", [_empty_folder, _damaged, _cut_off])
def test_a_warehouse_that_cannot_be_read_is_said_to_be_none(spoil: object, other_desk: Desk) -> None:
    spoil(other_desk.folder / "desk.duckdb")  # type: ignore[operator]
    done = other_desk.run("figures", "incidents", "--scope", "la:990")
    assert (done.returncode, done.stdout) == (2, "")
    assert "not a warehouse" in " ".join(done.stderr.split())


def test_a_warehouse_where_no_file_can_be_is_said_to_be_none(other_desk: Desk) -> None:
    (other_desk.folder / "file").write_text("in the way")
    other_desk.env["PLUMBLINE_WAREHOUSE"] = str(other_desk.folder / "file" / "desk.duckdb")
    done = other_desk.run("figures", "incidents", "--scope", "la:990")
    assert (done.returncode, done.stdout) == (2, "")
    assert "PLUMBLINE_WAREHOUSE" in done.stderr


@pytest.mark.parametrize(
    ("name", "value"), [("PLUMBLINE_KEY", "short"), ("PLUMBLINE_LEAST_SHOWN", "few"), ("PLUMBLINE_MEMORY", "plenty")]
)
def test_a_setting_that_is_wrong_is_said_to_be_so(name: str, value: str, other_desk: Desk) -> None:
    other_desk.env[name] = value
    done = other_desk.run("figures", "incidents", "--scope", "la:990")
    assert (done.returncode, done.stdout) == (2, "")
    assert name in done.stderr
    assert value not in done.stderr


def test_no_words_at_all_show_the_help(other_desk: Desk) -> None:
    assert "figures" in other_desk.run().stdout
