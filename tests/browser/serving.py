"""The portal as people start it: “plumbline demo” in a folder of its own, on a port of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines.reporting import Reporting
from pipelines.scope import Scope
from pipelines.warehouse.store import Warehouse
from tests import kept
from tests.factories import KEY

PATIENCE = 240.0


@dataclass(frozen=True)
class Served:
    """A portal that answers, what it printed so far, and the names of the schools in its register by scope."""

    host: str
    port: int
    log: Path
    names: dict[str, dict[str, str]]

    @property
    def address(self) -> str:
        return f"http://{self.host}:{self.port}"


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """The demonstration's portal until the block ends; raises with its log when it does not come up."""
    warehouse = folder / "var" / "demo.duckdb"
    warehouse.parent.mkdir(parents=True)
    shutil.move(kept.demonstration(), warehouse)
    names = _names(warehouse)
    port, log = _free_port(), folder / "portal.log"
    environment = {**os.environ, "PLUMBLINE_KEY": KEY.decode()}
    command = [_plumbline(), "demo", "--port", str(port), "--no-browser"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=subprocess.STDOUT)
        served = Served("127.0.0.1", port, log, names)
        try:
            _wait(served, process)
            yield served
        finally:
            process.terminate()
            process.wait(timeout=20)


def _names(warehouse: Path) -> dict[str, dict[str, str]]:
    store = Warehouse(warehouse)
    reporting = Reporting(store)
    scopes = ("la:990", "la:991", "trust:99001", "trust:99002", "school:900001")
    names = {scope: dict(reporting.schools(Scope.parse(scope))) for scope in scopes}
    store.close()
    return names


def _plumbline() -> str:
    """The command of the environment that runs the tests."""
    beside = Path(sys.executable).with_name("plumbline")
    return str(beside) if beside.exists() else shutil.which("plumbline") or "plumbline"


def _free_port() -> int:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(served: Served, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise RuntimeError(f"The portal stopped with code {process.returncode}:\n{served.log.read_text()}")
        try:
            with urllib.request.urlopen(f"{served.address}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"The portal did not answer within {PATIENCE:.0f} s:\n{served.log.read_text()}")
