"""The words whose keys have the largest scores with a learned query."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from attention_core.attention import join_heads, softmax, split_heads
from attention_core.embeddings import Embeddings
from attention_core.layers import Layer, Model, sinusoids
from attention_core.ranking import rank
from attention_core.tasks import held_out, word_lists

COMMON = 400  # the most frequent words, compared besides those of the lists: "not", "because", "the"
SCORE_TOLERANCE = 1e-5  # scores reach 20, where float32 has five digits behind the point


@dataclass(frozen=True)
class Match:
    """A word with a large score.

    Attributes:
        word: its text.
        score: q · k / √d_k.
        unseen: whether it is one of the words that are only for testing.
    """

    word: str
    score: float
    unseen: bool


def candidates(glove: Embeddings) -> list[str]:
    """The words to compare, in alphabetical order: those of the tasks' lists, and the most frequent."""
    listed = {word for words in word_lists().values() for word in words}
    common = {word.decode("utf-8") for word in glove.words[:COMMON]}
    known, _ = glove.split_known(sorted(listed | {word for word in common if word.replace("'", "").isalpha()}))
    return known


def substituted_keys(model: Model, layers: Sequence[Layer], l: int, place: int, vectors: np.ndarray) -> np.ndarray:
    """The keys that other words would have in layer l in place of one word of a sentence.

    In the first layer a key depends on the word alone, in a later one also on the layers below: there each of these
    words looks at the sentence's other words and at itself.

    Args:
        layers: what `forward` computed for the sentence, x (n, d_model).
        l: the layer, counted from 1.
        place: of the word, counted from 0.
        vectors: (n_words, d_word) the vectors of those words.

    Returns:
        (n_words, n_heads, d_k)
    """
    x, n_heads, n = vectors[:, None, :], model.n_heads, len(layers[0].x)
    if model.d_positions:
        position = sinusoids(n, model.d_positions)[place]
        x = np.concatenate([x, np.broadcast_to(position, (len(x), 1, model.d_positions))], axis=-1)
    others = np.arange(n) < place if model.causal else np.arange(n) != place
    for below in range(1, l):
        given, own = layers[below - 1], model.layer(below)
        q, k, v = (split_heads(x @ own[name], n_heads) for name in ("W_Q", "W_K", "W_V"))
        scores = np.concatenate([q @ given.k[:, others].mT, (q * k).sum(axis=-1, keepdims=True)], axis=-1)
        weights = softmax(scores * np.float32(model.d_k**-0.5))
        found = join_heads(weights[..., :-1] @ given.v[:, others] + weights[..., -1:] * v) @ own["W_O"]
        x = x + found if model.residual else found
    return split_heads(x @ model.layer(l)["W_K"], n_heads)[:, :, 0]


def best_matches(
    model: Model,
    layers: Sequence[Layer],
    l: int,
    head: int,
    query: int,
    replaced: int,
    words: Sequence[str],
    vectors: np.ndarray,
    count: int = 12,
) -> list[Match]:
    """The words that a token's query would match best in the place of another token, the best first.

    Args:
        layers: what `forward` computed for the sentence, x (n, d_model).
        l: the layer, counted from 1; head: the head, counted from 0.
        query: the token whose query it is; replaced: the token that the words replace; counted from 0.
        words: the words to compare; vectors: (n_words, d_word) their vectors.
    """
    keys = substituted_keys(model, layers, l, replaced, vectors)[:, head]
    scores = keys @ layers[l - 1].q[head, query] * np.float32(model.d_k**-0.5)
    lowest = np.partition(scores, -count)[-count] if count < len(scores) else -np.inf
    rows = np.flatnonzero(scores >= lowest - count * SCORE_TOLERANCE)  # the best, and words that tie with the last
    best = rows[rank(scores[rows], SCORE_TOLERANCE)[:count]]
    return [Match(words[row], float(scores[row]), words[row] in held_out()) for row in best]
