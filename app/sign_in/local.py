"""Sign-in with a local account: e-mail address and password, then the second factor.

What is answered does not depend on whether there is an account. A right password without the second factor opens
nothing: it gives the browser a sealed note for the next page, which ends with any change of the account.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from app.sign_in import local_words as words
from app.sign_in import steps
from app.sign_in.before import afresh, before, not_ours, told
from app.sign_in.finishing import Office, let_in
from app.sign_in.leisure import Busy, busy
from app.sign_in.oidc_attempts import local_path
from app.sign_in.steps import STEP
from pipelines.people import accounts, own_account, second_factor, signing_in
from pipelines.people.accounts import Account
from pipelines.people.signing_in import slowly
from schemas.errors import QuestionError

CODE, FACTOR = "code", "factor"  # the kinds of note
ALONE, BOTH = "local account, password", "local account, password and second factor"
WHY = "It is required for what you are at a trust or an authority: a password alone can be learnt by others."
Handler = Callable[[Request], Awaitable[Response]]


def routes(office: Office) -> list[BaseRoute]:
    """The addresses."""
    found = SignIn(office)
    return [
        Route(words.SIGN_IN, found.ask, methods=["GET"]),
        Route(words.SIGN_IN, unhurried(found.password), methods=["POST"]),
        Route(words.CODE_PAGE, found.ask_code, methods=["GET"]),
        Route(words.CODE_PAGE, unhurried(found.code), methods=["POST"]),
        Route(words.FACTOR_PAGE, found.ask_factor, methods=["GET"]),
        Route(words.FACTOR_PAGE, unhurried(found.factor), methods=["POST"]),
    ]


def unhurried(handler: Handler) -> Handler:
    """A handler that answers in words when too many wait."""

    async def answering(request: Request) -> Response:
        try:
            return await handler(request)
        except Busy:
            return busy()

    return answering


class SignIn:
    """The pages of a sign-in."""

    def __init__(self, office: Office) -> None:
        self.office, self.desk = office, office.desk

    async def ask(self, request: Request) -> Response:
        """The form."""
        browser = before(request, self.office.key)
        return browser.keep(words.sign_in(browser.token(words.SIGN_IN), to=_wanted(request.query_params.get("to", ""))))

    async def password(self, request: Request) -> Response:
        """Try a password."""
        form = await told(request, self.office.key)
        if form is None:
            return not_ours()
        email, after = form.get("email", ""), _wanted(form.get("to", ""))
        tried = await self.office.leisure.do(
            signing_in.password, self.desk, email, form.get("password", ""), steps.place(request)
        )
        if tried.account is None:
            return self._again(request, email, after, tried.wait)
        return await self._go_on(request, tried.account, after)

    def _again(self, request: Request, email: str, after: str, wait: float) -> Response:
        browser = before(request, self.office.key)
        faults, status = ({"": slowly(wait)}, 429) if wait else ({"email": words.WRONG}, 403)
        answer = words.sign_in(
            browser.token(words.SIGN_IN), to=after, email=_typed(email), faults=faults, status=status
        )
        return browser.keep(_later(answer, wait))

    async def _go_on(self, request: Request, account: Account, after: str) -> Response:
        if account.factor is not None:
            return self._note(words.CODE_PAGE, account, after, kind=CODE)
        if await run_in_threadpool(signing_in.lacks_factor, self.desk, account):
            return self._note(words.FACTOR_PAGE, account, after, kind=FACTOR, secret=second_factor.new_secret())
        return await let_in(self.office, request, account, after=after or "/", told_by=ALONE)

    def _note(self, where: str, account: Account, after: str, *, kind: str, **more: str) -> Response:
        note = {"kind": kind, "subject": account.subject, "version": str(account.version), "after": after or "/"} | more
        return steps.keep(RedirectResponse(where, 303), afresh(self.office.key), STEP, note)

    async def ask_code(self, request: Request) -> Response:
        """The form for a code, for whoever gave the right password in this browser."""
        if await self._account(request, CODE) is None:
            return RedirectResponse(words.SIGN_IN, 303)
        browser = before(request, self.office.key)
        return words.second_code(browser.token(words.CODE_PAGE), recovery=_recovery(request))

    async def code(self, request: Request) -> Response:
        """Try a code."""
        form = await told(request, self.office.key)
        account = await self._account(request, CODE)
        if form is None or account is None:
            return not_ours()
        tried = await run_in_threadpool(signing_in.code, self.desk, account, form.get("code", ""), steps.place(request))
        if tried.account is None:
            faults, status = ({"": slowly(tried.wait)}, 429) if tried.wait else ({"code": words.WRONG_CODE}, 403)
            token = before(request, self.office.key).token(words.CODE_PAGE)
            answer = words.second_code(token, recovery=_recovery(request), faults=faults, status=status)
            return _later(answer, tried.wait)
        return await let_in(self.office, request, account, after=self._after(request), told_by=BOTH)

    async def ask_factor(self, request: Request) -> Response:
        """The form that sets a second factor up, for whoever must have one and has none."""
        return await self._factor_form(request)

    async def factor(self, request: Request) -> Response:
        """Set the second factor up, and let its owner in."""
        form = await told(request, self.office.key)
        account, note = await self._account(request, FACTOR), steps.carried(request, self.office.key, STEP)
        if form is None or account is None:
            return not_ours()
        try:
            joined = await run_in_threadpool(
                own_account.change_factor, self.desk, account, note["secret"], form.get("code", ""), session_id=""
            )
        except QuestionError as fault:
            return await self._factor_form(request, {"code": str(fault)})
        after = self._after(request)
        shown = words.recovery_codes(joined.recovery_codes, after=after)
        return await let_in(self.office, request, joined.account, after=after, told_by=BOTH, answer=shown)

    async def _factor_form(self, request: Request, faults: dict[str, str] | None = None) -> Response:
        account, note = await self._account(request, FACTOR), steps.carried(request, self.office.key, STEP)
        if account is None:
            return RedirectResponse(words.SIGN_IN, 303)
        token = before(request, self.office.key).token(words.FACTOR_PAGE)
        return words.new_factor(words.FACTOR_PAGE, token, note["secret"], account.email, why=WHY, faults=faults)

    async def _account(self, request: Request, kind: str) -> Account | None:
        """Whose password was right in this browser, if nothing of the account has changed since."""
        note = steps.carried(request, self.office.key, STEP)
        if note.get("kind") != kind:
            return None
        return await run_in_threadpool(self.desk.account, note["subject"], int(note["version"]))

    def _after(self, request: Request) -> str:
        return local_path(steps.carried(request, self.office.key, STEP).get("after", "/"))


def _later(answer: Response, wait: float) -> Response:
    if wait:
        answer.headers["Retry-After"] = str(max(1, int(wait) + 1))
    return answer


def _wanted(to: str) -> str:
    found = local_path(to)
    return "" if found == "/" else found


def _recovery(request: Request) -> bool:
    return request.query_params.get("recovery") == "1"


def _typed(email: str) -> str:
    """The address to show again; nothing that is none."""
    try:
        return accounts.address(email)
    except QuestionError:
        return ""
