"""What the page on the pretrained model asks: one head from x to what it adds, maps with tokens hidden, heads compared.

Layers and heads are counted from 0. A map of 512 tokens has 262,144 weights, and there are 72: nothing here copies them
all at once.
"""

from dataclasses import dataclass

import numpy as np

from attention_core.attention import Attention, scaled_dot_product_attention
from attention_core.bert import Layer, MiniLM, Projections, Reading, linear
from attention_core.maps import GRID_GAP, by_words, grid, hide, keep_top, rank_heads, rollout
from attention_core.ranking import first_largest


@dataclass(frozen=True)
class Trace:
    """One head of a layer, recomputed from what the layer was given, by the head's own columns of the matrices.

    Attributes:
        x: (n, d_model) what the layer was given.
        own: the head's matrices.
        q, k, v: (n, d_k) x W_Q + b_Q and so on.
        attention: every stage.
        added: (n, d_model) output W_O, what this head adds to each token's vector.
        difference: the largest difference between these weights and the model's own.
        sum_difference: the largest difference between what all heads of the layer add together, each computed like
            this, and what the model adds.
    """

    x: np.ndarray
    own: Projections
    q: np.ndarray
    k: np.ndarray
    v: np.ndarray
    attention: Attention
    added: np.ndarray
    difference: float
    sum_difference: float


def retrace(model: MiniLM, reading: Reading, layer: int, head: int) -> Trace:
    """Compute one head once more: x → q, k, v → softmax(q kᵀ / √d_k) v → W_O.

    The model computes all heads of a layer in one matrix product; here each is computed alone.
    """
    did = reading.layers[layer]
    total = np.tile(model.weights["layers"][layer]["attention"]["out"]["b"], (len(did.x), 1))
    for other in range(model.config.n_heads):
        own = model.projections(layer, other)
        q, k, v = linear(did.x, own.W_Q, own.b_Q), linear(did.x, own.W_K, own.b_K), linear(did.x, own.W_V, own.b_V)
        attention = scaled_dot_product_attention(q, k, v)
        added = attention.output @ own.W_O
        total += added
        if other == head:
            stages = (did.x, own, q, k, v, attention, added)
    difference = float(np.abs(stages[5].weights - did.weights[head]).max())
    return Trace(*stages, difference, float(np.abs(total - did.mixed).max()))


@dataclass(frozen=True)
class Taming:
    """What a picture leaves out, so that the rest can be seen.

    Attributes:
        start, end: hide [CLS], hide [SEP].
        itself: hide each token from itself.
        share: keep of each row the fewest weights that make up this share of it; 1 keeps all.
    """

    start: bool = False
    end: bool = False
    itself: bool = False
    share: float = 1.0

    @property
    def hides(self) -> bool:
        """Whether anything is hidden, and so the rest divided by its sum."""
        return self.start or self.end or self.itself

    def columns(self, n: int) -> list[int]:
        """The hidden tokens of a sentence of n."""
        return [0] * self.start + [n - 1] * self.end

    def of(self, maps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Maps (..., n, n) with that left out; and (..., n) how much of each row was left when it was divided."""
        left = np.ones(maps.shape[:-1], maps.dtype)
        if self.hides:
            maps, left = hide(maps, self.columns(maps.shape[-1]), see_self=not self.itself)
        if self.share < 1:
            maps = keep_top(maps, self.share)
        return maps, left


def one_head(layer: Layer, head: int, taming: Taming) -> tuple[Attention, np.ndarray]:
    """Every stage of one head, with what is hidden masked; and (n,) how much of each row was left.

    To hide tokens and divide the rest by its sum is the same as to mask them before the softmax.
    """
    every = layer.attention(head)
    weights, left = taming.of(every.weights)
    masked = every.masked
    if taming.hides:
        masked = masked.copy()
        masked[:, taming.columns(len(masked))] = -np.inf
        if taming.itself:
            np.fill_diagonal(masked, -np.inf)
    return Attention(every.scores, every.scaled, masked, weights, weights @ layer.v[head]), left


def mean_of_layer(reading: Reading, layer: int) -> np.ndarray:
    """(n, n) the mean of a layer's heads."""
    return reading.layers[layer].weights.mean(axis=0)


def rolled_out(reading: Reading) -> np.ndarray:
    """(n, n) attention rollout through all layers."""
    return rollout(np.stack([layer.weights.mean(axis=0) for layer in reading.layers]))


def all_heads(reading: Reading, taming: Taming, most: int) -> np.ndarray:
    """`maps.grid` of all heads, made a layer at a time.

    Args:
        most: a map of more tokens is shrunk to at most so many pixels.
    """
    rows = [grid(taming.of(layer.weights)[0][None], most=most) for layer in reading.layers]
    return np.vstack([row[:-GRID_GAP] for row in rows[:-1]] + rows[-1:])


def strongest(reading: Reading) -> np.ndarray:
    """(n_layers, n_heads) the token that gets the most weight in all from a head."""
    return np.stack([first_largest(layer.weights.sum(axis=1)) for layer in reading.layers])


def heads_for_pair(reading: Reading, query: int, key: int) -> list[tuple[int, int, float]]:
    """All heads, those that send the most weight from one token to another first: (layer, head, weight)."""
    return rank_heads(np.stack([layer.weights[:, query, key] for layer in reading.layers]))


def heads_that_notice(
    first: Reading, second: Reading, query: int, pieces: tuple[list[list[int]], list[list[int]]]
) -> list[tuple[int, int, float]]:
    """All heads, those whose row of one word changes most between two sentences first: (layer, head, share that moved).

    The share that moved is half the sum of all changes in the row, the total variation: 0 if nothing moved, 1 if all.

    Args:
        query: the word, as a position in the groups.
        pieces: the groups of pieces, one for each word, of either sentence.
    """
    rows = [
        np.stack([by_words(layer.weights, groups)[:, query] for layer in reading.layers])
        for reading, groups in zip((first, second), pieces, strict=True)
    ]
    return rank_heads(np.abs(rows[1] - rows[0]).sum(axis=-1) / 2)


def sent_by_others(weights: np.ndarray, query: int, key: int) -> tuple[float, int]:
    """What tokens other than the query and the key send to the key: is the query special at all?

    Args:
        weights: (n, n), n > 2.

    Returns:
        their mean weight on the key, and how many of them send no other token as much.
    """
    others = np.delete(weights, [query, key], axis=0)
    return float(others[:, key].mean()), int((first_largest(others) == key).sum())
