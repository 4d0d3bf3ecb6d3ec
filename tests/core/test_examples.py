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


def test_only_the_article_s_sentence_lets_words_look_at_themselves():
    assert [preset.name for preset in PRESETS if preset.see_self] == ["King and queen"]


def test_every_word_of_every_preset_has_a_vector(found):
    assert [raw.unknown for _, raw in found.values()] == [[]] * len(PRESETS)


def test_king_finds_queen_and_kingdom(found):
    assert most(*row(found, "King and queen"), 3) == {"king", "queen", "kingdom"}


def test_it_looks_at_because_and_the_and_not_at_cat(found):
    tokens, weights = row(found, "Tired")
    assert tokens[weights.argmax()] == "because"
    assert most(tokens, weights, 3) == {"because", "the"}
    assert weights[tokens.index("cat")] < 0.05


def test_each_bank_looks_most_at_the_other_and_both_look_alike_at_all_else(found):
    preset, raw = found["Banks"]
    first, second = (i for i, token in enumerate(raw.tokens) if token == "bank")
    rows = raw.attention.weights[[first, second]]
    assert rows.argmax(axis=1).tolist() == [second, first]
    np.testing.assert_allclose(*np.delete(rows, [first, second], axis=1), rtol=1e-5)
    assert preset.query - 1 == first


def test_sad_looks_most_at_happy(found):
    tokens, weights = row(found, "Not sad")
    assert tokens[found["Not sad"][0].query - 1] == "sad"
    assert tokens[weights.argmax()] == "happy"


def test_the_order_of_the_words_does_not_count(found):
    raw = found["Who bit whom"][1]
    tokens = np.array(raw.tokens)
    sums = np.stack([raw.attention.weights[:, tokens == word].sum(axis=1) for word in ("dog", "man", "bit")], axis=1)
    for column, word in enumerate(("dog", "man", "bit")):
        np.testing.assert_allclose(*sums[tokens == word], rtol=1e-5)
        assert (sums[tokens == word].argmax(axis=1) == column).all()


def test_each_trade_finds_its_own(found):
    raw = found["Trades"][1]
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
