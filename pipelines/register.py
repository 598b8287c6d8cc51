"""Keep the register: schools, membership of trusts, predecessors and successors."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

import pandas as pd

from pipelines import audit
from pipelines.intake.tables import NamedFile
from pipelines.scope import Actor
from pipelines.warehouse import standing
from pipelines.warehouse.store import Cursor, Warehouse

if TYPE_CHECKING:
    from pipelines.reference import ReferenceFile

TABLES = {"schools": "schools", "groups": "memberships", "links": "links"}
COLUMNS = {
    "schools": (
        "urn", "name", "la_code", "la_name", "establishment_number", "status", "phase", "low_age", "high_age",
        "sex_of_intake", "pupils", "boys", "girls", "census_date", "census_year", "trust_uid", "trust_name",
        "open_date", "close_date", "percentage_fsm", "changed_date",
    ),
    "groups": ("urn", "trust_uid", "trust_name", "group_type", "joined_date", "left_date", "closed_date"),
    "links": ("urn", "link_urn", "link_type", "link_description", "established_date"),
}  # fmt: skip


def load_register(
    warehouse: Warehouse, files: Sequence[NamedFile], *, actor: Actor, when: datetime | None = None
) -> list[ReferenceFile]:
    """Keep register files of any of the three kinds, all or none; earlier loads stay, for as-at questions."""
    from pipelines.reference import read_reference  # slow to load, and others ask only what is known

    read = [(file, read_reference(file.content, file_name=file.name)) for file in files]
    with warehouse.writing() as cursor:
        keep_within(cursor, read, actor=actor, when=when or audit.now())
    return [reference for _, reference in read]


def keep_within(
    cursor: Cursor, read: Sequence[tuple[NamedFile, ReferenceFile]], *, actor: Actor, when: datetime
) -> None:
    """Keep register files that were read, in the caller's transaction."""
    for file, reference in read:
        rows = reference.frame[list(COLUMNS[reference.kind])].assign(loaded_at=pd.Timestamp(when))
        if reference.kind == "schools":
            rows = rows.assign(told_on=_told_on(rows["changed_date"], loaded=when))
        cursor.append(TABLES[reference.kind], rows)
        detail = {"rows": len(rows), "file": hashlib.sha256(file.content).hexdigest()}
        event = audit.Event(actor, "register loaded", reference.kind, detail, changes_figures=True)
        audit.record(cursor, event, when=when)
    standing.register_loaded(cursor)


def _told_on(changed: pd.Series, *, loaded: datetime) -> date:
    """The day that an extract is of: that of the latest change in it, or the day it was loaded where it gives none."""
    latest = changed.max()
    return loaded.date() if pd.isna(latest) else min(latest.date(), audit.now().date())


def known_schools(cursor: Cursor) -> pd.DataFrame | None:
    """Each school as the latest extract has it, by URN: name, la_code, phase, ages, dates; None before any register."""
    found = cursor.frame(
        "SELECT * FROM schools QUALIFY row_number() OVER ("
        "PARTITION BY urn ORDER BY coalesce(told_on, CAST(loaded_at AS DATE)) DESC, loaded_at DESC) = 1"
    )
    return found.set_index("urn") if len(found) else None
