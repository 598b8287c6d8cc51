"""The commands that a school runs: what they write, what they refuse, and that they say nothing they should not."""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines import cli
from tests.recording.leaks import leaks, written
from tests.recording.raw_exports import URN, as_csv, as_workbook, canonical, row_per_child

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line here; the exit code and all that was said."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "400")

    def words(*said: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["plumbline", *said])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        told = capsys.readouterr()
        return int(ended.value.code or 0), told.out + told.err

    return words


def anonymise(run: Run, *words: str, out: str = "return.xlsx", format_name: str = "row-per-child") -> tuple[int, str]:
    given = ("--key-file", "school.key", "--format", format_name, "--school", URN)
    return run("anonymise", *(words or ("export.csv",)), *given, "--out", out)


@pytest.fixture
def desk(run: Run, tmp_path: Path) -> Path:
    """A folder with a key and an export."""
    assert run("key", "new", "--file", "school.key")[0] == 0
    (tmp_path / "export.csv").write_bytes(as_csv(row_per_child()))
    return tmp_path


@pytest.mark.parametrize("command", ["anonymise", "key"])
def test_each_command_explains_itself_with_an_example(command: str, run: Run) -> None:
    code, said = run(command, "--help")
    assert code == 0
    assert f"plumbline {command}" in said.split("Example", 1)[1]


def test_a_new_key_is_for_its_owner_only_and_none_is_ever_replaced(run: Run, tmp_path: Path) -> None:
    assert run("key", "new", "--file", "school.key")[0] == 0
    made = (tmp_path / "school.key").read_bytes()
    assert stat.S_IMODE((tmp_path / "school.key").stat().st_mode) == 0o600
    code, said = run("key", "new", "--file", "school.key")
    assert code == 2
    assert "never replaces one" in said
    assert (tmp_path / "school.key").read_bytes() == made


def test_a_key_that_replaces_another_has_the_next_version_and_another_secret(run: Run, tmp_path: Path) -> None:
    run("key", "new", "--file", "old.key", "--shared-by", "Anytown Trust")
    assert run("key", "new", "--file", "new.key", "--replaces", "old.key")[0] == 0
    _, old = run("key", "show", "--file", "old.key")
    _, new = run("key", "show", "--file", "new.key")
    assert "Version 1" in old
    assert "shared by Anytown Trust" in old
    assert "Version 2" in new
    fingerprints = [said.split("fingerprint ")[1][:8] for said in (old, new)]
    assert fingerprints[0] != fingerprints[1]


@pytest.mark.parametrize("note", ["Ask Mrs Brown", "j.brown@example.org", 'a" \nsecret = "'])
def test_a_note_on_who_shares_the_key_names_nobody_and_stays_a_note(note: str, run: Run, tmp_path: Path) -> None:
    assert run("key", "new", "--file", "school.key", "--shared-by", note)[0] == 2
    assert not (tmp_path / "school.key").exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660])
def test_a_key_that_others_may_open_is_not_used(mode: int, run: Run, desk: Path) -> None:
    (desk / "school.key").chmod(mode)
    code, said = anonymise(run)
    assert code == 2
    assert "chmod 600" in said
    assert not (desk / "return.xlsx").exists()


def test_the_secret_is_nowhere_but_in_the_key_file(run: Run, desk: Path) -> None:
    secret = (desk / "school.key").read_text().split('secret = "')[1][:64]
    _, said = anonymise(run, "export.csv", "--json")
    _, shown = run("key", "show", "--file", "school.key")
    for text in (said + shown).encode(), *(content for _, content in written(desk, without=[desk / "school.key"])):
        assert secret.encode() not in text
        assert bytes.fromhex(secret) not in text


def test_nothing_that_exists_is_overwritten(run: Run, desk: Path) -> None:
    book = as_workbook(Export=row_per_child())
    (desk / "export.xlsx").write_bytes(book)
    (desk / "return.xlsx").write_bytes(b"another return")
    for out in ("export.xlsx", "return.xlsx"):
        code, said = anonymise(run, "export.xlsx", out=out)
        assert code == 2
        assert "already" in said
    assert (desk / "export.xlsx").read_bytes() == book
    assert (desk / "return.xlsx").read_bytes() == b"another return"


