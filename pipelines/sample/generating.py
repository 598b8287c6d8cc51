"""The whole sample from one seed: a register, and four years of returns with something true to find."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from pipelines.sample.faults import CHANGE, ProcedureChange
from pipelines.sample.incidents import Incident, draw
from pipelines.sample.occasions import occasions
from pipelines.sample.pupils import Involvements
from pipelines.sample.register import groups_file, links_file, register_files
from pipelines.sample.schools import AUTHORITIES, BY_URN, SCHOOLS, TRUSTS, YEARS, Authority, School, Trust
from pipelines.sample.sending import Place, SampleReturn, send, sent_at
from schemas.calendar import default_terms, term_of

SIZES = ("full", "small")


@dataclass(frozen=True, eq=False)
class Sample:
    """Everything invented: `returns` in the order of sending, files as bytes by name."""

    authorities: tuple[Authority, ...]
    trusts: tuple[Trust, ...]
    schools: tuple[School, ...]
    register_files: dict[str, bytes]
    groups_file: bytes
    links_file: bytes
    returns: tuple[SampleReturn, ...]
    change: ProcedureChange


def generate(*, seed: int = 2026, size: str = "full") -> Sample:
    """The sample of a seed, the same every time; "small" is the latest academic year of "full"."""
    if size not in SIZES:
        raise ValueError(f"A sample is {' or '.join(SIZES)}.")
    years = YEARS if size == "full" else YEARS[-1:]
    files = {name: content for name, content in register_files().items() if name[9:15] in years}
    return Sample(
        authorities=AUTHORITIES,
        trusts=TRUSTS,
        schools=SCHOOLS,
        register_files=files,
        groups_file=groups_file(),
        links_file=links_file(),
        returns=tuple(send(_incidents(seed), years=years, seed=seed)),
        change=CHANGE,
    )


def _incidents(seed: int) -> dict[Place, list[Incident]]:
    """Every incident by school, year and term; drawn in order of time, as children are involved again."""
    known = Involvements(seed)
    found: dict[Place, list[Incident]] = defaultdict(list)
    for occasion in occasions(seed):
        year, term = term_of(occasion.reported)
        dates = next(each for each in default_terms(year) if each.term == term)
        known_by = sent_at(BY_URN[occasion.urn], dates, seed=seed).date()
        incident = draw(occasion, known_by=known_by, known=known, seed=seed)
        found[occasion.urn, year, str(term)].append(incident)
    return found
