"""Numbers and pictures in plain words."""

import math
import unicodedata
from collections.abc import Sequence

import numpy as np

from attention_core.ranking import TOLERANCE, rank
from ui.kit.palette import THIN


def percent(share: float, digits: int = 0) -> str:
    """A share as people write it: 44 %; what would round to nothing or to all is <1 % or >99 %."""
    least = 10 ** -(digits + 2)
    if 0 < share < least / 2:
        return f"<{100 * least:g}{THIN}%"
    if 1 - least / 2 <= share < 1 - 1e-6:  # what lies nearer to 1 is rounding
        return f">{100 * (1 - least):.{digits}f}{THIN}%"
    return f"{100 * share:.{digits}f}{THIN}%"


def rounded(share: float) -> str:
    """A share with two digits, as a sentence wants it: 44 %, 3.7 %, 99.9 %."""
    return percent(share, 0 if 0.095 <= share < 0.995 else 1).replace("100.0", "100")


def plain(value: float, decimals: int = 0) -> str:
    """Four significant digits, or so many decimals if that is more; trailing zeros left off. For LaTeX and `number`."""
    if not value:
        return "0"  # −0 as well
    text = f"{value:.{max(3 - math.floor(math.log10(abs(value))), decimals, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def number(value: float, decimals: int = 0) -> str:
    """`plain`, with an exponent where it cannot do without; −∞ for a place that a mask hides."""
    if not math.isfinite(value):
        return "no number" if math.isnan(value) else "−∞" if value < 0 else "∞"
    if value == 0 or 1e-4 <= abs(value) < 1e6:
        return plain(value, decimals).replace("-", "−")
    mantissa, _, exponent = f"{value:.3e}".partition("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa.replace('-', '−')} × 10{raised}"


def counted(n: int, thing: str) -> str:
    """A number of things: 1 share, 7 shares."""
    return f"{n:,} {thing}{'' if n == 1 else 's'}"


def largest(row: np.ndarray) -> list[int]:
    """Where a row of weights is largest: several places where they are equal but for rounding."""
    return [int(place) for place in np.flatnonzero(row >= row.max() - TOLERANCE)]


def listed(names: Sequence[str], shown: int = 3) -> str:
    """Names in a row: "king", "king and queen", "king, queen, the and 4 more"."""
    if len(names) > shown + 1:
        names = [*names[:shown], f"{len(names) - shown} more"]
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def quoted(word: str) -> str:
    """A word of the sentence as a sentence mentions it: “it”. The model’s own marks, such as [CLS], need no quotes."""
    return word if word[:1] == "[" and word[-1:] == "]" else f"“{isolated(word)}”"


def isolated(word: str) -> str:
    """A word within a sentence: one that runs from right to left is kept apart, or what stands beside it would move."""
    right_to_left = any(unicodedata.bidirectional(letter) in {"R", "AL"} for letter in word)
    return f"\u2068{word}\u2069" if right_to_left else word


def weights_in_words(labels: Sequence[str], row: np.ndarray, query: int, left_out: str = "") -> str:
    """A row of weights in a sentence: “king” looks most at itself (44 %), then “queen” (16 %) and “kingdom” (15 %).

    Args:
        labels: (n,) the words.
        row: (n,) the weights of the query; less than 1 together where some are not shown.
        query: its position.
        left_out: in words what gets weight and is not shown; "" if that has no name.
    """
    names = [quoted(label) for label in labels]
    looking = names[query]
    names[query] = "itself"
    if not row.any():
        return f"{looking} looks at nothing that is shown."
    first = largest(row)
    after = [int(place) for place in rank(row) if row[place] > 0 and place not in first]
    share = rounded(row[first[0]])
    if len(first) > 1:
        said = f"equally at {listed([names[place] for place in first])} ({share} each)"
    else:
        said = f"{'most' if after else 'only'} at {names[first[0]]} ({share})"
    if then := after[: max(3 - len(first), 0)]:
        said += f", then {listed([f'{names[place]} ({rounded(row[place])})' for place in then])}"
    if row.sum() > 0.995:
        return f"{looking} looks {said}."
    return f"{f'Without {left_out}' if left_out else 'Of what is shown'}, {looking} looks {said}."


def mean_and_spread(shares: Sequence[float]) -> str:
    """Of several shares, in words, without a gap for a new line: 91 % ± 2."""
    return f"{percent(float(np.mean(shares)))}\u00a0±\u00a0{100 * np.std(shares):.0f}"
