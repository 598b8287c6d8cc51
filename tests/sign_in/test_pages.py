"""Pages before sign-in: whatever words they are given, they stay words; they load nothing and run nothing."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sign_in import fields, pages

HOSTILE = '"><script>alert(1)</script><a href="javascript:x" onclick=\'x\'>&amp;'


class Reader(HTMLParser):
    """Gathers tags with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def everything(words: str) -> str:
    made = pages.page(
        words,
        pages.heading(words),
        pages.paragraph(words, pages.link(words, "/sign-in"), pages.code(words)),
        pages.notice(words),
        pages.warning(words),
        pages.bullets(words),
        pages.way(words, "/"),
        pages.picture(words.encode(errors="replace"), words=words),
        fields.form(
            "/sign-in", words,
            fields.field("email", words, fields.EMAIL, hint=words, value=words, fault=words),
            fields.choices("grant", words, [(words, words)], chosen=words, fault=words), fields.hidden("x", words),
            button=words,
        ),
        faults={"email": words, "": words},
    )  # fmt: skip
    return bytes(made.body).decode()


def test_hostile_words_stay_words() -> None:
    plain, hostile = read(everything("plain")), read(everything(HOSTILE))
    assert [tag for tag, _ in hostile.tags] == [tag for tag, _ in plain.tags]
    assert [sorted(kept) for _, kept in hostile.tags] == [sorted(kept) for _, kept in plain.tags]


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_no_words_make_a_tag_or_an_attribute(words: str) -> None:
    shape = [(tag, sorted(kept)) for tag, kept in read(everything(words)).tags]
    assert shape == [(tag, sorted(kept)) for tag, kept in read(everything("plain")).tags]


def test_a_page_runs_nothing_and_loads_nothing() -> None:
    tags = read(everything("words")).tags
    assert not {"script", "iframe", "object", "base", "meta-refresh"} & {tag for tag, _ in tags}
    assert all(str(kept["src"]).startswith("data:image/") for _, kept in tags if "src" in kept)
    assert not [name for _, kept in tags for name in kept if name.startswith("on")]


def test_the_policy_allows_no_script_and_this_style_alone() -> None:
    policy = pages.page("Title").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//elsewhere.example", "http://elsewhere.example", "x"])
def test_a_link_leads_nowhere_else(address: str) -> None:
    with pytest.raises(ValueError, match="link"):
        pages.link("words", address)
    with pytest.raises(ValueError, match="form"):
        fields.form(address, "token", button="Continue")


def test_every_field_has_a_label_and_its_fault_is_told_with_it() -> None:
    tags = read(everything("words")).tags
    labelled = {kept["for"] for tag, kept in tags if tag == "label"}
    shown = [kept for tag, kept in tags if tag == "input" and kept["type"] != "hidden"]
    assert {kept["id"] for kept in shown} <= labelled
    ids = {kept["id"] for _, kept in tags if "id" in kept}
    assert all(set(str(kept["aria-describedby"]).split()) <= ids for _, kept in tags if "aria-describedby" in kept)


def test_faults_are_in_the_tabs_title_and_lead_to_their_fields() -> None:
    html = everything("words")
    assert "<title>Error: words – Plumbline</title>" in html
    assert '<a href="#email">words</a>' in html


def test_a_password_is_never_sent_back() -> None:
    made = fields.field("password", "Password", fields.PASSWORD, value="secret words")
    assert "secret words" not in made.html
    assert 'autocomplete="current-password"' in made.html
