"""What is held of an upload while a check is open, sealed; and memory that leaves no image of itself.

The key of a process is made from the portal's own secret and a number that only the process knows, so that what is
sealed opens nowhere else and never again. What it buys: pages of memory that reach a disk (swap, hibernation, a dump
of one region) hold nothing to read. What it does not: whoever reads the whole memory of the process reads the key too.
That is why nothing is held for longer than a check is open, and why the process leaves no dump (docs/deploy.md).
"""

from __future__ import annotations

import ctypes
import os
import sys
from dataclasses import dataclass, field
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pipelines.settings import settings
from schemas.errors import RefusedError

PURPOSE = b"plumbline: what is held of an upload"
NONCE, KEY = 12, 32
GONE = "What was held of this file cannot be read any more. Send the file again."
NOT_DUMPABLE = 4  # PR_SET_DUMPABLE


@dataclass(frozen=True, slots=True)
class Sealed:
    """Bytes that only this process can open; `size` is theirs."""

    size: int
    _closed: bytes = field(repr=False)

    def open(self) -> bytes:
        """The bytes as they were; RefusedError where they were changed or sealed by another process."""
        try:
            return AESGCM(_key()).decrypt(self._closed[:NONCE], self._closed[NONCE:], PURPOSE)
        except InvalidTag:
            raise RefusedError(GONE) from None


def seal(content: bytes) -> Sealed:
    """Seal bytes (AES-256-GCM, a nonce each)."""
    nonce = os.urandom(NONCE)
    return Sealed(len(content), nonce + AESGCM(_key()).encrypt(nonce, content, PURPOSE))


def leave_no_image() -> None:
    """From now on this process leaves no image of its memory when it dies, and no other may attach to it."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(NOT_DUMPABLE, 0, 0, 0, 0)


@cache
def _key() -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY, salt=os.urandom(KEY), info=PURPOSE).derive(settings().key)
