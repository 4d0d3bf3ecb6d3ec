"""The playground without a browser: every input, every switch, every kind of trouble."""

import json
import shutil

import pyarrow
import pytest

from attention_core import files
from attention_core.examples import PRESETS
from tests.support.page import charts, html_of
from ui import state
from ui.models import loaders, training
from ui.state import run_lock
from ui.state.table import MAX_CHARACTERS

KING = "The king and queen ruled the kingdom"
CAT = "The cat sat on the mat because it was tired"


def labels(chart) -> list[str]:
    return next(p["value"] for p in json.loads(chart.spec)["params"] if p["name"] == "labels")


def test_a_link_seeds_every_control(app):
    test = app(s=CAT, divisor="1", self="false", causal="true", d="7", q="8", k="2", cell="true")
    assert not test.exception
    assert test.text_input(key="s").value == CAT
    assert [test.toggle(key=name).value for name in ("scaled-shown", "self", "causal")] == [False, False, True]
    assert test.slider(key="d-shown").value == 7
    assert [test.session_state[name] for name in ("q", "k")] == [8, 2]


def test_repeated_words_stay_apart_and_in_the_order_of_the_sentence(app):
    heatmap = charts(app(s=CAT))[0]
    assert labels(heatmap) == ["the₁", "cat", "sat", "on", "the₂", "mat", "because", "it", "was", "tired"]


def test_both_axes_say_which_is_the_query_and_which_the_key(app):
    spec = charts(app())[0].spec
    assert "query: looks from ↓" in json.loads(spec)["layer"][0]["encoding"]["y"]["axis"]["title"]
    assert "key: looks at →" in json.loads(spec)["layer"][0]["encoding"]["x"]["axis"]["title"]


def test_every_chart_says_what_it_shows(app):
    test = app(s=CAT, self="false", q="8", cmp="true")
    alts = [chart.alt for chart in charts(test)]
    assert len(alts) == 5
    assert "“it” looks most at “because” (23\u202f%)" in alts[0]
    assert all(len(alt) > 40 for alt in alts)


def test_switches_change_the_numbers(app):
    causal = {"self": "true", "causal": "true"}
    seen = {html_of(app(**query)) for query in ({}, {"divisor": "1"}, {"self": "true"}, causal, {"d": "5"})}
    assert len(seen) == 5


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_preset_opens_with_its_own_words_on_what_to_notice(app, preset):
    test = app(s="anything", divisor="1", causal="true", d="3")
    test.pills(key="preset").set_value(preset.name).run()
    assert not test.exception
    assert preset.notice in html_of(test)
    assert test.text_input(key="s").value == preset.sentence
    assert [test.toggle(key=name).value for name in ("scaled-shown", "self", "causal")] == [
        True,
        preset.see_self,
        False,
    ]
    test.toggle(key="causal").set_value(True).run()
    assert test.pills(key="preset").value == preset.name
    assert preset.notice not in html_of(test)  # it speaks of other switches
    assert "All later words are masked" in html_of(test)
    test.pills(key="preset").set_value(None).run()  # what a click on the chosen one sends
    assert preset.notice in html_of(test)
    assert test.pills(key="preset").value == preset.name


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"s": ""}, "Type a sentence above"),
        ({"s": "   "}, "Type a sentence above"),
        ({"s": "zzxqy qqqzx"}, "no vector for any of these, so there is nothing to compute: zzxqy, qqqzx"),
        ({"s": "king", "self": "false"}, "The only word has nothing left to look at: add a word, or let it look at"),
        ({"self": "false", "causal": "true"}, "let words look at themselves, or switch the causal mask off"),
        ({"s": "zzxqy the qqqzx"}, "Left out, because GloVe has no vector for them: zzxqy, qqqzx"),
        ({"s": "bank bank", "self": "true", "q": "2"}, "“bank₂” looks equally at “bank₁” and itself (50\u202f% each)."),
        ({"s": "the king zzxqy"}, "Left out, because GloVe has no vector for it: zzxqy"),
        ({"s": "king", "self": "true"}, "“king” looks only at itself (100\u202f%)"),
        ({"s": "word " * 500}, "longer than 2,000 characters"),
        ({"s": "a " * 999}, "Only the first 512 words are used"),
    ],
)
def test_what_cannot_be_shown_is_said(app, query, words):
    test = app(**query)
    assert not test.exception
    assert words in html_of(test)


@pytest.mark.parametrize(
    "text",
    ["<img src=x onerror=alert(1)>", "![x](http://example.com/x.png)", "$x$", ":red[x]", "[x](javascript:alert(1))"],
)
def test_markup_in_a_sentence_stays_text(app, text):
    test = app(s=f"cat {text} cat", cell="true", out="true", cmp="true", take="true")
    assert not test.exception
    assert "<img" not in html_of(test)
    assert text not in " ".join(element.value for element in test.markdown)


