"""Faults as sentences: ours as they are written, anything else as one calm sentence without a trace."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from app import access, identity
from schemas.errors import ForbiddenError, PlumblineError

UNEXPECTED = (
    "Something went wrong on our side. Please try again. If you were sending a return, the page Returns shows "
    "whether it came. If it happens again, tell whoever runs this portal what you did and when."
)
log = logging.getLogger("plumbline.portal")


@contextmanager
def calmly(say: Callable[[str], object] = st.error) -> Iterator[None]:
    """Say what went wrong instead of stopping with it; a refusal is kept in the record.

    The log gets the kind of fault and its place, never its text: that can hold what was in a cell.
    """
    try:
        yield
    except PlumblineError as fault:
        if isinstance(fault, ForbiddenError):
            access.noted(identity.who_is_here(), fault)
        say(str(fault))
    except Exception as fault:
        keep_in_log(fault)
        say(UNEXPECTED)


def keep_in_log(fault: Exception) -> None:
    """The kind of a fault and its place, and nothing else of it."""
    log.error("%s at %s", type(fault).__name__, _place(fault))


def _place(fault: Exception) -> str:
    trace = fault.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "an unknown place"
