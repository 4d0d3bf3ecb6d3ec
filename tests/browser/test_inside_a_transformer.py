"""Inside a transformer, in a real browser: choosing a head by click and key, its link, a phone."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.xdist_group("inside")

CAT = "/inside_a_transformer?s=The%20cat%20sat%20on%20the%20mat%20because%20it%20was%20tired&self=false&q=8"


def head(visit, layer, number):
    return visit.page.locator(".st-key-all-heads [role=radio]").nth(12 * (layer - 1) + number - 1)


def expect_head(visit, title):
    expect(visit.page.locator(".stMain h2").first).to_have_text(title)
    visit.settle()


def test_clicks_keys_and_lists_choose_a_head_and_its_link_restores_all(visit):
    visitor = visit(CAT + "&l=6&h=12&k=2")
    visitor.expect_reading("Without [CLS] and [SEP] (12\u202f%), “it” looks most at “cat” (68\u202f%), then “mat” (11")
    assert visitor.weights[7, 1] == "68.3%"
    picture = visitor.page.locator(".st-key-all-heads img")
    expect(picture).to_have_count(1)
    expect(picture).to_have_attribute("src", re.compile("^data:image/png;base64,"))
    assert len(picture.get_attribute("src")) < 20_000  # all 72 maps
    expect(visitor.page.locator(".stVegaLiteChart")).to_have_count(2)

    visitor.page.get_by_text("Which head gives this weight?").click()
    visitor.settle()
    visitor.page.locator(".st-key-found [role=radio]", has_text="Layer 6, head 5").click()
    expect_head(visitor, "Layer 6, head 5")
    visitor.expect_link("k=2")  # the pair that was ranked stays chosen

    head(visitor, 4, 2).click()
    expect_head(visitor, "Layer 4, head 2")
    visitor.expect_reading("Without [CLS] and [SEP] (24\u202f%), “it” looks most at “cat” (49\u202f%)")
    for key, expected in (
        ("ArrowRight", "Layer 4, head 3"),
        ("ArrowDown", "Layer 5, head 3"),
        ("Home", "Layer 5, head 1"),
        ("ArrowLeft", "Layer 5, head 12"),
        ("ArrowUp", "Layer 4, head 12"),
    ):
        visitor.page.keyboard.press(key)
        expect_head(visitor, expected)
        expect(visitor.page.locator(".st-key-all-heads [role=radio]:focus")).to_have_attribute(
            "aria-label", re.compile("^" + expected)
        )

    visitor.page.locator(".st-key-named [role=radio]", has_text="the word before").click()
    expect_head(visitor, "Layer 1, head 3")
    visitor.page.locator(".st-key-marks label").first.click()
    expect(visitor.page.locator(".st-key-head-map")).to_contain_text("[CLS] and [SEP] are marks")
    visitor.settle()
    assert visitor.weights[8, 7] == "100.0%"

    visitor.expect_link("marks=true", "ifind=true")
    fresh = visit(visitor.link)
    expect(fresh.link_field).to_have_value(visitor.server.url + visitor.link)
    expect(fresh.page.locator(".stMain")).to_have_text(
        visitor.page.locator(".stMain").inner_text(), use_inner_text=True
    )


def test_a_measured_head_chooses_its_word_and_brings_the_map_into_view(visit):
    visitor = visit("/inside_a_transformer?s=Tom%20lent%20Anna%20his%20bike%20because%20she%20missed%20the%20bus&q=2")
    visitor.page.locator(".st-key-named [role=radio]", has_text="from a pronoun to its noun").click()
    expect_head(visitor, "Layer 4, head 2")
    visitor.expect_link("q=7")
    expect(visitor.page.locator(".st-key-named [role=radio].chosen")).to_have_count(1)
    visitor.page.wait_for_function(
        "part => { const { y } = part.getBoundingClientRect(); return -5 <= y && y < innerHeight / 2; }",
        arg=visitor.page.locator(".st-key-head-map").element_handle(),
    )


@pytest.mark.parametrize("phone", [pytest.param(False, marks=pytest.mark.nightly), True])
def test_a_head_chosen_in_the_gallery_is_brought_into_view_and_arrow_keys_keep_their_place(visit, phone):
    screen = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
    visitor = visit(CAT, **(screen if phone else {"viewport": {"width": 1280, "height": 800}}))
    in_sight = "part => { const { y } = part.getBoundingClientRect(); return 55 <= y && y < innerHeight / 2; }"
    title, cell = visitor.page.locator(".st-key-head-map h2"), head(visitor, 5, 5)
    assert cell.bounding_box()["width"] >= 24  # large enough for a finger
    (cell.tap if phone else cell.click)()
    expect_head(visitor, "Layer 5, head 5")
    visitor.page.wait_for_function(in_sight, arg=title.element_handle())

    chosen = visitor.page.locator(".st-key-all-heads [role=radio]:focus")
    cell.focus()
    visitor.page.keyboard.press("ArrowRight")
    expect_head(visitor, "Layer 5, head 6")
    expect(chosen).to_have_attribute("aria-label", re.compile("^Layer 5, head 6"))
    expect(chosen).to_be_in_viewport()
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_function(in_sight, arg=title.element_handle())
    expect(chosen).to_have_attribute("aria-label", re.compile("^Layer 5, head 6"))
