"""How fast the door for programmes answers, beside the portal's own path: `uv run python benchmarks/programmes.py`.

Over a real server on this machine, with the small register of the tests; seconds are the least of the tries.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parents[1]))

from pipelines import returns
from schemas.calendar import Term
from tests.api import world
from tests.api.world import LEAD
from tests.factories import KEY, URN, warehouse

TRIES = 3
ASKED = 300


def least(work: Callable[[], object]) -> float:
    """The least of some tries, in seconds."""
    took = []
    for _ in range(TRIES):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return min(took)


def main() -> None:
    """Print the figures."""
    house = world.house(warehouse({"URN": URN, "NumberOfPupils": "60000"}), upload_bytes=40 * world.MEGABYTE)
    returns.get_ready()
    headers = {"Authorization": f"Bearer {world.token(house)[1]}"}
    fields = {"academic_year": "202526", "term": "autumn"}
    stated = returns.Stated(URN, "202526", Term.AUTUMN)
    numbers = iter(range(10**6))
    with world.served(house) as address, httpx.Client(headers=headers, timeout=300) as client:
        for rows in (200, 20_000):
            files = world.files_of(rows)
            sent = [("file", (one.name, one.content)) for one in files]
            size = sum(len(one.content) for one in files) / 1e6

            def by_programme(sent: object = sent) -> None:
                key = {"Idempotency-Key": f"key-{next(numbers):08}"}
                answer = client.post(f"{address}/api/v1/returns", files=sent, data=fields, headers=key)  # type: ignore[arg-type]
                assert answer.status_code == 201, answer.text[:500]

            def by_portal(files: list[returns.NamedFile] = files) -> None:
                found = returns.check(house.warehouse, files, stated=stated, actor=LEAD, key=KEY)
                returns.submit(house.warehouse, found, actor=LEAD, key=KEY)

            by_programme()
            print(f"{rows:,} incidents ({size:.1f} MB): sent by a programme {least(by_programme):.2f} s, "
                  f"checked and kept as the portal does {least(by_portal):.2f} s")  # fmt: skip

            again = {"Idempotency-Key": "key-again-1"}

            def replay(sent: object = sent, again: dict[str, str] = again) -> None:
                client.post(f"{address}/api/v1/returns", files=sent, data=fields, headers=again)  # type: ignore[arg-type]

            if rows == 200:
                replay()
                print(f"the same request again: {least(replay) * 1000:.0f} ms")
        last = client.get(f"{address}/api/v1/returns").json()["returns"][0]["id"]
        for path in (f"/api/v1/returns/{last}", "/api/v1/returns"):
            for at_once in (1, 8):
                print(f"GET {path}: {_pace(address + path, headers, at_once):.0f} requests a second, {at_once} at once")


def _pace(url: str, headers: dict[str, str], at_once: int) -> float:
    def some(_: int) -> None:
        with httpx.Client(headers=headers, timeout=60) as client:
            for _ in range(ASKED // at_once):
                assert client.get(url).status_code == 200

    start = time.perf_counter()
    with ThreadPoolExecutor(at_once) as threads:
        list(threads.map(some, range(at_once)))
    return ASKED / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
