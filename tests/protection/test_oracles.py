"""Small tables are protected with the fewest further cells, and published ones are seen through, as in the oracle."""

from __future__ import annotations

import pytest

from pipelines.protection.attack import exposed, ranges
from pipelines.protection.cells import Reader, Tables
from pipelines.protection.rounding import counts_from_rate
from pipelines.protection.secondary import UnprotectableError, protect
from tests.protection.tables import ALL, flat, read
from tests.statistics.values import rows

CASES = rows("disclosure", "expected_minimal")
SOLVABLE = [case for case in CASES if case["min_extra_cells"].isdigit()]
PUBLISHED = {"01": "p01_primary_only", "02": "p02_two_per_line_but_unsafe", "03": "p03_protected"}
SINGLE = {"04": "p04_single_hidden", "05": "p05_rectangle"}


def named(case: dict[str, str]) -> str:
    return f"{case['case']}-{case['criterion']}-margins-{case['margins_may_be_hidden']}"


def tables(case: dict[str, str]) -> Tables:
    values = {key: int(count) for key, count in read(f"cases/{case['case']}").items()}
    margins = [key for key in values if ALL in key.split("/")] if case["margins_may_be_hidden"] == "no" else []
    return flat(values, sensitive=case["primary_cells"].split(), fixed=margins)


def least(case: dict[str, str]) -> int:
    """The least that a sensitive cell must be able to be; for two of the criteria any second value will do."""
    return int(case["threshold"]) if case["criterion"] == "upper_at_least_threshold" else 0


def single_cases(case: dict[str, str], within: Tables) -> list[Reader]:
    """The child behind each count of 1, where the criterion asks for them."""
    asked = case["criterion"] == "not_recoverable_by_a_single_case"
    return [Reader(cell.key, {cell.key: 1}) for cell in within.cells if asked and cell.value == 1]


@pytest.mark.parametrize("case", SOLVABLE, ids=named)
def test_every_case_is_protected_with_the_fewest_cells(case: dict[str, str]) -> None:
    full = tables(case)
    readers = single_cases(case, full)
    withheld = protect(full, least=least(case), readers=readers)
    assert set(case["primary_cells"].split()) <= withheld
    assert exposed(full, withheld, least=least(case), readers=readers) == []
    assert len(withheld) - int(case["n_primary"]) == int(case["min_extra_cells"])
    assert not [cell.key for cell in full.cells if cell.value == 0 and cell.key in withheld]


@pytest.mark.parametrize("case", SOLVABLE, ids=named)
def test_the_oracles_own_pattern_stands_the_attack_on_its_sensitive_cells(case: dict[str, str]) -> None:
    full = tables(case)
    withheld = {*case["primary_cells"].split(), *case["example_extra_cells"].split()}
    found = exposed(full, withheld, least=least(case), readers=single_cases(case, full))
    assert not {one.key for one in found} & set(case["primary_cells"].split())


@pytest.mark.parametrize("case", [case for case in CASES if case not in SOLVABLE], ids=named)
def test_a_small_margin_that_is_known_cannot_be_protected_and_is_named(case: dict[str, str]) -> None:
    with pytest.raises(UnprotectableError, match="Ash/Total"):
        protect(tables(case), least=least(case))


@pytest.mark.parametrize(("number", "name"), [*PUBLISHED.items(), *SINGLE.items()])
def test_a_published_table_gives_away_what_the_oracle_says(number: str, name: str) -> None:
    true = read("cases/d01_wp22" if number in PUBLISHED else "cases/d02_single_primary")
    published = read(f"published/{name}")
    assert all(text in ("c", true[key]) for key, text in published.items())
    full = flat({key: int(count) for key, count in true.items()})
    found = ranges(full, [key for key, text in published.items() if text == "c"])
    expected = {
        f"{row['row']}/{row['col']}": (int(row["low"]), int(row["high"]))
        for row in rows("disclosure", f"expected/p{number}")
    }
    assert {key: (one.low, one.high) for key, one in found.items()} == expected
    recovered = {key for key, (low, high) in expected.items() if low == high}
    assert {one.key for one in exposed(full, list(expected), least=0)} == recovered


def test_rates_give_counts_away() -> None:
    expected = {row["row"]: (int(row["low"]), int(row["high"])) for row in rows("disclosure", "expected/p10")}
    for row in rows("disclosure", "published/p10_rates"):
        found = counts_from_rate(
            float(row["published"]), int(row["denominator"]), decimals=int(row["decimals"]),
            multiplier=int(row["multiplier"]),
        )  # fmt: skip
        assert (found.low, found.high) == expected[row["id"]]
