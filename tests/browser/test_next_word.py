"""The next word, in a real browser: take a word, write on and stop; choose a head on a phone, and the link to it."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.xdist_group("next_word")

CAT = "/next_word?text=The%20cat%20sat%20on%20the%20mat%20because%20it%20was%20tired&wq=8&wheads=true"

# Presses Stop in the moment in which it may be pressed: the model may write faster than a test's messages travel.
STOP_AT_THE_FIRST_WORD = """() => new MutationObserver((_, watch) => {
  const stop = document.querySelector(".st-key-stop-writing button:enabled");
  if (!stop || !/[1-9] of 20 words written/.test(document.body.textContent)) return;
  watch.disconnect();
  stop.click();
  window.stopped = true;
}).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })"""


def test_a_press_takes_a_word_write_on_goes_on_until_stop_and_a_reload_shows_the_same(visit):
    visitor = visit("/next_word")
    field = visitor.page.get_by_label("Your text", exact=True)
    words = visitor.page.locator(".st-key-likeliest button")
    expect(words).to_have_count(10)
    expect(words.first).to_contain_text("Paris")
    words.first.click()
    expect(field).to_have_value("The Eiffel Tower is in the city of Paris")
    visitor.expect_link("text=The%20Eiffel%20Tower%20is%20in%20the%20city%20of%20Paris")
    visitor.settle()

    visitor.page.evaluate(STOP_AT_THE_FIRST_WORD)
    visitor.page.get_by_role("button", name="Write on").click()
    visitor.page.wait_for_function("window.stopped")
    expect(field).to_have_value(re.compile("^The Eiffel Tower is in the city of Paris."))
    written = visitor.settle().page.get_by_label("Your text", exact=True).input_value()
    visitor.page.reload()
    expect(field).to_have_value(written)
    expect(words).to_have_count(10)


def test_on_a_phone_a_head_is_tapped_in_the_picture_of_all_and_chosen_from_the_list(visit):
    visitor = visit(CAT, viewport={"width": 390, "height": 800}, is_mobile=True, has_touch=True)
    heads = visitor.page.locator(".st-key-all-heads [role=radio]")
    expect(heads).to_have_count(270)
    assert heads.first.bounding_box()["width"] >= 24
    assert visitor.page.locator(".st-key-likeliest button").first.bounding_box()["height"] >= 24
    assert visitor.page.locator(".stMain").evaluate("e => e.scrollWidth") <= 390
    heads.nth(9 * 13 + 8).tap()
    name = visitor.page.locator(".stMain h2").first
    expect(name).to_have_text("Layer 14, head 9")
    expect(name).to_be_in_viewport()
    visitor.expect_reading("“it” looks most at “cat” (80")
    visitor.settle()
    assert visitor.weights[7, 8] == "hidden"  # what comes after cannot be looked at
    visitor.page.locator(".st-key-found-heads [role=radio]", has_text="what followed the same word").tap()
    expect(name).to_have_text("Layer 19, head 7")
    expect(name).to_be_in_viewport()
    visitor.expect_link("wl=19&wh=7&wq=8")
    visitor.settle()


def test_on_a_phone_what_is_written_stands_above_the_button_that_writes(visit):
    visitor = visit("/next_word", viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    visitor.page.locator(".st-key-write button").tap()
    text = visitor.page.locator(".st-key-written")
    expect(text).to_contain_text("The Eiffel Tower is in the city of Paris.")
    visitor.settle()
    for part in (text, visitor.page.locator(".st-key-write button")):
        place = part.bounding_box()
        assert place["y"] >= 60
        assert place["y"] + place["height"] <= 844
    expect(text.locator("b")).to_contain_text("Paris.")
