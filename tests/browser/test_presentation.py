"""A figure in somebody else's page, a lecture on a projector, and the link on a wall."""

import re
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from markupsafe import Markup
from playwright.sync_api import expect

from ui.kit.citation import Source
from ui.kit.embed import Still, embed_code
from ui.kit.palette import DARK, LIGHT
from ui.shell.pages import PAGES

# What is wrong with a screen of a lecture. The lowest of what can be read ends above the bar, and there is nothing to
# scroll to; no letter is smaller than 20 pixels, axes and cells included; a sentence tells what there is to see.
FAULTS = """() => {
  const bar = document.querySelector(".st-key-lecture-bar"), main = document.querySelector(".stMain");
  const app = document.querySelector("[data-testid=stApp]")?.dataset;
  if (!bar || app?.testScriptState !== "notRunning" || !document.querySelector("footer")) return ["not drawn"];
  const charts = [...main.querySelectorAll(".stVegaLiteChart")].filter(chart => chart.checkVisibility());
  if (!charts.every(chart => chart.querySelector(".mark-group"))) return ["a chart is not drawn"];
  const parts = [], texts = [];
  const walk = node => {
    if (node === bar || node.matches?.("style, script, .katex-mathml")) return;
    if (node.matches?.(".say, svg, button, img, input, table, h2, .katex-display")) parts.push(node);
    if (node.nodeType === Node.TEXT_NODE && node.data.trim()) texts.push(node);
    for (const inner of [...(node.shadowRoot?.childNodes ?? []), ...node.childNodes]) walk(inner);
  };
  walk(main);
  const seen = node => node.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const boxes = parts.filter(seen).map(part => part.getBoundingClientRect()).filter(box => box.height);
  const lowest = Math.max(...boxes.map(box => box.bottom)), top = bar.getBoundingClientRect().top;
  const small = texts.flatMap(text => {
    const range = document.createRange(), holder = text.parentElement ?? text.getRootNode().host;
    range.selectNodeContents(text);
    const box = range.getBoundingClientRect();
    if (!seen(holder) || box.width < 2 || box.height < 2) return [];
    const svg = holder.closest("svg[viewBox]");
    const zoom = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : holder.currentCSSZoom;
    const size = parseFloat(getComputedStyle(holder).fontSize) * zoom;
    return size < 20 ? [`“${text.data.trim()}” has ${size} pixels`] : [];
  });
  const lines = [...main.querySelectorAll(".say:is(.headline, .reading, .plain)")].filter(seen);
  return [
    ...(boxes.length > 1 ? [] : ["nothing is drawn"]),
    ...(lowest <= top ? [] : [`something ends at ${lowest}, the bar begins at ${top}`]),
    ...(main.scrollHeight <= main.clientHeight ? [] : ["it scrolls"]),
    ...(lines.some(line => line.innerText.split(" ").length > 4) ? [] : ["no sentence"]),
    ...small,
  ];
}"""
# The same once nothing was wrong at six looks, 50 ms apart, or after 600 looks.
AT_REST = f"""async () => {{
  const faults = {FAULTS};
  for (let looks = 0, quiet = 0; looks < 600 && quiet < 6; looks += 1) {{
    quiet = faults().length ? 0 : quiet + 1;
    await new Promise(done => setTimeout(done, 50));
  }}
  return faults();
}}"""
STILL = Still(Markup("<b>Its own heading</b><svg width='40' height='40'></svg>"), "A dot.")
FIGURES = [(page.name, name) for page in PAGES for name in dict.fromkeys(screen.figure for screen in page.screens)]


# A map, a strip of a lesson, a chart and what stands in columns.
SOME = [("playground", "map"), ("step_by_step", "strip-8"), ("the_gap", "bars"), ("next_word", "next-words")]


