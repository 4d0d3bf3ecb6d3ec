"""The frame in a real browser: cold links, restarts, the way through the house."""

import pytest
from playwright.sync_api import expect

from tests.support.browser import Visit
from tests.support.server import Server
from ui.shell.pages import PAGES

pytestmark = pytest.mark.xdist_group("frame")


@pytest.fixture
def own_server(tmp_path):
    """A server of its own for a test that stops it."""
    served = Server(tmp_path / "log").start()
    yield served
    served.stop()


def test_the_first_visitor_after_a_start_sees_a_linked_page_in_its_frame(browser, own_server):
    page, first = PAGES[2], Visit(browser, own_server)
    first.open(f"/{page.name}?s=two%20cats&self=true&causal=true")
    expect(first.heading).to_have_text(page.question)
    expect(first.sentence).to_have_value("two cats")
    expect(first.page.locator("[data-testid=stSidebarNavLink]")).to_have_text(
        [f"{number}. {page.title}" for number, page in enumerate(PAGES, start=1)]
    )
    expect(first.link_field).to_have_value(f"{own_server.url}/{page.name}?s=two%20cats&self=true&causal=true")
    assert first.faults == []
    first.context.close()


def test_a_restart_loses_nothing_a_visitor_had_set(browser, own_server):
    one = Visit(browser, own_server)
    one.open("/?s=the%20queen%20and%20the%20king&q=2")
    one.page.get_by_text("Advanced").first.click()
    one.page.get_by_text("Causal mask").click()
    one.expect_link("self=true&causal=true")
    one.settle()
    before = (one.link, one.reading)
    own_server.stop()
    one.page.wait_for_selector("[data-testid=stApp]:not([data-test-connection-state=CONNECTED])")
    own_server.start()
    one.settle()
    assert (one.link, one.reading) == before
    one.page.get_by_text("Self-attention").click()
    one.expect_link(before[0].replace("&self=true", ""))
    one.context.close()


def test_the_sidebar_and_each_page_s_last_sentence_lead_on_with_the_sentence_kept(visit):
    one = visit("/?s=the%20queen%20laughed&self=true")
    for place, page in enumerate(PAGES[1:]):
        if place % 2:
            one.page.locator("[data-testid=stSidebarNavLink]").get_by_text(page.title).click()
        else:
            one.page.locator("[data-testid=stPageLink] a").last.click()
        expect(one.heading).to_have_text(page.question)
        one.settle()
        kept = f"/{page.name}?s=the%20queen%20laughed&self=true"
        if page.name == "step_by_step":  # it opens with the dictionary; the sentence comes in its second step
            one.page.locator(".st-key-next button").click()
            kept += "&step=2"
        expect(one.sentence).to_have_value("the queen laughed")
        one.expect_link(kept)
    one.page.go_back()
    expect(one.heading).to_have_text(PAGES[-2].question)
    expect(one.settle().sentence).to_have_value("the queen laughed")


def test_one_step_back_is_the_page_before_with_every_setting(visit):
    first, second = ("/inside_a_transformer?causal=true&l=4&h=2&nocls=true", "/the_gap?causal=true")
    one = visit(first)
    expect(one.link_field).to_have_value(one.server.url + first)
    for page in (PAGES[3], PAGES[5]):
        one.page.locator("[data-testid=stSidebarNavLink]").get_by_text(page.title).click()
        expect(one.heading).to_have_text(page.question)
        one.settle()
    one.page.get_by_text("Hide [SEP]").click()
    expect(one.link_field).to_have_value(f"{one.server.url}{first}&nosep=true")
    one.settle()
    for step, link in ((one.page.go_back, second), (one.page.go_back, first), (one.page.go_forward, second)):
        step()
        expect(one.link_field).to_have_value(one.server.url + link)
        one.settle()


@pytest.mark.parametrize("place", range(len(PAGES)), ids=[page.name for page in PAGES])
def test_each_page_ends_with_the_way_to_the_next(app, place):
    way = app(PAGES[place].name).get("page_link")[-1].proto
    following = PAGES[(place + 1) % len(PAGES)]
    assert (way.page, way.label) == ("" if following is PAGES[0] else following.name, PAGES[place].next_label)
