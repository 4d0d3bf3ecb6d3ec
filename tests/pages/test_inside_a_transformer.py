"""Inside a transformer, without a browser: what the page says, and the arithmetic that it says it with."""

import base64
import io
import json
import re
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from attention_core import inside
from attention_core.bert import MiniLM
from attention_core.heads import named_heads
from attention_core.inside import MapFilter
from attention_core.maps import grid
from tests.support.page import charts, facts, html_of, lines, reading_of, rows, states
from ui import state
from ui.inside_a_transformer import compared, measured_heads, selection
from ui.inside_a_transformer import grid as heads_grid
from ui.kit import components, export, figures, matrices
from ui.kit.palette import LIGHT
from ui.kit.wording import percent, rounded
from ui.map.view import View, chooser, chosen
from ui.models import loaders
from ui.state import scrolling
from ui.state.table import CONTROLS

CAT = "The cat sat on the mat because it was tired"
SOFT = "The cat sat on the mat because it was soft"
IT = {"s": CAT, "self": "false", "q": "8"}
LAST = {"l": "6", "h": "12"}
HERE = "inside_a_transformer"
THIN = "\u202f"


@pytest.fixture(scope="module")
def model():
    return loaders.minilm()


@pytest.fixture(scope="module")
def cat(model):
    return model.read(CAT)


def test_a_first_visit_shows_a_head_whose_pattern_is_seen_at_once(app):
    test = app(HERE, **IT)
    assert not test.exception
    assert test.header[0].value == "Layer 1, head 3"
    assert facts(*lines(test, "headline"))[0] == "99%"  # of a word's weight goes to the word before it
    assert reading_of(test)[:2] == ["it", "because"]


def test_the_models_marks_are_left_out_and_the_page_says_how_much_they_get(app, cat):
    row = cat.layers[3].weights[1][8]
    cls, on_cat = (f"{100 * row[place]:.0f}%" for place in (0, 2))
    left_out = rounded(float(row[0] + row[-1]))
    assert states(app(HERE, **IT, l="4", h="2"), "[CLS]", "[SEP]", left_out, "it", "cat", on_cat)
    assert states(app(HERE, **IT, l="4", h="2", marks="true"), "it", "cat", on_cat, "[CLS]", cls)


def test_it_looks_at_cat_here_and_not_on_raw_vectors(app):
    test = app(HERE, **IT, **LAST, iraw="true")
    assert states(test, "it", "cat", "68%")
    assert any("it → cat" in line and facts(line) == ["3.7%", "68.3%"] for line in lines(test))


def test_the_page_says_that_the_other_words_look_at_cat_too(app, cat):
    weights = cat.layers[5].weights[11][1:-1, 1:-1]
    others = [weights[row] for row in range(10) if row not in (1, 7)]
    mean, most = np.mean([row[1] for row in others]), sum(row[1] == max(row) for row in others)
    assert states(app(HERE, **IT, **LAST), "it", f"{most}", "8", "cat", f"{100 * mean:.0f}%")


def test_a_link_restores_layer_head_blend_and_what_is_left_out(app):
    test = app(HERE, **IT, l="4", h="2", of="Rollout", marks="true", noself="true", top="50", icell="true")
    assert not test.exception
    assert test.header[0].value == "Rollout through all layers"
    assert [test.session_state[name] for name in ("l", "h")] == [4, 2]
    assert [test.toggle(key=name).value for name in ("marks", "noself")] == [True, True]
    assert test.slider(key="top").value == 50


def test_what_a_word_gives_itself_is_left_out_and_the_page_says_so(app):
    assert "What a word gives itself is left out" in html_of(app(HERE, **IT, noself="true"))
    assert "is left out, and" not in html_of(app(HERE, **IT))


def test_all_but_the_strongest_weights_turn_grey_and_keep_their_numbers(app, cat):
    test = app(HERE, **IT, l="4", h="2", top="50")
    assert any("Grey" in line and facts(line) == ["50%"] for line in lines(test))
    view = selection.view_of(CAT, cat, selection.ONE, 3, 1, MapFilter(marks=False, share=0.5))
    assert view.weights == pytest.approx(cat.layers[3].weights[1][1:-1, 1:-1], abs=1e-7)
    for row, faint in zip(view.weights, view.faint, strict=True):
        kept = sorted(row[~faint], reverse=True)
        assert sum(kept) >= 0.5 * row.sum() - 1e-6
        assert sum(kept[:-1]) < 0.5 * row.sum()
        assert min(kept) >= max(row[faint])


