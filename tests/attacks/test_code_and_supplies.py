"""What tools find in the code and in what we build on, without the network; each exemption has its reason beside it.

ruff's S rules run on every commit and stand for most of Bandit's; this runs Bandit itself for what they do not say the
same way, and with no exemption in the code but those below. Whether a version of a dependency has a known weakness
cannot be told offline: pip-audit and its like ask a database on the network at each run, and no copy of it is kept
here. What can be held without it is held: that every version is fixed, from one place, by its hash.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
REGISTRY = "https://pypi.org/simple"
FILES = "https://files.pythonhosted.org/"
EXEMPT = {  # by Bandit's name of a rule: where it is let be, and why
    "B101": ("", "An assertion says to reader and type checker what holds already; no right rests on one, "
                 "and ruff asks for a reason beside each."),
    "B608": ("pipelines/", "Names in SQL come from our own files and definitions; every value is bound "
                           "(tests/pipelines/test_reporting.py asks with injections)."),
    "B105": ("", "Words about passwords, not passwords: ruff's S105 asks for a reason beside each."),
    "B106": ("pipelines/people/", "An empty text, where a secret is taken away."),
    "B403": ("pipelines/intake/", "Between us and a process of our own, over its own pipe (docs/hostile-files.md)."),
    "B404": ("pipelines/intake/reading_processes.py", "The process that reads untrusted files apart from the portal."),
    "B603": ("pipelines/intake/reading_processes.py", "A fixed command without a shell; nothing of a person's in it."),
}  # fmt: skip


@cache
def complaints() -> tuple[dict[str, Any], ...]:
    """What Bandit says of our code, whatever comments in the code say."""
    command = [
        sys.executable,
        "-m",
        "bandit",
        "-q",
        "-r",
        "app",
        "pipelines",
        "schemas",
        "-f",
        "json",
        "--ignore-nosec",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert report["errors"] == []
    return tuple(report["results"])


def test_bandit_finds_nothing_but_what_is_exempt() -> None:
    found = [
        f"{one['filename']}:{one['line_number']} {one['test_id']} {one['issue_text']}" for one in complaints()
        if one["test_id"] not in EXEMPT or not one["filename"].startswith(EXEMPT[one["test_id"]][0])
    ]  # fmt: skip
    assert found == []


def test_every_exemption_is_used() -> None:
    assert {one["test_id"] for one in complaints()} == set(EXEMPT)


def test_nothing_of_high_severity_is_exempt() -> None:
    assert [one for one in complaints() if one["issue_severity"] == "HIGH"] == []


# -- what we build on ---------------------------------------------------------------------------------------------


@cache
def locked() -> tuple[dict[str, Any], ...]:
    """Every package of the lock file but ourselves."""
    found = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    return tuple(one for one in found if "editable" not in one["source"])


def test_every_dependency_is_fixed_to_a_version_of_one_registry() -> None:
    assert len(locked()) > 50
    for one in locked():
        assert one["source"] == {"registry": REGISTRY}, one["name"]
        assert re.fullmatch(r"[0-9][0-9A-Za-z.+!]*", one["version"]), one["name"]


def test_every_file_of_every_dependency_is_fixed_by_its_hash() -> None:
    for one in locked():
        files = [*one.get("wheels", ()), *([one["sdist"]] if "sdist" in one else ())]
        assert files, one["name"]
        for file in files:
            assert re.fullmatch(r"sha256:[0-9a-f]{64}", file["hash"]), one["name"]
            assert file["url"].startswith(FILES), one["name"]


def test_the_lock_file_holds_what_the_project_asks_for() -> None:
    """A dependency that was added without its lock would come in unfixed."""
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*asked["project"]["dependencies"], *asked["dependency-groups"]["dev"]]
    names = {re.split(r"[\[<>=!~ ]", one)[0].lower().replace("_", "-") for one in wanted}
    assert names <= {one["name"] for one in locked()}


def test_no_package_is_locked_twice() -> None:
    names = [one["name"] for one in locked()]
    twice = {name for name in names if names.count(name) > 1}
    kinds = {name: {marker for one in locked() if one["name"] == name for marker in one.get("resolution-markers", ())}
             for name in twice}  # fmt: skip
    assert all(kinds.values()), "two versions of one package must each say for which Python"


@pytest.mark.parametrize("file", ["uv.lock", "pyproject.toml"])
def test_nothing_comes_from_an_address_a_folder_or_a_repository(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert re.findall(r"git\+|source = \{ (?:git|url|path)|extra-index-url|index-strategy|--find-links", text) == []
