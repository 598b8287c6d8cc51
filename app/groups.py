"""Named groups of one's own schools: shown with who keeps them, made, changed and withdrawn."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from app import asking, compared, identity, wording
from app.calm import calmly
from app.issue_tables import plain
from app.issues import counted
from app.permissions import Action, Person, may
from pipelines.comparing import LEAST_SCHOOLS, Group

NEW = 0
KEPT = "group-kept"


def section(person: Person) -> None:
    """The groups that stand and a form, for those who may keep them; nothing for others."""
    if not may(person, Action.KEEP_GROUPS):
        return
    st.header("Your groups of schools", anchor=False)
    if said := st.session_state.pop(KEPT, None):
        st.success(said)
    standing = {one.number: one for one in compared.groups(person)}
    names = asking.schools(person)
    if standing:
        st.table(table(standing, names), border="horizontal")
    else:
        st.markdown("None yet. A group is a comparator of your own: localities of an authority, hubs of a trust.")
    with st.expander("Make, change or withdraw a group"):
        _form(standing, names)


def table(standing: Mapping[int, Group], names: Mapping[str, str]) -> pd.DataFrame:
    """Each group with its schools, and who kept it last."""
    rows = [
        {
            "Group": plain(one.name),
            "Schools": plain(", ".join(sorted(names.get(urn, urn) for urn in one.schools))),
            "Kept by": plain(f"{one.decided_by}, {one.role}, {wording.moment(one.decided_at)}"),
        }
        for one in standing.values()
    ]
    return pd.DataFrame(rows).set_index("Group")


def _form(standing: Mapping[int, Group], names: Mapping[str, str]) -> None:
    number = st.selectbox(
        "Group", [NEW, *standing], format_func=lambda one: standing[one].name if one else "A new group", key="group"
    )
    group = standing.get(number)
    with st.form(f"group-form-{number}"):
        name = st.text_input("Name", value=group.name if group else "", max_chars=60, help="It names no person.")
        chosen = st.multiselect(
            "Schools", sorted(names, key=lambda urn: (names[urn], urn)), default=_still(group, names),
            format_func=lambda urn: f"{names[urn]} ({urn})",
        )  # fmt: skip
        st.caption(
            f"Fewer than {LEAST_SCHOOLS} schools are kept as a group too, but nothing is compared with them. "
            "Your organisation sees who made or changed a group; every version stays on record."
        )
        keep = st.form_submit_button("Keep the group")
        end = st.form_submit_button("Withdraw the group", disabled=group is None)
    if keep or end:
        with calmly():
            _done(group, name, chosen, end=end)


def _still(group: Group | None, names: Mapping[str, str]) -> list[str]:
    return [urn for urn in group.schools if urn in names] if group else []


def _done(group: Group | None, name: str, chosen: list[str], *, end: bool) -> None:
    person = identity.current_person(Action.KEEP_GROUPS)
    if end and group is not None:
        compared.withdraw_group(person, group.number)
        said = f"Withdrawn: {plain(group.name)}."
    else:
        compared.keep_group(person, name, chosen, number=group.number if group else None)
        few = "" if len(chosen) >= LEAST_SCHOOLS else f" Nothing is compared with it: that needs {LEAST_SCHOOLS}."
        said = f"Kept: {plain(name.strip())}, {counted(len(chosen), 'school')}.{few}"
    st.session_state[KEPT] = said
    st.rerun()