@pytest.mark.parametrize("text", ["", "zzxqy qqqzx"])
def test_without_a_known_word_nothing_is_left_out_and_none_is_to_be_chosen(app, text):
    shown = html_of(app(s=text))
    assert "Left out" not in shown
    assert "Choose a word" not in shown


def test_a_second_setting_that_cannot_be_is_said_there_and_the_rest_of_the_page_stays(app):
    test = app(cmp="true", self2="false", causal2="true", take="true")
    assert "The first word has nothing left to look at" in html_of(test)
    assert len(charts(test)) == 2
    assert test.get("download_button")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"s": "bank bank", "self": "false", "self2": "false", "divisor2": "1"}, "Both give the same weights."),
        ({"s": "bank bank", "divisor2": "1"}, "Both give the same weights."),
        ({"s": KING, "self": "true", "divisor2": "0"}, "queen → queen, from 44.8\u202f% to 0.0\u202f%."),
    ],
)
def test_two_settings_differ_by_what_can_be_told_apart(app, query, words):
    assert words in html_of(app(cmp="true", **query))


def test_invalid_settings_fall_back_to_their_defaults(app):
    test = app(d="99", q="999", k="x", divisor="maybe", cell="2")
    assert not test.exception
    assert (
        test.slider(key="d-shown").value,
        test.session_state["q"],
        test.toggle(key="scaled-shown").value,
    ) == (
        50,
        0,
        True,
    )


def test_a_sentence_longer_than_the_field_is_cut_before_anything_is_computed(app):
    test = app(s="cat " * 5000)
    assert not test.exception
    assert "the rest was cut" in html_of(test)


@pytest.mark.parametrize("harm", ["missing", "truncated", "altered"])
def test_a_damaged_data_file_is_said_in_one_sentence(app, tmp_path, monkeypatch, harm):
    shutil.copytree(files.DATA, tmp_path / "data", ignore=shutil.ignore_patterns("minilm", "taught"))
    monkeypatch.setattr(files, "DATA", tmp_path / "data")
    victim = tmp_path / "data" / "glove" / "order.npy"
    content = victim.read_bytes()
    victim.unlink()
    if harm != "missing":
        victim.write_bytes(content[:999] if harm == "truncated" else content[:-1] + b"\xff")
    loaders.glove.clear()
    test = app()
    loaders.glove.clear()
    assert not test.exception
    assert f"data/glove/order.npy is {'missing' if harm == 'missing' else 'damaged'}" in html_of(test)
    assert files.REPAIR in html_of(test)


def test_a_forged_message_of_half_a_million_letters_is_cut(monkeypatch):
    monkeypatch.setattr(state, "get", {"s": "cat " * 125_000}.get)
    assert len(state.sentence()) == MAX_CHARACTERS


def test_a_run_leaves_its_turn_to_the_next_however_it_ends(app):
    for query in ({}, {"s": ""}, {"s": "xqzt"}, {"q": "1e999"}):
        app(**query)
        assert not run_lock.lock.locked()


SOFT = CAT.replace("tired", "soft")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({}, "“it” looks most at “because” (23\u202f%)"),
        ({"who": "Taught"}, "“it” looks most at “cat” (99.9\u202f%)"),
        ({"who": "Taught", "s": SOFT}, "“it” looks most at “mat” (99\u202f%)"),
        ({"who": "Transformer"}, "“it” looks most at “cat” (49\u202f%)"),
        ({"who": "Taught", "s": "Tom lent Anna his bike because she missed the bus"}, "“she” looks most at “anna”"),
        ({"who": "Taught", "s": "My father drove the old car"}, "“drove” looks most at “car”"),
        ({"who": "Taught", "s": "The food was not bad"}, "The model says: good (99.8\u202f% sure)"),
        ({"who": "Taught", "q": "2"}, "No taught head is meant for “cat”. Choose “sat”, “it” or “tired”."),
        ({"who": "Taught", "s": "hello my friend"}, "No taught head is meant for a word of this sentence"),
        ({"who": "Taught", "s": "I love pizza"}, "“love” looks most at “i”"),
        ({"who": "Transformer", "s": "cats and dogs"}, "“cats”. This one looks from each word at the word after."),
        ({"who": "Transformer", "q": "2"}, "for “cat”. This one looks from each word at the word before."),
        ({"who": "Transformer", "s": "cats"}, "but not from “cats”: choose another word."),
        ({"who": "nonsense"}, "“it” looks most at “because” (23\u202f%)"),
    ],
)
def test_whoever_looks_the_page_has_its_result_in_words(app, query, words):
    test = app(**query)
    assert not test.exception
    assert words in html_of(test)


def rows_of(chart) -> list[dict]:
    """The rows of a chart's table."""
    return pyarrow.ipc.open_stream(chart.data.data).read_all().to_pylist()


