"""How long a page takes to open and to follow a choice: printed, not judged.

`uv run pytest -n 0 --no-cov tests/browser/test_speed.py` prints it.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import pytest

from tests.browser.conftest import NewTab

pytestmark = pytest.mark.browser

TERMS = ("Autumn", "Spring", "All terms")


def test_times_are_measured(new_tab: NewTab, capsys: pytest.CaptureFixture[str]) -> None:
    tab = new_tab()
    lines = [f"first page in a new browser profile: {timed(lambda: tab.open('Overview', person='trust')):.2f} s"]
    for title in ("Escalation", "About the figures", "Overview"):
        opened = timed(lambda title=title: tab.open(title, person="trust"))
        tab.go("Returns" if title != "Returns" else "Overview")
        switched = timed(lambda title=title: tab.go(title))
        lines.append(f"{title}: {opened:.2f} s by its address, {switched:.2f} s from the menu")
    tab.open("Overview", person="trust")
    reruns = [timed(lambda term=term: tab.choose("Term", term)) for term in TERMS * 3]
    lines.append(f"a term chosen on the Overview, chosen before: median {statistics.median(reruns[3:]):.2f} s")
    with capsys.disabled():
        print("\n" + "\n".join(lines))  # noqa: T201


def timed(action: Callable[[], object]) -> float:
    """Seconds until an action is done and all is drawn."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start
