"""One figure alone, the lecture, the link as a picture, the code to embed: what a teacher and an author take away."""

import re
from datetime import UTC, datetime
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.support import ROOT
from tests.support.page import Elements, text_of
from ui.kit import components, embed, figures
from ui.kit.citation import Source, citation, version
from ui.kit.palette import DARK
from ui.shell.pages import PAGES, SOFT
from ui.state.table import CONTROLS


def name_of(page):
    return page.name


@pytest.fixture
def today(monkeypatch) -> str:
    """The day that the app takes for today."""
    clock = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    monkeypatch.setattr("ui.kit.citation.datetime", Mock(now=clock.astimezone))
    return "2026-03-01"


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "next_word"], ids=name_of)
def test_every_figure_of_a_page_is_drawn_under_its_name(app, page):
    test = app(page.name, lecture="1", **({"step": "8"} if page.name == "step_by_step" else {}))
    assert not test.exception
    kept = " ".join(element.value for element in test.get("html") if "display: none" in (element.value or ""))
    assert f".st-key-{page.screens[0].figure}" in kept


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_screen_of_a_lecture_sets_controls_of_its_page_to_values_they_can_have(page):
    assert len(page.screens) <= CONTROLS["lecture"].high
    for screen in page.screens:
        for name, value in screen.values.items():
            control = CONTROLS[name]
            assert control.page in ("", page.name)
            assert not control.options or value in control.options


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
    texts = [e.value for e in test.get("html") if "no figure called" in (e.value or "")]
    assert len(texts) == 1
    assert "&lt;b&gt;" in texts[0]
    assert "“map”" in texts[0]


@given(some.text(max_size=50))
def test_the_code_to_embed_has_the_same_elements_for_any_caption(caption):
    words = embed.colored_words([(caption, 0.5), (caption, None)], 0, DARK)
    still = embed.still_of_parts([words, caption], caption, DARK)
    code = embed.embed_code(still, Source("http://x/?s=a&q=1", caption), "map", caption, "dark")
    found = Elements(code).found
    lines = ["div", "span", "div"]
    assert [tag for tag, _ in found] == ["figure", "div", "div", *lines, "figcaption", "b", "a", "script"]
    assert found[1][1]["data-live"] == "http://x/?s=a&q=1&figure=map&embed=true&embed_options=dark_theme"
    assert found[8][1]["href"] == "http://x/?s=a&q=1"


@pytest.fixture
def codes(app, monkeypatch):
    """The codes that a page offers to embed, by figure: `codes("playground", s="…")`; each is called for its text."""
    made = {}

    def keep(_label, make, _file, mime, *, key, **_):
        if mime == "text/html" and "-embed-" in key:
            made[key.partition("-embed-")[2].removesuffix("-html")] = make

    def of(page, **query):
        made.clear()
        assert not app(page, **TAKE[page], **query).exception
        return made

    monkeypatch.setattr(figures.st, "download_button", keep)
    return of


TAKE = {
    "playground": {"take": "true"},
    "step_by_step": {"step": "8", "stake": "true"},
    "why_scale": {"wtake": "true"},
    "teach_it": {"ttake": "true"},
    "the_gap": {"gtake": "true"},
    "inside_a_transformer": {"itake": "true"},
    "next_word": {"ntake": "true"},
}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_each_figure_of_a_lecture_can_be_embedded_with_its_picture_in_a_short_code(codes, request, today, page):
    if page.name == "next_word":
        request.getfixturevalue("smollm2")
    offered = codes(page.name)
    assert set(offered) == {screen.figure for screen in page.screens}
    for name, make in offered.items():
        code = make()
        still, _, caption = code.partition("<figcaption>")
        assert len(code.encode()) < 100_000, name
        assert page.question in caption, name
        assert today in caption, name
        assert re.search("<svg|<span|<img", still), name
        assert re.search("max-width:100%|overflow-wrap:anywhere", still), name


@pytest.mark.parametrize("page", [page for page in PAGES if page.name not in ("next_word", "teach_it")], ids=name_of)
def test_the_code_of_a_text_of_two_thousand_characters_stays_short(codes, page):
    for name, make in codes(page.name, s="the king and the queen sat on a big mat " * 50).items():
        assert len(make().encode()) < 100_000, name


@pytest.mark.parametrize(
    ("query", "texts"),
    [
        ({"ask": "cats"}, {1: "not found", 2: "looks most at", 8: "parts of the output"}),
        ({"ask": "qqxzz"}, {1: "no vector"}),
        ({"s": "the king and queen", "q": "2"}, {8: "the words nearest to the output"}),
        ({"on": "Numbers"}, {2: "<svg", 8: "<svg"}),
        ({"on": "Numbers", "dims": "3"}, {2: "query: [", 8: "output: ["}),
    ],
)
def test_what_stands_in_the_code_of_a_step_shows_what_the_step_shows(codes, query, texts):
    offered = codes("step_by_step", **query)
    for step, text in texts.items():
        assert text in offered[f"strip-{step}"](), step


def test_a_sentence_that_cannot_be_drawn_has_no_code_to_embed(codes):
    for page, figure in (("the_gap", "your-sentence"), ("why_scale", "sentence")):
        assert figure not in codes(page, s="qqxzz")


def test_how_to_cite_names_page_figure_version_link_and_day(today):
    source = Source("http://x/?s=a", "How?")
    assert citation(source).endswith(f": “How?”. Attention Playground, version {version()}. http://x/?s=a ({today})")
    assert ": “Heads” in “How?”. " in citation(source, "Heads")


def test_a_link_too_long_for_a_code_says_so(monkeypatch):
    drawn = []
    monkeypatch.setattr(components, "text", lambda text, kind: drawn.append((kind, text)))
    components.qr_code("http://x/?s=" + "a" * components.MAX_QR)
    assert [kind for kind, _ in drawn] == ["notice"]


def test_the_teaching_plan_links_to_pages_and_settings_that_exist():
    links = re.findall(r"\]\(\./([^)]*)\)", (ROOT / "docs/teaching.md").read_text("utf-8"))
    names = {"": "playground"} | {page.name: page.name for page in PAGES}
    for link in links:
        path, _, query = link.partition("#")[0].partition("?")
        for part in filter(None, query.split("&")):
            name = part.partition("=")[0]
            assert CONTROLS[name].page in ("", names[path]), link
    assert len(links) > 20
