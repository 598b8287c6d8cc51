"""Forms of the pages before sign-in: labelled fields that may be pasted into, and a summary of what to correct."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from app.sign_in.pages import Block

TOKEN = "csrf"  # noqa: S105 - the name of a field


@dataclass(frozen=True, slots=True)
class Filling:
    """What a browser may fill in, and which keys a telephone shows."""

    autocomplete: str
    kind: str = "text"
    inputmode: str = ""
    short: bool = False


EMAIL = Filling("username", "email", "email")
PASSWORD = Filling("current-password", "password")
NEW_PASSWORD = Filling("new-password", "password")
CODE = Filling("one-time-code", "text", "numeric", short=True)
RECOVERY_CODE = Filling("off", short=True)


def form(address: str, token: str, *blocks: Block, button: str, second: bool = False) -> Block:
    """A form to an address of the portal, with the token that proves the page was ours."""
    if not address.startswith("/") or address.startswith("//"):
        raise ValueError("A form is sent to the portal itself.")
    inside = "\n".join(block.html for block in blocks)
    look = ' class="second"' if second else ""
    return Block(
        f'<form method="post" action="{escape(address)}" novalidate>\n{hidden(TOKEN, token).html}\n{inside}\n'
        f"<button{look}>{escape(button)}</button>\n</form>"
    )


def hidden(name: str, value: str) -> Block:
    """A value that goes back as it came; whoever reads it trusts it no more than any other."""
    return Block(f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">')


def field(
    name: str, label: str, filling: Filling, *, hint: str = "", value: str = "", fault: str = "", fixed: bool = False
) -> Block:
    """One line to fill in; its hint and its fault are told with its label. A secret's value is never sent back."""
    told = [part for part, there in ((f"{name}-hint", hint), (f"{name}-fault", fault)) if there]
    attributes = {
        "id": name, "name": name, "type": filling.kind, "autocomplete": filling.autocomplete,
        "inputmode": filling.inputmode, "aria-describedby": " ".join(told),
        "aria-invalid": "true" if fault else "", "class": "short" if filling.short else "",
        "value": "" if filling.kind == "password" else value,
        "spellcheck": "false", "autocapitalize": "none",
    }  # fmt: skip
    inside = " ".join(f'{key}="{escape(text)}"' for key, text in attributes.items() if text) + " readonly" * fixed
    return Block(
        f'<div class="field{" wrong" if fault else ""}">\n<label for="{escape(name)}">{escape(label)}</label>\n'
        f"{_hint(name, hint)}{_fault(name, fault)}<input {inside}>\n</div>"
    )


def choices(
    name: str, question: str, options: Sequence[tuple[str, str]], *, chosen: str = "", fault: str = ""
) -> Block:
    """One of several: value and words of each."""
    lines = "\n".join(
        f'<div><input type="radio" name="{escape(name)}" id="{escape(name)}{"" if number == 0 else f"-{number}"}" '
        f'value="{escape(value)}"{" checked" if value == chosen else ""}>'
        f'<label for="{escape(name)}{"" if number == 0 else f"-{number}"}">{escape(words)}</label></div>'
        for number, (value, words) in enumerate(options)
    )
    described = f' aria-describedby="{escape(name)}-fault"' if fault else ""
    return Block(
        f'<fieldset class="field{" wrong" if fault else ""}"{described}>\n<legend>{escape(question)}</legend>\n'
        f"{_fault(name, fault)}{lines}\n</fieldset>"
    )


def _hint(name: str, hint: str) -> str:
    return f'<p class="hint" id="{escape(name)}-hint">{escape(hint)}</p>\n' if hint else ""


def _fault(name: str, fault: str) -> str:
    if not fault:
        return ""
    return f'<p class="fault" id="{escape(name)}-fault"><span class="unseen">Error: </span>{escape(fault)}</p>\n'
