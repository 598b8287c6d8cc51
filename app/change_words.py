"""Before and after a change of procedure in words that never claim more than the interval allows; no Streamlit."""

from __future__ import annotations

from collections.abc import Sequence

from app import wording
from app.change_amounts import INTERVAL, amount, counted, finely, interval, points, times
from pipelines.changing import LEAST_FOR_SLOPE, LEAST_FOR_STEP, Arm, BeforeAfter, Effect, Finding, RateRatio
from schemas.measurement import Kind, Measure

NO_SLOPE = f"fewer than {LEAST_FOR_SLOPE} on a side, so no change of slope is given"
CANNOT_SHOW = """
- **Other things changed too.** A difference between before and after is not the work of the change by itself. Schools
  where it did not apply had the same years: look at the difference beside them first. They may differ in other ways.
- **What stood out falls back.** A school chosen for a change *because* its figures were extreme moves towards the
  others anyway, change or not (regression to the mean).
- **Recording rises with awareness.** More incidents recorded after staff were trained may mean that more were
  noticed. Rates show what was recorded, not what happened.
- **Too few to say is an answer.** No clear change does not mean that nothing changed; under each chart stands how
  large a change would have to be before so many incidents would usually show it.
"""


def several(looked_at: int, chance: float) -> str:
    """What it means to look at several measures at once."""
    if looked_at < 2:
        return ""
    return (
        f"- **Several measures.** With {looked_at} measures and nothing changed, at least one would seem clearly "
        f"different in {wording.per_cent(chance)} of such pages if they were independent. Choose the measures that "
        "the change was meant to move before you look.\n"
    )


def summary(found: Sequence[BeforeAfter]) -> str:
    """How many of the measures changed clearly: beside schools where it did not apply, else before and after."""
    if any(one.elsewhere is not None for one in found):
        return _beside_others(found)
    return _on_the_spot(found)


def _beside_others(found: Sequence[BeforeAfter]) -> str:
    """The contrast with other schools first, for they had the same years."""
    clear = [one for one in found if one.apart is not None and one.apart_finding in (Finding.HIGHER, Finding.LOWER)]
    alone = [one for one in found if one not in clear and one.applied.finding in (Finding.HIGHER, Finding.LOWER)]
    none = f"none of {len(found)} measures moved clearly more or less than at schools where it did not apply"
    named = ", ".join(f"{one.measure.short_title} {_more(one)}" for one in clear)
    said = (
        f"{len(clear)} of {len(found)} measures moved clearly differently from schools where it did not apply ({named})"
        if clear
        else none
    )
    also = f"; {_named(alone)} changed here too, but not clearly more than elsewhere" if alone else ""
    return f"{said}{also}{_note(found) if clear or alone else ''}"


def _more(one: BeforeAfter) -> str:
    return "more" if one.apart_finding is Finding.HIGHER else "less"


def _named(found: Sequence[BeforeAfter]) -> str:
    names = [one.measure.short_title for one in found]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _note(found: Sequence[BeforeAfter]) -> str:
    return "; read the note on several measures below" if len(found) > 1 else ""


def _on_the_spot(found: Sequence[BeforeAfter]) -> str:
    clear = [one for one in found if one.applied.finding in (Finding.HIGHER, Finding.LOWER)]
    if not clear:
        return f"none of {len(found)} measures changed clearly"
    named = ", ".join(f"{one.measure.short_title} {one.applied.finding}" for one in clear)
    return f"{len(clear)} of {len(found)} measures changed clearly ({named}){_note(found)}"


def finding(found: BeforeAfter) -> str:
    """The heading of one measure: before, after, and what the interval says."""
    arm, asked = found.applied, found.measure
    name = wording.opening(asked.short_title)
    if arm.finding is Finding.NOTHING:
        return f"{name}: {_nothing(found)}"
    values = f"{wording.short(asked, arm.before)} before, {wording.short(asked, arm.after)} after"
    return f"{name}: {values}: {arm.finding}"


