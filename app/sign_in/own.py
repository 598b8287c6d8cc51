"""One's own local account, for whoever is signed in with it: a new password, another second factor, new recovery codes.

Each asks for the present password, ends every other session of the account and gives this one a new secret.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from app.gate.sessions import COOKIE as SESSION
from app.gate.sessions import secret_of
from app.sign_in import local_words, own_words, steps
from app.sign_in.before import before, drop_cookie, not_ours, set_cookie, told
from app.sign_in.finishing import Office
from app.sign_in.local import unhurried
from app.sign_in.own_words import HOME, PASSWORD_PAGE, PROVE_PAGE, SET_UP_PAGE, What
from app.sign_in.steps import STEP
from pipelines.people import Session, accounts, own_account, second_factor
from pipelines.people.accounts import Account
from schemas.errors import QuestionError, RefusedError

KIND = "own factor"
SIGN_IN_FIRST = f"/sign-in?to={HOME}"


def routes(office: Office) -> list[BaseRoute]:
    """The addresses."""
    found = Own(office)
    return [
        Route(HOME, found.home, methods=["GET"]),
        Route(PASSWORD_PAGE, found.ask_password, methods=["GET"]),
        Route(PASSWORD_PAGE, unhurried(found.password), methods=["POST"]),
        Route(PROVE_PAGE, found.ask_proof, methods=["GET"]),
        Route(PROVE_PAGE, unhurried(found.prove), methods=["POST"]),
        Route(SET_UP_PAGE, found.ask_factor, methods=["GET"]),
        Route(SET_UP_PAGE, found.factor, methods=["POST"]),
    ]


class Own:
    """The pages of one's own account."""

    def __init__(self, office: Office) -> None:
        self.office, self.desk = office, office.desk

    async def home(self, request: Request) -> Response:
        """What there is, and what can be changed."""
        return await self._shown(request, lambda account, _: own_words.home(account, self._left(account)))

    async def ask_password(self, request: Request) -> Response:
        """The form for another password."""
        token = self._token(request, PASSWORD_PAGE)
        return await self._shown(request, lambda account, _: own_words.password(account, token))

    async def password(self, request: Request) -> Response:
        """Change the password."""
        form, mine = await told(request, self.office.key), await self._mine(request)
        if form is None or mine is None:
            return not_ours(HOME)
        account, session = mine
        try:
            if form.get("password", "") != form.get("again", ""):
                raise QuestionError(local_words.TWICE)
            account = await self._proved(request, account, form)
            await self.office.leisure.do(
                own_account.change_password, self.desk, account, form.get("password", ""),
                about=(session.name,), session_id=session.id,
            )  # fmt: skip
        except QuestionError as fault:
            return own_words.password(account, self._token(request, PASSWORD_PAGE), faults=_placed(str(fault)))
        except RefusedError:
            return not_ours(HOME)
        return await self._renewed(request, own_words.changed("Your password is changed"))

    async def ask_proof(self, request: Request) -> Response:
        """The form that asks for the password before the second factor is touched."""
        token = self._token(request, PROVE_PAGE)
        return await self._shown(request, lambda account, _: own_words.proof(account, token))

    async def prove(self, request: Request) -> Response:
        """Do what was chosen about the second factor, or go on to set one up."""
        form, mine = await told(request, self.office.key), await self._mine(request)
        if form is None or mine is None:
            return not_ours(HOME)
        account, session = mine
        try:
            what = _what(form.get("what", ""))
            account = await self._proved(request, account, form)
            return await self._do(request, what, account, session)
        except QuestionError as fault:
            faults = _placed(str(fault))
            return own_words.proof(account, self._token(request, PROVE_PAGE), faults=faults)
        except RefusedError as fault:
            return own_words.proof(account, self._token(request, PROVE_PAGE), faults={"what": str(fault)})

    async def _do(self, request: Request, what: What, account: Account, session: Session) -> Response:
        if what is What.SET_UP:
            note = {"kind": KIND, "subject": account.subject, "version": str(account.version),
                    "secret": second_factor.new_secret()}  # fmt: skip
            browser = before(request, self.office.key)
            return steps.keep(RedirectResponse(SET_UP_PAGE, 303), browser, STEP, note)
        if what is What.CODES:
            codes = await run_in_threadpool(own_account.new_recovery_codes, self.desk, account)
            return await self._renewed(request, local_words.recovery_codes(codes, after=HOME))
        await run_in_threadpool(own_account.remove_factor, self.desk, account, session_id=session.id)
        return await self._renewed(request, own_words.changed("Your second factor is removed"))

    async def ask_factor(self, request: Request) -> Response:
        """The form that sets a second factor up."""
        return await self._factor_form(request, {})

    async def factor(self, request: Request) -> Response:
        """Set it up."""
        form, mine, note = await told(request, self.office.key), await self._mine(request), self._note(request)
        if form is None or mine is None or not _is_of(note, mine[0]):
            return not_ours(HOME)
        account, session = mine
        try:
            joined = await run_in_threadpool(
                own_account.change_factor, self.desk, account, note["secret"], form.get("code", ""),
                session_id=session.id,
            )  # fmt: skip
        except QuestionError as fault:
            return await self._factor_form(request, {"code": str(fault)})
        except RefusedError:
            return not_ours(HOME)
        answer = local_words.recovery_codes(joined.recovery_codes, after=HOME)
        drop_cookie(answer, STEP)
        return await self._renewed(request, answer)

    async def _factor_form(self, request: Request, faults: Mapping[str, str]) -> Response:
        mine, note = await self._mine(request), self._note(request)
        if mine is None or not _is_of(note, mine[0]):
            return RedirectResponse(HOME, 303)
        token = self._token(request, SET_UP_PAGE)
        return local_words.new_factor(
            SET_UP_PAGE, token, note["secret"], mine[0].email, why=own_words.WHY, faults=faults
        )

    # -- whose -----------------------------------------------------------------------------------------

    async def _mine(self, request: Request) -> tuple[Account, Session] | None:
        return await run_in_threadpool(self._find, secret_of(request.scope))

    def _find(self, secret: str | None) -> tuple[Account, Session] | None:
        session = self.desk.sessions.find(secret)
        if session is None:
            return None
        with self.desk.warehouse.reading() as cursor:
            account = accounts.of(cursor, session.identity)
        return (account, session) if account else None

    async def _shown(self, request: Request, made: own_words.Made) -> Response:
        mine = await self._mine(request)
        if mine is None:
            return RedirectResponse(SIGN_IN_FIRST, 303)
        return before(request, self.office.key).keep(await run_in_threadpool(made, *mine))

    async def _proved(self, request: Request, account: Account, form: Mapping[str, str]) -> Account:
        said = form.get("present", "")
        return await self.office.leisure.do(own_account.prove, self.desk, account, said, steps.place(request))

    async def _renewed(self, request: Request, answer: Response) -> Response:
        """The answer, and a new secret for this session."""
        secret = await run_in_threadpool(self.desk.sessions.rotate, secret_of(request.scope) or "")
        set_cookie(answer, SESSION, secret)
        return answer

    def _left(self, account: Account) -> int:
        if account.factor is None:
            return 0
        with self.desk.warehouse.reading() as cursor:
            return second_factor.recovery_codes_left(cursor, account.factor)

    def _note(self, request: Request) -> Mapping[str, str]:
        return steps.carried(request, self.office.key, STEP)

    def _token(self, request: Request, address: str) -> str:
        return before(request, self.office.key).token(address)


def _is_of(note: Mapping[str, str], account: Account) -> bool:
    wanted = {"kind": KIND, "subject": account.subject, "version": str(account.version)}
    return wanted.items() <= dict(note).items()


def _what(said: str) -> What:
    try:
        return What(said)
    except ValueError:
        raise QuestionError(own_words.CHOOSE) from None


def _placed(fault: str) -> dict[str, str]:
    """A fault beside the field that it is of."""
    fields = {own_account.WRONG: "present", local_words.TWICE: "again", own_words.CHOOSE: "what",
              own_account.NO_FACTOR: "what"}  # fmt: skip
    return {fields.get(fault, "present" if "Wait" in fault else "password"): fault}
