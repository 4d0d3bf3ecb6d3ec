"""What comes next: what can be known, how the sentences are made, and what the models that copy have learned."""

import math
from collections import Counter

import numpy as np
import pytest

from attention_core import copying, layers, learning, tasks, taught
from attention_core.glove_sources import load_glove
from attention_core.taught import ModelSpec

BEST, ONE_LAYER, NO_POSITIONS = (
    ModelSpec("copy", 2, 1, positions=True),
    ModelSpec("copy", 1, 1, positions=True),
    ModelSpec("copy", 2, 1),
)


@pytest.fixture(scope="module")
def glove():
    return load_glove()


@pytest.fixture(scope="module")
def testing(glove):
    return taught.datasets("copy", glove)[1]


def sentences(count: int, *, testing: bool) -> list[tasks.Example]:
    generator = np.random.default_rng(3)
    return list(copying.make_examples(count, generator, testing=testing, test_words=tasks.held_out()))


def test_the_next_word_can_be_known_where_the_same_word_was_followed_by_it_last_time():
    generator = np.random.default_rng(0)
    for _ in range(200):
        tokens = [str(word) for word in generator.integers(4, size=9)]
        for place, found in enumerate(copying.places_of_next(tokens)):
            earlier = [before for before in range(place) if tokens[before] == tokens[place]]
            known = bool(earlier) and (place == 8 or tokens[earlier[-1] + 1] == tokens[place + 1])
            assert found == (earlier[-1] + 1 if known else -1)


def test_a_sequence_of_each_sentence_stands_there_twice_and_its_last_word_but_one_is_the_query():
    for sentence in sentences(300, testing=False):
        tokens, query, answer = sentence.tokens, sentence.query, sentence.answer
        assert len(tokens) == copying.N_TOKENS
        assert answer < query
        for back in range(copying.SHORTEST):  # from the last word of the sequence to its first
            assert tokens[answer - back] == tokens[query + 1 - back]
        assert copying.places_of_next(tokens)[query] == answer or tokens[:query].count(tokens[query]) > 1
        assert max(Counter(tokens).values()) <= 4


def test_half_of_the_sentences_begin_with_the_sequence():
    starts = [s.tokens[0] in s.tokens[1:] for s in sentences(400, testing=False)]
    assert 0.4 < sum(starts) / len(starts) < 0.7


def test_no_word_is_on_both_sides_and_all_have_a_vector(glove):
    training, testing = ({word for s in sentences(400, testing=side) for word in s.tokens} for side in (False, True))
    assert training.isdisjoint(testing)
    assert testing <= tasks.held_out()
    assert set(copying.vocabulary()) == training | testing
    assert len(testing) >= 60
    assert None not in glove.rows(list(copying.vocabulary()))


def test_training_knows_no_word_of_the_test_and_the_test_searches_among_all(glove):
    training, testing = copying.datasets(glove, sentences(50, testing=False), sentences(20, testing=True))
    assert len(training.vocabulary) < len(testing.vocabulary)
    np.testing.assert_array_equal(training.vocabulary, testing.vocabulary[: len(training.vocabulary)])
    assert testing.ids.min() >= len(training.vocabulary)


def test_a_word_does_not_see_what_comes_after_it(glove):
    model = taught.load(BEST)
    words = ["the", "king", "and", "queen", "ruled", "the", "king"]
    whole, part = (layers.forward(model, glove.look_up(words[:n])) for n in (7, 4))
    for l in range(2):
        assert not np.triu(whole[l].attention.weights[0], 1).any()
        np.testing.assert_allclose(whole[l].output[:4], part[l].output, atol=1e-4)


def test_the_next_words_are_the_softmax_of_products_with_the_word_vectors(glove):
    model, words = taught.load(BEST), ["anna", "loves", "music", ",", "paul", "hates", "music", ",", "anna"]
    computed = layers.forward(model, glove.look_up(words))
    found = copying.next_words(model, computed, words, glove)
    among = sorted({*copying.vocabulary(), *words})
    output = [float(value) for value in computed[-1].output[-1, :50]]
    scores = [
        0.2 * math.fsum(a * float(b) for a, b in zip(output, vector, strict=True)) for vector in glove.look_up(among)
    ]
    total = math.fsum(math.exp(score - max(scores)) for score in scores)
    expected = {word: math.exp(score - max(scores)) / total for word, score in zip(among, scores, strict=True)}
    assert len(found) == 10
    assert [word for word, _ in found] == sorted(expected, key=lambda word: -expected[word])[:10]
    for word, probability in found:
        assert probability == pytest.approx(expected[word], rel=1e-3, abs=1e-6)


def test_two_layers_with_positions_copy_words_they_have_never_seen(testing):
    assert learning.accuracy(taught.load(BEST), testing) >= 0.85


@pytest.mark.parametrize("spec", [ONE_LAYER, NO_POSITIONS])
def test_without_the_second_layer_or_without_positions_there_is_little_more_than_guessing(spec, testing):
    assert learning.accuracy(taught.load(spec), testing) <= 0.2


def test_the_first_layer_looks_at_the_word_before_and_the_second_at_what_followed_last_time(testing):
    batch = testing.batch(slice(None))
    first, second = (layer.attention.weights[:, 0] for layer in layers.forward(taught.load(BEST), batch.x, batch.mask))
    n = first.shape[1]
    assert first[:, range(1, n), range(n - 1)].mean() >= 0.8
    assert second[batch.rows, batch.queries, batch.answers].mean() >= 0.8


def test_the_king_and_queen_ruled_the_king_and(glove):
    model, words = taught.load(BEST), ["the", "king", "and", "queen", "ruled", "the", "king"]
    (word, probability), (_, second), *_ = copying.next_words(
        model, layers.forward(model, glove.look_up(words)), words, glove
    )
    assert word == "and"
    assert probability > 2 * second


def test_a_model_that_copies_starts_like_raw_attention_in_random_directions():
    model = layers.new_model(np.random.default_rng(0), 6, 2, 1, 4, kind="next_word", d_positions=2)
    for l in (1, 2):
        np.testing.assert_array_equal(model.parameters[f"{l}.W_K"], model.parameters[f"{l}.W_Q"])
        np.testing.assert_array_equal(model.parameters[f"{l}.W_O"], model.parameters[f"{l}.W_V"].T)
