"""Why the scores are divided by √d_k: section 3.2.1 of "Attention Is All You Need" (Vaswani et al. 2017), measured.

"Assume that the components of q and k are independent random variables with mean 0 and variance 1. Then their dot
product, q · k = Σᵢ qᵢkᵢ, has mean 0 and variance d_k." (footnote 4)
"""

import math
from dataclasses import dataclass

import numpy as np

from attention_core.attention import Attention, scaled_dot_product_attention, softmax
from attention_core.examples import GOOD_MATCH, PERFECT_MATCH

DIMS = tuple(2**power for power in range(13))  # 1 to 4,096
CHUNK = 500  # pairs drawn at a time: 500 × 4,096 numbers are 8 MB


def entropy(weights: np.ndarray) -> np.ndarray:
    """The entropy of weights in bits: -Σ w log₂ w along the last axis (Shannon 1948).

    0 bits: one key has all the weight. log₂ n bits: all n keys have the same.

    >>> float(entropy(np.array([0.5, 0.25, 0.25])))
    1.5
    """
    return 0 - (weights * np.log2(weights, out=np.zeros_like(weights), where=weights > 0)).sum(axis=-1)


def jacobian(weights: np.ndarray) -> np.ndarray:
    """The derivative of each weight by each score: ∂wᵢ/∂xⱼ = wᵢ (δᵢⱼ - wⱼ), for w = softmax(x).

    The diagonal, wᵢ (1 - wᵢ), is computed as the sum of the other wᵢ wⱼ: no digits are lost where wᵢ is nearly 1.

    Args:
        weights: (..., n), of sum 1.

    Returns:
        (..., n, n), rows = weights, columns = scores.
    """
    products = weights[..., :, None] * weights[..., None, :]
    others = products * (1 - np.eye(weights.shape[-1], dtype=weights.dtype))
    return others.sum(axis=-1)[..., None] * np.eye(weights.shape[-1], dtype=weights.dtype) - others


def jacobian_norm(weights: np.ndarray) -> np.ndarray:
    """The Frobenius norm of `jacobian`: the size of the factor by which softmax multiplies a gradient."""
    return np.linalg.norm(jacobian(weights), axis=(-2, -1))


def two_keys(d: int, scale: float | None = None) -> Attention:
    """The article's example in d dimensions: a query of ones, a key that matches it and one of 0.8s.

    >>> two_keys(100, scale=1.0).scores.round(6).tolist(), two_keys(100).weights.round(2).tolist()
    ([[100.0, 80.0]], [[0.88, 0.12]])
    """
    keys = np.array([[PERFECT_MATCH] * d, [GOOD_MATCH] * d])
    return scaled_dot_product_attention(np.ones((1, d)), keys, keys, scale=scale)


@dataclass(frozen=True)
class Spread:
    """The standard deviation of dot products of random vectors, for each dimension d.

    Attributes:
        dims: (m,)
        measured: (m,) the standard deviation of the dot products that were drawn.
        theory: (m,) √d.
        error: (m,) the standard error of `measured`, the random deviation from theory to expect.
        scaled: (m,) the standard deviation of the dot products divided by √d.
    """

    dims: np.ndarray
    measured: np.ndarray
    theory: np.ndarray
    error: np.ndarray
    scaled: np.ndarray


def spread(draws: int, rng: np.random.Generator, dims: tuple[int, ...] = DIMS) -> Spread:
    """Draw queries and keys whose numbers have mean 0 and variance 1, and measure their dot products.

    The numbers are normal, so one product has the fourth moment 9 and a sum of d of them the kurtosis 3 + 6/d; the
    standard error of a standard deviation σ over N draws is then σ √((2 + 6/d) / 4N).

    Args:
        draws: pairs of vectors for each dimension, at least 2.
    """
    measured, scaled = [], []
    for d in dims:
        dots = np.concatenate(
            [
                np.einsum("ij,ij->i", *rng.standard_normal((2, min(CHUNK, draws - start), d), dtype=np.float32))
                for start in range(0, draws, CHUNK)
            ]
        )
        measured.append(dots.std(ddof=1, dtype=np.float64))
        scaled.append((dots * (1 / math.sqrt(d))).std(ddof=1, dtype=np.float64))
    every_d = np.array(dims)
    theory = np.sqrt(every_d)
    error = theory * np.sqrt((2 + 6 / every_d) / (4 * draws))
    return Spread(every_d, np.array(measured), theory, error, np.array(scaled))


@dataclass(frozen=True)
class Saturation:
    """Measures of the softmax of random scores, for each dimension d; each is the median of many draws.

    Attributes:
        dims: (m,)
        largest: (m,) the largest weight.
        bits: (m,) the entropy of the weights.
        gradient: (m,) the norm of the Jacobian of softmax.
    """

    dims: np.ndarray
    largest: np.ndarray
    bits: np.ndarray
    gradient: np.ndarray


def saturation(
    n_keys: int, draws: int, rng: np.random.Generator, dims: tuple[int, ...] = DIMS
) -> tuple[Saturation, Saturation]:
    """Let random queries look at random keys, without and with the division by √d.

    Args:
        n_keys: how many keys a query looks at.
        draws: queries for each dimension, each with keys of its own.

    Returns:
        without scaling, with scaling; both from the same vectors.
    """
    rows: dict[bool, list[list[float]]] = {False: [], True: []}
    for d in dims:
        q = rng.standard_normal((draws, 1, d), dtype=np.float32)
        k = rng.standard_normal((draws, n_keys, d), dtype=np.float32)
        scores = (q @ k.swapaxes(-2, -1))[:, 0].astype(np.float64)
        for scaled, found in rows.items():
            weights = softmax(scores / math.sqrt(d) if scaled else scores)
            measures = (weights.max(axis=-1), entropy(weights), jacobian_norm(weights))
            found.append([float(np.median(measure)) for measure in measures])
    without, with_scaling = (Saturation(np.array(dims), *np.array(found).T) for found in rows.values())
    return without, with_scaling


def tempered(scores: np.ndarray, temperatures: np.ndarray) -> np.ndarray:
    """softmax(scores / τ) for each temperature τ: (n,), (m,) → (m, n). τ = √d_k is the paper's, τ = 1 is no scaling.

    >>> tempered(np.array([100.0, 80.0]), np.array([1.0, 10.0])).round(2).tolist()
    [[1.0, 0.0], [0.88, 0.12]]
    """
    return softmax(scores / np.asarray(temperatures, dtype=np.float64)[:, None])
