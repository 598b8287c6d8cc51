"""The sample's returns, written as raw exports in each layout, come back as they were."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import datetime
from pathlib import Path

import pytest

from pipelines.intake.tables import NamedFile
from pipelines.recording.converting import convert
from pipelines.recording.exports import read_export
from pipelines.recording.pseudonyms import Pseudonyms
from schemas.lexicon import lexicon
from schemas.recording_systems import recording_systems
from tests.recording.raw_exports import URN, Rows, as_csv

RETURNS = Path(__file__).parents[2] / "data" / "sample" / "returns"
UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
Table = list[dict[str, str]]


@pytest.fixture(scope="module")
def sent() -> tuple[Table, Table]:
    """An authority's spring as if of one school: incidents and children as the sample sends them, dates as typed."""
    tables = []
    for name in ("incidents", "children"):
        with (RETURNS / f"202526-spring-991-{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            tables.append(list(csv.DictReader(file)))
    incidents, children = tables
    told = [(row["school_urn"], row["incident_ref"]) for row in incidents]
    for row in (*incidents, *children):
        row["incident_ref"] = f"INC-{told.index((row['school_urn'], row['incident_ref'])):04d}"
        row["school_urn"] = URN
    return incidents, children


def upn_of(number: int) -> str:
    """A valid UPN for the running number of a child, by the published weights."""
    digits = f"82012{number:07d}"
    return (
        UPN_LETTERS[sum(weight * int(digit) for weight, digit in zip(range(2, 14), digits, strict=True)) % 23] + digits
    )


def exported(incidents: Table, children: Table) -> list[tuple[dict[str, str], Table]]:
    """Each incident with its children, who have UPNs where they had keys, and names nobody asked for."""
    keys = list(dict.fromkeys(child["child_key"] for child in children))
    of_event: dict[str, Table] = defaultdict(list)
    for child in children:
        upn = upn_of(keys.index(child["child_key"]))
        facts = {name: child[name] for name in ("role", "year_group", "sex", "sen", "social_care_status")}
        of_event[child["incident_ref"]].append({"Pupil name": f"Example {upn[-3:]}", "UPN": upn, **facts})
    return [
        ({**incident, "Notes": "Somebody said something."}, of_event[incident["incident_ref"]])
        for incident in incidents
    ]


def as_rows(table: Table) -> Rows:
    headers = list(dict.fromkeys(name for row in table for name in row))
    return [headers, *([row.get(name, "") for name in headers] for row in table)]


def joined(children: Table) -> dict[str, str]:
    return {name: "; ".join(child[name] for child in children) for name in children[0]}


LAYOUTS = {
    "row-per-event": lambda events: [event | joined(children) for event, children in events],
    "row-per-child": lambda events: [event | child for event, children in events for child in children],
    "row-per-action": lambda events: [event | joined(children) | {"Action": "", "Action date": ""}
                                      for event, children in events for _ in range(2)],
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_return_written_as_an_export_comes_back_as_it_was(layout: str, sent: tuple[Table, Table]) -> None:
    incidents, children = sent
    assert len(incidents) > 5
    rows = as_rows(LAYOUTS[layout](exported(incidents, children)))
    system = recording_systems()[layout]
    done = convert(read_export([NamedFile("export", as_csv(rows))], system), system, Pseudonyms(b"k" * 32, URN))
    assert list(done.incidents) == [read_by_hand(row) for row in incidents]
    listed = [child for row in incidents for child in children if child["incident_ref"] == row["incident_ref"]]
    assert [plain(child) for child in done.children] == [plain(child) for child in listed]
    assert places([child["child_key"] for child in done.children]) == places([child["child_key"] for child in listed])


def read_by_hand(row: dict[str, str]) -> dict[str, str]:
    """A row of the sample with its dates as ISO; it holds codes already."""
    columns = lexicon().tables["incidents"].columns
    return {
        column.name: datetime.strptime(row[column.name], "%d/%m/%Y").date().isoformat()  # noqa: DTZ007
        if column.kind == "date" and row[column.name]
        else row[column.name]
        for column in columns
    }


def plain(child: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in child.items() if name not in ("child_key", "school_urn")}


def places(keys: list[str]) -> list[int]:
    """Where each key stands first: the same for two lists that call the same children differently."""
    return [keys.index(key) for key in keys]
