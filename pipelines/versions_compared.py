"""A return held against what stands: incidents that changed since they were closed, or that stand elsewhere already."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from pipelines import audit
from pipelines.differences import differences
from pipelines.intake.between_children import children_told
from pipelines.intake.checking import Checked
from pipelines.intake.findings import finding
from pipelines.keys import rekey
from pipelines.scope import Scope
from pipelines.warehouse.compose import bindings
from pipelines.warehouse.standing import FIRST_YEAR, grains_at
from pipelines.warehouse.store import Cursor
from schemas.issues import Issue
from schemas.lexicon import lexicon

PAIR = ["school_urn", "incident_ref"]
THIS_TERM = "r.academic_year = $year AND r.term = $term"


@dataclass(frozen=True, slots=True)
class _Standing:
    """What stands of a return's schools, of the terms that are the scope's."""

    cursor: Cursor
    checked: Checked
    scope: Scope

    def rows(self, table: str, where: str, *, keys: pd.Series | None = None) -> pd.DataFrame:
        """The rows of a table in these schools' standing returns; of these children only, where keys are given."""
        assert self.checked.incidents is not None  # noqa: S101 - history has looked
        moment = audit.now()
        values = {
            **bindings(self.scope, as_at=moment, first_year=FIRST_YEAR),
            "year": self.checked.academic_year or "",
            "term": str(self.checked.term or ""),
            "urns": [str(urn) for urn in self.checked.incidents["school_urn"].dropna().unique()],
        }
        if keys is not None:
            values["keys"] = [str(key) for key in keys.dropna().unique()]
            where += " AND i.child_key IN (SELECT unnest($keys))"
        return self.cursor.frame(
            grains_at(self.cursor, self.scope, moment)
            + f"SELECT i.* FROM {table} i JOIN live_returns r ON r.return_id = i.return_id "
            "JOIN own_terms o ON o.school_urn = r.school_urn AND o.academic_year = r.academic_year AND o.term = r.term "
            f"WHERE i.school_urn IN (SELECT unnest($urns)) AND {where}",
            values,
        )


def compared(cursor: Cursor, checked: Checked, *, scope: Scope, key: bytes) -> list[Issue]:
    """Every query about what stands, of this term's version and of the other terms' that are the scope's."""
    assert checked.incidents is not None and checked.children is not None  # noqa: S101, PT018 - history has looked
    children = checked.children.assign(child_key=rekey(checked.children["child_key"], key))
    standing = _Standing(cursor, checked, scope)
    return [
        *_since_closed(standing, checked.incidents, children),
        *_under_another_reference(standing, checked.incidents, children),
    ]


def _since_closed(standing: _Standing, incidents: pd.DataFrame, children: pd.DataFrame) -> list[Issue]:
    closed = standing.rows("incidents", f"{THIS_TERM} AND i.status = 'closed'")
    if not len(closed):
        return []
    involved = standing.rows("children", THIS_TERM)
    before = {"incidents": named(closed), "children": _among(named(involved), named(closed))}
    own = _among(named(incidents), before["incidents"])
    now = {"incidents": own, "children": _among(named(children), own)}
    changed = own["incident_ref"].isin([one.incident_ref for one in differences(now, before).changed])
    opened = (own["status"] == "open").to_numpy(bool)
    return [
        *finding("history-changed-since-closed").at(own.index[changed.to_numpy(bool) & ~opened]),
        *finding("history-reopened").at(own.index[opened]),
    ]


def named(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows whose reference says the school too, so that those of several schools can be compared at once."""
    school, reference = (rows[name].astype(object) for name in PAIR)
    return rows.assign(incident_ref=school + " " + reference)


def _among(rows: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["incident_ref"].isin(others["incident_ref"].dropna())]


def _under_another_reference(standing: _Standing, incidents: pd.DataFrame, children: pd.DataFrame) -> list[Issue]:
    """Incidents whose answers and children are those of one in another term's return; dates are not compared."""
    shared = standing.rows("children", f"NOT ({THIS_TERM})", keys=children["child_key"])
    if not len(shared):
        return []
    there = standing.rows("incidents", f"NOT ({THIS_TERM})")
    involved = standing.rows("children", f"NOT ({THIS_TERM})")
    there = _among(named(there), named(shared))
    here = incidents[pd.MultiIndex.from_frame(incidents[PAIR]).isin(_pairs_with(children, shared))]
    if not len(here):
        return []
    told = pd.Series(_told(here, children), index=here.index, dtype=object)
    others = pd.Series(_told(there, named(involved)), index=there["incident_ref"], dtype=object)
    references = named(here)["incident_ref"]
    same = [_stands(content, own, others) for content, own in zip(told, references, strict=True)]
    return finding("history-same-content").at(here.index[same])


def _stands(content: str, reference: str, others: pd.Series) -> bool:
    found = others.index[(others == content).to_numpy(bool)]
    return len(found) > 0 and reference not in others.index


def _pairs_with(children: pd.DataFrame, shared: pd.DataFrame) -> pd.MultiIndex:
    both = children[children["child_key"].isin(shared["child_key"].unique())]
    return pd.MultiIndex.from_frame(both[PAIR].astype(object))


def _told(incidents: pd.DataFrame, children: pd.DataFrame) -> list[str]:
    """Everything that an incident answers from a list, and its children, as one text."""
    names = [column.name for column in lexicon().tables["incidents"].columns if column.codes]
    answers = incidents[names].astype(object).fillna("")
    involved = children_told(incidents, children)
    rows = zip(answers.itertuples(index=False, name=None), involved, strict=True)
    return ["|".join([*row, told]) for row, told in rows]
