"""A portal with local accounts, and browsers that fill in its forms as people do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser

import httpx2
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from app import sign_in
from app.gate.headers import SafeHeaders
from app.gate.hosts import RightHost
from app.gate.sessions import HERE, SignedInOnly
from app.gate.sockets import OpenSockets
from pipelines.house import House
from pipelines.people.desk import Desk
from pipelines.serving_settings import Serving
from tests import factories
from tests.people.local import Office

ADDRESS = "https://portal.test"


class Forms(HTMLParser):
    """The forms of a page: where each goes, and what its fields hold."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((told["action"], {}))
        elif tag == "input" and self.found and (told.get("type") != "radio" or "checked" in told):
            self.found[-1][1][told["name"]] = told.get("value", "")


@dataclass
class Browser:
    """A browser with its cookies, at an address of its own."""

    client: TestClient
    page: httpx2.Response | None = None

    def open(self, path: str) -> Browser:
        """Go to a page, and wherever it leads."""
        self.page = self.client.get(path, headers={"accept": "text/html"}, follow_redirects=True)
        return self

    def fill(self, **said: str) -> Browser:
        """Fill the page's form in, send it, and go wherever it leads."""
        assert self.page is not None
        (action, held), *_ = Forms(self.page.text).found
        sent = {**held, **{name.rstrip("_"): value for name, value in said.items()}}
        self.page = self.client.post(action, data=sent, follow_redirects=True)
        return self

    @property
    def text(self) -> str:
        """The words of the page."""
        assert self.page is not None
        return unescape(re.sub(r"<(style|svg).*?</\1>|<[^>]+>", " ", self.page.text, flags=re.DOTALL))

    @property
    def status(self) -> int:
        assert self.page is not None
        return self.page.status_code

    @property
    def path(self) -> str:
        assert self.page is not None
        return self.page.url.path

    @property
    def secret(self) -> str:
        """The key of an authenticator that the page shows."""
        assert self.page is not None
        found = re.search(r"<code>((?:[A-Z2-7]{4} ?){8})</code>", self.page.text)
        assert found, self.text
        return found[1].replace(" ", "")

    @property
    def recovery_codes(self) -> list[str]:
        assert self.page is not None
        return re.findall(r"<code>((?:[A-Z2-9]{4}-){5}[A-Z2-9]{4})</code>", self.page.text)

    @property
    def session(self) -> str | None:
        return self.client.cookies.get("__Host-plumbline")

    @property
    def is_signed_in(self) -> bool:
        return self.client.get("/", headers={"accept": "text/html"}, follow_redirects=False).status_code == 200


@dataclass
class LocalPortal:
    """A portal with its gate and a desk whose clock a test moves; its page says in whose session it is read."""

    office: Office = field(default_factory=Office)

    def __post_init__(self) -> None:
        office, serving = self.office, Serving(ADDRESS, "", timedelta(minutes=30), timedelta(hours=10))
        house = House(office.warehouse, 5, factories.KEY, 1000, 1000, serving=serving)
        self.sessions = house.people.sessions
        self.desk = Desk(
            office.warehouse, factories.KEY, self.sessions, office.desk.passwords, office.desk.throttle, office.clock
        )
        office.desk = self.desk
        self.house = house
        gate = [
            Middleware(SafeHeaders),
            Middleware(RightHost, address=ADDRESS),
            Middleware(SignedInOnly, sessions=lambda: self.sessions, sockets=OpenSockets()),
        ]
        self.app = Starlette(routes=[*sign_in.routes(house, self.desk), Route("/", _whose)], middleware=gate)

    @contextmanager
    def browsers(self) -> Iterator[Browsers]:
        with ExitStack() as stack:
            yield Browsers(self, stack)


@dataclass
class Browsers:
    """Opens browsers."""

    portal: LocalPortal
    stack: ExitStack

    def new(self, address: str = "192.0.2.1") -> Browser:
        client = TestClient(self.portal.app, base_url=ADDRESS, client=(address, 50000), headers={"origin": ADDRESS})
        return Browser(self.stack.enter_context(client))


async def _whose(request: Request) -> Response:
    session = request.scope[HERE]
    return JSONResponse({"account": session.identity.key, "role": session.grant.title if session.grant else None})
