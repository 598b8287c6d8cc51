"""What the gate is measured on: strings and registers that others made, and what schools would write."""

from __future__ import annotations

import csv
import hashlib
import hmac
import re
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

import pandas as pd

from pipelines.intake.tables import TextTable

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"

# Strings of the detectors' set that its authors do not count for one form, and which are identifiers all the same.
IDENTIFIERS_ALL_THE_SAME: Mapping[str, str] = {
    "ab1234561": "no National Insurance number, but a passport number as in the same set",
    "R247962919251": "a UPN with a wrong check letter is a UPN with a typing error",
    "A801200005001": "a UPN with a wrong check letter is a UPN with a typing error",
    "E000200005001": "a UPN of an unknown authority is a UPN",
}
# Columns of the reference files that hold what the gate is for, or names of schools and places.
NOT_CODES = re.compile(
    "date|lastinsp|opened|joined|valid|closed|postcode|street|locality|address|town|county|website|telephone"
    "|headfirst|headlast|head of|headtitle|prefer|uprn|group name|establishmentname|school.?name|academy name"
    "|trust name|linkname"
    r"|trusts? \(name\)|federations|sponsors|props|constituency|parl_con_name|ward|district|[ml]soa \(name\)|la.name"
    "|local authority|diocese|name of|contact|email",
    re.IGNORECASE,
)


def detector_strings() -> list[tuple[str, bool, str]]:
    """Each string, whether it should be found, and the form that it was written for."""
    with (DATA / "pii_detectors" / "pii_strings_dev.csv").open(newline="", encoding="utf-8") as lines:
        return [(row["text"], row["should_match"] == "yes", row["entity"]) for row in csv.DictReader(lines)]


def register_columns(*, every: int = 1) -> Iterator[tuple[str, str, list[str]]]:
    """File, column and distinct texts of every column of codes and numbers in the reference files, or in some rows."""
    for path in sorted((DATA / "gias_reference").glob("*.csv")):
        encoding = "cp1252" if "hampshire" in path.name else "utf-8-sig"
        with path.open(newline="", encoding=encoding, errors="replace") as lines:
            header, *rows = csv.reader(lines)
        even = [row for row in rows[::every] if len(row) == len(header)]
        for at, name in enumerate(header):
            if not NOT_CODES.search(name):
                yield path.name, name, sorted({row[at] for row in even} - {""})


def names_of_people() -> list[str]:
    """Names in the upload fixtures of a national service, which are in no list of ours."""
    found: set[str] = set()
    for path in sorted((DATA / "bulk_import_fixtures" / "nhs_mavis" / "class_import").glob("*valid*.csv")):
        with path.open(newline="", encoding="utf-8-sig") as lines:
            for row in csv.DictReader(lines):
                found.add(f"{row.get('CHILD_FIRST_NAME') or ''} {row.get('CHILD_LAST_NAME') or ''}".strip())
                found |= {row.get("PARENT_1_NAME") or "", row.get("PARENT_2_NAME") or ""}
    return sorted(name for name in found if " " in name)


def pupil_keys(count: int) -> Iterator[str]:
    """Keys as `anonymise` makes them, whole and shortened."""
    for number in range(count):
        key = hmac.new(b"an invented secret", f"P{number}".encode(), hashlib.sha256).hexdigest()
        yield key[: (64, 32, 16)[number % 3]]


def styles_of_reference(count: int) -> dict[str, list[str]]:
    """References as schools would write them, by style; `count` of each."""
    dice = Random(4)
    numbers = range(1, count + 1)
    return {
        "INC-2025-014": [f"INC-2025-{n:03}" for n in numbers],
        "48e87257": [f"{dice.getrandbits(32):08x}" for _ in numbers],
        "2025/26-17": [f"2025/26-{n}" for n in numbers],
        "ten digits from the year": [f"2025{n:06}" for n in numbers],
        "ten digits running on": [f"10345{n:05}" for n in range(min(count, 99_999))],
        "INC/2025/014": [f"INC/2025/{n:03}" for n in numbers],
        "202526-017": [f"202526-{n:03}" for n in numbers],
        "SG2025014": [f"SG2025{n:03}" for n in numbers],
        "INC20250014": [f"INC2025{n:04}" for n in numbers],
        "A-20251114-0012": [f"A-20251114-{n:04}" for n in numbers],
        "2025-11-014": [f"2025-11-{n:03}" for n in numbers],
        "AUT25-03": [f"AUT25-{n:02}" for n in numbers],
        "HGS/24/017": [f"HGS/24/{n:03}" for n in numbers],
        "R00014": [f"R{n:05}" for n in numbers],
        "17": [str(n) for n in numbers],
        "Y9-2025-3": [f"Y9-2025-{n}" for n in numbers],
        "safeguarding_014": [f"safeguarding_{n:03}" for n in numbers],
        "StMarys-014": [f"StMarys-{n:03}" for n in numbers],
        "UUID": [str(uuid.UUID(int=dice.getrandbits(128), version=4)) for _ in numbers],
    }


def one_column(table: str, column: str, texts: list[str]) -> dict[str, TextTable]:
    """A table of text with one column."""
    frame = pd.DataFrame({column: pd.Categorical(texts)}, index=range(2, 2 + len(texts)))
    return {table: TextTable(name=table, frame=frame, header_row=1)}
