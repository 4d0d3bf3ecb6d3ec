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


def test_asking_the_dictionary_keeps_every_letter_and_hostile_text_stays_text(visit):
    one = visit("/step_by_step")
    table = one.page.locator(".lookup")
    expect(table).to_contain_text("not found")
    field = one.page.get_by_role("textbox", name="Search term: query")
    field.fill("")
    one.page.keyboard.type("queens", delay=40)
    expect(one.page.locator(".say.headline")).to_contain_text("No label equals “queens”")
    expect(one.page).to_have_url(re.compile(r"ask=queens$"))
    hostile = "<img src=x onerror=alert(1)> zzxqy"
    field.fill(hostile)
    expect(one.page.locator(".say.headline")).to_contain_text(f"“{hostile}”")
    expect(one.page.locator(".stMain img")).to_have_count(0)


def test_a_link_to_a_step_brings_it_into_view(visit):
    one = visit("/step_by_step?step=5")
    one.page.wait_for_function(
        """() => {
            const strip = document.querySelector(".st-key-strip-5").getBoundingClientRect();
            return strip.top >= 0 && strip.top < innerHeight - 100;
        }"""
    )


def test_typing_a_vector_keeps_every_letter_and_a_fresh_visitor_sees_the_same(visit):
    one = visit("/step_by_step?on=Numbers&step=7")
    one.page.get_by_text("Change the numbers").click()
    field = one.page.get_by_role("textbox", name="Query q")
    field.click()
    field.press("Control+a")
    one.page.keyboard.type("0.2 n 0.3", delay=40)
    expect(one.page).to_have_url(re.compile(r"nq=0\.2\+n\+0\.3"))
    expect(one.page.locator(".say.notice")).to_contain_text("“n”, which is not a number")
    one.settle()
    field.fill("0.2 5")
    one.page.wait_for_selector(".say.notice", state="detached")
    expect(one.page.locator(".say.headline")).to_contain_text("A gets 87.1")
    sentences = one.settle().page.locator(".say.plain").all_inner_texts()
    expect(visit(one.link).page.locator(".say.plain")).to_have_text(sentences, use_inner_text=True)


def test_a_link_to_why_scale_opens_cold_with_its_guess(visit):
    one = visit("/why_scale?g1=20%20%25&divisor=2")
    expect(one.page.locator(".say.heading").first).to_contain_text("Your guess is 20 %")
    expect(one.link_field).to_have_value(f"{one.server.url}/why_scale?divisor=2")


@pytest.mark.nightly
def test_a_number_of_heads_outlives_a_page_that_is_loaded_again(visit):
    one = visit("/step_by_step?step=8&heads=5&sheads=true")
    one.page.reload()
    one.settle()
    expect(one.page).to_have_url(re.compile(r"/step_by_step\?step=8&heads=5&sheads=true$"))
