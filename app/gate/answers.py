"""What the gate says to those it does not let in."""

from __future__ import annotations

from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

POLICY_VIOLATION = 1008
SHUT = ("/_stcore/metrics", "/_stcore/agent")  # open by default, of no use to anyone here


def is_shut(scope: Scope) -> bool:
    """Whether a request is for something that nobody needs."""
    return str(scope["path"]).startswith(SHUT)


async def nothing_here(scope: Scope, receive: Receive, send: Send) -> None:
    """Say that there is nothing at this address, or close the websocket."""
    await refuse(scope, receive, send, "There is nothing here.", status=404)


async def refuse(scope: Scope, receive: Receive, send: Send, sentence: str, *, status: int) -> None:
    """Say a sentence, or close the websocket before it is open, which the browser is told as 403."""
    if scope["type"] == "websocket":
        await refuse_socket(receive, send)
    else:
        await PlainTextResponse(sentence, status)(scope, receive, send)


async def refuse_socket(receive: Receive, send: Send) -> None:
    """Close a websocket that asks to be opened."""
    await receive()
    await send({"type": "websocket.close", "code": POLICY_VIOLATION})
