"""The language model, the same for every visitor: opened when a page first needs it, one computation at a time.

One thread of its own computes everything, in the order of the requests. So nobody on another page waits for it, no two
computations fill memory at once, and a page can show how many requests are before that of its visitor. Equal requests
are computed once, and a request for which nobody waits any more is dropped.
"""

import contextlib
import re
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import takewhile
from typing import Any

import numpy as np

from attention_core import ablation, next_word
from attention_core.ablation import Effect
from attention_core.llama import Llama, Reading, Tokens, UnfitText, load_llama
from attention_core.llama_file import bytes_of
from ui.models.jobs import JobQueue, ResultCache

MAX_TOKENS = 64
MAX_TOKENS_CACHED = 256  # of all cached readings together; a token of SmolLM2 fills 0.45 MB
MAX_RESULTS_CACHED = 64
LONGEST_CHARACTER = 4  # pieces: each holds at least a byte of the character


@dataclass(frozen=True)
class Text:
    """A visitor's text and what the model computed for it.

    Attributes:
        text: as it was typed.
        reading: what the model computed for its first tokens, `max_tokens` at most.
        dropped: how many tokens at its end were not read.
    """

    text: str
    reading: Reading
    dropped: int

    @cached_property
    def likely(self) -> Tokens:
        """The ten likeliest next pieces, the likeliest first."""
        return model().tokens_of(next_word.likeliest(self.reading.logits))


@dataclass(frozen=True)
class Written:
    """A text with the next word piece behind it.

    Attributes:
        text: the longer text; the same where the model ends it.
        ended_by: the piece that ended it: a special token of the model, a new line, or bytes that are no character; ""
            where the text goes on.
    """

    text: str
    ended_by: str = ""


queue = JobQueue()
_texts = ResultCache(MAX_TOKENS_CACHED, lambda text: len(text.reading.tokens.ids))
_results = ResultCache(MAX_RESULTS_CACHED, lambda _: 1)
_model: Llama | None = None


def is_open() -> bool:
    """Whether the model is in memory."""
    return _model is not None


def model() -> Llama:
    """The model. Opening takes seconds, so the queue's thread does it, and pages call this afterwards.

    Raises:
        UnusableModel: it is missing, damaged, or of a kind that is not known.
    """
    global _model
    if _model is None:
        _model = load_llama()
    return _model


def name() -> str:
    """The model's name without the end that names the number format, such as "-Q8_0"."""
    return re.sub(r"[.-]I?Q\d\w*$", "", model().name)


def max_tokens() -> int:
    """How many tokens of a text are read at most."""
    return min(MAX_TOKENS, model().config.n_positions)


@lru_cache(maxsize=1)
def size() -> int:
    """How many numbers the model has learned."""
    weights = model().weights
    parts = [part for layer in weights["layers"] for group in layer.values() for part in group.values()]
    tables = {id(weights[name]): weights[name] for name in ("words", "unembed")}  # one, where both are the same
    return sum(part.size for part in (*tables.values(), weights["norm"], *parts))


def read(text: str) -> Text:
    """What the model computes for a text; a cached text with the same beginning saves the time for it.

    Raises:
        UnfitText: there is nothing to read.
    """
    if found := _texts.get(text):
        return found
    if not text.strip():
        raise UnfitText("there is nothing to read in this text")
    every = model().tokenizer.encode(text).ids
    ids = every[: max_tokens()]
    after = _cached_prefix(ids)
    rest = model().tokens_of(ids[_length(after) :])
    found = Text(text, model().read(rest, after), len(every) - len(ids))
    _texts.put(text, found)
    return found


def special_tokens(tokens: Tokens) -> list[str]:
    """Which of these tokens are special tokens of the model, such as <|im_start|>, each once."""
    own = model().tokenizer.get_added_tokens_decoder()
    return list(dict.fromkeys(piece for i, piece in zip(tokens.ids, tokens.pieces, strict=True) if int(i) in own))


def _length(reading: Reading | None) -> int:
    return 0 if reading is None else len(reading.tokens.ids)


