"""Protect figures that include others' data. The rules, in one place and small enough to read whole.

Of others nothing is given but one fixed family of tables (`schemas/shared_family.toml`), for each authority and
academic year, released when a term is closed and then kept (`sharing/releasing.py`).

1. A count is small when it is 1 to 4 (a setting may make it stricter), and so is what it leaves of its whole. A small
   count is withheld, and so is any that would be small to one of the schools or trusts that are part of it.
2. No figure stands for fewer than three schools, nor for one school more than for all the others.
3. Further figures are withheld until nobody can work back one that is withheld, or narrow it to a small number: from
   the sums of terms, phases, trusts and answers, with the knowledge of any one school or trust (`protection/`).
4. What is withheld takes everything computed from it along: a row is shown with all its numbers or with none.
5. A figure that was released is not changed by what one school sends later.

A count of zero is shown: that nothing was recorded points at nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LEAST_SCHOOLS = 3


@dataclass(frozen=True, slots=True)
class Part:
    """A count with the largest part that one school, and one trust, has in it; and how many schools it holds."""

    count: int
    largest_school: int
    largest_trust: int
    schools: int


def is_sensitive(part: Part, *, least: int, compares: bool) -> bool:
    """Whether a count must be withheld; `compares`: others compare with it, so no school may stand for most."""
    if part.count == 0:
        return False
    left = (part.count - part.largest_school, part.count - part.largest_trust)  # a trust's may be all of it
    if part.count < least or any(0 < others < least for others in left):
        return True
    return compares and (part.schools < LEAST_SCHOOLS or 2 * part.largest_school > part.count)


def enough_schools(counts: Sequence[int]) -> bool:
    """At least three schools contribute (a nil return contributes 0), and none of them more than half."""
    return len(counts) >= LEAST_SCHOOLS and 2 * max(counts) <= sum(counts)
