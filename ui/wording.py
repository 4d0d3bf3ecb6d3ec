"""Numbers and pictures in plain words."""

import math
from collections.abc import Sequence

import numpy as np

THIN = "\u202f"  # the narrow space between a number and its unit


def percent(share: float, digits: int = 0) -> str:
    """A share as people write it: 44 %, or <1 % for what would round to nothing."""
    if 0 < share < 0.5 * 10 ** -(digits + 2):
        return f"<{10**-digits:g}{THIN}%"
    return f"{100 * share:.{digits}f}{THIN}%"


def rounded(share: float) -> str:
    """A share with two digits, as a sentence wants it: 44 %, 3.7 %."""
    return percent(share, 0 if share >= 0.095 else 1)


def number(value: float) -> str:
    """Four significant digits, without an exponent where it can do without; −∞ for a place that a mask hides."""
    if not math.isfinite(value):
        return "no number" if math.isnan(value) else "-∞" if value < 0 else "∞"
    if value == 0 or 1e-4 <= abs(value) < 1e6:
        return f"{value:.4g}" if abs(value) >= 1000 else f"{value:.4f}".rstrip("0").rstrip(".") or "0"
    mantissa, _, exponent = f"{value:.3e}".partition("e")
    return f"{mantissa} × 10{str(int(exponent)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def reading(labels: Sequence[str], row: np.ndarray, query: int) -> str:
    """A row of weights in a sentence: "king looks most at itself (44 %), then queen (16 %) and kingdom (15 %)."

    Args:
        labels: (n,) the words.
        row: (n,) the weights of the query.
        query: its position.
    """
    best = [int(key) for key in np.argsort(-row, kind="stable")[:3] if row[key] > 0]
    said = [f"{'itself' if key == query else labels[key]} ({rounded(row[key])})" for key in best]
    if not said:
        return f"{labels[query]} looks at nothing that is shown."
    if len(said) == 1:
        return f"{labels[query]} looks only at {said[0]}."
    return f"{labels[query]} looks most at {said[0]}, then {' and '.join(said[1:])}."
