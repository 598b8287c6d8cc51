"""Numbers, periods and states in words: the one place in which a figure becomes text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from pipelines.reporting import STATE_WORDS, Coverage, Figure, FigureTable, State
from schemas.calendar import label
from schemas.measurement import Kind, Measure

THIN = "\u00a0"  # between a number and its sign, so that a line never breaks there
NOTHING = "–"
HERE = ZoneInfo("Europe/London")
NOUNS = {Kind.DAYS: "escalated incidents", Kind.RATE: "pupils on roll"}
NO_NUMBER = frozenset({State.NOT_SUBMITTED, State.WITHHELD, State.NOT_APPLICABLE, State.TOO_FEW, State.NOT_SHARED})


def number(value: float, *, places: int = 0) -> str:
    """A number with a comma in the thousands, rounded half up as official statistics are."""
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return f"{rounded:,}"


def whole(count: int | None) -> str:
    """A count for a cell; a dash where there is none to show."""
    return NOTHING if count is None else number(count)


def per_cent(share: float) -> str:
    """A share from 0 to 1 as a whole percentage; never 0 or 100 unless it is exactly that."""
    text = number(float(Decimal(repr(float(share))) * 100))
    if text == "0" and share > 0:
        return f"under 1{THIN}%"
    return f"over 99{THIN}%" if text == "100" and share < 1 else f"{text}{THIN}%"


def days(value: float) -> str:
    """A number of days, halves kept."""
    text = number(value, places=1).removesuffix(".0")
    return f"{text} day" if text == "1" else f"{text} days"


def amount(measure: Measure, value: float) -> str:
    """A value of a measure by itself: 39 %, 19.4, 2 days, 954."""
    if measure.is_share:
        return per_cent(value)
    if measure.kind is Kind.DAYS:
        return days(value)
    return number(value, places=1 if measure.kind is Kind.RATE else 0)


def short(measure: Measure, figure: Figure) -> str:
    """A figure for a cell or a card: its value, or in words why there is none."""
    if figure.value is None or figure.state in NO_NUMBER:
        return state(figure)
    if figure.state is State.NIL_RETURN:
        return "0 (nil return)"
    return amount(measure, figure.value)


def state(figure: Figure) -> str:
    """The state of a number in words; empty for a plain value."""
    return STATE_WORDS[figure.state]


def interval(measure: Measure, figure: Figure) -> str:
    """“24 to 56 %”, empty where no interval is known."""
    if figure.lower95 is None or figure.upper95 is None:
        return ""
    lower, upper = amount(measure, figure.lower95), amount(measure, figure.upper95)
    if not lower.startswith(("under", "over")):  # the sign once, at the end
        lower = lower.removesuffix(f"{THIN}%").removesuffix(" days").removesuffix(" day")
    return f"{lower} to {upper}"


def sentence(measure: Measure, figure: Figure) -> str:
    """A figure with its denominator and interval: “12 of 31 incidents, 39 %; 95 % interval 24 to 56 %”."""
    if figure.value is None or figure.state in NO_NUMBER:
        return _none_of(measure, figure)
    if figure.state is State.NIL_RETURN:
        return f"none recorded: every return of the period is a nil return ({coverage(figure.coverage)})"
    between = interval(measure, figure)
    ending = f"; 95{THIN}% interval {between}" if between else ""
    return _value_with_count(measure, figure) + ending


def answer(measure: Measure, figure: Figure, *, of: str) -> str:
    """A share as an answer: “69 % of the incidents … (52 of 75; 95 % interval 58 to 79 %)”."""
    if figure.value is None or figure.state in NO_NUMBER:
        return f"{sentence(measure, figure)}; nothing can be said of {of}"
    between = interval(measure, figure)
    counts = f"{number(figure.count or 0)} of {number(figure.denominator or 0)}"
    return f"{per_cent(figure.value)} of {of} ({counts}; 95{THIN}% interval {between})"


def _value_with_count(measure: Measure, figure: Figure) -> str:
    value = amount(measure, figure.value or 0)
    count, of = number(figure.count or 0), number(figure.denominator or 0)
    if measure.kind is Kind.COUNT:
        return f"{value} {measure.unit}"
    if measure.kind is Kind.RATE:
        return f"{value} {measure.unit} ({count} {measure.counts} among {of} pupils)"
    if measure.kind is Kind.DAYS:
        half = f"within {value}" if figure.value else "on the day staff were told"
        return f"half {half}{_nine_in_ten(figure)} ({count} dated of {of} escalated)"
    if measure.kind is Kind.REPEAT:
        return f"an estimated {value} of children, from {of} followed"
    return f"{count} of {of} {noun(measure)}, {value}"


def _nine_in_ten(figure: Figure) -> str:
    return "" if figure.p90 is None else f", nine in ten within {days(figure.p90)}"


def _none_of(measure: Measure, figure: Figure) -> str:
    if figure.state is State.NOT_APPLICABLE:
        return f"nothing to measure: no {noun(measure)}"
    if figure.state is State.TOO_FEW and figure.at_risk is not None:
        return f"too few to say: {number(figure.at_risk)} children followed for long enough"
    return state(figure)


def noun(measure: Measure) -> str:
    """What a measure's denominator holds: “incidents called for”."""
    return NOUNS.get(measure.kind, measure.unit.removeprefix("share of "))


def coverage(covered: Coverage) -> str:
    """“51 of 54 returns received, 24 of them nil”."""
    nil = f", {number(covered.nil)} of them nil" if covered.nil else ""
    return f"{number(covered.returned)} of {number(covered.expected)} returns received{nil}"


def already_come(early: Figure) -> str:
    """“1 return of the running autumn term 2026/27 has come already”."""
    came = early.coverage.returned
    returns = "1 return" if came == 1 else f"{number(came)} returns"
    term = period(early.by["year"], early.by["term"])
    return f"{returns} of the running {term} {'has' if came == 1 else 'have'} come already"


def period(year: str | None, term: str | None) -> str:
    """“autumn term 2025/26”, “2025/26”, “autumn terms, all years”, “all years”."""
    if year and term:
        return f"{term} term {label(year)}"
    if term:
        return f"{term} terms, all years"
    return label(year) if year else "all years"


def tick(year: str, term: str) -> str:
    """A period for an axis, in which a line break goes where the space is: “Autumn 2025/26”."""
    return f"{term.capitalize()} {label(year)}"


def place(table: FigureTable, by: str, figure: Figure) -> str:
    """What a figure belongs to, in words: a term, a year, a school, an answer."""
    return when(figure.by) if by in ("term", "month", "year") else table.label(by, figure.by[by])


def when(by: Mapping[str, str]) -> str:
    """A period in words: “Autumn 2025/26”, “September 2025”, “2025/26”, “3 October 2025”."""
    if "month" in by:
        return f"{date.fromisoformat(by['month'] + '-01'):%B %Y}"
    if "day" in by:
        return day(date.fromisoformat(by["day"]))
    return tick(by["year"], by["term"]) if "term" in by else label(by["year"])


def day(when: date) -> str:
    """A British date: 3 October 2025."""
    return f"{when.day} {when:%B %Y}"


def moment(when: datetime) -> str:
    """A moment kept in UTC, as a clock in England shows it: 3 October 2025, 14:05."""
    local = when.replace(tzinfo=ZoneInfo("UTC")).astimezone(HERE)
    return f"{day(local)}, {local:%H:%M}"


def opening(text: str) -> str:
    """A text as the start of a sentence; the rest of its letters stay."""
    return text[:1].upper() + text[1:]
