"""The states of a return and the moves between them; drawn in docs/states.md."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from schemas.errors import RefusedError


class ReturnState(StrEnum):
    """Where a return is on its way. Three are ends: nothing is ever overwritten, and nothing comes back."""

    NOT_ACCEPTED = "not accepted"
    CHECKED = "checked"
    PREVIEWED = "previewed"
    SUBMITTED = "submitted"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


MOVES: Mapping[ReturnState | None, frozenset[ReturnState]] = {
    None: frozenset({ReturnState.NOT_ACCEPTED, ReturnState.CHECKED, ReturnState.SUBMITTED}),  # submitted: nil, no file
    ReturnState.NOT_ACCEPTED: frozenset(),
    ReturnState.CHECKED: frozenset({ReturnState.PREVIEWED, ReturnState.SUBMITTED}),  # the command line has no preview
    ReturnState.PREVIEWED: frozenset({ReturnState.SUBMITTED}),
    ReturnState.SUBMITTED: frozenset({ReturnState.SUPERSEDED, ReturnState.WITHDRAWN}),
    ReturnState.SUPERSEDED: frozenset(),
    ReturnState.WITHDRAWN: frozenset(),
}
CANNOT: Mapping[ReturnState, str] = {
    ReturnState.PREVIEWED: "This return has errors. Correct them and check it again before sending.",
    ReturnState.SUBMITTED: "This return has errors. Correct them and check it again before sending.",
    ReturnState.SUPERSEDED: "This version does not stand any more, so nothing takes its place.",
    ReturnState.WITHDRAWN: "There is no version to withdraw: none was sent, or it was withdrawn already.",
    ReturnState.NOT_ACCEPTED: "This return was accepted already.",
    ReturnState.CHECKED: "This return was sent already. Check a file again to send another version.",
}


def must_move(before: ReturnState | None, after: ReturnState) -> None:
    """RefusedError, in words, unless a return may go from one state to the other."""
    if after not in MOVES[before]:
        raise RefusedError(CANNOT[after])


def state_of(recorded: str, *, followed_by: str | None) -> ReturnState:
    """The state of a version: from what was recorded of it, and of what happened next to the return of its term."""
    state = ReturnState(recorded)
    if state is not ReturnState.SUBMITTED or followed_by is None:
        return state
    return ReturnState.WITHDRAWN if followed_by == ReturnState.WITHDRAWN else ReturnState.SUPERSEDED
