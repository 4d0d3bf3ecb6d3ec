"""One figure alone, the lecture, the link as a picture, the code to embed: what a teacher and an author take away."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.support import ROOT
from tests.support.page import text_of
from ui.kit import components, embed
from ui.models import lessons
from ui.shell.pages import PAGES, SOFT
from ui.state.table import CONTROLS
from ui.the_gap import measured


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "next_word"], ids=lambda page: page.name)
def test_every_figure_of_a_page_is_drawn_under_its_name(app, page):
    test = app(page.name, lecture="1", **({"step": "8"} if page.name == "step_by_step" else {}))
    assert not test.exception
    kept = " ".join(element.value for element in test.get("html") if "display: none" in (element.value or ""))
    assert f".st-key-{page.figures[0].figure}" in kept


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_screen_of_a_lecture_sets_controls_of_its_page_to_values_they_can_have(page):
    assert len(page.figures) <= CONTROLS["lecture"].high
    for screen in page.figures:
        for name, value in screen.values.items():
            control = CONTROLS[name]
            assert control.page in ("", page.name)
            assert not control.options or value in control.options


def test_the_tasks_of_a_lecture_are_those_of_their_pages():
    values = [screen.values for page in PAGES for screen in page.figures]
    assert {each["gtask"] for each in values if "gtask" in each} <= set(measured.titles().values())
    assert {each["task"] for each in values if "task" in each} <= set(lessons.BY_TITLE)


def test_a_lecture_sets_what_its_screens_say_and_gives_back_the_visitors_own(app):
    own = "The dog slept because it was hungry"
    test = app(s=own)
    test.button(key="lecture-view").click().run()
    sentences = []
    for _ in range(3):
        test.button(key="lecture-next").click().run()
        sentences.append((test.session_state["who"], test.session_state["s"]))
    assert sentences == [("Taught", own), ("Taught", SOFT), ("Transformer", own)]


def test_the_link_of_a_first_visit_goes_before_its_screen(app):
    assert app(lecture="2").session_state["who"] == "Taught"
    assert app(lecture="2", who="Transformer").session_state["who"] == "Transformer"


def test_a_figure_alone_speaks_of_nothing_that_it_has_not(app):
    for page, figure, words in (
        ("playground", "map", "Click a cell"),
        ("the_gap", "bars", "A click on a bar"),
        ("step_by_step", "strip-4", "The next page"),
    ):
        assert words in text_of(app(page, **({"step": "4"} if page == "step_by_step" else {})))
        assert words not in text_of(app(page, figure=figure))
    test = app(figure="map", s="")
    assert "holds no sentence" in text_of(test)
    assert "above" not in text_of(test)


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
    code = embed.embed_code("<svg></svg>", "http://x/?s=a&q=1", "map", caption, "dark")
    found = Elements(code).found
    assert [tag for tag, _ in found] == ["figure", "div", "svg", "figcaption", "b", "a", "script"]
    assert found[1][1]["data-live"] == "http://x/?s=a&q=1&figure=map&embed=true&embed_options=dark_theme"
    assert found[5][1]["href"] == "http://x/?s=a&q=1"


def test_a_link_too_long_for_a_code_says_so(monkeypatch):
    said = []
    monkeypatch.setattr(components, "text", lambda text, kind: said.append((kind, text)))
    components.qr_code("http://x/?s=" + "a" * components.MAX_QR)
    assert [kind for kind, _ in said] == ["notice"]


def test_the_teaching_plan_links_to_pages_and_settings_that_exist():
    links = re.findall(r"\]\(\./([^)]*)\)", (ROOT / "docs/teaching.md").read_text("utf-8"))
    names = {"": "playground"} | {page.name: page.name for page in PAGES}
    for link in links:
        path, _, query = link.partition("#")[0].partition("?")
        for part in filter(None, query.split("&")):
            name = part.partition("=")[0]
            assert CONTROLS[name].page in ("", names[path]), link
    assert len(links) > 20
