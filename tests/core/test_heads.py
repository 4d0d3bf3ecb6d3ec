"""The named heads do what is said of them."""

import json
from dataclasses import asdict

import numpy as np
import pytest

from attention_core import heads
from attention_core.bert import load_minilm
from attention_core.files import verify_file

SENTENCES = json.loads(verify_file("minilm/sentences.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def model():
    return load_minilm()


def test_the_stored_heads_are_those_that_are_measured(model):
    measured, stored = heads.measure_heads(model, SENTENCES), heads.named_heads()
    assert [(h.name, h.layer, h.head, h.count) for h in measured] == [
        (h.name, h.layer, h.head, h.count) for h in stored
    ]
    for ours, theirs in zip(map(asdict, measured), map(asdict, stored), strict=True):
        for name in ("share", "first", "others"):
            assert ours[name] == pytest.approx(theirs[name], abs=1e-4)


def test_the_pronoun_head_by_hand(model):
    """Layer 4 head 2, word piece by word piece: none of the words asked for has more than one."""
    sent, first = [], []
    for sentence in SENTENCES[1::2]:
        reading = model.read(sentence["text"])
        pieces, weights = reading.tokens.pieces, reading.layers[3].weights[1]
        for pronoun, noun in sentence.get("pronoun", []):
            row = weights[pieces.index(pronoun)]
            sent.append(row[pieces.index(noun)])
            first.append(row.argmax() == pieces.index(noun))
    found = next(head for head in heads.named_heads() if head.name == "from a pronoun to its noun")
    assert (found.layer, found.head, found.count) == (3, 1, len(sent))
    assert found.share == pytest.approx(np.mean(sent), abs=1e-4)
    assert found.first == pytest.approx(np.mean(first), abs=1e-4)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("the word before", [(2, [1]), (3, [2]), (4, [3])]),
        ("the word after", [(1, [2]), (2, [3]), (3, [4])]),
        ("the same word elsewhere", [(1, [3]), (3, [1])]),
        ("the full stop", [(1, [4]), (2, [4]), (3, [4])]),
        ("[CLS]", [(1, [0]), (2, [0]), (3, [0]), (4, [0])]),
        ("[SEP]", [(1, [5]), (2, [5]), (3, [5]), (4, [5])]),
        ("from a pronoun to its noun", [(2, [1])]),
        ("from a verb to its object", [(3, [4])]),
        ("from an object to its verb", [(4, [3])]),
    ],
)
def test_a_rule_says_where_each_word_should_look(rule, expected):
    words = ["[CLS]", "a", "b", "a", ".", "[SEP]"]
    sentence = {"text": "a b a.", "pronoun": [["b", "a"]], "object": [["a", "."]]}
    if "verb" in rule:
        words[3] = "c"
        sentence["object"] = [["c", "."]]
    assert heads.targets(rule, words, sentence) == expected


def test_every_annotated_word_stands_once_in_its_sentence(model):
    for sentence in SENTENCES:
        words = model.tokens(sentence["text"]).labels
        for relation in ("pronoun", "object"):
            for pair in sentence.get(relation, []):
                assert [words.count(word) for word in pair] == [1, 1], (sentence["text"], pair)


def test_the_sentences_are_many_and_each_stands_once():
    assert len({sentence["text"] for sentence in SENTENCES}) == len(SENTENCES) == 64
