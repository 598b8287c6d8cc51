"""Uploads stay in memory while they arrive: the form parser's own habit is to write all above a megabyte to a file."""

from __future__ import annotations

from starlette.formparsers import MultiPartParser


def never_on_disk(*, most_bytes: int) -> None:
    """Let no upload of up to so many bytes be written to a temporary file. The gate refuses larger ones."""
    MultiPartParser.spool_max_size = max(MultiPartParser.spool_max_size, most_bytes + 1)
