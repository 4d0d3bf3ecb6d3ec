"""What a link holds: frozen defaults, and a query string that says everything."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ui import state
from ui.shell import scripts
from ui.shell.pages import PAGES
from ui.state.table import CONTROLS

DEFAULTS = {
    "": {
        "s": "The cat sat on the mat because it was tired",
        "divisor": 0.0,
        "self": False,
        "causal": False,
        "d": 0,
        "q": 0,
        "k": 0,
        "figure": "",
        "lecture": 0,
    },
    "playground": {
        "who": "Word vectors",
        "cell": False,
        "out": False,
        "cmp": False,
        "take": False,
        "divisor2": 1.0,
        "self2": False,
        "causal2": False,
        "d2": 0,
    },
    "step_by_step": {
        "ask": "cats",
        "on": "Sentence",
        "step": 1,
        "dims": 2,
        "keys": 4,
        "div": True,
        "nq": "2 1",
        "nk1": "1 3",
        "nk2": "2 0",
        "nk3": "0 2.5",
        "nk4": "3 2",
        "nk5": "-2 5",
        "nk6": "0 4",
        "nk7": "5 -3",
        "nk8": "2 2",
        "nv1": "4 0",
        "nv2": "0 4",
        "nv3": "3 3",
        "nv4": "-2 2",
        "nv5": "-3 -1",
        "nv6": "1 -3",
        "nv7": "2 -2",
        "nv8": "0 2",
        "see1": True,
        "see2": True,
        "see3": True,
        "see4": False,
        "see5": True,
        "see6": True,
        "see7": True,
        "see8": True,
        "sprod": False,
        "heads": 2,
        "sheads": False,
        "sover": False,
        "scode": False,
        "stake": False,
    },
    "why_scale": {
        "sd": 100,
        "g1": None,
        "seed": 1,
        "draws": 1000,
        "wmeasured": False,
        "wgradient": False,
        "wmaps": False,
        "wtau": False,
        "wread": False,
        "wtake": False,
    },
    "the_gap": {
        "gtask": "Tired or soft",
        "gby": "MiniLM",
        "gset": "Natural sentences",
        "gwhich": "Wrong",
        "gsent": False,
        "gown": False,
        "gall": False,
        "gsay": False,
        "gtake": False,
    },
    "teach_it": {
        "task": "He, she, it",
        "layers": 1,
        "nh": 1,
        "dk": 16,
        "rate": 0.01,
        "res": True,
        "pos": False,
        "init": 0,
        "trained": 0,
        "map": "Last layer",
        "hd": "All heads",
        "was": "Raw GloVe",
        "g2": None,
        "tset": False,
        "tpos": False,
        "tmat": False,
        "tcmp": False,
        "tcell": False,
        "tcode": False,
        "tsay": False,
        "ttry": False,
        "ttake": False,
    },
    "inside_a_transformer": {
        "l": 1,
        "h": 3,
        "of": "One head",
        "marks": False,
        "noself": False,
        "top": 100,
        "iraw": False,
        "icell": False,
        "iway": False,
        "ifind": False,
        "itwo": False,
        "s2": "",
        "itake": False,
    },
    "next_word": {
        "text": "The Eiffel Tower is in the city of",
        "temp": 1.0,
        "by": "The likeliest",
        "wseed": 1,
        "wl": 24,
        "wh": 5,
        "wq": 0,
        "wk": 0,
        "word": 1,
        "nofirst": False,
        "wheads": False,
        "wcell": False,
        "wgrow": False,
        "wsink": False,
        "woff": False,
        "off": "This head",
        "cutin": "In this head",
        "ntake": False,
    },
}
PLAYGROUND = DEFAULTS[""] | DEFAULTS["playground"]


def test_the_defaults_are_frozen_because_old_links_leave_them_out():
    found = {(control.page, name): control.default for name, control in CONTROLS.items()}
    assert found == {(page, name): default for page, own in DEFAULTS.items() for name, default in own.items()}


def test_a_control_that_the_part_of_a_page_sets_has_no_widget_and_a_default_is_one_of_the_options():
    assert [name for name, control in CONTROLS.items() if control.in_part and not control.hidden] == []
    assert [
        name
        for name, control in CONTROLS.items()
        if control.options and control.default not in (None, *control.options)  # None: a guess not made yet
    ] == []


def test_a_link_leaves_out_what_is_as_it_always_is():
    assert state.query_string("playground", PLAYGROUND.get) == ""


@pytest.mark.parametrize(("name", "value"), [("k", 3), ("divisor", 1), ("self", True), ("d", 1), ("s", "")])
def test_a_setting_at_zero_false_or_nothing_is_said(name, value):
    values = dict(
        parse_qsl(state.query_string("playground", {**PLAYGROUND, name: value}.get)[1:], keep_blank_values=True)
    )
    assert values == {name: str(value).lower()}


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
    assert state.query_string("elsewhere", lambda name: changed.get(name, CONTROLS[name].default)) == ""


@pytest.mark.parametrize(("value", "count", "place"), [(1, 7, 0), (7, 7, 6), (8, 7, 6), (512, 1, 0)])
def test_a_position_beyond_the_sentence_means_its_last_word(monkeypatch, value, count, place):
    monkeypatch.setattr(state, "get", {"q": value}.get)
    assert state.index_of("q", count) == place


@pytest.mark.parametrize("page", [page.name for page in PAGES if page.name != "next_word"])
def test_the_link_of_an_untouched_page_leaves_out_the_word_that_the_page_chose(app, monkeypatch, page):
    offered = []
    monkeypatch.setattr(scripts, "send_link_and_target", lambda link, _: offered.append(link))
    assert not app(page).exception
    values = dict(parse_qsl(urlsplit(offered[-1]).query))
    assert set(values) <= ({"s"} if page == "teach_it" else set())  # it opens with a sentence of its task


def test_what_was_set_on_a_page_is_there_again_after_some_time_on_others(app):
    test = app("playground")
    test.toggle(key="cmp").set_value(True).run()
    test.toggle(key="causal2").set_value(True).run()
    test.switch_page("pages/teach_it.py").run()
    test.segmented_control(key="task").set_value("Verb and object").run()
    test.run()
    test.switch_page("pages/step_by_step.py").run()
    test.button(key="next").click().run()
    test.switch_page("pages/playground.py").run()
    assert (test.toggle(key="cmp").value, test.toggle(key="causal2").value) == (True, True)
    test.switch_page("pages/teach_it.py").run()
    assert test.segmented_control(key="task").value == "Verb and object"
    assert not test.exception
