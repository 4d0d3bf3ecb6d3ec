"""The largest of some numbers, and their order, independent of rounding.

Two words that are the same have the same weight, but a product summed in another order, as other processors do it,
gives them other last digits. So values that lie within a tolerance of each other are a tie, and of a tie the earlier
place comes first.
"""

import numpy as np

TOLERANCE = 1e-6  # of shares, which are at most 1: more than float32 loses in a sum, less than any page prints
LOGIT_TOLERANCE = 1e-4  # of scores of next words, some tens: float32 has five digits behind the point there


def tolerance_for(values: np.ndarray) -> float:
    """The tolerance for numbers that are no shares, such as scores: TOLERANCE of the largest finite one, by size."""
    sizes = np.abs(values[np.isfinite(values)])
    return TOLERANCE * float(sizes.max(initial=0.0))


def first_largest(values: np.ndarray, tolerance: float = TOLERANCE) -> np.ndarray:
    """The place of the largest value along the last axis, of a tie the first: (..., n) → (...).

    >>> first_largest(np.array([[0.2, 0.3999999, 0.4], [0.2, 0.39, 0.41]])).tolist()
    [1, 2]
    """
    return (values >= values.max(axis=-1, keepdims=True) - tolerance).argmax(axis=-1)


def rank(values: np.ndarray, tolerance: float = TOLERANCE) -> np.ndarray:
    """The places along the last axis, those of the largest values first, ties in their own order: (..., n) → (..., n).

    The first is that of `first_largest`: a tie is all that lies within the tolerance of its largest value.

    >>> rank(np.array([0.1, 0.2999999, 0.3, 0.3])).tolist()
    [1, 2, 3, 0]
    """
    order = np.argsort(-values, axis=-1, kind="stable")
    falling = np.take_along_axis(values, order, axis=-1)
    if (falling[..., 1:] < falling[..., :-1] - tolerance).all():  # no tie at all
        return order
    tie, largest = np.zeros(order.shape, int), falling[..., 0]
    for i in range(1, order.shape[-1]):
        below = falling[..., i] < largest - tolerance
        largest = np.where(below, falling[..., i], largest)
        tie[..., i] = tie[..., i - 1] + below
    return np.take_along_axis(order, np.lexsort((order, tie), axis=-1), axis=-1)
