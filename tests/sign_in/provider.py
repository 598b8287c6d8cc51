"""The provider that runs beside the tests, and a browser that goes to it and back."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from app import sign_in
from app.gate.hosts import RightHost
from app.gate.sessions import HERE, SignedInOnly
from app.gate.sockets import OpenSockets
from pipelines.house import House
from pipelines.oidc_settings import Oidc
from pipelines.people import Identity, grants
from pipelines.scope import OPERATOR, Actor, Scope
from pipelines.serving_settings import Serving
from pipelines.warehouse.store import Warehouse
from schemas.claims import profile
from schemas.roles import GrantRole
from tests.factories import KEY

ADDRESS = "https://portal.test"
BACK = "/sign-in/provider/back"
API_SECRET = "the secret of the provider's interface, of some length"
CLEAN = {"lies": {}, "broken": {}, "sid": "session-1", "organisations": {}, "roles": {}, "api_secret": API_SECRET,
         "asked": []}  # fmt: skip
EXAMPLE = Path(__file__).parents[2]


@dataclass
class Running:
    """A provider that answers."""

    issuer: str
    client: httpx2.Client

    def tell(self, **what: Any) -> None:
        """Have it do something else than usual."""
        said = self.client.put("/control", content=json.dumps(what), headers={"content-type": "application/json"})
        assert said.status_code == 204

    def lie(self, **lies: Any) -> None:
        """Have it say what is not so in its next tokens."""
        self.tell(lies=lies)

    def asked(self) -> list[str]:
        """The paths it was asked for since it was cleaned."""
        found: list[str] = self.client.get("/control").json()
        return [path for path in found if not path.startswith("/control")]

    def rotate(self) -> None:
        """Give it new keys instead of the old."""
        assert self.client.post("/control/rotate").status_code == 204

    def knows(self, subject: str, **claims: Any) -> None:
        """Have an account there."""
        assert self.client.put(f"/users/{subject}", json=claims).status_code == 204

    def register(self, back: str, *, method: str = "client_secret_basic") -> tuple[str, str]:
        """Register a client: its id and secret."""
        asked = {"redirect_uris": [back], "token_endpoint_auth_method": method}
        made = self.client.post("/oauth2/clients", json=asked).json()
        return made["client_id"], made["client_secret"]

    def logout(self, *, to: str | None = None, lies: dict[str, Any] | None = None, **claims: Any) -> dict[str, Any]:
        """The back channel: what it would send, or the status of the answer to what it sent."""
        asked = {"claims": claims, "lies": lies or {}, **({"to": to} if to else {})}
        found: dict[str, Any] = self.client.post("/control/logout", json=asked).json()
        return found

    def agreed(self, there: str, subject: str) -> str:
        """Where it sends somebody who signs in there and agrees."""
        answer = self.client.post(there, data={"sub": subject})
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def oidc(self, kind: str = "generic", **more: Any) -> Oidc:
        """Settings of a portal that is registered there."""
        chosen = profile(kind)
        client_id, secret = self.register(ADDRESS + BACK, method=chosen.client_authentication)
        return Oidc(
            **{
                "issuer": self.issuer, "client_id": client_id, "client_secret": secret, "profile": chosen,
                "client_authentication": chosen.client_authentication, "title": chosen.title,
                "api_address": f"{self.issuer}/api", "api_secret": API_SECRET, **more,
            }
        )  # fmt: skip


@contextmanager
def running(path: str = "") -> Iterator[Running]:
    """A provider of its own process until the block ends; `path` is the end of its issuer's address."""
    command = [sys.executable, "-m", "tests.sign_in.provider_process", path]
    process = subprocess.Popen(command, cwd=EXAMPLE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout
    issuer = process.stdout.readline().strip()
    with process.stdout, httpx2.Client(base_url=issuer) as client:
        try:
            yield Running(issuer, client)
        finally:
            process.terminate()
            process.wait(timeout=10)


class Portal:
    """A portal with its gate, and a page that says in whose session it is read."""

    def __init__(self, settings: Oidc | None, *, warehouse: Warehouse | None = None) -> None:
        serving = Serving(ADDRESS, "127.0.0.1", timedelta(minutes=30), timedelta(hours=10))
        self.house = House(
            warehouse=warehouse or Warehouse(None), least_shown=5, key=KEY, upload_bytes=1000, backload_bytes=1000,
            serving=serving, oidc=settings,
        )  # fmt: skip
        self.people = self.house.people
        gate = [
            Middleware(RightHost, address=ADDRESS),
            Middleware(SignedInOnly, sessions=lambda: self.people.sessions, sockets=OpenSockets()),
        ]
        pages = [Route("/", _whose), Route("/returns", _whose)]
        self.app = Starlette(routes=[*sign_in.routes(self.house), *pages], middleware=gate)

    def grant(self, issuer: str, subject: str, organisation: str, role: str) -> None:
        """Give somebody a role, as an administrator does."""
        grants.give(
            self.house.warehouse, Identity(issuer, subject), Scope.parse(organisation), GrantRole(role),
            from_day=date(2020, 1, 1), until_day=None, reason="for the tests", actor=Actor("tests", "tests", OPERATOR),
        )  # fmt: skip

    def actions(self) -> list[str]:
        """What the record holds, in order."""
        with self.house.warehouse.reading() as cursor:
            return [row["action"] for row in cursor.rows("SELECT action FROM audit ORDER BY sequence")]

    def record(self) -> str:
        """All words of the record."""
        with self.house.warehouse.reading() as cursor:
            return repr(cursor.rows("SELECT * FROM audit ORDER BY sequence"))


async def _whose(request: Request) -> Response:
    session = request.scope[HERE]
    held = [f"{one.role}@{one.organisation}" for one in session.grants]
    used = f"{session.grant.role}@{session.grant.organisation}" if session.grant else None
    return JSONResponse({"subject": session.identity.subject, "name": session.name, "held": held, "used": used})


class Browser:
    """One browser: its cookies, and the way to the provider and back."""

    def __init__(self, portal: Portal, provider: Running) -> None:
        self.portal, self.provider = portal, provider
        self.client = TestClient(portal.app, base_url=ADDRESS, follow_redirects=False)

    def get(self, address: str, **more: Any) -> Any:
        """Ask for a page, as a person's navigation does."""
        return self.client.get(address, headers={"accept": "text/html"}, **more)

    def post(self, address: str, **fields: str) -> Any:
        """Send a form of the portal's own page."""
        return self.client.post(address, data=fields, headers={"origin": ADDRESS})

    def begin(self, to: str = "") -> str:
        """Go to the provider: its address, with all that was asked."""
        answer = self.get(f"/sign-in/provider?to={to}" if to else "/sign-in/provider")
        assert answer.status_code == 303
        return str(answer.headers["location"])

    def agree(self, subject: str, to: str = "") -> str:
        """Sign in there: the address to come back to, here."""
        return local(self.provider.agreed(self.begin(to), subject))

    def sign_in(self, subject: str, to: str = "") -> Any:
        """The whole way: the answer to coming back."""
        return self.get(self.agree(subject, to))

    def here(self) -> dict[str, Any] | None:
        """In whose session this browser reads a page; None in nobody's."""
        answer = self.get("/")
        return answer.json() if answer.status_code == 200 else None


def local(address: str) -> str:
    """The part of a portal's address that follows its origin."""
    assert address.startswith(ADDRESS + "/"), address
    return address.removeprefix(ADDRESS)


def asked(address: str) -> dict[str, str]:
    """What stands in an address's query, each once."""
    found = parse_qs(urlsplit(address).query, strict_parsing=True)
    assert all(len(values) == 1 for values in found.values())
    return {name: values[0] for name, values in found.items()}
