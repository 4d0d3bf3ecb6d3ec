"""Two ways of cutting one text into tokens, paired up where they meet."""

import pytest

from attention_core.alignment import align, align_known, align_to_pieces
from attention_core.bert import load_minilm
from attention_core.text import tokenize


@pytest.fixture(scope="module")
def model():
    return load_minilm()


@pytest.mark.parametrize(
    ("ours", "theirs", "pairs"),
    [
        ("the cat", "[CLS]~ the cat", [([0], [1]), ([1], [2])]),
        ("do n't go", "don ' t go", [([0, 1], [0, 1, 2]), ([2], [3])]),
        ("shopkeeper naps", "Shop keeper nap s", [([0], [0, 1]), ([1], [2, 3])]),
        ("café ...", "cafe\u0301 …", [([0], [0]), ([1], [1])]),
        ("a b x d", "a b y d", [([0], [0]), ([1], [1])]),
        ("ab", "a b c", [([0], [0, 1])]),
        ("", "a", []),
    ],
)
def test_two_ways_of_cutting_a_text_are_paired_where_they_meet(ours, theirs, pairs):
    found = align(ours.split(), [token.removesuffix("[CLS]~") for token in theirs.split()])
    assert found == pairs


def test_words_of_both_spellings_meet(model):
    text = "I don't know “Zbigniew’s” e-mail in the U.S. 🐈 …"
    ours = ["i", "do", "n't", "know", '"', "zbigniew", "'s", '"', "e-mail", "in", "the", "u.s.", "🐈", "..."]
    tokens = model.tokens(text)
    pairs = align_to_pieces(ours, text, tokens)
    assert [token for mine, _ in pairs for token in mine] == list(range(len(ours)))
    assert [piece for _, pieces in pairs for piece in pieces] == list(range(1, len(tokens.ids) - 1))
    assert ([1, 2], [2, 3, 4]) in pairs  # do n't: don ' t


@pytest.mark.parametrize("text", ["the\u200bking ruled", "a [SEP] b [CLS] c", "[MASK][PAD] [UNK]", "hello😀 １２３"])
def test_signs_that_mean_something_elsewhere_part_words_alike_for_both(model, text):
    words = tokenize(text)
    pairs = align_to_pieces(words, text, model.tokens(text))
    assert sorted(word for ours, _ in pairs for word in ours) == list(range(len(words)))


def test_only_stretches_of_which_every_word_has_a_vector_are_known_to_both(model):
    text = "Zzxqy can't sing"
    words, places = ["zzxqy", "ca", "n't", "sing"], [None, 0, 1, 2]
    tokens = model.tokens(text)
    assert [(places, word) for places, _, word in align_known(words, places, text, tokens)] == [
        ([0, 1], "ca n't"),
        ([2], "sing"),
    ]
    assert align_known(words, [None, 0, None, 1], text, tokens) == [([1], [len(tokens.ids) - 2], "sing")]
