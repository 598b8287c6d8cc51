"""The reference pages say what the language says, all of it, and are up to date."""

import re
from pathlib import Path

import pytest

from pipelines.reference_pages import PAGES, stale_pages, write_pages
from pipelines.reference_pages.data_dictionary import GROUP_TITLES, KIND_WORDS
from pipelines.reference_pages.markdown import link, table
from schemas.lexicon import CODED, GROUPS, KINDS, lexicon
from schemas.measurement import measures
from schemas.rulebook import book
from schemas.rulesets import rule_sets

ROOT = Path(__file__).parents[2]


def test_the_committed_pages_are_up_to_date():
    assert not stale_pages(ROOT / "docs"), "run `plumbline reference` and commit the pages"


def test_pages_are_stale_until_they_are_written_and_after_they_are_changed(tmp_path):
    folder = tmp_path / "docs"
    pages = [folder / name for name in PAGES]
    assert stale_pages(folder) == pages
    assert write_pages(folder) == pages
    assert stale_pages(folder) == []
    pages[0].write_text("something else", encoding="utf-8")
    assert stale_pages(folder) == pages[:1]


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_to_a_heading(name):
    text = PAGES[name]()
    for page, heading in re.findall(r"\]\(([a-z-]*\.md)?#([^)]*)\)", text):
        assert f"(#{heading})" in anchors(PAGES[page]() if page else text), heading


@pytest.mark.parametrize("name", PAGES)
def test_no_heading_stands_twice_on_a_page(name):
    found = re.findall(r"^#+ .*$", PAGES[name](), re.MULTILINE)
    assert len(found) == len(set(found))


@pytest.mark.parametrize("name", PAGES)
def test_every_row_of_a_table_has_as_many_cells_as_its_headings(name):
    for block in re.findall(r"(?:^\|.*\n)+", PAGES[name](), re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}) == 1


def test_the_data_dictionary_names_every_column_code_and_header():
    text = PAGES["data-dictionary.md"]()
    for part in lexicon().tables.values():
        for column in part.columns:
            assert all(f"`{word}`" in text for word in column.words)
            assert column.definition in text
    for codes in lexicon().lists.values():
        assert all(f"| `{code.code}` | {code.label} | {code.definition} |" in text for code in codes.codes)


def test_every_group_and_kind_of_column_has_its_words():
    assert set(GROUP_TITLES) == set(GROUPS)
    assert set(KIND_WORDS) == KINDS - CODED


def test_every_rule_measure_and_check_has_its_place():
    rules = PAGES["rule-sets.md"]()
    assert all(f"| `{rule.id}` | {rule.step} |" in rules for one in rule_sets().values() for rule in one.rules)
    assert all(f"\n## {measure.title}\n" in PAGES["measures.md"]() for measure in measures().values())
    assert all(f"\n### {check.id}\n" in PAGES["checks.md"]() for check in book().values())


def test_a_cell_with_a_bar_or_a_line_break_stays_one_cell():
    assert table(("A", "B"), [("x|y", "two\nlines")]).splitlines()[-1] == "| x\\|y | two lines |"


def anchors(text: str) -> str:
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return " ".join(link(heading, heading=heading) for heading in headings)
