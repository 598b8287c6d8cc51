"""What the sender of each hostile file reads, and how long and how much memory reading took.

    uv run python benchmarks/hostile_files.py [--write]

Prints a table, or writes it to `docs/hostile-files.md`: of the files that the tests make, of large ones made here,
and of real ones where they are beside the repository. Each is checked by the process that reads for the portal,
within its bounds; seconds are processor time of that process, megabytes its peak above idle.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # tests/hostile.py is not part of the package

from pipelines.intake.bounded import refused  # noqa: E402
from pipelines.intake.bounds import Bounds  # noqa: E402
from pipelines.intake.layout import column_place  # noqa: E402
from pipelines.intake.messages import Request  # noqa: E402
from pipelines.intake.reading_processes import StoppedError, processes  # noqa: E402
from pipelines.intake.surroundings import Stated, Surroundings  # noqa: E402
from pipelines.intake.tables import NamedFile  # noqa: E402
from schemas.issues import errors  # noqa: E402
from tests.hostile import made  # noqa: E402
from tests.uploads import raw_workbook, text_cells  # noqa: E402

DATA = ROOT.parent / "shared" / "data"
FOLDERS = ("hostile_csv", "hostile_xlsx", "injection_strings", "dates", "bulk_import_fixtures")
OUT = ROOT / "docs" / "hostile-files.md"
HEADER = f'<row r="1">{text_cells("incident_ref", "school_urn")}</row>'
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Measured:
    """One line of the table."""

    what: str
    sentence: str
    seconds: float
    megabytes: float


def large() -> Iterator[tuple[str, NamedFile]]:
    """Files too large for the tests, one at a time."""
    columns = b"incident_ref,school_urn,reported_date,status"
    yield "200 MB of commas", _csv(b"," * (200 * MEGABYTE))
    yield "A header, then one row of 200 MB of commas", _csv(columns + b"\n" + b"," * (200 * MEGABYTE))
    yield "A header, then 50 million rows of commas (200 MB)", _csv(columns + b"\n" + b",,,\n" * (50 * MEGABYTE))
    yield "One quotation mark, then 20 MB", _csv(columns + b'\n"' + b"x" * (20 * MEGABYTE))
    texts = b"".join(b"INC-%d,900001,2026-02-03,some words of number %d\n" % (at, at) for at in range(400_000))
    yield f"400,000 rows of free text ({len(texts) // MEGABYTE} MB)", _csv(columns + b"\n" + texts)
    row = f'<row r="2">{text_cells("INC-1", "900001")}</row>'
    yield "A sheet of 300 MB of spaces in a small workbook", raw_workbook(HEADER + row + " " * (300 * MEGABYTE))
    yield "A sheet with one comment of 100 MB", raw_workbook(f"{HEADER}<!--{'x' * (100 * MEGABYTE)}-->{row}")
    yield "A sheet that unpacks to 500 MB", raw_workbook(HEADER + " " * (500 * MEGABYTE))
    yield "4.8 million blank formatted cells", raw_workbook(HEADER + _cells(100_000, 48))
    yield "6 million blank formatted cells", raw_workbook(HEADER + _cells(200_000, 30))
    yield "Tags 2 million deep", raw_workbook(HEADER + "<g>" * (2 * MEGABYTE) + "</g>" * (2 * MEGABYTE))


def _csv(content: bytes) -> NamedFile:
    return NamedFile("incidents.csv", content)


def _cells(rows: int, width: int) -> str:
    columns = [column_place(at).removeprefix("column ") for at in range(width)]
    return "".join(
        f'<row r="{row}">' + "".join(f'<c r="{column}{row}" s="0"/>' for column in columns) + "</row>"
        for row in range(2, rows + 2)
    )


def all_files() -> Iterator[tuple[str, str, tuple[NamedFile, ...]]]:
    """Section, what it is, and the files."""
    for one in made():
        yield "Made in the tests", one.what, one.files
    for what, file in large():
        yield "Large, made in the benchmark", what, (file,)
    for folder in FOLDERS if DATA.is_dir() else ():
        for path in sorted((DATA / folder).rglob("*")):
            if path.is_file():
                yield "Real, of others", f"`{path.relative_to(DATA)}`", (NamedFile(path.name, path.read_bytes()),)


def measure(what: str, files: tuple[NamedFile, ...]) -> Measured:
    """Check once, as the portal would with the bounds of a usual file, and take down what came of it."""
    names = tuple(file.name for file in files)
    request = Request(names, Stated(), Surroundings(date(2026, 11, 2)), Bounds(), back_load=False)
    try:
        answer = processes.ask(request, [file.content for file in files])
    except StoppedError:
        return Measured(what, _sentence(refused(files).issues), Bounds().seconds, Bounds().megabytes)
    checked = answer.checked or refused(files)
    return Measured(what, _sentence(checked.issues), answer.seconds, answer.peak)


def _sentence(issues: Iterable[object]) -> str:
    """The sentence about the file, shown first; else that its rows were read and checked."""
    about = [issue for issue in issues if issue.rule.startswith(("file-", "personal-"))]
    first = [issue for issue in about if issue.rule != "file-missing-table"] or about
    if not first:
        return "*Read, and its rows checked.*"
    one = min(first, key=lambda issue: (issue.table != "file", issue not in errors(first)))
    place = f" ({one.table}, row {one.row})" if one.row else ""
    more = len({issue.message for issue in first}) - 1
    return f"{one.message}{place} {one.fix}" + (f" *And {more} more.*" if more else "")


def table(lines: Iterable[Measured]) -> str:
    """The lines as a table, the sentence with its advice."""
    rows = [
        f"| {line.what} | {line.sentence.replace('|', chr(92) + '|')} | {line.seconds:.2f} | {line.megabytes:.0f} |"
        for line in lines
    ]
    return "\n".join(["| file | the sender reads | s | MB |", "|---|---|---:|---:|", *rows])


def page() -> str:
    """The whole page."""
    found: dict[str, list[Measured]] = {}
    for section, what, files in all_files():
        found.setdefault(section, []).append(measure(what, files))
    lines = [line for section in found.values() for line in section]
    worst = f"{max(line.seconds for line in lines):.1f} s and {max(line.megabytes for line in lines):.0f} MB"
    sections = [f"## {name} ({len(lines)})\n\n{table(lines)}" for name, lines in found.items()]
    return (
        "\n\n".join(
            [
                INTRODUCTION.format(worst=worst, machine=f"{platform.machine()}, Python {platform.python_version()}"),
                *sections,
            ]
        )
        + "\n"
    )


INTRODUCTION = """# What hostile files meet

Written by `python benchmarks/hostile_files.py --write`. Each file was checked by the process that reads for the portal
(`pipelines/intake/bounded.py`) within the bounds of a usual file: 10 s of processor time and 512 MB above the idle
process, held by the operating system. None raised, none left anything but the fact of the attempt. The most that any
took: {worst} ({machine}). A file that needs more is stopped, and its sender reads
“{{stopped}}”
`tests/pipelines/intake/test_hostile_files.py` holds each made file to its sentence, and every real one to having
one.""".replace("{{stopped}}", refused((NamedFile("a", b""),)).issues[0].message)


if __name__ == "__main__":
    written = page()
    if "--write" in sys.argv:
        OUT.write_text(written, encoding="utf-8")
    print(written)
