"""What pages compute from: the vectors, loaded once a process, and the shared sentence run through the core."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st

from attention_core import gap, llama_gap
from attention_core.alignment import align_known
from attention_core.bert import MiniLM, Reading, Tokens, load_minilm
from attention_core.embeddings import Embeddings, RawAttention, raw_attention
from attention_core.glove_sources import load_glove
from attention_core.heads import NamedHead, named_heads
from attention_core.llama_heads import llama_heads
from attention_core.text import tokenize
from ui import state
from ui.models.jobs import ResultCache
from ui.state import run_lock
from ui.state.table import MAX_TOKENS
from ui.state.text import one_line

# The GloVe vectors, the same for every visitor.
glove: Callable[[], Embeddings] = st.cache_resource(show_spinner="Opening the word vectors")(load_glove)


def vectors_name() -> str:
    """The name of the vectors on pages and in files: GloVe 6B, or the file that ATTENTION_GLOVE names."""
    named = os.environ.get("ATTENTION_GLOVE")
    return one_line(Path(named).name) if named else "GloVe 6B"


@dataclass(frozen=True)
class Sentence:
    """A sentence as tokens, with the positions of those that have a vector.

    Attributes:
        tokens: at most `MAX_TOKENS`.
        places: for each token its position among those that have a vector, None if it has none.
        dropped: how many tokens beyond the limit were left out.
    """

    tokens: list[str]
    places: list[int | None]
    dropped: int

    @property
    def words(self) -> list[tuple[str, int | None]]:
        """Each token with its place."""
        return list(zip(self.tokens, self.places, strict=True))

    @property
    def known(self) -> list[str]:
        """The tokens that have a vector."""
        return [token for token, place in self.words if place is not None]

    @property
    def unknown(self) -> list[str]:
        """The tokens that have none, each once."""
        return list(dict.fromkeys(token for token, place in self.words if place is None))


@lru_cache(maxsize=256)
def tokenized(text: str) -> Sentence:
    """A text as a `Sentence`."""
    everything = glove().split_hyphens(tokenize(text))
    tokens = everything[:MAX_TOKENS]
    places, known = [], 0
    for row in glove().rows(tokens):
        places.append(None if row is None else known)
        known += row is not None
    return Sentence(tokens, places, len(everything) - len(tokens))


def raw(text: str, switches: state.Switches) -> RawAttention:
    """A sentence looking at itself through raw GloVe vectors.

    Raises:
        UnknownWords, NothingToAttend: as in `raw_attention`.
    """
    switches = switches._replace(dim=min(switches.dim or glove().d_model, glove().d_model))
    if len(tokenized(text).tokens) <= SHORT_RAW:
        return _short_raw(text, switches)
    return _raw(text, switches)


def _raw(text: str, switches: state.Switches) -> RawAttention:
    tokens = tokenized(text).tokens
    return raw_attention(
        tokens,
        glove(),
        dim=switches.dim,
        divisor=switches.divisor,
        see_self=switches.see_self,
        causal=switches.causal,
    )


_short_raw = lru_cache(maxsize=256)(_raw)  # a visitor who chooses another word, a hall that opens one link

SHORT_RAW = 64  # tokens; the result for so many fills 80 kB, for 512 some 5 MB
SHORT = 128  # tokens; of longer texts one at a time is computed and kept
MAX_TOKENS_CACHED = 512  # of all cached short readings together; a token fills 57 kB
_opening, _long = threading.Lock(), threading.Lock()
_short_readings = ResultCache(MAX_TOKENS_CACHED, lambda reading: len(reading.tokens.ids))
_long_readings: dict[str, Reading] = {}


def minilm() -> MiniLM:
    """The pretrained transformer, the same for every visitor. While it is opened, runs that do not need it go on."""
    if not open_minilm.cache_info().currsize:
        with run_lock.released(), st.spinner("Opening the transformer"), _opening:
            return open_minilm()
    return open_minilm()


@lru_cache(maxsize=1)
def open_minilm() -> MiniLM:
    """The pretrained transformer, opened by the first call."""
    return load_minilm()


def reading(text: str) -> Reading:
    """A text, and everything that the transformer computed for it.

    Recent short texts are cached, and one long one. One long text at a time is computed; other runs go on meanwhile.

    Raises:
        UnfitSentence: there is no word in it, or too many.
    """
    if found := _short_readings.get(text):
        return found
    if len(minilm().tokens(text).ids) <= SHORT:
        _short_readings.put(text, found := minilm().read(text))
        return found
    with run_lock.released(), _long:
        return _long_reading(text)


def _long_reading(text: str) -> Reading:
    if text not in _long_readings:
        _long_readings.clear()  # before the next is computed, so that two never fill memory
        _long_readings[text] = minilm().read(text)
    return _long_readings[text]


@lru_cache(maxsize=1)
def measured_minilm_heads() -> list[NamedHead]:
    """MiniLM's heads whose use was measured."""
    return named_heads()


@lru_cache(maxsize=1)
def measured_llama_heads() -> list[NamedHead]:
    """The language model's heads whose use was measured."""
    return llama_heads()


@lru_cache(maxsize=1)
def gap_table() -> dict[str, Any]:
    """The table of the gap, as `gap.load_table` returns it, with the language model's column."""
    return llama_gap.with_column(gap.load_table())


def known_to_both(text: str, tokens: Tokens) -> list[tuple[list[int], list[int], str]]:
    """The words of a sentence for which GloVe has a vector and which the transformer reads.

    Args:
        tokens: the sentence's word pieces, as the transformer reads them.

    Returns:
        as `align_known`.
    """
    sentence = tokenized(text)
    return align_known(sentence.tokens, sentence.places, text, tokens)
