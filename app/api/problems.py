"""Everything that can be wrong with a request, in one table (RFC 9457): its status, its title and what to do.

A problem never repeats what was sent: not a value, not the name of a field or header that we do not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MEDIA = "application/problem+json"
SPACE = "urn:plumbline:problem:"
BEARER = 'Bearer realm="Plumbline"'
INVALID = f'{BEARER}, error="invalid_token"'


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """One kind of problem, with the headers that its answers have."""

    code: str
    status: int
    title: str
    what_to_do: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """Its name as RFC 9457 has it."""
        return SPACE + self.code


NO_TOKEN = Kind(
    "no-token", 401, "A token is needed", "Send the header “Authorization: Bearer …” with a token of the portal.",
    {"WWW-Authenticate": BEARER},
)  # fmt: skip
UNKNOWN_TOKEN = Kind(
    "unknown-token", 401, "This token is not known",
    "Copy the token again, whole and without quotation marks, or have another made in the portal.",
    {"WWW-Authenticate": INVALID},
)  # fmt: skip
EXPIRED_TOKEN = Kind(
    "expired-token", 401, "This token has expired", "Have another made in the portal, on the page Programmes.",
    {"WWW-Authenticate": f'{INVALID}, error_description="expired"'},
)  # fmt: skip
REVOKED_TOKEN = Kind(
    "revoked-token", 401, "This token was revoked",
    "Ask whoever looks after the school's tokens; another can be made in the portal, on the page Programmes.",
    {"WWW-Authenticate": f'{INVALID}, error_description="revoked"'},
)  # fmt: skip
TOKEN_IN_ADDRESS = Kind(
    "token-in-address", 400, "A token must never be part of an address",
    "Revoke this token, because addresses are kept in logs, and send the next one in the header Authorization.",
)  # fmt: skip
NOT_FOR_THIS = Kind(
    "not-for-this", 403, "This token may not do that",
    "Use a token that was made for it: one for sending, or one for reading what became of returns.",
    {"WWW-Authenticate": f'{BEARER}, error="insufficient_scope"'},
)  # fmt: skip
NOT_OPEN = Kind(
    "not-open", 403, "This token does not open this school, or not for this term",
    "Name a school that the token was made for. A school that has left a trust needs a token of its own.",
)  # fmt: skip
SIGN_OFF = Kind(
    "sign-off", 403, "This return needs sign-off",
    "The designated safeguarding lead or the head sends it in the portal: a programme cannot declare it complete.",
)  # fmt: skip
NO_RETURN = Kind(
    "no-return", 404, "There is no such return among those that this token opens",
    "Use the number that sending gave, or list the returns of the school.",
)  # fmt: skip
NO_PATH = Kind("no-path", 404, "There is nothing at this address", "See /openapi.json for what there is.")
WRONG_METHOD = Kind(
    "wrong-method", 405, "This method does not exist here", "Use one of those that the header Allow names."
)
TOO_SLOW = Kind(
    "too-slow", 408, "The request did not arrive in time", "Send it again, without waiting between its parts."
)
STALE = Kind(
    "stale", 409, "Something was sent for this school since",
    "Look at what stands now; if yours shall take its place, send it with the “seen” given here.",
)  # fmt: skip
STILL_RUNS = Kind(
    "still-runs", 409, "The same request is still being worked on",
    "Wait, and send it again with the same key: the answer will be that of the first.",
    {"Retry-After": "2"},
)  # fmt: skip
REFUSED = Kind("refused", 409, "This cannot be done as things stand", "Read the returns of the school, then decide.")
TOO_LARGE = Kind(
    "too-large", 413, "This is larger than the portal accepts", "Send one term of one school at a time, and no more."
)
WRONG_TYPE = Kind(
    "wrong-type", 415, "This type of content is not accepted here", "See /openapi.json for the types that are."
)
UNREADABLE = Kind(
    "unreadable", 400, "The request cannot be read", "Correct how the request is put together; nothing of it was kept."
)
NO_KEY = Kind(
    "no-key", 400, "An idempotency key is needed",
    "Send the header Idempotency-Key: 8 to 128 visible characters, new for each change and the same when you retry it.",
)  # fmt: skip
WRONG_FIELDS = Kind(
    "wrong-fields", 422, "A field is missing, unknown or not of its form", "Correct the fields named here."
)
NOT_ACCEPTED = Kind(
    "not-accepted", 422, "This return has errors", "Correct what is named here in the recording system, and send again."
)
KEY_USED = Kind(
    "key-used", 422, "This idempotency key was used for another request", "Choose a new key for each change."
)
NOT_POSSIBLE = Kind("not-possible", 422, "This cannot be asked for", "Correct it as said here.")
SAY_WHAT_STANDS = Kind(
    "say-what-stands", 428, "A return with incidents stands for this term",
    "Send the “seen” given here, so that it is clear what the nil return takes the place of.",
)  # fmt: skip
TOO_MANY = Kind("too-many", 429, "Too many requests", "Wait as long as the header Retry-After says.")
BUSY = Kind(
    "busy", 503, "The portal is checking as many returns as it can", "Wait as long as Retry-After says.",
    {"Retry-After": "10"},
)  # fmt: skip
FAULT = Kind(
    "fault", 500, "Something went wrong on our side",
    "Send the same request again with the same key. If it happens again, tell whoever runs the portal the request id.",
)  # fmt: skip
KINDS = {one.code: one for one in list(globals().values()) if isinstance(one, Kind)}


class ProblemError(Exception):
    """A request that cannot be done; `more` are further members of the answer."""

    def __init__(self, kind: Kind, detail: str = "", *, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(kind.code)
        self.kind, self.detail, self.more = kind, detail, more
        self.headers = {**kind.headers, **(headers or {})}

    def as_dict(self, *, request: str) -> dict[str, Any]:
        """The members of the answer."""
        told = {"type": self.kind.type, "title": self.kind.title, "status": self.kind.status,
                "detail": self.detail or f"{self.kind.title}.", "what_to_do": self.kind.what_to_do,
                "instance": f"urn:uuid:{request}"}  # fmt: skip
        return told | {name: value for name, value in self.more.items() if value is not None}
