"""Choose which further cells to withhold, so that no reader can work back the sensitive ones."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.protection.blaming import explanation
from pipelines.protection.cells import Reader, Tables
from pipelines.protection.evidence import Evidence
from pipelines.protection.fewest import fewest
from pipelines.protection.spreading import Unsafe, spread, thin
from pipelines.protection.system import system
from schemas.errors import PlumblineError


class UnprotectableError(PlumblineError):
    """A sensitive cell that can be worked back whatever is withheld; the message names what gives it away."""


def protect(tables: Tables, *, least: int, readers: Sequence[Reader] = (), quickly: bool = False) -> frozenset[str]:
    """The keys of all published cells to withhold: the sensitive ones, and the fewest (or cheapest) further ones.

    Counts of zero that are not sensitive stay shown. `quickly` is as safe and may withhold more than the fewest.
    Raises UnprotectableError.
    """
    of = system(tables)
    evidence = Evidence(of, readers, least=least)
    may = of.offered & ~of.fixed & (of.sensitive | (of.values > 0))
    try:
        withheld = thin(evidence, spread(evidence, may))
        withheld = withheld if quickly else fewest(evidence, may, withheld)
    except Unsafe as found:
        raise UnprotectableError(explanation(evidence, found)) from None
    return frozenset(of.keys_of(withheld))
