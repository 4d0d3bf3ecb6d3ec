"""The laws of attention, each against the formula written out as loops or worked out in fifty-digit decimals."""

import itertools
import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from attention_core.attention import (
    Attention,
    NothingToAttend,
    attention_mask,
    join_heads,
    scaled_dot_product_attention,
    softmax,
    split_heads,
    to_floats,
)

STAGES = ("scores", "scaled", "masked", "weights", "output")
rows = arrays(np.float64, st.integers(1, 12), elements=st.floats(-700, 700))


def exact_softmax(row) -> list[float]:
    """exp(xᵢ) / Σ exp(xⱼ) as it is written, nothing subtracted, in fifty digits."""
    with localcontext(prec=50):
        e = [Decimal(0) if x == -math.inf else Decimal(float(x)).exp() for x in row]
        return [float(x / sum(e)) for x in e]


def by_loops(q, k, v, mask=None, scale=None) -> dict[str, np.ndarray]:
    """Equation (1) for one head, one number at a time."""
    (n_q, d_k), (n_k, d_v) = q.shape, v.shape
    scale = 1 / math.sqrt(d_k) if scale is None else scale
    stages = {name: np.empty((n_q, n_k)) for name in STAGES} | {"output": np.empty((n_q, d_v))}
    for i in range(n_q):
        for j in range(n_k):
            stages["scores"][i, j] = math.fsum(float(q[i, t]) * float(k[j, t]) for t in range(d_k))
            stages["scaled"][i, j] = stages["scores"][i, j] * scale
            stages["masked"][i, j] = stages["scaled"][i, j] if mask is None or mask[i, j] else -math.inf
        stages["weights"][i] = exact_softmax(stages["masked"][i])
        for t in range(d_v):
            stages["output"][i, t] = math.fsum(stages["weights"][i, j] * float(v[j, t]) for j in range(n_k))
    return stages


def some(*shape, seed=0, dtype=np.float64) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


def some_mask(*shape, seed=0) -> np.ndarray:
    mask = np.random.default_rng(seed).random(shape) < 0.5
    mask[..., 0] = True
    return mask


# ---- softmax ---------------------------------------------------------------------------------------------------------


@given(rows)
def test_softmax_is_exp_over_the_sum_of_exps(x):
    assert softmax(x) == pytest.approx(exact_softmax(x), rel=1e-12, abs=1e-300)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("spread", [1e-3, 1, 30, 100, 1e4])
def test_softmax_works_row_by_row_whatever_the_other_rows_hold(dtype, spread):
    x = (some(3, 4, 6) * spread).astype(dtype)
    shares = softmax(x)
    assert shares.dtype == dtype
    for place in itertools.product(range(3), range(4)):
        assert shares[place] == pytest.approx(
            exact_softmax(x[place]), rel=2e-5 if dtype == np.float32 else 1e-12, abs=1e-35
        )


@given(rows)
def test_the_shares_of_a_row_are_positive_or_zero_and_sum_to_one(x):
    shares = softmax(x)
    assert (shares >= 0).all()
    assert math.fsum(shares) == pytest.approx(1, abs=1e-14)


@given(rows, st.integers(-1000, 1000))
def test_adding_the_same_number_to_all_scores_changes_no_share(x, shift):
    assert softmax(np.round(x, 2) + shift) == pytest.approx(softmax(np.round(x, 2)), rel=1e-9, abs=1e-300)


@given(rows, st.randoms())
def test_shuffling_the_scores_shuffles_the_shares(x, random):
    order = random.sample(range(len(x)), len(x))
    assert softmax(x[order]) == pytest.approx(softmax(x)[order], rel=1e-12, abs=0)


@given(rows)
def test_a_larger_score_never_gets_a_smaller_share(x):
    order = np.argsort(x)
    assert (np.diff(softmax(x)[order]) >= 0).all()


