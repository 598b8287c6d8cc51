"""The receipt as one self-contained page to print or to file: no script, nothing fetched, every text escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd

from app import proof_words, receipt
from app.proof_words import Fact
from pipelines.cells_given_out import harmless
from pipelines.receipts import Proof

STYLE = """
body {font: 11pt/1.45 "Helvetica Neue", Arial, sans-serif; color: #111; background: #fff; max-width: 46rem;
  margin: 2rem auto; padding: 0 1rem}
h1 {font-size: 17pt; margin: 0 0 .3rem} h2 {font-size: 13pt; margin: 1.4rem 0 .3rem}
table {border-collapse: collapse; width: 100%} caption {text-align: left; font-weight: bold; padding: .3rem 0}
th, td {text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid #bbb}
.facts th {width: 13rem; font-weight: 600} td {overflow-wrap: anywhere; font-variant-numeric: tabular-nums}
footer {margin-top: 1.4rem; font-size: 9.5pt; color: #333}
@page {size: A4; margin: 18mm}
@media print {body {margin: 0; max-width: none} tr {break-inside: avoid} thead {display: table-header-group}}
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"  # what the file itself may do: show, and nothing else


def as_html(proofs: Sequence[Proof], *, sentence: str) -> bytes:
    """The receipt of one file, in UTF-8; opens by itself in any browser and prints on A4."""
    parts = [
        _facts("What was sent", proof_words.common(proofs)),
        *([_facts("What was kept", proof_words.of_school(proofs[0]))] if len(proofs) == 1 else [_schools(proofs)]),
        f"<footer>{escape(receipt.EXPLAINED)}</footer>",
    ]
    page = (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>Receipt {proofs[0].return_id}</title><style>{STYLE}</style></head>"
        f"<body><h1>Receipt for a return</h1><p>{escape(sentence)}</p>{''.join(parts)}</body></html>"
    )
    return page.encode()


def _facts(heading: str, facts: Sequence[Fact]) -> str:
    rows = "".join(f'<tr><th scope="row">{escape(label)}</th><td>{_cell(value)}</td></tr>' for label, value in facts)
    return f'<h2>{escape(heading)}</h2><table class="facts"><tbody>{rows}</tbody></table>'


def _schools(proofs: Sequence[Proof]) -> str:
    table: pd.DataFrame = proof_words.schools_table(proofs)
    heads = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in table.columns)
    rows = "".join(
        f"<tr>{''.join(f'<td>{_cell(str(cell))}</td>' for cell in row)}</tr>"
        for row in table.itertuples(index=False, name=None)
    )
    return f"<h2>What was kept</h2><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _cell(text: str) -> str:
    """A spreadsheet program opens such pages too, and takes their cells for its own."""
    return escape(harmless(text))
