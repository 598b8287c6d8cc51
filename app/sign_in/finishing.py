"""The end of a sign-in with a local account: a new session, the browser's earlier one over, the device known."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.gate.sessions import COOKIE as SESSION
from app.gate.sessions import secret_of
from app.sign_in import local_words, steps
from app.sign_in.before import afresh, drop_cookie, set_cookie
from app.sign_in.leisure import Leisure
from pipelines.house import House
from pipelines.people import signing_in
from pipelines.people.accounts import Account
from pipelines.people.desk import Desk
from schemas.errors import RefusedError

AGAIN = "signed in again"


@dataclass(frozen=True)
class Office:
    """What the pages of local accounts share: the house, the desk at which people sign in, and its pace."""

    house: House
    desk: Desk
    leisure: Leisure = field(default_factory=Leisure)

    @property
    def key(self) -> bytes:
        """The portal's secret."""
        return self.house.key


async def let_in(
    office: Office, request: Request, account: Account, *, after: str, told_by: str, answer: Response | None = None
) -> Response:
    """Begin the session of somebody who has shown who they are; the answer is the way on, unless another is given."""
    try:
        secret = await run_in_threadpool(signing_in.open_session, office.desk, account, told_by=told_by)
    except RefusedError:  # was given a role that needs a second factor since the password was right
        return RedirectResponse(local_words.SIGN_IN, 303)
    if not secret:
        return answer or local_words.no_access(account.identity.key)
    earlier = await run_in_threadpool(office.desk.sessions.find, secret_of(request.scope))
    if earlier:
        await run_in_threadpool(office.desk.sessions.end, earlier.id, why=AGAIN)
    found = answer or RedirectResponse(after, 303)
    set_cookie(found, SESSION, secret)
    steps.trust(found, signing_in.trusted(office.desk, account, steps.place(request).devices))
    for name in (steps.STEP, steps.LINK):
        drop_cookie(found, name)
    return afresh(office.key).keep(found)
