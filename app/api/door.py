"""The door of the programmes: who asks, for what, how often and how much, before anything is read or done.

Everything that leaves here is an answer of the table or a problem of the table; nothing of a request is in a log.
"""

from __future__ import annotations

import json
import logging
import re
import uuid
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from anyio import CapacityLimiter, to_thread
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.api import bodies, fields, openapi, operations, problems
from app.api.bodies import Pace
from app.api.fields import SEEN, Field
from app.api.operations import FORM, JSON, OPERATIONS, RAW, Answer, Call, Operation
from app.api.pace import Limits, Pacer, Work
from app.api.problems import ProblemError
from pipelines.house import House
from pipelines.people import tokens
from pipelines.people.programme_once import Once
from pipelines.people.tokens import Token, TokenState
from pipelines.returns import NamedFile

DOCUMENT = "/openapi.json"
KEY = re.compile(r"[!-~]{8,128}")
IF_MATCH = re.compile(r'"([0-9]{1,15})"')
MOST_QUERY = 2048
TOKEN_NAMES = frozenset({"access_token", "token", "api_key", "apikey", "authorization"})
ENDED = {TokenState.EXPIRED: problems.EXPIRED_TOKEN, TokenState.REVOKED: problems.REVOKED_TOKEN}
Result = TypeVar("Result")
log = logging.getLogger("plumbline.api")


@dataclass
class Asked:
    """One request on its way through the door."""

    scope: Scope
    receive: Receive
    request: str
    headers: Headers
    operation: Operation
    return_id: int
    token: Token | None = None
    values: dict[str, Any] = field(default_factory=dict)


class Door:
    """The ASGI application behind `/api/…` and `/openapi.json`."""

    def __init__(self, house: House, *, limits: Limits | None = None, pace: Pace | None = None) -> None:
        self.house, self.limits, self.pace = house, limits or Limits(), pace or Pace()
        self._of_tokens, self._of_addresses = Pacer(self.limits.token), Pacer(self.limits.address)
        self._of_failures = Pacer(self.limits.failing)
        self._work = Work(self.limits)
        self._workers, self._readers = CapacityLimiter(self.limits.workers), CapacityLimiter(8)
        self._used: dict[int, date] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = uuid.uuid4().hex
        try:
            answer = await self._answer(scope, receive, request)
        except ProblemError as fault:
            answer = _as_answer(fault, request)
        except Exception as fault:
            log.error("%s at %s", type(fault).__name__, _place(fault))  # never its text: it can hold a cell
            answer = _as_answer(ProblemError(problems.FAULT), request)
        await _respond(answer, request)(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, request: str) -> Answer:
        self._of_addresses.take(_address(scope))
        if scope["path"] == DOCUMENT:
            _must_be("GET", scope, among={"GET"})
            return Answer(200, openapi.document())
        operation, return_id = _found(scope)
        asked = Asked(scope, receive, request, Headers(scope=scope), operation, return_id)
        _must_not_tell_a_token(scope)
        asked.token = await self._whose(asked)
        self._of_tokens.take(asked.token.token_id)
        if operation.scope not in asked.token.scopes:
            await self._refused(asked, problems.NOT_FOR_THIS.code)
            raise ProblemError(problems.NOT_FOR_THIS)
        try:
            return await self._done(asked, asked.token)
        except ProblemError as fault:
            if fault.kind in (problems.NOT_OPEN, problems.NO_RETURN):
                await self._refused(asked, fault.kind.code)
            raise

    # -- who asks -----------------------------------------------------------------------------------------

    async def _whose(self, asked: Asked) -> Token:
        """The live token that the request presents."""
        try:
            secret = _bearer(asked.headers)
            found = await self._in_thread(partial(self._find, secret))
            if found is None:
                raise ProblemError(problems.UNKNOWN_TOKEN)
        except ProblemError:
            place = _address(asked.scope)
            self._of_failures.take(place)
            await self._in_thread(partial(tokens.note_unknown, self.house.warehouse, place=place))
            raise
        token, state = found
        if state in ENDED:
            await self._refused(asked, state, token)
            raise ProblemError(ENDED[state])
        return token

    def _find(self, secret: str) -> tuple[Token, TokenState] | None:
        """The token with its state, and the day of its use kept, once a day."""
        found = tokens.found(self.house.warehouse, secret)
        if found is None:
            return None
        token, state, today = found
        if state is TokenState.LIVE and self._used.get(token.token_id) != today:
            tokens.note_use(self.house.warehouse, token, on=today)
            self._used[token.token_id] = today
        return token, state

    async def _refused(self, asked: Asked, why: str, token: Token | None = None) -> None:
        """Keep the fact that a token was refused."""
        whose = token or asked.token
        if whose is not None:
            said = f"{asked.operation.name}: {why}"
            warehouse, request = self.house.warehouse, asked.request
            await self._in_thread(partial(tokens.note_refusal, warehouse, whose, why=said, request=request))

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        """Something short, off the event loop."""
        return await to_thread.run_sync(work, limiter=self._readers)

    # -- what is asked ------------------------------------------------------------------------------------

    async def _done(self, asked: Asked, token: Token) -> Answer:
        """Read what the request carries, and do it."""
        operation = asked.operation
        asked.values = _of_address(asked)
        key = _key(asked.headers) if operation.changes else ""
        if not operation.bodies:
            call = Call(self.house, token, asked.request, asked.values, return_id=asked.return_id)
            return await self._in_thread(partial(operations.run, operation, call))
        kind = bodies.media_type(asked.headers)
        if kind not in operation.bodies:
            raise ProblemError(problems.WRONG_TYPE)
        async with AsyncExitStack() as held:
            held.enter_context(self._work.place(token.token_id))
            if key:
                held.enter_context(self._work.once((token.token_id, key)))
            most = self.house.upload_bytes + bodies.ENVELOPE if operation.takes_files else bodies.LONGEST_FIELD
            body = await bodies.read(asked.headers, asked.receive, most=most, pace=self.pace)
            work = partial(_work, self.house, asked, token, kind, body, key)
            del body
            return await to_thread.run_sync(work, limiter=self._workers)


