"""The next word, in a real browser: take a word, write on and stop, choose a head, and the link that restores it."""

import pytest

pytestmark = pytest.mark.xdist_group("next_word")

HERE = "/next_word"
FIELD = "input[aria-label='Your text']"


def text_of(visit):
    return visit.page.locator(FIELD).input_value()


def test_a_press_takes_a_word_write_on_goes_on_until_stop_and_a_reload_shows_the_same(visit):
    one = visit(HERE)
    words = one.page.locator(".st-key-likeliest button")
    assert words.count() == 10
    assert words.first.inner_text().split("\n")[0] == "Paris"
    words.first.click()
    one.page.wait_for_function(f"document.querySelector({FIELD!r}).value.endsWith(' Paris')")
    assert text_of(one.settle()) == "The Eiffel Tower is in the city of Paris"
    assert one.link == "/next_word?text=The%20Eiffel%20Tower%20is%20in%20the%20city%20of%20Paris"

    one.page.get_by_role("button", name="Write on").click()
    one.page.get_by_text("of 20 words written").wait_for()
    one.page.locator(".st-key-stop-writing button:enabled").click()
    one.page.wait_for_function(f"document.querySelector({FIELD!r}).value.length > 45")
    written = text_of(one.settle())
    assert written.startswith("The Eiffel Tower is in the city of Paris")
    one.page.reload()
    one.settle()
    assert text_of(one) == written
    assert one.page.locator(".st-key-next-words [role=radio]").count() > 11


def test_a_head_is_chosen_in_the_picture_of_all_and_from_the_list_and_the_link_restores_it(visit):
    one = visit(HERE + "?text=The%20cat%20sat%20on%20the%20mat%20because%20it%20was%20tired&wq=8&wheads=true")
    heads = one.page.locator(".st-key-all-heads [role=radio]")
    assert heads.count() == 270
    heads.nth(9 * 13 + 8).click()
    one.page.get_by_role("heading", name="Layer 14, head 9").wait_for()
    assert "“it” looks most at “cat” (80" in one.settle().reading
    assert one.weights[7, 8] == "hidden"  # what comes after cannot be looked at
    one.page.keyboard.press("ArrowLeft")
    one.page.get_by_role("heading", name="Layer 14, head 8").wait_for()
    one.page.locator(".st-key-found-heads [role=radio]", has_text="what followed the same word").click()
    one.page.get_by_role("heading", name="Layer 19, head 7").wait_for()
    link = one.settle().link
    assert "wl=19&wh=7&wq=8" in link
    fresh = visit(link)
    assert fresh.page.get_by_role("heading", name="Layer 19, head 7").count() == 1
    assert fresh.link == link


def test_on_a_phone_each_head_and_each_word_is_large_enough_to_tap(visit):
    one = visit(HERE + "?wheads=true", viewport={"width": 390, "height": 800}, is_mobile=True, has_touch=True)
    assert one.page.locator(".st-key-all-heads [role=radio]").first.bounding_box()["width"] >= 24
    assert one.page.locator(".st-key-likeliest button").first.bounding_box()["height"] >= 24
    assert one.page.locator(".stMain").evaluate("e => e.scrollWidth") <= 390
