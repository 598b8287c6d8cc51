"""Which messages of a browser reach the portal: those by which its pages are used, and no others.

Streamlit takes more from whoever is connected: to empty the caches of everybody, to tell which files of the program's
folder are not committed, to run again when a file changes. No page asks for any of it.
"""

from __future__ import annotations

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

OF_PAGES = frozenset(
    {"rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "backend_operation_request"}
)  # fmt: skip
OPERATIONS = frozenset({"deferred_file", "dataframe_chunk"})


class OfPagesOnly:
    """Lets messages through that a page of the portal sends; others are dropped, as if they had not been sent."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sifted() -> Message:
            while True:
                message = await receive()
                if message["type"] != "websocket.receive" or is_of_pages(message.get("bytes")):
                    return message

        await self.app(scope, sifted if scope["type"] == "websocket" else receive, send)


def is_of_pages(content: bytes | None) -> bool:
    """Whether a message is one that pages send: of a known kind, and in the form of the protocol."""
    if content is None:
        return False
    try:
        message = BackMsg.FromString(content)
    except DecodeError:
        return False
    kind = message.WhichOneof("type")
    if kind == "backend_operation_request":
        return message.backend_operation_request.WhichOneof("payload") in OPERATIONS
    return kind in OF_PAGES
