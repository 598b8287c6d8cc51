"""The group membership extract: which school has been in which academy trust, and since when."""

from __future__ import annotations

import pandas as pd

from pipelines.reference import cells
from pipelines.reference.columns import Coding, Columns
from pipelines.reference.complaints import complaint
from schemas.issues import Issue, Severity
from schemas.register import TRUST_TYPES

_OTHER_TYPES = {
    "1": "federation",
    "2": "trust",
    "5": "school sponsor",
    "7": "umbrella trust",
    "8": "children s centres group",
    "9": "children s centres collaboration",
}
_OTHER_CODES = {name: name.replace("children s", "childrens").replace(" ", "_") for name in _OTHER_TYPES.values()}
GROUP_TYPE = Coding(
    "one of the types of group",
    {
        "6": "multi_academy_trust",
        "10": "single_academy_trust",
        **{code: _OTHER_CODES[name] for code, name in _OTHER_TYPES.items()},
    },
    {
        "multi academy trust": "multi_academy_trust",
        "single academy trust": "single_academy_trust",
        **_OTHER_CODES,
    },
    unknown="not_known",
    required=True,
)


def groups(columns: Columns) -> tuple[pd.DataFrame, list[Issue], dict[str, int]]:
    """Memberships of academy trusts, as `schemas.register.GROUPS`, and rows left out by group type."""
    group_type = columns.coded(GROUP_TYPE, code="group type (code)", name=("group type",))
    is_trust = group_type.isin(TRUST_TYPES)
    left_out = {str(kind): int(count) for kind, count in group_type[~is_trust].value_counts().items()}
    columns.frame = columns.frame[is_trust]
    columns.usable("urn", read=cells.urn, what="URN")
    uid = "group uid" if "group uid" in columns.frame else "linked uid"
    columns.usable(uid, read=cells.trust_uid, what="Group UID")
    frame = pd.DataFrame(
        {
            "urn": columns.text("urn"),
            "trust_uid": columns.text(uid),
            "trust_name": columns.text("group name"),
            "group_type": group_type[columns.frame.index],
            "joined_date": columns.dates("joined date"),
            "left_date": columns.dates("left date", "date left"),
            "closed_date": columns.dates("closed date"),
        }
    )
    again = frame.duplicated(["urn", "trust_uid", "joined_date"])
    return frame[~again], columns.issues + [_repeated(row) for row in frame.index[again]], left_out


def _repeated(row: int) -> Issue:
    return complaint(
        "structure-membership-repeated",
        "An earlier row has the same school, trust and joined date. The earlier row was kept.",
        "Leave one row for each membership, if the later row was the right one.",
        row=row,
        severity=Severity.QUERY,
    )