ONE_TAUGHT = [
    ({}, ["it"]),
    ({"q": "2"}, []),
    ({"s": "Tom lent Anna his bike because she missed the bus and he walked"}, ["she", "he"]),
]


@pytest.mark.parametrize(("query", "asking"), ONE_TAUGHT)
def test_only_the_rows_that_a_taught_head_was_trained_for_have_colour(app, query, asking):
    test = app(who="Taught", **query)
    heatmap, bars = charts(test)
    words = labels(heatmap)
    grey = {(cell["query"], cell["faint"]) for cell in rows_of(heatmap)}
    assert grey == {(place, int(word not in asking)) for place, word in enumerate(words)}
    assert {cell["faint"] for cell in rows_of(bars)} == {int(not asking)}
    assert (" looks " in html_of(test)) == bool(asking)
    assert (" looks " in heatmap.alt) == bool(asking)


def test_a_taught_head_does_not_look_at_a_mark_that_it_never_met(app):
    test = app(who="Taught", s="The cat sat on the mat, because it was tired!")
    heatmap = charts(test)[0]
    hidden = {labels(heatmap)[cell["key"]] for cell in rows_of(heatmap) if cell["weight"] != cell["weight"]}
    assert hidden == {"!"}  # the comma is in the training sentences
    assert "Left out, because no training sentence has it: “!”." in html_of(test)
    assert "Left out" not in html_of(app(who="Taught"))


def test_under_a_visitor_s_own_sentence_stands_how_often_the_taught_head_is_right(app):
    counted = json.loads((files.DATA / "taught/gap.json").read_text())["rows"]["gender"]["cells"]["1-1"]["natural"]
    rate = f"right in {100 * counted['right'] / counted['of']:.0f}\u202f% of natural test sentences"
    assert rate in html_of(app(who="Taught", s="Tom lent Anna his bike because she missed the bus"))
    assert "natural test sentences" not in html_of(app(who="Taught"))


@pytest.mark.parametrize(("divisor", "on"), [("0", True), ("7.07", True), ("1", False), ("30", False), ("0.25", False)])
def test_scaling_is_on_only_while_the_scores_are_divided_by_the_root(app, divisor, on):
    test = app(divisor=divisor)
    assert test.toggle(key="scaled-shown").value == on
    test.toggle(key="scaled-shown").set_value(not on).run()
    assert test.session_state["divisor"] == (1 if on else 0)
    assert test.toggle(key="scaled-shown").value != on


def test_the_first_view_loads_neither_a_taught_head_nor_the_transformer(app, monkeypatch):
    monkeypatch.setattr(loaders, "minilm", lambda: pytest.fail("the transformer was loaded"))
    monkeypatch.setattr(training, "shipped", lambda _: pytest.fail("a taught head was loaded"))
    assert "“because”" in html_of(app())


@pytest.mark.parametrize(
    ("sentence", "word"),
    [
        ("Tom lent Anna his bike because she missed the bus", "she"),
        ("She drove the old car to the river", "drove"),  # nothing stands before “she”
        ("My grandmother baked bread while my father slept", "baked"),
        ("The soup was not bad", "bad"),
        ("Word vectors", "word"),
        ("The weather", "weather"),
        ("of the", "of"),
    ],
)
def test_of_a_visitor_s_sentence_a_word_worth_a_look_is_chosen(app, sentence, word):
    test = app()
    test.text_input(key="s").set_value(sentence).run()
    assert f"“{word}” looks" in html_of(test)


def test_the_chosen_word_stays_where_a_changed_sentence_still_has_it_and_only_there(app):
    test = app(q="2", k="3")
    test.text_input(key="s").set_value(SOFT).run()
    assert "“cat” looks" in html_of(test)
    test.text_input(key="s").set_value("The dog sat on the mat because it was tired").run()
    assert "“it” looks" in html_of(test)


def test_the_settings_of_word_vectors_are_gone_where_another_model_looks_and_come_back(app):
    test = app(self="true", who="Taught")
    assert "settings of word vectors" in html_of(test)
    assert not [toggle for toggle in test.toggle if toggle.key == "scaled-shown"]
    test.segmented_control(key="who").set_value("Word vectors").run()
    assert test.toggle(key="self").value


def test_the_causal_mask_leaves_the_first_word_itself_to_look_at(app):
    test = app()
    test.toggle(key="causal").set_value(True).run()
    assert test.toggle(key="self").value
    assert "All later words are masked" in html_of(test)


@pytest.mark.parametrize(("button", "divisor"), [("divisor-1", 1.0), ("divisor-√d", 7.07)])
def test_two_marks_set_the_divisor_to_one_and_to_the_root(app, button, divisor):
    test = app(divisor="3")
    test.button(key=button).click().run()
    assert test.slider(key="divisor-shown").value == divisor
