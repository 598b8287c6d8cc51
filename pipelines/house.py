"""One open house a process: the warehouse, the door to its figures, and the secret for keys."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pipelines.reporting import Reporting
from pipelines.settings import settings
from pipelines.warehouse.store import Warehouse


@dataclass(frozen=True)
class House:
    """What the portal and the command line hold open while they run."""

    warehouse: Warehouse
    reporting: Reporting
    key: bytes
    upload_bytes: int


@cache
def open_house() -> House:
    """The house of this process, opened at the first call."""
    chosen = settings()
    warehouse = Warehouse(chosen.warehouse, memory=chosen.memory)
    return House(
        warehouse=warehouse,
        reporting=Reporting(warehouse, least_shown=chosen.least_shown),
        key=chosen.key,
        upload_bytes=chosen.upload_mb * 1024 * 1024,
    )
