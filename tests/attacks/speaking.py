"""A browser's end of the websocket, without a browser: speaks Streamlit's protocol and keeps every byte that comes."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

PATIENCE = 60.0
DONE = {ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_WITH_COMPILE_ERROR,
        ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY}  # fmt: skip
MEDIA = re.compile(rb"/media/[0-9A-Za-z_.%/-]+")


@dataclass
class Heard:
    """What one request brought: the messages, their bytes, and whether the server closed the websocket."""

    messages: list[ForwardMsg] = field(default_factory=list)
    raw: bytes = b""
    closed: bool = False

    @property
    def deltas(self) -> list[ForwardMsg]:
        """The messages that draw something."""
        return [one for one in self.messages if one.WhichOneof("type") == "delta"]

    @property
    def pages(self) -> dict[str, str]:
        """The pages that were offered: by the last part of their address, the hash."""
        return {page.url_pathname: page.page_script_hash for one in self.messages
                if one.WhichOneof("type") == "navigation" for page in one.navigation.app_pages}  # fmt: skip

    @property
    def session_id(self) -> str:
        """What Streamlit calls the session of this websocket."""
        found = [
            one.new_session.initialize.session_id for one in self.messages if one.WhichOneof("type") == "new_session"
        ]
        return found[0] if found else ""

    @property
    def fragments(self) -> set[str]:
        """The fragments that were drawn."""
        return {one.delta.fragment_id for one in self.deltas if one.delta.fragment_id}

    @property
    def elements(self) -> Iterator[tuple[str, object]]:
        """Each element that was drawn, with its kind."""
        for one in self.deltas:
            if one.delta.WhichOneof("type") == "new_element":
                element = one.delta.new_element
                kind = element.WhichOneof("type")
                if kind:
                    yield kind, getattr(element, kind)

    def widget(self, kind: str, key: str) -> str:
        """The id of a widget, found by its key."""
        return next(one.id for found, one in self.elements if found == kind and key in one.id)  # type: ignore[attr-defined]

    @property
    def titles(self) -> list[str]:
        """The headings of the first rank, which say what page this is."""
        return [one.body for kind, one in self.elements if kind == "heading" and one.tag == "h1"]  # type: ignore[attr-defined]


class Speaker:
    """One tab: opens the websocket and asks; everything that came is kept in `everything`."""

    def __init__(
        self, address: str, headers: Mapping[str, str], *, origin: str | None = "", existing: str = "",
    ) -> None:  # fmt: skip
        protocols = ["streamlit", *(["-", existing] if existing else [])]
        self.opening = connect(
            f"ws{address.removeprefix('http')}/_stcore/stream", origin=address if origin == "" else origin,
            additional_headers=dict(headers), subprotocols=protocols, max_size=None, open_timeout=PATIENCE,
        )  # fmt: skip
        self.everything = b""
        self.told = b""  # the same without what repeats, for the address bar, the values that were sent

    def __enter__(self) -> Speaker:
        self.socket: ClientConnection = self.opening.__enter__()
        return self

    def __exit__(self, *fault: Any) -> None:
        self.opening.__exit__(*fault)

    def say(self, message: BackMsg | bytes) -> None:
        """Send a message and wait for nothing."""
        self.socket.send(message.SerializeToString() if isinstance(message, BackMsg) else message)

    def run(
        self, page: str = "", *, query: Mapping[str, str] | str = "", widgets: Mapping[str, object] | None = None,
        page_hash: str = "", fragment: str = "", patience: float = PATIENCE,
    ) -> Heard:  # fmt: skip
        """Ask for a run, as the browser does when a page is opened or a widget touched, and hear it to its end."""
        self.say(rerun(page, query=query, widgets=widgets, page_hash=page_hash, fragment=fragment))
        return self.hear(patience=patience)

    def upload_place(self, *, patience: float = PATIENCE) -> str:
        """Open the page for a return and ask, as its uploader does, where a file goes."""
        message = BackMsg()
        message.file_urls_request.request_id = "1"
        message.file_urls_request.file_names.append("return.csv")
        message.file_urls_request.session_id = self.run("send-a-return").session_id
        self.say(message)
        heard = self.hear(patience=patience)
        [place] = [one.upload_url for got in heard.messages for one in got.file_urls_response.file_urls]
        return place

    def hear(self, *, patience: float = PATIENCE) -> Heard:
        """Everything until a run is finished, the websocket is closed, or nothing has come for so long."""
        heard, ends = Heard(), time.monotonic() + patience
        while (left := ends - time.monotonic()) > 0:
            try:
                data = self.socket.recv(timeout=left)
            except TimeoutError:
                break
            except ConnectionClosed:
                heard.closed = True
                break
            content = data if isinstance(data, bytes) else data.encode()
            self.everything += content
            heard.raw += content
            message = ForwardMsg.FromString(content)
            heard.messages.append(message)
            self.told += content if message.WhichOneof("type") != "page_info_changed" else b""
            if message.WhichOneof("type") == "script_finished" and message.script_finished in DONE:
                break
        return heard


def rerun(
    page: str = "", *, query: Mapping[str, str] | str = "", widgets: Mapping[str, object] | None = None,
    page_hash: str = "", fragment: str = "",
) -> BackMsg:  # fmt: skip
    """The message by which a browser asks for a run."""
    message = BackMsg()
    state = message.rerun_script
    state.query_string = query if isinstance(query, str) else urlencode(query)
    state.page_name, state.page_script_hash, state.fragment_id = page, page_hash, fragment
    for name, value in (widgets or {}).items():
        one = state.widget_states.widgets.add(id=name)
        if value is TRIGGER:
            one.trigger_value = True
        elif isinstance(value, bool):
            one.bool_value = value
        elif isinstance(value, int):
            one.int_value = value
        elif isinstance(value, str):
            one.string_value = value
        elif isinstance(value, list):
            one.string_array_value.data.extend(value)
    return message


TRIGGER = object()  # a button is pressed
