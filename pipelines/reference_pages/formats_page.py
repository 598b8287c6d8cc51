"""The formats: which layouts of export are read, and what each takes a header or a word for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipelines.recording.report import SENTENCES
from pipelines.reference_pages.markdown import bullets, code, codes, page, table
from schemas.recording_systems import Mark, Meaning, Part, RecordingSystem, recording_systems

INTRODUCTION = """\
`plumbline anonymise EXPORT --format NAME` makes a de-identified return from the export of a recording system
([how to](de-identify.md)). A format is one file in `schemas/formats/`. **The layouts of recording systems are
inferred**: no maker (CPOMS, MyConcern, Smoothwall Record Manager, Arbor, Bromcom, SIMS, ScholarPack, Provision Map)
publishes the columns of its exports, and schools rename categories. So a format is named after its layout and after no
system. Look at your export: what is one row?"""
RULES = (
    "Every header and answer of the [data dictionary](data-dictionary.md) is read too; a format's own go before them.",
    "A column whose header is not known is dropped, and reported by its letter.",
    "An answer that is not known is left blank, and reported by its row. It is never passed on, because it might be a "
    "name; and the blank is not overlooked, because the check refuses it or asks about it.",
    "Rows of one event that say different things leave that answer blank.",
    "A category or action that is not recorded never becomes a no.",
    "Dates are read day first, without their time of day; a column with a date that exists only month first is not "
    "read.",
    "A date of birth gives the year group of the academic year in which staff were told; a recorded year group goes "
    "before it.",
    "A key is made from the UPN; without one, from the UPN that the same admission number has elsewhere in the export; "
    "else from the school's own number, which then counts for that school only.",
    "An event's own number stays where it is a plain number; any other is replaced by a reference made with the key.",
    "Where an export names categories, events of other categories are left out, and reported by their rows.",
)
OWN_WORDS = """\
Where your school's words differ, keep them in a file of your own and name it in place of the format:
`--format our-words.toml`. It extends one of the formats, and what it says of a header or word goes first:

```toml
extends = "row-per-child"

[headers]                       # column of the return = your headers
police_contacted = ["Police told?"]

[categories]
headers = ["Concern"]
subject = ["Inappropriate images"]      # your categories for nudes and semi-nudes

[values.parents_informed]       # column, then code = your words
all = ["Home informed"]

[[mark]]                        # a category or action that answers columns
words = ["Safer schools officer called"]
sets = { police_contacted = "yes" }
dated = "police_contact_date"
```"""
PUPIL = {
    Part.UPN: "UPN",
    Part.ADMISSION_NUMBER: "admission number",
    Part.PUPIL_NUMBER: "the system's own number",
    Part.DATE_OF_BIRTH: "date of birth",
    Part.CATEGORY: "category",
    Part.ACTION: "action",
    Part.ACTION_DATE: "date of the action",
}


def formats_page() -> str:
    """The page `formats.md`."""
    systems = recording_systems().values()
    return page(
        "Formats of exports",
        INTRODUCTION,
        table(("Format", "What one row is"), ((code(system.name), system.title) for system in systems)),
        "## What holds for all of them",
        bullets(RULES),
        "## Words of your own",
        OWN_WORDS,
        "## What the report says",
        table(("Kind", "To look at", "Sentence"), _report_rows()),
        *(block for system in systems for block in _blocks(system)),
    )


def _report_rows() -> Iterator[tuple[str, ...]]:
    for kind, (look, sentence) in SENTENCES.items():
        yield code(str(kind)), "yes" if look else "", sentence.format(column="(Column)")


def _blocks(system: RecordingSystem) -> Iterator[str]:
    yield f"## {system.name}"
    yield f"{system.about} {system.basis}"
    yield table(("What it is", f"Headers ({system.name})"), _headers(system.headers))
    if system.subject:
        yield f"An event counts when one of its categories is: {codes(sorted(system.subject))}."
    if system.marks:
        yield table(("Category or action", "Answers", "Its date fills"), map(_mark, system.marks))
    if system.values:
        yield table(("Column", "Code", "Also read"), _values(system.values))


def _headers(headers: Mapping[str, Meaning]) -> Iterator[tuple[str, ...]]:
    together: dict[str, list[str]] = {}
    for header, meaning in headers.items():
        together.setdefault(_what(meaning), []).append(header)
    for what, spoken in together.items():
        yield what, codes(spoken)


def _what(meaning: Meaning) -> str:
    if meaning.part is Part.DROPPED:
        return f"dropped: {meaning.name}"
    return code(meaning.name) if meaning.part is Part.COLUMN else PUPIL[meaning.part]


def _mark(mark: Mark) -> tuple[str, ...]:
    sets = codes(f"{column} = {answer}" for column, answer in mark.sets.items())
    return codes(mark.words), sets, code(mark.dated) if mark.dated else ""


def _values(values: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, ...]]:
    for column, words in values.items():
        for answer in dict.fromkeys(words.values()):
            yield code(column), code(answer), codes(word for word, its in words.items() if its == answer)
