"""The purposes that people state before they open single incidents."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.reference_pages.markdown import code, page, table
from schemas.purposes import Purpose, purposes

INTRODUCTION = """\
Single incidents are opened only by those who have the right to, and only for a stated purpose. The portal asks for it
once a session, and again when somebody signs in anew or acts for another organisation; it is kept with the reading in
the record, and the school whose incidents they are sees it under “Who looked at us and why”. There is no free text, as
it could name a child."""
ORGANISATIONS = {"school": "schools", "trust": "trusts", "la": "authorities"}


def purposes_page() -> str:
    """The page `purposes.md`."""
    headings = ("Purpose", "Name in the record", "What it means", "Stated by people of")
    return page("Purposes", INTRODUCTION, table(headings, map(_row, purposes().values())))


def _row(one: Purpose) -> tuple[str, ...]:
    whose = ", ".join(_organisations(one))
    return one.label, code(one.code), one.means, whose if one.asked else f"nobody: the portal states it, for {whose}"


def _organisations(one: Purpose) -> Iterator[str]:
    return (name for kind, name in ORGANISATIONS.items() if kind in one.organisations)
