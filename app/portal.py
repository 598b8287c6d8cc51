"""The portal as one ASGI application, in the mode that the environment says: `uvicorn app.portal:application`.

“plumbline demo” and “plumbline serve” run it; run any other way it is served, and nobody gets in without a session.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st
from starlette.middleware import Middleware
from starlette.types import Scope
from streamlit import config

from app import api, sign_in
from app.gate.bodies import ENVELOPE, LimitedBody, UploadQuota
from app.gate.headers import SafeHeaders, security_headers
from app.gate.hosts import RightHost
from app.gate.loopback import LoopbackOnly
from app.gate.messages import OfPagesOnly
from app.gate.pace import Unhurried
from app.gate.paths import API, within
from app.gate.sessions import HERE, WHOSE, SignedInOnly
from app.gate.sockets import OpenSockets
from app.gate.told import ToldOnly
from app.in_memory import never_on_disk
from app.mode import is_demonstration
from pipelines import access_record, returns
from pipelines.house import House, open_house
from pipelines.scope import ScopeKind
from pipelines.serving import must_be_safe

SWEEP_EVERY = 20.0  # seconds
NOT_TOLD = "a file or an upload place that another session was told of"
UPLOADS_AN_HOUR = 20  # times the largest upload


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Open the house before the first visitor, and take what is loaded by then out of later clean-ups."""
    never_on_disk(most_bytes=_most(open_house()) + ENVELOPE)
    returns.get_ready()
    _ = open_house().reporting  # loaded now, not by the first visitor
    gc.collect()
    gc.freeze()  # Streamlit collects garbage after each run: 90 ms without this, 11 with it
    sweeping = asyncio.create_task(_sweep())
    yield
    sweeping.cancel()
    with suppress(asyncio.CancelledError):
        await sweeping
    access_record.keep_counts(open_house().warehouse)


async def _sweep() -> None:
    """End what is over, so that its open pages close though nobody touches them."""
    while not is_demonstration():
        await asyncio.sleep(SWEEP_EVERY)
        await asyncio.to_thread(open_house().people.sessions.sweep)
        await asyncio.to_thread(access_record.keep_counts, open_house().warehouse)


def demonstration() -> st.App:
    """The portal for whoever sits at this machine, on invented data."""
    gate = [
        Middleware(SafeHeaders),
        Middleware(LoopbackOnly),
        Middleware(LimitedBody, most_bytes=lambda _: _most(open_house())),
        Middleware(Unhurried),
    ]
    return _app(middleware=gate)


def served(house: House) -> st.App:
    """The portal for people who sign in."""
    serving = must_be_safe()
    sockets = OpenSockets()
    house.people.sessions.on_end(sockets.close)
    gate = [
        Middleware(SafeHeaders, headers=security_headers(secure=serving.address.startswith("https:"))),
        Middleware(RightHost, address=serving.address),
        Middleware(SignedInOnly, sessions=lambda: house.people.sessions, sockets=sockets),
        Middleware(ToldOnly, refused=lambda who: access_record.refused(house.warehouse, who.actor, NOT_TOLD)),
        Middleware(LimitedBody, most_bytes=lambda scope: _most_of(house, scope)),
        Middleware(UploadQuota, an_hour=lambda scope: UPLOADS_AN_HOUR * _most_of(house, scope)),
        Middleware(Unhurried),
        Middleware(OfPagesOnly),
    ]
    app = _app(middleware=gate, routes=[*sign_in.routes(house), *api.routes(house)])
    config.set_option("server.allowedHosts", [urlsplit(serving.address).hostname])  # now that the portal's own are read
    config.set_option("server.trustedUserHeaders", {WHOSE.decode(): "session"})
    return app


def _app(**parts: object) -> st.App:
    return st.App(Path(__file__).with_name("main.py"), lifespan=lifespan, **parts)  # type: ignore[arg-type]


def _most(house: House) -> int:
    return max(house.upload_bytes, house.backload_bytes)


def _most_of(house: House, scope: Scope) -> int:
    """The largest body of whoever asks: back-loads are for those who look after several schools."""
    if within(scope["path"], API):
        return sys.maxsize  # its own door reads no more than it takes, and answers as programmes expect
    session = scope.get(HERE)
    grant = session.grant if session is not None else None
    several = grant is not None and grant.organisation.kind is not ScopeKind.SCHOOL
    return _most(house) if several else house.upload_bytes


application = demonstration() if is_demonstration() else served(open_house())
