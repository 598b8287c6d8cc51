"""The step in which a large file is checked: how far it is, for as long as its sender likes to look."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import streamlit as st

from app import background, sending
from app.background import Job
from app.identity import current_person
from app.permissions import Action
from app.sending import Draft
from app.steps.previewing import cancel
from app.wording import moment, number
from pipelines.returns import Stage

EVERY = 2.0  # seconds
STAGES = {
    Stage.READING: "Reading the file",
    Stage.GATE: "Looking for anything that identifies a person",
    Stage.FORMATS: "Looking at the form of every answer",
    Stage.RULES: "Comparing the answers within each row",
    Stage.RELATIONS: "Comparing rows, tables and the register",
    Stage.HISTORY: "Comparing with the returns sent before",
    Stage.PREVIEW: "Working out what would change",
}


def show() -> None:
    """How far the check is; the page goes on by itself when it has ended."""
    st.markdown(
        "**Your file is being checked.** It is large, so this takes a while. You may leave this page and come back: "
        "what was found waits for you for two hours, in the portal's memory only. "
        "Nothing in it is stored until you submit it."
    )
    _progress()
    st.button("Cancel the check", key="wait-cancel", on_click=_cancel)


def came_back(draft: Draft) -> None:
    """Of what a large file's check found: since when and until when it waits here, and a way to drop it."""
    job = draft.found_by
    if job is None or background.of(draft.person) is not job:
        return
    st.info(waits(job))
    if draft.checked is None:  # the step before submitting has a button of its own
        st.button("Cancel", key="wait-cancel", on_click=cancel)


def waits(job: Job) -> str:
    """“This file was checked on 3 May 2026, 10:02. What was found waits in the portal's memory until …”."""
    ended = datetime.now(UTC) - timedelta(seconds=time.monotonic() - (job.ended or job.started))
    until = ended + timedelta(seconds=background.KEPT_FOR)
    return (
        f"This file was checked on {moment(ended)}. What was found waits for you in the portal's memory until "
        f"{moment(until)}, even when you close the browser. Nothing in the file is stored until you submit it. "
        "Cancel drops it at once."
    )


@st.fragment(run_every=EVERY)
def _progress() -> None:
    """Drawn again every two seconds, by itself, and so asks again who is here."""
    job = background.of(current_person(Action.SEND_RETURNS))
    if job is None or not job.runs:
        st.rerun()
        return
    done = max(len(job.begun) - 1, 0)
    st.progress(done / len(STAGES), text=sentence(job))
    st.markdown("\n".join(lines(job)))


def sentence(job: Job) -> str:
    """“Stage 2 of 7, 14 seconds so far; the file has 120.5 MB”."""
    stage = max(len(job.begun), 1)
    seconds = number(time.monotonic() - job.started)
    return (
        f"Stage {stage} of {len(STAGES)}, {seconds} seconds so far; the file has {number(job.size / 1e6, places=1)} MB"
    )


def lines(job: Job) -> list[str]:
    """Each stage: done and in how many seconds, under way, or to come."""
    begun = list(job.begun.items())
    ends = [when for _, when in begun[1:]]
    took = {stage: end - start for (stage, start), end in zip(begun, ends, strict=False)}
    return [f"- {words}: {_state(stage, job, took)}" for stage, words in STAGES.items()]


def _state(stage: Stage, job: Job, took: dict[Stage, float]) -> str:
    if stage in took:
        return f"done, {number(took[stage], places=1)} seconds"
    return "under way" if stage in job.begun else "to come"


def _cancel() -> None:
    background.drop(current_person(Action.SEND_RETURNS))
    sending.clear()
