"""A school de-identifies a raw export with the installed command; nothing it leaves behind tells who anybody is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.recording.leaks import leaks, written
from tests.recording.raw_exports import URN, as_csv, as_workbook, row_per_action, row_per_child, row_per_event

pytestmark = pytest.mark.journey

EXPORTS = {
    "row-per-event": ("export.csv", as_csv(row_per_event())),
    "row-per-child": ("export.xlsx", as_workbook(Export=row_per_child())),
    "row-per-action": ("export.txt", as_csv(row_per_action(), encoding="utf-16")),
}
# Debug logging for every library, before the command itself starts.
LOGGING = "import logging\nlogging.basicConfig(level=logging.DEBUG, filename='debug.log', encoding='utf-8')\n"
KEY = 'version = "1"\nmade = "2026-09-01"\nsecret = "' + "5a" * 32 + '"\n'


class School:
    """A folder on a school's machine, with the key, an export, and logging of everything."""

    def __init__(self, folder: Path, export: str, content: bytes) -> None:
        self.folder, self.export, self.key = folder, folder / export, folder / "school.key"
        self.export.write_bytes(content)
        self.key.write_text(KEY)
        self.key.chmod(0o600)
        (folder / "start").mkdir()
        (folder / "start" / "sitecustomize.py").write_text(LOGGING)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        beside = Path(sys.executable).with_name("plumbline")
        command = str(beside) if beside.exists() else str(shutil.which("plumbline"))
        start = os.pathsep.join([str(self.folder / "start"), os.environ.get("PYTHONPATH", "")])
        here = {"PLUMBLINE_WAREHOUSE": str(self.folder / "none.duckdb"), "TMPDIR": str(self.folder / "start")}
        env = {**os.environ, **here, "PYTHONPATH": start}
        return subprocess.run(
            [command, *words], cwd=self.folder, env=env, capture_output=True, text=True, check=False
        )  # fmt: skip

    def anonymise(self, format_name: str) -> subprocess.CompletedProcess[str]:
        given = ("--key-file", "school.key", "--format", format_name, "--school", URN)
        return self.run("anonymise", self.export.name, *given, "--out", "return.xlsx")

    def left_behind(self, *runs: subprocess.CompletedProcess[str]) -> list[tuple[str, bytes]]:
        said = [("said", (run.stdout + "\n" + run.stderr).encode()) for run in runs]
        return [*said, *written(self.folder, without=(self.export, self.key))]


@pytest.mark.parametrize("format_name", EXPORTS)
def test_a_raw_export_becomes_a_return_that_passes_the_check_and_names_nobody(format_name: str, tmp_path: Path) -> None:
    school = School(tmp_path, *EXPORTS[format_name])
    before = school.export.read_bytes()
    done = school.anonymise(format_name)
    assert (tmp_path / "return.xlsx").exists(), done.stderr
    assert (tmp_path / "debug.log").exists()
    runs = [done]
    if format_name == "row-per-child":  # the others' are checked without a process of their own
        runs.append(school.run("check", "return.xlsx"))
        assert "0 to correct" in runs[1].stdout
        assert runs[1].returncode == 0
    assert leaks(school.left_behind(*runs)) == []
    assert school.export.read_bytes() == before


def test_the_search_for_identifiers_finds_them_where_they_are(tmp_path: Path) -> None:
    for number, (name, content) in enumerate(EXPORTS.values()):
        (tmp_path / f"{number}-{name}").write_bytes(content)
    found = leaks(written(tmp_path))
    assert len({place.split("/")[0] for place, _ in found}) == len(EXPORTS)
    assert any("docProps" in place for place, _ in found)
