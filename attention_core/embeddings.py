"""Word vectors: the vector of each word, and the words that are nearest to a vector.

The vectors are GloVe's (Pennington, Socher & Manning 2014), trained on six billion words of Wikipedia and newspapers;
`glove_sources` loads them.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from attention_core.attention import Attention, attention_mask, scaled_dot_product_attention
from attention_core.ranking import TOLERANCE, rank
from attention_core.text import shortened

MIN_FLOAT32_DIVISOR = 1e-20  # the largest scores of word vectors, 3e14, divided by less leave float32: 3e38 at most


class UnknownWords(ValueError):
    """A text in which no word has a vector.

    Attributes:
        words: those that have no vector; empty if the text has no word at all.
    """

    def __init__(self, words: list[str]):
        self.words = words
        if words:
            super().__init__(f"no vector for any of these words: {', '.join(map(shortened, words))}")
        else:
            super().__init__("there is no word in this text")


class Embeddings(NamedTuple):
    """Words and their vectors, most frequent word first; the arrays are read-only and may be memory-mapped files.

    Attributes:
        words: (n_words,) UTF-8 bytes.
        vectors: (n_words, d_model) float32.
        order: (n_words,) the rows in the words' byte order, for the look-up.
        basis: (d_model, d_model) orthogonal; its columns are the principal directions, that of largest variance first.
    """

    words: np.ndarray
    vectors: np.ndarray
    order: np.ndarray
    basis: np.ndarray

    @property
    def d_model(self) -> int:
        """The width of a vector."""
        return self.vectors.shape[1]

    def rows(self, tokens: Sequence[str]) -> list[int | None]:
        """The row of each token, None for a token without a vector. Binary search: 17 steps for 100,000 words."""
        width = self.words.dtype.itemsize
        wanted = [token.encode("utf-8") for token in tokens]
        places = np.searchsorted(self.words, np.array(wanted, dtype=f"S{width}"), sorter=self.order)
        found = [int(self.order[min(place, len(self.order) - 1)]) for place in places]
        return [row if self.words[row] == word else None for row, word in zip(found, wanted, strict=True)]

    def split_hyphens(self, tokens: list[str]) -> list[str]:
        """Split a hyphenated word that has no vector at its hyphens, if all its parts have one."""
        split = []
        for token, row in zip(tokens, self.rows(tokens), strict=True):
            parts = [part for part in token.split("-") if part] if row is None else []
            split.extend(parts if len(parts) > 1 and None not in self.rows(parts) else [token])
        return split

    def split_known(self, tokens: list[str]) -> tuple[list[str], list[str]]:
        """The tokens that have a vector, in order, and those that have none, each once.

        Raises:
            UnknownWords: not one token has a vector.
        """
        tokens = self.split_hyphens(tokens)
        found = [row is not None for row in self.rows(tokens)]
        known = [token for token, has_vector in zip(tokens, found, strict=True) if has_vector]
        unknown = list(dict.fromkeys(token for token, has_vector in zip(tokens, found, strict=True) if not has_vector))
        if not known:
            raise UnknownWords(unknown)
        return known, unknown

    def look_up(self, tokens: Sequence[str], dim: int | None = None) -> np.ndarray:
        """The vectors of known tokens: (n, d_model), or (n, dim) along the first dim principal directions.

        Raises:
            UnknownWords: a token has no vector.
            ValueError: dim is not between 1 and d_model.
        """
        rows = self.rows(tokens)
        known = [row for row in rows if row is not None]
        if len(known) < len(rows):
            raise UnknownWords([token for token, row in zip(tokens, rows, strict=True) if row is None])
        return self.project(self.vectors[known], dim)

    def project(self, x: np.ndarray, dim: int | None) -> np.ndarray:
        """Project vectors on the first dim principal directions: (..., d_model) → (..., dim).

        The directions are the principal components of the most frequent words: orthogonal axes, those along which words
        differ most first (Jolliffe 2002, chapter 1). A rotation of the axes changes no dot product, so None or d_model
        leaves the vectors as they are.

        Raises:
            ValueError: dim is not between 1 and d_model.
        """
        if dim is None or dim == self.d_model:
            return np.asarray(x)
        if not 1 <= dim <= self.d_model:
            raise ValueError(f"the dimension must be between 1 and {self.d_model}, not {dim}")
        return x @ self.basis[:, :dim]

    def nearest(self, x: np.ndarray, count: int = 8, among: int = 40_000) -> list[tuple[str, float]]:
        """The words whose vectors have the largest cosine with x, each with its cosine, the largest first.

        The cosine with a vector of zeros counts as 0.

        Args:
            x: (dim,) a vector, or its projection by `project`; the words are then projected on the same directions.
            count: how many words.
            among: how many of the most frequent words are compared.
        """
        candidates = self.project(self.vectors[:among], len(x))
        lengths = np.linalg.norm(candidates, axis=1) * np.linalg.norm(x)
        cosines = candidates @ x / np.where(lengths > 0, lengths, 1)
        count = min(count, len(cosines))
        lowest = np.partition(cosines, -count)[-count] - TOLERANCE  # words that tie with the last place count too
        near = np.flatnonzero(cosines >= lowest)
        best = near[rank(cosines[near])][:count]
        return [(self.words[row].decode("utf-8"), float(cosines[row])) for row in best]


class RawAttention(NamedTuple):
    """Self-attention on word vectors: queries, keys and values are the vectors themselves.

    Attributes:
        tokens: the n tokens that have a vector, in the sentence's order.
        unknown: the tokens left out because they have none.
        vectors: (n, dim) the queries, keys and values.
        scale: the factor of the scores.
        attention: every stage, each (n, n), the output (n, dim).
    """

    tokens: list[str]
    unknown: list[str]
    vectors: np.ndarray
    scale: float
    attention: Attention


def raw_attention(
    tokens: list[str],
    embeddings: Embeddings,
    *,
    dim: int | None = None,
    divisor: float | None = None,
    see_self: bool = True,
    causal: bool = False,
) -> RawAttention:
    """softmax(X Xᵀ / divisor) X for the word vectors X of a sentence: attention with nothing learned but the vectors.

    The divisor is a temperature: a small one gives nearly all weight to the largest score, a large one similar weights
    to all.

    Args:
        tokens: as `text.tokenize` gives them.
        dim: the number of principal directions to keep; None keeps all.
        divisor: of the scores; None or 0 means √d, 1 leaves them as they are.
        see_self, causal: as in `attention_mask`.

    Raises:
        UnknownWords: no token has a vector.
        NothingToAttend: a token may look at no token, as in a one-word sentence with see_self=False.
        ValueError: the divisor is infinite, not a number, or smaller than MIN_FLOAT32_DIVISOR.
    """
    if divisor and not MIN_FLOAT32_DIVISOR <= divisor < math.inf:
        least = f"{MIN_FLOAT32_DIVISOR:g}"
        raise ValueError(f"the scores are divided by a finite number from {least} on, not by {divisor:g}")
    known, unknown = embeddings.split_known(tokens)
    x = embeddings.look_up(known, dim)
    scale = 1 / (divisor or math.sqrt(x.shape[-1]))
    mask = attention_mask(len(known), see_self=see_self, causal=causal)
    return RawAttention(known, unknown, x, scale, scaled_dot_product_attention(x, x, x, mask, scale))


def neighbours_of_output(
    raw: RawAttention, row: int, embeddings: Embeddings, count: int = 8
) -> tuple[list[tuple[str, float]], list[tuple[str, float]]]:
    """The words nearest to a token's vector before attention, and to its output.

    Words are compared along all dimensions, even if the weights were computed from fewer.

    Returns:
        two lists of (word, cosine), the nearest first.
    """
    values = embeddings.look_up(raw.tokens)
    before, after = values[row], raw.attention.weights[row] @ values
    return embeddings.nearest(before, count), embeddings.nearest(after, count)
