"""What becomes of the next word when a part of the language model is switched off."""

import json
import math
from itertools import pairwise

import numpy as np
import pytest

from attention_core import ablation, gap, llama_gap, llama_heads, next_word, tasks
from attention_core.files import verify_file
from attention_core.ranking import LOGIT_TOLERANCE
from tests.support.llama_loops import read_in_loops

TEXT, WORD = "the cat 12", 7


def log_p(logits: np.ndarray, word: int) -> float:
    """log softmax, term by term."""
    return float(logits[word]) - math.log(math.fsum(math.exp(float(score)) for score in logits))


@pytest.fixture(scope="module")
def reading(tiny):
    return tiny.read(TEXT)


def test_a_log_probability_is_the_score_minus_the_log_of_the_sum_of_all_exponentials():
    logits = np.float32([[1, 2, 3], [1000, 1000, 900]])
    found = ablation.log_probability(logits, 1)
    np.testing.assert_allclose(found, [2 - math.log(math.e + math.e**2 + math.e**3), -math.log(2)], atol=1e-6)


def test_a_head_s_direct_effect_is_that_of_taking_what_it_added_out_of_the_last_vector(tiny, reading):
    found, d_k = ablation.direct_effects(tiny, reading, WORD), tiny.config.d_k
    assert found.shape == (2, 4)
    before = log_p(reading.logits, WORD)
    for (l, head), effect in np.ndenumerate(found):
        rows = tiny.weights["layers"][l]["attention"]["W_O"][head * d_k : (head + 1) * d_k]
        output = reading.layers[l].output[head, -1].astype(float)
        x = [
            float(v) - math.fsum(output * row) for v, row in zip(reading.states[-1], rows.T.astype(float), strict=True)
        ]
        root = math.sqrt(math.fsum(v * v for v in x) / len(x) + tiny.config.eps)
        normed = [v / root * float(g) for v, g in zip(x, tiny.weights["norm"], strict=True)]
        logits = np.array([math.fsum(w.astype(float) * normed) for w in tiny.weights["words"].T])
        assert effect == pytest.approx(log_p(logits, WORD) - before, abs=1e-4)


def test_in_the_last_layer_of_a_model_without_feed_forward_a_head_s_direct_effect_is_its_whole_effect(tiny):
    last = tiny.weights["layers"][-1]
    silent = last | {"ffn": last["ffn"] | {"down": np.zeros_like(last["ffn"]["down"])}}
    model = tiny._replace(weights=tiny.weights | {"layers": [*tiny.weights["layers"][:-1], silent]})
    reading = model.read(TEXT)
    direct = ablation.direct_effects(model, reading, WORD)[-1]
    for head in range(4):
        whole = log_p(model.read(TEXT, without_heads=[(1, head)]).logits, WORD) - log_p(reading.logits, WORD)
        assert direct[head] == pytest.approx(whole, abs=1e-4)


def test_heads_are_ranked_by_direct_effect_and_the_first_are_really_switched_off(tiny, reading):
    effects = ablation.rank_by_effect(tiny, reading, WORD, tried=3)
    assert len({(effect.layer, effect.head) for effect in effects}) == 8
    sizes = [abs(effect.direct) for effect in effects]
    assert all(a >= b - LOGIT_TOLERANCE for a, b in pairwise(sizes))
    assert [effect.total is not None for effect in effects] == [True] * 3 + [False] * 5
    before = log_p(reading.logits, WORD)
    for effect in effects[:3]:
        _, logits = read_in_loops(tiny, reading.tokens.ids.tolist(), off=((effect.layer, effect.head),))
        assert effect.total == pytest.approx(log_p(logits, WORD) - before, abs=1e-3)


def test_the_effect_of_a_cell_is_that_of_reading_the_whole_text_without_it(tiny, reading):
    ids = reading.tokens.ids.tolist()
    heads = ((0, 2), (1, 0))
    found = ablation.effects_of_cells(tiny, reading, WORD, heads)
    assert len(found) == len(ids)
    for key, effect in enumerate(found):
        _, logits = read_in_loops(tiny, ids, cut=tuple((*head, len(ids) - 1, key) for head in heads))
        assert effect == pytest.approx(log_p(logits, WORD) - log_p(reading.logits, WORD), abs=1e-3)
    assert np.isnan(ablation.effects_of_cells(tiny, tiny.read("t"), WORD, heads)).all()


def test_the_beginning_of_a_reading_is_the_reading_of_the_beginning(tiny, reading):
    cut, whole = ablation.prefix(reading, 3), tiny.read(tiny.tokens_of(reading.tokens.ids[:3]))
    assert cut.tokens.pieces == whole.tokens.pieces
    for ours, theirs in zip(cut.layers, whole.layers, strict=True):
        for found, expected in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(found, expected, atol=1e-5)
    np.testing.assert_allclose(cut.states, whole.states, atol=1e-5)


# Read off the maps


