"""What the children listed for an incident say together, and whether it agrees with the incident's own answers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.intake.findings import finding
from schemas.calendar import school_age
from schemas.issues import Issue
from schemas.lexicon import lexicon

PAIR = ["school_urn", "incident_ref"]
CHILD = ["school_urn", "child_key"]
THIRTEEN = 13


def check_children(incidents: pd.DataFrame, children: pd.DataFrame) -> list[Issue]:
    """Every issue between rows of children, and between an incident and its children."""
    return [
        *_same_child_twice(children),
        *_two_answers("cross-child-two-sexes", "sex", children),
        *_two_answers("cross-child-two-year-groups", "year_group", children),
        *_under_13_but_older(incidents, children),
        *_pressured_without_coercion(incidents, children),
        *_incident_twice(incidents, children),
    ]


def _same_child_twice(children: pd.DataFrame) -> list[Issue]:
    names = [*PAIR, "child_key", "role"]
    whole = children[names].notna().all(axis=1)
    return finding("cross-child-twice").at(children.index[whole & children.duplicated(names)])


def _two_answers(rule: str, column: str, children: pd.DataFrame) -> list[Issue]:
    """Rows whose answer differs from that of the child's first row; not known differs from nothing."""
    known = children[[*CHILD, column]].astype(object).dropna()
    known = known[known[column] != "not_known"]
    first = known.groupby(CHILD, sort=False)[column].transform("first")
    return finding(rule).at(known.index[(known[column] != first).to_numpy(bool)])


def _under_13_but_older(incidents: pd.DataFrame, children: pd.DataFrame) -> list[Issue]:
    pictured = _with_role(children, "pictured").dropna(subset=["year_group"])
    if not len(pictured):
        return []
    ages = {group: school_age(str(group)) for group in pictured["year_group"].unique()}
    youngest = pictured["year_group"].map(ages).groupby([pictured[name] for name in PAIR]).min()
    older = _among(incidents, youngest.index[(youngest >= THIRTEEN).to_numpy(bool)])
    return finding("cross-under-13-but-older").at(_answered(incidents, "under_13_sexual_acts", "yes", where=older))


def _pressured_without_coercion(incidents: pd.DataFrame, children: pd.DataFrame) -> list[Issue]:
    pressing = pd.MultiIndex.from_frame(_with_role(children, "pressured_another")[PAIR])
    where = _among(incidents, pressing)
    return finding("cross-pressured-without-coercion").at(_answered(incidents, "external_coercion", "no", where=where))


def _with_role(children: pd.DataFrame, role: str) -> pd.DataFrame:
    rows = children.loc[(children["role"] == role).to_numpy(bool), [*PAIR, "year_group"]]
    return rows.astype(object).dropna(subset=PAIR)


def _among(incidents: pd.DataFrame, pairs: pd.Index) -> np.ndarray:
    """Which incidents are one of these (school, reference) pairs."""
    if not len(pairs):
        return np.zeros(len(incidents), bool)
    return np.asarray(pd.MultiIndex.from_frame(incidents[PAIR].astype(object)).isin(pairs))


def _answered(incidents: pd.DataFrame, column: str, answer: str, *, where: np.ndarray) -> pd.Index:
    return incidents.index[where & (incidents[column] == answer).to_numpy(bool)]


def _incident_twice(incidents: pd.DataFrame, children: pd.DataFrame) -> list[Issue]:
    """Rows that say what an earlier row says, dates included, of the same children."""
    names = [column.name for column in lexicon().tables["incidents"].columns if column.name != "incident_ref"]
    alike = incidents.duplicated(names, keep=False) & incidents[PAIR].notna().all(axis=1)
    suspects = incidents.loc[alike, [*PAIR, *names]]
    if not len(suspects):
        return []
    involved = suspects.loc[:, ~suspects.columns.duplicated()].astype(object)
    involved = involved.assign(children=children_told(involved, children))
    again = involved.duplicated([*names, "children"]) & (involved["children"] != "")
    own = ~involved.duplicated(PAIR, keep=False)  # one reference twice is an error of its own
    return finding("cross-incident-twice").at(involved.index[(again & own).to_numpy(bool)])


def children_told(incidents: pd.DataFrame, children: pd.DataFrame) -> list[str]:
    """For each incident its children as one text, keys with roles in order; blank where none is listed."""
    rows = children[[*PAIR, "child_key", "role"]].astype(object).dropna()
    told = rows["child_key"] + ":" + rows["role"]
    texts = told.groupby([rows[name] for name in PAIR]).agg(lambda parts: " ".join(sorted(parts)))
    pairs = zip(*(incidents[name].astype(object) for name in PAIR), strict=True)
    known = texts.to_dict()
    return [str(known.get(pair, "")) for pair in pairs]
