"""De-identify an export at the school: files in, a return out, and nothing about a child anywhere else.

Nothing here logs. What is written is held twice against what must not be in it: cell by cell when it is made, and by
the portal's own personal-data gate before it is saved.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipelines.intake.checking import known_headers
from pipelines.intake.personal_data import inspect
from pipelines.intake.reading import read
from pipelines.intake.tables import NamedFile, tidy
from pipelines.recording.converting import Converted, convert
from pipelines.recording.exports import RawTable, read_export
from pipelines.recording.key_files import SchoolKey
from pipelines.recording.pseudonyms import Pseudonyms
from pipelines.recording.report import Line
from pipelines.recording.return_sheet import said_on_return_sheet
from pipelines.recording.writing import return_file
from schemas.calendar import Term, term_of
from schemas.errors import LanguageError, QuestionError, UnreadableError
from schemas.recording_systems import Meaning, Part, RecordingSystem, columns, own_format, recording_systems
from schemas.stages import fits

_URN = Meaning(Part.COLUMN, "school_urn")


@dataclass(frozen=True)
class Stated:
    """What the school says of the return as a whole; blank parts are looked for in the export."""

    school_urn: str | None = None
    academic_year: str | None = None
    term: Term | None = None


@dataclass(frozen=True)
class Anonymised:
    """The return as a workbook, how much is in it, and what there is to say of the export."""

    content: bytes
    incidents: int
    children: int
    lines: tuple[Line, ...]


def format_named(name: str) -> RecordingSystem:
    """A format by its name, or from a school's own file (.toml) that extends one."""
    if name in recording_systems():
        return recording_systems()[name]
    if not name.endswith(".toml"):
        raise QuestionError(
            f"There is no such format. There are: {', '.join(recording_systems())}; or name a .toml file."
        )
    try:
        entry = tomllib.loads(Path(name).read_text(encoding="utf-8"))
        return own_format(entry, where="your format file")
    except OSError:
        raise QuestionError("The format file was not found or cannot be read.") from None
    except (ValueError, TypeError, AttributeError, KeyError):
        raise LanguageError(
            "Your format file is not valid TOML, or not in the form that docs/formats.md shows."
        ) from None


def anonymise(files: Sequence[NamedFile], system: RecordingSystem, key: SchoolKey, stated: Stated) -> Anonymised:
    """Make the return; an error of ours says why there is none, without a word of the export."""
    tables = read_export(files, system)
    stated = _with_the_return_sheet(stated, files, system)
    urn = _school(tables, system, stated)
    made = convert(tables, system, Pseudonyms(key.secret, urn))
    if not made.incidents:
        raise UnreadableError("The export has no events. If there were none this term, send a nil return instead.")
    said = {"school_urn": urn, **_period(made, stated), "key_version": key.version}
    content = return_file({"incidents": made.incidents, "children": made.children}, said)
    _pass_the_gate(content)
    return Anonymised(content, len(made.incidents), len(made.children), made.lines)


def _with_the_return_sheet(stated: Stated, files: Sequence[NamedFile], system: RecordingSystem) -> Stated:
    """What was stated, filled up from the return sheet; two different schools are a QuestionError."""
    said = said_on_return_sheet(files, system)
    if stated.school_urn and said.school_urn and stated.school_urn != said.school_urn:
        raise QuestionError("The return sheet has another URN than --school. Correct one of them. Nothing was written.")
    return Stated(
        stated.school_urn or said.school_urn or None,
        stated.academic_year or said.academic_year,
        stated.term or said.term,
    )


def _school(tables: Mapping[str, RawTable], system: RecordingSystem, stated: Stated) -> str:
    """The URN stated, or the one in the export; other texts in its column (a school's name) do not count."""
    found = {
        tidy(cells[place])
        for table in tables.values()
        for place, (_, label) in enumerate(table.labels)
        if system.meaning(label) == _URN
        for _, cells in table.rows
    }
    urns = {text for text in found if _is_urn(text)} | ({stated.school_urn} if stated.school_urn else set())
    if not all(map(_is_urn, urns)):
        raise QuestionError(
            "A URN has six digits. Correct it, after --school or on the return sheet. Nothing was written."
        )
    if not urns:
        raise QuestionError("Say which school the export is of: --school with its six-digit URN. Nothing was written.")
    if len(urns) > 1:
        raise QuestionError(
            "The export has the URN of several schools, or of another than --school says. Keep the rows of one school. "
            "Nothing was written."
        )
    return urns.pop()


def _is_urn(text: str) -> bool:
    import numpy as np

    return bool(fits(columns()["school_urn"], np.array([text], dtype=object))[0])


def _period(made: Converted, stated: Stated) -> dict[str, str]:
    """The year and term stated, or those in which every incident was reported; blank when they are several."""
    days = [row["reported_date"] for row in made.incidents if row["reported_date"]]
    found = {term_of(date.fromisoformat(day)) for day in days}
    year, term = found.pop() if len(found) == 1 else ("", "")
    if stated.academic_year or stated.term:
        year, term = stated.academic_year or year, stated.term or term
    return {"academic_year": year, "term": str(term)}


def _pass_the_gate(content: bytes) -> None:
    """The portal's own gate, over the file that would be written."""
    reading = read([NamedFile("return.xlsx", content)])
    found = [*reading.issues, *inspect(reading.tables, known=known_headers())]
    if stopped := [issue for issue in found if issue.rule.startswith(("personal-", "file-", "structure-"))]:
        raise UnreadableError(
            f"The return would not pass the check for personal data (column {stopped[0].column}), so nothing was "
            "written. Please tell whoever looks after Plumbline, without sending the export."
        )
