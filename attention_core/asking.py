"""What a learned query asks for: the words whose keys it matches best."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from attention_core.attention import join_heads, softmax, split_heads
from attention_core.embeddings import Embeddings
from attention_core.learning import Layer, Model
from attention_core.ranking import rank
from attention_core.tasks import held_out, word_lists

COMMON = 400  # besides the words of the lists, so many of the most frequent ones: "not", "because", "the"
SCORE_TOLERANCE = 1e-5  # scores reach 20, where float32 has five digits behind the point


@dataclass(frozen=True)
class Wanted:
    """A word that a query matches well.

    Attributes:
        word: how it is spelt.
        score: q · k / √d_k.
        unseen: whether it was kept from training.
    """

    word: str
    score: float
    unseen: bool


def candidates(glove: Embeddings) -> list[str]:
    """The words among which to search, in the alphabet's order: those of the tasks' lists, and the most frequent."""
    listed = {word for words in word_lists().values() for word in words}
    common = {word.decode("utf-8") for word in glove.words[:COMMON]}
    known, _ = glove.split_known(sorted(listed | {word for word in common if word.replace("'", "").isalpha()}))
    return known


def keys_instead(model: Model, layers: Sequence[Layer], l: int, place: int, vectors: np.ndarray) -> np.ndarray:
    """The keys that other words would have in layer l in the place of one word of a sentence, all else as it is.

    In the first layer a key depends on the word alone. In a later one it depends on what the word has found in the
    layers below: there each word looks at the sentence and at itself.

    Args:
        layers: what `forward` computed for the sentence, x (n, d_model).
        l: the layer, counted from 1.
        place: of the word, counted from 0.
        vectors: (words, d_model).

    Returns:
        (words, n_heads, d_k)
    """
    x, n_heads = vectors[:, None, :], model.n_heads
    others = np.arange(len(layers[0].x)) != place
    for below in range(1, l):
        given, own = layers[below - 1], model.layer(below)
        q, k, v = (split_heads(x @ own[name], n_heads) for name in ("W_Q", "W_K", "W_V"))
        scores = np.concatenate([q @ given.k[:, others].swapaxes(-2, -1), (q * k).sum(axis=-1, keepdims=True)], axis=-1)
        weights = softmax(scores * np.float32(model.d_k**-0.5))
        found = join_heads(weights[..., :-1] @ given.v[:, others] + weights[..., -1:] * v) @ own["W_O"]
        x = x + found if model.residual else found
    return split_heads(x @ model.layer(l)["W_K"], n_heads)[:, :, 0]


def asks_for(
    model: Model,
    layers: Sequence[Layer],
    l: int,
    head: int,
    asks: int,
    place: int,
    glove: Embeddings,
    words: list[str],
    count: int = 12,
) -> list[Wanted]:
    """The words that a token's query would match best in the place of another token, the best first.

    Args:
        layers: what `forward` computed for the sentence, x (n, d_model).
        l: the layer, counted from 1; head: the head, counted from 0.
        asks: the token whose query it is, place: the one in whose stead the words are tried; counted from 0.
        words: among which to search; each has a vector.
    """
    keys = keys_instead(model, layers, l, place, glove.look_up(words))[:, head]
    scores = keys @ layers[l - 1].q[head, asks] * np.float32(model.d_k**-0.5)
    best = rank(scores, SCORE_TOLERANCE)[:count]
    return [Wanted(words[row], float(scores[row]), words[row] in held_out()) for row in best]