def test_a_word_chosen_on_another_page_stays_chosen(app):
    for sentence, number, word in ((CAT, "8", "it"), ("zzxqy the king can't sleep", "5", "sleep")):
        assert reading_of(app(s=sentence, q=number))[0] == word
        assert reading_of(app(HERE, s=sentence, q=number))[0] == word


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"s": ""}, "Type a sentence above"),
        ({"s": "  "}, "Type a sentence above"),
        ({"s": "a " * 600}, "602 word pieces with [CLS] and [SEP]; the model reads 512: shorten it."),
        ({"s": "zzxqy qqqzx", "iraw": "true"}, "GloVe, which knows English words, has no vector for any of these"),
        ({"s": "the king zzxqy", "iraw": "true"}, "Left out, because GloVe has no vector for it: zzxqy"),
        ({"s": "king", "noself": "true"}, "“king” gives 100\u202f% of its weight to [CLS] and [SEP], which"),
        ({"s": "king", "q": "512", "icell": "true", "marks": "true"}, "[SEP] looks most at"),
        ({"s": CAT, "q": "511", "marks": "true"}, "[CLS] looks most at"),
        ({"s": CAT, "q": "512"}, "“tired” looks most at"),
        ({"s": "unbelievableness"}, "A dot marks a piece that goes on"),
        ({"s": "the king 🦖"}, "[UNK] stands for “🦖”"),
        ({"s": "my king", "l": "4", "h": "2", "q": "2"}, "This sentence has no pronoun."),
        ({"s": CAT, "l": "4", "h": "12"}, "This sentence has no full stop."),
    ],
)
def test_what_cannot_be_shown_is_said(app, query, words):
    test = app(HERE, **query)
    assert not test.exception
    assert words in html_of(test)


@pytest.mark.parametrize("marks", ["true", "false"])
def test_what_raw_vectors_cannot_follow_is_what_the_head_gives_there(app, cat, marks):
    row = cat.layers[5].weights[11][8]
    here = {**LAST, "iraw": "true", "marks": marks}
    marks_get = percent(float(row[0] + row[-1]), 1)
    assert states(app(HERE, **IT, **here), "it", marks_get, "[CLS]", "[SEP]")
    assert states(app(HERE, **IT, **here, top="20"), "it", marks_get, "[CLS]", "[SEP]")
    assert "[CLS], [SEP] and what GloVe does not know." in html_of(app(HERE, s="the king zzxqy", q="2", **here))


def test_an_impossible_head_falls_back_to_the_default(app):
    test = app(HERE, l="7", h="0", top="0", of="No head")
    assert not test.exception
    assert test.header[0].value == "Layer 1, head 3"


def test_a_measured_head_chooses_the_word_it_is_about(monkeypatch):
    held, scrolled = {}, []
    monkeypatch.setattr(state, "set_values", held.update)
    monkeypatch.setattr(scrolling, "scroll_to", scrolled.append)
    text = "Tom lent Anna his bike because she missed the bus"
    reading = loaders.reading(text)
    view = selection.view_of(text, reading, selection.ONE, 0, 2, MapFilter(marks=False))
    words = list(view.tokens), view.numbers
    by_name = {head.name: head for head in named_heads()}
    measured_heads.choose_measured_head(by_name["from a pronoun to its noun"], *words)
    assert held == {"l": 4, "h": 2, "of": "One head", "q": 7, "k": 0}
    assert scrolled == ["head-map"]
    held.clear()
    measured_heads.choose_measured_head(by_name["[CLS]"], *words)
    assert held == {"l": 5, "h": 6, "of": "One head", "k": 0, "marks": True}


def test_of_a_head_with_two_uses_the_one_of_the_chosen_word_is_named(app):
    def headline(**query):
        return " ".join(lines(app(HERE, s="She drove the old car to the river", **query), "headline"))

    assert "pronoun" in headline(q="1", l="4", h="2")
    assert "verb" in headline(q="2", l="4", h="2")
    assert facts(headline(**LAST)) == []


OPEN = dict.fromkeys(("icell", "iway", "ifind", "itwo", "itake"), "true")


