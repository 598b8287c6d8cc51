"""What docs/security.md names as evidence is there, and its table of the standard says what it may say."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
EVIDENCE = re.compile(r"`((?:app|pipelines|schemas|tests|docs|\.ci)/[\w./-]+|uv\.lock|pyproject\.toml)(?:::(\w+))?`")
LINE = re.compile(r"^\| (\d+\.\d+\.\d+) \| (\w[\w ]*) \|", re.MULTILINE)
ANSWERS = {"met", "partly", "not met", "not applicable", "whoever runs it"}


@cache
def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize(("path", "name"), sorted(set(EVIDENCE.findall(PAGE))))
def test_the_evidence_is_there(path: str, name: str) -> None:
    assert (ROOT / path).exists(), f"docs/security.md names {path}"
    if name:
        assert re.search(rf"^def {name}\(", text_of(path), re.MULTILINE), f"{path} has no {name}"


def test_every_line_has_one_of_the_answers_and_stands_once() -> None:
    lines = LINE.findall(PAGE)
    assert {answer for _, answer in lines} <= ANSWERS
    assert [number for number, count in Counter(number for number, _ in lines).items() if count > 1] == []


def test_what_is_said_to_be_met_has_evidence_beside_it() -> None:
    for line in PAGE.splitlines():
        if LINE.match(line) and line.split("|")[2].strip() in ("met", "partly"):
            assert EVIDENCE.search(line), line


def test_the_count_above_the_table_is_that_of_the_table() -> None:
    counted = Counter(answer for _, answer in LINE.findall(PAGE))
    said = {answer: int(number) for number, answer in re.findall(r"\*\*(\d+) ([a-z ]+)\*\*", PAGE)}
    assert said == dict(counted)
