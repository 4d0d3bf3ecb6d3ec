"""What every page has: a way to the next, and pictures that say in words what they show."""

import pytest

from tests.support.addresses import all_open
from tests.support.page import alts
from ui.shell.pages import PAGES


@pytest.mark.parametrize("place", range(len(PAGES)), ids=[page.name for page in PAGES])
def test_each_page_ends_with_the_way_to_the_next(app, place):
    way = app(PAGES[place].name).get("page_link")[-1].proto
    following = PAGES[(place + 1) % len(PAGES)]
    assert (way.page, way.label) == ("" if following is PAGES[0] else following.name, PAGES[place].next_label)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pictures_say_what_they_show(app, page):
    shown = alts(app(page.name, **all_open(page)))
    assert [alt for alt in shown if len(alt) < 40 or not (any(map(str.isdigit, alt)) or "Nothing yet" in alt)] == []
