"""Faults of files, tables and columns; before them the forms that are no fault and must load."""

from __future__ import annotations

from pipelines.sample.broken_base import OTHER_SCHOOL, SCHOOL, UNKNOWN_SCHOOL
from pipelines.sample.broken_edits import (
    Fault,
    as_csv_pair,
    as_csv_pair_in,
    as_zip,
    bytes_changed,
    cell,
    column_called,
    cut_off,
    dates_as_numbers,
    empty,
    password_protected,
    row_again,
    row_longer,
    title_above,
    with_column,
    with_comment,
    with_hidden_sheet,
    with_macros,
    with_picture,
    without_column,
    without_rows,
    without_table,
)

ACCEPTED = (
    Fault("accepted-workbook", "No fault: the sound return as a workbook."),
    Fault("accepted-csv-pair", "No fault: the sound return as two CSV files.", pack=as_csv_pair),
    Fault("accepted-zip", "No fault: the two CSV files in a ZIP.", pack=as_zip),
    Fault(
        "accepted-mixed-encodings",
        "No fault: one file as Excel's Unicode text, the other in Windows-1252.",
        pack=as_csv_pair_in(incidents="utf-16", children="cp1252"),
    ),
    Fault(
        "accepted-excel-serials",
        "No fault: the date format was lost, and days are Excel's numbers.",
        (dates_as_numbers,),
    ),
    Fault(
        "accepted-title-row",
        "No fault: a title stands above the column names.",
        (title_above("incidents", "Return for the autumn term"),),
    ),
)

FILES = (
    Fault("empty-file", "The file has no bytes.", pack=empty, expects=(("file-empty", "file", None, None),)),
    Fault(
        "password-protected",
        "The workbook was saved with a password.",
        pack=password_protected,
        expects=(("file-password-protected", "file", None, None),),
    ),
    Fault(
        "cut-off-zip",
        "The ZIP was cut off on its way.",
        pack=cut_off(as_zip),
        expects=(("file-unreadable", "file", None, None),),
    ),
    Fault("macros", "The workbook carries macros.", pack=with_macros, expects=(("file-macros", "file", None, None),)),
    Fault(
        "picture",
        "The workbook carries a picture.",
        pack=with_picture,
        expects=(("personal-attachment", "file", None, None),),
    ),
    Fault(
        "comment",
        "A cell has a comment.",
        pack=with_comment("Ask the form tutor about this one."),
        expects=(("personal-attachment", "file", None, None),),
    ),
    Fault(
        "hidden-sheet",
        "A hidden sheet holds a working list.",
        pack=with_hidden_sheet([["list", "group"], ["seen", "9"]]),
        expects=(("file-hidden-sheet", "file", None, None),),
    ),
    Fault(
        "children-table-missing",
        "Only the table of incidents was sent.",
        (without_table("children"),),
        expects=(("file-missing-table", "children", None, None),),
    ),
    Fault(
        "ragged-row",
        "A row runs on past the last column, so its cells may stand under the wrong names.",
        (row_longer("children", 5, "yes"),),
        pack=as_csv_pair,
        expects=(("file-ragged-row", "children", 5, None),),
    ),
    Fault(
        "broken-quote",
        "A quotation mark opens and never closes.",
        pack=bytes_changed(as_csv_pair, b"\r\nN2526-002,9", b'\r\n"N2526-002,9'),
        expects=(("file-broken-quote", "incidents", 3, None),),
    ),
    Fault(
        "formula-without-value",
        "A date is a formula whose result was never stored.",
        (cell("incidents", 2, "incident_date", "=DATE(2025,9,12)"),),
        expects=(("file-formula-without-value", "incidents", 2, None),),
    ),
    Fault(
        "cell-error",
        "A formula went wrong before the file was saved.",
        (cell("incidents", 4, "incident_date", "#N/A"),),
        pack=as_csv_pair,
        expects=(("file-cell-error", "incidents", 4, "incident_date"),),
    ),
)

STRUCTURE = (
    Fault(
        "core-column-missing",
        "A column that every return must have is missing.",
        (without_column("incidents", "dsl_informed_date"),),
        expects=(("structure-missing-core-column", "incidents", None, "dsl_informed_date"),),
    ),
    Fault(
        "optional-column-missing",
        "A column outside the core is missing.",
        (without_column("incidents", "staff_informed"),),
        expects=(
            ("structure-missing-columns", "incidents", None, None),
            ("format-blank", "incidents", None, "staff_informed"),
        ),
    ),
    Fault(
        "column-unknown",
        "There is a column that a return does not have.",
        (with_column("incidents", "risk level", ["low", "high"]),),
        expects=(("structure-unknown-column", "incidents", None, "risk level"),),
    ),
    Fault(
        "column-renamed",
        "The recording system renamed a category, so its header is not known.",
        (column_called("incidents", "police_contacted", "status level 3"),),
        expects=(
            ("structure-unknown-column", "incidents", None, "status level 3"),
            ("structure-missing-core-column", "incidents", None, "police_contacted"),
        ),
    ),
    Fault(
        "column-twice",
        "Two headers mean the same column.",
        (with_column("incidents", "Police contacted?", ["no"]),),
        expects=(("file-duplicate-column", "incidents", None, "column BI"),),
    ),
    Fault(
        "no-incidents",
        "The tables have headers but no rows.",
        (without_rows("incidents", 2, 7), without_rows("children", 2, 13)),
        expects=(("structure-no-incidents", "incidents", None, None),),
    ),
    Fault(
        "reference-twice",
        "Two incidents have the same reference.",
        (row_again("incidents", 2),),
        expects=(
            ("structure-reference-twice", "incidents", 2, "incident_ref"),
            ("structure-reference-twice", "incidents", 8, "incident_ref"),
        ),
    ),
    Fault(
        "child-of-unknown-incident",
        "A child's incident is not in the table of incidents.",
        (cell("children", 3, "incident_ref", "N2526-099"),),
        expects=(("structure-unknown-incident", "children", 3, "incident_ref"),),
    ),
    Fault(
        "incident-without-children",
        "No child is listed for an incident.",
        (without_rows("children", 8, 8),),
        expects=(("structure-incident-without-children", "incidents", 5, "incident_ref"),),
    ),
    Fault(
        "other-school",
        "A row is for another school than the return.",
        (
            with_column("children", "school_urn", [SCHOOL]),
            cell("incidents", 5, "school_urn", OTHER_SCHOOL),
            cell("children", 8, "school_urn", OTHER_SCHOOL),
        ),
        expects=(("structure-other-school", "incidents", 5, "school_urn"),),
    ),
    Fault(
        "school-unknown",
        "The return is for a URN that is not in the register.",
        (
            cell("return", 2, "school_urn", UNKNOWN_SCHOOL),
            *(cell("incidents", row, "school_urn", UNKNOWN_SCHOOL) for row in range(2, 8)),
        ),
        expects=(
            ("structure-unknown-school", "incidents", 2, "school_urn"),
            ("structure-unknown-school", "incidents", 3, "school_urn"),
            ("structure-unknown-school", "incidents", 4, "school_urn"),
            ("structure-unknown-school", "incidents", 5, "school_urn"),
            ("structure-unknown-school", "incidents", 6, "school_urn"),
            ("structure-unknown-school", "incidents", 7, "school_urn"),
        ),
    ),
)
