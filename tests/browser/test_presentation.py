"""A figure in somebody else's page, a lecture on a projector, and the link on a wall."""

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from playwright.sync_api import expect

from ui.kit.embed import embed_code


def test_code_to_embed_becomes_a_live_figure_in_a_page_of_another_origin_and_says_its_height(visit, tmp_path):
    one = visit("/the_gap")
    code = embed_code("<svg width='40' height='40'></svg>", one.server.url + "/the_gap", "bars", "Three bars.")
    (tmp_path / "post.html").write_text(f"<!doctype html><title>A post</title>{code}", "utf-8")
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    handler.func.log_message = lambda *_: None
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as post:
        Thread(target=post.serve_forever, daemon=True).start()
        page = one.context.new_page()
        page.goto(f"http://127.0.0.1:{post.server_port}/post.html")
        page.get_by_role("button", name="Three bars.").click()
        figure = page.frame_locator("iframe")
        expect(figure.locator(".st-key-bars-whole .stVegaLiteChart .mark-group").first).to_be_visible()
        expect(figure.locator("h1")).to_be_hidden()
        expect(figure.get_by_test_id("stSidebar")).to_be_hidden()
        expect(figure.locator(".st-key-gsent")).to_be_hidden()
        page.wait_for_function("document.querySelector('iframe').height !== '640'")
        assert 150 < int(page.locator("iframe").get_attribute("height")) < 640
        post.shutdown()


def test_a_lecture_shows_one_figure_large_and_whole_in_width(visit):
    one = visit("/the_gap?lecture=1", viewport={"width": 1280, "height": 720})
    expect(one.heading).to_be_hidden()
    expect(one.page.get_by_text("All tasks and models")).to_be_hidden()
    label = one.page.locator(".stVegaLiteChart svg text").filter(has_text="MiniLM").first
    expect(label).to_be_visible()
    assert label.bounding_box()["height"] >= 20
    picture = one.page.locator(".stVegaLiteChart svg").first.bounding_box()
    assert picture["x"] + picture["width"] <= 1280
    one.page.get_by_role("button", name="Leave the lecture view").click()
    expect(one.heading).to_be_visible()


def test_the_map_of_a_lecture_stands_on_one_screen_with_its_last_row_and_its_largest_bar(visit):
    one = visit("/?lecture=1", viewport={"width": 1280, "height": 720})
    bar = one.page.locator(".st-key-lecture-bar").bounding_box()["y"]
    for chart in one.page.locator(".st-key-map-whole .stVegaLiteChart svg").all():
        words = [word.bounding_box() for word in chart.locator("text", has_text="tired").all()]
        assert words
        assert max(word["y"] + word["height"] for word in words) <= bar
        assert min(word["height"] for word in words) >= 20


def test_a_lecture_keeps_what_its_figure_is_tried_with(visit):
    one = visit("/step_by_step?lecture=1", viewport={"width": 1280, "height": 720})
    expect(one.page.get_by_label("Search term: query")).to_be_visible()
    one.page.goto(one.server.url + "/step_by_step?lecture=5")
    expect(one.page.get_by_text("Self-attention: a word may look at itself")).to_be_visible()
    expect(one.page.get_by_text("Causal mask: hide later words")).to_be_visible()


def test_the_last_line_of_a_figure_stands_above_the_bar_of_a_lecture(visit):
    one = visit("/step_by_step?lecture=1", viewport={"width": 1280, "height": 720})
    bar = one.page.locator(".st-key-lecture-bar").bounding_box()["y"]
    for link, last in (
        ("/step_by_step?lecture=1", "hands back a blend of all data"),
        ("/step_by_step?lecture=8&step=8", "however"),
        ("/why_scale?lecture=1", "And without the division?"),
        ("/why_scale?lecture=4", "similar words get most"),
    ):
        one.page.goto(one.server.url + link)
        line = one.page.locator(".say, td").filter(has_text=last, visible=True).last
        expect(line).to_be_in_viewport(ratio=1)
        one.page.wait_for_function(
            "([line, bar]) => line.getBoundingClientRect().bottom <= bar", arg=[line.element_handle(), bar]
        )


def test_the_link_is_drawn_as_a_code_of_squares(visit):
    one = visit("/")
    one.page.get_by_role("button", name="QR code").click()
    code = one.page.get_by_role("img", name="QR code of the link to this view")
    expect(code).to_be_visible()
    assert code.evaluate("image => image.naturalWidth") > 200
