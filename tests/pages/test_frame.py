"""What every page has: a way to the next, and an address that leads to it."""

from urllib.parse import unquote

import pytest
import streamlit as st
from playwright.sync_api import expect

from ui.shell import links
from ui.shell.pages import PAGES


@pytest.mark.parametrize("place", range(len(PAGES)), ids=[page.name for page in PAGES])
def test_each_page_ends_with_the_way_to_the_next(app, place):
    way = app(PAGES[place].name).get("page_link")[-1].proto
    following = PAGES[(place + 1) % len(PAGES)]
    assert (way.page, way.label) == ("" if following is PAGES[0] else following.name, PAGES[place].next_label)


@pytest.mark.nightly
def test_an_address_without_a_page_leads_to_the_first_and_no_link_hands_it_on(visit):
    visitor = visit()  # the first visitor after a start is answered before the pages are known
    for asked in ("no.such", "%3Cscript%3E", "a%25b", "x/"):
        visitor.open(f"/{asked}?s=a%20cat")
        expect(visitor.page.get_by_role("dialog")).to_have_count(0)
        name = unquote(asked).rstrip("/")
        expect(visitor.page.get_by_text(f"There is no page called “{name}”. This is the first one.")).to_have_count(1)
        expect(visitor.link_field).to_have_value(f"{visitor.server.url}/?s=a%20cat")
    visitor.toggle("self")
    expect(visitor.link_field).to_have_value(f"{visitor.server.url}/?s=a%20cat&self=true")
    visitor.page.locator("[data-testid=stSidebarNavLink]").nth(2).click()
    expect(visitor.heading).to_have_text(PAGES[2].question)
    expect(visitor.settle().link_field).to_have_value(f"{visitor.server.url}/{PAGES[2].name}?s=a%20cat&self=true")


@pytest.mark.parametrize("asked", ["a%2Fb", "%20such", "such%20"])
def test_an_address_that_streamlit_takes_for_no_page_makes_no_fault(app, monkeypatch, asked):
    monkeypatch.setattr(type(st.context), "url", property(lambda _: f"https://demo.example/{asked}"))
    test = app(s="a cat")
    assert not test.exception
    assert links.link_to("why_scale").startswith("https://demo.example/why_scale")


def test_a_link_keeps_the_path_that_the_app_is_served_under(monkeypatch):
    monkeypatch.setattr(type(st.context), "url", property(lambda _: "https://demo.example/lab/attention"))
    monkeypatch.setattr(st, "get_option", {"server.baseUrlPath": "lab/attention"}.get)
    assert links.link_to("playground") == "https://demo.example/lab/attention"
    assert links.link_to("why_scale") == "https://demo.example/lab/attention/why_scale"