def test_markup_in_a_sentence_stays_text(app):
    text = "cat <img src=x onerror=alert(1)> ![x](http://example.com/x.png) $x$ :red[x] cat"
    test = app(HERE, s=text, **OPEN, s2=text.replace("cat", "dog", 1))
    assert not test.exception
    assert "<img src=x" not in html_of(test)
    assert "$x$" not in " ".join(element.value for element in test.markdown)
    assert all(len(chart.alt) > 40 for chart in charts(test))


def test_the_way_is_computed_again_and_comes_out_the_same(app, model, cat):
    text = html_of(app(HERE, **IT, **LAST, iway="true"))
    assert "it · cat = 25.7" in text
    assert f"Softmax over the row: 68.3{THIN}%" in text
    assert text.count("<img src=") == 13  # x, four matrices, q k v, three stages, output, what is added
    for layer in range(6):
        for head in (0, 11):
            done = inside.recompute_head(model, cat, layer, head)
            assert done.max_weight_difference < 1e-6
            assert done.max_sum_difference < 1e-5
            assert np.abs(done.attention.weights - cat.layers[layer].weights[head]).max() == done.max_weight_difference


def test_the_cells_arithmetic_goes_through_the_heads_q_and_k(app, cat):
    text = html_of(app(HERE, **IT, **LAST, k="2", icell="true"))
    q, k = cat.layers[5].q[11][8], cat.layers[5].k[11][2]
    assert f"{max(q * k, key=abs):+.4f}" in text
    assert f"68.3{THIN}%" in text
    assert "5.6569" in text  # √32


def test_all_heads_are_ranked_by_the_weight_they_give_a_pair(cat, app):
    ranked, maps = inside.heads_for_pair(cat, 8, 2), cat.maps
    by_hand = {(layer, head): maps[layer, head, 8, 2] for layer in range(6) for head in range(12)}
    assert {(layer, head): share for layer, head, share in ranked} == pytest.approx(by_hand, abs=1e-6)
    shares = [share for _, _, share in ranked]
    assert all(first >= second - 1e-6 for first, second in pairwise(shares))
    assert states(app(HERE, **IT, **LAST, ifind="true"), "6", "12", "68.3%")


def test_tired_and_soft_are_compared_with_the_figures_that_come_out(app, model, cat):
    soft = model.read(SOFT)
    for layer, head in ((6, 12), (4, 2)):
        test = app(HERE, **IT, l=str(layer), h=str(head), itwo="true")
        for key, word in ((2, "cat"), (6, "mat")):
            old, new = (reading.layers[layer - 1].weights[head - 1][8, key] for reading in (cat, soft))
            change = f"{100 * (new - old):+.1f}".replace("-", "−")
            row = [f"it → {word}", f"{100 * old:.1f}{THIN}%", f"{100 * new:.1f}{THIN}%", change]
            assert row in rows(test), (layer, head)
    assert states(test, "it", "cat", "tired", "mat", "soft")
    assert states(app(HERE, **IT, **LAST, itwo="true"), "it", "cat", "tired", "soft")
    assert cat.layers[3].weights[1][8, 2] > 2 * soft.layers[3].weights[1][8, 2]  # this head notices
    assert soft.layers[5].weights[11][8, 2] > 0.6  # that one follows the subject all the same


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ("The cat sat", "The sentences have 10 and 3 words"),
        (CAT, "Both sentences are the same"),
        ("a " * 600, "602 word pieces"),
    ],
)
def test_another_sentence_that_does_not_fit_is_said(app, other, words):
    test = app(HERE, **IT, itwo="true", s2=other)
    assert not test.exception
    assert words in html_of(test)


def test_the_heads_that_change_a_changed_word_are_those_whose_row_moves_most(model, cat):
    soft = model.read(SOFT)
    groups = (cat.tokens.groups, soft.tokens.groups)
    ranked = inside.heads_that_change(cat, soft, 8, groups)
    layer, head, moved = ranked[0]
    changed = [reading.layers[layer].weights[head][8] for reading in (cat, soft)]
    assert moved == pytest.approx(sum(abs(a - b) for a, b in zip(*changed, strict=True)) / 2, abs=1e-6)
    assert [share for *_, share in ranked] == sorted((share for *_, share in ranked), reverse=True)
    assert len({(layer, head) for layer, head, _ in ranked}) == 72


def test_leaving_out_and_dividing_by_the_rest_is_the_same_as_masking_before_the_softmax(cat):
    attention = inside.one_head(cat.layers[3], 1, MapFilter(see_self=False))
    for row in range(12):
        seen = [column for column in range(12) if column != row]
        e = np.exp(attention.scaled[row, seen].astype(float))
        assert attention.weights[row, seen] == pytest.approx(e / e.sum(), abs=1e-6)
        assert attention.weights[row, row] == 0
        assert not np.isfinite(attention.masked[row, row])


