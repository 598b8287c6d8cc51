"""A house with two schools, tokens for them, and a way to ask its door for programmes."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Thread
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.api import Limits, Pace, routes
from app.api.pace import Rate
from pipelines import audit
from pipelines.house import House
from pipelines.intake.tables import NamedFile
from pipelines.people import tokens
from pipelines.people.tokens import Token, TokenScope, Wanted
from pipelines.scope import Actor, Scope
from pipelines.warehouse.store import Warehouse
from tests.factories import KEY, URN, child, incident, warehouse

SECOND = "900002"
LEAD = Actor("Tobias Wrenfield", "designated safeguarding lead", Scope.parse(f"school:{URN}"))
OTHER = Actor("Marian Oakhurst", "designated safeguarding lead", Scope.parse(f"school:{SECOND}"))
BOTH = frozenset(TokenScope)
MEGABYTE = 1024 * 1024
PLENTY = Rate(1e6, 1e6)
UNHURRIED = Limits(token=PLENTY, address=PLENTY, failing=PLENTY)


def house(store: Warehouse | None = None, *, upload_bytes: int = 2 * MEGABYTE) -> House:
    """A house of two schools in two authorities."""
    known = store or warehouse({"URN": URN, "LA (code)": "990"}, {"URN": SECOND, "LA (code)": "991"})
    return House(known, 5, KEY, upload_bytes, upload_bytes)


def token(
    of: House, *, actor: Actor = LEAD, schools: Sequence[str] | None = None,
    scopes: frozenset[TokenScope] = BOTH, days: int = 400,
) -> tuple[Token, str]:  # fmt: skip
    """A token that somebody made."""
    wanted = Wanted("MyConcern export", tuple(schools or (actor.scope.code,)), scopes,
                    audit.now() + timedelta(days=days))  # fmt: skip
    return tokens.make(of.warehouse, wanted, actor=actor)


def application(of: House, *, limits: Limits = UNHURRIED, pace: Pace | None = None) -> Starlette:
    """The door alone, as an application."""
    return Starlette(routes=routes(of, limits=limits, pace=pace))


@dataclass(frozen=True)
class Programme:
    """A recording system that sends with a token."""

    client: TestClient
    secret: str

    def ask(self, method: str, path: str, *, key: str | None = None, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.secret}", **(more.pop("headers", None) or {})}
        headers |= {"Idempotency-Key": key} if key else {}
        return self.client.request(method, path, headers=headers, **more)

    def send(self, files: Any, *, key: str = "key-00001", path: str = "/api/v1/returns", **fields: Any) -> Any:
        return self.ask("POST", path, key=key, files=files, data=as_form(fields))

    def check(self, files: Any, **fields: Any) -> Any:
        return self.send(files, path="/api/v1/returns/check", **fields)

    def nil(self, *, key: str = "key-nil-1", headers: Mapping[str, str] | None = None, **fields: Any) -> Any:
        body = {"academic_year": "202526", "term": "autumn", "no_incidents": True, **fields}
        return self.ask("POST", "/api/v1/nil", key=key, json=body, headers=headers)

    def withdraw(self, number: int, *, key: str = "key-gone-1", headers: Mapping[str, str] | None = None,
                 **fields: Any) -> Any:  # fmt: skip
        return self.ask("POST", f"/api/v1/returns/{number}/withdraw", key=key, json=fields, headers=headers)

    def state(self, number: int) -> Any:
        return self.ask("GET", f"/api/v1/returns/{number}")

    def listed(self, **fields: str) -> Any:
        return self.ask("GET", "/api/v1/returns", params=fields)


def as_form(fields: Mapping[str, Any]) -> dict[str, str]:
    """Fields as a form has them."""
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}


@contextmanager
def programme(of: House, secret: str, **more: Any) -> Iterator[Programme]:
    """The door, open, and a programme before it."""
    with TestClient(application(of, **more), raise_server_exceptions=True) as client:
        yield Programme(client, secret)


# -- what is sent -----------------------------------------------------------------------------------------


def as_csv(rows: Sequence[Mapping[str, str]]) -> bytes:
    """Rows as a CSV file."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [",".join(names), *(",".join(row.get(name, "") for name in names) for row in rows)]
    return "\r\n".join(lines).encode()


def return_of(count: int, **answers: str) -> list[tuple[str, tuple[str, bytes, str]]]:
    """The two CSV files of a sound return, as a form sends them."""
    return [("file", (one.name, one.content, "text/csv")) for one in files_of(count, **answers)]


def files_of(count: int, **answers: str) -> list[NamedFile]:
    """The two CSV files of a sound return."""
    rows = [incident(**{"incident_ref": f"INC-{number}", **answers}) for number in range(count)]
    involved = [
        child(incident_ref=row["incident_ref"], school_urn=row["school_urn"], child_key=f"{number:032x}")
        for number, row in enumerate(rows, start=1)
    ]
    return [NamedFile("incidents.csv", as_csv(rows)), NamedFile("children.csv", as_csv(involved))]


@contextmanager
def served(of: House, **more: Any) -> Iterator[str]:
    """The door behind a real server on a port of this machine; its address."""
    config = uvicorn.Config(application(of, **more), host="127.0.0.1", port=0, log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=20)
