"""Valid returns, and the same with one fault planted in each: what was planted, where, and what must be said of it.

Returns are the sample's, of other seeds. A condition of the rule book is planted by making it true; everything else by
a function of its own. Returns of one term are checked as one file, each school's apart, so that thousands take minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

import pandas as pd

from pipelines.intake.tables import NamedFile
from pipelines.sample import generate
from pipelines.sample.schools import BY_URN
from schemas.calendar import YEAR_GROUPS
from schemas.conditions import TODAY, And, Condition, DateOrder, In, Known, Not, Or, Recorded
from schemas.lexicon import Column, lexicon
from schemas.rulebook import Check, checks

Row = dict[str, str]
Tables = dict[str, list[Row]]
NOT_A_CODE, NOT_A_DAY, NOT_A_KEY = "hologram", "31/09/2025", "4e87"
FAR = date(2098, 9, 15)
WIDE = 12  # incidents, where a check needs many


@dataclass(frozen=True)
class Valid:
    """One school's return of a term."""

    urn: str
    year: str
    term: str
    tables: Tables


@dataclass
class Planted:
    """A return with its fault: the rule, and every (table, place in the table, column) where it must be said."""

    of: Valid
    rule: str
    tables: Tables
    places: list[tuple[str, int, str | None]] = field(default_factory=list)
    anywhere: bool = False  # about the school as a whole: said at its first row

    def at(self, table: str, place: int, column: str | None) -> Planted:
        """The same, to be said here too."""
        self.places.append((table, place % len(self.tables[table]), column))
        return self


Planter = Callable[[Planted, Random], "Planted | None"]


def valid_returns(count: int, *, first_seed: int = 1) -> list[Valid]:
    """So many returns with incidents, the same every time; of a return sent twice the first."""
    found: list[Valid] = []
    seed = first_seed
    while len(found) < count:
        found += _of_seed(seed)
        seed += 1
    return found[:count]


def _of_seed(seed: int) -> Iterator[Valid]:
    seen: set[tuple[str, str, str]] = set()
    for one in generate(seed=seed).returns:
        place = (one.school_urn, one.academic_year, str(one.term))
        if one.nil or place in seen:
            continue
        seen.add(place)
        children = one.children.assign(school_urn=one.school_urn)
        tables = {"incidents": one.incidents.to_dict("records"), "children": children.to_dict("records")}
        yield Valid(*place, tables)  # type: ignore[arg-type]


# -- conditions of the rule book --------------------------------------------------------------------------


def _condition(check: Check) -> Planter:
    def plant(made: Planted, dice: Random) -> Planted | None:
        assert check.fails_when is not None
        place = dice.randrange(len(made.tables["incidents"]))
        if not _make_true(check.fails_when, made.tables["incidents"][place], dice):
            return None
        return made.at("incidents", place, check.columns[0])

    return plant


def _make_true(condition: Condition, row: Row, dice: Random) -> bool:
    """Write answers with which a condition is true; False where this row cannot have them."""
    if isinstance(condition, And):
        order = sorted(condition.parts, key=lambda part: isinstance(part, DateOrder))  # answers first, then days
        return all([_make_true(part, row, dice) for part in order]) and _holds(condition, row)
    if isinstance(condition, Or):
        return _make_true(dice.choice(condition.parts), row, dice)
    if isinstance(condition, In):
        several = condition.several and row[condition.column] not in ("", "none", "not_known")
        code = dice.choice(condition.codes)
        row[condition.column] = f"{row[condition.column]};{code}" if several else code
        return True
    if isinstance(condition, Recorded):
        row[condition.column] = row[condition.column] or row["reported_date"]
        return True
    if isinstance(condition, Known):
        assert isinstance(condition.part, In)
        row[condition.part.column] = _informative(lexicon().column("incidents", condition.part.column), dice)
        return True
    if isinstance(condition, Not):
        assert isinstance(condition.part, Recorded)
        row[condition.part.column] = ""
        return True
    assert isinstance(condition, DateOrder)
    return _order(condition, row, dice)


def _informative(column: Column, dice: Random) -> str:
    assert column.codes
    silent = {"not_known", "not_applicable", "not_classified"}
    return dice.choice([code.code for code in column.codes.codes if code.code not in silent])


def _order(condition: DateOrder, row: Row, dice: Random) -> bool:
    if condition.right == TODAY:
        if condition.comparison == ">":
            row[condition.left] = FAR.isoformat()
        return bool(row[condition.left])
    if not row[condition.right]:
        row[condition.right] = row["reported_date"]
    if condition.comparison in ("<", ">"):
        days = timedelta(days=dice.randrange(1, 4)) * (-1 if condition.comparison == "<" else 1)
        row[condition.left] = (date.fromisoformat(row[condition.right]) + days).isoformat()
    return True


