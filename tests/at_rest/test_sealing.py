"""What is held of an upload is sealed, opens nowhere else, and is written to no disk."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.formparsers import MultiPartParser
from starlette.requests import Request

from app import holding
from app.in_memory import never_on_disk
from pipelines import at_rest
from pipelines.mappings import Unread
from pipelines.returns import NamedFile
from schemas.errors import RefusedError

SECRET = b"a line of a return, of nobody"


@pytest.fixture(autouse=True)
def _own_secret(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    from pipelines.settings import settings

    monkeypatch.setenv("PLUMBLINE_KEY", "k" * 40)
    settings.cache_clear()
    at_rest._key.cache_clear()
    yield
    settings.cache_clear()
    at_rest._key.cache_clear()


def test_what_is_sealed_opens_again_and_holds_nothing_to_read() -> None:
    sealed = at_rest.seal(SECRET * 100)
    assert sealed.open() == SECRET * 100
    assert sealed.size == len(SECRET) * 100
    assert SECRET not in sealed._closed
    assert "nobody" not in repr(sealed)


def test_the_same_bytes_are_sealed_differently_each_time() -> None:
    assert at_rest.seal(SECRET)._closed != at_rest.seal(SECRET)._closed


def test_what_was_changed_or_sealed_by_another_process_does_not_open() -> None:
    sealed = at_rest.seal(SECRET)
    changed = at_rest.Sealed(sealed.size, sealed._closed[:-1] + bytes([sealed._closed[-1] ^ 1]))
    with pytest.raises(RefusedError):
        changed.open()
    at_rest._key.cache_clear()  # as a restart does, with the same secret
    with pytest.raises(RefusedError, match="Send the file again"):
        sealed.open()


def test_a_held_file_is_held_sealed() -> None:
    unread = [Unread("incidents", None, "Wording", 1, ())]
    held = holding.hold([NamedFile("incidents.csv", SECRET)], issues=[], unread=unread)
    assert held is not None
    assert SECRET not in b"".join(sealed._closed for _, sealed in held.files)
    assert holding.still(held) == (NamedFile("incidents.csv", SECRET),)


def upload(size: int) -> int:
    """How many bytes arrive of a form with one file of this size."""
    head = b'--b\r\nContent-Disposition: form-data; name="f"; filename="r.csv"\r\n\r\n'
    body = head + b"x" * size + b"\r\n--b--\r\n"

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def arrive() -> int:
        scope = {"type": "http", "method": "POST", "headers": [(b"content-type", b"multipart/form-data; boundary=b")]}
        async with Request(scope, receive).form() as form:
            file = form["f"]
            assert not isinstance(file, str)
            return len(await file.read())

    return asyncio.run(arrive())


def test_an_upload_of_several_megabytes_arrives_without_a_temporary_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))  # whatever wants a temporary file fails
    monkeypatch.setattr(MultiPartParser, "spool_max_size", 1024 * 1024)
    with pytest.raises(FileNotFoundError):
        upload(3_000_000)
    never_on_disk(most_bytes=20 * 1024 * 1024)
    assert upload(3_000_000) == 3_000_000


@pytest.mark.skipif(sys.platform != "linux", reason="core dumps are held back by Linux's own means")
def test_a_process_that_was_told_to_leaves_no_image_of_its_memory() -> None:
    program = (
        "import ctypes, resource; from pipelines.at_rest import leave_no_image; leave_no_image(); "
        "print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=os.environ)
    assert said.stdout.strip() == "(0, 0) 0"
