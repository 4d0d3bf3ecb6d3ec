"""Inside a transformer, without a browser: what the page says, and the arithmetic that it says it with."""

import base64
import io
import json
import re

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from attention_core import inside
from attention_core.attention import scaled_dot_product_attention
from attention_core.inside import Taming
from attention_core.maps import grid, keep_top
from ui import state
from ui.inside_a_transformer import body as heads
from ui.kit import components, export, figures, matrices
from ui.kit.palette import LIGHT
from ui.kit.wording import rounded
from ui.map.view import View, choose, chosen
from ui.models import loaders

CAT = "The cat sat on the mat because it was tired"
SOFT = "The cat sat on the mat because it was soft"
IT = {"s": CAT, "self": "false", "q": "8"}
HERE = "inside_a_transformer"
THIN = "\u202f"


def said(test) -> str:
    """The sentences on the page that may hold a visitor's words."""
    return " ".join(element.proto.body for element in test.get("html"))


def charts(test) -> list:
    return [element.proto for element in test.get("vega_lite_chart")]


@pytest.fixture(scope="module")
def model():
    return loaders.minilm()


@pytest.fixture(scope="module")
def cat(model):
    return model.read(CAT)


def test_a_first_visit_shows_what_a_head_looks_at(app):
    test = app(HERE)
    assert not test.exception
    assert test.header[0].value == "Layer 6, head 12"
    assert "“king” looks most at" in said(test)


def test_it_looks_at_cat_here_and_not_on_raw_vectors(app):
    text = said(app(HERE, **IT))
    assert f"“it” looks most at “cat” (68{THIN}%)" in text
    assert f"it → cat: 3.7{THIN}% raw, 68{THIN}% here." in text


def test_the_page_says_that_the_other_tokens_look_at_cat_too(app, cat):
    weights = cat.layers[5].weights[11]
    others = [weights[row] for row in range(12) if row not in (2, 8)]
    mean, most = np.mean([row[2] for row in others]), sum(row[2] == max(row) for row in others)
    assert (
        f"send {100 * mean:.0f}{THIN}% there on average, {most} of 10 more than anywhere else: not only “it” looks "
        "there." in said(app(HERE, **IT))
    )


def test_a_link_restores_layer_head_blend_and_what_is_hidden(app):
    test = app(
        HERE, **IT, l="4", h="2", of="Rollout", nocls="true", nosep="true", noself="true", top="50", icell="true"
    )
    assert not test.exception
    assert test.header[0].value == "Rollout through all layers"
    assert [test.number_input(key=name).value for name in ("l", "h")] == [4, 2]
    assert [test.toggle(key=name).value for name in ("nocls", "nosep", "noself")] == [True, True, True]
    assert test.slider(key="top").value == 50


def test_what_is_hidden_is_marked_renormalised_and_the_rows_sum_to_one(app):
    test = app(HERE, **IT, nocls="true", nosep="true")
    assert "Renormalised: [CLS] and [SEP] hidden" in said(test)
    assert "The model itself saw everything" in said(test)
    assert "Renormalised" not in said(app(HERE, **IT))


def test_the_top_share_of_each_row_says_how_much_is_left(app):
    assert f"as many as it takes to make up 50{THIN}% of it" in said(app(HERE, **IT, top="50"))


def test_a_word_chosen_on_another_page_stays_chosen(app):
    for sentence, number, word in ((CAT, "8", "it"), ("zzxqy the king can't sleep", "5", "sleep")):
        assert f"“{word}” looks most" in said(app(s=sentence, q=number))
        assert f"“{word}” looks most" in said(app(HERE, s=sentence, q=number))


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"s": ""}, "Type a sentence above"),
        ({"s": "  "}, "Type a sentence above"),
        ({"s": "a " * 600}, "602 word pieces with [CLS] and [SEP]; the model reads 512: shorten it."),
        ({"s": "zzxqy qqqzx"}, "GloVe, which knows English words, has no vector for any of these"),
        ({"s": "the king zzxqy"}, "Left out, because GloVe has no vector for it: zzxqy"),
        ({"s": "king", "noself": "true", "nocls": "true", "nosep": "true"}, "“king” looks at nothing that is shown"),
        ({"s": "king", "q": "512", "icell": "true"}, "[SEP] looks most at"),
        ({"s": CAT, "q": "511"}, "[CLS] looks most at"),
        ({"s": "unbelievableness"}, "a dot marks one that goes on"),
        ({"s": "the king 🦖"}, "[UNK] stands for what it does not know even in pieces"),
        ({"s": "Attention", "top": "20"}, "Of what is shown, “attention” looks only at [CLS]"),
    ],
)
def test_what_cannot_be_shown_is_said(app, query, words):
    test = app(HERE, **query)
    assert not test.exception
    assert words in said(test)


