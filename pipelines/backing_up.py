"""A copy of the warehouse that is known to be whole: every table's rows, and the record's chain."""

from __future__ import annotations

from pathlib import Path

from pipelines import audit
from pipelines.warehouse.rewriting import copy
from pipelines.warehouse.store import Warehouse
from schemas.errors import QuestionError, WarehouseError


def back_up(path: Path, out: Path, *, memory: str) -> int:
    """Write a copy that only its owner can read, open it as the portal would, and say how many rows it holds.

    QuestionError where there is nothing to copy or the file exists; WarehouseError where the copy is not whole.
    """
    if not path.exists():
        raise QuestionError(f"There is no warehouse at {path}.")
    if out.exists():
        raise QuestionError(f"{out} exists. Name a file that does not.")
    Warehouse(path, memory=memory).close()  # nobody else has it open, and nothing is left in its log
    held = copy(path, out, memory=memory)
    with Warehouse(out, memory=memory) as restored, restored.reading() as cursor:
        broken = audit.first_broken(cursor)
    if broken is not None:
        raise WarehouseError(f"The record of the copy is broken at event {broken}, as that of the warehouse is.")
    return sum(held.values())
