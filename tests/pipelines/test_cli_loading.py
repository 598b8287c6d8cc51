"""The command line loads only what a command needs: help and a nil return are quick."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("pandas", "scipy", "statsmodels", "pandera", "openpyxl", "duckdb", "streamlit")


@pytest.mark.parametrize(
    ("what", "without"),
    [
        ("import pipelines.cli", HEAVY),
        ("import pipelines.cli, pipelines.house, pipelines.returns", ("scipy", "statsmodels", "pandera", "openpyxl")),
    ],
    ids=["help", "nil"],
)
def test_what_is_slow_to_load_is_loaded_only_by_the_commands_that_use_it(what: str, without: tuple[str, ...]) -> None:
    program = f"{what}\nimport sys\nprint(*sorted(set({without!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
