"""What submitting a return would change, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from app import receipt
from app.issues import counted
from app.wording import day, period
from pipelines.returns import Preview
from schemas.calendar import Term, default_terms
from schemas.lexicon import lexicon


def sentence(one: Preview, name: str) -> str:
    """What would change for one school."""
    when = period(one.academic_year, one.term)
    start = f"This becomes version {one.version + 1} of the return of {name} for the {when}"
    if one.version == 0:
        return f"{start}, the first: {counted(one.new, 'incident')}."
    if one.withdrawn:
        return f"{start}. Version {one.version} was withdrawn and none stands: {counted(one.new, 'incident')}."
    if one.was_nil:
        return f"{start}. It takes the place of a nil return: {counted(one.new, 'incident')} where there were none."
    if not (one.new or one.changed or one.removed):
        return f"{start}, in which nothing differs from version {one.version}: the same {_incidents(one.unchanged)}."
    return f"{start}. Against version {one.version}: {_differences(one)}."


def _incidents(number: int) -> str:
    return counted(number, "incident")


def _differences(one: Preview) -> str:
    parts = [(one.new, "new"), (one.changed, "changed"), (one.unchanged, "unchanged"), (one.removed, "removed")]
    said = [f"{number:,} {word}" for number, word in parts if number]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


def overall(previews: Sequence[Preview]) -> str:
    """The first sentence for a file of several schools."""
    first = previews[0]
    total = sum(one.new + one.changed + one.unchanged for one in previews)
    return (
        f"This file holds the {period(first.academic_year, first.term)} of {len(previews)} schools: "
        f"{_incidents(total)}. Schools that are not in it stay as they are; a school that had none needs a nil return."
    )


def warning(previews: Sequence[Preview]) -> str | None:
    """A sentence when incidents would no longer count."""
    removed = sum(one.removed for one in previews)
    if not removed:
        return None
    if removed == 1:
        return (
            "1 incident that was sent before is not in this file, and counts no longer after you submit. "
            "If it was left out by mistake, put it back and check the file again."
        )
    return (
        f"{removed:,} incidents that were sent before are not in this file, and count no longer after you submit. "
        "If they were left out by mistake, put them back and check the file again."
    )


def still_runs(year: str, term: str, *, on: date) -> str | None:
    """A sentence while a term still runs: what comes after `on` is not in a return of it; None when it has ended."""
    last_day = next(band.last_day for band in default_terms(year) if band.term == term)
    if last_day < on:
        return None
    return (
        f"The {period(year, term)} still runs, until {day(last_day)}: when staff are told of an incident after today, "
        "send a new version."
    )


def listed(previews: Sequence[Preview], names: int) -> str:
    """How many incidents differ, and, where not all of them are listed, how many are."""
    total = sum(one.changed + one.removed + (one.new if _compared(one) else 0) for one in previews)
    if total == names:
        return f"Which incidents: {counted(total, 'reference')}, and the answers that differ"
    return f"Which incidents: {names:,} of {counted(total, 'reference')} are listed, with the answers that differ"


def _compared(one: Preview) -> bool:
    """Whether it is held against a version that stands; else all of it is new."""
    return bool(one.version) and not one.withdrawn


def elsewhere(previews: Sequence[Preview]) -> str | None:
    """A sentence for each other term whose return holds some of these incidents; None when none does."""
    terms = list(dict.fromkeys((year, term) for one in previews for year, term, _ in one.elsewhere))
    said = [f"{counted(_of_term(previews, place), 'incident')} for the {period(*place)}" for place in terms]
    if not said:
        return None
    return (
        f"Some of these incidents were already sent in the return of another term: {'; '.join(said)}. Each is counted "
        "once, in the term in which staff were told; after you submit, as this file has it. If what stands there is "
        "right, leave them out of this file."
    )


def _of_term(previews: Sequence[Preview], place: tuple[str, Term]) -> int:
    return sum(number for one in previews for year, term, number in one.elsewhere if (year, term) == place)


def queries(asked: int, explained: int) -> str | None:
    """What is sent unexplained, said before it is sent; None when the check asked nothing."""
    if not asked:
        return None
    said = f"{receipt.queries(asked, explained)}."
    if explained == asked:
        return f"Sent with it: {said}"
    return f"Sent with it: {said} A return can be sent with queries unexplained; its receipt says so."


def as_table(previews: Sequence[Preview], names: Mapping[str, str]) -> pd.DataFrame:
    """One row for each school, with the version that it becomes."""
    rows = [
        (names.get(one.school_urn, one.school_urn), _standing(one), one.version + 1, one.new, one.changed,
         one.unchanged, one.removed, one.children)
        for one in previews
    ]  # fmt: skip
    columns = ["School", "Stands now", "Becomes version", "New", "Changed", "Unchanged", "Removed", "Rows of children"]
    return pd.DataFrame(rows, columns=columns)


def named(previews: Sequence[Preview], names: Mapping[str, str]) -> pd.DataFrame:
    """The incidents that differ, by reference: new, changed with the columns that did, or left out."""
    rows = []
    for one in previews:
        school = names.get(one.school_urn, one.school_urn)
        rows += [(school, each.incident_ref, "Changed", columns(each.columns)) for each in one.named_changed]
        rows += [(school, reference, "Left out", "–") for reference in one.named_removed]
        rows += [(school, reference, "New", "–") for reference in one.named_new] if _compared(one) else []
    found = pd.DataFrame(rows, columns=["School", "Reference", "What", "Answers that differ"])
    return found.drop(columns="School") if len(previews) == 1 else found


def columns(names: Sequence[str]) -> str:
    """The columns in which an incident changed, by the names of the vocabulary; never what stands in them."""
    return "; ".join(_column(name) for name in names)


def _column(name: str) -> str:
    table, _, column = name.partition(".")
    if not column:
        return "which answers belong to which child"
    if name == "children.child_key":
        return "which children are in it"
    label = lexicon().column(table, column).label
    return f"{label} (of a child)" if table == "children" else label


def _standing(one: Preview) -> str:
    if not one.version:
        return "no return"
    if one.withdrawn:
        return f"none: version {one.version} was withdrawn"
    return f"version {one.version}{', nil return' if one.was_nil else ''}"