def _holds(condition: And, row: Row) -> bool:
    """Whether the orders of dates still hold, once each was written; days as plain texts compare as days."""
    pairs = [part for part in condition.parts if isinstance(part, DateOrder) and part.right != TODAY]
    order: Mapping[str, Callable[[str, str], bool]] = {
        "<": lambda a, b: a < b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b, "<=": lambda a, b: a <= b,
    }  # fmt: skip
    return all(order[part.comparison](row[part.left], row[part.right]) for part in pairs)


# -- formats ----------------------------------------------------------------------------------------------


def _cell(table: str, column: str, value: Callable[[str], str]) -> Planter:
    def plant(made: Planted, dice: Random) -> Planted | None:
        place = dice.randrange(len(made.tables[table]))
        made.tables[table][place][column] = value(made.tables[table][place][column])
        return made.at(table, place, column)

    return plant


def _formats() -> Iterator[tuple[str, Planter]]:
    for name, table in lexicon().tables.items():
        for column in table.columns:
            yield f"format-{column.kind}", _cell(name, column.name, _MALFORMED[column.kind])
            if column.core:
                yield "format-core-blank", _cell(name, column.name, lambda _: "")
            elif column.expected_when is None:
                yield "format-blank", _cell(name, column.name, lambda _: "")
            if column.kind == "date":
                yield "format-date-month-first", _cell(name, column.name, lambda _: "09/25/2025")


_MALFORMED: Mapping[str, Callable[[str], str]] = {
    "date": lambda _: NOT_A_DAY,
    "code": lambda _: NOT_A_CODE,
    "codes": lambda text: f"{text};{NOT_A_CODE}" if text else NOT_A_CODE,
    "urn": lambda text: text[:-1],
    "key": lambda _: NOT_A_KEY,
    "text": lambda text: f"{text}*",
}


# -- rows and tables --------------------------------------------------------------------------------------


def _children_of(made: Planted, incident: Row) -> list[int]:
    listed = enumerate(made.tables["children"])
    return [place for place, row in listed if row["incident_ref"] == incident["incident_ref"]]


def _pick(made: Planted, dice: Random) -> tuple[int, Row]:
    place = dice.randrange(len(made.tables["incidents"]))
    return place, made.tables["incidents"][place]


def reference_twice(made: Planted, dice: Random) -> Planted | None:
    place, row = _pick(made, dice)
    made.tables["incidents"].append(dict(row))
    return made.at("incidents", place, "incident_ref").at("incidents", -1, "incident_ref")


def unknown_incident(made: Planted, dice: Random) -> Planted | None:
    return _cell("children", "incident_ref", lambda _: "N0000-999")(made, dice)


def incident_without_children(made: Planted, dice: Random) -> Planted | None:
    place, row = _pick(made, dice)
    other = next((one for one in made.tables["incidents"] if one is not row), None)
    if other is None:
        return None
    for child in _children_of(made, row):
        made.tables["children"][child]["incident_ref"] = other["incident_ref"]
    return made.at("incidents", place, "incident_ref")


def unknown_school(made: Planted, dice: Random) -> Planted | None:
    return _cell("incidents", "school_urn", lambda _: "900999")(made, dice)


def child_twice(made: Planted, dice: Random) -> Planted | None:
    made.tables["children"].append(dict(dice.choice(made.tables["children"])))
    return made.at("children", -1, "child_key")


def _again(made: Planted, dice: Random, change: Callable[[Row], Row | None], column: str) -> Planted | None:
    row = dice.choice(made.tables["children"])
    changed = change(row)
    if changed is None:
        return None
    made.tables["children"].append({**row, "role": "other" if row["role"] != "other" else "received", **changed})
    return made.at("children", -1, column)


def child_two_sexes(made: Planted, dice: Random) -> Planted | None:
    flip = {"male": "female", "female": "male"}
    return _again(made, dice, lambda row: {"sex": flip[row["sex"]]} if row["sex"] in flip else None, "sex")


def child_two_year_groups(made: Planted, dice: Random) -> Planted | None:
    return _again(made, dice, lambda row: {"year_group": "8" if row["year_group"] != "8" else "9"}, "year_group")


def outside_term(made: Planted, dice: Random) -> Planted | None:
    place, row = _pick(made, dice)
    row["reported_date"] = (date.fromisoformat(row["reported_date"]) - timedelta(days=150)).isoformat()
    return made.at("incidents", place, "reported_date")


def year_group_outside_phase(made: Planted, dice: Random) -> Planted | None:
    taught = BY_URN[int(made.of.urn)].year_groups
    numbers = {name: place - YEAR_GROUPS.index("R") for place, name in enumerate(YEAR_GROUPS)}
    far = [name for name, number in numbers.items() if number < min(taught) - 1 or number > max(taught) + 1]
    return _cell("children", "year_group", lambda _: dice.choice(far))(made, dice)


def under_13_but_older(made: Planted, dice: Random) -> Planted | None:
    place, row = _pick(made, dice)
    rows = [made.tables["children"][child] for child in _children_of(made, row)]
    pictured = [child for child in rows if child["role"] == "pictured"]
    if not pictured or not all(child["year_group"] in {"9", "10", "11", "12", "13", "14"} for child in pictured):
        return None
    row |= {"under_13_sexual_acts": "yes", "sexual_acts_shown": "yes"}
    return made.at("incidents", place, "under_13_sexual_acts")


