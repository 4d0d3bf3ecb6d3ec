"""What is chosen on The next word: text, head, query and key, temperature, one of the likeliest next words."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import streamlit as st

from attention_core.llama import Reading, Tokens
from attention_core.next_word import next_probabilities
from ui import state
from ui.kit.wording import isolated
from ui.map.view import Choice, View, head_name
from ui.models import language_model
from ui.models.language_model import Text
from ui.next_word.head_view import choice_of, view_of
from ui.next_word.readable import readable
from ui.next_word.waiting import wait_for


@dataclass(frozen=True)
class Selection:
    """What is chosen, and what the model computed for it.

    Attributes:
        text: the text and its reading.
        view: the map of the chosen head; choice: the chosen query and key in it.
        layer, head: the chosen one, from 0.
        temperature: the divisor of the scores.
        place: of the word that the folds follow, among the ten likeliest, from 0.
    """

    text: Text
    view: View
    choice: Choice
    layer: int
    head: int
    temperature: float
    place: int

    @property
    def reading(self) -> Reading:
        """What the model computed for the text."""
        return self.text.reading

    @property
    def likely(self) -> Tokens:
        """The ten likeliest next pieces, the likeliest first."""
        return self.text.likely

    @cached_property
    def probabilities(self) -> np.ndarray:
        """(n_words,) of all next pieces; computed on demand, for the part of the page does not need them."""
        return next_probabilities(self.reading.logits.astype(float), self.temperature)

    @property
    def likely_probabilities(self) -> np.ndarray:
        """(10,) the probabilities of the likeliest next pieces."""
        return self.probabilities[self.likely.ids]

    @property
    def name(self) -> str:
        """The head shown."""
        return head_name(self.layer, self.head)

    @property
    def followed(self) -> int:
        """The id of the piece that the folds follow."""
        return int(self.likely.ids[self.place])

    @property
    def followed_name(self) -> str:
        """The piece that the folds follow, as a sentence mentions it."""
        return self.piece_name(self.likely.pieces[self.place])

    @property
    def tokens_left(self) -> int:
        """The number of tokens that may still be added to the text."""
        return language_model.max_tokens() - len(self.reading.tokens.ids)

    def readable(self, piece: str) -> str:
        """A piece that may come next, for people."""
        tokens = self.reading.tokens
        return readable(piece, first=tokens.pieces[-1] in language_model.special_tokens(tokens))

    def piece_name(self, piece: str) -> str:
        """A piece that may come next, as a sentence mentions it: “Paris”."""
        return f"“{isolated(self.readable(piece))}”"


def read_selection(text: str) -> Selection:
    """What the controls choose in a text, once the model has read it.

    Raises:
        UnusableModel: there is no language model.
        UnfitText: there is nothing to read.
    """
    return select(wait_for(("text", text), lambda: language_model.read(text), "The model is reading"))


def cached_selection(text: str) -> Selection:
    """What the controls choose in a text that the page has read.

    Where it is not cached any more, the whole page runs again, for the part has no place for the line shown meanwhile.
    """
    if (read := language_model.cached(("text", text))) is None:
        st.rerun()
    return select(read)


def select(read: Text) -> Selection:
    """What the controls choose in a text that has been read."""
    layers = read.reading.layers
    layer, head = state.index_of("wl", len(layers)), state.index_of("wh", len(layers[0].q))
    view, place = view_of(read, layer, head), state.index_of("word", len(read.likely.ids))
    return Selection(read, view, choice_of(view), layer, head, float(state.get("temp")), place)
