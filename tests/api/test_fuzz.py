"""Whatever comes to the door for programmes: an answer of the table, never a fault, never what was sent."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.api.door import Door
from app.api.operations import OPERATIONS
from app.api.problems import KINDS, MEDIA
from pipelines.house import House
from tests.api import world
from tests.api.test_returns import AUTUMN
from tests.api.world import files_of
from tests.factories import URN

MARK = "S3CR3T-ëØ中"  # stands in whatever is sent, and in nothing that is answered
STATUSES = {kind.status for kind in KINDS.values()} - {500} | {one.status for one in OPERATIONS}
quickly = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
slowly = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
paths = st.sampled_from([one.path for one in OPERATIONS] + ["/api/v1/other", "/api", "/openapi.json"]).flatmap(
    lambda path: st.integers(0, 3).map(lambda number: path.replace("{id}", str(number)))
)
methods = st.sampled_from(["GET", "POST", "PUT", "HEAD", "QUERY"])
texts = st.text(max_size=60).map(lambda text: f"{MARK}{text}")
raw = st.binary(max_size=400).map(lambda content: MARK.encode() + content)


class Asker:
    """Asks a door as a server would, with bytes that no client library would send."""

    def __init__(self, door: Door, secret: str) -> None:
        self.door, self.secret, self.loop = door, secret, asyncio.new_event_loop()

    def ask(
        self, method: str, path: str, *, query: bytes = b"", headers: list[tuple[bytes, bytes]] | None = None,
        body: bytes = b"", parts: int = 1,
    ) -> tuple[int, dict[str, str], bytes]:  # fmt: skip
        own = [(b"authorization", f"Bearer {self.secret}".encode())]
        scope = {"type": "http", "method": method, "path": path, "query_string": query,
                 "headers": [*own, *(headers or [])], "client": ("127.0.0.1", 1)}  # fmt: skip
        size = max(1, len(body) // parts)
        chunks = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
        messages = [{"type": "http.request", "body": one, "more_body": True} for one in chunks]
        messages.append({"type": "http.request", "body": b"", "more_body": False})
        sent: list[Any] = []

        async def receive() -> Any:
            return messages.pop(0)

        async def send(message: Any) -> None:
            sent.append(message)

        self.loop.run_until_complete(self.door(scope, receive, send))
        told = {name.decode("latin-1"): value.decode("latin-1") for name, value in sent[0]["headers"]}
        return sent[0]["status"], told, b"".join(one.get("body", b"") for one in sent[1:])


@pytest.fixture(scope="module")
def house() -> House:
    return world.house()


@pytest.fixture(scope="module")
def asker(house: House) -> Iterator[Asker]:
    secret = world.token(house)[1]
    with world.programme(house, secret) as one:
        one.nil()
    found = Asker(Door(house, limits=world.UNHURRIED), secret)
    yield found
    found.loop.run_until_complete(found.loop.shutdown_default_executor())
    found.loop.close()


def must_be_of_the_table(answer: tuple[int, dict[str, str], bytes], asker: Asker) -> None:
    status, headers, body = answer
    assert status in STATUSES
    text = body.decode()
    assert "S3CR3T" not in text + str(headers)
    assert asker.secret not in text + str(headers)
    assert "Traceback" not in text
    told = json.loads(text)
    if status >= 400:
        assert headers["content-type"] == MEDIA
        assert told["status"] == status
        assert told["type"].rpartition(":")[2] in KINDS


@quickly
@given(method=methods, path=paths, query=raw, name=texts, value=raw, body=raw, key=raw, kind=raw)
def test_any_headers_address_and_body(
    asker: Asker, method: str, path: str, query: bytes, name: str, value: bytes, body: bytes, key: bytes, kind: bytes
) -> None:
    headers = [(name.encode().lower(), value), (b"idempotency-key", key), (b"content-type", kind), (b"if-match", value),
               (b"content-length", b"9" * 400 if len(body) % 7 == 0 else str(len(body)).encode())]  # fmt: skip
    must_be_of_the_table(asker.ask(method, path, query=query, headers=headers, body=body), asker)


@quickly
@given(path=paths.filter(lambda path: path.startswith("/api")), text=texts, tail=st.text(max_size=40))
def test_any_path(asker: Asker, path: str, text: str, tail: str) -> None:
    for other in (path + tail, path + text, f"/api/{text}", path.upper(), f"//{path}"):
        must_be_of_the_table(asker.ask("GET", other), asker)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
known = ["school_urn", "academic_year", "term", "seen", "explanations", "no_incidents"]
good = {"school_urn": URN, **AUTUMN, "no_incidents": True, "seen": 1, "explanations": {}}


@quickly
@given(
    changed=st.dictionaries(st.sampled_from(known) | texts, json_values, max_size=3),
    dropped=st.sets(st.sampled_from(known)), path=st.sampled_from(["/api/v1/nil", "/api/v1/returns/1/withdraw"]),
    number=st.integers(0, 10**6),
)  # fmt: skip
def test_any_json(asker: Asker, changed: dict[str, Any], dropped: set[str], path: str, number: int) -> None:
    told = {name: value for name, value in good.items() if name not in dropped} | changed
    headers = [(b"content-type", b"application/json"), (b"idempotency-key", f"fuzz-{number:09}".encode())]
    must_be_of_the_table(asker.ask("POST", path, headers=headers, body=json.dumps(told).encode()), asker)


def form(boundary: bytes, parts: list[tuple[bytes, bytes]], *, end: bytes = b"--\r\n") -> bytes:
    return b"".join(b"--" + boundary + b"\r\n" + head + b"\r\n\r\n" + content + b"\r\n" for head, content in parts) + (
        b"--" + boundary + end
    )


heads = st.one_of(
    st.sampled_from([
        b'Content-Disposition: form-data; name="file"; filename="S3CR3T.csv"',
        b'Content-Disposition: form-data; name="file"; filename*=UTF-8\'\'S3CR3T.csv',
        b'Content-Disposition: form-data; name="term"', b'Content-Disposition: form-data; name="S3CR3T"',
        b'Content-Disposition: form-data; name=""', b'content-disposition:form-data;name=file',
        b'Content-Disposition: form-data; name="file"\r\nContent-Transfer-Encoding: base64',
        b'Content-Disposition: form-data; name="file"; name="term"', b"X: y", b"",
        b"Content-Disposition: form-data; name=\"\xff\xfe\"",
    ]),
    st.binary(max_size=60),
)  # fmt: skip


@slowly
@given(
    boundary=st.binary(min_size=0, max_size=80).map(lambda some: re.sub(rb'[\r\n";,]', b"x", some)),
    parts=st.lists(st.tuples(heads, raw), max_size=6), end=st.sampled_from([b"--\r\n", b"--", b"", b"\r\n", b"x"]),
    pieces=st.integers(1, 40),
)  # fmt: skip
def test_any_form(asker: Asker, boundary: bytes, parts: list[tuple[bytes, bytes]], end: bytes, pieces: int) -> None:
    headers = [(b"content-type", b'multipart/form-data; boundary="' + boundary + b'"')]
    body = form(boundary, parts, end=end)
    must_be_of_the_table(asker.ask("POST", "/api/v1/returns/check", headers=headers, body=body, parts=pieces), asker)


@slowly
@given(where=st.integers(0, 3000), what=st.binary(min_size=1, max_size=30), number=st.integers(0, 10**6))
def test_a_return_that_was_damaged_anywhere(asker: Asker, house: House, where: int, what: bytes, number: int) -> None:
    boundary = b"the-boundary"
    parts = [(b'Content-Disposition: form-data; name="file"; filename="%s"' % one.name.encode(), one.content)
             for one in files_of(2)]  # fmt: skip
    body = bytearray(form(boundary, parts))
    body[where : where + len(what)] = what
    headers = [(b"content-type", b"multipart/form-data; boundary=the-boundary"),
               (b"idempotency-key", f"damaged-{number:09}".encode())]  # fmt: skip
    status, told, answer = asker.ask("POST", "/api/v1/returns", headers=headers, body=bytes(body))
    assert status in STATUSES
    assert told["content-type"] in (MEDIA, "application/json")
    assert json.loads(answer)