def test_without_the_marks_every_other_number_is_the_models_own(cat):
    whole, words = (inside.one_head(cat.layers[3], 1, MapFilter(marks=marks)) for marks in (True, False))
    for name in ("scores", "scaled", "masked", "weights"):
        np.testing.assert_array_equal(getattr(words, name), getattr(whole, name)[1:-1, 1:-1])
    np.testing.assert_array_equal(words.output, whole.output[1:-1])
    view = selection.view_of(CAT, cat, selection.ONE, 3, 1, MapFilter(marks=False))
    walked = view.walk(7)  # "it"
    assert walked.weights == pytest.approx(cat.layers[3].weights[1][8, 1:-1], abs=1e-6)
    assert len(walked.keys) == len(walked.scores) == len(view.tokens) == 10


def test_the_picture_of_all_heads_is_the_same_a_layer_at_a_time(cat):
    assert (inside.overview(cat, MapFilter(), 64)[0] == grid(cat.maps, max_pixels=64)).all()


def test_a_picture_is_a_png_that_others_can_read_with_its_own_colours():
    pixels = np.arange(256, dtype=np.uint8).reshape(8, 32)
    colors = np.random.default_rng(0).integers(0, 256, (256, 3)).astype(np.uint8)
    address = figures.address_of(pixels, ["#" + bytes(color).hex() for color in colors])
    kind, _, content = address.partition(",")
    assert kind == "data:image/png;base64"
    with Image.open(io.BytesIO(base64.b64decode(content))) as image:
        np.testing.assert_array_equal(np.asarray(image.convert("RGB")), colors[pixels])


def test_the_picture_of_all_heads_is_small(model):
    text = "The cat sat on the mat because it was tired , and the dog looked for a warmer place . " * 7
    reading = model.read(" ".join(text.split()[:126]))
    assert reading.maps.shape == (6, 12, 128, 128)
    assert len(figures.address_of(inside.overview(reading, MapFilter(), 128)[0], LIGHT.weights * 42)) < 1.1e6
    assert (
        len(figures.address_of(inside.overview(reading, MapFilter(), heads_grid.MAX_PIXELS)[0], LIGHT.weights * 42))
        < 3e5
    )


def test_rollout_of_the_means_is_rollout_of_the_heads(cat):
    total = np.eye(12)
    for layer in cat.maps.astype(float):
        total = (np.mean(layer, axis=0) + np.eye(12)) / 2 @ total
    assert inside.rolled_out(cat) == pytest.approx(total, abs=1e-6)
    assert inside.mean_of_layer(cat, 2) == pytest.approx(sum(cat.layers[2].weights) / 12, abs=1e-6)


def test_every_word_piece_has_a_number_of_its_own_in_the_link():
    for text in (CAT, "zzxqy unbelievableness can't", "word " * 500, "🐈"):
        found = selection.numbers(text)
        assert len(set(found)) == len(found)
        assert found[0] == 511
        assert found[-1] == 512
        assert min(found) >= 1


def test_the_numbers_of_a_sentence_do_not_depend_on_the_sentence_of_another_visitor(monkeypatch):
    monkeypatch.setattr(state, "get", {"s": "The king and queen ruled the kingdom"}.get)
    selection.numbers.cache_clear()
    assert selection.numbers("The king and queen left the kingdom")[1:-1] == list(range(1, 8))


def test_without_a_word_that_glove_knows_the_first_word_is_chosen(monkeypatch, model):
    held = {"s": "zzxqy qqqzx"}
    monkeypatch.setattr(state, "get", lambda name: held.get(name, CONTROLS[name].default))
    view = selection.view_of(held["s"], model.read(held["s"]), selection.ONE, 5, 11, MapFilter())
    assert (chosen(view).query, view.labels[1]) == (1, "z")


def test_a_matrix_is_orange_above_zero_and_blue_below(monkeypatch):
    monkeypatch.setattr(components, "palette", lambda: LIGHT)
    drawn = matrices.matrix("x", np.array([[2.0, -2.0, 0.0]]), 3, 1)
    content = re.search('base64,([^"]+)', drawn).group(1)
    with Image.open(io.BytesIO(base64.b64decode(content))) as image:
        colors = ["#" + bytes(pixel).hex() for pixel in np.asarray(image.convert("RGB"))[0]]
    assert colors[:2] == [LIGHT.signed[4], LIGHT.signed[0]]
    assert sum(int(colors[2][i : i + 2], 16) for i in (1, 3, 5)) > 700  # nearly white
    assert "1 rows of 3 numbers, from −2 to 2" in drawn