@pytest.mark.parametrize("figures", [SOME, pytest.param(FIGURES, marks=pytest.mark.nightly)], ids=["some", "all"])
def test_a_figure_comes_alive_in_a_page_of_another_origin_and_says_its_height(contexts, server, tmp_path, figures):
    for page, figure in figures:
        link = f"{server.url}/{page}" + "?step=8" * (page == "step_by_step")
        code = embed_code(STILL, Source(link, "A page"), figure, "A figure", "light")
        (tmp_path / f"{page}-{figure}.html").write_text(f"<!doctype html><title>A post</title>{code}", "utf-8")
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    handler.func.log_message = lambda *_: None
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as post, contexts().new_page() as page:
        Thread(target=post.serve_forever, daemon=True).start()
        for name, figure in figures:
            page.goto(f"http://127.0.0.1:{post.server_port}/{name}-{figure}.html")
            page.get_by_role("button", name="A figure. A dot.").press(" ")
            expect(page.get_by_text("Press the picture to try it.")).to_have_count(0)
            live = page.frame_locator("iframe")
            shown = live.locator(f":is(.st-key-{figure}, [class*='st-key-{figure}-'])")
            expect(shown.filter(has_text=re.compile(r"\w{3}"), visible=True).first).to_be_visible()
            expect(live.locator("h1")).to_be_hidden()
            expect(live.get_by_test_id("stSidebar")).to_be_hidden()
            page.wait_for_function("document.querySelector('iframe').height !== '640'")
            if figure == "map":
                word = live.locator(".st-key-map-words").get_by_role("radio").last
                word.click()
                expect(live.locator(".say.reading").first).to_contain_text(f"“{word.inner_text()}”")
        post.shutdown()


def test_the_code_to_embed_keeps_the_theme_that_its_visitor_sees(visit, tmp_path):
    visitor = visit("/the_gap?gtake=true", color_scheme="dark")
    visitor.page.get_by_role("button", name="Code to embed").click()
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("button", name="How often each model is right", exact=True).click()
    download.value.save_as(tmp_path / "code.html")
    code = (tmp_path / "code.html").read_text("utf-8")
    assert "figure=bars&amp;embed=true&amp;embed_options=dark_theme" in code
    assert DARK.background in code
    assert LIGHT.background not in code.partition("<figcaption>")[0]


def test_a_link_within_a_text_keeps_the_frame_it_is_followed_in(visit):
    visitor = visit("/the_gap?gsent=true&embed=true")
    visitor.page.locator("a[href*='teach_it']").first.click()
    expect(visitor.page).to_have_url(re.compile(r"teach_it.*embed=true"))


def test_a_lecture_shows_one_figure_large_and_whole_in_width(visit):
    visitor = visit("/the_gap?lecture=1", viewport={"width": 1280, "height": 720})
    expect(visitor.heading).to_be_hidden()
    expect(visitor.page.get_by_text("All tasks and models")).to_be_hidden()
    label = visitor.page.locator(".stVegaLiteChart svg text").filter(has_text="MiniLM").first
    expect(label).to_be_visible()
    assert label.bounding_box()["height"] >= 20
    picture = visitor.page.locator(".stVegaLiteChart svg").first.bounding_box()
    assert picture["x"] + picture["width"] <= 1280
    visitor.page.get_by_role("button", name="Leave the lecture view").click()
    expect(visitor.heading).to_be_visible()


def test_the_map_of_a_lecture_stands_on_one_screen_with_its_last_row_and_its_largest_bar_under_no_tools(visit):
    visitor = visit("/?lecture=1", viewport={"width": 1280, "height": 720})
    bar = visitor.page.locator(".st-key-lecture-bar").bounding_box()["y"]
    for chart in visitor.page.locator(".st-key-map-whole .stVegaLiteChart svg").all():
        words = [word.bounding_box() for word in chart.locator("text", has_text="tired").all()]
        assert words
        assert max(word["y"] + word["height"] for word in words) <= bar
        assert min(word["height"] for word in words) >= 20
    visitor.page.locator(".stVegaLiteChart").first.hover()
    expect(visitor.page.locator("[data-testid=stElementToolbar]:visible")).to_have_count(0)


