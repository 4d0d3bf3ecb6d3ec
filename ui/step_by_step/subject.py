"""The query that is walked through attention, as a value; and the one that comes from a word of the sentence."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from attention_core.ranking import rank
from attention_core.steps import Walk, walk
from ui import state
from ui.kit.wording import quoted
from ui.map.view import Choice, View, chosen, raw_view
from ui.models import loaders

MAX_BARS = 14  # keys that a step draws; of a longer text, those with the largest scores


@dataclass(frozen=True)
class Subject:
    """The query that is walked, and its keys.

    Attributes:
        walk: the numbers.
        labels: (n,) names of the keys.
        settings: what made it, for the files a visitor takes away.
        view: the sentence it belongs to; None for numbers that were typed.
        choice: the chosen query and key of that sentence.
        key: the key whose arithmetic is shown, where not all fit.
    """

    walk: Walk
    labels: Sequence[str]
    settings: Mapping[str, Any]
    view: View | None = None
    choice: Choice | None = None
    key: int = 0

    @property
    def divisor(self) -> float:
        """What the scores are divided by."""
        return 1 / self.walk.scale

    @property
    def by_root(self) -> bool:
        """Whether the scores are divided by √d_k."""
        return math.isclose(self.divisor, math.sqrt(len(self.walk.query)), rel_tol=1e-6)

    @property
    def shown(self) -> list[int]:
        """The keys a picture shows, in their order: all, or those with the largest scores."""
        return sorted(int(place) for place in rank(self.walk.masked)[:MAX_BARS])

    @property
    def masked(self) -> list[str]:
        """The keys that the query may not look at, as a sentence names them."""
        return [self.name(place) for place, visible in enumerate(self.walk.visible) if not visible]

    def name(self, place: int) -> str:
        """A key in a sentence: a word in quotes, the name of a typed row as it is."""
        return quoted(self.labels[place]) if self.view else self.labels[place]


def from_sentence() -> Subject:
    """The chosen word of the shared sentence on raw vectors: query, keys and values are the words' own vectors.

    Raises:
        UnknownWords, NothingToAttend: as in `raw_attention`.
    """
    view = raw_view(state.switches())
    choice = chosen(view)
    raw = loaders.raw(state.sentence(), state.switches())
    x, row = raw.vectors, choice.query
    settings = {**view.settings, "query": view.labels[row]}
    return Subject(walk(x[row], x, x, view.visible[row], raw.scale), view.labels, settings, view, choice, choice.key)
