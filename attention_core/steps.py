"""Attention of one query with every number on the way; the same in several heads; and vectors as people type them."""

import math
import re
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from attention_core.attention import (
    Attention,
    NothingToAttend,
    join_heads,
    scaled_dot_product_attention,
    split_heads,
)
from attention_core.ranking import rank, tolerance_for

SMALLEST, LARGEST = 1e-6, 10_000  # the absolute values of numbers that may be typed, besides 0
A_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


class UnreadableNumbers(ValueError):
    """A typed vector that is empty or holds something that is no number."""


def read_vector(text: str, dims: int) -> np.ndarray:
    """A vector as people type it, "2 3" or "[2, 3]"; if it has fewer numbers than dims, zeros are appended.

    Returns:
        (m,) all numbers that were typed: m ≥ dims.

    Raises:
        UnreadableNumbers: nothing was typed, or something that is no number, or a number too large to show.

    >>> read_vector("[2, −3.5]", 3).tolist()
    [2.0, -3.5, 0.0]
    """
    words = re.sub(r"[\[\](),;]", " ", text.replace("−", "-")).split()
    if not words:
        raise UnreadableNumbers(f"is empty: type up to {dims} numbers, such as {' '.join('21345678'[:dims])}")
    for word in words:
        if not A_NUMBER.fullmatch(word):
            raise UnreadableNumbers(f"holds “{word[:20]}”, which is not a number; type 1.5, for example, or -2")
        if not abs(float(word)) <= LARGEST:
            raise UnreadableNumbers(f"holds “{word[:20]}”, which is too large: −{LARGEST:,} to {LARGEST:,} is allowed")
        if 0 < abs(float(word)) < SMALLEST:
            raise UnreadableNumbers(f"holds “{word[:20]}”, which is too small to show: type 0")
    numbers = [float(word) for word in words]
    return np.array(numbers + [0.0] * (dims - len(numbers)))


class Blend(NamedTuple):
    """The end of a walk whose query may look at a key.

    Attributes:
        weights: (n,) exponentials / row_sum.
        parts: (n, d_v) each value times its weight.
        output: (d_v,) the sum of the parts.
    """

    weights: np.ndarray
    parts: np.ndarray
    output: np.ndarray


@dataclass(frozen=True)
class Walk:
    """Every number on the way from one query to its output.

    Attributes:
        query: (d_k,), keys: (n, d_k), values: (n, d_v), as given.
        scale: what the scores are multiplied with.
        visible: (n,) whether the query may look at the key.
        products: (n, d_k) query times key, dimension by dimension.
        scores: (n,) the sums of the products.
        scaled: (n,) scores times scale.
        masked: (n,) scaled, with -inf where the query may not look.
        largest: the largest of masked; -inf if the mask hides every key.
        unshifted: (n,) exp(masked), as a calculator computes it; inf where it overflows.
        unshifted_sum: the sum of the unshifted.
        exponentials: (n,) exp(masked - largest); all 0 if the mask hides every key.
        row_sum: the sum of the exponentials.
        weights, parts, output: as in `Blend`; None if the mask hides every key, for 0 / 0 is not defined.
    """

    query: np.ndarray
    keys: np.ndarray
    values: np.ndarray
    scale: float
    visible: np.ndarray
    products: np.ndarray
    scores: np.ndarray
    scaled: np.ndarray
    masked: np.ndarray
    largest: float
    unshifted: np.ndarray
    unshifted_sum: float
    exponentials: np.ndarray
    row_sum: float
    weights: np.ndarray | None
    parts: np.ndarray | None
    output: np.ndarray | None

    def order(self, column: int) -> np.ndarray:
        """(d_k,) the dimensions of one key by the absolute value of their product, the largest first."""
        sizes = np.abs(self.products[column])
        return rank(sizes, tolerance_for(sizes))

    @property
    def blend(self) -> Blend:
        """Weights, parts and output, where they are not None.

        Raises:
            NothingToAttend: the mask hides every key.
        """
        if self.weights is None or self.parts is None or self.output is None:
            raise NothingToAttend([0])
        return Blend(self.weights, self.parts, self.output)

    @property
    def calculable(self) -> bool:
        """Whether float64 holds the unshifted exponentials with all their digits; e^710 is too large."""
        return 1e-290 < self.unshifted_sum < 1e300

    @property
    def lengths(self) -> np.ndarray:
        """(n,) the length of each key."""
        return np.linalg.norm(self.keys, axis=-1)

    @property
    def cosines(self) -> np.ndarray:
        """(n,) the cosine of the angle between query and key, 1 for the same direction; NaN beside a zero vector."""
        with np.errstate(invalid="ignore"):
            return np.clip(self.scores / (np.linalg.norm(self.query) * self.lengths), -1, 1)


