"""The gap, in a real browser: what a bar, a number of the table and a sentence lead to."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.xdist_group("teach")

ON_SCREEN = "part => { const { y } = part.getBoundingClientRect(); return 0 <= y && y < innerHeight - 60; }"


def test_a_bar_a_number_and_a_sentence_lead_to_what_stands_behind_them(visit):
    visitor = visit("/the_gap?gtask=Happy%20or%20not")
    visitor.page.locator("path[aria-label^='Taught, 2 heads: ']").first.click()
    visitor.expect_link("gby=Taught", "gsent=true")
    fold = visitor.page.locator(".st-key-gsent")
    expect(fold).to_contain_text("Happy or not: Taught, 2 heads")
    visitor.page.wait_for_function(ON_SCREEN, arg=fold.element_handle())
    visitor.settle()

    visitor.page.get_by_text("All tasks and models").click()
    visitor.expect_link("gall=true")
    visitor.settle()
    visitor.page.locator(".own .gap a").nth(3).click()
    named = fold.get_by_role("heading", name="He, she, it: MiniLM, layer 4, head 2")
    named.wait_for()
    visitor.expect_link("gall=true")
    visitor.settle()  # it may be in sight for a moment before the page scrolls
    visitor.page.wait_for_function(ON_SCREEN, arg=named.element_handle())  # not the other fold that the address opens

    visitor.page.locator(".cases a", has_text="taught").first.click()
    visitor.page.wait_for_selector(".st-key-train")
    expect(visitor.page).to_have_url(re.compile(r"/teach_it\?"))


def test_another_task_brings_its_lesson_its_bars_and_a_sentence_of_its_own(visit):
    visitor = visit("/the_gap")
    expect(visitor.page.locator(".say.headline").first).to_contain_text("Raw vectors: never, they mostly look past")
    visitor.page.get_by_text("Happy or not", exact=True).first.click()
    expect(visitor.page.locator(".say.headline").first).to_contain_text("like guessing")
    visitor.page.get_by_text("Your sentence in three models").click()
    expect(visitor.sentence).to_have_value("The soup was good")
    visitor.expect_link("gown=true")
    visitor.settle()
