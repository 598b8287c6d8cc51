"""Files made only when somebody asks for them, and only while what they are made of is still theirs.

Every file that the portal gives out goes this way; what makes it keeps in the record who took it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app import identity
from app.calm import UNEXPECTED, keep_in_log
from app.permissions import Person
from schemas.errors import PlumblineError, RefusedError

GONE = "What this file was made of is no longer here. Check the file again."


@dataclass(frozen=True, slots=True)
class Asked:
    """A file to give out: what it is called, what kind it is, and how it is made, which records that it was taken."""

    name: str
    mime: str
    make: Callable[[], bytes]


def offer(label: str, asked: Asked, *, person: Person, key: str, help: str | None = None) -> None:
    """A download for whoever is here, made at the click and only while they are."""
    download(label, asked, key=key, place=identity.PERSON, still=lambda here: here == person, help=help)


def download(
    label: str, asked: Asked, *, key: str, place: str, still: Callable[[object], bool], help: str | None = None
) -> None:  # fmt: skip
    """A download whose content is made at the click.

    The click reaches the server outside the page, so the page's own guard does not run. The file is made only while
    what stands at `place` in the session is `still` what it was drawn for: not after it was cancelled or sent, nor when
    somebody else is here, nor once the grant under which it was drawn is over.
    """
    context = get_script_run_ctx()

    def made() -> bytes:
        if not identity.is_here(_at(identity.PERSON)) or place not in _state() or not still(_at(place)):
            raise RefusedError(GONE)
        return _calmly(asked.make)

    def _state() -> Any:
        return context.session_state if context is not None else {}

    def _at(name: str) -> object:
        return _state()[name] if name in _state() else None  # noqa: SIM401 - Streamlit's own has no `get`

    st.download_button(label, made, file_name=asked.name, mime=asked.mime, on_click="ignore", key=key, help=help)


def _calmly(make: Callable[[], bytes]) -> bytes:
    """Streamlit writes whatever goes wrong here into the log as it is: so nothing but a sentence of ours may."""
    try:
        return make()
    except PlumblineError:
        raise
    except Exception as fault:
        keep_in_log(fault)
        raise RefusedError(UNEXPECTED) from None