def test_what_raw_vectors_cannot_follow_is_what_the_head_sends_there_whatever_is_cut_off(app, cat):
    row = cat.layers[5].weights[11][8]
    marks = f"“it” sends {rounded(float(row[0] + row[-1]))} to [CLS] and [SEP]."
    assert marks in said(app(HERE, **IT))
    assert marks in said(app(HERE, **IT, top="20"))
    only_end = f"“it” sends {rounded(float(row[-1] / (1 - row[0])))} to [SEP]."
    assert only_end in said(app(HERE, **IT, nocls="true", top="50"))
    assert "“it” sends" not in said(app(HERE, **IT, nocls="true", nosep="true", top="50"))
    assert "[SEP] and what raw vectors do not know." in said(app(HERE, s="the king zzxqy", q="2"))


def test_an_impossible_head_falls_back_to_the_default(app):
    test = app(HERE, l="7", h="0", top="0", of="No head")
    assert not test.exception
    assert test.header[0].value == "Layer 6, head 12"


OPEN = dict.fromkeys(("icell", "iway", "ifind", "itwo", "itake"), "true")


def test_markup_in_a_sentence_stays_text(app):
    text = "cat <img src=x onerror=alert(1)> ![x](http://example.com/x.png) $x$ :red[x] cat"
    test = app(HERE, s=text, **OPEN, s2=text.replace("cat", "dog", 1))
    assert not test.exception
    assert "<img src=x" not in said(test)
    assert "$x$" not in " ".join(element.value for element in test.markdown)
    assert all(len(chart.alt) > 40 for chart in charts(test))


def test_the_way_is_computed_again_and_comes_out_the_same(app, model, cat):
    text = said(app(HERE, **IT, iway="true"))
    assert "it · cat = 25.7" in text
    assert f"Softmax over the row: 68.3{THIN}%" in text
    assert text.count("<img src=") == 13  # x, four matrices, q k v, three stages, output, what is added
    for layer in range(6):
        for head in (0, 11):
            done = inside.retrace(model, cat, layer, head)
            assert done.difference < 1e-6
            assert done.sum_difference < 1e-5
            assert np.abs(done.attention.weights - cat.layers[layer].weights[head]).max() == done.difference


def test_the_cells_arithmetic_goes_through_the_heads_q_and_k(app, cat):
    text = said(app(HERE, **IT, icell="true"))
    q, k = cat.layers[5].q[11][8], cat.layers[5].k[11][2]
    assert f"{max(q * k, key=abs):+.4f}" in text
    assert f"68.25{THIN}%" in text
    assert "5.6569" in text  # √32


def test_all_heads_are_ranked_by_the_weight_they_give_a_pair(cat, app):
    ranked = inside.heads_for_pair(cat, 8, 2)
    by_hand = sorted(
        ((layer, head, float(cat.layers[layer].weights[head][8, 2])) for layer in range(6) for head in range(12)),
        key=lambda one: -one[2],
    )
    assert ranked == by_hand
    assert f"layer 6, head 12 sends most, 68.3{THIN}%" in said(app(HERE, **IT, ifind="true"))


def test_tired_and_soft_are_compared_with_the_figures_that_come_out(app, model, cat):
    soft = model.read(SOFT)
    for layer, head in ((6, 12), (4, 2)):
        text = said(app(HERE, **IT, l=str(layer), h=str(head), itwo="true"))
        for key, word in ((2, "cat"), (6, "mat")):
            old, new = (one.layers[layer - 1].weights[head - 1][8, key] for one in (cat, soft))
            row = f"<td>it → {word}</td><td>{100 * old:.0f}{THIN}%</td><td>{100 * new:.0f}{THIN}%</td>"
            assert row in text, (layer, head, word, old, new)
    assert "“it” looks most at “cat” with “tired”, most at “mat” with “soft”" in text
    assert "“it” looks most at “cat”, with “tired” as with “soft”" in said(app(HERE, **IT, itwo="true"))
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
    assert words in said(test)