def walk(
    query: np.ndarray,
    keys: np.ndarray,
    values: np.ndarray,
    visible: np.ndarray | None = None,
    scale: float | None = None,
) -> Walk:
    """Attention of one query, with every number. The stages are those of `scaled_dot_product_attention`.

    Args:
        query: (d_k,), keys: (n, d_k), values: (n, d_v).
        visible: (n,) booleans, True where the query may look; None hides nothing.
        scale: as in `scaled_dot_product_attention`.

    >>> walked = walk(np.array([2.0, 3.0]), np.array([[11.0, 13.0], [1.0, 2.0], [4.0, 6.0]]), np.eye(3))
    >>> walked.products[0].tolist(), walked.scores.tolist()
    ([22.0, 39.0], [61.0, 8.0, 26.0])
    """
    visible = np.ones(len(keys), dtype=bool) if visible is None else np.asarray(visible, dtype=bool)
    scale = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    try:
        stages = scaled_dot_product_attention(query[None], keys, values, visible[None], scale)
        scaled, masked, weights = stages.scaled[0], stages.masked[0], stages.weights[0]
    except NothingToAttend:
        stages = scaled_dot_product_attention(query[None], keys, values, None, scale)
        scaled, masked, weights = stages.scaled[0], np.full(len(keys), -np.inf), None
    largest = masked.max()
    with np.errstate(over="ignore"):
        unshifted = np.exp(masked, dtype=np.float64)
        unshifted_sum = float(unshifted.sum())
    exponentials = np.zeros(len(keys)) if weights is None else np.exp(masked - largest)
    return Walk(
        query=query,
        keys=keys,
        values=values,
        scale=scale,
        visible=visible,
        products=query * keys,
        scores=stages.scores[0],
        scaled=scaled,
        masked=masked,
        largest=float(largest),
        unshifted=unshifted,
        unshifted_sum=unshifted_sum,
        exponentials=exponentials,
        row_sum=float(exponentials.sum()),
        weights=weights,
        parts=None if weights is None else weights[:, None] * values,
        output=None if weights is None else stages.output[0],
    )


def divisors(n: int) -> list[int]:
    """The numbers of heads into which n dimensions can be cut equally, the smallest first."""
    return [h for h in range(1, n + 1) if n % h == 0]


def shared_among_heads(walked: Walk, n_heads: int, scaled: bool = True) -> tuple[Attention, np.ndarray]:
    """The same query, keys and values, cut into heads that compute their own weights, and their outputs joined again.

    Args:
        walked: the query, keys and values.
        n_heads: a divisor of d_k and of d_v.
        scaled: whether each head divides by the root of its own d_k = d_model / n_heads.

    Returns:
        the stages, each (n_heads, 1, n), the output (n_heads, 1, d_v / n_heads); and (d_v,) the outputs joined.

    Raises:
        ValueError: the dimensions cannot be cut equally.
        NothingToAttend: the mask hides every key.
    """
    q, k, v = (split_heads(x, n_heads) for x in (walked.query[None], walked.keys, walked.values))
    stages = scaled_dot_product_attention(q, k, v, walked.visible[None], None if scaled else 1.0)
    return stages, join_heads(stages.output)[0]
