"""The links extract: which school came before or after which."""

from __future__ import annotations

import pandas as pd

from pipelines.reference import cells
from pipelines.reference.columns import Columns
from schemas.issues import Issue


def links(columns: Columns) -> tuple[pd.DataFrame, list[Issue]]:
    """The links of an extract, in the shape of `schemas.register.LINKS`."""
    columns.usable("urn", read=cells.urn, what="URN")
    columns.usable("linkurn", read=cells.urn, what="URN of the linked school")
    columns.usable("linktype", read=str, what="type of link")
    kinds = columns.text("linktype")
    frame = pd.DataFrame(
        {
            "urn": columns.text("urn"),
            "link_urn": columns.text("linkurn"),
            "link_type": kinds.map({kind: _link_type(kind) for kind in kinds.unique()}).astype("str"),
            "link_description": kinds,
            "established_date": columns.dates("linkestablisheddate"),
        }
    )
    return frame, columns.issues


def _link_type(kind: str) -> str:
    """GIAS adds the occasion after the direction, as in "Successor - merged"."""
    first = cells.words(kind).partition(" ")[0]
    return first if first in ("predecessor", "successor") else "other"
