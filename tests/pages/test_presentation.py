"""One figure alone, the lecture, the link as a picture, the code to embed: what a teacher and an author take away."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.support import ROOT
from ui.kit import components, embed
from ui.shell.pages import PAGES
from ui.state.table import CONTROLS


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "next_word"], ids=lambda page: page.name)
def test_every_figure_of_a_page_is_drawn_under_its_name(app, page):
    test = app(page.name, lecture="1", **({"step": "8"} if page.name == "step_by_step" else {}))
    assert not test.exception
    kept = " ".join(element.value for element in test.get("html") if "display: none" in (element.value or ""))
    assert f".st-key-{page.figures[0]}" in kept


def test_a_figure_that_does_not_exist_is_named_in_one_sentence(app):
    test = app(figure="<b>nosuch</b>")
    said = [e.value for e in test.get("html") if "no figure called" in (e.value or "")]
    assert len(said) == 1
    assert "&lt;b&gt;" in said[0]
    assert "“map”" in said[0]


class Elements(HTMLParser):
    """The elements of a piece of HTML and their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


@given(some.text(max_size=50))
def test_the_code_to_embed_has_the_same_elements_for_any_caption(caption):
    code = embed.embed_code("<svg></svg>", "http://x/?s=a&q=1", "map", caption)
    found = Elements(code).found
    assert [tag for tag, _ in found] == ["figure", "div", "svg", "figcaption", "a", "script"]
    assert found[1][1]["data-live"] == "http://x/?s=a&q=1&figure=map&embed=true"
    assert found[4][1]["href"] == "http://x/?s=a&q=1"


def test_a_link_too_long_for_a_code_says_so(monkeypatch):
    said = []
    monkeypatch.setattr(components, "text", lambda text, kind: said.append((kind, text)))
    components.qr_code("http://x/?s=" + "a" * components.MAX_QR)
    assert [kind for kind, _ in said] == ["notice"]


def test_the_teaching_plan_links_to_pages_and_settings_that_exist():
    links = re.findall(r"\]\((/[^)]*)\)", (ROOT / "docs/teaching.md").read_text("utf-8"))
    names = {"": "playground"} | {page.name: page.name for page in PAGES}
    for link in links:
        path, _, query = link[1:].partition("?")
        for part in filter(None, query.split("&")):
            name = part.partition("=")[0]
            assert CONTROLS[name].page in ("", names[path]), link
    assert len(links) > 20
