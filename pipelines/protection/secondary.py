"""Choose which further cells to withhold, so that no reader can work back the sensitive ones."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.protection.attack import Exposure, exposed
from pipelines.protection.cells import Cell, Reader, Tables
from schemas.errors import PlumblineError


class UnprotectableError(PlumblineError):
    """A sensitive cell that can be worked back whatever is withheld; the message names what gives it away."""


def protect(tables: Tables, *, least: int, readers: Sequence[Reader] = ()) -> frozenset[str]:
    """The keys of all published cells to withhold: the sensitive ones, and the fewest (or cheapest) further ones.

    Counts of zero that are not sensitive stay shown. Raises UnprotectableError.
    """
    withheld = _most(tables, least, readers)
    for cell in sorted(tables.cells, key=lambda cell: (-cell.cost, -cell.value, cell.key)):
        if cell.key in withheld and not cell.sensitive:
            fewer = withheld - {cell.key}
            if not exposed(tables, fewer, least=least, readers=readers):
                withheld = fewer
    return frozenset(withheld)


def _most(tables: Tables, least: int, readers: Sequence[Reader]) -> set[str]:
    """All that can be withheld with effect: what a reader finds even so may as well be shown."""
    by_key = {cell.key: cell for cell in tables.cells}
    withheld = {cell.key for cell in tables.cells if _may_be_withheld(cell)}
    while found := exposed(tables, withheld, least=least, readers=readers):
        lost = [one for one in found if by_key[one.key].sensitive]
        if lost:
            raise UnprotectableError(_why(tables, lost[0]))
        withheld -= {one.key for one in found}
    return withheld


def _may_be_withheld(cell: Cell) -> bool:
    return cell.sensitive or (cell.offered and not cell.fixed and cell.value > 0)


def _why(tables: Tables, lost: Exposure) -> str:
    known = [cell.key for cell in tables.cells if cell.fixed]
    return f"{lost.key!r} can be worked back by {lost.reader} whatever else is withheld, from: {', '.join(known)}."