def _work(house: House, asked: Asked, token: Token, kind: str, body: bytes, key: str) -> Answer:
    """Take the body apart and do what is asked; in a thread, for it takes seconds."""
    files, given = _parts(asked, kind, body)
    operation = asked.operation
    told = fields.read(given, operation.fields, required=operation.required)
    if any(asked.values[name] != told[name] for name in asked.values.keys() & told.keys()):
        raise fields.wrong(*((name, "This is said in two ways.") for name in asked.values.keys() & told.keys()))
    values = asked.values | told
    if operation.takes_files and not files:
        raise fields.wrong((bodies.FILE, fields.MISSING))
    once = _once(asked, key, values, files) if key else None
    call = Call(house, token, asked.request, values, tuple(files), once, asked.return_id)
    return operations.run(operation, call)


def _parts(asked: Asked, kind: str, body: bytes) -> tuple[list[NamedFile], Mapping[str, Any]]:
    if kind in RAW:
        return ([NamedFile(RAW[kind], body)] if body else []), {}
    if kind == FORM:
        form = bodies.form(asked.headers["content-type"], body)
        by_name = {one.name: one for one in asked.operation.fields}
        texts = form.fields.items()
        return form.files, {name: _from_text(by_name, name, text) for name, text in texts}
    found = fields.parsed(body) if kind == JSON else None
    if not isinstance(found, dict):
        raise ProblemError(problems.UNREADABLE, "The body is one JSON object.")
    return [], found


def _from_text(by_name: Mapping[str, Field], name: str, text: str) -> Any:
    return fields.from_text(by_name[name], text) if name in by_name else text


def _once(asked: Asked, key: str, values: Mapping[str, Any], files: list[NamedFile]) -> Once:
    """What makes it the same request: what is asked, the fields, and the files with their names, however packed."""
    said = json.dumps([asked.operation.name, asked.return_id, sorted(values.items())], default=str, sort_keys=True)
    return Once.of(key, said.encode(), *(part for one in files for part in (one.name.encode(), one.content)))


