"""How a provider is asked: over a safe connection, within a time and a size, following nobody elsewhere."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from pipelines.oidc_settings import Oidc, is_loopback
from schemas.errors import ProviderError

WAIT = 5.0  # seconds to connect, and for each piece of an answer
WHOLE = 15.0  # seconds for all that one sign-in asks
LARGEST = 512 * 1024
OK, NOT_FOUND = 200, 404
SAID = logging.getLogger("plumbline.sign_in")
logging.getLogger("httpx2").setLevel(logging.WARNING)  # it would write every address that is asked, person by person


@asynccontextmanager
async def asking(settings: Oidc) -> AsyncIterator[AsyncOAuth2Client]:
    """A client of the provider; what goes wrong in the block is a ProviderError that says how."""
    client = AsyncOAuth2Client(
        settings.client_id,
        settings.client_secret,
        settings.client_authentication,
        scope=" ".join(settings.profile.scopes),
        code_challenge_method="S256",
        timeout=WAIT,
        follow_redirects=False,
        verify=_trusted(),
        headers={"Accept-Encoding": "identity", "Accept": "application/json"},
        event_hooks={"request": [_must_be_safe], "response": [_within_size]},
    )
    try:
        async with asyncio.timeout(WHOLE), client:
            yield client
    except OAuthError as error:
        raise ProviderError("refused", f"the provider answered {_code(error.error)}") from None
    except (httpx2.HTTPError, OSError, TimeoutError) as error:
        raise ProviderError("down", f"the provider could not be asked ({type(error).__name__})") from None
    except (ValueError, TypeError, AttributeError, RecursionError, httpx2.InvalidURL) as error:
        SAID.debug("An answer of the provider could not be read", exc_info=True)
        raise ProviderError("wrong", f"the provider's answer cannot be read ({type(error).__name__})") from None


async def asked(client: AsyncOAuth2Client, address: str, *, headers: Mapping[str, str] | None = None) -> Any:
    """What stands at an address, as JSON; None where there is nothing (404). The client's token is not shown there."""
    answer = await client.request("GET", address, withhold_token=True, headers=dict(headers or {}))
    return await read(answer)


async def read(answer: httpx2.Response) -> Any:
    """The JSON of an answer, None for 404; ProviderError for any other that is not 200."""
    if answer.status_code == NOT_FOUND:
        return None
    if answer.status_code != OK:
        raise ProviderError("down", f"the provider answered {answer.status_code}")
    return answer.json()


async def _must_be_safe(request: httpx2.Request) -> None:
    if request.url.scheme != "https" and not is_loopback(request.url.host):
        raise ProviderError("wrong", "the provider names an address that is not safe")


async def _within_size(response: httpx2.Response) -> None:
    if response.headers.get("content-encoding", "identity") != "identity":
        raise ProviderError("wrong", "the provider's answer is packed, which was not asked for")
    response.stream = _Counted(response.stream)  # type: ignore[arg-type]


class _Counted(httpx2.AsyncByteStream):
    """A stream that ends in an error when it brings too much."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self.stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        seen = 0
        async for part in self.stream:
            seen += len(part)
            if seen > LARGEST:
                raise ProviderError("wrong", "the provider's answer is too large")
            yield part

    async def aclose(self) -> None:
        await self.stream.aclose()


def _code(error: object) -> str:
    """An error code of the standard; what else a provider may say there is not repeated."""
    said = str(error)
    return said if said.isascii() and said.replace("_", "").isalpha() and len(said) <= 40 else "with an error"


@cache
def _trusted() -> ssl.SSLContext:
    return httpx2.create_ssl_context()
