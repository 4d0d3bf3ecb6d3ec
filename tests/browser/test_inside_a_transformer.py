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
    one = visit(CAT + "&l=6&h=12&k=2")
    one.expect_reading("Without [CLS] and [SEP] (12\u202f%), “it” looks most at “cat” (68\u202f%), then “mat” (11")
    assert one.weights[7, 1] == "68.3%"
    picture = one.page.locator(".st-key-all-heads img")
    expect(picture).to_have_count(1)
    expect(picture).to_have_attribute("src", re.compile("^data:image/png;base64,"))
    assert len(picture.get_attribute("src")) < 20_000  # all 72 maps
    expect(one.page.locator(".stVegaLiteChart")).to_have_count(2)

    one.page.get_by_text("Which head gives this weight?").click()
    one.settle()
    one.page.locator(".st-key-found [role=radio]", has_text="Layer 6, head 5").click()
    expect_head(one, "Layer 6, head 5")
    one.expect_link("k=2")  # the pair that was ranked stays chosen

    head(one, 4, 2).click()
    expect_head(one, "Layer 4, head 2")
    one.expect_reading("Without [CLS] and [SEP] (24\u202f%), “it” looks most at “cat” (49\u202f%)")
    for key, expected in (
        ("ArrowRight", "Layer 4, head 3"),
        ("ArrowDown", "Layer 5, head 3"),
        ("Home", "Layer 5, head 1"),
        ("ArrowLeft", "Layer 5, head 12"),
        ("ArrowUp", "Layer 4, head 12"),
    ):
        one.page.keyboard.press(key)
        expect_head(one, expected)
        expect(one.page.locator(".st-key-all-heads [role=radio]:focus")).to_have_attribute(
            "aria-label", re.compile("^" + expected)
        )

    one.page.locator(".st-key-named [role=radio]", has_text="the word before").click()
    expect_head(one, "Layer 1, head 3")
    one.page.locator(".st-key-marks label").first.click()
    expect(one.page.locator(".st-key-head-map")).to_contain_text("[CLS] and [SEP] are marks")
    one.settle()
    assert one.weights[8, 7] == "100.0%"

    one.expect_link("marks=true", "ifind=true")
    fresh = visit(one.link)
    expect(fresh.link_field).to_have_value(one.server.url + one.link)
    expect(fresh.page.locator(".stMain")).to_have_text(one.page.locator(".stMain").inner_text(), use_inner_text=True)


def test_a_measured_head_chooses_its_word_and_brings_the_map_into_view(visit):
    one = visit("/inside_a_transformer?s=Tom%20lent%20Anna%20his%20bike%20because%20she%20missed%20the%20bus&q=2")
    one.page.locator(".st-key-named [role=radio]", has_text="from a pronoun to its noun").click()
    expect_head(one, "Layer 4, head 2")
    one.expect_link("q=7")
    expect(one.page.locator(".st-key-named [role=radio].chosen")).to_have_count(1)
    one.page.wait_for_function(
        "part => { const { y } = part.getBoundingClientRect(); return -5 <= y && y < innerHeight / 2; }",
        arg=one.page.locator(".st-key-head-map").element_handle(),
    )


def test_each_head_is_large_enough_to_tap_on_a_phone(visit):
    one = visit(CAT, viewport={"width": 390, "height": 800}, is_mobile=True, has_touch=True)
    assert head(one, 1, 1).bounding_box()["width"] >= 24


@pytest.mark.parametrize("phone", [False, True])
def test_a_head_chosen_in_the_gallery_is_brought_into_view_and_arrow_keys_keep_their_place(visit, phone):
    screen = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
    one = visit(CAT, **(screen if phone else {"viewport": {"width": 1280, "height": 800}}))
    in_sight = "part => { const { y } = part.getBoundingClientRect(); return 55 <= y && y < innerHeight / 2; }"
    title, cell = one.page.locator(".st-key-head-map h2"), head(one, 5, 5)
    (cell.tap if phone else cell.click)()
    expect_head(one, "Layer 5, head 5")
    one.page.wait_for_function(in_sight, arg=title.element_handle())

    chosen = one.page.locator(".st-key-all-heads [role=radio]:focus")
    cell.focus()
    one.page.keyboard.press("ArrowRight")
    expect_head(one, "Layer 5, head 6")
    expect(chosen).to_have_attribute("aria-label", re.compile("^Layer 5, head 6"))
    one.page.wait_for_timeout(1000)  # in which the page would scroll
    expect(chosen).to_be_in_viewport()
    one.page.keyboard.press("Enter")
    one.page.wait_for_function(in_sight, arg=title.element_handle())
    expect(chosen).to_have_attribute("aria-label", re.compile("^Layer 5, head 6"))
