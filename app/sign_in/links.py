"""Links that administrators make: the page that takes a link's code moves on at once, and nothing is used by a look.

Until everything is chosen nothing is kept but in the browser, sealed; then all of it is, in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from app.sign_in import link_words as words
from app.sign_in import local_words, steps
from app.sign_in.before import Before, afresh, before, not_ours, told
from app.sign_in.finishing import Office, let_in
from app.sign_in.link_words import Asked
from app.sign_in.local import ALONE, BOTH, unhurried
from app.sign_in.steps import LINK, STEP
from pipelines.people import joining, own_account, second_factor, signing_in
from pipelines.people.accounts import Account
from pipelines.people.invitations import Kind
from pipelines.people.joining import Joined, New
from pipelines.people.signing_in import slowly
from schemas.errors import QuestionError, RefusedError

CHOOSE = "Choose yes or no."
WRONG = "The password or the code is not right."
JOIN, GRANT = "join", "grant"
LONGEST_CODE = 200


def routes(office: Office) -> list[BaseRoute]:
    """The addresses; that of the link itself comes last."""
    found = Links(office)
    return [
        Route(words.USE, found.ask, methods=["GET"]),
        Route(words.USE, unhurried(found.use), methods=["POST"]),
        Route(words.FACTOR_PAGE, found.ask_factor, methods=["GET"]),
        Route(words.FACTOR_PAGE, found.factor, methods=["POST"]),
        Route(f"{words.USE}/{{code}}", found.take, methods=["GET"]),
    ]


class Links:
    """The pages of a link."""

    def __init__(self, office: Office) -> None:
        self.office, self.desk = office, office.desk

    async def take(self, request: Request) -> Response:
        """Take the code out of the address, whatever it is."""
        note = {"code": str(request.path_params["code"])[:LONGEST_CODE]}
        return steps.keep(RedirectResponse(words.USE, 303), before(request, self.office.key), LINK, note)

    async def ask(self, request: Request) -> Response:
        """What the link is for, and what has to be chosen."""
        asked = await self._asked(request)
        if asked is None:
            return words.gone()
        browser = before(request, self.office.key)
        return browser.keep(self._page(browser, asked))

    async def use(self, request: Request) -> Response:
        """Use the link, or go on to the second factor."""
        form, asked = await told(request, self.office.key), await self._asked(request)
        if form is None:
            return not_ours(words.USE)
        if asked is None:
            return words.gone()
        try:
            if not asked.is_new:
                return await self._accept(request, asked, form)
            return await self._choose(request, asked, form)
        except QuestionError as fault:
            return self._again(request, asked, form, _placed(str(fault)))
        except RefusedError:
            return words.gone()

    # -- a password that is chosen ------------------------------------------------------------------------

    async def _choose(self, request: Request, asked: Asked, form: Mapping[str, str]) -> Response:
        faults = await run_in_threadpool(_faults, asked, form)
        if faults:
            return self._again(request, asked, form, faults)
        new = await self.office.leisure.do(joining.chosen, self.desk, form.get("name", ""), form["password"])
        if asked.factor_needed or form.get("factor") == "yes":
            return self._on_to_factor(request, {"kind": JOIN, "name": new.name, "password": new.password})
        joined = await self._kept(request, New(new.name, new.password, "", form.get("code", "")))
        told_by = BOTH if asked.code_asked else ALONE
        return await let_in(self.office, request, joined.account, after="/", told_by=told_by)

    async def _kept(self, request: Request, new: New) -> Joined:
        code, place = self._code(request), steps.place(request)
        known = await run_in_threadpool(joining.found, self.desk, code)
        if known is not None and known[0].kind is Kind.INVITATION:
            return await run_in_threadpool(joining.join, self.desk, code, new)
        return await run_in_threadpool(joining.set_anew, self.desk, code, new, place)

    # -- an account that is there -------------------------------------------------------------------------

    async def _accept(self, request: Request, asked: Asked, form: Mapping[str, str]) -> Response:
        account = await self._proved(request, asked, form)
        if asked.factor_needed:
            return self._on_to_factor(
                request, {"kind": GRANT, "subject": account.subject, "version": str(account.version)}
            )
        await run_in_threadpool(joining.take_grant, self.desk, self._code(request), account)
        told_by = BOTH if account.factor else ALONE
        return await let_in(self.office, request, account, after="/", told_by=told_by)

    async def _proved(self, request: Request, asked: Asked, form: Mapping[str, str]) -> Account:
        """The account, once its password and, where it has one, its second factor are shown."""
        place = steps.place(request)
        tried = await self.office.leisure.do(
            signing_in.password, self.desk, asked.link.email, form.get("password", ""), place
        )
        if tried.account is not None and tried.account.factor is not None:
            tried = await run_in_threadpool(signing_in.code, self.desk, tried.account, form.get("code", ""), place)
        if tried.account is None:
            raise QuestionError(slowly(tried.wait) if tried.wait else WRONG)
        return tried.account

    # -- the second factor --------------------------------------------------------------------------------

    def _on_to_factor(self, request: Request, note: Mapping[str, str]) -> Response:
        code, browser = self._code(request), afresh(self.office.key)
        whole = {**note, "secret": second_factor.new_secret()}
        answer = steps.keep(RedirectResponse(words.FACTOR_PAGE, 303), browser, STEP, whole)
        return steps.keep(answer, browser, LINK, {"code": code})

    async def ask_factor(self, request: Request) -> Response:
        """The form that sets a second factor up."""
        return await self._factor_form(request, {})

    async def factor(self, request: Request) -> Response:
        """Set it up, and use the link."""
        form, note = await told(request, self.office.key), steps.carried(request, self.office.key, STEP)
        if form is None or not self._code(request) or note.get("kind") not in (JOIN, GRANT):
            return not_ours(words.USE)
        try:
            joined = await self._with_factor(request, note, form.get("code", ""))
        except QuestionError as fault:
            return await self._factor_form(request, {"code": str(fault)})
        except RefusedError:
            return words.gone()
        shown = local_words.recovery_codes(joined.recovery_codes, after="/")
        return await let_in(self.office, request, joined.account, after="/", told_by=BOTH, answer=shown)

    async def _with_factor(self, request: Request, note: Mapping[str, str], code: str) -> Joined:
        if note["kind"] == JOIN:
            return await self._kept(request, New(note["name"], note["password"], note["secret"], code))
        account = await run_in_threadpool(self.desk.account, note["subject"], int(note["version"]))
        if account is None:
            raise RefusedError(own_account.CHANGED)
        return await run_in_threadpool(
            joining.take_grant_with_factor, self.desk, self._code(request), account, note["secret"], code
        )

    async def _factor_form(self, request: Request, faults: Mapping[str, str]) -> Response:
        asked, note = await self._asked(request), steps.carried(request, self.office.key, STEP)
        if asked is None or note.get("kind") not in (JOIN, GRANT):
            return RedirectResponse(words.USE, 303)
        token = before(request, self.office.key).token(words.FACTOR_PAGE)
        why = words.REQUIRED if asked.factor_needed else words.OFFERED
        return local_words.new_factor(
            words.FACTOR_PAGE, token, note["secret"], asked.link.email, why=why, faults=faults
        )

    # -- what is asked ------------------------------------------------------------------------------------

    def _code(self, request: Request) -> str:
        return steps.carried(request, self.office.key, LINK).get("code", "")

    async def _asked(self, request: Request) -> Asked | None:
        return await run_in_threadpool(self._look, self._code(request))

    def _look(self, code: str) -> Asked | None:
        known = joining.found(self.desk, code)
        if known is None:
            return None
        link, account = known
        place = self.office.house.reporting.home(link.organisation)["name"] if link.organisation else ""
        provider = self.office.house.oidc.title if self.office.house.oidc else ""
        return Asked(link, account, place, joining.needs_new_factor(self.desk, link, account), provider)

    def _again(self, request: Request, asked: Asked, form: Mapping[str, str], faults: Mapping[str, str]) -> Response:
        name = form.get("name", "")[: joining.LONGEST_NAME]
        return self._page(before(request, self.office.key), asked, name=name, faults=faults)

    def _page(self, browser: Before, asked: Asked, **more: Any) -> Response:
        tokens = browser.token(words.USE), browser.token(words.WITH_PROVIDER)
        return words.asking(asked, tokens[0], provider_token=tokens[1], **more)


def _faults(asked: Asked, form: Mapping[str, str]) -> dict[str, str]:
    name, password = form.get("name", ""), form.get("password", "")
    faults = joining.faults_of(asked.link, name, password, organisation_name=asked.organisation)
    if password != form.get("again", ""):
        faults["again"] = local_words.TWICE
    if asked.factor_offered and form.get("factor") not in ("yes", "no"):
        faults["factor"] = CHOOSE
    return faults


def _placed(fault: str) -> dict[str, str]:
    """A fault beside the field that it is of."""
    return {"code" if fault == joining.WRONG_CODE else "password": fault}
