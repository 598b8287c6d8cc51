"""A warehouse with schools to remind."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import mailboxes, register, returns
from pipelines.intake.tables import NamedFile
from pipelines.mailboxes import ContactRole
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term
from tests import factories

OFFICER = factories.officer_of("la:990")
URNS = ("900001", "900002", "900003", "900004")


@pytest.fixture(scope="package")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four schools: one has sent spring and summer, two others have a mailbox; a fifth is of another authority."""
    path = tmp_path_factory.mktemp("reminders") / "reminders.duckdb"
    schools = [{"URN": urn} for urn in URNS]
    content = factories.register_csv([*schools, {"URN": "900009", "LA (code)": "991"}])
    with Warehouse(path) as found:
        register.load_register(found, [NamedFile("register.csv", content)], actor=factories.OFFICER)
        for term in (Term.SPRING, Term.SUMMER):
            returns.record_nil(
                found, school_urn="900001", academic_year="202526", term=term, actor=factories.OFFICER
            )  # fmt: skip
        for urn in ("900001", "900002", "900003"):
            mailboxes.keep(found, urn, f"dsl.{urn}@school.example", role=ContactRole.LEAD, actor=OFFICER)
    return path
