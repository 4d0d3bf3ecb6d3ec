"""Formulas with their numbers filled in, in the colours of the roles. Nothing a visitor typed ever enters a formula."""

from collections.abc import Iterable, Sequence

import numpy as np

from ui.kit.components import palette
from ui.kit.wording import plain

ATTENTION = r"\operatorname{softmax}\!\left(\frac{%s\,%s^{\mathsf T}}{\sqrt{d_k}}\right)%s"


def tex(value: float) -> str:
    """Four significant digits as LaTeX, three before a power of ten: 43.13, 5.3 × 10⁻¹⁷, −∞."""
    if value != value:
        return r"\text{?}"
    if abs(value) == float("inf"):
        return r"-\infty" if value < 0 else r"\infty"
    if value == 0:
        return "0"  # −0 as well
    if 1e-3 <= abs(value) < 1e5:
        return plain(value)
    mantissa, _, exponent = f"{value:.2e}".partition("e")
    return rf"{mantissa}\times 10^{{{int(exponent)}}}"


def in_role(body: str, role: str) -> str:
    """A piece of LaTeX in the colour of its role."""
    return rf"\textcolor{{{getattr(palette(), role)}}}{{{body}}}"


def bracketed(value: float) -> str:
    """A number that follows an operator: negative ones in brackets."""
    return f"({tex(value)})" if value < 0 else tex(value)


def column(values: Iterable[float | str], role: str = "text") -> str:
    """A column of numbers, one below the other."""
    cells = r"\\".join(value if isinstance(value, str) else tex(value) for value in values)
    return in_role(rf"\begin{{bmatrix}}{cells}\end{{bmatrix}}", role)


def matrix(rows: Sequence[Sequence[float]], role: str) -> str:
    """A matrix, a row a line."""
    cells = r"\\".join("&".join(tex(value) for value in row) for row in rows)
    return in_role(rf"\begin{{bmatrix}}{cells}\end{{bmatrix}}", role)


def lines(rows: Iterable[str]) -> str:
    """Equations below each other, aligned at their first &."""
    return r"\begin{aligned}" + r"\\".join(rows) + r"\end{aligned}"


def attention() -> str:
    """softmax(QKᵀ / √d_k) V."""
    return ATTENTION % (in_role("Q", "query"), in_role("K", "key"), in_role("V", "value"))


def sum_of_products(query: np.ndarray, key: np.ndarray, order: np.ndarray, shown: int) -> str:
    """Query times key, dimension by dimension: all products, or those that come first in order, and dots."""
    places = sorted(order[:shown]) if len(query) > shown else range(len(query))
    terms = [f"{in_role(bracketed(query[i]), 'query')}\\times{in_role(bracketed(key[i]), 'key')}" for i in places]
    return "+".join(terms) + (r"+\cdots" if len(query) > shown else "")