def sentence(found: BeforeAfter) -> str:
    """One measure in full: where the change applied, where it did not, the difference of both, and the trend."""
    asked = found.measure
    parts = [f"{_opening(found)}{side(asked, found.applied)}"]
    if found.elsewhere is not None:
        parts.append(f"Where it did not apply: {side(asked, found.elsewhere)}")
        parts.append(_beside(found))
    else:
        parts.append("It applied at every school, so there is none to compare with")
    parts.append(trend(found))
    return " ".join(f"{wording.opening(part)}." for part in parts if part)


def _opening(found: BeforeAfter) -> str:
    return "" if found.elsewhere is None else "Where it applied: "


def side(asked: Measure, arm: Arm) -> str:
    """Before 57 % (34 of 60), after 88 % (66 of 75): 31 points more; 95 % interval 16 to 45 points."""
    first, then = counted(asked, arm.before), counted(asked, arm.after)
    if arm.change is None:
        return f"before {first}, after {then}; nothing to compare"
    few = "; too few to say" if arm.finding is Finding.TOO_FEW else _varies(arm)
    return f"before {first}, after {then}: {amount(asked, arm.change)}{few}"


def trend(found: BeforeAfter) -> str:
    """The segmented regression where the change applied, or why there is none."""
    asked, series = found.measure, found.applied.trend
    terms = f"{series.before} {series.unit} before and {series.after} after"
    if series.found is None:
        few = min(series.before, series.after) < LEAST_FOR_STEP
        why = f"{LEAST_FOR_STEP} are needed on either side" if few else "there is nothing on one side"
        return f"Segmented regression: too few points to say ({terms}; {why})"
    step = series.found.effects["level_change"]
    if asked.kind is Kind.RATE:
        ratio, lower, upper = step.ratio
        said = f"a step to {times(ratio)} times the earlier trend ({INTERVAL} {times(lower)} to {times(upper)})"
    else:
        between = f"{points(step.lower)} to {points(step.upper)}"
        said = f"a step of {points(step.value)} points from the earlier trend ({INTERVAL} {between})"
    slope = _slope(asked, series.found.effects.get("trend_change"), unit=series.unit.removesuffix("s"))
    return f"Segmented regression over {terms}: {said}; {slope}"


def _slope(asked: Measure, slope: Effect | None, *, unit: str) -> str:
    if slope is None:
        return NO_SLOPE
    if asked.kind is Kind.RATE:
        ratio, lower, upper = slope.ratio
        return f"then {times(ratio)} times that trend with each {unit} ({times(lower)} to {times(upper)})"
    return f"then {finely(slope.value)} points more with each {unit} ({finely(slope.lower)} to {finely(slope.upper)})"


def _beside(found: BeforeAfter) -> str:
    """The change where it applied beside that elsewhere."""
    if found.apart is None:
        return "The two changes cannot be set beside each other: one of them cannot be said"
    said = {
        Finding.HIGHER: "clearly more than elsewhere",
        Finding.LOWER: "clearly less than elsewhere",
        Finding.UNCLEAR: "no clear difference from elsewhere",
        Finding.TOO_FEW: "too few to say",
        Finding.NOTHING: "nothing to compare",
    }[found.apart_finding]
    between = interval(found.measure, found.apart)
    if found.measure.kind is Kind.RATE:
        return f"One change is {times(found.apart.value)} times the other ({INTERVAL} {between}): {said}"
    return f"The two changes are {points(abs(found.apart.value))} points apart ({INTERVAL} {between}): {said}"


def _varies(arm: Arm) -> str:
    if arm.dispersion is None or arm.dispersion <= 1 or not isinstance(arm.change, RateRatio):
        return ""
    varies = f"terms vary {wording.number(arm.dispersion, places=1)} times as much as chance makes them"
    if arm.finding is Finding.UNCLEAR and not arm.change.lower <= 1 <= arm.change.upper:
        return f"; but {varies}, so that this is no clear change"
    return f"; {varies}, so that the interval is somewhat too narrow"


def _nothing(found: BeforeAfter) -> str:
    if not found.window.after:
        return "no whole term has ended since the change"
    if not found.window.before:
        return "no whole term before the change"
    return "nothing to compare before and after"
