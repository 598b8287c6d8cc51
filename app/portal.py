"""The portal as one ASGI application: `uvicorn app.portal:application`, which is what “plumbline demo” runs."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from app.gate import LimitedBody, LoopbackOnly, SafeHeaders, Unhurried
from app.identity import must_be_demonstration
from pipelines import returns
from pipelines.house import open_house

must_be_demonstration()


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Open the house before the first visitor, and take what is loaded by then out of later clean-ups."""
    returns.get_ready()
    _ = open_house().reporting  # loaded now, not by the first visitor
    gc.collect()
    gc.freeze()  # Streamlit collects garbage after each run: 90 ms without this, 11 with it
    yield


def _most_bytes() -> int:
    house = open_house()
    return max(house.upload_bytes, house.backload_bytes)


application = st.App(
    Path(__file__).with_name("main.py"),
    lifespan=lifespan,
    middleware=[
        Middleware(SafeHeaders),
        Middleware(LoopbackOnly),
        Middleware(LimitedBody, most_bytes=_most_bytes),
        Middleware(Unhurried),
    ],
)
