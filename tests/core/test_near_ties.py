"""No sentence that comes with the app is decided by a hair: between two weights of a row lies more than rounding, or
less than the tolerance of a tie by so much that no processor sees it otherwise."""

import itertools

import numpy as np
import pytest

from attention_core import tasks
from attention_core.attention import NothingToAttend
from attention_core.embeddings import raw_attention
from attention_core.examples import PRESETS
from attention_core.glove_sources import load_glove
from attention_core.ranking import TOLERANCE
from attention_core.text import tokenize

ROUNDING = 3e-7  # so much may a float32 weight differ from processor to processor


@pytest.fixture(scope="module")
def glove():
    return load_glove()


def near_ties(weights: np.ndarray) -> list[tuple[int, float]]:
    """The rows in which the margin of the largest weight over another is so close to the tolerance that processors may
    disagree whether it is a tie; with that margin."""
    margins = weights.max(axis=-1, keepdims=True) - weights
    close = np.abs(margins - TOLERANCE) < ROUNDING
    return [(int(row), float(margins[row, column])) for row, column in np.argwhere(close)]


def test_a_margin_that_processors_may_see_differently_is_found():
    assert near_ties(np.array([[0.5, 0.5 - 1.1e-6], [0.6, 0.4]])) == [(0, pytest.approx(1.1e-6))]
    assert near_ties(np.array([[0.5, 0.5 - 4e-7], [0.5, 0.5 - 2e-6], [0.5, 0.5]])) == []


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_no_preset_is_decided_by_a_hair_whatever_the_switches(preset, glove):
    for sentence, see_self, causal, divisor, dim in itertools.product(
        (preset.sentence, preset.partner), (True, False), (True, False), (None, 1, 20), (None, 2, 10)
    ):
        try:
            raw = raw_attention(tokenize(sentence), glove, dim=dim, divisor=divisor, see_self=see_self, causal=causal)
        except NothingToAttend:  # the first word of a causal sentence without itself
            continue
        assert near_ties(raw.attention.weights) == [], (sentence, see_self, causal, divisor, dim)


@pytest.mark.parametrize("task", tasks.TASKS)
def test_no_sentence_written_by_hand_is_decided_by_a_hair(task, glove):
    for example in tasks.natural_sentences(task) if task != "similarity" else []:
        weights = raw_attention(list(example.tokens), glove, see_self=False).attention.weights
        assert near_ties(weights[[example.query]]) == [], example.tokens
