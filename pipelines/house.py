"""One open house a process: the warehouse, the door to its figures, and the secret for keys."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from pipelines.audit_anchor import Anchors
from pipelines.settings import settings
from pipelines.warehouse.store import Warehouse

if TYPE_CHECKING:
    from pipelines.oidc_settings import Oidc
    from pipelines.people import People
    from pipelines.reporting import Reporting
    from pipelines.serving_settings import Serving
    from pipelines.smtp_settings import Smtp


@dataclass(frozen=True)
class House:
    """What the portal and the command line hold open while they run."""

    warehouse: Warehouse
    least_shown: int
    key: bytes
    upload_bytes: int
    backload_bytes: int
    smtp: Smtp | None = None
    serving: Serving | None = None
    oidc: Oidc | None = None

    @cached_property
    def reporting(self) -> Reporting:
        """The door to the figures; loaded when it is first asked for, as its methods take seconds to load."""
        from pipelines.reporting import Reporting

        return Reporting(self.warehouse, least_shown=self.least_shown)

    @cached_property
    def people(self) -> People:
        """Those who sign in, what they are granted, and their sessions."""
        from pipelines.people import People

        if self.serving is None:
            return People(self.warehouse)
        return People(self.warehouse, idle=self.serving.idle, absolute=self.serving.absolute)


@cache
def open_house() -> House:
    """The house of this process, opened at the first call."""
    chosen = settings()
    warehouse = Warehouse(chosen.warehouse, memory=chosen.memory)
    Anchors(chosen.warehouse, chosen.key).begin(warehouse)
    return House(
        warehouse=warehouse,
        least_shown=chosen.least_shown,
        key=chosen.key,
        upload_bytes=chosen.upload_mb * 1024 * 1024,
        backload_bytes=chosen.backload_mb * 1024 * 1024,
        smtp=chosen.smtp,
        serving=chosen.serving,
        oidc=chosen.oidc,
    )