def test_every_token_can_be_chosen_and_stays_what_was_chosen(monkeypatch, cat):
    held = {"s": CAT}
    monkeypatch.setattr(state, "get", lambda name: held.get(name, CONTROLS[name].default))
    monkeypatch.setattr(state, "set_values", held.update)
    view = selection.view_of(CAT, cat, selection.ONE, 5, 11, MapFilter())
    for token in range(12):
        chooser(view)(token, 11 - token)
        assert chosen(view) == (token, 11 - token)
        chooser(view)(token)
        assert chosen(view).key not in (token, 0, 11)
    held["q"] = 400  # beyond the sentence: its last word
    assert view.labels[chosen(view).query] == "tired"


def test_a_mean_is_taken_away_without_scores_for_it_has_none(cat):
    blend = View(cat.tokens.pieces, inside.mean_of_layer(cat, 0))
    assert "scores" not in json.loads(export.document(cat.tokens.pieces, blend.known_stages, {}, ""))
    lines = export.csv_table(cat.tokens.pieces, blend.known_stages, {"sentence": CAT}).splitlines()
    assert lines[2].startswith('1,"[CLS]",1,"[CLS]","","","",0.')


def test_the_code_to_take_away_computes_the_same_weights(cat, capsys):
    layer = cat.layers[5]
    attention = inside.one_head(layer, 11, MapFilter(see_self=False))
    mask = np.isfinite(attention.masked)
    names = {}
    code = export.head_code(cat.tokens.pieces, layer.q[11], layer.k[11], layer.v[11], mask, {"sentence": CAT})
    exec(code, names)
    assert names["weights"] == pytest.approx(attention.weights, abs=1e-6)
    assert names["output"] == pytest.approx(attention.output, abs=1e-5)
    assert "Attention weights for 'it'" in capsys.readouterr().out


def test_a_text_that_somebody_has_read_is_not_computed_again(monkeypatch):
    computed, read = [], MiniLM.read
    monkeypatch.setattr(MiniLM, "read", lambda model, text: computed.append(text) or read(model, text))
    text = "A sentence that two visitors read"
    assert loaders.reading(text) is loaders.reading(text)
    assert computed == [text]


def test_a_damaged_model_is_said_in_one_sentence(app, monkeypatch):
    from attention_core.files import DamagedData

    def broken():
        raise DamagedData("data/minilm/model.safetensors is missing or cannot be read; restore it")

    monkeypatch.setattr(loaders, "minilm", broken)
    test = app(HERE, s="A sentence that nobody has read")
    assert not test.exception
    assert "model.safetensors is missing" in html_of(test)


def test_a_pictures_caption_has_its_link_whole_or_not_at_all():
    drawn = pd.DataFrame({"x": [1]})
    for link in ("https://demo.example/?q=8", "https://demo.example/?s=" + "word%20" * 20):
        settings = {"sentence": CAT, "d_k": 32, "second_model": "GloVe " * 40, "link": link}
        caption = export.standalone({"params": []}, drawn, settings, LIGHT)["title"]["subtitle"]
        assert caption[0].startswith("d_k: 32, second model: GloVe")
        assert (caption[-1] == link) == (len(link) < 76)
        assert sum("demo.example" in line for line in caption) == (len(link) < 76)


def test_a_difference_that_rounds_to_nothing_has_no_sign():
    assert [compared.points(x) for x in (-0.0001, 0.0001, -0.038, 0.1)] == ["0.0", "0.0", "−3.8", "+10.0"]


def test_a_second_sentence_that_differs_in_case_only_is_the_same_to_the_model(app):
    text = html_of(app(HERE, **IT, itwo="true", s2=CAT.upper()))
    assert "To the model both sentences are the same" in text
    assert "Which heads change" not in text


def test_without_a_word_beside_the_marks_the_default_key_has_the_largest_weight_of_all(app):
    text = html_of(app(HERE, s="cat", s2="dog", itwo="true"))
    assert "“cat / dog” looks most at" in text
    assert "most at [SEP]" not in text
