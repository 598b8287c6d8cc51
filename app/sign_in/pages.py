"""The frame of every page before sign-in: plain HTML without a script, whose words are escaped by construction.

A page is made of blocks; only the functions of this package make one, and each escapes what it is given.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path

from starlette.responses import HTMLResponse

HERE = Path(__file__).parent
LOGO = HERE.parent / "assets" / "plumbline.png"
SKELETON = (
    '<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="robots" content="noindex">\n'
    '<meta name="color-scheme" content="light dark">\n<link rel="icon" href="{logo}">\n'
    "<style>{style}</style>\n</head>\n"
    '<body>\n<a class="skip" href="#main">Skip to main content</a>\n'
    '<header><img src="{logo}" alt="" width="32" height="32"><span>Plumbline</span></header>\n'
    '<main id="main" tabindex="-1">\n{body}\n</main>\n</body>\n</html>\n'
)


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a page, safe to send as it is."""

    html: str


def page(title: str, *blocks: Block, status: int = 200, faults: Mapping[str, str] | None = None) -> HTMLResponse:
    """A page under its title; faults (field → what to correct) come before all else, and show in the browser's tab."""
    head = f"{'Error: ' if faults else ''}{title} – Plumbline"
    first = (error_summary(faults or {}), Block(f"<h1>{escape(title)}</h1>"))
    body = "\n".join(one.html for one in (*first, *blocks) if one.html)
    text = SKELETON.format(title=escape(head), logo=_logo(), style=_style(), body=body)
    return HTMLResponse(text, status, headers=headers())


def headers() -> dict[str, str]:
    """What these pages ask of a browser: no script, nothing from outside, forms only to the portal itself."""
    fingerprint = base64.b64encode(sha256(_style().encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{fingerprint}'; img-src data:; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    return {"Content-Security-Policy": policy, "Cache-Control": "no-store", "Referrer-Policy": "same-origin"}


def heading(text: str) -> Block:
    """A heading within a page; the page's own comes from its title."""
    return Block(f"<h2>{escape(text)}</h2>")


def paragraph(*parts: str | Block) -> Block:
    """A paragraph of words, links and codes."""
    return Block(f"<p>{_inline(parts)}</p>")


def notice(*parts: str | Block) -> Block:
    """A paragraph that stands out, read by a screen reader when the page opens."""
    return Block(f'<p class="notice" role="status">{_inline(parts)}</p>')


def warning(*parts: str | Block) -> Block:
    """What must not be missed before going on."""
    return Block(f'<p class="warning"><strong>{_inline(parts)}</strong></p>')


def bullets(*items: str | Block) -> Block:
    """A list."""
    return Block("<ul>" + "".join(f"<li>{_inline((item,))}</li>" for item in items) + "</ul>")


def link(text: str, address: str) -> Block:
    """A link within the portal, or to an address that begins with https."""
    if not address.startswith(("/", "https://")) or address.startswith("//"):
        raise ValueError("A link leads within the portal or to an address that begins with https.")
    return Block(f'<a href="{escape(address)}">{escape(text)}</a>')


def way(text: str, address: str) -> Block:
    """A link that is the page's main way on."""
    return Block(link(text, address).html.replace("<a ", '<a class="button" ', 1))


def code(text: str) -> Block:
    """Something to copy exactly."""
    return Block(f"<code>{escape(text)}</code>")


def picture(svg: bytes, *, words: str) -> Block:
    """A drawing, as data so that nothing in it can run; `words` say what it shows."""
    data = base64.b64encode(svg).decode()
    return Block(f'<img class="picture" src="data:image/svg+xml;base64,{data}" alt="{escape(words)}">')


def error_summary(faults: Mapping[str, str]) -> Block:
    """What to correct, each linked to its field; a fault under an empty name belongs to no field."""
    if not faults:
        return Block("")
    items = "".join(
        f'<li><a href="#{escape(name)}">{escape(fault)}</a></li>' if name else f"<li>{escape(fault)}</li>"
        for name, fault in faults.items()
    )
    return Block(
        '<div class="summary" role="alert" aria-labelledby="summary-title">\n'
        f'<h2 id="summary-title">There is a problem</h2>\n<ul>{items}</ul>\n</div>'
    )


def _inline(parts: tuple[str | Block, ...]) -> str:
    return "".join(part.html if isinstance(part, Block) else escape(part) for part in parts)


@cache
def _logo() -> str:
    return "data:image/png;base64," + base64.b64encode(LOGO.read_bytes()).decode()


@cache
def _style() -> str:
    return (HERE / "pages.css").read_text(encoding="utf-8")
