"""What a check may know besides the file: the register, the term dates, today."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from schemas.calendar import Term

if TYPE_CHECKING:
    from pipelines.intake.school_mapping import SchoolMapping


@dataclass(frozen=True)
class Stated:
    """What the sender says of the file as a whole; blank parts are looked for in the file."""

    school_urn: str | None = None
    academic_year: str | None = None
    term: Term | None = None
    key_version: str = "1"


@dataclass(frozen=True)
class Surroundings:
    """`schools` is the register by `urn` (name, low_age, high_age, pupils, open_date, close_date), or None.

    `mapping` is how the school's own wordings are read, or None.
    """

    today: date
    schools: pd.DataFrame | None = field(default=None)
    mapping: SchoolMapping | None = None
