"""Run “plumbline serve” at the most talkative setting of every logger, but those whose level it sets itself."""

from __future__ import annotations

import logging
import sys

SET_BY_THE_PORTAL = "uvicorn"  # nothing in the environment raises it: a line a request would tell what was asked
_set_level = logging.Logger.setLevel


def _only_the_portals(logger: logging.Logger, level: int | str) -> None:
    if logger.name.startswith(SET_BY_THE_PORTAL):
        _set_level(logger, level)


if __name__ == "__main__":
    logging.basicConfig(level=logging.NOTSET, stream=sys.stderr)
    logging.Logger.setLevel = _only_the_portals  # type: ignore[method-assign]
    from pipelines.serving import run_serve

    run_serve(host="127.0.0.1", port=int(sys.argv[1]))