def test_the_heads_that_notice_a_changed_word_are_those_whose_row_moves_most(model, cat):
    soft = model.read(SOFT)
    groups = (cat.tokens.groups, soft.tokens.groups)
    ranked = inside.heads_that_notice(cat, soft, 8, groups)
    layer, head, moved = ranked[0]
    rows = [one.layers[layer].weights[head][8] for one in (cat, soft)]
    assert moved == pytest.approx(sum(abs(a - b) for a, b in zip(*rows, strict=True)) / 2, abs=1e-6)
    assert [one[2] for one in ranked] == sorted((one[2] for one in ranked), reverse=True)
    assert len({one[:2] for one in ranked}) == 72


def test_hiding_and_renormalising_is_the_same_as_masking_before_the_softmax(cat):
    attention, left = inside.one_head(cat.layers[3], 1, Taming(start=True, end=True, itself=True))
    for row in range(12):
        seen = [column for column in range(1, 11) if column != row]
        e = np.exp(attention.scaled[row, seen].astype(float))
        assert attention.weights[row, seen] == pytest.approx(e / e.sum(), abs=1e-6)
        assert attention.weights[row, [0, row, 11]].tolist() == [0, 0, 0]
        assert left[row] == pytest.approx(cat.layers[3].weights[1][row, seen].sum(), abs=1e-6)
        assert not np.isfinite(attention.masked[row, [0, row, 11]]).any()


def test_cls_and_sep_are_hidden_each_on_its_own(cat):
    for taming, hidden in ((Taming(start=True), 0), (Taming(end=True), 11)):
        weights, left = taming.of(cat.layers[2].weights)
        assert [column for column in range(12) if not weights[..., column].any()] == [hidden]
        assert left == pytest.approx(1 - cat.layers[2].weights[..., hidden], abs=1e-6)


def test_the_picture_of_all_heads_is_the_same_a_layer_at_a_time(cat):
    assert (inside.all_heads(cat, Taming(), 64) == grid(cat.maps, most=64)).all()


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
    assert len(figures.address_of(inside.all_heads(reading, Taming(), 128), LIGHT.weights * 42)) < 1.1e6
    assert len(figures.address_of(inside.all_heads(reading, Taming(), heads.MOST_PIXELS), LIGHT.weights * 42)) < 3e5


def test_rollout_of_the_means_is_rollout_of_the_heads(cat):
    total = np.eye(12)
    for layer in cat.maps.astype(float):
        total = (np.mean(layer, axis=0) + np.eye(12)) / 2 @ total
    assert inside.rolled_out(cat) == pytest.approx(total, abs=1e-6)
    assert inside.mean_of_layer(cat, 2) == pytest.approx(sum(cat.layers[2].weights) / 12, abs=1e-6)


def test_every_word_piece_has_a_number_of_its_own_in_the_link():
    for text in (CAT, "zzxqy unbelievableness can't", "word " * 500, "🐈"):
        found = heads.numbers(text)
        assert len(set(found)) == len(found)
        assert found[0] == 511
        assert found[-1] == 512
        assert min(found) >= 1


def test_the_numbers_of_a_sentence_do_not_depend_on_the_sentence_of_another_visitor(monkeypatch):
    monkeypatch.setattr(state, "get", {"s": "The king and queen ruled the kingdom"}.get)
    heads.numbers.cache_clear()
    assert heads.numbers("The king and queen left the kingdom")[1:-1] == list(range(1, 8))


def test_without_a_word_that_glove_knows_the_first_word_is_chosen(monkeypatch, model):
    held = {"s": "zzxqy qqqzx"}
    monkeypatch.setattr(state, "get", lambda name: held.get(name, state.CONTROLS[name].default))
    view, _ = heads.view_of(held["s"], model.read(held["s"]), heads.ONE, 5, 11, Taming())
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
    monkeypatch.setattr(state, "get", lambda name: held.get(name, state.CONTROLS[name].default))
    monkeypatch.setattr(state, "set_values", held.update)
    view, _ = heads.view_of(CAT, cat, heads.ONE, 5, 11, Taming())
    for token in range(12):
        choose(view, token, 11 - token)
        assert chosen(view) == (token, 11 - token)
        choose(view, token)
        assert chosen(view).key not in (token, 0, 11)
    held["q"] = 400  # beyond the sentence: its last word
    assert view.labels[chosen(view).query] == "tired"


def test_a_mean_is_taken_away_without_scores_for_it_has_none(cat):
    blend = View(cat.tokens.pieces, inside.mean_of_layer(cat, 0))
    assert "scores" not in json.loads(export.document(cat.tokens.pieces, blend.known_stages, {}, ""))
    lines = export.table(cat.tokens.pieces, blend.known_stages, {"sentence": CAT}).splitlines()
    assert lines[2].startswith("1,[CLS],1,[CLS],,,,0.")


