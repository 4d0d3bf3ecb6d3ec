"""Why the scores are divided by √d_k: the measures against their definitions, the experiment against its theory."""

import math

import numpy as np
import pytest

from attention_core.attention import softmax
from attention_core.scaling import (
    DIMS,
    entropy,
    jacobian,
    jacobian_norm,
    saturation,
    spread,
    tempered,
    two_keys,
)


def test_the_articles_hundred_dimensions():
    without, scaled = two_keys(100, 1.0), two_keys(100)
    assert without.scores[0] == pytest.approx([100, 80])
    assert without.weights[0].round(2).tolist() == [1, 0]
    assert scaled.scaled[0] == pytest.approx([10, 8])
    assert scaled.weights[0].round(2).tolist() == [0.88, 0.12]


@pytest.mark.parametrize("weights", [[0.5, 0.5], [0.7, 0.2, 0.1], [1.0, 0.0], [0.25] * 4])
def test_entropy_is_the_expected_number_of_bits(weights):
    expected = -math.fsum(w * math.log2(w) for w in weights if w)
    assert entropy(np.array(weights)) == pytest.approx(expected)


@pytest.mark.parametrize("scores", [[1.0, 2.0, -1.0], [0.0, 0.0], [3.0, 1.0, 0.5, -2.0]])
def test_the_jacobian_is_what_finite_differences_find(scores):
    x, step = np.array(scores), 1e-6
    found = np.stack(
        [(softmax(x + step * one) - softmax(x - step * one)) / (2 * step) for one in np.eye(len(x))], axis=-1
    )
    assert jacobian(softmax(x)) == pytest.approx(found, abs=1e-9)
    assert jacobian_norm(softmax(x)) == pytest.approx(math.sqrt((found**2).sum()), abs=1e-9)


def test_the_jacobian_keeps_its_digits_where_one_key_has_everything():
    weights = two_keys(4096, 1.0).weights[0]
    assert weights[0] == 1
    assert jacobian_norm(weights) == pytest.approx(2 * math.exp(-0.2 * 4096), rel=1e-6)


def test_the_spread_of_random_dot_products_is_the_root_of_d_within_four_standard_errors():
    for seed in (1, 2, 3):
        found = spread(300, np.random.default_rng(seed))
        assert found.dims.tolist() == list(DIMS)
        assert found.theory == pytest.approx([math.sqrt(d) for d in DIMS])
        assert (np.abs(found.measured - found.theory) < 4 * found.error).all()
        assert found.scaled == pytest.approx(found.measured / found.theory, rel=1e-5)


def test_the_standard_error_is_the_one_that_many_experiments_show():
    stds = [spread(200, np.random.default_rng(seed), dims=(8,)) for seed in range(400)]
    strayed = np.std([one.measured[0] for one in stds])
    assert strayed == pytest.approx(stds[0].error[0], rel=0.15)


def test_the_same_seed_draws_the_same():
    first, second = (spread(100, np.random.default_rng(7), dims=(4, 64)) for _ in range(2))
    assert (first.measured == second.measured).all()


def test_without_scaling_softmax_saturates_and_its_gradient_dies_and_with_scaling_nothing_changes():
    without, scaled = saturation(16, 50, np.random.default_rng(1), dims=(1, 64, 1024))
    assert without.largest[0] == pytest.approx(scaled.largest[0])
    assert without.largest[-1] > 0.99 > 0.4 > scaled.largest[-1]
    assert without.bits[-1] < 0.1 < 3 < scaled.bits[-1]
    assert without.gradient[-1] < scaled.gradient[-1] / 1000
    assert scaled.gradient == pytest.approx(scaled.gradient[0], rel=0.25)


def test_temperature_one_is_no_scaling_and_the_root_of_d_is_the_papers():
    scores = np.array([100.0, 80.0, -np.inf])
    plain, paper = tempered(scores, np.array([1, 10]))
    assert plain.round(2).tolist() == [1, 0, 0]
    assert paper.round(2).tolist() == [0.88, 0.12, 0]
