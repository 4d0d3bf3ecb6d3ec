"""The query whose attention is shown step by step, as a value; and how a word of the sentence becomes one."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from attention_core.ranking import rank
from attention_core.steps import Walk
from ui import state
from ui.kit.wording import quoted
from ui.map.view import Choice, View, chosen, raw_view, raw_walk
from ui.models import loaders

MAX_KEYS = 14  # keys that a step draws; of a longer text, those with the largest scores


class ChosenWord(NamedTuple):
    """A word of the sentence, and the word that it is seen to look at.

    Attributes:
        view: the map of the sentence.
        choice: the two in it, as query and key.
    """

    view: View
    choice: Choice


@dataclass(frozen=True)
class Selection:
    """The query that is shown, and its keys.

    Attributes:
        walk: the numbers.
        labels: (n,) names of the keys.
        settings: what made it, for the files a visitor takes away.
        word: the word whose query it is; None for numbers that were typed.
        key: the key whose arithmetic is shown, where not all fit.
    """

    walk: Walk
    labels: Sequence[str]
    settings: Mapping[str, Any]
    word: ChosenWord | None = None
    key: int = 0

    @property
    def divisor(self) -> float:
        """What the scores are divided by."""
        return 1 / self.walk.scale

    @property
    def by_root(self) -> bool:
        """Whether the scores are divided by √d_k."""
        return math.isclose(self.divisor, math.sqrt(len(self.walk.query)), rel_tol=1e-6)

    @cached_property
    def shown(self) -> list[int]:
        """The keys a picture shows, in their order: all, or those with the largest scores."""
        return sorted(int(place) for place in rank(self.walk.masked)[:MAX_KEYS])

    @property
    def masked(self) -> list[str]:
        """The keys that the query may not look at, as a sentence names them."""
        return [self.name(place) for place, visible in enumerate(self.walk.visible) if not visible]

    def name(self, place: int) -> str:
        """A key in a sentence: a word in quotes, the name of a typed row as it is."""
        return quoted(self.labels[place]) if self.word else self.labels[place]


def from_sentence() -> Selection:
    """The chosen word of the shared sentence on raw vectors: query, keys and values are the words' own vectors.

    Raises:
        UnknownWords, NothingToAttend: as in `raw_attention`.
    """
    view = raw_view(state.switches())
    choice = chosen(view)
    walk = raw_walk(loaders.raw(state.sentence(), state.switches()), choice.query)
    settings = {**view.settings, "query": view.labels[choice.query]}
    return Selection(walk, view.labels, settings, ChosenWord(view, choice), choice.key)
