"""`plumbline serve`: the portal on a network."""

from __future__ import annotations

from typing import Annotated

import typer

EXAMPLE = "Example: `PLUMBLINE_ADDRESS=https://plumbline.example plumbline serve --port 8501`"


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog=EXAMPLE)(serve)


def serve(
    host: Annotated[str, typer.Option(help="Where to listen; a proxy with TLS stands before it.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen at.")] = 8501,
) -> None:
    """Serve the portal to people who sign in. Does not start without its secrets and a way to sign in."""
    from pipelines.serving import run_serve

    run_serve(host=host, port=port)