# -- before anything is read ------------------------------------------------------------------------------


def _found(scope: Scope) -> tuple[Operation, int]:
    """The operation that is asked for, and the number in its path."""
    by_method: dict[str, tuple[Operation, int]] = {}
    for one in OPERATIONS:
        found = re.fullmatch(re.escape(one.path).replace(r"\{id\}", "([1-9][0-9]{0,14})"), scope["path"])
        if found:
            by_method[one.method] = (one, int(found[1]) if found.groups() else 0)
    if not by_method:
        raise ProblemError(problems.NO_PATH)
    _must_be(scope["method"], scope, among=set(by_method))
    return by_method[scope["method"]]


def _must_be(method: str, scope: Scope, *, among: set[str]) -> None:
    if scope["method"] not in among:
        raise ProblemError(problems.WRONG_METHOD, headers={"Allow": ", ".join(sorted(among))})


def _must_not_tell_a_token(scope: Scope) -> None:
    """An address is kept in logs and histories: a token in it has leaked."""
    query = scope["query_string"].decode("latin-1")
    if tokens.PREFIX in query or tokens.PREFIX in scope["path"]:
        raise ProblemError(problems.TOKEN_IN_ADDRESS)
    if any(name.lower() in TOKEN_NAMES for name, _ in parse_qsl(query[:MOST_QUERY], keep_blank_values=True)):
        raise ProblemError(problems.TOKEN_IN_ADDRESS)


def _bearer(headers: Headers) -> str:
    given = headers.getlist("authorization")
    if not given:
        raise ProblemError(problems.NO_TOKEN)
    kind, _, secret = given[0].partition(" ")
    if len(given) > 1 or kind.lower() != "bearer":
        raise ProblemError(problems.NO_TOKEN)
    if not tokens.is_well_formed(secret):
        raise ProblemError(problems.UNKNOWN_TOKEN)
    return secret


def _key(headers: Headers) -> str:
    given = headers.getlist("idempotency-key")
    if len(given) != 1 or not KEY.fullmatch(given[0]):
        raise ProblemError(problems.NO_KEY)
    return given[0]


def _of_address(asked: Asked) -> dict[str, Any]:
    """The fields of the address, and what If-Match says; JSON bodies have no fields beside them."""
    operation = asked.operation
    own = operation.fields if JSON not in operation.bodies else ()
    listed = [one for one in own if one.is_text or one is SEEN]
    found = fields.read(_query(asked.scope, listed), listed)
    said = asked.headers.getlist("if-match")
    if said and SEEN in operation.fields:
        match = IF_MATCH.fullmatch(said[0])
        if match is None or len(said) > 1 or found.get(SEEN.name, int(match[1])) != int(match[1]):
            raise fields.wrong((SEEN.name, 'If-Match holds the “seen” in quotation marks, such as "12", and once.'))
        found[SEEN.name] = int(match[1])
    return found


def _query(scope: Scope, listed: list[Field]) -> dict[str, Any]:
    raw = scope["query_string"]
    if len(raw) > MOST_QUERY:
        raise ProblemError(problems.UNREADABLE, "The address is too long.")
    by_name = {one.name: one for one in listed}
    given: dict[str, Any] = {}
    for name, text in parse_qsl(raw.decode("latin-1"), keep_blank_values=True):
        if name in given:
            raise fields.wrong((name if name in by_name else None, fields.TWICE))
        given[name] = _from_text(by_name, name, text)
    return given


def _address(scope: Scope) -> str:
    return str((scope.get("client") or ("", 0))[0])


# -- answered ---------------------------------------------------------------------------------------------


def _as_answer(fault: ProblemError, request: str) -> Answer:
    return Answer(fault.kind.status, fault.as_dict(request=request), {**fault.headers, "Content-Type": problems.MEDIA})


def _respond(answer: Answer, request: str) -> Response:
    body = json.dumps(answer.content, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {"X-Request-Id": request, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
               "Content-Type": JSON, **answer.headers}  # fmt: skip
    return Response(body, answer.status, headers)


def _place(fault: Exception) -> str:
    trace = fault.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "an unknown place"
