"""Are the same children involved again within a year, how soon, and after what?"""

from __future__ import annotations

import streamlit as st

from app import again, asking, charts, figure, filters, identity, wording
from app.permissions import Action
from pipelines.reporting import FigureTable
from schemas.measurement import measures

BREAKDOWNS = {
    "type": "Type of the first incident",
    "action": "Action taken after the first incident",
    "support": "Support offered after the first incident",
    "escalated": "Whether the first incident was escalated",
    "role": "Part of the child in the first incident",
    "year": "Academic year of the first incident",
    "sex": "Sex",
}
RESPONSE = frozenset({"action", "support", "escalated"})
METHOD = (
    f"Kaplan–Meier, 95{wording.THIN}% log-log limits (exact where none or all are involved again); "
    "no figure with fewer than ten children at risk"
)

person = identity.current_person(Action.SEE_FIGURES)
home = asking.home(person)
year, soon = measures()[again.YEAR], measures()[again.SOON]
st.title("Are the same children involved again within a year?", anchor=False)
answer = st.container()
chosen = filters.choose(person, "year", "phase", "school", latest=False)
within_year, table = asking.one(person, chosen.question(year.id))
within_soon, _ = asking.one(person, chosen.question(soon.id))
n = f"{wording.whole(within_year.denominator)} children"
with answer:
    st.markdown(
        f"**{home['name']}, first incidents in {chosen.period}: {wording.sentence(year, within_year)}.** "
        f"Within 90 days: {wording.sentence(soon, within_soon)}. "
        f"{wording.whole(within_year.at_risk)} children have been followed for a whole year. {year.how_to_read}"
    )


def caption(at: FigureTable, *, n: str, notes: tuple[str, ...]) -> str:
    """What a figure of this page rests on."""
    period = wording.period(at.question.year, None)
    return figure.joined(figure.caption(year, at, n=n, period=period), METHOD, *notes)


def over_time() -> None:
    """The curve of all children, and where it stands on chosen days."""
    found = again.curve(person, chosen.question(year.id))
    figure.show(
        again.of_whole(within_soon, within_year),
        chart=charts.rising(found),
        table=again.days(found),
        caption=caption(table, n=n, notes=("The curve ends where fewer than ten children are still followed",)),
        key="curve",
    )


def by_group() -> None:
    """Every breakdown, tested together."""
    tested = again.differences(person, chosen.question(year.id, *BREAKDOWNS))
    tests = sum(one.p is not None for one in tested.values())
    for by, heading in BREAKDOWNS.items():
        within = {"year": None} if by == "year" else {}
        late, early = (asking.figures(person, chosen.question(name.id, by, **within)) for name in (year, soon))
        whole, _ = asking.one(person, chosen.question(year.id, **within))
        drawn = charts.dots(year, late, by=by)
        by_90_days = not drawn.has_numbers
        figure.show(
            again.of_groups(by, heading, tested[by], late),
            chart=charts.dots(soon, early, by=by) if by_90_days else drawn,
            table=again.groups(early, late, by=by, heading=heading),
            caption=caption(
                late,
                n=f"{wording.whole(whole.denominator)} children",
                notes=(
                    f"The chart shows the share within {'90 days' if by_90_days else 'a year'}",
                    again.tested(by, tested[by], tests=tests),
                    again.NOT_A_TRIAL if by in RESPONSE else "",
                ),
            ),
            key=f"by-{by}",
        )


def each_child() -> None:
    """How many incidents the children were in."""
    found = again.per_child(person, chosen.question(year.id))
    figure.show(
        again.of_children(found),
        chart=None,
        table=again.children(found),
        caption=figure.joined(
            f"n = {wording.number(found.children)} children in any incident of the period",
            f"Period: {chosen.period}",
            f"Compared with: {figure.NOBODY}",
            wording.opening(wording.coverage(table.coverage)),
            figure.version(table),
            "Counted within the period and schools chosen, however long a child was followed: "
            "not a share involved again",
        ),
        key="per-child",
    )


over_time()
by_group()
each_child()
with st.expander("How to read this measure"):
    st.markdown("\n".join(f"- {caveat}" for caveat in dict.fromkeys((*year.caveats, *soon.caveats))))
figure.note_of_states()
