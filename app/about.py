"""What the figures mean, written from the files that define them: measures, rule sets, methods, words."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

import pandas as pd

from app.in_words import in_words
from app.wording import day, number, opening, per_cent
from app.wording import days as in_days
from pipelines.reporting import BREAKDOWNS, LEAST_SCHOOLS
from schemas.family import family
from schemas.lexicon import Column, lexicon
from schemas.measurement import Kind, Measure
from schemas.rulesets import RuleSet, Verdict

TO_BE_CHECKED = "to be checked"
SOURCES = {
    "S1": "UK Safer Internet Centre, *Responding to and managing incidents* (advice card)",
    "S2": "Stockport model policy for schools, reviewed January 2019",
    "UKCIS": "UK Council for Internet Safety, *Sharing nudes and semi-nudes*, updated March 2024",
    "Return": "how a termly return itself works",
    "Practice": "what agencies tell schools back today",
}
VERDICTS = {
    Verdict.MET: "the answers show that the step was taken",
    Verdict.NOT_MET: "the answers show that it was not",
    Verdict.NOT_KNOWN: "an answer that decides it is blank or not known; never counted as “no”",
    Verdict.NOT_APPLICABLE: "the step does not apply to this incident",
}


def anchor(measure: str) -> str:
    """Where a measure stands on the page: `about-the-figures#escalation_rate`."""
    return measure


def of_measure(measure: Measure) -> str:
    """Everything about one measure, as Markdown, below its heading."""
    lines = [
        f"**{measure.question}**",
        "",
        f"- **Counts:** {measure.numerator}",
        f"- **Out of:** {measure.denominator}",
        f"- **Unit:** {measure.unit}",
        f"- **How to read it:** {measure.how_to_read}",
        *(f"- **Take care:** {caveat}" for caveat in measure.caveats),
        f"- **Source:** {measure.source_step}",
        f"- **For example:** {example(measure)}",
        f"- **Method:** {METHOD_OF[measure.kind]}",
    ]
    if measure.uses_rule_set:
        lines.append("- **Judged by a rule set**: the figure says which one, and changes with it")
    return "\n".join(lines)


def example(measure: Measure) -> str:
    """The worked example, which the tests run, with its answer."""
    given = measure.example
    words = str(given["words"]).rstrip(".")
    return f"{words}: {_answer(measure, given)}."


def _answer(measure: Measure, given: Mapping[str, float]) -> str:
    value = given.get("value")
    if value is None:
        return "nothing to measure"
    if measure.is_share and "denominator" in given:
        return f"{number(given['count'])} of {number(given['denominator'])}, {per_cent(value)}"
    if measure.is_share:
        return per_cent(value)
    if measure.kind is Kind.DAYS:
        return f"half within {in_days(value)}, nine in ten within {in_days(given['p90'])}"
    return f"{number(value, places=1 if measure.kind is Kind.RATE else 0)} {measure.unit}"


METHOD_OF = {
    Kind.COUNT: "a count, with no interval: it is what was sent",
    Kind.SHARE: "a share with its Wilson interval",
    Kind.RATE: "a rate with its exact or Byar interval",
    Kind.DAYS: "a median with its own interval, and the 90th percentile",
    Kind.REPEAT: "Kaplan–Meier",
    Kind.CELLS: "a share of answers with its Wilson interval",
    Kind.COVERAGE: "a share of returns with its Wilson interval",
}


def of_rule_set(rules: RuleSet) -> str:
    """What a rule set is and calls for, as Markdown, above its rules."""
    return "\n".join(
        [
            rules.note,
            "",
            f"- **Dated:** {day(rules.dated)}",
            f"- **Source:** {rules.source}",
            f"- **Wording:** {rules.wording}",
            f"- **Its name for the subject:** {rules.display_term}",
            f"- **Calls for escalation when:** {in_words(rules.called_for)}",
            f"- **Counts as answered when:** {in_words(rules.answered)} ({rules.answered_title})",
        ]
    )


def rules_table(rules: RuleSet) -> pd.DataFrame:
    """Each rule with its step, when it applies and when it is met."""
    rows = [
        (rule.step, rule.title, opening(in_words(rule.applies_when)), opening(in_words(rule.met_when)))
        for rule in rules.rules
    ]
    return pd.DataFrame(rows, columns=["Step", "Rule", "Applies to or when", "Met when"])


def glossary(columns: Iterable[Column]) -> pd.DataFrame:
    """Each column of a return with its meaning and answers."""
    rows = [(column.label, column.name, column.definition, _answers(column), column.source_step) for column in columns]
    return pd.DataFrame(rows, columns=["Question", "Column", "What it means", "Answers", "Source"])


def _answers(column: Column) -> str:
    if column.codes is None:
        return {"date": "a date"}.get(column.kind, "a reference")
    return "; ".join(code.label for code in column.codes.codes)


def definitions_table(name: str) -> pd.DataFrame:
    """The answers of one list with their meaning."""
    codes = lexicon().lists[name].codes
    return pd.DataFrame([(code.label, code.definition) for code in codes], columns=["Answer", "What it means"])


def shared_table() -> pd.DataFrame:
    """The figures that others are told, and at which levels."""
    rows = [
        (
            one.measure.title,
            BREAKDOWNS[one.breakdown] if one.breakdown else "–",
            ", ".join(one.levels),
            "terms and years",
        )
        for one in family().tables
    ]
    rows += [(measure.title, "–", "authority", "years; its value only") for measure in family().alone.values()]
    return pd.DataFrame(rows, columns=["Figure", "Broken down by", "For", "By"])


@cache
def methods(*, least_shown: int) -> Mapping[str, str]:
    """How figures are worked out and kept safe, by heading."""
    found = tomllib.loads((files("app") / "methods.toml").read_text(encoding="utf-8"))["method"]
    constants = {"least_shown": least_shown, "least_schools": LEAST_SCHOOLS}
    return {one["heading"]: one["words"].format(**constants) for one in found}
