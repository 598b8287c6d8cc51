"""The portal as it is served, in a process that does what an administrator would when it is told so.

`python -m tests.attacks.portal PORT` serves as “plumbline serve” does, and reads one order a line: `end SESSION-SECRET`
ends a session, `take PERSON` ends whatever somebody was granted; each is answered with `done`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

from pipelines import audit
from pipelines.people import Identity, Sessions, grants, identities
from pipelines.people.grants import Grant
from pipelines.people.inviting import Offer, invite
from pipelines.scope import OPERATOR, Actor, Scope
from pipelines.warehouse.store import Warehouse
from schemas.roles import KINDS, GrantRole
from tests import kept
from tests.attacks import world
from tests.attacks.speaking import Speaker
from tests.browser.serving import Served, _free_port, _wait
from tests.factories import KEY
from tests.served import COOKIE, OPERATING

ROOT = Path(__file__).parents[2]
ISSUER = "https://provider.invalid"
ADMINISTRATOR = Actor("an administrator", "administrator", OPERATOR)
LONG_AGO = date(2020, 9, 1)
ANSWER = "> "


@dataclass(frozen=True, slots=True)
class Attacker:
    """Somebody with a session: `grants` are (organisation, role, from, until)."""

    name: str
    grants: tuple[tuple[str, GrantRole, date, date | None], ...]
    organisation: str = ""  # the one in use, where there is one

    @property
    def identity(self) -> Identity:
        return Identity(ISSUER, self.name)


def _holding(name: str, organisation: str, role: GrantRole) -> Attacker:
    return Attacker(name, ((organisation, role, LONG_AGO, None),), organisation)


def everybody(today: date) -> tuple[Attacker, ...]:
    """Every role at one organisation of each kind; a lead at every other one; and those whose grants do not hold."""
    places = {"la": "la:990", "trust": "trust:88001", "school": f"school:{world.ALDER.urn}"}
    roles = [_holding(f"{role} {kind}", places[kind], role) for role in GrantRole for kind in sorted(KINDS[role])]
    leads = [_holding(f"lead {place}", place, GrantRole.LEAD) for place in world.ORGANISATIONS
             if place not in places.values()]  # fmt: skip
    day = timedelta(days=1)
    past = Attacker("former", (("la:990", GrantRole.LEAD, LONG_AGO, today - 2 * day),))
    future = Attacker("future", (("la:990", GrantRole.LEAD, today + 2 * day, None),))
    both = Attacker("both", (("la:990", GrantRole.LEAD, LONG_AGO, None), ("la:991", GrantRole.LEAD, LONG_AGO, None)))
    return (*roles, *leads, past, future, both, Attacker("nobody", ()))


def _grant(store: Warehouse, people: tuple[Attacker, ...]) -> None:
    offer = Offer("somebody@school.example", Scope.parse("la:990"), GrantRole.READER, LONG_AGO, None, "a way in")
    invite(store, offer, actor=OPERATING)
    with store.writing() as cursor:
        for one in people:
            identities.keep(cursor, one.identity, name=f"Person {one.name}", by="a test")
            for place, role, first, last in one.grants:
                held = Grant(0, one.identity, Scope.parse(place), role, first, last, "a test", "begins")
                grants.give_within(cursor, held, actor=OPERATING)


def _sign_in(store: Warehouse, people: tuple[Attacker, ...]) -> dict[str, str]:
    """Everybody's session, begun now: one that was begun with the world would have been left too long unused."""
    sessions = Sessions(store)
    return {one.name: sessions.start(one.identity, told_by="a test") for one in people} | _over(store, people[0])


def _over(store: Warehouse, one: Attacker) -> dict[str, str]:
    """Secrets of sessions that are over: one ended, one unused for long, one too old."""
    sessions = Sessions(store)
    ended = sessions.start(one.identity)
    found = sessions.find(ended)
    assert found is not None
    sessions.end(found.id, why="signed out")
    unused = Sessions(store, clock=lambda: audit.now() - timedelta(hours=2)).start(one.identity)
    old = Sessions(store, clock=lambda: audit.now() - timedelta(hours=11)).start(one.identity)
    return {"ended": ended, "unused": unused, "old": old}


