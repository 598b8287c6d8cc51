"""The description of the programmes' door (OpenAPI 3.1), made from the tables by which it works."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version
from typing import Any

from app.api.answers import DESCRIBED, schema_of
from app.api.bodies import FILE
from app.api.fields import SEEN
from app.api.operations import FORM, JSON, OF_ALL, OPERATIONS, RAW, Operation
from app.api.problems import MEDIA, Kind

PROBLEM = {"$ref": "#/components/schemas/ProblemTold"}
HEADERS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "X-Request-Id": ("The name of this request; say it when you ask for help.", {"type": "string"}),
    "ETag": ("The “seen” of the school, in quotation marks, for If-Match.", {"type": "string"}),
    "Location": ("Where the state of this version can be read.", {"type": "string"}),
    "Idempotent-Replayed": ("“true” where this is the answer that was given before.", {"type": "string"}),
    "Retry-After": ("Seconds to wait.", {"type": "integer", "minimum": 0}),
    "WWW-Authenticate": ("What a token is asked for by.", {"type": "string"}),
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "New for each change, the same when it is retried: then the answer is that of the first time. "
    "Kept for 30 days.",
    "schema": {"type": "string", "minLength": 8, "maxLength": 128, "pattern": "^[!-~]{8,128}$"},
    "example": "term-return-900001-202526-autumn-1",
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The same as the field “seen”, in quotation marks.",
    "schema": {"type": "string", "pattern": '^"[0-9]{1,15}"$'},
}
RETURN_ID = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "The number of a version.",
    "schema": {"type": "integer", "minimum": 1, "maximum": 10**15 - 1},
    "example": 1,
}


@cache
def document() -> Mapping[str, Any]:
    """The whole description."""
    paths: dict[str, dict[str, Any]] = {}
    for one in OPERATIONS:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Plumbline: returns sent by a programme",
            "version": version("plumbline"),
            "description": "What a recording system or a trust's own script can do with a token of the portal: check, "
            "send and withdraw a school's termly returns, and read what became of them. docs/api.md tells how.",
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A token made in the portal."}
            },
            "schemas": {kind.__name__: schema_of(kind) for kind in DESCRIBED},
        },
    }


def _operation(one: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "description": f"{one.words} The token needs the scope “{one.scope}”.",
        "parameters": list(_parameters(one)),
        "responses": _responses(one),
    }
    if one.bodies:
        found["requestBody"] = {"required": True, "content": {kind: _content(one, kind) for kind in one.bodies}}
    return found


def _parameters(one: Operation) -> Iterable[Mapping[str, Any]]:
    if "{id}" in one.path:
        yield RETURN_ID
    if one.changes:
        yield IDEMPOTENCY_KEY
    if SEEN in one.fields:
        yield IF_MATCH
    if JSON not in one.bodies:
        for field in one.fields:
            if field.is_text or field is SEEN:
                yield {"name": field.name, "in": "query", "required": False, "description": field.words,
                       "schema": field.schema}  # fmt: skip


def _content(one: Operation, kind: str) -> dict[str, Any]:
    if kind in RAW:
        return {"schema": {"type": "string", "format": "binary", "description": "The file itself."}}
    properties = {field.name: {"description": field.words, **field.schema} for field in one.fields}
    required = [field.name for field in one.required]
    whole: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": properties}
    if kind == FORM:
        words = "A workbook, a ZIP, or the two CSV files of incidents and of children."
        file = {"type": "array", "items": {"type": "string", "format": "binary"}, "description": words,
                "minItems": 1, "maxItems": 4}  # fmt: skip
        whole["properties"] = {FILE: file, **properties}
        required = [FILE, *required]
        encoding = {field.name: {"contentType": JSON} for field in one.fields if field.schema["type"] == "object"}
        return {"schema": whole | {"required": required}, "encoding": encoding}
    example = {field.name: field.example for field in one.required or one.fields}
    return {"schema": whole | {"required": required}, "example": example}


def _responses(one: Operation) -> dict[str, Any]:
    by_status: dict[int, list[Kind]] = {}
    for kind in (*OF_ALL, *one.kinds):
        by_status.setdefault(kind.status, []).append(kind)
    good = ["X-Request-Id", "ETag", *(["Location", "Idempotent-Replayed"] if one.changes else [])]
    holds = {"schema": {"$ref": f"#/components/schemas/{one.holds.__name__}"}}
    found = {str(one.status): {"description": "Done.", "headers": _headers(good), "content": {JSON: holds}}}
    return found | {str(status): _problem(kinds) for status, kinds in sorted(by_status.items())}


def _problem(kinds: list[Kind]) -> dict[str, Any]:
    said = "\n".join(f"- `{kind.type}`: {kind.title}. {kind.what_to_do}" for kind in dict.fromkeys(kinds))
    names = ["X-Request-Id", *sorted({name for kind in kinds for name in kind.headers})]
    if any(kind.status == 429 for kind in kinds):
        names.append("Retry-After")
    return {"description": said, "headers": _headers(names), "content": {MEDIA: {"schema": PROBLEM}}}


def _headers(names: Iterable[str]) -> dict[str, Any]:
    return {name: {"description": HEADERS[name][0], "schema": HEADERS[name][1]} for name in names}
