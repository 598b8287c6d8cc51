"""Serve the portal on a network: to people who sign in, and only when everything that makes it safe is there."""

from __future__ import annotations

import os

from pipelines import audit, printing
from pipelines.at_rest import leave_no_image
from pipelines.demo import SENDER
from pipelines.erasing import listing
from pipelines.house import House, open_house
from pipelines.serving_settings import NO_ADDRESS, Serving
from pipelines.settings import given_key
from pipelines.warehouse.store import Warehouse
from schemas.errors import PlumblineError

NO_KEY = (
    "Set PLUMBLINE_KEY or PLUMBLINE_KEY_FILE: the portal's secret, at least 32 characters, kept apart from the "
    "warehouse. Whoever loses it cannot tell children across terms any more."
)
NO_WAY_IN = (
    "Nobody could sign in. Set a provider (PLUMBLINE_OIDC_ISSUER, …), or invite somebody: "
    "plumbline people invite --email … --organisation la:NNN --role administrator"
)
INVENTED = (
    "The warehouse holds the demonstration's invented data. Set PLUMBLINE_WAREHOUSE to another file; "
    "the demonstration opens with “plumbline demo”, on this machine only."
)
DEMONSTRATING = "PLUMBLINE_DEMO is set, which shows data to whoever asks. Unset it before serving."


def run_serve(*, host: str, port: int) -> None:
    """Serve until stopped; PlumblineError says what is missing before anything listens."""
    import uvicorn

    os.umask(0o077)  # whatever is written from here on is its owner's only
    leave_no_image()
    serving = must_be_safe()
    printing.say(f"The portal listens at {host}:{port} and answers as {serving.address}. Stop it with Ctrl+C.")
    uvicorn.run(
        "app.portal:application", host=host, port=port, log_level="warning", access_log=False, server_header=False,
        proxy_headers=True, forwarded_allow_ips=serving.proxies, ws_max_size=64 * 1024 * 1024,
        timeout_graceful_shutdown=20,
    )  # fmt: skip


def must_be_safe() -> Serving:
    """The settings of serving; PlumblineError unless nobody but those who sign in could see anything."""
    if os.environ.get("PLUMBLINE_DEMO"):
        raise PlumblineError(DEMONSTRATING)
    if given_key() is None:
        raise PlumblineError(NO_KEY)
    house = open_house()
    if house.serving is None:
        raise PlumblineError(NO_ADDRESS)
    if has_invented_data(house.warehouse):
        raise PlumblineError(INVENTED)
    listing.must_be_up_to_date(house.warehouse)
    listing.write(house.warehouse)  # what a crash kept from it
    if not has_way_in(house):
        raise PlumblineError(NO_WAY_IN)
    return house.serving


def has_invented_data(warehouse: Warehouse) -> bool:
    """Whether anything in a warehouse came from the sample."""
    with warehouse.reading() as cursor:
        return bool(cursor.rows("SELECT 1 FROM audit WHERE actor = $actor LIMIT 1", {"actor": SENDER.name}))


def has_way_in(house: House) -> bool:
    """Whether anybody can sign in: by a provider, a local account, or an invitation that is open."""
    from pipelines.people import accounts, invitations

    if house.oidc is not None:
        return True
    with house.warehouse.reading() as cursor:
        return accounts.any_stand(cursor) or bool(invitations.open_ones(cursor, at=audit.now()))
