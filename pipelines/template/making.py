"""Make the template: sheet after sheet, for any school or for one school and term."""

from __future__ import annotations

import io
from datetime import date

from pipelines.cells_given_out import new_workbook
from pipelines.template.codes_sheet import add_codes
from pipelines.template.read_me import add_read_me
from pipelines.template.return_sheet import add_return
from pipelines.template.styles import styles
from pipelines.template.table_sheets import add_table
from schemas.calendar import Term, default_terms, term_of
from schemas.lexicon import lexicon

TITLE = "Plumbline: template of a return"


def template(*, school_urn: str = "", academic_year: str = "", term: Term | None = None, today: date) -> bytes:
    """The workbook (.xlsx), the same for the same school, year and term.

    What is given stands on the sheet *return*; what is not is left to fill in. The example's dates lie in the term
    given, else in that of `today`.
    """
    year, of_term = (academic_year, term) if academic_year and term else term_of(today)
    first_day = next(dates.first_day for dates in default_terms(year) if dates.term is of_term)
    out = io.BytesIO()
    with new_workbook(out, title=TITLE) as book:
        look = styles(book)
        sheets = {name: book.add_worksheet(name) for name in ("Read me", "return", *lexicon().tables, "codes")}
        add_read_me(sheets["Read me"], look)
        places = add_codes(sheets["codes"], look)
        add_return(sheets["return"], look, urn=school_urn, year=academic_year, term=str(term or ""))
        for table in lexicon().tables.values():
            add_table(sheets[table.name], look, table, places=places, urn=school_urn, first_day=first_day)
    return out.getvalue()