def test_huge_scores_neither_overflow_nor_vanish():
    assert softmax(np.array([1000.0, 1000.0])).tolist() == [0.5, 0.5]
    assert softmax(np.array([1e300, 0.0, -1e300])).tolist() == [1, 0, 0]
    assert softmax(np.array([[1e38, -1e38], [-1e38, -1e38]], np.float32)).tolist() == [[1, 0], [0.5, 0.5]]
    assert softmax(np.array([[1000.0, 999.0], [-1000.0, -1001.0]]))[1] == pytest.approx(
        [0.7310585786300049, 0.2689414213699951]
    )
    far_apart = softmax(np.array([[0.0, 0.0], [-200.0, -200.0], [-1e5, -1e5]], np.float32))
    assert far_apart.tolist() == [[0.5, 0.5]] * 3


def test_one_row_of_huge_scores_raises_no_warning_and_leaves_the_other_rows_alone():
    x = np.full((3, 4), 50, np.float32)
    x[-1] = 230  # exp(230) does not fit into float32
    assert softmax(x).tolist() == [[0.25] * 4] * 3


def test_minus_infinity_gets_exactly_nothing():
    assert softmax(np.array([2.0, -np.inf, 2.0])).tolist() == [0.5, 0, 0.5]
    assert softmax(np.array([-np.inf, -np.inf, 5.0])).tolist() == [0, 0, 1]


def test_softmax_takes_whole_numbers_and_leaves_what_it_was_given_alone():
    x = np.array([61, 8, 26])  # the article's scores
    assert softmax(x) == pytest.approx(exact_softmax(x), abs=1e-300)
    assert x.tolist() == [61, 8, 26]
    y = some(4, 5)
    before = y.copy()
    softmax(y)
    assert (y == before).all()


def test_whole_numbers_become_float64_by_themselves():
    assert softmax(np.array([1, 0, 1])).dtype == np.float64


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.uint64])
def test_whole_numbers_of_any_size_get_the_shares_of_their_values(dtype):
    row = [0, min(200, np.iinfo(dtype).max), 100]
    shares = softmax(to_floats(np.array(row, dtype)))
    assert shares.dtype == np.float64
    assert shares == pytest.approx(exact_softmax(row), rel=1e-12, abs=1e-300)


def test_scores_of_16_bits_near_their_end_give_shares_and_no_nan():
    assert softmax(np.array([60_000, 60_000, -np.inf], np.float16)).tolist() == [0.5, 0.5, 0]


# ---- the equation ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [None, 1.0, 0.25, 0.0, -1.0])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize(("n_q", "n_k", "d_k", "d_v"), [(1, 1, 1, 1), (3, 5, 4, 2), (7, 7, 50, 50)])
def test_every_stage_is_the_formula_in_loops(n_q, n_k, d_k, d_v, masked, scale):
    q, k, v = some(n_q, d_k, seed=1), some(n_k, d_k, seed=2), some(n_k, d_v, seed=3)
    mask = some_mask(n_q, n_k) if masked else None
    attention = scaled_dot_product_attention(q, k, v, mask, scale)
    for name, expected in by_loops(q, k, v, mask, scale).items():
        assert getattr(attention, name) == pytest.approx(expected, rel=1e-12, abs=1e-13), name


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16])
def test_vectors_of_small_whole_numbers_score_as_the_formula_in_loops(dtype):
    q, k, v = (np.random.default_rng(seed).integers(90, 120, (3, 5)).astype(dtype) for seed in range(3))
    attention = scaled_dot_product_attention(q, k, v)  # each product of two such numbers is beyond 8 bits
    for name, expected in by_loops(q, k, v).items():
        assert getattr(attention, name) == pytest.approx(expected, rel=1e-12, abs=1e-13), name


def test_the_stages_are_kept_in_the_order_in_which_they_are_computed():
    assert Attention._fields == STAGES
    attention = scaled_dot_product_attention(*[some(2, 3)] * 3)
    with pytest.raises(AttributeError):
        attention.weights = None


def test_the_articles_query_scores_61_8_26():
    q, k = np.array([[2, 3]]), np.array([[11, 13], [1, 2], [4, 6]])
    assert scaled_dot_product_attention(q, k, k).scores.tolist() == [[61, 8, 26]]


def test_without_the_scale_the_articles_query_is_certain_and_with_it_not():
    q, k = np.ones((1, 100)), np.array([[1.0] * 100, [0.8] * 100])
    bare, scaled = (scaled_dot_product_attention(q, k, k, scale=scale) for scale in (1.0, None))
    assert bare.scaled == pytest.approx(np.array([[100, 80]]))
    assert scaled.scaled == pytest.approx(np.array([[10, 8]]))
    assert bare.weights.round(2).tolist() == [[1, 0]]
    assert scaled.weights.round(2).tolist() == [[0.88, 0.12]]


