"""What only a browser shows of the two lessons: the keyboard, the new strip in view, typing, and a cold link."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.xdist_group("lessons")


def test_the_keyboard_walks_on_and_back_and_the_new_strip_comes_into_view(visit):
    one = visit("/step_by_step")
    one.page.keyboard.press("n")
    one.page.wait_for_selector(".st-key-strip-2")
    expect(one.page).to_have_url(re.compile(r"/step_by_step\?step=2$"))
    one.settle()
    one.page.wait_for_function(  # the page glides there
        """() => {
            const [strip, bar] = [".st-key-strip-2", ".st-key-way"].map(
                name => document.querySelector(name).getBoundingClientRect());
            return strip.top >= 0 && strip.bottom <= bar.top + 1;
        }"""
    )
    one.page.keyboard.press("b")
    one.page.wait_for_selector(".st-key-strip-2", state="detached")
    expect(one.page).to_have_url(re.compile("/step_by_step$"))


def test_typing_a_vector_keeps_every_letter_and_a_fresh_visitor_sees_the_same(visit):
    one = visit("/step_by_step?step=6")
    field = one.page.get_by_role("textbox", name="Query q")
    field.click()
    field.press("Control+a")
    one.page.keyboard.type("0.2 n 0.3", delay=40)
    expect(one.page).to_have_url(re.compile(r"nq=0\.2\+n\+0\.3"))
    expect(one.page.locator(".say.notice")).to_contain_text("“n”, which is not a number")
    one.settle()
    field.fill("0.2 0.3")
    one.page.wait_for_selector(".say.notice", state="detached")
    expect(one.page.locator(".say.plain", has_text="C gets 90.3")).not_to_have_count(0)
    sentences = one.settle().page.locator(".say.plain").all_inner_texts()
    expect(visit(one.link).page.locator(".say.plain")).to_have_text(sentences, use_inner_text=True)


def test_a_link_to_why_scale_opens_cold_with_its_guesses(visit):
    one = visit("/why_scale?g1=20%20%25&ds=10")
    expect(one.page.locator(".say.answer").first).to_contain_text("You said 20 %")
    expect(one.link_field).to_have_value(f"{one.server.url}/why_scale?g1=20%20%25&ds=10")


def test_a_number_of_heads_outlives_a_page_that_is_loaded_again(visit):
    one = visit("/step_by_step?on=Sentence&sheads=true&heads=5")
    for _ in range(2):
        one.page.reload()
        one.settle()
        expect(one.page).to_have_url(re.compile(r"/step_by_step\?on=Sentence&sheads=true&heads=5$"))
