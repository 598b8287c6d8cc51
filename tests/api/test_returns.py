"""What a programme does with returns: checks, sends, reads, withdraws; each change once."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from pipelines import audit, erasing, returns, sign_off
from pipelines.house import House
from pipelines.people.programme_once import KEYS_KEPT
from pipelines.people.programme_versions import Version
from pipelines.reporting import Question, Reporting
from pipelines.scope import Scope
from schemas.calendar import Term
from tests.api import world
from tests.api.world import LEAD, SECOND, Programme, files_of, return_of
from tests.erasing.worlds import erase
from tests.factories import KEY, URN
from tests.uploads import workbook, zip_of

AUTUMN = {"academic_year": "202526", "term": "autumn"}
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def rows(house: House, sql: str, **values: Any) -> list[dict[str, Any]]:
    with house.warehouse.reading() as cursor:
        return cursor.rows(sql, values)


def kept(house: House) -> dict[str, int]:
    tables = ("returns", "incidents", "children", "explanations", "programme_keys", "programme_queries")
    return {table: rows(house, f"SELECT count(*) AS n FROM {table}")[0]["n"] for table in tables}


def rules(answer: Any, severity: str) -> set[str]:
    return {one["rule"] for one in answer["issues"] if one["severity"] == severity}


def kind(answer: Any) -> str:
    return str(answer.json()["type"]).rpartition(":")[2]


# -- sent -------------------------------------------------------------------------------------------------


def test_a_sound_return_is_kept_as_a_version_and_counts(house: House, mine: Programme) -> None:
    answer = mine.send(return_of(3), **AUTUMN)
    told = answer.json()
    assert answer.status_code == 201
    assert (told["id"], told["version"], told["state"], told["incidents"], told["children"]) == (
        1, 1, "submitted", 3, 3)  # fmt: skip
    assert (told["school_urn"], told["academic_year"], told["term"], told["sent_by"]) == (
        URN, "202526", "autumn", "programme")  # fmt: skip
    assert answer.headers["location"] == "/api/v1/returns/1"
    assert answer.headers["etag"] == '"1"'
    question = Question("incidents", year="202526", term="autumn")
    assert Reporting(house.warehouse).figures(Scope.parse(f"school:{URN}"), question).rows[0].count == 3


def test_a_programme_and_the_portal_find_the_same_in_a_file_and_keep_the_same(house: House, mine: Programme) -> None:
    files = files_of(4, widely_shared="not_known")
    told = mine.check([("file", (one.name, one.content)) for one in files], **AUTUMN).json()
    stated = returns.Stated(URN, "202526", Term.AUTUMN)
    found = returns.check(house.warehouse, files, stated=stated, actor=LEAD, key=KEY)
    assert [(one["rule"], one["row"], one["message"], one["fix"]) for one in told["issues"]] == [
        (one.rule, one.row, one.message, one.fix)
        for one in sorted(found.issues, key=lambda one: (one.severity, one.table, one.row or 0, one.rule, one.column))
    ]
    assert told["file_sha256"] == found.sha256
    mine.send([("file", (one.name, one.content)) for one in files], **AUTUMN)
    by_programme = _stored(house, 1)
    returns.submit(house.warehouse, found, actor=LEAD, key=KEY)
    assert by_programme == _stored(house, 2)


def _stored(house: House, number: int) -> str:
    with house.warehouse.reading() as cursor:
        frames = [cursor.frame(f"SELECT * FROM {table} WHERE return_id = $id ORDER BY row_number", {"id": number})
                  for table in ("incidents", "children")]  # fmt: skip
    return str([frame.drop(columns="return_id").to_csv() for frame in frames])


def test_the_record_names_the_token_the_school_and_the_request(house: House, mine: Programme) -> None:
    answer = mine.send(return_of(1), **AUTUMN)
    events = rows(house, "SELECT * FROM audit WHERE role = 'programme' ORDER BY sequence")
    actions = [event["action"] for event in events]
    assert actions == ["token used for the first time of a day", "return checked", "return submitted"]
    last = events[-1]
    assert (last["actor"], last["scope"]) == ("MyConcern export (token 1)", f"school:{URN}")
    assert last["request_id"] == answer.headers["x-request-id"]
    with house.warehouse.reading() as cursor:
        assert audit.first_broken(cursor) is None


@pytest.mark.parametrize("form", ["workbook", "zip", "raw workbook", "raw zip"])
def test_a_workbook_or_a_zip_is_taken_in_a_form_or_by_itself(house: House, mine: Programme, form: str) -> None:
    content = _workbook() if "workbook" in form else zip_of({one.name: one.content for one in files_of(2)})
    kind_of = WORKBOOK if "workbook" in form else "application/zip"
    if form.startswith("raw"):
        answer = mine.ask("POST", "/api/v1/returns", key="key-raw-1", content=content, params=AUTUMN,
                          headers={"Content-Type": kind_of})  # fmt: skip
    else:
        answer = mine.send([("file", ("return", content, kind_of))], **AUTUMN)
    assert answer.status_code == 201, answer.json()
    assert answer.json()["incidents"] == 2
    assert answer.json()["file_sha256"] == hashlib.sha256(content).hexdigest()


def _workbook() -> bytes:
    from tests.uploads import saved

    tables = [pd.read_csv(pd.io.common.BytesIO(one.content), dtype=str, keep_default_na=False) for one in files_of(2)]
    sheets = [[list(table.columns), *table.to_numpy().tolist()] for table in tables]
    return saved(workbook(*sheets)).content


def test_year_and_term_may_be_left_to_the_file_and_the_school_to_the_token(mine: Programme) -> None:
    told = mine.send(return_of(2)).json()
    assert (told["school_urn"], told["academic_year"], told["term"]) == (URN, "202526", "autumn")


def test_with_errors_nothing_is_kept_and_the_answer_says_what_to_correct(house: House, mine: Programme) -> None:
    answer = mine.send(return_of(2, status="SECRET-WORDS", reported_date="31/02/2025"), **AUTUMN)
    told = answer.json()
    assert (answer.status_code, kind(answer)) == (422, "not-accepted")
    assert answer.headers["content-type"] == "application/problem+json"
    assert told["check"]["state"] == "not accepted"
    assert {(one["row"], one["column"]) for one in told["check"]["issues"] if one["rule"] == "format-code"} == {
        (2, "status"), (3, "status")}  # fmt: skip
    assert "SECRET" not in answer.text
    assert "31/02" not in answer.text
    assert set(kept(house).values()) == {0}


def test_a_key_of_a_request_that_changed_nothing_is_free_for_the_corrected_file(mine: Programme) -> None:
    assert mine.send(return_of(1, status="wrong"), **AUTUMN).status_code == 422
    assert mine.send(return_of(1), **AUTUMN).status_code == 201


def test_a_later_version_supersedes_and_both_can_be_read(mine: Programme) -> None:
    first, second = (mine.send(return_of(n), key=f"key-0000{n}", **AUTUMN).json()["id"] for n in (1, 2))
    assert [mine.state(one).json()["state"] for one in (first, second)] == ["superseded", "submitted"]
    assert [mine.state(one).json()["version"] for one in (first, second)] == [1, 2]
    listed = mine.listed(**AUTUMN).json()
    assert [one["id"] for one in listed["returns"]] == [second, first]
    assert listed["seen"] == second
    assert mine.listed(academic_year="202425").json()["returns"] == []


def test_another_schools_rows_in_the_file_are_refused(house: House, mine: Programme) -> None:
    answer = mine.send(return_of(2, school_urn=SECOND), **AUTUMN)
    assert answer.status_code == 422
    assert set(kept(house).values()) == {0}


def test_a_term_that_has_not_begun_is_refused(mine: Programme) -> None:
    answer = mine.nil(academic_year="209899")
    assert (answer.status_code, kind(answer)) == (422, "not-possible")
    assert "has not begun" in answer.json()["detail"]


# -- checked ----------------------------------------------------------------------------------------------


def test_a_check_keeps_nothing_and_says_what_would_change(house: House, mine: Programme) -> None:
    mine.send(return_of(3), **AUTUMN)
    before = kept(house)
    told = mine.check(return_of(4, widely_shared="yes"), **AUTUMN).json()
    assert told["state"] == "checked"
    assert told["would_change"] == {"version": 1, "new": 1, "changed": 3, "unchanged": 0, "removed": 0}
    assert (told["errors"], told["seen"], told["sign_off_needed"]) == (0, 1, False)
    assert kept(house) == before


def test_a_check_of_a_file_with_errors_is_answered_too(house: House, mine: Programme) -> None:
    answer = mine.check(return_of(1, status="wrong"), **AUTUMN)
    assert (answer.status_code, answer.json()["state"], answer.json()["would_change"]) == (200, "not accepted", None)
    assert mine.check([("file", ("a.csv", b"\x00\x01"))], **AUTUMN).json()["state"] == "not accepted"


def test_a_header_that_is_in_no_vocabulary_is_not_told_again(mine: Programme) -> None:
    files = return_of(2)
    name, content, kind_of = files[0][1]
    header, *lines = content.split(b"\r\n")
    strange = b"\r\n".join([header + b",SECRET HEADER", *(line + b",#REF!" for line in lines)])
    answer = mine.check([("file", (name, strange, kind_of)), files[1]], **AUTUMN)
    assert "file-cell-error" in rules(answer.json(), "error")
    assert "SECRET" not in answer.text


# -- explained --------------------------------------------------------------------------------------------


def test_queries_are_sent_explained_by_rule_and_stay_so(house: House, mine: Programme) -> None:
    why = {"format-blank": {"reason": "recording_system_limit", "note": "checked_with_dsl"}}
    told = mine.check(return_of(2), **AUTUMN, explanations=why).json()
    assert {one["reason"] for one in told["issues"] if one["rule"] == "format-blank"} == {"recording_system_limit"}
    sent = mine.send(return_of(2), **AUTUMN, explanations=why).json()
    assert 0 < sent["explained"] <= sent["queries"]
    assert {one["reason"] for one in sent["issues"] if one["rule"] == "format-blank"} == {"recording_system_limit"}
    assert mine.state(sent["id"]).json()["issues"] == sent["issues"]
    stored = rows(house, "SELECT DISTINCT rule, reason, note FROM explanations")
    assert stored == [{"rule": "format-blank", "reason": "recording_system_limit", "note": "checked_with_dsl"}]


@pytest.mark.parametrize(
    "why",
    [
        {"format-blank": {"reason": "SECRET"}},
        {"SECRET": {"reason": "checked_and_correct"}},
        {"format-blank": {"reason": "checked_and_correct", "SECRET": 1}},
        {"format-blank": "checked_and_correct"},
        {"format-code": {"reason": "checked_and_correct"}},  # an error, which nobody can explain
        ["format-blank"],
        "SECRET",
    ],
)
def test_a_reason_that_is_on_no_list_is_refused_without_being_repeated(house: House, mine: Programme, why: Any) -> None:
    answer = mine.send(return_of(1), **AUTUMN, explanations=why)
    assert (answer.status_code, kind(answer)) == (422, "wrong-fields")
    assert [one["field"] for one in answer.json()["fields"]] == ["explanations"]
    assert "SECRET" not in answer.text
    assert set(kept(house).values()) == {0}


def test_a_reason_for_a_query_that_the_return_does_not_have_is_refused(house: House, mine: Programme) -> None:
    why = {"whole-nil-after-many": {"reason": "checked_and_correct"}}
    for answer in (mine.send(return_of(1), **AUTUMN, explanations=why), mine.nil(explanations=why)):
        assert (answer.status_code, kind(answer)) == (422, "not-possible")
    assert set(kept(house).values()) == {0}


# -- as it was seen ---------------------------------------------------------------------------------------


def test_what_was_decided_on_something_older_is_refused_with_what_stands_now(mine: Programme) -> None:
    mine.send(return_of(1), **AUTUMN, seen=0)
    answer = mine.send(return_of(2), key="key-00002", **AUTUMN, seen=0)
    told = answer.json()
    assert (answer.status_code, kind(answer)) == (409, "stale")
    assert (told["seen"], told["stands"]["version"], told["stands"]["incidents"]) == (1, 1, 1)
    assert mine.send(return_of(2), key="key-00002", **AUTUMN, seen=told["seen"]).status_code == 201


def test_if_match_says_the_same_as_seen(mine: Programme) -> None:
    first = mine.send(return_of(1), **AUTUMN)
    files = return_of(2)

    def sent(match: str, key: str, **fields: Any) -> int:
        answer = mine.ask("POST", "/api/v1/returns", key=key, files=files, data=world.as_form(AUTUMN | fields),
                          headers={"If-Match": match})  # fmt: skip
        return int(answer.status_code)

    assert sent('"0"', "key-00002") == 409
    assert sent("*", "key-00002") == 422
    assert sent('"1"', "key-00002", seen=0) == 422
    assert sent(first.headers["etag"], "key-00002") == 201


# -- nil and withdrawn ------------------------------------------------------------------------------------


def test_a_nil_return_is_a_version_like_any_other(mine: Programme) -> None:
    told = mine.nil().json()
    assert (told["nil"], told["version"], told["incidents"], told["file_sha256"]) == (True, 1, 0, "")
    assert mine.nil(key="key-nil-2").json()["version"] == 2


def test_a_nil_return_takes_the_place_of_incidents_only_when_they_are_named(house: House, mine: Programme) -> None:
    mine.send(return_of(2), **AUTUMN)
    before = kept(house)
    answer = mine.nil()
    assert (answer.status_code, kind(answer)) == (428, "say-what-stands")
    assert answer.json()["stands"]["incidents"] == 2
    assert kept(house) == before
    assert mine.nil(seen=answer.json()["seen"]).status_code == 201


@pytest.mark.parametrize("left_out", ["academic_year", "term", "no_incidents"])
def test_a_nil_return_says_of_which_term_and_that_there_was_nothing(mine: Programme, left_out: str) -> None:
    body = {"academic_year": "202526", "term": "autumn", "no_incidents": True}
    del body[left_out]
    answer = mine.ask("POST", "/api/v1/nil", key="key-nil-1", json=body)
    assert answer.status_code == 422
    assert answer.json()["fields"] == [{"field": left_out, "what": "This field is missing."}]
    assert mine.nil(no_incidents=False).status_code == 422


def test_a_version_that_stands_is_withdrawn_once(mine: Programme) -> None:
    number = mine.send(return_of(2), **AUTUMN).json()["id"]
    assert mine.withdraw(number, key="key-gone-0").status_code == 422  # without what was seen
    assert mine.withdraw(number, seen=7).status_code == 409
    told = mine.withdraw(number, seen=number).json()
    assert told["state"] == "withdrawn"
    assert mine.state(number).json()["state"] == "withdrawn"
    again = mine.withdraw(number, key="key-gone-2", seen=told["seen"])
    assert (again.status_code, kind(again)) == (409, "refused")


def test_what_a_person_sent_can_be_read_and_withdrawn_and_has_no_issues_on_record(
    house: House, mine: Programme
) -> None:
    sent = returns.record_nil(house.warehouse, school_urn=URN, academic_year="202526", term=Term.AUTUMN, actor=LEAD)
    told = mine.state(sent.return_id).json()
    assert (told["sent_by"], told["issues"]) == (LEAD.role, None)
    gone = mine.withdraw(sent.return_id, seen=sent.return_id)
    assert (gone.status_code, gone.json()["issues"]) == (200, None)
    assert mine.withdraw(sent.return_id, seen=sent.return_id).json() == gone.json()


# -- sign-off ---------------------------------------------------------------------------------------------


def test_where_sign_off_is_asked_for_a_programme_checks_and_a_person_sends(house: House, mine: Programme) -> None:
    sign_off.ask(house.warehouse, actor=LEAD)
    assert mine.check(return_of(1), **AUTUMN).json()["sign_off_needed"] is True
    for answer in (mine.send(return_of(1), **AUTUMN), mine.nil()):
        assert (answer.status_code, kind(answer)) == (403, "sign-off")
    assert set(kept(house).values()) == {0}


# -- once -------------------------------------------------------------------------------------------------


def test_the_same_request_with_the_same_key_gives_the_same_answer_and_no_new_version(
    house: House, mine: Programme
) -> None:
    first = mine.send(return_of(2), **AUTUMN)
    before = kept(house)
    again = mine.send(return_of(2), **AUTUMN)
    assert again.content == first.content
    assert again.status_code == first.status_code == 201
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert kept(house) == before


def test_the_answer_stays_the_same_whatever_is_sent_afterwards(mine: Programme) -> None:
    first = mine.send(return_of(2), **AUTUMN)
    mine.send(return_of(3), key="key-00002", **AUTUMN)
    assert mine.send(return_of(2), **AUTUMN).content == first.content


@pytest.mark.parametrize("other", ["file", "name", "field", "way"])
def test_a_key_that_comes_again_with_anything_else_is_refused(house: House, mine: Programme, other: str) -> None:
    mine.send(return_of(2), **AUTUMN)
    before = kept(house)
    renamed = [("file", (f"other-{name}", content, kind_of)) for _, (name, content, kind_of) in return_of(2)]
    answer = {
        "file": lambda: mine.send(return_of(3), **AUTUMN),
        "name": lambda: mine.send(renamed, **AUTUMN),
        "field": lambda: mine.send(return_of(2)),
        "way": lambda: mine.nil(key="key-00001"),
    }[other]()
    assert (answer.status_code, kind(answer)) == (422, "key-used")
    assert kept(house) == before


def test_twenty_at_once_with_one_key_make_one_version(house: House, mine: Programme) -> None:
    files = return_of(2)
    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(lambda _: mine.send(files, **AUTUMN), range(20)))
    assert {answer.status_code for answer in answers} <= {201, 409, 429}
    assert [answer.json()["version"] for answer in answers if answer.status_code == 201]
    assert all("retry-after" in answer.headers for answer in answers if answer.status_code != 201)
    assert kept(house)["returns"] == 1
    assert mine.send(files, **AUTUMN).json()["version"] == 1


def test_two_doors_at_once_with_one_key_make_one_version(house: House) -> None:
    """What keeps it to one is the transaction, not only the door that remembers what is under way."""
    _, secret = world.token(house)
    files = return_of(2)
    with world.programme(house, secret) as one, world.programme(house, secret) as other:
        with ThreadPoolExecutor(4) as threads:
            answers = list(threads.map(lambda who: who.send(files, **AUTUMN), [one, other]))
        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].content == answers[1].content
    assert kept(house)["returns"] == 1


def test_two_tokens_may_choose_the_same_key(house: House, mine: Programme) -> None:
    with world.programme(house, world.token(house)[1]) as other:
        assert [one.send(return_of(1), **AUTUMN).json()["version"] for one in (mine, other)] == [1, 2]


def test_a_key_is_forgotten_after_thirty_days(house: House, mine: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    mine.send(return_of(1), **AUTUMN)
    later = audit.now() + KEYS_KEPT
    monkeypatch.setattr(audit, "now", lambda: later - timedelta(seconds=90))
    assert mine.send(return_of(1), **AUTUMN).json()["version"] == 1
    monkeypatch.setattr(audit, "now", lambda: later + timedelta(seconds=90))
    assert mine.send(return_of(1), **AUTUMN).json()["version"] == 2


def test_a_request_that_comes_again_is_not_told_what_a_child_s_erasure_took(house: House, mine: Programme) -> None:
    files = return_of(2)
    first = mine.send(files, key="sent-before-and-again", **AUTUMN).json()
    erase(house.warehouse, erasing.of_child("900001", f"{1:032x}"), when=audit.now())
    again = mine.send(files, key="sent-before-and-again", **AUTUMN).json()
    assert [(one["id"], one["incidents"], one["children"]) for one in (first, again)] == [
        (first["id"], 2, 2), (first["id"], 1, 1),
    ]  # fmt: skip


def test_of_the_key_and_the_request_only_hashes_are_kept(house: House, mine: Programme) -> None:
    mine.send(return_of(2), key="a-key-that-says-something", **AUTUMN)
    [row] = rows(house, "SELECT * FROM programme_keys")
    assert "a-key-that-says-something" not in str(row)
    assert "INC-1" not in str(row)
    assert set(json.loads(row["answer"])) == set(Version.__slots__) - {"issues"}