def _cached_prefix(ids: list[int]) -> Reading | None:
    """The reading of as many of the first of these tokens, not of all, as a cached text starts with; None of none.

    A word that is typed further, or put in the place of another, may have other tokens: those before it are the same.
    """

    def shared(reading: Reading) -> int:
        pairs = zip(reading.tokens.ids.tolist(), ids[:-1], strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

    closest = max((cached.reading for cached in _texts.values()), key=shared, default=None)
    return ablation.prefix(closest, n) if closest and (n := shared(closest)) else None


def write(text: str, temperature: float, seed: int | None, word: int | None = None) -> Written:
    """Append the next word piece to a text.

    A text is one line here, so new lines are left out. A piece that is part of a character is completed by the
    likeliest pieces.

    Args:
        temperature: what the scores are divided by when the piece is drawn at random.
        seed: of the draw, which also depends on the place in the text; None takes the likeliest.
        word: the id of the piece, where it was chosen already.
    """
    reading = read(text).reading
    if word is None and seed is not None:
        generator = np.random.default_rng([seed, _length(reading)])
        word = next_word.choose(next_word.next_probabilities(in_one_line(reading.logits), temperature), generator)
    added, piece = b"", ""
    for _ in range(min(LONGEST_CHARACTER, model().config.n_positions - _length(reading))):
        word = next_word.likeliest(in_one_line(reading.logits), 1)[0] if word is None else word
        token = model().tokens_of([word])
        piece = token.pieces[0]
        if ends_text(word):
            break
        added += bytes_of(model().tokenizer.id_to_token(word) or "")
        with contextlib.suppress(UnicodeDecodeError):
            return Written(text + added.decode("utf-8"))
        reading, word = model().read(token, reading), None
    return Written(text, ended_by=piece)


def in_one_line(logits: np.ndarray) -> np.ndarray:
    """The scores, -inf for the pieces that hold a new line."""
    rest = logits.copy()
    rest[_line_ends()] = -np.inf
    return rest


@lru_cache(maxsize=1)
def _line_ends() -> np.ndarray:
    pieces = model().tokens_of(range(model().tokenizer.get_vocab_size())).pieces
    return np.array([number for number, piece in enumerate(pieces) if "\n" in piece or "\r" in piece], int)


def ends_text(word: int) -> bool:
    """Whether a piece ends the text here: a special token of the model, or a new line."""
    return word in model().tokenizer.get_added_tokens_decoder() or word in _line_ends()


def result(key: Hashable, compute: Callable[[], Any]) -> Any:
    """The result that is cached under a key, or else computed."""
    if (found := _results.get(key)) is None:
        _results.put(key, found := compute())
    return found


def cached(key: tuple[Any, ...]) -> Any:
    """A cached result; None if there is none.

    Args:
        key: ("text", the text), or that of another result.
    """
    return _texts.get(key[1]) if key[0] == "text" else _results.get(key)


def ranking(text: str, word: int) -> list[Effect]:
    """All heads by their effect on the log-probability of a word."""
    return result(("ranking", text, word), lambda: ablation.rank_by_effect(model(), read(text).reading, word))


def cell_effects(text: str, word: int, heads: Collection[tuple[int, int]]) -> np.ndarray:
    """(n,) the effect of masking each cell of the last token's row, in these heads."""
    key = ("cells", text, word, tuple(heads))
    return result(key, lambda: ablation.effects_of_cells(model(), read(text).reading, word, heads))


def logits_without(
    text: str, heads: Collection[tuple[int, int]], cells: Collection[tuple[int, int, int, int]]
) -> np.ndarray:
    """(n_words,) the scores when the model runs without some heads and with some cells masked, as in `Llama.read`."""
    key = ("without", text, tuple(heads), tuple(cells))

    def compute() -> np.ndarray:
        return model().read(read(text).reading.tokens, without_heads=heads, masked_cells=cells).logits

    return result(key, compute)


@dataclass(frozen=True)
class Growth:
    """How a word's score grows from layer to layer, at the last token.

    Attributes:
        probabilities, places: (n_layers + 1,) of the word, computed before the first layer and after each.
        best: the likeliest piece at each of these points.
        heads, feed_forward: (n_layers,) what the heads and the feed-forward network of a layer add to its score.
        embedding: what the word vector of the last token adds.
    """

    probabilities: np.ndarray
    places: np.ndarray
    best: list[str]
    heads: np.ndarray
    feed_forward: np.ndarray
    embedding: float


def growth(text: str, word: int) -> Growth:
    """How the score of a word grows from layer to layer."""

    def compute() -> Growth:
        reading = read(text).reading
        lens, shares = next_word.logit_lens(model(), reading), next_word.logit_shares(model(), reading, word)
        best = [model().tokens_of([next_word.likeliest(row, 1)[0]]).pieces[0] for row in lens]
        probabilities = np.exp(ablation.log_probability(lens, word))
        places = next_word.place_of(lens, word)
        return Growth(probabilities, places, best, shares.heads.sum(axis=1), shares.feed_forward, shares.embedding)

    return result(("growth", text, word), compute)


def clear_cache() -> None:
    """Drop all results; for tests."""
    _texts.clear()
    _results.clear()
    _line_ends.cache_clear()
    size.cache_clear()
