"""The school's key file: 32 random bytes with their version, readable by their owner only, never overwritten."""

from __future__ import annotations

import hmac
import os
import re
import secrets
import stat
import tomllib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pipelines.intake.identifiers import find_in
from schemas.definition_files import check_keys
from schemas.errors import LanguageError, PlumblineError

BYTES = 32
_NOTE = re.compile(r"[A-Za-z0-9 &.,'()-]{1,80}")
_SECRET = re.compile(r"[0-9a-f]{64}")
_VERSION = re.compile(r"[1-9][0-9]{0,3}")
_KEYS = ("version", "made", "secret")
_LARGEST = 4_096
_HEAD = """\
# The key with which this school makes pseudonyms for its returns (plumbline anonymise).
# Whoever has this file and a list of pupils can tell which child is which. Keep it where only the data manager can
# read it, keep a copy in the school's safe, and never send it with a return, to the portal or by e-mail.
"""


class KeyFileError(PlumblineError):
    """A key file is missing, open to others, damaged, or in the way of a new one."""


@dataclass(frozen=True)
class SchoolKey:
    """A school's secret, its version, and who shares it (blank when nobody does); the secret never shows in a repr."""

    secret: bytes = field(repr=False)
    version: str
    made: str
    shared_by: str = ""

    @property
    def fingerprint(self) -> str:
        """Eight characters by which people can tell whether two files hold the same key; it gives nothing away."""
        return hmac.digest(self.secret, b"plumbline\x001\x00fingerprint", "sha256").hex()[:8]


def make(path: Path, *, today: date, shared_by: str = "", version: str = "1") -> SchoolKey:
    """Make a new key file in one step, mode 0600; a KeyFileError when a file of that name is there already."""
    if shared_by and (not _NOTE.fullmatch(shared_by) or find_in(shared_by)):
        raise KeyFileError(
            "The note on who shares the key may have up to 80 letters, digits and plain marks, and nothing that "
            "names a person. No key was made."
        )
    key = SchoolKey(secrets.token_bytes(BYTES), version, today.isoformat(), shared_by)
    write_new(path, _text(key).encode(), what="key file")
    return key


def read(path: Path) -> SchoolKey:
    """The key of a file; a KeyFileError when others may read the file, or it is not a key file."""
    if not path.is_file():
        raise KeyFileError("The key file was not found. Make one with: plumbline key new --file KEY")
    try:
        with path.open("rb") as file:
            _only_its_owners(os.fstat(file.fileno()).st_mode)
            content = file.read(_LARGEST)
    except OSError:
        raise KeyFileError("The key file cannot be read. See that you are its owner.") from None
    return _parsed(content)


def write_new(path: Path, content: bytes, *, what: str) -> None:
    """Write a file that does not exist yet, mode 0600, whole or not at all."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeyFileError(
            f"There is a file of that name already; a {what} never replaces one. Name another."
        ) from None
    except OSError:
        raise KeyFileError(f"The {what} cannot be written there. Name a folder that exists and is yours.") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise KeyFileError(f"The {what} could not be written: the disk may be full. Nothing was left there.") from None


def _only_its_owners(mode: int) -> None:
    """On systems that have such modes; on Windows a file in one's own folder is one's own by its folder."""
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise KeyFileError(
            "Others on this machine may read the key file, so it was not used. Close it with: chmod 600 KEY. "
            "If somebody may have read it, make a new key."
        )


def _text(key: SchoolKey) -> str:
    shared = f'shared_by = "{key.shared_by}"\n' if key.shared_by else ""
    return f'{_HEAD}version = "{key.version}"\nmade = "{key.made}"\n{shared}secret = "{key.secret.hex()}"\n'


def _parsed(content: bytes) -> SchoolKey:
    try:
        entry = tomllib.loads(content.decode("utf-8"))
        check_keys(entry, required=_KEYS, optional=("shared_by",), where="key file")
        fits = _SECRET.fullmatch(entry["secret"]) and _VERSION.fullmatch(entry["version"])
    except (ValueError, TypeError, LanguageError):
        fits = None
    if not fits:
        raise KeyFileError("This is not a key file, or it is damaged. Use the file that plumbline key new made.")
    made, shared = str(entry["made"]), str(entry.get("shared_by", ""))
    return SchoolKey(bytes.fromhex(entry["secret"]), entry["version"], made, shared)


def next_version(old: SchoolKey) -> str:
    """The version of the key that replaces this one."""
    return str(int(old.version) + 1)
