"""A real OpenID provider to run beside the tests: `python -m tests.sign_in.provider_process PORT [PATH]`.

It is `oidc-provider-mock`, which signs, checks its clients and their codes, with what it lacks added: PKCE that is
enforced, key rotation, sessions with a number (`sid`), the back channel, an API in the manner of DfE Sign-in's, an
issuer with a path in the manner of Entra ID, and, when it is told to, tokens that lie.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import sys
import time
import urllib.error
import urllib.request
import warnings
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

warnings.simplefilter("ignore")

import flask  # noqa: E402
import oidc_provider_mock  # noqa: E402
from authlib.integrations.flask_oauth2 import AuthorizationServer  # noqa: E402
from authlib.oauth2.rfc6749 import InvalidRequestError  # noqa: E402
from authlib.oauth2.rfc7636 import CodeChallenge  # noqa: E402
from joserfc import jwt as tokens  # noqa: E402
from joserfc.jwk import OctKey, RSAKey  # noqa: E402
from oidc_provider_mock import _app as mock  # noqa: E402
from oidc_provider_mock._storage import storage  # noqa: E402
from werkzeug.middleware.dispatcher import DispatcherMiddleware  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

PROMISES: dict[str, tuple[str, str]] = {}  # code → what the client must prove with it
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass
class Told:
    """What the tests have told this provider to do."""

    lies: dict[str, Any] = field(default_factory=dict)
    broken: dict[str, Any] = field(default_factory=dict)  # path → status, or "slow"
    sid: str = ""
    organisations: dict[str, list[Any]] = field(default_factory=dict)
    roles: dict[str, list[Any]] = field(default_factory=dict)
    api_secret: str = ""
    asked: list[str] = field(default_factory=list)


class Promised(CodeChallenge):
    """PKCE as it should be: S256, always."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        if not grant.request.payload.data.get("code_challenge"):
            raise InvalidRequestError("Missing 'code_challenge'")
        super().validate_code_challenge(grant, redirect_uri)

    def get_authorization_code_challenge(self, code: Any) -> str:
        return PROMISES[code.code][0]

    def get_authorization_code_challenge_method(self, code: Any) -> str:
        return PROMISES[code.code][1]


class Grant(mock.AuthorizationCodeGrant):
    """Keeps what the client must prove later."""

    def save_authorization_code(self, code: str, request: Any) -> None:
        super().save_authorization_code(code, request)
        asked = request.payload.data
        PROMISES[code] = asked["code_challenge"], asked["code_challenge_method"]


def with_pkce() -> None:
    """Have the mock's server enforce PKCE."""
    usual = AuthorizationServer.register_grant

    def register(server: Any, grant: type, extensions: Any = None) -> None:
        if grant is mock.AuthorizationCodeGrant:
            usual(server, Grant, [*extensions, Promised(required=True)])
        else:
            usual(server, grant, extensions)

    AuthorizationServer.register_grant = register  # type: ignore[method-assign]
    mock.AuthorizationCodeGrant = Grant


def application(issuer: str) -> flask.Flask:
    """The provider under its own address."""
    app = oidc_provider_mock.app(require_client_registration=True, require_nonce=True)
    told = Told(sid=secrets.token_hex(8))
    app.after_request(lambda answer: lying(answer, told, issuer))
    app.before_request(lambda: failing(told))
    add_control(app, told, issuer)
    add_api(app, told)
    return app


def failing(told: Told) -> Any:
    """Answer what the tests want instead of what is right."""
    told.asked.append(flask.request.path)
    wanted = told.broken.get(flask.request.path)
    if wanted == "slow":
        time.sleep(20)
    if isinstance(wanted, list):
        return flask.Response(wanted[1] * wanted[2], wanted[0], content_type="application/json")
    return flask.Response("<html>nothing for you</html>", wanted) if isinstance(wanted, int) else None


def lying(answer: flask.Response, told: Told, issuer: str) -> flask.Response:
    """Put the issuer and the session's number in, and whatever else the tests want."""
    if answer.status_code != 200 or not answer.is_json:
        return answer
    content = answer.get_json()
    if flask.request.path.endswith("/openid-configuration"):
        content = {**content, "issuer": issuer, **told.lies.get("configuration", {})}
    elif flask.request.path == "/oauth2/token" and "id_token" in content:
        content["id_token"] = resigned(content["id_token"], told, issuer)
    elif flask.request.path == "/userinfo":
        content = {**content, **told.lies.get("userinfo", {})}
    else:
        return answer
    answer.data = json.dumps(content)
    return answer


