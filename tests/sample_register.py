"""The sample's register, as a check sees it."""

from __future__ import annotations

from functools import cache

import pandas as pd

from pipelines.intake.tables import NamedFile
from pipelines.register import known_schools, load_register
from pipelines.sample import generate
from pipelines.warehouse.store import Warehouse
from tests.factories import OFFICER


@cache
def sample_schools() -> pd.DataFrame:
    """Every school of the sample by URN, with its ages and days of opening and closing."""
    with Warehouse(None) as store:
        files = [NamedFile(name, content) for name, content in sorted(generate().register_files.items())]
        load_register(store, files, actor=OFFICER)
        with store.reading() as cursor:
            schools = known_schools(cursor)
    assert schools is not None
    return schools
