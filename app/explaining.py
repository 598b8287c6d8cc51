"""Why the queries of a return stand: chosen from lists, by rule; what was said before is shown and can be changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from app.issues import counted
from app.layout_marks import plain
from schemas.explanation import Explanation, notes, reasons
from schemas.issues import Issue

EXPLAIN = "explain-"
NOTE, AFRESH = f"{EXPLAIN}note|", f"{EXPLAIN}afresh|"
NO_REASON, NO_NOTE = "No explanation", "Nothing to add"
WHY = "If these answers are right as they are, say why"


def section(rule: str, issues: Sequence[Issue], before: Mapping[Issue, Explanation]) -> None:
    """What was said before of a rule's queries, and the choice for those of which nothing was said."""
    told = [before[issue] for issue in issues if issue in before]
    if told:
        st.markdown(before_words(told, of=len(issues)))
        st.checkbox("Explain all of these again", key=f"{AFRESH}{rule}")
    if len(told) < len(issues) or st.session_state.get(f"{AFRESH}{rule}"):
        _choice(rule)


def _choice(rule: str) -> None:
    """A reason, and when there is one a phrase; leaving both blank is allowed."""
    left, right = st.columns(2)
    reason = left.selectbox(
        WHY, ["", *reasons()], format_func=lambda code: reasons().get(code, NO_REASON), key=f"{EXPLAIN}{rule}"
    )
    if reason:
        right.selectbox(
            "You may add to this", ["", *notes()], format_func=lambda code: notes().get(code, NO_NOTE),
            key=f"{NOTE}{rule}",
        )  # fmt: skip


def ask(issues: Sequence[Issue]) -> None:
    """The choice for each rule of these queries, of which nothing was said before."""
    for rule in dict.fromkeys(issue.rule for issue in issues):
        _choice(rule)


def forget() -> None:
    """Drop what was chosen, because it was about something else."""
    for name in [str(name) for name in st.session_state if str(name).startswith(EXPLAIN)]:
        del st.session_state[name]


def before_words(told: Sequence[Explanation], *, of: int) -> str:
    """“Explained before: 2 of these 3 (Unusual, but right). …”."""
    said = "; ".join(dict.fromkeys(one.words for one in told))
    which = "" if len(told) == of else f"{len(told):,} of these {of:,} "
    return (
        f"**Explained before**: {which}({plain(said)}). "
        f"{'It is' if len(told) == 1 else 'They are'} sent as explained again, because "
        f"{counted(len(told), 'answer')} {'has' if len(told) == 1 else 'have'} not changed."
    )


def chosen() -> dict[str, Explanation]:
    """What the person has chosen, by rule."""
    state = {str(name): value for name, value in st.session_state.items()}
    rules = [name.removeprefix(EXPLAIN) for name in state if name.startswith(EXPLAIN) and "|" not in name]
    return {
        rule: Explanation(
            str(state[f"{EXPLAIN}{rule}"]),
            str(state.get(f"{NOTE}{rule}") or "") or None,
            afresh=bool(state.get(f"{AFRESH}{rule}")),
        )
        for rule in rules
        if state[f"{EXPLAIN}{rule}"]
    }
