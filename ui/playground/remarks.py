"""The headline of the playground on word vectors: what to see in the map with the present switches."""

import math
from dataclasses import dataclass

import numpy as np

from attention_core.examples import Preset
from attention_core.ranking import first_largest
from ui import state
from ui.kit.wording import percent, quoted, rounded
from ui.map.view import Choice, View
from ui.models import loaders

PRESS = " Press Taught."


@dataclass(frozen=True)
class Remark:
    """What to see in a map, in a line; and the page that explains it, "" for none."""

    text: str
    page: str = ""


def remark(view: View, choice: Choice, switches: state.Switches, example: Preset | None, relation: str) -> Remark:
    """What to see in a map of word vectors, in one line.

    Args:
        example: the sentence to start from that this is, if it is one.
        relation: what a head should find for the chosen word, as a clause; "" for most words.
    """
    d_model = loaders.glove().d_model
    dim = min(switches.dim or d_model, d_model)
    most = rounded(view.weights[choice.query].max())
    divisor = switches.divisor or math.sqrt(dim)
    if not 0.5 <= divisor / math.sqrt(dim) <= 2:
        apart = "far apart" if divisor < math.sqrt(dim) else "close together"
        return Remark(
            f"Divided by {divisor:g} instead of √{dim}, the scores lie {apart}: the largest weight is {most}.",
            "why_scale",
        )
    return Remark(_remark_on_words(view, choice, switches, example, relation, dim))


def _remark_on_words(
    view: View, choice: Choice, switches: state.Switches, example: Preset | None, relation: str, dim: int
) -> str:
    d_model, (query, key) = loaders.glove().d_model, choice
    if switches.causal:
        return "All later words are masked, as for a model that has to write them: the first word is left with itself."
    if dim <= d_model / 2:
        return f"With {dim} of its {d_model} numbers left, a word is harder to tell from others."
    press = PRESS if relation and not state.get("lecture") else ""  # a lecture has no such button
    if example and switches.see_self == example.see_self:
        return example.notice + press
    if relation:
        return f"Word vectors tell which words are used alike, not {relation}.{press}"
    name, other = quoted(view.labels[query]), quoted(view.labels[key])
    if switches.see_self and view.weights[query, key] > view.weights[query, query] + 1e-6:
        return f"{name} looks more at {other} than at itself: the vector of {other} is longer, and so is its product."
    return strongest_pair(view)


def strongest_pair(view: View) -> str:
    """A sentence on the largest weight between two different words."""
    tokens = np.array(view.tokens)
    among = np.where(tokens[:, None] == tokens, -1, view.weights)
    if among.max() <= 0:
        return "Similar words have similar vectors, and look at each other."
    row, column = np.unravel_index(int(first_largest(among.ravel())), among.shape)
    query_label, key_label = (quoted(view.labels[place]) for place in (row, column))
    weight = percent(among[row, column])
    return f"Words that are used alike look at each other: here {query_label} most at {key_label}, {weight}."
