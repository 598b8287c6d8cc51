"""Files and upload places are answered only in the session that was told their address, whoever learns it since.

A file that is made at a click has no address yet: its button tells a name, and only the session that was told the name
may have the file made. Streamlit makes it for whoever asks, in the name of the one for whom the button was drawn.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from google.protobuf.message import DecodeError
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.DownloadButton_pb2 import DownloadButton

from app.gate.answers import nothing_here
from app.gate.paths import within
from app.gate.sessions import HERE
from pipelines.people import Session

GUARDED = ("/media", "/_stcore/upload_file")
ADDRESS = re.compile(rb"/(?:media|_stcore/upload_file)/[0-9A-Za-z_.%/-]+")
TO_BE_MADE = DownloadButton.DESCRIPTOR.fields_by_name["deferred_file_id"].number
NAME = re.compile(re.escape(bytes([TO_BE_MADE << 3 | 2, 32])) + rb"([0-9a-f]{32})")  # as protobuf writes the field
MOST_TOLD = 5000  # of one session
MOST_SESSIONS = 5000


class ToldOnly:
    """Remembers the addresses that pass to each session by its websocket, and answers no others."""

    def __init__(self, app: ASGIApp, *, refused: Callable[[Session], None] | None = None) -> None:
        self.app, self.refused = app, refused  # `refused` is told of whoever asks for another's address
        self._told: OrderedDict[str, OrderedDict[str, None]] = OrderedDict()
        self._lock = Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        session = scope.get(HERE)
        if scope["type"] == "http" and within(scope["path"], GUARDED):
            if session is None or not self._was_told(session.id, scope["path"]):
                if session is not None and self.refused is not None:
                    await run_in_threadpool(self.refused, session)
                await nothing_here(scope, receive, send)
                return
        elif scope["type"] == "websocket" and session is not None:
            await self.app(scope, self._asking(receive, session.id), self._listening(send, session.id))
            return
        await self.app(scope, receive, send)

    def _listening(self, send: Send, session_id: str) -> Send:
        async def listening(message: Message) -> None:
            content = message.get("bytes") or (message.get("text") or "").encode()
            for found in (*ADDRESS.findall(content), *NAME.findall(content)):
                self._note(session_id, found.decode())
            await send(message)

        return listening

    def _asking(self, receive: Receive, session_id: str) -> Receive:
        async def asking() -> Message:
            while True:
                message = await receive()
                name = _file_to_be_made(message.get("bytes"))
                if name is None or self._was_told(session_id, name):
                    return message

        return asking

    def _note(self, session_id: str, address: str) -> None:
        with self._lock:
            told = self._told.setdefault(session_id, OrderedDict())
            self._told.move_to_end(session_id)
            told[address] = None
            while len(told) > MOST_TOLD:
                told.popitem(last=False)
            while len(self._told) > MOST_SESSIONS:
                self._told.popitem(last=False)

    def _was_told(self, session_id: str, path: str) -> bool:
        with self._lock:
            return path in self._told.get(session_id, ())


def _file_to_be_made(content: bytes | None) -> str | None:
    """The name of the file that a message asks to have made; None where it asks for something else."""
    try:
        asked = BackMsg.FromString(content or b"").backend_operation_request
    except DecodeError:
        return None
    return asked.deferred_file.file_id if asked.WhichOneof("payload") == "deferred_file" else None
