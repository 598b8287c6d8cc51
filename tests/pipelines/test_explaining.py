"""Queries explained: from lists only, by rule, and kept over resubmission while an incident stays the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pytest

from pipelines import returns
from pipelines.intake.tables import NamedFile
from pipelines.returns import Checked, Receipt, Stated
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term
from schemas.errors import PlumblineError
from schemas.explanation import Explanation
from schemas.issues import queries
from tests.factories import KEY, OFFICER, URN, child, complete_incident, register_csv, warehouse

RULE = "cross-closed-date-while-open"
PLAIN = {"police_contacted": "yes", "social_care_contacted": "yes", "incident_type": "experimental_other",
         "device_searched": "yes", "actions_taken": "sanction", "incident_date": "2025-10-01",
         "status": "closed"}  # fmt: skip
ASKED = {"status": "open"}  # with a closing date, which is asked about
AUTUMN = Stated(URN, "202526", Term.AUTUMN)


def row(reference: str, **answers: str) -> dict[str, str]:
    return complete_incident(incident_ref=reference, **{**PLAIN, **answers})


def check(store: Warehouse, rows: Sequence[Mapping[str, str]], *, key: str = "ab" * 16) -> Checked:
    children = [child(incident_ref=one["incident_ref"], child_key=key[:30] + f"{n:02d}") for n, one in enumerate(rows)]
    files = [NamedFile(f"{name}.csv", pd.DataFrame(table).to_csv(index=False).encode())
             for name, table in (("incidents", rows), ("children", children))]  # fmt: skip
    return returns.look_at(store, files, stated=AUTUMN, actor=OFFICER, key=KEY)


def send(store: Warehouse, checked: Checked, **explanations: Any) -> Receipt:
    given = {rule.replace("_", "-"): why for rule, why in explanations.items()}
    return returns.submit(store, checked, actor=OFFICER, key=KEY, explanations=given)[0]


def kept(store: Warehouse, receipt: Receipt) -> list[tuple[Any, ...]]:
    with store.reading() as cursor:
        found = cursor.rows("SELECT * FROM explanations WHERE return_id = $id ORDER BY row_number",
                            {"id": receipt.return_id})  # fmt: skip
    return [(one["rule"], one["row_number"], one["reason"], one["note"], one["carried_from"]) for one in found]


@pytest.fixture
def store() -> Warehouse:
    return warehouse()


def test_an_explanation_is_kept_for_every_row_of_its_rule_with_its_phrase(store: Warehouse) -> None:
    checked = check(store, [row("A", **ASKED), row("B"), row("C", **ASKED)])
    assert {issue.rule for issue in queries(checked.issues)} == {RULE}
    sent = send(store, checked, **{RULE: Explanation("unusual_but_right", "checked_with_dsl")})
    assert kept(store, sent) == [(RULE, number, "unusual_but_right", "checked_with_dsl", None) for number in (2, 4)]
    assert (sent.queries, sent.explained, sent.carried) == (2, 2, 0)


def test_what_was_explained_is_carried_over_while_the_incident_stays_the_same_wherever_its_row_stands(
    store: Warehouse,
) -> None:
    first = send(store, check(store, [row("A", **ASKED), row("B", **ASKED)]), **{RULE: "unusual_but_right"})
    again = check(store, [row("A", **ASKED), row("B", **ASKED)])
    assert {why.reason for why in again.explained.values()} == {"unusual_but_right"}
    second = send(store, again)
    assert kept(store, second) == [(RULE, number, "unusual_but_right", None, first.return_id) for number in (2, 3)]
    assert (second.queries, second.explained, second.carried) == (2, 2, 2)
    third = send(store, check(store, [row("A", **ASKED), row("B", **ASKED)]))
    assert {one[-1] for one in kept(store, third)} == {first.return_id}


def test_a_changed_incident_or_child_must_be_explained_again_and_the_others_need_not(store: Warehouse) -> None:
    first = send(store, check(store, [row("A", **ASKED), row("B", **ASKED)]), **{RULE: "unusual_but_right"})
    changed = check(store, [row("A", **ASKED), row("B", **ASKED, imagery_type="video")])
    assert [issue.row for issue in changed.explained if issue.rule == RULE] == [2]
    new = send(store, changed, **{RULE: "awaiting_information"})
    told = [one for one in kept(store, new) if one[0] == RULE]
    assert told == [
        (RULE, 2, "unusual_but_right", None, first.return_id),
        (RULE, 3, "awaiting_information", None, None),
    ]
    assert (new.explained, new.carried) == (2, 1)
    assert not check(store, [row("A", **ASKED), row("B", **ASKED)], key="cd" * 16).explained


def test_what_was_explained_before_can_be_explained_afresh(store: Warehouse) -> None:
    rows = [row("A", **ASKED)]
    send(store, check(store, rows), **{RULE: "unusual_but_right"})
    sent = send(store, check(store, rows), **{RULE: Explanation("checked_and_correct", afresh=True)})
    assert kept(store, sent) == [(RULE, 2, "checked_and_correct", None, None)]
    assert (sent.explained, sent.carried) == (1, 0)


def test_a_query_about_the_whole_is_carried_over_only_while_everything_stays_the_same(store: Warehouse) -> None:
    rows = [row("A"), row("B")]
    for one in rows:
        del one["staff_informed"]
    rule = "structure-missing-columns"
    send(store, check(store, rows), **{rule: "recording_system_limit"})
    assert {issue.rule for issue in check(store, rows).explained} == {rule}
    assert not check(store, rows[:1]).explained


def test_an_explanation_is_from_the_lists_and_of_a_query_that_was_asked(store: Warehouse) -> None:
    checked = check(store, [row("A", **ASKED)])
    for rule, why, said in (
        (RULE, "because", "one of"),
        (RULE, Explanation("unusual_but_right", "see the file"), "one of"),
        ("cross-outside-term", "unusual_but_right", "no query"),
    ):
        with pytest.raises(PlumblineError, match=said):
            send(store, checked, **{rule: why})


def test_a_nil_return_after_many_is_asked_about_and_explained() -> None:
    store = warehouse()
    rows = [row(f"A{n}", reported_date="2025-10-01") for n in range(9)]
    send(store, check(store, rows))
    spring = {"school_urn": URN, "academic_year": "202526", "term": Term.SPRING}
    [asked] = returns.nil_queries(store, OFFICER.scope, **spring)
    assert asked.rule == "whole-nil-after-many"
    assert "held 9" in asked.message
    receipt = returns.record_nil(store, **spring, actor=OFFICER, explanations={asked.rule: "checked_and_correct"})
    assert (receipt.queries, receipt.explained) == (1, 1)
    assert returns.nil_queries(store, OFFICER.scope, **{**spring, "school_urn": "900002"}) == ()


def test_a_store_from_before_takes_phrases_too(tmp_path: Any) -> None:
    path = tmp_path / "old.duckdb"
    with Warehouse(path) as store, store.writing() as cursor:
        for name in ("note", "carried_from"):
            cursor.run(f"ALTER TABLE explanations DROP COLUMN {name}")
    with Warehouse(path) as store:
        from pipelines import register

        register.load_register(store, [NamedFile("r.csv", register_csv([{}]))], actor=OFFICER)
        sent = send(store, check(store, [row("A", **ASKED)]), **{RULE: Explanation("unusual_but_right", "told_later")})
        assert kept(store, sent)[0][3] == "told_later"
