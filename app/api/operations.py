"""What a programme can ask for, in one table: the routes, the checks before and the document are made from it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app import proof_words
from app.api import fields, problems
from app.api.answers import (
    CheckTold,
    ReturnsTold,
    ReturnTold,
    as_json,
    of_check,
    of_refused,
    of_version,
)
from app.api.fields import DECLARED, EXPLANATIONS, SCHOOL, SEEN, TERM, YEAR, Field
from app.api.problems import Kind, ProblemError
from pipelines import receipt_mail, returns
from pipelines.house import House
from pipelines.people import programme_errors, programmes
from pipelines.people.programme_once import Kept, Once
from pipelines.people.tokens import Token, TokenScope
from pipelines.returns import NamedFile, Stated
from schemas.calendar import Term
from schemas.errors import ForbiddenError, PlumblineError, QuestionError, RefusedError, StaleError

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"
FORM, JSON = "multipart/form-data", "application/json"
RAW = {WORKBOOK: "return.xlsx", ZIP: "return.zip"}
NAME_THE_SCHOOL = "This token is for several schools: say for which."
log = logging.getLogger("plumbline.api")
SEEN_NEEDED = "Say it here or in the header If-Match."


@dataclass(frozen=True, slots=True)
class Call:
    """A request that may be answered: whose, of what, and what makes it happen once."""

    house: House
    token: Token
    request: str
    values: Mapping[str, Any]
    files: tuple[NamedFile, ...] = ()
    once: Once | None = None
    return_id: int = 0

    @property
    def urn(self) -> str:
        """The school that it is about."""
        urn: str | None = self.values.get(SCHOOL.name)
        if urn is None and len(self.token.schools) != 1:
            raise fields.wrong((SCHOOL.name, NAME_THE_SCHOOL))
        return urn or self.token.schools[0]

    @property
    def stated(self) -> Stated:
        """What it says of a return as a whole."""
        return Stated(self.urn, self.values.get(YEAR.name), self.values.get(TERM.name))

    @property
    def explanations(self) -> Mapping[str, Any]:
        """The reasons that it gives."""
        found: Mapping[str, Any] = self.values.get(EXPLANATIONS.name, {})
        return found


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back."""

    status: int
    content: Any
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked for. `holds` is what a good answer holds, `bodies` the types of content it takes.

    `changes`: it needs an idempotency key. `kinds` are the problems that it has beside those that every one has.
    """

    name: str
    method: str
    path: str
    summary: str
    words: str
    scope: TokenScope
    run: Callable[[Call], Answer]
    holds: type
    status: int
    fields: tuple[Field, ...] = ()
    required: tuple[Field, ...] = ()
    bodies: tuple[str, ...] = ()
    changes: bool = False
    kinds: tuple[Kind, ...] = ()

    @property
    def takes_files(self) -> bool:
        """Whether a return comes with it."""
        return FORM in self.bodies


# -- what is done -----------------------------------------------------------------------------------------


def _check(call: Call) -> Answer:
    found = programmes.check(
        call.house, call.token, call.files, stated=call.stated, explanations=call.explanations, request=call.request
    )
    return Answer(200, as_json(of_check(found, urn=call.urn)), _seen(found.seen))


def _send(call: Call) -> Answer:
    assert call.once is not None  # noqa: S101 - the door asks for it
    kept = programmes.send(
        call.house, call.token, call.files, call.once, stated=call.stated, explanations=call.explanations,
        seen=call.values.get(SEEN.name), request=call.request,
    )  # fmt: skip
    _mail(call, kept)
    return _kept(kept)


def _nil(call: Call) -> Answer:
    assert call.once is not None  # noqa: S101 - the door asks for it
    kept = programmes.record_nil(
        call.house, call.token, call.once, school_urn=call.urn, academic_year=call.values[YEAR.name],
        term=call.values[TERM.name], explanations=call.explanations, seen=call.values.get(SEEN.name),
        request=call.request,
    )  # fmt: skip
    _mail(call, kept)
    return _kept(kept)


def _withdraw(call: Call) -> Answer:
    assert call.once is not None  # noqa: S101 - the door asks for it
    if SEEN.name not in call.values:
        raise fields.wrong((SEEN.name, f"{fields.MISSING} {SEEN_NEEDED}"))
    kept = programmes.withdraw(
        call.house, call.token, call.once, call.return_id, seen=call.values[SEEN.name], request=call.request
    )
    return _kept(kept, status=200)


def _state(call: Call) -> Answer:
    found = programmes.version(call.house, call.token, call.return_id)
    return Answer(200, as_json(of_version(found)), _seen(found.seen))


def _list(call: Call) -> Answer:
    seen, found = programmes.versions(
        call.house, call.token, call.urn, academic_year=call.values.get(YEAR.name), term=call.values.get(TERM.name)
    )
    return Answer(200, as_json(ReturnsTold(call.urn, seen, [of_version(one) for one in found])), _seen(seen))


def _kept(kept: Kept, *, status: int = 201) -> Answer:
    headers = _seen(kept.version.seen) | {"Location": f"/api/v1/returns/{kept.version.return_id}"}
    again = {"Idempotent-Replayed": "true"} if kept.again else {}
    return Answer(status, as_json(of_version(kept.version)), headers | again)


def _seen(number: int) -> dict[str, str]:
    return {"ETag": f'"{number}"'}


def _mail(call: Call, kept: Kept) -> None:
    """The receipt by e-mail, as the portal sends it; no fault of the mail hides that the return is kept."""
    if kept.receipt is None:
        return
    actor = call.token.actor_for(kept.version.school_urn, request=call.request)
    try:
        receipt_mail.send(
            call.house.warehouse, call.house.smtp, [kept.receipt],
            lambda one: proof_words.as_text(programmes.proof_of(call.house, one, actor)), actor=actor,
        )  # fmt: skip
    except Exception as fault:
        log.error("%s while a receipt was mailed", type(fault).__name__)  # never its text


# -- what can be wrong with it ----------------------------------------------------------------------------


def run(operation: Operation, call: Call) -> Answer:
    """Do it; whatever Plumbline refuses becomes a problem of the table."""
    try:
        return operation.run(call)
    except PlumblineError as fault:
        raise _problem(fault, call) from None


_KINDS: Mapping[type[PlumblineError], Kind] = {  # the first that fits
    programme_errors.TokenEndedError: problems.REVOKED_TOKEN,
    programme_errors.NotOpenError: problems.NOT_OPEN,
    programme_errors.NoReturnError: problems.NO_RETURN,
    programme_errors.KeyUsedError: problems.KEY_USED,
    programme_errors.SignOffError: problems.SIGN_OFF,
    programme_errors.SayWhatStandsError: problems.SAY_WHAT_STANDS,
    ForbiddenError: problems.NOT_OPEN,
    StaleError: problems.STALE,
    QuestionError: problems.NOT_POSSIBLE,
    RefusedError: problems.REFUSED,
    PlumblineError: problems.NOT_POSSIBLE,
}


def _problem(fault: PlumblineError, call: Call) -> ProblemError:
    if isinstance(fault, programme_errors.NotAcceptedError):
        seen = returns.last_return(call.house.warehouse, call.token.organisation, call.urn)
        check = of_refused(fault.checked, urn=call.urn, seen=seen)
        return ProblemError(problems.NOT_ACCEPTED, str(fault), check=as_json(check))
    kind = next(kind for error, kind in _KINDS.items() if isinstance(fault, error))
    more = _what_stands(call) if kind in (problems.STALE, problems.SAY_WHAT_STANDS) else {}
    return ProblemError(kind, str(fault), **more)


def _what_stands(call: Call) -> dict[str, Any]:
    """What stands now, for whoever has to decide again."""
    try:
        urn, year, term = _place(call)
        if not (year and term):
            return {"seen": returns.last_return(call.house.warehouse, call.token.organisation, urn)}
        seen, found = programmes.stands(call.house, call.token, urn, year, term)
    except PlumblineError:
        return {}
    return {"seen": seen, "stands": None if found is None else as_json(of_version(found))}


def _place(call: Call) -> tuple[str, str | None, Term | None]:
    if call.return_id:
        found = programmes.version(call.house, call.token, call.return_id)
        return found.school_urn, found.academic_year, found.term
    return call.urn, call.values.get(YEAR.name), call.values.get(TERM.name)


# -- the table --------------------------------------------------------------------------------------------

OF_CHANGES = (problems.NO_KEY, problems.KEY_USED, problems.STILL_RUNS, problems.STALE, problems.REFUSED,
              problems.NOT_POSSIBLE, problems.SIGN_OFF)  # fmt: skip
OF_BODIES = (problems.UNREADABLE, problems.TOO_SLOW, problems.TOO_LARGE, problems.WRONG_TYPE, problems.BUSY)
OPERATIONS = (
    Operation(
        "sendReturn", "POST", "/api/v1/returns", "Send a return",
        "Checks one school's return of one term and, where it has no errors, keeps it as a new version that takes the "
        "place of the one before. With errors nothing is kept, and the answer says what to correct. Queries do not "
        "stop it; they can be explained. Where its year and term are left out, the file says them.",
        TokenScope.SEND, _send, ReturnTold, 201, (SCHOOL, YEAR, TERM, SEEN, EXPLANATIONS), (), (FORM, *RAW),
        changes=True, kinds=(*OF_CHANGES, *OF_BODIES, problems.NOT_ACCEPTED, problems.NOT_OPEN),
    ),
    Operation(
        "checkReturn", "POST", "/api/v1/returns/check", "Check a return without sending it",
        "The same check, and what sending would change. Nothing of the file is kept; that a check was made, and how "
        "many issues of which rule it found, is on record. The answer is 200 with errors too: see its “state”.",
        TokenScope.SEND, _check, CheckTold, 200, (SCHOOL, YEAR, TERM, EXPLANATIONS), (), (FORM, *RAW),
        kinds=(*OF_BODIES, problems.NOT_OPEN, problems.NOT_POSSIBLE, problems.REFUSED),
    ),
    Operation(
        "listReturns", "GET", "/api/v1/returns", "List the versions of a school's returns",
        "What was sent for the school, the latest first, whoever sent it; and “seen”, which a change may name.",
        TokenScope.READ, _list, ReturnsTold, 200, (SCHOOL, YEAR, TERM), kinds=(problems.NOT_OPEN,),
    ),
    Operation(
        "readReturn", "GET", "/api/v1/returns/{id}", "Read the state of a version",
        "Whether it stands, what it holds in numbers, and the queries that it was sent with.",
        TokenScope.READ, _state, ReturnTold, 200, kinds=(problems.NO_RETURN,),
    ),
    Operation(
        "withdrawReturn", "POST", "/api/v1/returns/{id}/withdraw", "Withdraw a return",
        "Takes back the version that stands, so that none stands for its term. It stays on record. “seen” is needed, "
        "here or in the header If-Match.",
        TokenScope.SEND, _withdraw, ReturnTold, 200, (SEEN,), (), (JSON,), changes=True,
        kinds=(*OF_CHANGES, *OF_BODIES, problems.NO_RETURN, problems.NOT_OPEN),
    ),
    Operation(
        "sendNil", "POST", "/api/v1/nil", "Send a nil return",
        "Records that staff were told of no incident in a term that has begun. Where a return with incidents stands, "
        "“seen” is needed.",
        TokenScope.SEND, _nil, ReturnTold, 201, (SCHOOL, YEAR, TERM, SEEN, EXPLANATIONS, DECLARED),
        (YEAR, TERM, DECLARED), (JSON,), changes=True,
        kinds=(*OF_CHANGES, *OF_BODIES, problems.NOT_OPEN, problems.SAY_WHAT_STANDS),
    ),
)  # fmt: skip
OF_ALL = (problems.NO_TOKEN, problems.UNKNOWN_TOKEN, problems.EXPIRED_TOKEN, problems.REVOKED_TOKEN,
          problems.TOKEN_IN_ADDRESS, problems.NOT_FOR_THIS, problems.WRONG_FIELDS, problems.TOO_MANY)  # fmt: skip
