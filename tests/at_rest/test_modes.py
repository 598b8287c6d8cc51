"""Whatever the command line writes is its owner's only, however lax the shell is that it runs in."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.factories import KEY, register_csv

PLUMBLINE = Path(sys.executable).with_name("plumbline")


@pytest.mark.skipif(sys.platform == "win32", reason="modes are of POSIX")
def test_warehouse_log_backup_and_reports_are_their_owners_only(tmp_path: Path) -> None:
    (tmp_path / "register.csv").write_bytes(register_csv([{}]))
    (tmp_path / "wrong.csv").write_text("incident_ref,school_urn\nA,900001\n")
    given = set(tmp_path.iterdir())
    run(tmp_path, "register", "register.csv")
    run(tmp_path, "nil", "--school", "900001", "--year", "202526", "--term", "autumn")
    run(tmp_path, "check", "wrong.csv", "--report", "report.xlsx")
    run(tmp_path, "template", "--out", "template.xlsx")
    run(tmp_path, "backup", "--out", "copy.duckdb")
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path not in given]
    assert {"plumbline.duckdb", "copy.duckdb", "report.xlsx"} <= {path.name for path in written}
    assert {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in written if path.stat().st_mode & 0o077} == {}


@pytest.mark.skipif(sys.platform == "win32", reason="modes are of POSIX")
def test_the_log_of_a_store_that_is_open_is_its_owners_only(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; sys.argv = ['plumbline', '--help']\n"
        "from pipelines import cli\n"
        "try:\n    cli.main()\nexcept SystemExit:\n    pass\n"
        "from tests.factories import OFFICER, register_csv; from pipelines import register\n"
        "from pipelines.intake.tables import NamedFile; from pipelines.warehouse.store import Warehouse\n"
        "store = Warehouse(Path('plumbline.duckdb'))\n"
        "register.load_register(store, [NamedFile('register.csv', register_csv([{}]))], actor=OFFICER)\n"
        "print({path.name: oct(path.stat().st_mode & 0o777) for path in Path('.').iterdir()})\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    said = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True,
        umask=0o022,
    )  # fmt: skip
    last = said.stdout.splitlines()[-1]
    assert "'plumbline.duckdb.wal': '0o600'" in last
    assert "0o6" in last
    assert "4'" not in last


def run(folder: Path, *words: str) -> None:
    assert PLUMBLINE.exists() or shutil.which("plumbline")
    environment = {**os.environ, "PLUMBLINE_WAREHOUSE": str(folder / "plumbline.duckdb"), "PLUMBLINE_KEY": KEY.decode()}
    done = subprocess.run(
        [str(PLUMBLINE), *words], cwd=folder, env=environment, capture_output=True, text=True, check=False, umask=0o022
    )
    assert done.returncode in (0, 1, 2), done.stderr
    assert "Traceback" not in done.stderr, done.stderr
