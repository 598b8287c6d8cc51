"""The measures: what each figure counts, over what, how to read it, and a worked example."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.reference_pages.markdown import bullets, code, link, page, table
from schemas.measurement import Kind, Measure, measures

INTRODUCTION = """\
Every figure of the portal is one of these measures. “Not known” and “not applicable” stand outside the
denominator of a share and are shown beside it. Each worked example is run as a test.
Conditions are explained in [Rule sets](rule-sets.md#how-to-read-a-condition)."""
METHODS = {
    Kind.COUNT: "A count.",
    Kind.SHARE: "A share, from 0 to 1, with a 95 % Wilson interval.",
    Kind.RATE: "A rate per 1,000 pupils on roll, with a 95 % interval (exact or Byar).",
    Kind.DAYS: "Days: the median and the 90th percentile.",
    Kind.REPEAT: "A share, from 0 to 1, by Kaplan–Meier.",
    Kind.CELLS: "Answers of answers due, from 0 to 1.",
    Kind.COVERAGE: "Returns of returns expected, from 0 to 1.",
}
RESULTS = {
    "value": "value",
    "count": "count",
    "denominator": "denominator",
    "p90": "90th percentile",
    "pupils": "pupils on roll",
    "schools": "schools",
    "rule_set": "rule set",
}


def measures_page() -> str:
    """The page `measures.md`."""
    found = measures().values()
    return page(
        "Measures",
        INTRODUCTION,
        table(("Measure", "Question", "Unit"), map(_index_row, found)),
        *(block for measure in found for block in _measure_blocks(measure)),
    )


def _index_row(measure: Measure) -> tuple[str, str, str]:
    return link(measure.title, heading=measure.title), measure.question, measure.unit


def _measure_blocks(measure: Measure) -> Iterator[str]:
    yield f"## {measure.title}"
    yield f"{measure.question} {measure.how_to_read}"
    yield table(("About it", ""), _facts(measure))
    yield bullets(measure.caveats)
    yield f"**Example.** {measure.example['words']} {_result(measure.example)}"


def _facts(measure: Measure) -> Iterator[tuple[str, str]]:
    yield "Name in files and addresses", code(measure.id)
    yield "Counted", f"by {measure.grain}; {measure.unit}"
    yield "Method", METHODS[measure.kind]
    yield "Numerator", measure.numerator
    yield "Denominator", measure.denominator
    if measure.kind in (Kind.COUNT, Kind.SHARE, Kind.RATE, Kind.DAYS):
        yield "A row applies when", code(measure.applies_when)
        yield "A row counts when", code(measure.counts_when)
    yield "Rule set", "judged by the one that is named" if measure.uses_rule_set else "none"
    yield "Source", measure.source_step


def _result(example: Mapping[str, Any]) -> str:
    said = [f"{words} {example[key]}" for key, words in RESULTS.items() if key in example]
    return f"Result: {', '.join(said)}."
