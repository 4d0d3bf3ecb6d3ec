"""What a link holds: frozen defaults, and a query string that says everything."""

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ui import state

PLAYGROUND = {
    "s": "The king and queen ruled the kingdom",
    "scale": True,
    "self": True,
    "causal": False,
    "d": 50,
    "q": 2,
    "k": 0,
    "cell": False,
    "out": False,
    "cmp": False,
    "take": False,
    "scale2": False,
    "self2": True,
    "causal2": False,
    "d2": 50,
}


def test_the_defaults_are_frozen_because_old_links_leave_them_out():
    found = {name: c.default for name, c in state.CONTROLS.items() if c.page in ("", "playground")}
    assert found == PLAYGROUND


def test_a_link_leaves_out_what_is_as_it_always_is():
    assert state.query_string("playground", PLAYGROUND.get) == ""


@pytest.mark.parametrize(("name", "value"), [("k", 3), ("scale", False), ("self", False), ("d", 1), ("s", "")])
def test_a_setting_at_zero_false_or_nothing_is_said(name, value):
    said = dict(
        parse_qsl(state.query_string("playground", {**PLAYGROUND, name: value}.get)[1:], keep_blank_values=True)
    )
    assert said == {name: {False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)}


@given(some.text(max_size=200))
def test_any_sentence_comes_out_of_its_link_as_it_went_in(text):
    if text == PLAYGROUND["s"] or any("\ud800" <= c <= "\udfff" for c in text):
        return
    link = state.query_string("playground", {**PLAYGROUND, "s": text}.get)
    assert parse_qsl(link[1:], keep_blank_values=True) == [("s", text)]
    assert link.isascii()
    assert not set(link) & set(" \"'<>&#+") - {"&"}


def test_other_pages_settings_stay_out_of_a_page_s_link():
    changed = {**PLAYGROUND, "cell": True}
    assert state.query_string("playground", changed.get) == "?cell=true"
    assert state.query_string("elsewhere", lambda name: changed.get(name, state.CONTROLS[name].default)) == ""


@pytest.mark.parametrize(("value", "count", "place"), [(1, 7, 0), (7, 7, 6), (8, 7, 6), (512, 1, 0)])
def test_a_position_beyond_the_sentence_means_its_last_word(monkeypatch, value, count, place):
    monkeypatch.setattr(state, "get", {"q": value}.get)
    assert state.place("q", count) == place
