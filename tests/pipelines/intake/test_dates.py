"""Dates are read day first, as ISO or as Excel's number; never month first."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.intake.dates import read_date, read_dates

DAY = date(2026, 4, 3)
STRINGS = Path(__file__).parents[4] / "shared" / "data" / "dates" / "date_strings.csv"


@pytest.mark.parametrize(
    "text",
    ["03/04/2026", "3/4/2026", "03-04-2026", "03.04.2026", "03/04/26", "2026-04-03", "2026-04-03T00:00:00",
     "2026-04-03 00:00:00", "46115", "3 April 2026", "3rd April 2026", "03-Apr-2026", "3 Apr 26"],
)  # fmt: skip
def test_the_ways_in_which_schools_write_a_date(text: str) -> None:
    assert read_date(text) == DAY


@pytest.mark.parametrize(
    "text",
    ["31/09/2025", "29/02/2025", "2025-13-01", "00/01/2026", "04/2026", "2026", "yesterday", "12", "123456",
     "2026-04-03 14:30:00", "03/04/1026", "3 Smarch 2026", "٠٣/٠٤/٢٠٢٦x", ""],
)  # fmt: skip
def test_what_is_not_a_date_is_not_guessed(text: str) -> None:
    assert read_date(text) is None


def test_one_date_that_exists_only_month_first_makes_the_numeric_dates_of_its_column_doubtful() -> None:
    reading = read_dates(["03/04/2026", "09/25/2025", "2026-04-03"])
    assert reading.month_first == {"09/25/2025"}
    assert reading.iso == {"2026-04-03": "2026-04-03"}


def test_a_column_in_which_every_date_could_be_either_is_read_day_first() -> None:
    assert read_dates(["03/04/2026"]).iso == {"03/04/2026": "2026-04-03"}


@given(st.dates(date(1971, 1, 1), date(2098, 12, 31)))
def test_every_day_is_read_back_from_each_form(day: date) -> None:
    serial = str((day - date(1899, 12, 30)).days)
    forms = [day.isoformat(), day.strftime("%d/%m/%Y"), day.strftime("%d-%b-%Y"), serial]
    assert [read_date(form) for form in forms] == [day] * len(forms)


@given(st.text(max_size=12))
def test_nothing_that_is_typed_raises(text: str) -> None:
    read_dates([text])


@given(st.integers(0, 40_000))
def test_excel_counts_days_from_the_end_of_1899(days: int) -> None:
    text = str(30_000 + days)
    assert read_date(text) == date(1899, 12, 30) + timedelta(days=30_000 + days)


@pytest.mark.real_data
def test_real_date_strings_are_read_as_their_source_says_or_not_at_all() -> None:
    if not STRINGS.exists():
        pytest.skip("the real date strings are not beside the project")
    with STRINGS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    read = {row["text"]: (read_date(row["text"]), row["iso"][:10]) for row in rows}
    assert all(found is None or found.isoformat() == meant for found, meant in read.values())
    assert sum(found is not None for found, _ in read.values()) == 13
