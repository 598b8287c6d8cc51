"""Who is let in by the door for programmes, and how everybody else is told so."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.api import Limits, Pace
from app.api.operations import OPERATIONS
from app.api.pace import Rate
from pipelines import audit, register
from pipelines.house import House
from pipelines.intake import bounded
from pipelines.intake.tables import NamedFile
from pipelines.people import tokens
from pipelines.people.tokens import TokenScope
from pipelines.scope import Actor, Scope
from schemas.calendar import Term
from tests.api import world
from tests.api.test_returns import AUTUMN, kept, kind, rows
from tests.api.world import LEAD, OTHER, SECOND, Programme, return_of
from tests.factories import OFFICER, URN, warehouse

PROBLEM = "application/problem+json"
TRUST = Actor("Imogen Sallow", "trust safeguarding lead", Scope.parse("trust:99001"))
LONG_AGO = datetime(2020, 1, 1)  # noqa: DTZ001 - the warehouse keeps UTC without a zone


def paths() -> list[tuple[str, str]]:
    """Every operation of the table, so that a new one is covered without being named."""
    return [(one.method, one.path.replace("{id}", "1")) for one in OPERATIONS]


def is_a_problem(answer: Any) -> bool:
    told = answer.json()
    return (
        answer.headers["content-type"] == PROBLEM
        and {"type", "title", "status", "detail", "what_to_do", "instance"} <= set(told)
        and told["status"] == answer.status_code
        and told["instance"] == f"urn:uuid:{answer.headers['x-request-id']}"
    )


# -- without a good token ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path"), paths())
def test_nothing_is_open_without_a_token(mine: Programme, method: str, path: str) -> None:
    answer = mine.client.request(method, path)
    assert (answer.status_code, kind(answer)) == (401, "no-token")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert is_a_problem(answer)


@pytest.mark.parametrize(("method", "path"), paths())
def test_nothing_is_open_with_a_token_that_is_none_any_more(house: House, method: str, path: str) -> None:
    token, revoked = world.token(house)
    tokens.revoke(house.warehouse, token.token_id, actor=LEAD)
    _, expired = tokens.make(
        house.warehouse,
        tokens.Wanted("Long ago", (URN,), world.BOTH, LONG_AGO + timedelta(days=1)), actor=LEAD, when=LONG_AGO,
    )  # fmt: skip
    said = {revoked: "revoked-token", expired: "expired-token", tokens.new_secret(): "unknown-token",
            revoked[:-1]: "unknown-token", "plumbline_": "unknown-token"}  # fmt: skip
    with world.programme(house, "") as one:
        for secret, why in said.items():
            answer = one.client.request(method, path, headers={"Authorization": f"Bearer {secret}"})
            assert (answer.status_code, kind(answer)) == (401, why)
            assert 'error="invalid_token"' in answer.headers["www-authenticate"]
            assert is_a_problem(answer)


@pytest.mark.parametrize("given", ["Basic {}", "{}", "Bearer  {}", "Bearer {}x", "Bearer {} {}", "Token {}", "Bearer"])
def test_a_token_is_presented_in_one_way(mine: Programme, given: str) -> None:
    header = given.replace("{}", mine.secret)
    answer = mine.client.get("/api/v1/returns", headers={"Authorization": header})
    assert answer.status_code == 401
    assert mine.secret not in answer.text


def test_two_tokens_at_once_are_none(mine: Programme) -> None:
    headers = [("Authorization", f"Bearer {mine.secret}")] * 2
    assert mine.client.get("/api/v1/returns", headers=headers).status_code == 401


@pytest.mark.parametrize("name", ["token", "access_token", "Api_Key", "x"])
def test_a_token_in_the_address_is_refused_even_beside_a_good_one(house: House, mine: Programme, name: str) -> None:
    answer = mine.ask("GET", "/api/v1/returns", params={name: mine.secret})
    assert (answer.status_code, kind(answer)) == (400, "token-in-address")
    assert mine.secret not in answer.text
    assert mine.client.get(f"/api/v1/returns?access_token={mine.secret}").status_code == 400


def test_a_cookie_or_a_form_is_no_way_in(mine: Programme) -> None:
    mine.client.cookies.set("__Host-plumbline", mine.secret)
    answer = mine.client.post("/api/v1/returns", data={"access_token": mine.secret})
    assert answer.status_code == 401


def test_a_token_that_is_refused_is_on_record_and_so_is_one_that_nobody_knows(house: House, mine: Programme) -> None:
    mine.listed(school_urn=SECOND)
    mine.client.get("/api/v1/returns", headers={"Authorization": f"Bearer {tokens.new_secret()}"})
    refused, unknown = rows(house, "SELECT * FROM audit WHERE action LIKE '%refused' ORDER BY sequence")
    assert (refused["actor"], refused["action"]) == ("MyConcern export (token 1)", "access refused")
    assert "listReturns: not-open" in refused["detail"]
    assert refused["request_id"]
    assert (unknown["actor"], unknown["action"]) == ("Plumbline", "sign-in refused")


# -- scope ------------------------------------------------------------------------------------------------


@pytest.fixture
def theirs(house: House) -> Iterator[Programme]:
    """A programme of the other school."""
    with world.programme(house, world.token(house, actor=OTHER)[1]) as one:
        yield one


def test_another_schools_returns_are_neither_told_nor_withdrawn(
    house: House, mine: Programme, theirs: Programme
) -> None:
    number = mine.send(return_of(2), **AUTUMN).json()["id"]
    before = kept(house)
    for attempt, of_nobody in (
        (theirs.state(number), theirs.state(4711)),
        (theirs.withdraw(number, seen=number), theirs.withdraw(4711, seen=number, key="key-gone-2")),
    ):
        assert (attempt.status_code, kind(attempt)) == (404, "no-return")
        assert without_request(attempt) == without_request(of_nobody)
    assert kept(house) == before


def test_another_schools_urn_is_refused_in_the_same_words_as_nobodys(house: House, theirs: Programme) -> None:
    for urn in (URN, "123456"):
        answers = [
            theirs.listed(school_urn=urn),
            theirs.check(return_of(1), **AUTUMN, school_urn=urn),
            theirs.send(return_of(1), **AUTUMN, school_urn=urn),
            theirs.nil(school_urn=urn),
        ]
        assert [(one.status_code, kind(one)) for one in answers] == [(403, "not-open")] * 4
        assert not any(urn in one.text for one in answers)
    assert set(kept(house).values()) == {0}


def without_request(answer: Any) -> dict[str, Any]:
    return {name: value for name, value in answer.json().items() if name != "instance"}


@pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: one.name)
def test_a_token_does_only_what_it_was_made_for(house: House, one: Any) -> None:
    other = next(scope for scope in TokenScope if scope is not one.scope)
    _, secret = world.token(house, scopes=frozenset({other}))
    with world.programme(house, secret) as programme:
        answer = programme.ask(one.method, one.path.replace("{id}", "1"), key="key-00001")
    assert (answer.status_code, kind(answer)) == (403, "not-for-this")
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


@pytest.fixture
def of_trust() -> House:
    """A trust of two schools; the second leaves at the end of the autumn term of 2025/26."""
    known = warehouse({"URN": URN, "LA (code)": "990"}, {"URN": SECOND, "LA (code)": "991"})
    groups = (
        "URN,Group UID,Group Name,Group Type (code),Group Type,Joined date,Left date,Closed Date\r\n"
        f"{URN},99001,Trust,06,Multi-academy trust,01/12/2025,,\r\n"
        f"{SECOND},99001,Trust,06,Multi-academy trust,01/09/2019,,\r\n"
    )
    register.load_register(known, [NamedFile("groups.csv", groups.encode())], actor=OFFICER, when=LONG_AGO)
    return world.house(known)


def leaves(of: House) -> None:
    """The second school leaves the trust, yesterday."""
    yesterday = (audit.now() - timedelta(days=1)).strftime("%d/%m/%Y")
    groups = (
        "URN,Group UID,Group Name,Group Type (code),Group Type,Joined date,Left date,Closed Date\r\n"
        f"{URN},99001,Trust,06,Multi-academy trust,01/12/2025,,\r\n"
        f"{SECOND},99001,Trust,06,Multi-academy trust,01/09/2019,{yesterday},\r\n"
    )
    register.load_register(of.warehouse, [NamedFile("groups.csv", groups.encode())], actor=OFFICER)


def test_a_trusts_token_sends_for_the_schools_that_it_names_and_says_for_which(of_trust: House) -> None:
    _, secret = world.token(of_trust, actor=TRUST, schools=(URN, SECOND))
    with world.programme(of_trust, secret) as one:
        unsaid = one.send(return_of(1), **AUTUMN)
        assert (unsaid.status_code, unsaid.json()["fields"][0]["field"]) == (422, "school_urn")
        assert one.send(return_of(1), **AUTUMN, school_urn=URN).status_code == 201
        other = one.send(return_of(1, school_urn=SECOND), key="key-00002", **AUTUMN, school_urn=SECOND)
        assert other.json()["school_urn"] == SECOND
        mixed = one.send(return_of(1, school_urn=SECOND), key="key-00003", **AUTUMN, school_urn=URN)
        assert mixed.status_code == 422  # one school at a time, though both are the token's
    _, narrow = world.token(of_trust, actor=TRUST, schools=(URN,))
    with world.programme(of_trust, narrow) as one:
        assert one.send(return_of(1), **AUTUMN, school_urn=SECOND).status_code == 403
        assert one.state(2).status_code == 404


def test_a_school_that_left_the_trust_is_open_to_its_token_no_longer(of_trust: House) -> None:
    _, secret = world.token(of_trust, actor=TRUST, schools=(URN, SECOND))
    with world.programme(of_trust, secret) as one:
        number = one.send(return_of(1, school_urn=SECOND), **AUTUMN, school_urn=SECOND).json()["id"]
        leaves(of_trust)
        assert one.state(number).status_code == 404
        assert one.withdraw(number, seen=number).status_code == 404
        assert one.listed(school_urn=SECOND).status_code == 403
        assert one.nil(school_urn=SECOND).status_code == 403
        later = {"academic_year": "202627", "term": "autumn"}
        for fields in (AUTUMN, later):
            assert one.send(return_of(1), key="key-00002", **fields, school_urn=SECOND).status_code == 403


def test_a_term_before_the_school_joined_the_trust_is_not_its_tokens(of_trust: House) -> None:
    _, secret = world.token(of_trust, actor=TRUST, schools=(URN,))
    before = {"reported_date": "2024-10-01", "dsl_informed_date": "2024-10-01"}
    with world.programme(of_trust, secret) as one:
        said = one.send(return_of(1, **before), academic_year="202425", term="autumn")
        unsaid = one.send(return_of(1, **before), key="key-00002")  # the year only in the file
        assert [(answer.status_code, kind(answer)) for answer in (said, unsaid)] == [(403, "not-open")] * 2
        assert one.nil(academic_year="202425").status_code == 403
    assert kept(of_trust)["returns"] == 0


def test_a_term_sent_by_the_school_itself_before_it_joined_is_not_told_to_the_trust(of_trust: House) -> None:
    before = {"reported_date": "2024-10-01", "dsl_informed_date": "2024-10-01"}
    with world.programme(of_trust, world.token(of_trust)[1]) as school:
        number = school.send(return_of(1, **before)).json()["id"]
        assert school.state(number).status_code == 200
    with world.programme(of_trust, world.token(of_trust, actor=TRUST, schools=(URN,))[1]) as trust:
        assert trust.state(number).status_code == 404
        assert trust.listed(school_urn=URN).json()["returns"] == []


def test_a_token_that_is_revoked_while_a_check_runs_keeps_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, secret = world.token(house)
    check = bounded.check

    def meanwhile(*given: Any, **more: Any) -> Any:
        tokens.revoke(house.warehouse, token.token_id, actor=LEAD)
        return check(*given, **more)

    monkeypatch.setattr(bounded, "check", meanwhile)  # a moment that no clock gives
    with world.programme(house, secret) as one:
        answer = one.send(return_of(1), **AUTUMN)
    assert (answer.status_code, kind(answer)) == (401, "revoked-token")
    assert kept(house)["returns"] == 0


# -- addresses, methods, types, sizes ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["/api", "/api/", "/api/v1", "/api/v2/returns", "/api/v1/returns/", "/api/v1/returns/0", "/api/v1/returns/01",
     "/api/v1/returns/abc", "/api/v1/returns/-1", "/api/v1/returns/1/", "/api/v1/returns/9999999999999999",
     "/api/v1/returns/1/rows", "/api/v1/x/%2e%2e/returns", "/api/v1/return%73/%00", "/api/v1/returns/1%0A"],
)  # fmt: skip
def test_an_unknown_address_is_not_found(mine: Programme, path: str) -> None:
    answer = mine.ask("GET", path)
    assert (answer.status_code, kind(answer)) == (404, "no-path")
    assert is_a_problem(answer)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("path", ["/api/v1/returns", "/api/v1/returns/1", "/api/v1/nil", "/openapi.json"])
def test_another_method_is_refused_with_those_that_exist(mine: Programme, method: str, path: str) -> None:
    answer = mine.ask(method, path)
    assert (answer.status_code, kind(answer)) == (405, "wrong-method")
    assert set(answer.headers["allow"].split(", ")) <= {"GET", "POST"}


@pytest.mark.parametrize("one", [one for one in OPERATIONS if one.bodies], ids=lambda one: one.name)
@pytest.mark.parametrize("said", ["text/csv", "application/octet-stream", "application/x-www-form-urlencoded", "", "x"])
def test_another_type_of_content_is_refused(mine: Programme, one: Any, said: str) -> None:
    answer = mine.ask("POST", one.path.replace("{id}", "1"), key="key-00001", content=b"x",
                      headers={"Content-Type": said})  # fmt: skip
    assert (answer.status_code, kind(answer)) == (415, "wrong-type")


def test_what_is_too_large_is_refused_said_or_unsaid(house: House, mine: Programme) -> None:
    size = house.upload_bytes + 300 * 1024

    def unsaid() -> Iterator[bytes]:
        for _ in range(size // 65536 + 1):
            yield b"x" * 65536

    headers = {"Content-Type": "application/zip"}
    for content in (b"x" * size, unsaid()):
        answer = mine.ask("POST", "/api/v1/returns", key="key-00001", content=content, headers=headers)
        assert (answer.status_code, kind(answer)) == (413, "too-large")
    answer = mine.ask("POST", "/api/v1/nil", key="key-00001", content=b" " * 70_000,
                      headers={"Content-Type": "application/json"})  # fmt: skip
    assert answer.status_code == 413


@pytest.mark.parametrize("key", [None, "", "short", "x" * 129, "with a space", "key\x7f-00001"])
def test_a_change_needs_a_key(mine: Programme, key: str | None) -> None:
    headers = {} if key is None else {"Idempotency-Key": key}
    answer = mine.ask("POST", "/api/v1/returns", files=return_of(1), headers=headers)
    assert (answer.status_code, kind(answer)) == (400, "no-key")
    assert "short" not in answer.text


def test_two_keys_are_none(mine: Programme) -> None:
    headers = [("Authorization", f"Bearer {mine.secret}"), *[("Idempotency-Key", "key-00001")] * 2]
    assert mine.client.post("/api/v1/nil", headers=headers, json={}).status_code == 400


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"{", 400), (b"[]", 400), (b"null", 400), (b"\xff", 400), (b'{"term": NaN}', 400),
     (b'{"term": "autumn", "term": "spring"}', 400), (b"[" * 60_000, 400), (b'{"a":' * 9_000, 400),
     (b"1" * 6_000, 400), (b'{"SECRET": 1}', 422), (b'{"term": "SECRET\\ud800"}', 422), (b'{"term": null}', 422),
     (b'{"school_urn": 900001}', 422), (b'{"academic_year": "202526\\n"}', 422),
     (b'{"academic_year": "202530"}', 422), ('{"school_urn": "٩٠٠٠٠١"}'.encode(), 422), (b'{"seen": true}', 422),
     (b'{"seen": -1}', 422), (b'{"seen": 1e400}', 422), (b'{"no_incidents": 1}', 422)],
)  # fmt: skip
def test_a_body_that_is_not_as_described_is_refused_without_being_repeated(
    mine: Programme, body: bytes, status: int
) -> None:
    answer = mine.ask("POST", "/api/v1/nil", key="key-00001", content=body,
                      headers={"Content-Type": "application/json"})  # fmt: skip
    assert answer.status_code == status
    assert "SECRET" not in answer.text
    assert is_a_problem(answer)


@pytest.mark.parametrize(
    "query",
    ["SECRET=1", "term=SECRET", "term=autumn&term=autumn", "school_urn=", "academic_year=202530", "seen=1", "%00=%00",
     "term=autumn%0A", "x" * 3000],
)  # fmt: skip
def test_an_address_with_other_fields_is_refused_without_being_repeated(mine: Programme, query: str) -> None:
    answer = mine.ask("GET", f"/api/v1/returns?{query}")
    assert answer.status_code in (400, 422)
    assert "SECRET" not in answer.text
    assert is_a_problem(answer)


@pytest.mark.parametrize(
    "parts",
    [
        [("SECRET", (None, b"x"))],
        [("SECRET", ("a.csv", b"x"))],
        [("term", (None, b"SECRET"))],
        [("term", (None, b"\xff\xfe"))],
        [("term", (None, b"x" * 70_000))],
        [("term", (None, b"autumn"))] * 2,
        [("seen", (None, b"1e3"))],
        [("explanations", (None, b"{SECRET"))],
        [("file", ("a.csv", b"x"))] * 5,
        [(f"f{number}", (None, b"x")) for number in range(20)],
        [],
    ],
)
def test_a_form_that_is_not_as_described_is_refused_without_being_repeated(mine: Programme, parts: list[Any]) -> None:
    answer = mine.send(parts or [("term", (None, b"autumn"))], key="key-00001")
    assert (answer.status_code, kind(answer)) == (422, "wrong-fields")
    assert "SECRET" not in answer.text


@pytest.mark.parametrize(
    ("boundary", "body"),
    [("", b""), ("x", b""), ("x", b"--x"), ("x", b"--x\r\n\r\n\r\n--x--"), ("x" * 71, b"--x--"),
     ("x", b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nabc'),
     ("x", b'--y\r\nContent-Disposition: form-data; name="file"\r\n\r\nabc\r\n--y--'),
     ("x", b'--x\r\nContent-Disposition: attachment; name="file"\r\n\r\nabc\r\n--x--'),
     ("x", b"--x\r\nContent-Disposition: form-data\r\n\r\nabc\r\n--x--"),
     ("x", b"--x\r\n" + b"A: b\r\n" * 500 + b"\r\nabc\r\n--x--"),
     ("x", b"--x\r\nA: " + b"b" * 100_000 + b"\r\n\r\nabc\r\n--x--")],
)  # fmt: skip
def test_what_is_no_form_is_refused(mine: Programme, boundary: str, body: bytes) -> None:
    answer = mine.ask("POST", "/api/v1/returns", key="key-00001", content=body,
                      headers={"Content-Type": f"multipart/form-data; boundary={boundary}"})  # fmt: skip
    assert (answer.status_code, kind(answer)) == (400, "unreadable")


# -- how much ---------------------------------------------------------------------------------------------

FEW = Rate(pace=0.01, size=3)


@pytest.mark.parametrize("which", ["token", "address"])
def test_whoever_asks_too_often_is_told_when_to_come_again(house: House, which: str) -> None:
    with world.programme(house, world.token(house)[1], limits=Limits(**{which: FEW})) as one:
        answers = [one.listed() for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert kind(answers[-1]) == "too-many"
    assert 0 < int(answers[-1].headers["retry-after"]) <= 100


def test_guessing_tokens_ends_soon_and_does_not_shut_out_a_good_one(house: House) -> None:
    with world.programme(house, world.token(house)[1], limits=Limits(failing=FEW)) as one:
        guesses = [
            one.client.get("/api/v1/returns", headers={"Authorization": f"Bearer {tokens.new_secret()}"})
            for _ in range(5)
        ]
        assert [answer.status_code for answer in guesses] == [401, 401, 401, 429, 429]
        assert one.listed().status_code == 200


def test_a_body_that_never_ends_is_not_waited_for(house: House) -> None:
    import anyio

    from app.api.door import Door

    secret = world.token(house)[1]
    door = Door(house, limits=world.UNHURRIED, pace=Pace(seconds=0.5, between=0.2))
    sent: list[Any] = []

    async def receive() -> Any:
        if not sent_once:
            sent_once.append(True)
            return {"type": "http.request", "body": b"x", "more_body": True}
        await anyio.sleep_forever()

    async def send(message: Any) -> None:
        sent.append(message)

    sent_once: list[bool] = []
    headers = [(b"authorization", f"Bearer {secret}".encode()), (b"idempotency-key", b"key-00001"),
               (b"content-type", b"application/zip"), (b"transfer-encoding", b"chunked")]  # fmt: skip
    scope = {"type": "http", "method": "POST", "path": "/api/v1/returns", "query_string": b"", "headers": headers,
             "client": ("127.0.0.1", 1)}  # fmt: skip
    anyio.run(door, scope, receive, send)
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]


# -- nothing of it anywhere -------------------------------------------------------------------------------


def test_nothing_of_a_request_is_in_a_log_or_in_the_record(
    house: House, mine: Programme, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("python_multipart", "plumbline", "asyncio"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    files = return_of(2, status="SECRET-CELL", incident_ref="SECRET-REF")
    mine.send([*files, ("file", ("SECRET-NAME.csv", b"SECRET-BODY"))], key="SECRET-KEY", **AUTUMN)
    mine.ask("POST", "/api/v1/nil", key="SECRET-KEY", content=b"SECRET", headers={"Content-Type": "application/json"})
    mine.ask("GET", "/api/v1/returns?SECRET=SECRET", headers={"X-Request-Id": "SECRET", "User-Agent": "SECRET"})
    said = " ".join(record.getMessage() for record in caplog.records if not record.name.startswith("http"))
    everything = said + str(rows(house, "SELECT * FROM audit")) + str(rows(house, "SELECT * FROM programme_keys"))
    assert not re.search("SECRET", everything)
    assert mine.secret not in everything


def test_a_fault_of_ours_is_answered_calmly_and_the_log_has_its_kind_only(
    house: House, mine: Programme, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise KeyError("SECRET")

    monkeypatch.setattr(bounded, "check", fails)
    answer = mine.send(return_of(1), **AUTUMN)
    assert (answer.status_code, kind(answer)) == (500, "fault")
    assert is_a_problem(answer)
    assert "SECRET" not in answer.text + caplog.text
    assert "KeyError at" in caplog.text


def test_a_stated_term_is_one_of_three(mine: Programme) -> None:
    assert {mine.listed(term=str(term)).status_code for term in Term} == {200}
