"""One incident from beginning to end, as the two tables of a return hold it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pipelines.sample import considerations, handling
from pipelines.sample.answers import hand, leave_blanks, otherwise
from pipelines.sample.considerations import Part
from pipelines.sample.dice import Dice
from pipelines.sample.faults import practice_of
from pipelines.sample.occasions import Occasion
from pipelines.sample.pupils import Involvements, child_key, secret_of
from pipelines.sample.schools import BY_URN, School
from schemas.calendar import YEAR_GROUPS, academic_year
from schemas.lexicon import lexicon

Row = dict[str, str]
RECEPTION = YEAR_GROUPS.index("R")


@dataclass(frozen=True)
class Incident:
    """One row of incidents with its rows of children."""

    incident: Row
    children: tuple[Row, ...]


def draw(occasion: Occasion, *, known_by: date, known: Involvements, seed: int) -> Incident:
    """What is recorded of one occasion by the day on which its return is sent."""
    school, on = BY_URN[occasion.urn], occasion.reported
    dice = Dice(seed, "incidents", school.pupils_of, int(academic_year(on)), occasion.number)
    who = hand(dice, urn=school.pupils_of)
    again = known.due(school, on=on)
    happened = considerations.risk_factors(who, again=bool(again))
    happened["incident_type"] = considerations.incident_type(happened, who)
    parts = considerations.parts(
        happened, who, school=school, on=on, year_group=occasion.year_group, again=again, known=known
    )
    pictured = min(part.pupil.year_group(on) for part in parts if part.role == "pictured")
    happened |= considerations.imagery(happened, who, youngest_pictured=pictured)
    practice = practice_of(school, on=on)
    days = handling.days_of(on, known_by=known_by, practice=practice, hand=who)
    done = handling.people(days, who) | handling.decision(happened, days, practice=practice, hand=who)
    row = happened | handling.device(happened, who) | done
    row |= handling.aftermath(happened, done, days, practice=practice, hand=who)
    row |= {
        "incident_ref": reference(occasion),
        "school_urn": str(school.urn),
        "reported_date": on.isoformat(),
    }
    return Incident(
        incident=_in_order("incidents", leave_blanks(row, dice), dice),
        children=tuple(_child(part, row, school, on=on, seed=seed) for part in parts),
    )


def reference(occasion: Occasion) -> str:
    """The school's own reference: the academic year and a running number."""
    return f"N{academic_year(occasion.reported)[2:]}-{occasion.number:03d}"


def _child(part: Part, incident: Row, school: School, *, on: date, seed: int) -> Row:
    key = child_key(part.pupil, secret=secret_of(school, on=on, seed=seed))
    row = {
        "incident_ref": incident["incident_ref"],
        "child_key": key,
        "role": part.role,
        "year_group": YEAR_GROUPS[part.pupil.year_group(on) + RECEPTION],
        "sex": part.pupil.sex,
        "sen": part.pupil.sen,
        "social_care_status": part.pupil.social_care,
    }
    return _in_order("children", row, Dice("child", key))


def _in_order(table: str, row: Row, dice: Dice) -> Row:
    columns = lexicon().tables[table].columns
    return {
        column.name: row.get(column.name, None) or _blank_or_drawn(row, column.name, table, dice) for column in columns
    }


def _blank_or_drawn(row: Row, name: str, table: str, dice: Dice) -> str:
    return "" if name in row else otherwise(lexicon().column(table, name), dice)
