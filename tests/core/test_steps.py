"""The walk through the formula: every stage is the one attention computes, and typed numbers are read or refused."""

import itertools
import math

import numpy as np
import pytest

from attention_core.attention import scaled_dot_product_attention
from attention_core.examples import KEYS, QUERY
from attention_core.steps import LARGEST, UnreadableNumbers, divisors, read_vector, shared_among_heads, walk

C_A_B = np.stack([KEYS["C"], KEYS["A"], KEYS["B"]])
VALUES = np.array([[4.0, 0.0], [0.0, 4.0], [3.0, 3.0]])


def test_the_articles_numbers_come_out_at_every_stage():
    walked = walk(QUERY, C_A_B, VALUES, scale=1.0)
    assert walked.products.tolist() == [[22, 39], [2, 6], [8, 18]]
    assert walked.scores.tolist() == [61, 8, 26]
    assert walked.unshifted == pytest.approx([math.exp(61), math.exp(8), math.exp(26)])
    assert walked.weights.round(4).tolist() == [1, 0, 0]
    assert walked.output.round(4).tolist() == [4, 0]


def test_a_walk_is_written_out_as_loops_would_write_it():
    walked = walk(np.array([0.2, 0.3]), C_A_B, VALUES)
    scores = [sum(q * k for q, k in zip((0.2, 0.3), key, strict=True)) for key in C_A_B.tolist()]
    exps = [math.exp(score / math.sqrt(2)) for score in scores]
    weights = [e / sum(exps) for e in exps]
    assert walked.scores == pytest.approx(scores)
    assert walked.unshifted == pytest.approx(exps)
    assert walked.exponentials / walked.row_sum == pytest.approx(weights)
    assert walked.weights == pytest.approx(weights)
    assert walked.parts == pytest.approx(np.array(weights)[:, None] * VALUES)
    assert walked.output == pytest.approx([sum(w * v[i] for w, v in zip(weights, VALUES, strict=True)) for i in (0, 1)])


def test_b_points_where_the_query_points_and_c_is_longer():
    walked = walk(QUERY, C_A_B, VALUES)
    assert walked.cosines[2] == pytest.approx(1)
    assert walked.cosines[0] < 1
    assert walked.lengths[0] == pytest.approx(math.hypot(11, 13))


def test_a_zero_vector_has_no_direction():
    assert np.isnan(walk(np.zeros(2), C_A_B, VALUES).cosines).all()


def test_a_hidden_key_gets_nothing_and_the_others_share_its_part():
    walked = walk(np.array([0.2, 0.3]), C_A_B, VALUES, np.array([False, True, True]))
    assert walked.masked[0] == -np.inf
    assert walked.weights[0] == 0
    assert walked.weights.sum() == pytest.approx(1)


def test_with_every_key_hidden_there_is_no_answer_and_no_invented_number():
    walked = walk(QUERY, C_A_B, VALUES, np.zeros(3, dtype=bool))
    assert walked.scores.tolist() == [61, 8, 26]
    assert np.isneginf(walked.masked).all()
    assert walked.row_sum == 0
    assert walked.weights is walked.parts is walked.output is None


def test_an_exponential_that_overflows_alone_does_no_harm_after_the_largest_is_subtracted():
    walked = walk(np.array([100.0, 100.0]), C_A_B, VALUES)
    assert np.isinf(walked.unshifted[0])
    assert walked.weights.sum() == pytest.approx(1)


def test_float32_stays_float32():
    walked = walk(QUERY.astype(np.float32), C_A_B.astype(np.float32), VALUES.astype(np.float32))
    assert {walked.scores.dtype, walked.weights.dtype, walked.output.dtype} == {np.dtype(np.float32)}


