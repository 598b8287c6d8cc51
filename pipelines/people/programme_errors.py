"""What a programme is refused for, and the sentence that it is told."""

from __future__ import annotations

from pipelines.intake.checking import Checked
from schemas.errors import ForbiddenError, RefusedError

ENDED = "This token was revoked or has expired while the request was worked on. Nothing was kept."
NOT_OPEN = "This token does not open this school, or not for this term."
KEY_USED = "This idempotency key was used for another request."
NOT_ACCEPTED = "This return has errors. Correct them in the recording system, and send it again."
HOLDS_INCIDENTS = "A return with incidents stands for this term. A nil return would take its place."
NO_RETURN = "There is no such return among those that this token opens."


class TokenEndedError(RefusedError):
    """The token opens nothing any more."""


class NotOpenError(ForbiddenError):
    """The school, or its return of that term, is not the token's."""


class NoReturnError(ForbiddenError):
    """There is no such return, or it is another school's: which of both is not said."""


class KeyUsedError(RefusedError):
    """An idempotency key came again with something else."""


class SignOffError(RefusedError):
    """Sign-off is asked for, which no programme can give."""


class SayWhatStandsError(RefusedError):
    """What this would replace has to be named first."""


class NotAcceptedError(RefusedError):
    """The return has errors; `checked` has them."""

    def __init__(self, checked: Checked) -> None:
        super().__init__(NOT_ACCEPTED)
        self.checked = checked
