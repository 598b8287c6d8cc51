"""What a websocket may say: what pages say; and whose tab it is, the gate says and nobody else."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from app.gate.messages import OF_PAGES, OfPagesOnly, is_of_pages
from app.gate.sessions import COOKIE, HERE, WHOSE, SignedInOnly
from app.gate.sockets import OpenSockets
from app.gate.told import ToldOnly
from pipelines.people import Sessions
from pipelines.warehouse.store import Warehouse
from tests.gate.test_served_gate import ROWAN, Browser, asked

KINDS = [one.name for one in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields]
OPERATIONS = ["deferred_file", "dataframe_chunk", "install_skills", "dismiss_skills_nudge"]


def of_kind(kind: str) -> bytes:
    message = BackMsg()
    field = BackMsg.DESCRIPTOR.fields_by_name[kind]
    if field.message_type:
        getattr(message, kind).SetInParent()
    else:
        setattr(message, kind, True)
    return message.SerializeToString()


@pytest.mark.parametrize("kind", KINDS)
def test_only_messages_by_which_pages_are_used_are_let_through(kind: str) -> None:
    alone = kind != "backend_operation_request"  # which says nothing without what is to be done
    assert is_of_pages(of_kind(kind)) is (kind in OF_PAGES and alone)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_of_operations_only_files_and_parts_of_tables_are_let_through(operation: str) -> None:
    message = BackMsg()
    getattr(message.backend_operation_request, operation).SetInParent()
    assert is_of_pages(message.SerializeToString()) is (operation in ("deferred_file", "dataframe_chunk"))


@given(st.binary(max_size=200))
def test_whatever_else_is_sent_is_let_through_only_if_it_is_such_a_message(content: bytes) -> None:
    assert isinstance(is_of_pages(content), bool)


def test_what_is_dropped_is_as_if_it_had_not_been_sent() -> None:
    heard: list[bytes] = []

    async def portal(_: Any, receive: Any, __: Any) -> None:
        while (message := await receive())["type"] != "websocket.disconnect":
            heard.append(message.get("bytes", b""))

    browser = Browser()
    for content in (of_kind("clear_cache"), of_kind("rerun_script"), of_kind("load_git_info")):
        browser.sends.put_nowait({"type": "websocket.receive", "bytes": content})
    browser.sends.put_nowait({"type": "websocket.receive", "text": "rerun"})
    browser.sends.put_nowait({"type": "websocket.disconnect"})
    asyncio.run(OfPagesOnly(portal)(asked("websocket"), browser.receive, browser.send))
    assert heard == [b"", of_kind("rerun_script")]


def test_the_gate_says_whose_a_websocket_is_whatever_the_browser_says() -> None:
    sessions, told = Sessions(Warehouse(None)), []

    async def portal(scope: Any, _: Any, __: Any) -> None:
        told.append([value for name, value in scope["headers"] if name.lower() == WHOSE])

    secret = sessions.start(ROWAN)
    scope = asked("websocket", cookie=f"{COOKIE}={secret}")
    scope["headers"] = [*scope["headers"], (WHOSE, b"somebody-elses"), (WHOSE.upper(), b"another")]
    browser = Browser()
    gate = SignedInOnly(portal, sessions=lambda: sessions, sockets=OpenSockets())
    asyncio.run(gate(scope, browser.receive, browser.send))
    found = sessions.find(secret)
    assert found is not None
    assert told == [[found.id.encode()]]


def test_after_a_session_has_ended_nothing_is_said_not_even_what_was_being_worked_out() -> None:
    sessions, sockets = Sessions(Warehouse(None)), OpenSockets()
    sessions.on_end(sockets.close)
    secret, browser = sessions.start(ROWAN), Browser()

    async def portal(_: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        found = sessions.find(secret)
        assert found is not None
        await asyncio.to_thread(sessions.end, found.id, why="lost laptop")
        assert (await receive())["type"] == "websocket.disconnect"
        await send({"type": "websocket.send", "bytes": b"a row"})

    gate = SignedInOnly(portal, sessions=lambda: sessions, sockets=sockets)
    asyncio.run(gate(asked("websocket", cookie=f"{COOKIE}={secret}"), browser.receive, browser.send))
    assert [message["type"] for message in browser.got] == ["websocket.accept", "websocket.close"]


def test_a_file_is_made_at_a_click_only_in_the_session_that_was_told_its_name() -> None:
    sessions, heard = Sessions(Warehouse(None)), []
    mine, other = (sessions.find(sessions.start(ROWAN)) for _ in range(2))
    button, click = ForwardMsg(), BackMsg()
    button.delta.new_element.download_button.deferred_file_id = "0123456789abcdef" * 2
    click.backend_operation_request.deferred_file.file_id = "0123456789abcdef" * 2

    async def portal(scope: Any, receive: Any, send: Any) -> None:
        if scope[HERE] is mine:
            await send({"type": "websocket.send", "bytes": button.SerializeToString()})
        while (await receive())["type"] != "websocket.disconnect":
            heard.append(scope[HERE])

    gate = ToldOnly(portal)
    for session in (other, mine, other):
        browser = Browser()
        browser.sends.get_nowait()
        browser.sends.put_nowait({"type": "websocket.receive", "bytes": click.SerializeToString()})
        browser.sends.put_nowait({"type": "websocket.disconnect"})
        asyncio.run(gate({**asked("websocket"), HERE: session}, browser.receive, browser.send))
    assert heard == [mine]