def test_the_code_to_take_away_computes_the_same_weights(cat, capsys):
    layer = cat.layers[5]
    attention, _ = inside.one_head(layer, 11, Taming(start=True))
    mask = np.isfinite(attention.masked)
    names = {}
    code = export.head_code(cat.tokens.pieces, layer.q[11], layer.k[11], layer.v[11], mask, {"sentence": CAT})
    exec(code, names)
    assert names["weights"] == pytest.approx(attention.weights, abs=1e-6)
    assert names["output"] == pytest.approx(attention.output, abs=1e-5)
    assert "Attention weights for 'it'" in capsys.readouterr().out


def test_a_damaged_model_is_said_in_one_sentence(app, monkeypatch):
    from attention_core.files import DamagedData

    def broken():
        raise DamagedData("data/minilm/model.safetensors is missing or cannot be read; restore it")

    monkeypatch.setattr(loaders, "minilm", broken)
    test = app(HERE)
    assert not test.exception
    assert "model.safetensors is missing" in said(test)


def test_the_code_of_a_head_cut_to_its_top_share_prints_the_weights_of_the_page(cat, capsys):
    layer, taming = cat.layers[3], Taming(start=True, share=0.8)
    attention, _ = inside.one_head(layer, 1, taming)
    mask = np.isfinite(attention.masked)
    exec(export.head_code(cat.tokens.pieces, layer.q[1], layer.k[1], layer.v[1], mask, {"sentence": CAT}, 0.8), {})
    printed = [float(line.split()[-1]) for line in capsys.readouterr().out.splitlines() if not line.endswith(":")]
    assert (attention.weights == 0).sum() > len(mask)  # more than [CLS] is cut
    assert np.allclose(np.reshape(printed, mask.shape), attention.weights, atol=6e-5)


def test_the_code_of_a_head_decides_a_tie_at_the_cut_as_the_page_does():
    v = np.arange(8, dtype=np.float32).reshape(4, 2)
    k = np.array([[1, 0], [3, 0], [3, 0], [3, 0]], np.float32)
    k[2, 0] = np.nextafter(np.float32(3), np.float32(4))  # the same but for rounding: no reason to be kept first
    mask, names = np.ones((4, 4), bool), {}
    for share in (0.1, 0.5, 0.9):
        exec(export.head_code("abcd", k, k, v, mask, {"sentence": "a b c d"}, share), names)
        whole = scaled_dot_product_attention(k, k, v).weights
        assert np.flatnonzero(names["weights"][1]).tolist() == {0.1: [1], 0.5: [1, 2], 0.9: [1, 2, 3]}[share]
        assert ((names["weights"] > 0) == (keep_top(whole, share) > 0)).all()


def test_a_pictures_caption_has_its_link_whole_or_not_at_all():
    drawn = pd.DataFrame({"x": [1]})
    for link in ("https://demo.example/?q=8", "https://demo.example/?s=" + "word%20" * 20):
        settings = {"sentence": CAT, "d_k": 32, "second_model": "GloVe " * 40, "link": link}
        caption = export.standalone({"params": []}, drawn, settings, LIGHT)["title"]["subtitle"]
        assert caption[0].startswith("d_k: 32, second model: GloVe")
        assert (caption[-1] == link) == (len(link) < 76)
        assert sum("demo.example" in line for line in caption) == (len(link) < 76)


def test_a_difference_that_rounds_to_nothing_has_no_sign():
    assert [heads.points(x) for x in (-0.0001, 0.0001, -0.038, 0.1)] == ["0.0", "0.0", "−3.8", "+10.0"]


def test_a_weight_that_is_cut_off_keeps_the_arithmetic_that_made_it(app, cat):
    text = said(app(HERE, s=CAT, q="8", k="4", top="50", icell="true"))
    weight = cat.layers[5].weights[11][8, 4]
    assert f"the weight</td><td>{weight:.4f}" in text
    assert f"not among the largest weights that make up 50{THIN}% of the row" in text


def test_a_second_sentence_that_differs_in_case_only_is_the_same_to_the_model(app):
    text = said(app(HERE, **IT, itwo="true", s2=CAT.upper()))
    assert "To the model both sentences are the same" in text
    assert "Which heads notice" not in text


def test_without_a_word_beside_the_marks_the_favourite_is_the_largest_of_all(app):
    text = said(app(HERE, s="cat", s2="dog", itwo="true"))
    assert "“cat / dog” looks most at" in text
    assert "most at [SEP]" not in text