def test_no_scale_given_means_one_over_the_root_of_d_k():
    q, k, v = some(2, 9, seed=1), some(3, 9, seed=2), some(3, 4, seed=3)
    assert (
        scaled_dot_product_attention(q, k, v).scaled == scaled_dot_product_attention(q, k, v, scale=1 / 3).scaled
    ).all()
    one = scaled_dot_product_attention(q, k, v, scale=1.0)
    assert (one.scaled == one.scores).all()


def test_batches_and_heads_ride_along_as_leading_axes():
    q, k, v = some(2, 3, 4, 5, seed=1), some(2, 3, 6, 5, seed=2), some(2, 3, 6, 7, seed=3)
    mask = some_mask(2, 3, 4, 6)
    together = scaled_dot_product_attention(q, k, v, mask)
    for place in itertools.product(range(2), range(3)):
        alone = by_loops(q[place], k[place], v[place], mask[place])
        for name in STAGES:
            assert getattr(together, name)[place] == pytest.approx(alone[name], rel=1e-12, abs=1e-13), name


def test_one_mask_serves_all_heads():
    q, k, v = some(3, 4, 5, seed=1), some(3, 4, 5, seed=2), some(3, 4, 5, seed=3)
    mask = some_mask(4, 4)
    together = scaled_dot_product_attention(q, k, v, mask)
    for head in range(3):
        assert together.weights[head] == pytest.approx(by_loops(q[head], k[head], v[head], mask)["weights"])


@pytest.mark.parametrize("scale", [None, 1.0])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_stage_changes_the_precision(dtype, masked, scale):
    q, k, v = some(2, 4, 8, dtype=dtype), some(2, 4, 8, seed=1, dtype=dtype), some(2, 4, 8, seed=2, dtype=dtype)
    attention = scaled_dot_product_attention(q, k, v, some_mask(4, 4) if masked else None, scale)
    assert {name: getattr(attention, name).dtype for name in STAGES} == dict.fromkeys(STAGES, np.dtype(dtype))


@given(st.permutations(range(6)))
def test_attention_does_not_know_the_order_of_the_words(order):
    x = some(6, 8)
    plain, shuffled = scaled_dot_product_attention(x, x, x), scaled_dot_product_attention(*[x[order]] * 3)
    assert shuffled.weights == pytest.approx(plain.weights[np.ix_(order, order)], rel=1e-12)
    assert shuffled.output == pytest.approx(plain.output[order], rel=1e-12, abs=1e-13)


@given(st.integers(1, 8), st.integers(1, 8), st.integers(0, 2**32 - 1), st.sampled_from([0.1, 1, 30, 1000]))
def test_each_query_spends_exactly_its_whole_attention(n_q, n_k, seed, size):
    q, k, v = some(n_q, 4, seed=seed) * size, some(n_k, 4, seed=seed + 1), some(n_k, 3, seed=seed + 2)
    attention = scaled_dot_product_attention(q, k, v, some_mask(n_q, n_k, seed=seed))
    assert attention.weights.sum(axis=-1) == pytest.approx(np.ones(n_q), abs=1e-13)
    assert (attention.output <= v.max(axis=0) + 1e-12).all()
    assert (attention.output >= v.min(axis=0) - 1e-12).all()


def test_equal_keys_share_the_attention_equally():
    attention = scaled_dot_product_attention(some(2, 4), np.ones((5, 4)), some(5, 3))
    assert attention.weights == pytest.approx(np.full((2, 5), 0.2))


def test_a_thousandfold_query_looks_at_its_best_key_alone():
    q, k = np.array([[2000.0, 0.0]]), np.array([[2.0, 0.0], [1.0, 5.0], [-3.0, 0.0]])
    assert scaled_dot_product_attention(q, k, k).weights.tolist() == [[1, 0, 0]]


# ---- masks -----------------------------------------------------------------------------------------------------------


