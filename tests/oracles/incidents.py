"""The incidents and children that an organisation can see, each incident once."""

from __future__ import annotations

from functools import cache

from tests.oracles.days import day, term_of
from tests.oracles.membership import in_scope
from tests.oracles.world import Asked, Row, World, standing_returns


def visible(world: World, asked: Asked) -> list[Row]:
    """Every incident in scope on the day staff were told, whatever the filters, with its children beside it.

    An incident whose reference and day stand in the returns of two terms counts as the return sent later has it.
    """
    return _visible(world, Asked(asked.kind, asked.code, as_at=asked.as_at))


@cache
def _visible(world: World, asked: Asked) -> list[Row]:
    found: dict[tuple[str, str, str], Row] = {}
    for sent in standing_returns(world, asked):  # the latest sent comes last
        for row in sent["incidents"]:
            found[sent["urn"], row["incident_ref"], row["reported_date"]] = _placed(row, sent)
    return [row for row in found.values() if in_scope(world, asked, row["urn"], row["told"])]


def _placed(row: Row, sent: Row) -> Row:
    told = day(row["reported_date"])
    assert told is not None
    year, term = term_of(told)
    children = [child for child in sent["children"] if child["incident_ref"] == row["incident_ref"]]
    return {**row, "urn": sent["urn"], "told": told, "year": year, "term": term, "children": children}
