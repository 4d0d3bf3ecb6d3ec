"""The computations of Inside a transformer: one head from x to what it adds, maps with tokens hidden, heads compared.

Layers and heads are counted from 0. A map of 512 tokens has 262,144 weights, and there are 72 maps, so no function here
copies them all at once.
"""

from dataclasses import dataclass

import numpy as np

from attention_core.attention import Attention, scaled_dot_product_attention
from attention_core.bert import Layer, MiniLM, Projections, Reading, linear
from attention_core.maps import GRID_GAP, by_words, grid, mask_and_renormalise, rank_heads, rollout, top_p
from attention_core.ranking import first_largest


@dataclass(frozen=True)
class Trace:
    """One head of a layer, recomputed from the layer's input by the head's own columns of the matrices.

    Attributes:
        x: (n, d_model) the layer's input.
        projections: the head's matrices.
        q, k, v: (n, d_k) x W_Q + b_Q and so on.
        attention: every stage.
        added: (n, d_model) output W_O, what this head adds to each token's vector.
        max_weight_difference: the largest difference between these weights and the model's own.
        max_sum_difference: the largest difference between what all heads of the layer add together, each computed like
            this, and what the model adds.
    """

    x: np.ndarray
    projections: Projections
    q: np.ndarray
    k: np.ndarray
    v: np.ndarray
    attention: Attention
    added: np.ndarray
    max_weight_difference: float
    max_sum_difference: float


def recompute_head(model: MiniLM, reading: Reading, layer: int, head: int) -> Trace:
    """Compute one head again: x → q, k, v → softmax(q kᵀ / √d_k) v → W_O.

    The model computes all heads of a layer in one matrix product; here each is computed alone.
    """
    computed = reading.layers[layer]
    total = np.tile(model.weights["layers"][layer]["attention"]["out"]["b"], (len(computed.x), 1))
    for other in range(model.config.n_heads):
        own = model.projections(layer, other)
        x = computed.x
        q, k, v = linear(x, own.W_Q, own.b_Q), linear(x, own.W_K, own.b_K), linear(x, own.W_V, own.b_V)
        attention = scaled_dot_product_attention(q, k, v)
        added = attention.output @ own.W_O
        total += added
        if other == head:
            stages = (x, own, q, k, v, attention, added)
    max_weight_difference = float(np.abs(stages[5].weights - computed.attention(head).weights).max())
    return Trace(*stages, max_weight_difference, float(np.abs(total - computed.mixed).max()))


@dataclass(frozen=True)
class MapFilter:
    """Which weights of a map a picture shows.

    Attributes:
        marks: whether [CLS] and [SEP], the first and the last token, have a row and a column.
        see_self: False hides the weight of each token on itself, and divides the rest of its row by its sum.
        share: of each row the largest weights that sum to this share are shown; 1 shows all.
    """

    marks: bool = True
    see_self: bool = True
    share: float = 1.0

    def shown(self, n: int) -> slice:
        """The tokens that have a row and a column, of a sentence of n tokens."""
        return slice(0, n) if self.marks else slice(1, n - 1)

    def apply(self, maps: np.ndarray) -> np.ndarray:
        """Hide weights of maps: (..., n, n) → (..., m, m), m the number of tokens shown.

        A row is divided by its sum only if the weights of tokens on themselves are hidden.
        """
        if not self.see_self:
            maps, _ = mask_and_renormalise(maps, [], see_self=False)
        shown = self.shown(maps.shape[-1])
        return maps[..., shown, shown]

    def strongest(self, maps: np.ndarray) -> np.ndarray:
        """(..., m, m) whether a weight is among the strongest of its row, of maps that `apply` returned."""
        return top_p(maps, self.share) > 0 if self.share < 1 else np.ones(maps.shape, bool)


def one_head(layer: Layer, head: int, map_filter: MapFilter) -> Attention:
    """Every stage of one head for the m tokens shown: (m, m) each, the output (m, d_k).

    If the weights of tokens on themselves are hidden, they are masked: to hide weights and divide the rest by its sum
    is the same as to mask them before the softmax.
    """
    every = layer.attention(head)
    weights, masked = every.weights, every.masked
    if not map_filter.see_self:
        weights, _ = mask_and_renormalise(weights, [], see_self=False)
        masked = masked.copy()
        np.fill_diagonal(masked, -np.inf)
    shown = map_filter.shown(len(weights))
    scores, scaled, masked, shown_weights = (
        stage[shown, shown] for stage in (every.scores, every.scaled, masked, weights)
    )
    return Attention(scores, scaled, masked, shown_weights, (weights @ layer.v[head])[shown])


def mean_of_layer(reading: Reading, layer: int) -> np.ndarray:
    """(n, n) the mean of a layer's heads."""
    return reading.layers[layer].weights.mean(axis=0)


def rolled_out(reading: Reading) -> np.ndarray:
    """(n, n) attention rollout through all layers."""
    return rollout(np.stack([layer.weights.mean(axis=0) for layer in reading.layers]))


def overview(
    reading: Reading, map_filter: MapFilter, max_pixels: int
) -> tuple[np.ndarray, np.ndarray, tuple[float, float]]:
    """All heads at a glance, made a layer at a time.

    Args:
        max_pixels: a map of more tokens is shrunk to this many pixels a side, or fewer.

    Returns:
        `maps.grid` of all heads, of each row the strongest weights; (n_layers, n_heads) the token, of those shown, to
        which all tokens together give the most weight; the mean weight that [CLS] and [SEP] get, nothing left out.
    """
    rows, most_attended, received = [], [], []
    for layer in reading.layers:
        weights = layer.weights
        maps = map_filter.apply(weights)
        rows.append(grid(np.where(map_filter.strongest(maps), maps, 0)[None], max_pixels))
        most_attended.append(first_largest(maps.sum(axis=1)))
        received.append(weights.mean(axis=(0, 1)))
    picture = np.vstack([row[:-GRID_GAP] for row in rows[:-1]] + rows[-1:])
    mean = np.mean(received, axis=0)
    return picture, np.stack(most_attended), (float(mean[0]), float(mean[-1]))


def heads_for_pair(reading: Reading, query: int, key: int) -> list[tuple[int, int, float]]:
    """All heads, those that send the most weight from one token to another first: (layer, head, weight)."""
    return rank_heads(np.stack([layer.rows(query)[:, key] for layer in reading.layers]))


def heads_that_change(
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
    """The weight that tokens other than the query and the key give to the key, to compare the query's weight with.

    Args:
        weights: (n, n), n > 2.

    Returns:
        their mean weight on the key, and how many of them give the key their largest weight.
    """
    others = np.delete(weights, [query, key], axis=0)
    return float(others[:, key].mean()), int((first_largest(others) == key).sum())