def test_the_two_tables_of_the_return_with_identifiers_become_one_without(run: Run, desk: Path) -> None:
    incidents, children = canonical()
    (desk / "incidents.csv").write_bytes(as_csv(incidents))
    (desk / "pupils.csv").write_bytes(as_csv(children, encoding="utf-16"))
    code, said = anonymise(run, "incidents.csv", "pupils.csv", format_name="canonical")
    assert code == 0, said
    assert "1 incidents and 3 rows of children" in said
    given = [desk / name for name in ("incidents.csv", "pupils.csv", "export.csv", "school.key")]
    assert leaks([("said", said.encode()), *written(desk, without=given)]) == []


BROKEN = {
    "cut in half": lambda export: export[: len(export) // 2].replace(b"Event ID", b'"Event ID'),
    "a ragged row": lambda export: export + b"999,Zephyrine,Quillfeather\r\n",
    "no event reference": lambda export: export.replace(b"\n552,", b"\n,"),
    "no header": lambda export: export.split(b"\n", 1)[1],
    "nothing": lambda export: b"",
    "null characters": lambda export: export.replace(b"Zeph", b"Ze\0h"),
    "two columns of one meaning": lambda export: export.replace(b"Forename", b"Unique pupil number"),
    "a workbook only by its first bytes": lambda export: b"PK\x03\x04" + export,
    "no school year known": lambda export: export.replace(b"Age difference", b"Zephyrine").replace(
        b"06/10/2025", b"Zep"
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_whatever_is_wrong_with_an_export_nobody_is_named(fault: str, run: Run, desk: Path) -> None:
    (desk / "export.csv").write_bytes(BROKEN[fault](as_csv(row_per_child())))
    code, said = anonymise(run)
    assert code in (1, 2)
    assert (code == 2) == (not (desk / "return.xlsx").exists())
    given = [desk / "export.csv", desk / "school.key"]
    assert leaks([("said", said.encode()), *written(desk, without=given)]) == []


def test_a_damaged_workbook_ends_in_a_sentence_and_leaves_nothing(run: Run, desk: Path) -> None:
    book = as_workbook(Export=row_per_child())
    for damaged in (book[: len(book) // 2], book[:-40], book.replace(b"sheet1.xml", b"sheet9.xml")):
        (desk / "export.xlsx").write_bytes(damaged)
        code, said = anonymise(run, "export.xlsx")
        assert code == 2
        assert leaks([("said", said.encode())]) == []
        assert sorted(path.name for path in desk.iterdir()) == ["export.csv", "export.xlsx", "school.key"]


def test_a_wrong_key_file_is_refused_without_a_word_of_what_is_in_it(run: Run, desk: Path) -> None:
    for content in (
        as_csv(row_per_child()),
        b'secret = "Zephyrine Quillfeather"\nversion = "1"\nmade = "x"',
        b"\xff\xfe",
    ):
        (desk / "school.key").write_bytes(content)
        code, said = anonymise(run)
        assert code == 2
        assert "not a key file" in said
        assert leaks([("said", said.encode())]) == []


@pytest.mark.parametrize("given", ["Zephyrine Quillfeather", "Quillfeather.toml", "export.csv"])
def test_an_unknown_format_is_refused_with_those_there_are(given: str, run: Run, desk: Path) -> None:
    code, said = anonymise(run, format_name=given)
    assert code == 2
    assert "format" in said
    assert leaks([("said", said.encode())]) == []


@pytest.mark.parametrize("out", ["Mrs Quillfeather.xlsx", "B801200005001.xlsx", "return.csv"])
def test_a_return_is_not_named_after_a_person(out: str, run: Run, desk: Path) -> None:
    code, said = anonymise(run, out=out)
    assert code == 2
    assert leaks([("said", said.encode())]) == []


def test_an_export_that_is_not_there_is_not_named(run: Run, desk: Path) -> None:
    code, said = anonymise(run, "Zephyrine Quillfeather.xlsx")
    assert code == 2
    assert leaks([("said", said.encode())]) == []


def test_a_library_that_fails_on_a_cell_does_not_get_to_say_it(run: Run, desk: Path) -> None:
    """A format file with a number where a text belongs makes an ordinary Python error deep inside."""
    (desk / "own.toml").write_text('extends = "row-per-child"\nseparators = [4]\n')
    code, said = anonymise(run, format_name="own.toml")
    assert code == 2
    assert "Traceback" not in said
    assert leaks([("said", said.encode())]) == []
