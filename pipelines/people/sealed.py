"""Secrets for one purpose each, from the portal's own; and what is sealed with them: unreadable, unchangeable, dated.

A key of one purpose opens nothing of another, and what is sealed for one owner opens for no other.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Mapping
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12
KEY_BYTES = 32


@cache
def derived(secret: bytes, purpose: str) -> bytes:
    """32 bytes for one purpose (HKDF-SHA-256); nothing can be told from them of another purpose's or of the secret."""
    info = f"plumbline {purpose}".encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(secret)


def seal(secret: bytes, purpose: str, owner: str, content: Mapping[str, str], *, until: float = 0) -> str:
    """Words sealed for an owner (AES-256-GCM), as text for a cookie or a column; 0 is for good, else Unix seconds."""
    nonce = os.urandom(NONCE)
    plain = json.dumps({"content": dict(content), "until": until}).encode()
    closed = AESGCM(derived(secret, purpose)).encrypt(nonce, plain, _about(purpose, owner))
    return base64.urlsafe_b64encode(nonce + closed).decode().rstrip("=")


def unseal(secret: bytes, purpose: str, owner: str, sealed: str, *, now: float) -> Mapping[str, str] | None:
    """What was sealed; None where it was made for another purpose or owner, was changed, or its time is over."""
    try:
        raw = base64.b64decode(sealed + "=" * (-len(sealed) % 4), altchars=b"-_", validate=True)
        plain = AESGCM(derived(secret, purpose)).decrypt(raw[:NONCE], raw[NONCE:], _about(purpose, owner))
    except (binascii.Error, ValueError, InvalidTag):
        return None
    told = json.loads(plain)
    if told["until"] and now >= told["until"]:
        return None
    content: dict[str, str] = told["content"]
    return content


def _about(purpose: str, owner: str) -> bytes:
    return json.dumps([purpose, owner]).encode()
