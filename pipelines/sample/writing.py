"""The sample as files: registers as the register service exports them, returns as authorities send them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from pipelines.sample.generating import Sample
from pipelines.sample.schools import BY_URN
from pipelines.sample.sending import SampleReturn
from pipelines.sample.workbook import Sheet, workbook
from schemas.lexicon import lexicon

# One authority sends workbooks with real dates, the other pairs of CSV files with dates as they are typed.
SENDS_WORKBOOKS = "990"


def write(sample: Sample, folder: Path) -> tuple[Path, ...]:
    """Write every file of a sample under a folder; the paths written, in order."""
    return tuple(_save(folder / name, content) for name, content in files(sample))


def files(sample: Sample) -> Iterator[tuple[str, bytes]]:
    """Every file of a sample, its name within the folder and its bytes."""
    for name, content in sample.register_files.items():
        yield f"register/{name}", content
    yield "register/groups.csv", sample.groups_file
    yield "register/links.csv", sample.links_file
    yield "returns/nil-returns.csv", _nil_returns(sample.returns)
    seen: set[tuple[str, str, str]] = set()
    together: dict[tuple[str, str, str], list[SampleReturn]] = {}
    for each in sample.returns:
        place = (each.school_urn, each.academic_year, each.term)
        if place in seen:
            name = f"returns/sent-again/{each.academic_year}-{each.term}-{each.school_urn}.xlsx"
            yield name, return_workbook(each)
        elif not each.nil:
            together.setdefault((each.academic_year, each.term, _authority(each)), []).append(each)
        seen.add(place)
    for (year, term, authority), returns in together.items():
        yield from _of_authority(f"returns/{year}-{term}-{authority}", authority, returns)


def return_workbook(each: SampleReturn) -> bytes:
    """One school's return as a workbook, with a sheet that says which school, year and term it is for."""
    said = [
        ["school_urn", "academic_year", "term", "key_version"],
        [each.school_urn, each.academic_year, each.term, "1"],
    ]
    tables = {"incidents": each.incidents, "children": each.children}
    return workbook({"return": said} | {name: as_sheet(name, frame) for name, frame in tables.items()})


def as_sheet(name: str, frame: pd.DataFrame) -> Sheet:
    """A table with its header, dates as real dates and blanks as empty cells."""
    columns = lexicon().tables[name].by_name
    dated = [name in columns and columns[name].kind == "date" for name in frame.columns]
    rows = frame.itertuples(index=False, name=None)
    return [
        list(frame.columns),
        *([_cell(text, is_date=day) for text, day in zip(row, dated, strict=True)] for row in rows),
    ]


def as_csv(name: str, frame: pd.DataFrame, *, encoding: str = "utf-8-sig") -> bytes:
    """A table as a spreadsheet program saves it, dates dd/mm/yyyy."""
    sheet = as_sheet(name, frame)
    return csv_bytes([[typed(cell) for cell in row] for row in sheet], encoding=encoding)


def csv_bytes(rows: Iterable[Sequence[str]], *, encoding: str = "utf-8-sig") -> bytes:
    """Rows as comma-separated text with Windows line ends."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding)


def _cell(text: str, *, is_date: bool) -> str | date | None:
    if not text:
        return None
    return date.fromisoformat(text) if is_date else text


def typed(cell: object) -> str:
    """A cell as a spreadsheet program writes it in a CSV file, dates day first."""
    if cell is None:
        return ""
    return f"{cell:%d/%m/%Y}" if isinstance(cell, date) else str(cell)


def _authority(each: SampleReturn) -> str:
    return BY_URN[int(each.school_urn)].la_code


def _of_authority(name: str, authority: str, returns: Sequence[SampleReturn]) -> Iterator[tuple[str, bytes]]:
    """The returns of all its schools for one term; the children then say which school they are of."""
    incidents = pd.concat([each.incidents for each in returns], ignore_index=True)
    children = pd.concat([each.children.assign(school_urn=each.school_urn) for each in returns], ignore_index=True)
    if authority == SENDS_WORKBOOKS:
        tables = {"incidents": incidents, "children": children}
        yield f"{name}.xlsx", workbook({key: as_sheet(key, frame) for key, frame in tables.items()})
        return
    yield f"{name}-incidents.csv", as_csv("incidents", incidents)
    yield f"{name}-children.csv", as_csv("children", children)


def _nil_returns(returns: Iterable[SampleReturn]) -> bytes:
    rows = [[each.school_urn, each.academic_year, each.term] for each in returns if each.nil]
    return csv_bytes([["school_urn", "academic_year", "term"], *rows])


def _save(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