def test_the_sink_is_the_mean_weight_on_the_first_token(tiny, reading):
    found, n = next_word.attention_sink(reading), len(reading.tokens.ids)
    cells = [float(layer.weights[h, i, 0]) for layer in reading.layers for h in range(4) for i in range(1, n)]
    assert found.share == pytest.approx(math.fsum(cells) / len(cells), abs=1e-6)
    assert found.even == pytest.approx(math.fsum(1 / m for m in range(2, n + 1)) / (n - 1))
    lengths = [
        [math.sqrt(math.fsum(float(v) ** 2 for v in layer.v[h, i])) for layer in reading.layers for h in range(2)]
        for i in range(n)
    ]
    means = [math.fsum(row) / len(row) for row in lengths]
    assert found.value == pytest.approx(means[0], rel=1e-5)
    assert found.values == pytest.approx(math.fsum(means[1:]) / (n - 1), rel=1e-5)
    assert next_word.attention_sink(tiny.read("t")) is None


def test_a_place_counts_the_words_with_a_higher_score_and_ties_share_the_best():
    logits = np.float32([[3, 1, 2, 3 - 1e-5], [0, 0, 0, 0]])
    assert next_word.place_of(logits, 2).tolist() == [3, 1]
    assert next_word.place_of(logits, 3).tolist() == [1, 1]


# What heads are for


def test_pieces_become_words():
    pieces = ["The", " E", "iffel", " Tower", ",", " they", "'", "re", " 1", "2"]
    assert llama_heads.words_of(pieces) == [[0], [1, 2], [3], [4], [5], [6, 7], [8, 9]]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("the word before", [(2, [1]), (3, [2]), (4, [3]), (5, [4])]),
        ("the same word earlier", [(4, [1])]),
        ("the first token", [(1, [0]), (2, [0]), (3, [0]), (4, [0]), (5, [0])]),
        ("from a pronoun to its noun", [(5, [2])]),
        ("from an object to its verb", []),
    ],
)
def test_each_rule_names_earlier_tokens_and_the_first_one_only_where_it_is_about_it(rule, expected):
    words = ["Cats", " the", " cat", " sees", " the", " it"]
    sentence = {"pronoun": [["it", "cat"], ["sees", "Cats"]], "object": [["it", "sees"], ["sees", "the"]]}
    assert llama_heads.targets(rule, words, sentence) == expected


def test_the_pronoun_head_of_the_stored_table_by_hand(smollm2):
    """Layer 14 head 9, on the sentences that took no part in choosing it."""
    sentences = json.loads(verify_file("minilm/sentences.json").read_text("utf-8"))
    found = next(head for head in llama_heads.llama_heads() if head.name == "from a pronoun to its noun")
    sent = []
    first = smollm2._replace(weights=smollm2.weights | {"layers": smollm2.weights["layers"][: found.layer + 1]})
    for sentence in sentences[1::2]:
        if pairs := sentence.get("pronoun"):
            reading = first.read(sentence["text"])
            pieces = [piece.strip() for piece in reading.tokens.pieces]
            for pronoun, noun in pairs:
                query, key = (pieces.index(word) for word in (pronoun, noun))
                if 0 < key < query:
                    sent.append(float(reading.layers[13].weights[8, query, key]))
    assert (found.layer, found.head, found.count) == (13, 8, len(sent))
    assert found.share == pytest.approx(math.fsum(sent) / len(sent), abs=1e-4)


def test_the_copying_head_looks_at_what_stood_behind_the_same_word_before(smollm2):
    found = next(head for head in llama_heads.llama_heads() if head.name == llama_heads.COPYING)
    pieces = smollm2.read(" river lamp stone chair green river lamp stone chair green").layers[found.layer].weights
    copied = [float(pieces[found.head, 5 + i, 1 + i]) for i in range(4)]
    assert math.fsum(copied) / 4 > 0.5


# The gap


def test_the_stored_column_is_of_the_table_s_own_sentences_and_no_verb_finds_an_object_that_comes_later():
    table = gap.load_table()
    column = llama_gap.with_column(table)["rows"]
    for task, cell in llama_gap.read_column().items():
        assert column[task]["cells"]["smollm2"]["unseen"] == cell["unseen"], (
            f"measure {task} again: data/measure_smollm2.py"
        )
        assert cell["unseen"]["of"] == len(table["rows"][task]["sentences"]["unseen"])
    assert all(sentence.answer > sentence.query for sentence in tasks.natural_sentences("object"))
    found = column["object"]["cells"].get("smollm2", {}).get("natural", {"right": 0})
    assert found["right"] == 0


def test_a_cell_measured_on_other_sentences_is_left_out():
    table = {"rows": {"object": {"sentences": {"unseen": ["a b^ c*"]}, "cells": {"raw": {}}}}}
    assert llama_gap.with_column(table) == table


def test_a_sentence_of_the_gap_by_hand(smollm2):
    example = tasks.parse_marked("the cat* sat on the mat because it^ was tired")
    right = llama_gap.heads_correct(example, smollm2)
    layer = smollm2.read("<|im_start|>the cat sat on the mat because it was tired").layers[13]
    row = layer.weights[8, 8]
    others = [float(weight) for place, weight in enumerate(row) if place not in (0, 8)]
    assert max(others) == float(row[2])
    assert right[13, 8]
    assert not llama_gap.heads_correct(tasks.parse_marked("the king ruled^ the kingdom*"), smollm2).any()