def test_a_hidden_key_scores_minus_infinity_and_weighs_exactly_nothing():
    q, k, v = some(4, 5), some(6, 5, seed=1), some(6, 3, seed=2)
    mask = some_mask(4, 6)
    attention = scaled_dot_product_attention(q, k, v, mask)
    assert (attention.masked[~mask] == -np.inf).all()
    assert (attention.weights[~mask] == 0).all()
    assert (attention.masked[mask] == attention.scaled[mask]).all()
    assert np.isfinite(attention.scaled).all()


def test_a_hidden_key_might_as_well_not_be_there():
    q, k, v = some(2, 5), some(4, 5, seed=1), some(4, 3, seed=2)
    mask = np.array([[True, True, False, True]] * 2)
    seen = [0, 1, 3]
    masked, fewer = scaled_dot_product_attention(q, k, v, mask), scaled_dot_product_attention(q, k[seen], v[seen])
    assert masked.weights[:, seen] == pytest.approx(fewer.weights)
    assert masked.output == pytest.approx(fewer.output)


def test_a_mask_that_hides_nothing_changes_nothing():
    q, k, v = some(3, 5), some(4, 5, seed=1), some(4, 3, seed=2)
    masked = scaled_dot_product_attention(q, k, v, np.ones((3, 4), bool))
    assert (masked.weights == scaled_dot_product_attention(q, k, v).weights).all()


@pytest.mark.parametrize("dtype", [int, float, np.int8])
def test_a_mask_of_numbers_is_refused_because_minus_ten_thousand_is_no_mask(dtype):
    with pytest.raises(ValueError, match=rf"a mask holds booleans, True = may look; this one holds {np.dtype(dtype)}$"):
        scaled_dot_product_attention(some(2, 3), some(2, 3), some(2, 3), np.ones((2, 2), dtype))


def test_queries_with_nothing_left_to_look_at_are_named():
    x, mask = some(4, 3), some_mask(4, 4)
    mask[[1, 3]] = False
    with pytest.raises(NothingToAttend) as caught:
        scaled_dot_product_attention(x, x, x, mask)
    assert str(caught.value) == "nothing left to attend to for query 1, 3 (counted from 0): the mask hides every key"
    assert isinstance(caught.value, ValueError)


def test_a_query_blind_in_two_heads_is_named_once():
    x, mask = some(2, 2, 3, 4), np.ones((2, 2, 3, 3), bool)
    mask[0, 1, 2] = mask[1, 0, 2] = mask[1, 1, 0] = False
    with pytest.raises(NothingToAttend, match="for query 0, 2 "):
        scaled_dot_product_attention(x, x, x, mask)


def test_one_word_without_itself_has_nothing_to_look_at():
    x = some(1, 3)
    with pytest.raises(NothingToAttend, match="for query 0 "):
        scaled_dot_product_attention(x, x, x, attention_mask(1, see_self=False))


@pytest.mark.parametrize("n", [1, 2, 5])
@pytest.mark.parametrize("see_self", [True, False])
@pytest.mark.parametrize("causal", [True, False])
def test_who_may_look_at_whom(n, see_self, causal):
    mask = attention_mask(n, see_self=see_self, causal=causal)
    if see_self and not causal:
        assert mask is None
        return
    assert mask.dtype == bool
    assert mask.shape == (n, n)
    for query, key in itertools.product(range(n), range(n)):
        assert mask[query, key] == ((see_self or key != query) and (not causal or key <= query))


def test_by_default_every_word_may_look_at_every_word():
    assert attention_mask(3) is None


def test_a_causal_head_gives_the_same_answer_whatever_comes_later():
    x, y = some(6, 4), some(6, 4)
    y[4:] += 1
    mask = attention_mask(6, causal=True)
    first, second = (scaled_dot_product_attention(z, z, z, mask).output for z in (x, y))
    assert first[:4] == pytest.approx(second[:4])
    assert not np.allclose(first[4:], second[4:])


# ---- shapes that do not fit ------------------------------------------------------------------------------------------


def test_queries_and_keys_of_different_width_are_refused_with_both_numbers():
    with pytest.raises(ValueError, match=r"^a query has 3 numbers and a key 4: they must have the same d_k$"):
        scaled_dot_product_attention(some(2, 3), some(2, 4), some(2, 4))


