"""What only a browser shows of the two lessons: the keyboard, the new strip in view, typing, and a cold link."""

import re

import pytest
from playwright.sync_api import expect

from ui.kit import glossary

PHONE = {"width": 390, "height": 844}
pytestmark = pytest.mark.xdist_group("lessons")


def test_the_keyboard_walks_on_and_back_and_the_new_strip_comes_into_view(visit):
    visitor = visit("/step_by_step")
    visitor.page.keyboard.press("n")
    visitor.page.wait_for_selector(".st-key-strip-2")
    expect(visitor.page).to_have_url(re.compile(r"/step_by_step\?step=2$"))
    visitor.settle()
    visitor.page.wait_for_function(  # the page glides there
        """() => {
            const [strip, bar] = [".st-key-strip-2", ".st-key-step-buttons"].map(
                name => document.querySelector(name).getBoundingClientRect());
            return strip.top >= 0 && strip.bottom <= bar.top + 1;
        }"""
    )
    visitor.page.keyboard.press("b")
    visitor.page.wait_for_selector(".st-key-strip-2", state="detached")
    expect(visitor.page).to_have_url(re.compile("/step_by_step$"))


def test_on_a_phone_each_new_step_has_its_title_and_its_lesson_between_the_bars(visit):
    visitor = visit("/step_by_step", viewport=PHONE, is_mobile=True, has_touch=True)
    for step in range(1, 9):
        if step > 1:
            visitor.page.locator(".st-key-next button").tap()
        visitor.page.wait_for_function(
            """step => {
                const box = query => document.querySelector(query)?.getBoundingClientRect();
                const [top, foot] = [box("[data-testid=stHeader]"), box(".st-key-step-buttons")];
                const parts = ["h2", ".say.headline"].map(part => box(`.st-key-strip-${step} ${part}`));
                return foot?.bottom <= innerHeight && parts.every(
                    part => part?.top >= top.bottom && part.bottom <= foot.top);
            }""",
            arg=step,
        )
        visitor.settle()


def test_a_link_to_a_step_brings_it_into_view_and_a_term_shows_its_entry_and_opens_the_glossary_there(visit):
    visitor = visit("/step_by_step?step=5")
    visitor.page.wait_for_function(
        """() => {
            const strip = document.querySelector(".st-key-strip-5").getBoundingClientRect();
            return strip.top >= 0 && strip.top < innerHeight - 100;
        }"""
    )
    visitor.settle()
    visitor.page.keyboard.press("Shift")  # a visitor who does something is not scrolled back to the step any more
    term, entry = visitor.page.locator(".term").first, glossary.TERMS["query"]
    shown = "term => getComputedStyle(term, '::after').content"
    assert entry not in term.evaluate(shown)
    term.hover()
    assert entry in term.evaluate(shown)
    visitor.page.mouse.move(0, 0)
    visitor.page.keyboard.press("Tab")  # what the keyboard has reached is marked
    term.focus()
    assert entry in term.evaluate(shown)
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.locator(".glossary dt:focus")).to_have_text("query")
    expect(visitor.page.locator(".glossary dt:focus + dd")).to_be_in_viewport()


def test_on_a_phone_a_term_opens_the_glossary_below_the_page(visit):
    visitor = visit("/step_by_step?step=7", viewport=PHONE, is_mobile=True, has_touch=True)
    visitor.page.get_by_role("button", name="softmax").tap()
    expect(visitor.page.locator(".glossary dt:focus")).to_have_text("softmax")
    expect(visitor.page.locator(".glossary dt:focus + dd")).to_be_in_viewport()


def test_asking_the_dictionary_keeps_every_letter_and_hostile_text_stays_text(visit):
    visitor = visit("/step_by_step")
    table = visitor.page.locator(".lookup")
    expect(table).to_contain_text("not found")
    field = visitor.page.get_by_role("textbox", name="Search term: query")
    field.fill("")
    visitor.page.keyboard.type("queens", delay=40)
    expect(visitor.page.locator(".say.headline")).to_contain_text("No label equals “queens”")
    expect(visitor.page).to_have_url(re.compile(r"ask=queens$"))
    hostile = "<img src=x onerror=alert(1)> zzxqy"
    field.fill(hostile)
    expect(visitor.page.locator(".say.headline")).to_contain_text(f"“{hostile}”")
    expect(visitor.page.locator(".stMain img")).to_have_count(0)


def test_typing_a_vector_keeps_every_letter_and_a_fresh_visitor_sees_the_same(visit):
    visitor = visit("/step_by_step?on=Numbers&step=7")
    visitor.page.get_by_text("Change the numbers").click()
    field = visitor.page.get_by_role("textbox", name="Query q")
    field.click()
    field.press("Control+a")
    visitor.page.keyboard.type("0.2 n 0.3", delay=40)
    expect(visitor.page).to_have_url(re.compile(r"nq=0\.2\+n\+0\.3"))
    expect(visitor.page.locator(".say.notice")).to_contain_text("“n”, which is not a number")
    visitor.settle()
    field.fill("0.2 5")
    visitor.page.wait_for_selector(".say.notice", state="detached")
    expect(visitor.page.locator(".say.headline").last).to_contain_text("A gets 87.1")
    sentences = visitor.settle().page.locator(".say:is(.headline, .plain)").all_inner_texts()
    expect(visit(visitor.link).page.locator(".say:is(.headline, .plain)")).to_have_text(sentences, use_inner_text=True)


def test_a_link_to_why_scale_opens_cold_with_its_guess(visit):
    visitor = visit("/why_scale?g1=20%20%25&divisor=2")
    expect(visitor.page.locator(".say.heading").first).to_contain_text("Your guess is 20 %")
    expect(visitor.link_field).to_have_value(f"{visitor.server.url}/why_scale?divisor=2")


@pytest.mark.nightly
def test_a_number_of_heads_outlives_a_page_that_is_loaded_again(visit):
    visitor = visit("/step_by_step?step=8&heads=5&sheads=true")
    visitor.page.reload()
    visitor.settle()
    expect(visitor.page).to_have_url(re.compile(r"/step_by_step\?step=8&heads=5&sheads=true$"))