def resigned(token: str, told: Told, issuer: str) -> str:
    """The token with this provider's name, and with the lies."""
    claims = {**json.loads(part(token.split(".")[1])), "iss": issuer, "sid": told.sid}
    lies, now = told.lies, int(time.time())
    if "late" in lies:
        claims |= {"iat": now - lies["late"] - 60, "exp": now - lies["late"]}
    if "early" in lies:
        claims |= {"iat": now + lies["early"], "exp": now + lies["early"] + 600}
    claims |= lies.get("claims", {})
    claims = {name: value for name, value in claims.items() if name not in lies.get("without", ())}
    return signed(claims, lies)


def signed(claims: dict[str, Any], lies: dict[str, Any]) -> str:
    """A token signed with this provider's key, or not quite."""
    key, kind = RSAKey.import_key(storage.jwk.as_dict(is_private=True)), lies.get("alg", "RS256")
    kid = {"kid": key.thumbprint()}
    if kind == "none":
        return f"{text({'alg': 'none', **kid})}.{text(claims)}."
    if kind == "HS256":  # the public key, which everybody knows, taken for a shared secret
        whole = f"{text({'alg': 'HS256', **kid})}.{text(claims)}"
        secret = str(lies["secret"]).encode() if "secret" in lies else key.as_pem(private=False)
        return f"{whole}.{base64.urlsafe_b64encode(hmac.digest(secret, whole.encode(), 'sha256')).decode().rstrip('=')}"
    if lies.get("forged"):
        key = RSAKey.generate_key(2048)
    made = tokens.encode({"alg": kind, **kid}, claims, key, algorithms=[kind])
    if lies.get("tampered"):
        head, _, end = made.split(".")
        made = f"{head}.{text({**claims, **lies['tampered']})}.{end}"
    return made


def text(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def part(value: str) -> bytes:
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))


def add_control(app: flask.Flask, told: Told, issuer: str) -> None:
    """What only the tests ask for."""

    @app.put("/control")
    def tell() -> Any:
        for name, value in flask.request.get_json().items():
            setattr(told, name, value)
        return "", 204

    @app.get("/control")
    def asked() -> Any:
        return flask.jsonify(told.asked)

    @app.post("/control/rotate")
    def rotate() -> Any:
        storage.jwk = mock.jose.RSAKey.generate_key(is_private=True)
        return "", 204

    @app.post("/control/logout")
    def logout() -> Any:
        """Tell a client by the back channel that a session has ended; its answer's status is given back."""
        wanted = flask.request.get_json()
        now = int(time.time())
        claims = {"iss": issuer, "iat": now, "exp": now + 120, "jti": secrets.token_hex(8), "events": {LOGOUT: {}}}
        claims = {**claims, **wanted["claims"]}
        claims = {name: value for name, value in claims.items() if value is not None}
        body = urlencode({"logout_token": signed(claims, wanted.get("lies", {}))}).encode()
        if "to" not in wanted:
            return flask.jsonify({"body": body.decode()})
        try:
            with urllib.request.urlopen(urllib.request.Request(wanted["to"], body)) as answer:
                return flask.jsonify({"status": answer.status})
        except urllib.error.HTTPError as error:
            return flask.jsonify({"status": error.code})


def add_api(app: flask.Flask, told: Told) -> None:
    """Organisations and roles, to whoever brings a token signed with the API's secret."""

    def must_be_client() -> str:
        token = flask.request.headers.get("authorization", "").removeprefix("Bearer ")
        try:
            claims = tokens.decode(token, OctKey.import_key(told.api_secret), algorithms=["HS256"]).claims
        except Exception:
            flask.abort(401)
        if claims.get("aud") != "signin.education.gov.uk" or claims.get("exp", 0) < time.time():
            flask.abort(403)
        return str(claims["iss"])

    @app.get("/api/users/<user>/organisations")
    def organisations(user: str) -> Any:
        must_be_client()
        if user not in told.organisations:
            flask.abort(404)
        return flask.jsonify(told.organisations[user])

    @app.get("/api/services/<service>/organisations/<organisation>/users/<user>")
    def roles(service: str, organisation: str, user: str) -> Any:
        if must_be_client() != service:
            flask.abort(403)
        held = told.roles.get(f"{user}@{organisation}")
        if held is None:
            flask.abort(404)
        found = [{"id": "1", "name": one, "code": one, "numericId": "1", "status": {"id": 1}} for one in held]
        return flask.jsonify({"userId": user, "serviceId": service, "organisationId": organisation, "roles": found})


def main() -> None:
    """Serve until stopped; the address is said when it answers."""
    path = sys.argv[1] if len(sys.argv) > 1 else ""
    with_pkce()
    server = make_server("localhost", 0, flask.Flask("unused"), threaded=True)
    issuer = f"http://localhost:{server.server_port}{path}"
    app = application(issuer)
    server.app = DispatcherMiddleware(flask.Flask("nothing"), {path: app}) if path else app
    print(issuer, flush=True)  # noqa: T201
    server.serve_forever()


if __name__ == "__main__":
    main()
