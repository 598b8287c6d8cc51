"""The description of the door for programmes: made from its tables, served, and true of what the door does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.api import openapi, problems
from app.api.operations import JSON, OF_ALL, OPERATIONS
from app.api.problems import MEDIA
from tests.api import world
from tests.api.test_returns import AUTUMN
from tests.api.world import Programme, return_of

CONFIG = Path(__file__).with_name("schemathesis.toml")
EVERYWHERE = {problems.NO_PATH, problems.WRONG_METHOD, problems.FAULT}  # not of one operation
DOCUMENT: Any = openapi.document()


def test_the_description_is_served_without_a_token_and_is_that_of_the_tables(mine: Programme) -> None:
    answer = mine.client.get("/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == JSON
    assert answer.json() == DOCUMENT


def test_every_operation_with_its_fields_and_problems_is_described() -> None:
    for one in OPERATIONS:
        told = DOCUMENT["paths"][one.path][one.method.lower()]
        assert told["operationId"] == one.name
        assert {int(status) for status in told["responses"]} == {
            one.status, *(kind.status for kind in (*OF_ALL, *one.kinds))
        }  # fmt: skip
        words = str(told["responses"])
        assert all(kind.type in words for kind in (*OF_ALL, *one.kinds))
        assert all(field.name in str(told) for field in one.fields)


def test_every_problem_of_the_table_is_one_that_can_happen() -> None:
    used = {*OF_ALL, *(kind for one in OPERATIONS for kind in one.kinds), *EVERYWHERE}
    assert set(problems.KINDS.values()) == used
    assert len({kind.type for kind in used}) == len(used)


def test_every_reference_leads_somewhere() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    found = set(_references(DOCUMENT))
    assert found == {f"#/components/schemas/{name}" for name in schemas}


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if "$ref" in node else []
        return own + [one for value in node.values() for one in _references(value)]
    return [one for value in node for one in _references(value)] if isinstance(node, list) else []


def test_the_examples_of_the_description_are_answered_as_it_says(mine: Programme) -> None:
    for one in OPERATIONS:
        if one.bodies != (JSON,):
            continue
        told = DOCUMENT["paths"][one.path]["post"]
        answer = mine.ask("POST", one.path.replace("{id}", "1"), key="key-of-the-example",
                          json=told["requestBody"]["content"][JSON]["example"])  # fmt: skip
        assert answer.status_code in (one.status, 404)
        kind = JSON if answer.status_code == one.status else MEDIA
        assert answer.headers["content-type"] == kind


def test_the_door_does_what_the_description_says_whatever_is_asked() -> None:
    """Schemathesis: examples, the edges of every field, random requests and sequences of them, with all its checks."""
    house = world.house()
    secret = world.token(house)[1]
    with world.programme(house, secret) as one:
        assert one.send(return_of(2), **AUTUMN).status_code == 201
    with world.served(house) as address:
        done = subprocess.run(
            [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run", f"{address}/openapi.json",
             "-H", f"Authorization: Bearer {secret}", "--checks", "all", "--max-examples", "8", "--seed", "1"],
            capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "Tested: 6" in done.stdout


@pytest.mark.parametrize("token", ["", "Bearer plumbline_" + "0" * 49])
def test_without_a_good_token_the_description_is_true_too(token: str) -> None:
    with world.served(world.house()) as address:
        done = subprocess.run(
            [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run", f"{address}/openapi.json",
             *(["-H", f"Authorization: {token}"] if token else []), "--phases", "coverage",
             "--exclude-checks", "positive_data_acceptance,missing_required_header", "--seed", "1"],
            capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
