"""A condition judged in pandas, when a return is checked, and in SQL, when figures are made, says the same."""

from __future__ import annotations

from datetime import date
from functools import cache

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.warehouse.conditions import does_not_apply as does_not_apply_in_sql
from pipelines.warehouse.conditions import sql
from pipelines.warehouse.store import Warehouse
from schemas.conditions import ALWAYS, AllYes, And, Condition, DateOrder, In, Known, Not, Or, Recorded
from schemas.definitions import may_not_apply, shared_definitions
from schemas.judging import does_not_apply, judge
from schemas.lexicon import lexicon
from schemas.measurement import measures
from schemas.rulesets import rule_sets
from tests.factories import typed
from tests.worlds import random_world

COLUMNS = lexicon().tables["incidents"].columns
CODED = [column for column in COLUMNS if column.codes]
DATES = [column.name for column in COLUMNS if column.kind == "date"]
ASKED_YES = [column.name for column in CODED if "yes" in {code.code for code in column.codes.codes}]  # type: ignore[union-attr]
TODAY = date(2026, 11, 1)


@cache
def rows() -> pd.DataFrame:
    """Many incidents answered at random, blanks, not known and not applicable among them."""
    found = [row for seed in range(4) for sent in random_world(seed).returns for row in sent["incidents"]]
    blanks = [dict(row, **dict.fromkeys(list(row)[number % 5 :: 5], "")) for number, row in enumerate(found)]
    return typed("incidents", [*found, *blanks])


@cache
def store() -> Warehouse:
    kept = Warehouse(None)
    with kept.writing() as cursor:
        types = ", ".join(f"{one.name} {'DATE' if one.kind == 'date' else 'VARCHAR'}" for one in COLUMNS)
        cursor.run(f"CREATE TABLE answered (place INTEGER, {types})")
        cursor.append("answered", rows().assign(place=range(len(rows()))))
    return kept


def in_pandas(condition: Condition) -> list[bool | None]:
    judged = judge(condition, rows(), today=TODAY)
    return [None if value is pd.NA else bool(value) for value in judged]


def in_sql(expression: str) -> list[bool | None]:
    with store().reading() as cursor:
        found = cursor.rows(f"SELECT {expression} AS verdict FROM answered ORDER BY place")
    return [row["verdict"] for row in found]


@st.composite
def choices(draw: st.DrawFn) -> In:
    column = draw(st.sampled_from(CODED))
    codes = [code.code for code in column.codes.codes] if column.codes else []
    chosen = draw(st.lists(st.sampled_from(codes), max_size=3, unique=True))
    return In(column.name, tuple(chosen), several=column.kind == "codes")


LEAVES = st.one_of(
    choices(),
    st.builds(Recorded, st.sampled_from([column.name for column in COLUMNS])),
    st.builds(DateOrder, st.sampled_from(DATES), st.sampled_from(["<", "<=", "==", ">", ">="]), st.sampled_from(DATES)),
    st.builds(AllYes, st.lists(st.sampled_from(ASKED_YES), min_size=1, max_size=3, unique=True).map(tuple)),
    st.just(ALWAYS),
)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Not, inner),
        st.builds(Known, inner),
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(CONDITIONS)
def test_any_condition_has_the_same_three_answers_in_pandas_and_in_sql(condition: Condition) -> None:
    assert in_pandas(condition) == in_sql(sql(condition))


def test_every_condition_in_use_has_the_same_answers_in_pandas_and_in_sql() -> None:
    used = list(shared_definitions().values())
    for rules in rule_sets().values():
        used += [rules.called_for, rules.answered]
        used += [part for rule in rules.rules for part in (rule.applies_when, rule.met_when)]
        used += [part for one in measures().values() if one.uses_rule_set for part in one.conditions(rules)]
    used += [part for one in measures().values() if not one.uses_rule_set for part in one.conditions(None)]
    for condition in used:
        assert in_pandas(condition) == in_sql(sql(condition)), condition


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(may_not_apply(tuple(ASKED_YES))), min_size=1, max_size=3, unique=True).map(tuple))
def test_what_does_not_apply_is_the_same_in_pandas_and_in_sql(columns: tuple[str, ...]) -> None:
    assert does_not_apply(columns, rows()).tolist() == in_sql(does_not_apply_in_sql(columns))
