"""Teach it: what comes next, what each part of the model is good for, and what positions change."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from attention_core import copying
from attention_core.layers import forward, new_model
from tests.support.page import text_of
from ui.models import loaders, training
from ui.models.lessons import BY_TITLE, lesson_of, sample_sentences
from ui.models.training import usual_settings
from ui.state.table import FINISHED
from ui.teach_it import next_words
from ui.teach_it.session import values_of

HERE = "teach_it"
WORDS = ["the", "king", "and", "queen", "ruled", "the", "king"]


def opened(app, task: str, **more):
    lesson = lesson_of(task)
    sample = sample_sentences(lesson)[0]
    spec = replace(lesson.best, **more.pop("spec", {}))
    link = {name: str(value).lower() for name, value in values_of(spec).items()}
    where = {"s": sample.text, "q": str(sample.example.query + 1), "task": lesson.title, "trained": str(FINISHED)}
    return app(HERE, **where, **link, **more)


@pytest.fixture
def model():
    return new_model(np.random.default_rng(1), 50, 2, 1, 8, kind="next_word", d_positions=6)


def test_a_layer_that_is_switched_off_hands_on_what_it_was_given(model):
    x = loaders.glove().look_up(WORDS)
    whole = forward(model, x)
    assert np.allclose(forward(next_words.without_layer(model, 2), x)[-1].output, whole[0].output, atol=1e-6)
    alone = forward(next_words.without_layer(model, 1), x)
    assert len(alone) == 1
    assert np.array_equal(alone[0].x, whole[0].x)
    q = whole[0].x @ model.parameters["2.W_Q"]
    assert np.allclose(alone[0].q[0], q, atol=1e-5)


def test_without_positions_the_numbers_of_the_places_are_as_good_as_zero(model):
    x = loaders.glove().look_up(WORDS)
    rows = np.concatenate([x, np.zeros((len(x), model.d_positions), np.float32)], axis=1)
    q, k = rows @ model.parameters["1.W_Q"], rows @ model.parameters["1.W_K"]
    cut = forward(next_words.without_positions(model), x)[0]
    assert np.allclose(cut.q[0], q, atol=1e-5)
    assert np.allclose(cut.k[0], k, atol=1e-5)


def test_the_finished_model_copies_and_says_so_beside_its_ten_likeliest_words(app):
    test = opened(app, "copy")
    assert not test.exception
    lesson = BY_TITLE["What comes next?"]
    settings = usual_settings(lesson.best)
    layers = forward(training.shipped(settings), loaders.glove().look_up(WORDS))
    words = copying.next_words(training.shipped(settings), layers, WORDS, loaders.glove(), 6)
    assert words[0][0] == "and"
    assert "After “king” the model writes “and”" in text_of(test)
    assert all(word in text_of(test) for word, _ in words)
    for part in ("layer 1", "layer 2", "positions"):
        assert part in text_of(test)


def test_both_layers_of_copying_stand_side_by_side_and_look_where_the_lesson_says(app):
    test = opened(app, "copy")
    rows = [json.loads(e.proto.json) for e in test.get("bidi_component") if '"words"' in e.proto.json]
    assert len(rows) == 2
    model = training.shipped(usual_settings(lesson_of("copy").best))
    first, second = (layer.attention.weights[0, 6] for layer in forward(model, loaders.glove().look_up(WORDS)))
    assert WORDS[first.argmax()] == "the"  # the word before
    assert first.argmax() == 5
    assert second.argmax() == 2  # the word that followed the same word


@pytest.mark.parametrize("change", [{"n_layers": 1}, {"positions": False}])
def test_with_a_part_less_the_trained_model_does_not_copy(change):
    lesson = lesson_of("copy")
    model = training.shipped(usual_settings(replace(lesson.best, **change)))
    layers = forward(model, loaders.glove().look_up(WORDS))
    assert copying.next_words(model, layers, WORDS, loaders.glove(), 6)[0][0] != "and"


def test_without_positions_nobody_can_tell_who_bit_whom_and_the_page_says_so(app):
    with_places, without = (
        text_of(opened(app, "subject", tpos="true", spec={"positions": positions})) for positions in (True, False)
    )
    assert "the two sentences differ" in with_places
    assert "a bag of words" in without
    shares = re.findall(r"the (?:dog|man) bit the (?:man|dog)\s+([\d.<>]+)\s%\s+([\d.<>]+)\s%", without)
    assert len(shares) == 2
    assert shares[0] == shares[1]


def test_the_picture_of_the_waves_has_a_row_for_each_place(app):
    test = opened(app, "subject", tpos="true")
    body = " ".join(element.proto.body for element in test.get("html"))
    assert "24 rows of 32 numbers" in body
    assert "1 rows of 82 numbers" in body