def pressured_without_coercion(made: Planted, dice: Random) -> Planted | None:
    place, row = _pick(made, dice)
    row["external_coercion"] = "no"
    made.tables["children"][dice.choice(_children_of(made, row))]["role"] = "pressured_another"
    return made.at("incidents", place, "external_coercion")


def incident_twice(made: Planted, dice: Random) -> Planted | None:
    _, row = _pick(made, dice)
    copied = [dict(made.tables["children"][place]) for place in _children_of(made, row)]
    made.tables["incidents"].append({**row, "incident_ref": "N0000-998"})
    made.tables["children"] += [{**child, "incident_ref": "N0000-998"} for child in copied]
    return made.at("incidents", -1, "incident_ref")


# -- the return as a whole --------------------------------------------------------------------------------


def _widened(made: Planted, count: int) -> None:
    """More incidents that raise no question: the first again, of other children on other days."""
    first = made.tables["incidents"][0]
    child = made.tables["children"][_children_of(made, first)[0]]
    for number in range(len(made.tables["incidents"]), count):
        reference = f"N0000-{number:03d}"
        told = (date.fromisoformat(first["reported_date"]) + timedelta(days=number % 5)).isoformat()
        made.tables["incidents"].append({**first, "incident_ref": reference, "reported_date": told})
        made.tables["children"].append({**child, "incident_ref": reference, "child_key": f"{number:032x}"})


def not_known_column(made: Planted, dice: Random) -> Planted | None:
    _widened(made, WIDE)
    asking = [c.name for c in lexicon().tables["incidents"].columns
              if not c.core and c.codes and "not_known" in {code.code for code in c.codes.codes}]  # fmt: skip
    column = dice.choice(asking)
    for row in made.tables["incidents"]:
        row[column] = "not_known"
    made.anywhere = True
    return made.at("incidents", 0, column)


def not_known_core(made: Planted, dice: Random) -> Planted | None:
    core = [c.name for c in lexicon().tables["incidents"].columns
            if c.core and c.codes and "not_known" in {code.code for code in c.codes.codes}]  # fmt: skip
    for row in made.tables["incidents"]:
        row.update(dict.fromkeys(core, "not_known"))
    made.anywhere = True
    return made.at("incidents", 0, None)


def one_day(made: Planted, dice: Random) -> Planted | None:
    _widened(made, 5)
    for row in made.tables["incidents"]:
        row["reported_date"] = made.tables["incidents"][0]["reported_date"]
    made.anywhere = True
    return made.at("incidents", 0, "reported_date")


PLANTERS: tuple[tuple[str, Planter], ...] = (
    *((check.id, _condition(check)) for check in checks()),
    *_formats(),
    ("structure-reference-twice", reference_twice),
    ("structure-unknown-incident", unknown_incident),
    ("structure-incident-without-children", incident_without_children),
    ("structure-unknown-school", unknown_school),
    ("cross-child-twice", child_twice),
    ("cross-child-two-sexes", child_two_sexes),
    ("cross-child-two-year-groups", child_two_year_groups),
    ("cross-outside-term", outside_term),
    ("cross-year-group-outside-phase", year_group_outside_phase),
    ("cross-under-13-but-older", under_13_but_older),
    ("cross-pressured-without-coercion", pressured_without_coercion),
    ("cross-incident-twice", incident_twice),
    ("whole-not-known-column", not_known_column),
    ("whole-not-known-core", not_known_core),
    ("whole-one-day", one_day),
)


def plant(returns: Sequence[Valid], *, seed: int = 7) -> list[Planted]:
    """One fault in each return, kind after kind in turn; where a return cannot have one, the next kind."""
    dice = Random(seed)
    order = list(PLANTERS)
    dice.shuffle(order)
    turn = 0
    found = []
    for one in returns:
        made = None
        while made is None:
            rule, planter = order[turn % len(order)]
            turn += 1
            copy = {name: [dict(row) for row in rows] for name, rows in one.tables.items()}
            made = planter(Planted(one, rule, copy), dice)
        found.append(made)
    return found


def batches(returns: Sequence[Valid]) -> list[list[int]]:
    """The places of returns that can be checked as one file: of one term, each of another school."""
    groups: dict[tuple[str, str, int], list[int]] = {}
    seen: dict[tuple[str, str, str], int] = {}
    for place, one in enumerate(returns):
        times = seen[one.urn, one.year, one.term] = seen.get((one.urn, one.year, one.term), -1) + 1
        groups.setdefault((one.year, one.term, times), []).append(place)
    return list(groups.values())


def as_files(returns: Sequence[Tables]) -> list[NamedFile]:
    """The two CSV files of several schools."""
    rows = {name: [row for one in returns for row in one[name]] for name in ("incidents", "children")}
    return [NamedFile(f"{name}.csv", pd.DataFrame(rows[name]).to_csv(index=False).encode()) for name in rows]
