"""The size of a change in words: points between shares, times between rates; no Streamlit."""

from __future__ import annotations

from decimal import Decimal

from app import wording
from app.wording import THIN
from pipelines.changing import Estimate, RateRatio
from pipelines.reporting import Figure
from schemas.measurement import Kind, Measure

INTERVAL = f"95{THIN}% interval"


def counted(asked: Measure, figure: Figure) -> str:
    """A figure with what it counts: “57 % (34 of 60)”, “6.2 per 1,000 (52)”."""
    if figure.value is None or figure.state in wording.NO_NUMBER:
        return wording.state(figure)
    count = wording.number(figure.count or 0)
    if asked.kind is Kind.RATE:
        return f"{wording.short(asked, figure)} per 1,000 pupils a term ({count} {asked.counts})"
    return f"{wording.short(asked, figure)} ({count} of {wording.number(figure.denominator or 0)})"


def amount(asked: Measure, change: Estimate | RateRatio) -> str:
    """A change with its interval: “31 points more; 95 % interval 16 to 45 points”, “0.87 times; …”."""
    return f"{size(asked, change)}; {INTERVAL} {interval(asked, change)}"


def size(asked: Measure, change: Estimate | RateRatio) -> str:
    """A change by itself: “31 points more”, “0.87 times”."""
    if asked.kind is Kind.RATE:
        return "no rate before to compare with" if change.value is None else f"{times(change.value)} times the rate"
    apart = points(abs(change.value or 0))
    if apart in ("0", "1"):  # whole points would say a point between 47 % and 47 %
        apart = finely(abs(change.value or 0))
    if apart == "0.0":
        return "no difference"
    return f"{apart} points {'more' if (change.value or 0) > 0 else 'fewer'}"


def interval(asked: Measure, change: Estimate | RateRatio) -> str:
    """The limits of a change: “−4 to 22 points”, “0.73 to 1.04”, “0 to without limit”."""
    if asked.kind is Kind.RATE:
        upper = "without limit" if change.upper == float("inf") else times(change.upper)
        return f"{times(change.lower)} to {upper}"
    return f"{points(change.lower)} to {points(change.upper)} points"


def points(share: float) -> str:
    """A difference of shares in whole points, with a minus sign where there is one."""
    return _points(share, places=0)


def finely(share: float) -> str:
    """A difference of shares in points to one place, for what is gained a term or a month."""
    return _points(share, places=1)


def _points(share: float, *, places: int) -> str:
    text = wording.number(float(Decimal(repr(float(share))) * 100), places=places)
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text.replace("-", "−")


def times(ratio: float) -> str:
    """A ratio to two places."""
    return wording.number(ratio, places=2)
