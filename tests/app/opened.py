"""A portal on a small warehouse of its own, opened for one test; and files as a school sends them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pipelines import register
from pipelines.house import House, open_house
from pipelines.returns import NamedFile
from pipelines.settings import settings
from schemas.lexicon import lexicon
from tests import factories, uploads

APP = Path(__file__).parents[2] / "app"
TRUST = {"Trusts (code)": "99001", "Trusts (name)": "Invented Trust"}
SCHOOLS = ({"URN": "900001", **TRUST}, {"URN": "900002", **TRUST}, {"URN": "900003", "LA (code)": "991"})
TABLE_MARKS = str.maketrans("", "", "\\")


@contextmanager
def opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """The house that the portal opens, with three schools: two of la:990 and trust:99001, one of la:991."""
    monkeypatch.setenv("PLUMBLINE_WAREHOUSE", str(folder / "portal.duckdb"))
    monkeypatch.setenv("PLUMBLINE_KEY", factories.KEY.decode())
    monkeypatch.setenv("PLUMBLINE_DEMO", "1")
    for kept in (settings, open_house):
        kept.cache_clear()
    house = open_house()
    content = factories.register_csv(SCHOOLS)
    register.load_register(house.warehouse, [NamedFile("register.csv", content)], actor=factories.OFFICER)
    try:
        yield house
    finally:
        house.warehouse.close()
        for kept in (settings, open_house):
            kept.cache_clear()


def visit(page: str, *, person: str) -> AppTest:
    """A page of the portal as one of the invented people sees it."""
    app = AppTest.from_file(str(APP / "main.py"), default_timeout=30)
    app.query_params["as"] = person
    app.run()
    app.switch_page(f"views/{page}.py")
    return app.run()


def words(app: AppTest) -> str:
    """Every text and table on the page, without the marks that keep layout out of them."""
    elements = [*app.title, *app.header, *app.subheader, *app.markdown, *app.caption,
                *app.error, *app.warning, *app.success, *app.info]  # fmt: skip
    texts = [str(one.value) for one in elements]
    return "\n".join([*texts, *(one.value.to_csv(index=False) for one in app.table)]).translate(TABLE_MARKS)


Rows = Iterable[Mapping[str, str]]


def csv_files(incidents: Rows, children: Rows | None = None) -> list[tuple[str, bytes, str]]:
    """The two CSV files of a return, as the uploader takes them; each incident has a child of its own unless told."""
    rows = [{**row, "incident_ref": row["incident_ref"] or f"I{place}"} for place, row in enumerate(incidents, start=1)]
    involved = [
        factories.child(incident_ref=row["incident_ref"], school_urn=row["school_urn"], child_key=f"{place:016x}")
        for place, row in enumerate(rows, start=1)
    ]
    tables = {"incidents": rows, "children": list(children) if children is not None else involved}
    return [(f"{name}.csv", _csv(name, found), "text/csv") for name, found in tables.items()]


def _csv(table: str, rows: list[Mapping[str, str]]) -> bytes:
    names = [column.name for column in lexicon().tables[table].columns]
    names += [name for row in rows for name in row if name not in names]
    names = list(dict.fromkeys(names))
    return uploads.csv_text([names, *([row.get(name, "") for name in names] for row in rows)]).encode()
