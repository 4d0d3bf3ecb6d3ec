"""The frame in a real browser: cold links, restarts, the way through the house."""

import pytest
from playwright.sync_api import expect

from tests.support.browser import USUAL, Visit
from tests.support.server import Server
from ui.shell.pages import PAGES

pytestmark = pytest.mark.xdist_group("frame")


@pytest.fixture(scope="module")
def own_server(tmp_path_factory):
    """A server that nobody has visited when the first test begins, and that the second may stop."""
    with Server(tmp_path_factory.mktemp("own") / "log") as served:
        yield served


def test_the_first_visitor_after_a_start_sees_a_linked_page_in_its_frame(browser, own_server):
    page, first = PAGES[2], Visit(own_server, browser.new_context(**USUAL))
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
    visitor = Visit(own_server, browser.new_context(**USUAL))
    visitor.open("/?s=the%20queen%20and%20the%20king&q=2")
    visitor.toggle("self")
    visitor.expect_link("&self=true")
    visitor.settle()
    before = (visitor.link, visitor.reading)
    with visitor.losing_the_server():
        own_server.stop()
    own_server.start()
    visitor.settle()
    assert (visitor.link, visitor.reading) == before
    visitor.toggle("self")
    expect(visitor.link_field).to_have_value(own_server.url + before[0].replace("&self=true", ""))
    visitor.context.close()


@pytest.mark.nightly
def test_a_cut_websocket_comes_back_with_all_that_was_set(visit):
    visitor = visit()
    cut, held = [], []

    def between(socket):
        server = socket.connect_to_server()
        held.append((socket, server))
        if cut and len(held) < 4:  # the network is away for the first tries
            server.close()
            socket.close()

    visitor.page.route_web_socket("**/_stcore/stream", between)
    visitor.open("/?s=the%20queen%20and%20the%20king&q=2")
    visitor.toggle("self")
    visitor.expect_link("&self=true")
    visitor.settle()
    before = (visitor.link, visitor.reading)
    cut.append(True)
    with visitor.losing_the_server():
        for end in held[-1]:
            end.close()
    assert visitor.reading == before[1]  # the page stays readable meanwhile
    visitor.settle()
    assert len(held) >= 4
    visitor.faults.clear()  # the console has told of the connections that failed
    assert (visitor.link, visitor.reading) == before
    visitor.toggle("self")
    expect(visitor.link_field).to_have_value(visitor.server.url + before[0].replace("&self=true", ""))


def test_the_sidebar_and_each_page_s_last_sentence_lead_on_with_the_sentence_and_its_word_kept(visit):
    visitor = visit("/?s=the%20queen%20laughed&self=true&q=2")
    for place, page in enumerate(PAGES[1:]):
        if place % 2:
            visitor.page.locator("[data-testid=stSidebarNavLink]").get_by_text(page.title).click()
        else:
            visitor.page.get_by_role("link", name=PAGES[place].next_label).click()
        expect(visitor.heading).to_have_text(page.question)
        visitor.settle()
        kept = f"/{page.name}?s=the%20queen%20laughed&self=true&q=2"
        expect(visitor.page).to_have_url(visitor.server.url + kept.replace("%20", "+"))
        if page.name == "step_by_step":  # it opens with the dictionary; the sentence comes in its second step
            visitor.page.locator(".st-key-next button").click()
            kept += "&step=2"
        if page.name == "the_gap":  # in a fold
            visitor.page.locator(".st-key-gown summary").click()
            kept += "&gown=true"
        if page.name != "next_word":  # which has a text of its own, and keeps the sentence in its link
            expect(visitor.sentence).to_have_value("the queen laughed")
        visitor.expect_link(kept)
    visitor.page.go_back()
    expect(visitor.heading).to_have_text(PAGES[-2].question)
    expect(visitor.settle().sentence).to_have_value("the queen laughed")


def test_each_step_back_undoes_one_thing_done_and_brings_the_page_before_with_every_setting(visit):
    first, second = ("/inside_a_transformer?causal=true&q=8&l=4&h=2&marks=true", "/the_gap?causal=true&q=8")
    visitor = visit(first)
    expect(visitor.link_field).to_have_value(visitor.server.url + first)
    for page in (PAGES[4], PAGES[5]):
        visitor.page.locator("[data-testid=stSidebarNavLink]").get_by_text(page.title).click()
        expect(visitor.heading).to_have_text(page.question)
        visitor.settle()
    visitor.page.get_by_text("Similarity or relationship?").click()
    expect(visitor.link_field).to_have_value(f"{visitor.server.url}{first}&iraw=true")
    visitor.settle()
    back, forward = visitor.page.go_back, visitor.page.go_forward
    for step, link in ((back, first), (back, second), (back, first), (forward, second)):
        step()
        expect(visitor.link_field).to_have_value(visitor.server.url + link)
        visitor.settle()


# What a browser's own translation does: each piece of text goes into an element that the page knows nothing of.
TRANSLATE = """() => {
  const walk = document.createTreeWalker(document.querySelector(".stMain"), NodeFilter.SHOW_TEXT);
  const found = [];
  while (walk.nextNode()) found.push(walk.currentNode);
  for (const text of found.filter((text) => text.data.trim() && !text.parentElement.closest("style, svg"))) {
    const outer = document.createElement("font");
    outer.append(document.createElement("font"));
    outer.firstChild.append(text.data.toUpperCase());
    text.replaceWith(outer);
  }
}"""


def test_a_translated_page_gives_way_to_the_next(visit):
    visitor = visit()
    visitor.page.evaluate(TRANSLATE)
    expect(visitor.heading).to_have_text(PAGES[0].question.upper())
    visitor.page.locator("[data-testid=stSidebarNavLink]").nth(1).click()
    expect(visitor.heading).to_have_text(PAGES[1].question)
    expect(visitor.page.locator(".stMain")).to_contain_text(PAGES[1].lead)
    visitor.settle()


def test_the_front_door_has_a_name_and_an_address_without_a_page_leads_there_in_words(visit):
    first = PAGES[0]
    visitor = visit(f"/{first.name}?s=a%20cat")
    expect(visitor.heading).to_have_text(first.question)
    expect(visitor.link_field).to_have_value(f"{visitor.server.url}/?s=a%20cat")
    visitor.open("/%3Cscript%3E?s=a%20cat")
    expect(visitor.heading).to_have_text(first.question)
    expect(visitor.page.get_by_role("dialog")).to_have_count(0)
    expect(visitor.sentence).to_have_value("a cat")
    expect(visitor.page.get_by_text("no page called “<script>”")).to_have_count(1)
    visitor.toggle("self")
    expect(visitor.link_field).to_have_value(f"{visitor.server.url}/?s=a%20cat&self=true")
    visitor.settle()
    visitor.page.locator("[data-testid=stSidebarNavLink]").nth(0).click()
    expect(visitor.page.get_by_text("no page called")).to_have_count(0)
    expect(visitor.settle().sentence).to_have_value("a cat")
    expect(visitor.link_field).to_have_value(f"{visitor.server.url}/?s=a%20cat&self=true")
