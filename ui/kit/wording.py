"""Numbers and pictures in plain words."""

import math
import unicodedata
from collections.abc import Sequence

import numpy as np

from attention_core.ranking import TOLERANCE, rank
from ui.kit.palette import THIN

IN_SIGHT = 0.05  # of a row; where less of it is shown, the order of what is left says nothing about the head
LEAST_NAMED = 0.0005  # a smaller weight is "<0.1 %" and no place that a word looks at


def percent(share: float, digits: int = 0) -> str:
    """A share as people write it: 44 %; what would round to nothing or to all is <1 % or >99 %."""
    least = 10 ** -(digits + 2)
    if 0 < share < least / 2:
        return f"<{100 * least:g}{THIN}%"
    if 1 - least / 2 <= share < 1 - 1e-6:  # what lies nearer to 1 is rounding
        return f">{100 * (1 - least):.{digits}f}{THIN}%"
    return f"{100 * share:.{digits}f}{THIN}%"


def rounded(share: float) -> str:
    """A share with two digits, for sentences: 44 %, 3.7 %, 99.9 %."""
    return percent(share, 0 if 0.095 <= share < 0.995 else 1).replace("100.0", "100")


def plain(value: float, decimals: int = 0) -> str:
    """Four significant digits, or `decimals` decimals if those are more; no trailing zeros. For LaTeX and `number`."""
    if not value:
        return "0"  # −0 as well
    text = f"{value:.{max(3 - math.floor(math.log10(abs(value))), decimals, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def number(value: float, decimals: int = 0) -> str:
    """`plain`, with an exponent where the number needs one; −∞ for a place that a mask hides."""
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
    """The positions of the largest weights of a row: several where they are equal but for rounding."""
    return [int(place) for place in np.flatnonzero(row >= row.max() - TOLERANCE)]


def listed(names: Sequence[str], shown: int = 3, joined: str = "and") -> str:
    """Names in a row: "king", "king and queen", "king, queen, the and 4 more"."""
    if len(names) > shown + 1:
        names = [*names[:shown], f"{len(names) - shown} more"]
    return f" {joined} ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def quoted(word: str) -> str:
    """A word of the sentence as a sentence mentions it: “it”. The model’s own marks, such as [CLS], need no quotes."""
    return word if is_mark(word) else f"“{isolated(word)}”"


def is_mark(word: str) -> bool:
    """Whether a word is a mark of the model's own, such as [CLS]."""
    return word[:1] == "[" and word[-1:] == "]"


def isolated(word: str) -> str:
    """A word within a sentence: right-to-left words are isolated, so that they do not move the words beside them."""
    right_to_left = any(unicodedata.bidirectional(letter) in {"R", "AL"} for letter in word)
    return f"\u2068{word}\u2069" if right_to_left else word


def weights_in_words(
    labels: Sequence[str],
    row: np.ndarray,
    query: int,
    left_out: str = "",
    key: int | None = None,
    skipped: Sequence[int] = (),
) -> str:
    """A row of weights as a sentence: “king” looks most at “queen” (16 %), besides itself (44 %); then “crown” (15 %).

    Args:
        labels: (n,) the words.
        row: (n,) the weights of the query; less than 1 together where some are not shown.
        query: its position.
        left_out: the tokens that get weight and are not shown, in words; "" if they have no name.
        key: the position of the marked word. The sentence starts with it where only the
            query itself and skipped tokens have larger weights.
        skipped: the positions of tokens that are not marked by themselves, such as the first one.
    """
    names = [quoted(label) for label in labels]
    query_label = names[query]
    if 0 in skipped and not is_mark(labels[0]):
        names[0] = f"the first token {names[0]}"
    names[query] = "itself"
    missing = 1 - float(row.sum())
    if left_out and missing > 1 - IN_SIGHT:
        return f"{query_label} gives {rounded(missing)} of its weight to {left_out}, which are left out."
    if not row.any():
        return f"{query_label} looks at nothing that is shown."
    ranked = [int(place) for place in rank(row) if row[place] > 0]
    larger = [] if key is None else [place for place in ranked if row[place] > row[key] + TOLERANCE]
    if key is None or row[key] < LEAST_NAMED or not {query, *skipped}.issuperset(larger):
        larger = []
    ranked = [place for place in ranked if place not in larger]
    first = [place for place in ranked if row[place] >= row[ranked[0]] - TOLERANCE]
    shares = [f"{name} ({rounded(weight)})" for name, weight in zip(names, row, strict=True)]
    if len(first) > 1:
        text = f"equally at {listed([names[place] for place in first])} ({rounded(row[first[0]])} each)"
    else:
        text = f"{'most' if ranked != first else 'only'} at {shares[first[0]]}"
    if larger:
        text += f", besides {listed([shares[place] for place in larger])}"
    then = [place for place in ranked[len(first) :] if row[place] >= LEAST_NAMED]
    if then := then[: max(3 - len(first) - len(larger), 0)]:
        text += f"{';' if larger else ','} then {listed([shares[place] for place in then])}"
    if missing < 0.005:
        return f"{query_label} looks {text}."
    return (
        f"{f'Without {left_out} ({rounded(missing)})' if left_out else 'Of what is shown'}, {query_label} looks {text}."
    )


def mean_and_spread(shares: Sequence[float]) -> str:
    """The mean and the standard deviation of shares, without a line break: 91 % ± 2."""
    return f"{percent(float(np.mean(shares)))}\u00a0±\u00a0{100 * np.std(shares):.0f}"
