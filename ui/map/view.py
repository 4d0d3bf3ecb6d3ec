"""An attention map and what belongs to it, as a value; and the chosen query and key, which the link holds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from attention_core.attention import Attention
from attention_core.embeddings import RawAttention, neighbours_of_output
from attention_core.maps import by_words, largest_except
from attention_core.steps import Walk, walk
from attention_core.text import number_repeats
from ui import state
from ui.kit import export
from ui.kit.wording import weights_in_words
from ui.models import loaders
from ui.models.queries import default_query

NEIGHBOURS = 60  # words of the vocabulary looked up, of which a page shows those that tell something


@dataclass(frozen=True)
class View:
    """An attention map and what belongs to it.

    Attributes:
        tokens: (n,) those that have a vector.
        weights: (n, n), rows = queries.
        words: the sentence's tokens in order, each with its position in labels or None if it was left out.
        settings: sentence, model and switches, for the files that a visitor saves.
        visible: (n, n) True where the query may look at the key; None: everywhere.
        stages: every stage of the one head whose map this is; None for a blend of several heads or of word pieces.
        walk: every number on the way from one query (a row) to its weights, where that can be shown.
        neighbours: the words nearest to a token before and after attention, where that means something.
        code: the program that computes the same numbers.
        numbers: (n,) the number that stands for each token in q and k of the link; None counts them from 1.
        faint: (n, n) True where a weight is drawn in grey; None: nowhere.
        skipped: positions of tokens that are not the key unless a visitor chooses them.
        left_out: the tokens that get weight and are not in the map, in words; "" if there are none.
        controls: those of the link that hold the chosen query and key.
    """

    tokens: Sequence[str]
    weights: np.ndarray
    words: Sequence[tuple[str, int | None]] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    visible: np.ndarray | None = None
    stages: Attention | None = None
    walk: Callable[[int], Walk] | None = None
    neighbours: Callable[[int], tuple[list[tuple[str, float]], list[tuple[str, float]]]] | None = None
    code: Callable[[], str] | None = None
    numbers: Sequence[int] | None = None
    faint: np.ndarray | None = None
    skipped: Sequence[int] = ()
    left_out: str = ""
    controls: tuple[str, str] = ("q", "k")

    @cached_property
    def labels(self) -> list[str]:
        """The tokens as pictures name them, repeats numbered."""
        return number_repeats(self.tokens)

    @property
    def visible_weights(self) -> np.ndarray:
        """(n, n) the weights, NaN where a mask hides the key."""
        return self.weights if self.visible is None else np.where(self.visible, self.weights, np.nan)

    @property
    def known_stages(self) -> dict[str, np.ndarray]:
        """(n, n) each: scores, scaled, masked and weights of one head; of a blend the weights alone."""
        if self.stages is None:
            return {"weights": self.weights}
        return {name: getattr(self.stages, name) for name in ("scores", "scaled", "masked")} | {"weights": self.weights}

    def is_grey(self, query: int) -> bool:
        """Whether the whole row of a token is drawn in grey, for its weights mean nothing."""
        return self.faint is not None and bool(self.faint[query].all())

    def in_words(self, query: int, key: int | None = None) -> str:
        """A sentence on where a token looks most, both by position, the key if it is marked; "" if it is grey."""
        if self.is_grey(query):
            return ""
        return weights_in_words(self.labels, self.weights[query], query, self.left_out, key, self.skipped)


class Choice(NamedTuple):
    """The chosen query and the chosen key, as positions from 0."""

    query: int
    key: int


def chosen(view: View) -> Choice:
    """The query and key that the link names; without a key the one with the largest weight besides the query."""
    query = _position(chosen_number(), len(view.tokens), view.numbers)
    if key := state.get("k"):
        return Choice(query, _position(int(key), len(view.tokens), view.numbers))
    return Choice(query, largest_except(view.weights[query], [query, *view.skipped]))


def chosen_number() -> int:
    """The number of the chosen word among those that have a vector, from 1: the link's, or else the default query's."""
    return int(state.get("q")) or default_query(loaders.tokenized(state.sentence()).known) + 1


def chosen_query(count: int, numbers: Sequence[int] | None = None) -> int:
    """The position of the chosen word among all those of the sentence that have a vector; the last one if it is beyond.

    Args:
        count: how many have one.
        numbers: those that stand for them in the link, as in `View`.
    """
    return _position(chosen_number(), count, numbers)


def _position(number: int, count: int, numbers: Sequence[int] | None) -> int:
    """The position of the token with a number, or else of the last one before it."""
    if numbers is None:
        return min(max(number, 1), count) - 1
    return numbers.index(max((other for other in numbers if other <= number), default=min(numbers)))


def chooser(view: View) -> Callable[..., None]:
    """A callback that chooses the token to look from, and maybe the one to look at, by their positions.

    A session keeps its callbacks as long as it lasts, so this one keeps the numbers of the tokens and not the view.
    """
    numbers = range(1, len(view.labels) + 1) if view.numbers is None else view.numbers
    of_query, of_key = view.controls

    def choose(query: int, key: int | None = None) -> None:
        state.set_values({of_query: numbers[query], of_key: 0 if key is None else numbers[key]})

    return choose


def merge_pieces(view: View, groups: list[list[int]], words: Sequence[str]) -> View:
    """A map between words made from one between their pieces, as `by_words`; a cell is hidden where all pieces' are.

    Args:
        groups: for each word the positions of its pieces.
    """
    visible = None if view.visible is None else by_words(view.visible.astype(np.float32), groups) > 0
    return View(words, by_words(view.weights, groups), settings=view.settings, visible=visible)


def left_out_by_words(groups: list[list[int]], n: int) -> str:
    """The tokens of MiniLM that are not in a map between words, in words.

    Args:
        groups: for each word of the map the positions of its pieces.
        n: the number of pieces with [CLS] and [SEP].
    """
    others = sum(map(len, groups)) < n - 2
    return "[CLS], [SEP] and what GloVe does not know" if others else "[CLS] and [SEP]"


def head_name(layer: int, head: int) -> str:
    """A head as people count it, from 1; both arguments count from 0."""
    return f"Layer {layer + 1}, head {head + 1}"


def raw_walk(raw: RawAttention, row: int) -> Walk:
    """The numbers on the way from one word's raw vector to its weights."""
    x = raw.vectors
    return walk(x[row], x, x, np.isfinite(raw.attention.masked[row]), raw.scale)


def raw_view(switches: state.Switches) -> View:
    """The shared sentence on raw GloVe vectors."""
    text = state.sentence()
    sentence, raw = loaders.tokenized(text), loaders.raw(text, switches)
    x, visible = raw.vectors, np.isfinite(raw.attention.masked)
    settings = {
        "sentence": text,
        "model": f"{loaders.vectors_name()} {loaders.glove().d_model}d, raw vectors (Q = K = V)",
        "divisor": switches.divisor or f"√{x.shape[1]}",
        "self_attention": switches.see_self,
        "causal_mask": switches.causal,
        "dimensions": x.shape[1],
    }
    return View(
        tokens=raw.tokens,
        weights=raw.attention.weights,
        words=sentence.words,
        settings=settings,
        visible=visible,
        stages=raw.attention,
        walk=lambda row: raw_walk(raw, row),
        neighbours=lambda row: neighbours_of_output(raw, row, loaders.glove(), NEIGHBOURS),
        code=lambda: export.code(raw.tokens, x, settings),
    )
