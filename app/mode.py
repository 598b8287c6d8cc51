"""In which of its two modes the portal runs: a demonstration for this machine, or served to people who sign in."""

from __future__ import annotations

import os

DEMONSTRATION = "PLUMBLINE_DEMO"


def is_demonstration() -> bool:
    """Whether the portal shows invented data to whoever sits at this machine."""
    return os.environ.get(DEMONSTRATION) == "1"
