"""Charts: a table in, a Vega-Lite specification and its rows out. One way to draw each kind; no Streamlit.

A specification is built once and kept; only rows change. Colours come from the theme by role, so that a chart is
read as well on dark as on light; whatever a colour says, a shape, a place or a word says too.
"""

from app.charts.bars import outcome_bars
from app.charts.before_after import before_after
from app.charts.control import control
from app.charts.curves import rising
from app.charts.dots import dots
from app.charts.funnel import funnel
from app.charts.look import Chart
from app.charts.series import multiples, series

__all__ = ["Chart", "before_after", "control", "dots", "funnel", "multiples", "outcome_bars", "rising", "series"]
