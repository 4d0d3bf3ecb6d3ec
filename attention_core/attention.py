"""Scaled dot-product attention, equation (1) of "Attention Is All You Need" (Vaswani et al. 2017), and its heads.

Attention(Q, K, V) = softmax(Q Kᵀ / √d_k) V
"""

import math
from typing import NamedTuple

import numpy as np


class NothingToAttend(ValueError):
    """A query whose mask hides every key: the softmax of no scores is not defined.

    Args:
        rows: those queries, as positions along the last-but-one axis; the message names them.
    """

    def __init__(self, rows: list[int]):
        which = ", ".join(str(row) for row in rows)
        super().__init__(f"nothing left to attend to for query {which} (counted from 0): the mask hides every key")


class Attention(NamedTuple):
    """Every stage of one attention, in the order in which they are computed.

    Attributes:
        scores: (..., n_q, n_k), q · k, the dot products.
        scaled: (..., n_q, n_k), scores times the scale, 1/√d_k.
        masked: (..., n_q, n_k), scaled, with -inf where a query may not look.
        weights: (..., n_q, n_k), softmax of masked; every row sums to 1.
        output: (..., n_q, d_v), the weighted sum of the values.
    """

    scores: np.ndarray
    scaled: np.ndarray
    masked: np.ndarray
    weights: np.ndarray
    output: np.ndarray


def to_floats(x: np.ndarray) -> np.ndarray:
    """The same numbers, integers as float64: a sum or difference of 8-bit integers would overflow."""
    return x.astype(np.float64) if x.dtype.kind in "iub" else x


def softmax(x: np.ndarray) -> np.ndarray:
    """Turn scores into shares that sum to 1: softmax(x)ᵢ = exp(xᵢ) / Σⱼ exp(xⱼ), along the last axis.

    The largest score of each row is subtracted first: it cancels in the fraction and keeps exp from overflowing.

    Args:
        x: (..., n) floats (`to_floats` for integers), at least one finite score in each row; -inf gets the share 0.

    >>> softmax(np.array([10.0, 8.0])).round(2).tolist()
    [0.88, 0.12]
    """
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def scaled_dot_product_attention(
    q: np.ndarray, k: np.ndarray, v: np.ndarray, mask: np.ndarray | None = None, scale: float | None = None
) -> Attention:
    """Let each query look at the keys and return a weighted sum of the values: softmax(q kᵀ / √d_k) v.

    Equation (1) of Vaswani et al. 2017. float32 in, float32 out; whole numbers become float64. Scores beyond what the
    numbers can hold, 3e38 in float32, make nan: by that training knows that it has diverged.

    Args:
        q: (..., n_q, d_k) queries, what each token looks for.
        k: (..., n_k, d_k) keys, what each token offers to be found by.
        v: (..., n_k, d_v) values, what each token hands over when looked at.
        mask: (..., n_q, n_k) booleans, or what broadcasts to that, True where the query may look at the key; None
            hides nothing.
        scale: what the scores are multiplied with; None means 1/√d_k, 1.0 leaves them as they are.

    Raises:
        ValueError: the shapes do not fit each other, the scale is not finite, or a number is float16, in which scores
            overflow.
        NothingToAttend: the mask hides every key from some query, or there is no key.

    >>> q, k = np.ones((1, 100)), np.array([[1.0] * 100, [0.8] * 100])
    >>> scaled_dot_product_attention(q, k, k, scale=1.0).weights.round(2).tolist()
    [[1.0, 0.0]]
    >>> scaled_dot_product_attention(q, k, k).weights.round(2).tolist()
    [[0.88, 0.12]]
    """
    q, k, v, d_k = to_floats(q), to_floats(k), to_floats(v), q.shape[-1]
    if k.shape[-1] != d_k:
        raise ValueError(f"a query has {d_k} numbers and a key {k.shape[-1]}: they must have the same d_k")
    if not d_k:
        raise ValueError("queries and keys have no numbers: d_k must be at least 1")
    if k.shape[-2] != v.shape[-2]:
        raise ValueError(f"there are {k.shape[-2]} keys and {v.shape[-2]} values: each key needs its value")
    if np.float16 in (q.dtype, k.dtype, v.dtype):
        raise ValueError("float16 holds no score above 65,504: turn queries, keys and values into float32 first")
    if mask is not None:
        if mask.dtype != bool:
            raise ValueError(f"a mask holds booleans, True = may look; this one holds {mask.dtype}")
        mask = np.broadcast_to(mask, (*mask.shape[:-2], q.shape[-2], k.shape[-2]))
        blind = ~mask.any(axis=-1)
        if blind.any():
            raise NothingToAttend(np.unique(np.nonzero(blind)[-1]).tolist())
    elif not k.shape[-2]:
        raise NothingToAttend(list(range(q.shape[-2])))
    scale = 1 / math.sqrt(d_k) if scale is None else float(scale)  # a NumPy float64 would widen float32
    if not math.isfinite(scale):
        raise ValueError(f"the scores are multiplied with a finite number, not with {scale}")

    scores = q @ k.mT
    scaled = scores * scale
    masked = scaled if mask is None else np.where(mask, scaled, -np.inf)
    weights = softmax(masked)
    output = weights @ v
    return Attention(scores, scaled, masked, weights, output)


def attention_mask(n: int, *, see_self: bool = True, causal: bool = False) -> np.ndarray | None:
    """Who may look at whom in a sentence of n tokens: (n, n) booleans, True = may look; None if all may look at all.

    Args:
        see_self: False hides each token from itself.
        causal: True hides what comes later in the sentence, as in a model that writes from left to right.
    """
    if see_self and not causal:
        return None
    mask = np.tri(n, dtype=bool) if causal else np.ones((n, n), dtype=bool)
    if not see_self:
        np.fill_diagonal(mask, False)
    return mask


def split_heads(x: np.ndarray, n_heads: int) -> np.ndarray:
    """Cut each vector into n_heads equal pieces: (..., n, d_model) → (..., n_heads, n, d_model / n_heads).

    Section 3.2.2 of Vaswani et al. 2017: d_k = d_model / h.

    Raises:
        ValueError: d_model is not a multiple of n_heads.
    """
    *lead, n, d_model = x.shape
    if n_heads < 1 or d_model % n_heads:
        raise ValueError(f"{d_model} dimensions cannot be shared equally among {n_heads} heads")
    return x.reshape(*lead, n, n_heads, d_model // n_heads).swapaxes(-3, -2)


def join_heads(x: np.ndarray) -> np.ndarray:
    """Lay the heads' outputs side by side again: (..., n_heads, n, d_v) → (..., n, n_heads · d_v)."""
    *lead, n_heads, n, d_v = x.shape
    return x.swapaxes(-3, -2).reshape(*lead, n, n_heads * d_v)
