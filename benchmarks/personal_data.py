"""The personal-data gate: what it finds, what it finds wrongly, and how fast.

    uv run python benchmarks/personal_data.py [ROWS]

Recall is printed for invented identifiers of each kind (right, and with one wrong digit), for strings that the
authors of other detectors wrote, and for published names of people; false alarms for registers' codes, pupils' keys,
schools' own references and URNs. Speed is that of the gate on a return of ROWS incidents and as many children.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pipelines.intake.checking import known_headers
from pipelines.intake.identifiers import find_all, find_in
from pipelines.intake.people import person_in_answer
from pipelines.intake.personal_data import inspect
from pipelines.intake.tables import TextTable
from schemas.lexicon import lexicon
from tests.pipelines.intake.gate_sets import (
    DATA,
    IDENTIFIERS_ALL_THE_SAME,
    detector_strings,
    names_of_people,
    one_column,
    pupil_keys,
    register_columns,
    styles_of_reference,
)
from tests.pipelines.intake.identifier_makers import MAKERS, MAY_BE_MISTYPED, mistyped

MADE = 5_000


def made_identifiers() -> None:
    """Recall of invented identifiers, by kind."""
    dice = Random(1)
    print(f"\nRecall of {MADE:,} invented identifiers of each kind: right / with one wrong digit")
    for kind, make in MAKERS.items():
        right = [make(dice) for _ in range(MADE)]
        wrong = [mistyped(dice, text) for text in right] if kind in MAY_BE_MISTYPED else []
        print(f"  {kind:28} {_share(right):8} {_share(wrong) if wrong else '-':>8}")


def _share(texts: list[str]) -> str:
    return f"{sum(find_in(text) is not None for text in texts) / len(texts):.4f}"


def others_strings() -> None:
    """Recall and false alarms on what others wrote."""
    strings = detector_strings()
    should = [text for text, wanted, _ in strings if wanted]
    missed = [text for text in should if find_in(text) is None]
    alarms = [text for text, wanted, _ in strings if not wanted and find_in(text) is not None]
    print(f"\nStrings of other detectors: {len(should) - len(missed)} of {len(should)} found", end="; ")
    print(f"recall {1 - len(missed) / len(should):.4f}; missed {missed}")
    for text in alarms:
        print(f"  counted as no {text}: {IDENTIFIERS_ALL_THE_SAME.get(text, 'FALSE ALARM')}")
    people = names_of_people()
    named = sum(map(person_in_answer, people))
    print(f"Names in the upload fixtures of a national service: {named} of {len(people)} found")
    found: Counter[str] = Counter()
    columns = texts = 0
    for file, column, values in register_columns():
        columns, texts = columns + 1, texts + len(values)
        found.update({f"{file} {column}": len(find_all(values))})
    print(f"Reference files: {texts:,} distinct texts in {columns} columns of codes, {+found or 'no'} false alarms")


def generated(count: int) -> None:
    """False alarms on what schools would send."""
    keys = inspect(one_column("children", "child_key", list(pupil_keys(count))), known=known_headers())
    urns = [str(100_000 + number % 900_000) for number in range(count)]
    found = inspect(one_column("incidents", "school_urn", urns), known=known_headers())
    print(f"\n{count:,} pupil keys: {len(keys)} false alarms; {count:,} URNs: {len(found)}")
    styles = styles_of_reference(count // 19 + 1)
    print(f"{sum(map(len, styles.values())):,} references in {len(styles)} styles:")
    for style, references in styles.items():
        together = inspect(one_column("incidents", "incident_ref", references), known=known_headers())
        alone = [
            issue
            for one in references[:: len(references) // 200 + 1]
            for issue in inspect(one_column("incidents", "incident_ref", [one]), known=known_headers())
        ]
        kinds = Counter(issue.severity for issue in alone)
        print(
            f"  {style:28} {len(together):4} false alarms; one by one {kinds['error']} errors, {kinds['query']} queries"
        )


def speed(rows: int) -> None:
    """Cells a second on a return of many rows."""
    dice = Random(2)
    days = [str(day.date()) for day in pd.date_range("2025-09-01", "2026-08-31")]
    tables = {}
    for name, words in lexicon().tables.items():
        columns = {}
        for column in words.columns:
            texts = list(column.codes.by_code) if column.codes else days if column.kind == "date" else ["900001"]
            columns[column.name] = pd.Categorical.from_codes(
                [dice.randrange(len(texts)) for _ in range(1000)] * (rows // 1000), texts
            )
        columns["incident_ref"] = pd.Categorical([f"INC-2025-{number:06}" for number in range(rows // 1000 * 1000)])
        if name == "children":
            columns["child_key"] = pd.Categorical(list(pupil_keys(rows // 1000 * 1000)))
        tables[name] = TextTable(name, pd.DataFrame(columns, index=range(2, 2 + rows // 1000 * 1000)), 1)
    cells = sum(table.frame.size for table in tables.values())
    start = time.perf_counter()
    issues = inspect(tables, known=known_headers())
    took = time.perf_counter() - start
    print(f"\n{cells:,} cells in {took:.2f} s: {cells / took / 1e6:.1f} million cells a second; {len(issues)} issues")


def main() -> None:
    """Print everything."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    made_identifiers()
    if DATA.is_dir():
        others_strings()
    generated(rows)
    speed(rows)


if __name__ == "__main__":
    main()