def test_a_lecture_keeps_what_its_figure_is_tried_with(visit):
    visitor = visit("/step_by_step?lecture=1", viewport={"width": 1280, "height": 720})
    expect(visitor.page.get_by_label("Search term: query")).to_be_visible()
    visitor.page.goto(visitor.server.url + "/step_by_step?lecture=5")
    expect(visitor.page.get_by_text("Self-attention: a word may look at itself")).to_be_visible()
    expect(visitor.page.get_by_text("Causal mask")).to_be_visible()


SCREENS = [
    "/?lecture=3",
    "/step_by_step?lecture=1",
    "/the_gap?lecture=4",
    "/inside_a_transformer?lecture=2",
]
EVERY_SCREEN = [
    f"/{page.name}".replace("/playground", "/") + f"?lecture={number}{more}"
    for page in PAGES
    for number in range(1, len(page.screens) + 1)
    for more in ("", *["&on=Numbers"] * (page.name == "step_by_step"))
]


@pytest.mark.parametrize("links", [SCREENS, pytest.param(EVERY_SCREEN, marks=pytest.mark.nightly)], ids=["some", "all"])
def test_all_of_a_screen_of_a_lecture_stands_above_the_bar_in_letters_of_20_pixels_with_a_sentence(visit, links):
    visitor = visit(links[0], viewport={"width": 1280, "height": 720})
    wrong = {}
    for link in links:
        if link != links[0]:
            visitor.page.goto(visitor.server.url + link)
        if found := visitor.page.evaluate(AT_REST):
            wrong[link] = found
    assert wrong == {}


def test_page_down_and_page_up_turn_the_screens_of_a_lecture_and_set_what_they_show(visit):
    visitor = visit("/?lecture=1", viewport={"width": 1280, "height": 720})
    reading = visitor.page.locator(".say.reading").first
    expect(reading).to_contain_text("“it” looks most at “because”")
    visitor.page.keyboard.press("PageDown")
    expect(reading).to_contain_text("“it” looks most at “cat”")
    visitor.page.keyboard.press("PageDown")
    expect(reading).to_contain_text("“it” looks most at “mat”")
    visitor.page.keyboard.press("PageUp")
    expect(reading).to_contain_text("“it” looks most at “cat”")


def test_a_figure_alone_has_what_it_is_tried_with_and_no_other_control(visit):
    visitor = visit("/step_by_step?figure=strip-4&embed=true")
    expect(visitor.page.get_by_text("Scaling: divide by")).to_be_visible()
    word = visitor.page.locator(".st-key-walk-words").get_by_role("radio", name="cat")
    word.click()
    expect(word).to_be_checked()
    expect(visitor.page.get_by_label("Sentence", exact=True)).to_be_hidden()
    expect(visitor.page.get_by_text("Walk with")).to_be_hidden()
    visitor.page.goto(visitor.server.url + "/inside_a_transformer?figure=head-map&embed=true")
    expect(visitor.page.locator(".stVegaLiteChart .mark-group").first).to_be_visible()
    expect(visitor.page.get_by_text("Show [CLS] and [SEP]")).to_be_hidden()
    expect(visitor.page.get_by_text("Advanced", exact=True)).to_be_hidden()


def test_of_a_figure_alone_that_cannot_be_drawn_one_sentence_is_left(visit):
    visitor = visit("/")
    for link, start in (
        ("/?figure=map&embed=true&s=", "The link of this figure holds no sentence."),
        ("/why_scale?figure=sentence&embed=true&s=qqxzz", "GloVe, which knows English words"),
        ("/inside_a_transformer?figure=map&embed=true&s=", "This page has no figure called “map”."),
    ):
        visitor.page.goto(visitor.server.url + link)
        read = visitor.page.locator(".stMain :is(.say, .stButton, .stSlider, .stTextInput, svg.marks)").filter(
            visible=True
        )
        expect(read).to_have_count(1)
        expect(read).to_contain_text(start)
