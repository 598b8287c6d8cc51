"""The laws of the house: one-way imports, and what only one package may touch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def _run(*command: str) -> None:
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_imports_run_one_way_and_each_library_has_its_room() -> None:
    _run("-c", "import sys; from importlinter.cli import lint_imports_command as run; run()")


def test_the_language_and_the_pipelines_are_typed_throughout() -> None:
    _run("-m", "mypy", "--no-error-summary")


def test_the_code_is_clean() -> None:
    _run("-m", "ruff", "check", "--quiet", ".")


def test_the_code_is_formatted() -> None:
    _run("-m", "ruff", "format", "--check", "--quiet", ".")


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "misc"])
def test_there_are_no_drawers(name: str) -> None:
    assert not [path for folder in ("schemas", "pipelines", "app") for path in (ROOT / folder).rglob(f"{name}.py")]