def test_keys_without_values_are_refused_with_both_numbers():
    with pytest.raises(ValueError, match=r"^there are 2 keys and 5 values: each key needs its value$"):
        scaled_dot_product_attention(some(2, 3), some(2, 3), some(5, 3))


def test_vectors_without_numbers_are_refused():
    with pytest.raises(ValueError, match=r"^queries and keys have no numbers: d_k must be at least 1$"):
        scaled_dot_product_attention(some(2, 0), some(3, 0), some(3, 4))


@pytest.mark.parametrize("scale", [np.nan, np.inf, -np.inf])
def test_a_scale_that_is_not_finite_is_refused(scale):
    with pytest.raises(ValueError, match=rf"^the scores are multiplied with a finite number, not with {scale}$"):
        scaled_dot_product_attention(some(2, 3), some(2, 3), some(2, 3), scale=scale)


def test_16_bits_are_refused_because_their_scores_overflow():
    half = np.full((2, 300), 20, np.float16)  # q · k = 120,000
    whole = half.astype(np.float32)
    for q, k, v in [(half, whole, whole), (whole, half, whole), (whole, whole, half)]:
        with pytest.raises(ValueError, match=r"^float16 holds no score above 65,504: .* into float32 first$"):
            scaled_dot_product_attention(q, k, v)


# ---- heads -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lead", [(), (2,), (2, 3)])
@pytest.mark.parametrize("n_heads", [1, 2, 3, 12])
def test_a_head_is_its_slice_of_every_vector(n_heads, lead):
    x = some(*lead, 5, 12)
    heads, d_k = split_heads(x, n_heads), 12 // n_heads
    assert heads.shape == (*lead, n_heads, 5, d_k)
    for head in range(n_heads):
        assert (heads[..., head, :, :] == x[..., head * d_k : (head + 1) * d_k]).all()


@pytest.mark.parametrize("lead", [(), (2,), (2, 3)])
def test_joined_heads_lie_side_by_side(lead):
    heads = some(*lead, 3, 5, 4)
    assert (join_heads(heads) == np.concatenate([heads[..., head, :, :] for head in range(3)], axis=-1)).all()


@given(st.integers(1, 6), st.integers(1, 4), st.integers(1, 4))
def test_splitting_and_joining_gives_the_vectors_back(n, n_heads, d_k):
    x = some(2, n, n_heads * d_k, dtype=np.float32)
    back = join_heads(split_heads(x, n_heads))
    assert back.dtype == np.float32
    assert (back == x).all()


@pytest.mark.parametrize(("d_model", "n_heads"), [(50, 4), (50, 0), (50, -2), (3, 6)])
def test_dimensions_that_cannot_be_shared_equally_are_refused_with_both_numbers(d_model, n_heads):
    with pytest.raises(ValueError, match=rf"^{d_model} dimensions cannot be shared equally among {n_heads} heads$"):
        split_heads(some(2, d_model), n_heads)


def test_two_heads_are_two_attentions_on_half_the_dimensions():
    x = some(4, 6)
    heads = split_heads(x, 2)
    output = join_heads(scaled_dot_product_attention(heads, heads, heads).output)
    for half in (slice(0, 3), slice(3, 6)):
        assert output[:, half] == pytest.approx(by_loops(x[:, half], x[:, half], x[:, half])["output"])


@pytest.mark.parametrize("shape", [(4,), (1, 4), (3, 4), (2, 3, 4)])
def test_a_mask_that_hides_all_keys_names_every_query_whatever_its_shape(shape):
    q, k, v = some(2, 3, 5), some(2, 4, 5), some(2, 4, 5)
    with pytest.raises(NothingToAttend, match="for query 0, 1, 2 "):
        scaled_dot_product_attention(q, k, v, np.zeros(shape, bool))


def test_without_a_key_there_is_nothing_to_attend_to():
    with pytest.raises(NothingToAttend):
        scaled_dot_product_attention(some(3, 5), some(0, 5), some(0, 5))


def test_a_scale_of_64_bits_does_not_widen_float32():
    x = some(3, 5).astype(np.float32)
    assert all(stage.dtype == np.float32 for stage in scaled_dot_product_attention(x, x, x, scale=np.float64(0.5)))