@pytest.mark.parametrize("scale", [1.0, 1 / math.sqrt(5)])
@pytest.mark.parametrize("masked", [False, True])
def test_a_walk_leads_from_two_vectors_to_the_weight_that_the_attention_gave(masked, scale):
    rng = np.random.default_rng(1)
    q, k, mask = rng.normal(size=(3, 5)), rng.normal(size=(4, 5)), np.ones((3, 4), bool)
    if masked:
        mask[0, 1:] = mask[1, 0] = mask[2, 2] = False
    attention = scaled_dot_product_attention(q, k, k, mask, scale)
    for i, j in itertools.product(range(3), range(4)):
        walked = walk(q[i], k, k, mask[i], scale)
        products = [float(q[i, t]) * float(k[j, t]) for t in range(5)]
        seen = [math.fsum(q[i] * k[other]) * scale for other in range(4) if mask[i, other]]
        exponential = math.exp(math.fsum(products) * scale - max(seen)) if mask[i, j] else 0
        row_sum = math.fsum(math.exp(x - max(seen)) for x in seen)
        assert walked.products[j] == pytest.approx(products)
        assert [abs(products[t]) for t in walked.order(j)] == sorted(map(abs, products), reverse=True)
        assert walked.scores[j] == pytest.approx(math.fsum(products))
        assert walked.scale == scale
        assert walked.scaled[j] == pytest.approx(math.fsum(products) * scale)
        assert walked.visible[j] == mask[i, j]
        assert walked.largest == pytest.approx(max(seen))
        assert walked.exponentials[j] == pytest.approx(exponential)
        assert walked.row_sum == pytest.approx(row_sum)
        assert walked.weights[j] == pytest.approx(exponential / row_sum)
        assert walked.weights[j] == pytest.approx(attention.weights[i, j], rel=1e-12)


def test_of_equal_products_the_earlier_dimension_comes_first():
    key = np.ones((1, 41))
    assert walk(np.array([1.0, -1.0] * 20 + [2.0]), key, key).order(0).tolist() == [40, *range(40)]
    assert walk(np.array([0.1 + 0.2, 0.3, -0.3]), key[:, :3], key).order(0).tolist() == [0, 1, 2]
    assert walk(np.array([0.3, 0.1 + 0.2, -0.3]), key[:, :3], key).order(0).tolist() == [0, 1, 2]


@pytest.mark.parametrize("text", ["2 3", "[2, 3]", "2,3", " 2;3 ", "(2.0, 3e0)", "+2 3."])
def test_a_vector_is_read_however_people_write_it(text):
    assert read_vector(text, 2).tolist() == [2, 3]


def test_a_short_row_goes_on_with_zeros_and_of_a_long_one_nothing_is_lost():
    assert read_vector("2 −3", 4).tolist() == [2, -3, 0, 0]
    assert read_vector("1 2 3", 2).tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        (" [ ] ", "is empty"),
        ("2 x", "“x”, which is not a number"),
        ("nan 1", "“nan”, which is not a number"),
        ("inf", "“inf”, which is not a number"),
        ("1_000", "not a number"),
        ("٣", "not a number"),
        ("1e308", "“1e308”, which is too large"),
        ("1e999", "too large"),
        (f"{LARGEST + 1}", "too large"),
        ("1e-200", "“1e-200”, which is too small to show"),
    ],
)
def test_what_cannot_be_read_is_named_in_a_sentence(text, message):
    with pytest.raises(UnreadableNumbers, match=message):
        read_vector(text, 2)


def test_heads_share_the_dimensions_and_their_outputs_are_joined_in_order():
    rng = np.random.default_rng(0)
    q, k, v = rng.standard_normal(6), rng.standard_normal((4, 6)), rng.standard_normal((4, 6))
    stages, joined = shared_among_heads(walk(q, k, v), 3)
    assert stages.weights.shape == (3, 1, 4)
    for head in range(3):
        piece = slice(2 * head, 2 * head + 2)
        alone = scaled_dot_product_attention(q[None, piece], k[:, piece], v[:, piece])
        assert stages.weights[head] == pytest.approx(alone.weights)
        assert joined[piece] == pytest.approx(alone.output[0])


def test_one_head_is_the_walk_itself():
    walked = walk(QUERY, C_A_B, VALUES)
    assert shared_among_heads(walked, 1)[1] == pytest.approx(walked.output)


def test_fifty_dimensions_can_be_shared_by_1_2_5_10_25_or_50_heads():
    assert divisors(50) == [1, 2, 5, 10, 25, 50]
