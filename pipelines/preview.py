"""What a checked return would change: new, changed, unchanged and removed incidents, school by school."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from pipelines.history import sent_in_other_terms
from pipelines.intake.checking import Checked
from pipelines.keys import rekey
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.calendar import Term
from schemas.errors import RefusedError
from schemas.lexicon import lexicon


@dataclass(frozen=True, slots=True)
class Preview:
    """How one school's return would differ from the version that stands (`version` 0: there is none).

    `elsewhere` are its incidents that stand in the return of another term too: year, term and how many. They would be
    counted as this return has them.
    """

    school_urn: str
    academic_year: str
    term: Term
    version: int
    was_nil: bool
    new: int
    changed: int
    unchanged: int
    removed: int
    children: int
    elsewhere: tuple[tuple[str, Term, int], ...] = ()


def preview(warehouse: Warehouse, checked: Checked, *, key: bytes) -> tuple[Preview, ...]:
    """Compare each school's rows with the version that stands; changes nothing."""
    if checked.incidents is None or checked.children is None or not (checked.academic_year and checked.term):
        raise RefusedError("There is nothing to preview until the file can be read.")
    children = checked.children.assign(child_key=rekey(checked.children["child_key"], key))
    urns = sorted(str(urn) for urn in checked.incidents["school_urn"].dropna().unique())
    with warehouse.reading() as cursor:
        sent = sent_in_other_terms(cursor, checked)
        return tuple(
            _of_school(
                cursor,
                urn,
                checked,
                _fingerprints(_rows_of(checked.incidents, urn), _rows_of(children, urn)),
                children=len(_rows_of(children, urn)),
                sent=sent[sent["school_urn"] == urn],
            )
            for urn in urns
        )


def _of_school(
    cursor: Cursor, urn: str, checked: Checked, arriving: dict[str, frozenset[object]],
    *, children: int, sent: pd.DataFrame,
) -> Preview:  # fmt: skip
    assert checked.academic_year and checked.term  # noqa: S101, PT018 - preview has looked
    last = cursor.rows(
        "SELECT return_id, version, nil, state FROM returns WHERE school_urn = $urn AND academic_year = $year "
        "AND term = $term ORDER BY return_id DESC LIMIT 1",
        {"urn": urn, "year": checked.academic_year, "term": str(checked.term)},
    )
    standing = _standing(cursor, int(last[0]["return_id"]), urn) if last and last[0]["state"] == "submitted" else {}
    both = arriving.keys() & standing.keys()
    changed = sum(1 for reference in both if arriving[reference] != standing[reference])
    return Preview(
        school_urn=urn,
        academic_year=checked.academic_year,
        term=checked.term,
        version=int(last[0]["version"]) if last else 0,
        was_nil=bool(last and last[0]["nil"]),
        new=len(arriving.keys() - standing.keys()),
        changed=changed,
        unchanged=len(both) - changed,
        removed=len(standing.keys() - arriving.keys()),
        children=children,
        elsewhere=_elsewhere(sent[sent["incident_ref"].isin(list(arriving))]),
    )


def _elsewhere(sent: pd.DataFrame) -> tuple[tuple[str, Term, int], ...]:
    """Each other term with how many of the incidents stand in its return, the earliest first."""
    references: dict[tuple[str, Term], set[str]] = {}
    for year, term, reference in zip(sent["academic_year"], sent["term"], sent["incident_ref"], strict=True):
        references.setdefault((str(year), Term(term)), set()).add(str(reference))
    found = [(year, term, len(those)) for (year, term), those in references.items()]
    return tuple(sorted(found, key=lambda one: (one[0], list(Term).index(one[1]))))


def _rows_of(rows: pd.DataFrame, urn: str) -> pd.DataFrame:
    return rows[(rows["school_urn"].astype(object) == urn).to_numpy(bool)]


def _standing(cursor: Cursor, return_id: int, urn: str) -> dict[str, frozenset[object]]:
    values = {"id": return_id, "urn": urn}
    incidents, children = (
        cursor.frame(f"SELECT * FROM {table} WHERE return_id = $id AND school_urn = $urn", values)
        for table in ("incidents", "children")
    )
    return _fingerprints(incidents, children)


def _fingerprints(incidents: pd.DataFrame, children: pd.DataFrame) -> dict[str, frozenset[object]]:
    """Each reference with everything that its rows say."""
    found: dict[str, set[object]] = {}
    for table, rows in (("incidents", incidents), ("children", children)):
        names = [column.name for column in lexicon().tables[table].columns]
        text = pd.DataFrame({name: _as_text(rows[name]) for name in names})
        for values in text.itertuples(index=False, name=None):
            found.setdefault(values[names.index("incident_ref")], set()).add((table, *values))
    return {reference: frozenset(rows) for reference, rows in found.items()}


def _as_text(cells: pd.Series) -> pd.Series:
    dates = pd.api.types.is_datetime64_any_dtype(cells)
    text: pd.Series = (cells.dt.strftime("%Y-%m-%d") if dates else cells).astype(object)
    return text.where(cells.notna(), "")
