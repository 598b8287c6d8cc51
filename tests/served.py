"""The portal as an authority runs it: “plumbline serve” in a folder of its own, with people who hold grants."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipelines.people import Identity, People, grants, identities
from pipelines.scope import OPERATOR, Actor, Scope
from pipelines.warehouse.store import Warehouse
from schemas.roles import GrantRole
from tests import kept
from tests.browser.serving import Served, _free_port, _plumbline, _wait
from tests.factories import KEY

OPERATING = Actor("a test", "operator", OPERATOR)
COOKIE = "__Host-plumbline"


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person who holds grants, each as (organisation, role)."""

    name: str
    grants: tuple[tuple[str, GrantRole], ...]

    @property
    def identity(self) -> Identity:
        return Identity("https://provider.invalid", self.name)


ROWAN = Somebody("Rowan Ashby", (("la:990", GrantRole.LEAD),))
IMOGEN = Somebody("Imogen Sallow", (("trust:99001", GrantRole.LEAD),))
TOBIAS = Somebody("Tobias Wrenfield", (("school:900001", GrantRole.LEAD),))
MARIAN = Somebody("Marian Oakhurst", (("la:991", GrantRole.LEAD),))
WEARER = Somebody("Ellis Mardle", (("la:990", GrantRole.ADMINISTRATOR), ("school:900001", GrantRole.READER)))
NOBODY = Somebody("Noel Fenwick", ())
EVERYBODY = (ROWAN, IMOGEN, TOBIAS, MARIAN, WEARER, NOBODY)


def sign_in(path: Path, people: tuple[Somebody, ...] = EVERYBODY) -> dict[str, str]:
    """Give everybody their grants and a session in a warehouse that nobody has open; name → the cookie's secret."""
    warehouse = Warehouse(path)
    try:
        return {one.name: _sign_in(warehouse, one) for one in people}
    finally:
        warehouse.close()


def _sign_in(warehouse: Warehouse, one: Somebody) -> str:
    with warehouse.writing() as cursor:
        identities.keep(cursor, one.identity, name=one.name, by="a test")
    for place, role in one.grants:
        grants.give(
            warehouse, one.identity, Scope.parse(place), role, from_day=date(2022, 9, 1), until_day=None,
            reason="begins here", actor=OPERATING,
        )  # fmt: skip
    return People(warehouse).sessions.start(one.identity, told_by="a test")


@dataclass(frozen=True)
class Open:
    """A portal that is served, and everybody's secret by name."""

    served: Served
    secrets: Mapping[str, str]
    warehouse: Path

    @property
    def address(self) -> str:
        return self.served.address

    def cookie(self, one: Somebody) -> dict[str, str]:
        """The header with which a person's browser asks."""
        return {"cookie": f"{COOKIE}={self.secrets[one.name]}"}


@contextmanager
def open_portal(
    folder: Path, *, extra: Mapping[str, str] | None = None, prepare: Callable[[Warehouse], None] | None = None,
    empty: bool = False,
) -> Iterator[Open]:  # fmt: skip
    """A served portal on the small sample (or on an empty warehouse) until the block ends; `prepare` it before."""
    warehouse = folder / "var" / "plumbline.duckdb"
    warehouse.parent.mkdir(parents=True)
    if not empty:
        shutil.move(kept.unmarked(), warehouse)
    secrets = sign_in(warehouse)
    if prepare is not None:
        with Warehouse(warehouse) as store:
            prepare(store)
    port, log = _free_port(), folder / "portal.log"
    address = f"http://localhost:{port}"
    unset = ("PLUMBLINE_DEMO", "PLUMBLINE_WAREHOUSE")
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    environment |= {"PLUMBLINE_KEY": KEY.decode(), "PLUMBLINE_ADDRESS": address, "PLUMBLINE_OIDC_ISSUER": "",
                    **(extra or {})}  # fmt: skip
    command = [_plumbline(), "serve", "--port", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=subprocess.STDOUT)
        served = Served("localhost", port, log, {})
        try:
            _wait(served, process)
            yield Open(served, secrets, warehouse)
        finally:
            process.terminate()
            process.wait(timeout=30)
