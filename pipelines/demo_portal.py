"""Start the portal on invented data: this machine only, marked as a demonstration."""

from __future__ import annotations

import socket
import threading
import time
import webbrowser
from contextlib import closing
from pathlib import Path

from pipelines import printing
from pipelines.audit_anchor import ENDING
from pipelines.demo import build_demo
from schemas.errors import PlumblineError

LOOPBACK = "127.0.0.1"


def run_demo(path: Path, *, key: bytes, port: int, fresh: bool, browser: bool) -> None:
    """Make the invented data where they are missing, and serve the portal until it is stopped."""
    import uvicorn

    _must_be_free(port)
    if fresh or not path.exists():
        _build(path, key)
    address = f"http://{LOOPBACK}:{port}/"
    printing.say(f"The portal is at {address} (invented data, this machine only). Stop it with Ctrl+C.")
    if browser:
        threading.Thread(target=_open_when_ready, args=(address, port), daemon=True).start()
    uvicorn.run("app.portal:application", host=LOOPBACK, port=port, log_level="warning", access_log=False)


def _build(path: Path, key: bytes) -> None:
    """Build beside and move into place, so that a build cut short leaves nothing half made."""
    building = path.with_name(path.name + ".building")
    beside = (building.with_name(building.name + ".wal"), path.with_name(path.name + ".wal"))
    for left_over in (building, *beside, path.with_name(path.name + ENDING)):  # of a record that begins anew
        left_over.unlink(missing_ok=True)
    with printing.working("Inventing four years of returns of 24 schools (about a quarter of a minute)"):
        build_demo(building, key=key).close()
    building.replace(path)


def _must_be_free(port: int) -> None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        if probe.connect_ex((LOOPBACK, port)) == 0:
            raise PlumblineError(f"Port {port} is in use. Choose another: plumbline demo --port {port + 1}")


def _open_when_ready(address: str, port: int) -> None:
    for _ in range(120):
        with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
            if probe.connect_ex((LOOPBACK, port)) == 0:
                webbrowser.open(address)
                return
        time.sleep(0.5)
