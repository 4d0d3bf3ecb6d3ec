"""The sentences to start from, and what they are said to show."""

import numpy as np
import pytest

from attention_core.attention import scaled_dot_product_attention
from attention_core.embeddings import raw_attention
from attention_core.examples import GOOD_MATCH, KEYS, PERFECT_MATCH, PRESETS, QUERY
from attention_core.glove_sources import load_glove
from attention_core.text import tokenize


@pytest.fixture(scope="module")
def found():
    glove = load_glove()
    return {p.name: (p, raw_attention(tokenize(p.sentence), glove, see_self=p.see_self)) for p in PRESETS}


def row(found, name):
    """The tokens of a preset and the weights of the word it starts from."""
    preset, raw = found[name]
    return raw.tokens, raw.attention.weights[preset.query - 1]


def most(tokens, weights, count):
    return {tokens[i] for i in np.argsort(-weights)[:count]}


def test_every_word_of_every_preset_has_a_vector(found):
    assert [raw.unknown for _, raw in found.values()] == [[]] * len(PRESETS)


def test_king_finds_queen_and_kingdom(found):
    assert most(*row(found, "King and queen"), 3) == {"king", "queen", "kingdom"}


def test_it_looks_at_because_and_the_and_not_at_cat(found):
    tokens, weights = row(found, "It was tired")
    assert tokens[weights.argmax()] == "because"
    assert most(tokens, weights, 3) == {"because", "the"}
    assert weights[tokens.index("cat")] < 0.05


def test_both_banks_have_the_same_row(found):
    tokens, raw = found["Two banks"][1].tokens, found["Two banks"][1]
    first, second = (i for i, token in enumerate(tokens) if token == "bank")
    np.testing.assert_array_equal(raw.attention.weights[first], raw.attention.weights[second])
    assert tokens[found["Two banks"][0].query - 1] == "bank"


def test_sad_looks_most_at_happy(found):
    tokens, weights = row(found, "Happy and sad")
    assert tokens[found["Happy and sad"][0].query - 1] == "sad"
    assert tokens[weights.argmax()] == "happy"


def test_the_order_of_the_words_does_not_count(found):
    raw = found["Who bit whom"][1]
    by_word = {}
    for token, weights in zip(raw.tokens, raw.attention.weights, strict=True):
        by_word.setdefault(token, []).append(weights)
    assert all(np.array_equal(rows[0], other) for rows in by_word.values() for other in rows)


def test_each_trade_finds_its_own(found):
    raw = found["Two trades"][1]
    for one, other in (("doctors", "patients"), ("teachers", "students")):
        for query, key in ((one, other), (other, one)):
            row = raw.attention.weights[raw.tokens.index(query)]
            assert raw.tokens[row.argmax()] == key


def test_the_article_s_scores_are_61_8_and_26():
    keys = np.stack(list(KEYS.values()))
    assert scaled_dot_product_attention(QUERY[None], keys, keys).scores.tolist() == [[61, 8, 26]]


def test_a_good_match_gets_twelve_percent_scaled_and_nothing_unscaled():
    q, k = np.full((1, 100), PERFECT_MATCH), np.stack([np.full(100, PERFECT_MATCH), np.full(100, GOOD_MATCH)])
    unscaled = scaled_dot_product_attention(q, k, k, scale=1.0)
    assert unscaled.scores.round(9).tolist() == [[100, 80]]
    assert unscaled.weights.round(2).tolist() == [[1, 0]]
    assert scaled_dot_product_attention(q, k, k).weights.round(2).tolist() == [[0.88, 0.12]]
