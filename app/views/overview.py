"""Are our safeguarding procedures working? Five figures, what changed, and for a school its authority beside it."""

from __future__ import annotations

import streamlit as st

from app import asking, changes, charts, figure, filters, identity, listing, wording
from app.permissions import Action
from schemas.family import family
from schemas.measurement import measures
from schemas.rulesets import rule_sets

CALLED_FOR = "the incidents that the guidance says to escalate were escalated"
FIRST, AGAIN = "escalated_when_called_for", "involved_again_365_days"
EACH_TERM = ("incidents_per_1000", FIRST, "days_to_escalation", "dsl_informed_same_day")
HEADLINES = (*EACH_TERM, AGAIN)
ALL_TIME = {"year": None, "term": None}  # a year must pass before anyone can be said to be involved again

person = identity.current_person(Action.SEE_FIGURES)
home = asking.home(person)
authority = asking.authority(person)
st.title("Are our safeguarding procedures working?", anchor=False)
answer = st.container()
chosen = filters.choose(person, "year", "term", "phase", "rule_set")
found = {name: asking.one(person, chosen.question(name, **(ALL_TIME if name == AGAIN else {}))) for name in HEADLINES}
first, table = found[FIRST]
judged = figure.judged_by(chosen.rule_set)
beside = authority if chosen.rule_set == family().rule_set else None
early = asking.already_come(person)
already = wording.already_come(early) if early else ""


def headlines() -> None:
    """The answer, and the five figures on cards."""
    words = wording.answer(measures()[FIRST], first, of=CALLED_FOR)
    covered = wording.opening(wording.coverage(table.coverage))
    answer.markdown(f"**{home['name']}, {chosen.period}: {words}.** {judged}. {figure.sentences(covered, already)}")
    for column, name in zip(st.columns(len(HEADLINES)), HEADLINES, strict=True):
        measure = measures()[name]
        with column, st.container(border=True, height="stretch", key=f"card-{name}"):
            st.metric(wording.opening(measure.short_title), wording.short(measure, found[name][0]))
            period = "All years: " if name == AGAIN else ""
            st.caption(wording.opening(f"{period}{wording.sentence(measure, found[name][0])}."))


def over_time() -> None:
    """The first figure over all terms, for a school with its authority beside it."""
    measure, question = measures()[FIRST], chosen.question(FIRST, "term", **ALL_TIME)
    own = asking.figures(person, question)
    tables = {home["name"]: own}
    if beside is not None:
        tables[beside.called] = asking.figures(person, asking.about(question, beside))
    whole, _ = asking.one(person, chosen.question(FIRST, **ALL_TIME))
    n = f"{wording.whole(whole.denominator)} {wording.noun(measure)}"
    figure.show(
        changes.over_terms(measure, own),
        chart=charts.series(measure, tables),
        table=listing.over_terms(measure, tables),
        caption=figure.caption(
            measure, own, n=n, period="all terms", comparator=beside.called if beside else figure.NOBODY
        ),
        key="over-time",
    )


def changed() -> None:
    """The last two ended terms of which returns have come, figure by figure."""
    terms = asking.last_two_terms(person)
    if len(terms) < filters.LEAST_CHOICE:
        return
    names = [wording.period(*term) for term in terms]
    pairs = {
        name: [asking.one(person, chosen.question(name, year=year, term=term)) for year, term in terms]
        for name in EACH_TERM
    }
    figures = {name: [row for row, _ in pair] for name, pair in pairs.items()}
    said = {name: changes.compare(*pair) for name, pair in figures.items()}
    covered = [f"{name}: {wording.coverage(at.coverage)}" for name, (_, at) in zip(names, pairs[FIRST], strict=True)]
    rule = (
        f"Ended terms only. A change is clear when the two 95{wording.THIN}% intervals do not overlap; "
        "most differences are chance"
    )
    figure.show(
        changes.summary(*names, list(said.values())),
        chart=None,
        table=listing.compared(figures, names, last=said),
        caption=figure.joined(rule, *covered, judged, figure.version(table)),
        key="changed",
    )


def beside_authority(other: asking.Beside) -> None:
    """A school's figures beside the protected ones of its authority."""
    theirs = {name: asking.one(person, asking.about(at.question, other)) for name, (_, at) in found.items()}
    figure.show(
        f"{home['name']} beside {other.called}",
        chart=None,
        table=listing.compared(
            {name: [own, theirs[name][0]] for name, (own, _) in found.items()}, [home["name"], other.called]
        ),
        caption=figure.joined(
            f"Period: {chosen.period}; involved again: all years",
            f"{other.called}: {wording.coverage(theirs[FIRST][1].coverage)}; {figure.released(theirs[FIRST][1])}",
            "What could point at someone is withheld; what was shared is not changed by a return that comes later",
            judged,
            "Schools differ in age, size and how much they record: a difference is a question, not a verdict",
            figure.version(table),
        ),
        key="beside",
    )


headlines()
over_time()
changed()
if beside is not None:
    beside_authority(beside)
elif authority is not None:
    st.info(
        f"Others’ figures are shared under {rule_sets()[family().rule_set].short_title} only. Choose it to see "
        f"{authority.called} beside yours."
    )
figure.note_of_states()