def _make_world(path: Path) -> None:
    """The world and everybody's grants in it."""
    store = world.make(path)
    _grant(store, everybody(audit.now().date()))
    store.close()


@dataclass(frozen=True)
class Portal:
    """A portal that is served, everybody's secret by name, and a way to give orders."""

    served: Served
    secrets: Mapping[str, str]
    process: subprocess.Popen[Any]

    @property
    def address(self) -> str:
        return self.served.address

    @property
    def log(self) -> str:
        return self.served.log.read_text(encoding="utf-8", errors="replace")

    def cookie(self, name: str) -> dict[str, str]:
        """The header with which a person's browser asks."""
        return {"cookie": f"{COOKIE}={self.secrets[name]}"}

    def tab(self, name: str, **more: str) -> Speaker:
        """A new tab of a person's browser."""
        return Speaker(self.address, self.cookie(name), **more)  # type: ignore[arg-type]

    def order(self, *words: str) -> str:
        """Have something done that an administrator does; what came of it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(*words, file=self.process.stdin, flush=True)
        answer = next(line for line in self.process.stdout if line.startswith(ANSWER))
        return answer.removeprefix(ANSWER).strip()


@contextmanager
def attacked(folder: Path) -> Iterator[Portal]:
    """A served portal on the world of marks, with everybody signed in."""
    path = kept._copy_of("attacks.duckdb", _make_world)
    store = Warehouse(path)
    secrets = _sign_in(store, everybody(audit.now().date()))
    store.close()
    port, log = _free_port(), folder / "portal.log"
    address = f"http://localhost:{port}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PLUMBLINE_")}
    environment |= {"PLUMBLINE_KEY": KEY.decode(), "PLUMBLINE_ADDRESS": address, "PLUMBLINE_WAREHOUSE": str(path)}
    command = [sys.executable, "-m", "tests.attacks.portal", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=out, text=True
        )
        served = Served("localhost", port, log, {})
        try:
            _wait_long(served, process)
            yield Portal(served, secrets, process)
        finally:
            process.terminate()
            process.communicate(timeout=30)


def _wait_long(served: Served, process: subprocess.Popen[Any]) -> None:
    """Until the portal answers; on a machine that does much else, several times as long as usual."""
    for _ in range(3):
        with suppress(RuntimeError):
            return _wait(served, process)
        if process.poll() is not None:
            break
    return _wait(served, process)


# -- in the other process -----------------------------------------------------------------------------------


def _answer(words: str) -> None:
    sys.stdout.write(f"{ANSWER}{words}\n")
    sys.stdout.flush()


def _obey() -> None:
    from pipelines.house import open_house

    for line in sys.stdin:
        people = open_house().people
        what, _, whom = line.strip().partition(" ")
        if what == "end":
            found = people.sessions.find(whom)
            if found is not None:
                people.sessions.end(found.id, why="revoked", actor=ADMINISTRATOR)
        elif what == "take":
            with people.warehouse.reading() as cursor:
                held = grants.of(cursor, Identity(ISSUER, whom), on=audit.now().date())
            for one in held:
                grants.end(people.warehouse, one.grant_id, reason="revoked", actor=ADMINISTRATOR)
        elif what == "start":
            _answer(people.sessions.start(Identity(ISSUER, whom), told_by="a test"))
            continue
        elif what == "act":
            secret, _, place = whom.partition(" ")
            session = people.sessions.find(secret)
            assert session is not None
            chosen = next(one for one in session.grants if str(one.organisation) == place)
            people.sessions.act_as(secret, chosen.grant_id)
        _answer("done")


def _serve(port: int) -> None:
    from pipelines.serving import run_serve

    Thread(target=_obey, daemon=True).start()
    run_serve(host="127.0.0.1", port=port)


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
