"""Of values that are equal but for rounding the earlier place is named, and nothing else is taken for equal."""

import numpy as np
import pytest

from attention_core.attention import scaled_dot_product_attention
from attention_core.layers import Model
from attention_core.learning import EncodedSentences, is_correct, predict
from attention_core.ranking import first_largest, rank, tolerance_for


@pytest.mark.parametrize(
    ("row", "first", "order"),
    [
        ([0.2, 0.4, 0.4], 1, [1, 2, 0]),
        ([0.2, 0.4, 0.4 + 3e-7], 1, [1, 2, 0]),  # rounding does not decide
        ([0.2, 0.4 + 3e-7, 0.4], 1, [1, 2, 0]),
        ([0.2, 0.4, 0.4 + 3e-6], 2, [2, 1, 0]),  # more than rounding does
        ([-np.inf, 0.4, -np.inf], 1, [1, 0, 2]),
        ([1.0], 0, [0]),
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_tie_goes_to_the_earlier_place_and_a_difference_to_the_larger_value(row, first, order, dtype):
    values = np.array(row, dtype)
    assert first_largest(values) == first
    assert rank(values).tolist() == order


def test_a_tie_is_no_wider_than_the_tolerance_however_many_values_stand_close():
    stairs = np.array([0.0, 0.6, 1.2, 1.8, 2.4])
    assert rank(stairs, 1).tolist() == [3, 4, 1, 2, 0]
    assert first_largest(stairs, 1) == 3


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6])
def test_whether_scores_tie_does_not_depend_on_how_long_the_vectors_are(size):
    scores = np.array([-np.inf, 0.3, 0.1 + 0.2, 0.2999]) * size
    assert rank(scores, tolerance_for(scores)).tolist() == [1, 2, 3, 0]
    assert first_largest(scores, tolerance_for(scores)) == 1


def test_nothing_ties_where_there_is_nothing_but_zeros_or_what_is_hidden():
    assert tolerance_for(np.zeros(3)) == tolerance_for(np.full(3, -np.inf)) == 0


def test_each_row_is_ranked_by_itself():
    values = np.random.default_rng(0).permuted(np.tile(np.arange(6.0), (4, 3, 1)), axis=-1)
    for place in np.ndindex(4, 3):
        assert rank(values)[place].tolist() == sorted(range(6), key=lambda i, row=values[place]: -row[i])


def test_the_same_word_twice_has_the_same_weight_and_the_first_is_named():
    x = np.random.default_rng(1).standard_normal((5, 50)).astype(np.float32)
    x[4] = x[1]  # the same word
    x[2] = 2 * x[1] / np.linalg.norm(x[1])
    row = scaled_dot_product_attention(x[2:3], x, x).weights[0]
    assert row[1] == pytest.approx(row[4], abs=1e-6)
    assert first_largest(row) == 1
    assert rank(row)[:2].tolist() == [1, 4]


@pytest.mark.parametrize(("answer", "is_right"), [(0, True), (3, True), (1, False)])
def test_a_model_without_positions_is_right_about_a_word_wherever_it_stands(answer, is_right):
    """The sentence is words 0, 1, 2, 0: word 2 is the query, and looks at word 0 in both places."""
    model = Model(1, 1, True, "pointer", {"1.W_Q": np.array([[0.0], [0], [1]]), "1.W_K": np.array([[3.0], [0], [0]])})
    sentences = EncodedSentences(np.eye(3), np.array([[0, 1, 2, 0]]), np.array([[-1, -1, answer, -1]]))
    assert predict(model, sentences.batch(slice(None))).tolist() == [0]
    assert is_correct(model, sentences).tolist() == [is_right]
