"""Marks and unknown signs in a sentence: what the transformer's page makes of them."""

import pytest

from attention_core.inside import MapFilter
from tests.support.page import text_of
from ui.inside_a_transformer import selection
from ui.models import loaders

HERE = "inside_a_transformer"


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("the hello😀 king", "[UNK] stands for “hello😀”: a word with a sign that no piece of the model has"),
        ("the king 🦖", "[UNK] stands for “🦖”: a word with a sign that no piece of the model has"),
        ("see １２３ and １２３", "[UNK] stands for “１２３”: a word with"),
        ("the " + "x" * 101, "[UNK] stands for “xxxxxxxxxxxxxxxxxxxx… (101 characters)”: a word with"),
    ],
)
def test_the_words_that_unk_stands_for_are_named_with_the_reason(app, sentence, words):
    assert words in text_of(app(HERE, s=sentence))


@pytest.mark.parametrize("sentence", ["the king [SEP] the queen [CLS]", "[PAD] [MASK] king [UNK]"])
def test_a_typed_mark_is_text_and_without_marks_no_mark_is_left(app, sentence):
    assert "[UNK] stands for" not in text_of(app(HERE, s=sentence))
    reading = loaders.reading(sentence)
    view = selection.view_of(sentence, reading, selection.ONE, 5, 11, MapFilter(marks=False))
    assert not {"[CLS]", "[SEP]", "[PAD]", "[MASK]", "[UNK]"} & set(view.tokens)
    assert {"[", "]", "king"} <= set(view.tokens)
