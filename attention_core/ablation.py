"""Switch a part of the language model off, and see how the probability of the next word changes.

A head's weights show where it looks, not whether that changes the next word. Two ways to measure it: subtract from the
last vector what a head added to it (its direct effect; quick, for all heads at once), or run the model without the
head, or without one cell of its map (the effect by way of later layers included). An effect is a difference of
log-probabilities, log p(word) without the part minus log p(word) with it: -0.69 halves the probability, +0.69 doubles
it.
"""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from attention_core.llama import Layer, Llama, Reading, Tokens
from attention_core.ranking import LOGIT_TOLERANCE, rank

BATCH = 27  # heads whose scores for all words are computed together


class Effect(NamedTuple):
    """The effect of one head on the next word.

    Attributes:
        layer, head: which one, from 0.
        direct: the change of log p when what the head added is subtracted from the last vector.
        total: the change of log p when the model runs without the head; None where that was not tried.
    """

    layer: int
    head: int
    direct: float
    total: float | None = None


def log_probability(logits: np.ndarray, word: int) -> np.ndarray:
    """log softmax(logits)[word] = logits[word] - log Σ exp(logits), (..., n_words) → (...)."""
    largest = logits.max(axis=-1, keepdims=True)
    total = np.exp(logits - largest).sum(axis=-1, dtype=float)  # 49,152 terms: summed in float64
    return logits[..., word].astype(float) - largest[..., 0] - np.log(total)


def prefix(reading: Reading, n: int) -> Reading:
    """The reading of the first n tokens, taken from that of the text: later tokens do not change it in a causal model.

    Only its logits are those of the whole text.
    """

    def cut(layer: Layer) -> Layer:
        q, k, v = (array[:, :n] for array in (layer.q, layer.k, layer.v))
        return Layer(
            layer.x[:n], q, k, v, layer.weights[:, :n, :n], layer.output[:, :n], layer.mixed[:n], layer.added[:n]
        )

    tokens = Tokens(reading.tokens.ids[:n], reading.tokens.pieces[:n])
    return Reading(tokens, [cut(layer) for layer in reading.layers], reading.states[:n], reading.logits)


def direct_effects(model: Llama, reading: Reading, word: int) -> np.ndarray:
    """(n_layers, n_heads) how log p(word) changes when what a head added is subtracted from the last vector.

    The last norm and the softmax are computed again, the later layers are not.
    """
    added = []
    for layer, weights in zip(reading.layers, model.weights["layers"], strict=True):
        n_heads, _, d_k = layer.output.shape
        rows_of_heads = weights["attention"]["W_O"][:].reshape(n_heads, d_k, -1)
        added += list((layer.output[:, -1, None] @ rows_of_heads)[:, 0])
    without = reading.states[-1] - np.array(added)
    found = [  # in batches: the scores of all heads at once would fill 53 MB
        log_probability(model.logits(batch), word) for batch in np.array_split(without, -(-len(without) // BATCH))
    ]
    effects = np.concatenate(found) - log_probability(reading.logits, word)
    return effects.reshape(len(reading.layers), -1)


def rank_by_effect(model: Llama, reading: Reading, word: int, tried: int = 10) -> list[Effect]:
    """All heads, the strongest direct effect first, in either direction.

    Args:
        tried: the number of heads, from the first on, without each of which the model is run.
    """
    direct = direct_effects(model, reading, word)
    before = log_probability(reading.logits, word)
    effects: list[Effect] = []
    for place in rank(np.abs(direct).ravel(), LOGIT_TOLERANCE):
        layer, head = (int(number) for number in np.unravel_index(place, direct.shape))
        change = None
        if len(effects) < tried:
            without = model.read(reading.tokens, without_heads=[(layer, head)])
            change = float(log_probability(without.logits, word) - before)
        effects.append(Effect(layer, head, float(direct[layer, head]), change))
    return effects


def effects_of_cells(model: Llama, reading: Reading, word: int, heads: Collection[tuple[int, int]]) -> np.ndarray:
    """(n,) how log p(word) changes when the last token may not look at token j, in these heads.

    The cell is masked before the softmax, so that the other weights of the row grow. No token looks at the last one but
    itself, so only the last is computed again, with the keys and values of the others. NaN for a text of one token.
    """
    n = len(reading.tokens.ids)
    if n == 1:
        return np.full(1, np.nan)
    last = Tokens(reading.tokens.ids[-1:], reading.tokens.pieces[-1:])
    others, before = prefix(reading, n - 1), log_probability(reading.logits, word)
    found = []
    for key in range(n):
        cells = [(layer, head, n - 1, key) for layer, head in heads]
        found.append(log_probability(model.read(last, others, masked_cells=cells).logits, word) - before)
    return np.array(found)
