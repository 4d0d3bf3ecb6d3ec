"""From scores to the next word, and back: how much each part of the model added to a score.

Each layer adds to a token's vector, and the scores for the next word are a function of the last vector. So scores can
be computed from the vector after any layer, and a score can be split into what each part of the model added.
"""

from typing import NamedTuple

import numpy as np

from attention_core.attention import softmax
from attention_core.llama import Llama, Reading
from attention_core.ranking import LOGIT_TOLERANCE, first_largest


def next_probabilities(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """How likely each word piece is the next: softmax(logits / temperature), (n_words,).

    Raises:
        ValueError: the temperature is not above 0.
    """
    if not temperature > 0:
        raise ValueError(f"the temperature must be above 0, not {temperature}")
    return softmax(logits / temperature)


def likeliest(logits: np.ndarray, count: int = 10) -> list[int]:
    """The word pieces of the highest scores, the highest first; of scores that tie, the lower number first."""
    rest, found = logits.copy(), []
    for _ in range(min(count, rest.size)):
        found.append(int(first_largest(rest, LOGIT_TOLERANCE)))
        rest[found[-1]] = -np.inf
    return found


def choose(probabilities: np.ndarray, generator: np.random.Generator) -> int:
    """Draw the id of a word piece at random, with these probabilities."""
    exact = probabilities.astype(float)
    return int(generator.choice(exact.size, p=exact / exact.sum()))


class Shares(NamedTuple):
    """A logit as a sum: what each part of the model added to it.

    Attributes:
        heads: (n_layers, n_heads), feed_forward: (n_layers,), embedding: one number.
    """

    heads: np.ndarray
    feed_forward: np.ndarray
    embedding: float


def logit_lens(model: Llama, reading: Reading) -> np.ndarray:
    """The scores computed from the last token's vector before the first layer and after each: (n_layers + 1, n_words).

    nostalgebraist 2020. The model was trained for the last row alone.
    """
    return model.logits(np.stack([layer.x[-1] for layer in reading.layers] + [reading.states[-1]]))


def logit_shares(model: Llama, reading: Reading, word: int, position: int = -1) -> Shares:
    """Split a word's logit into what each part of the model added; the last norm's divisor is taken as a constant.

    Direct logit attribution (Elhage et al. 2021): the effect of a head by way of later layers is not in its share.

    Args:
        word: the id of the word piece.
    """
    x = reading.states[position]
    length = np.sqrt(x @ x / x.size + np.float32(model.config.eps))
    direction = model.weights["norm"] * model.weights["unembed"][:, word] / length
    heads = []
    for layer, weights in zip(reading.layers, model.weights["layers"], strict=True):
        own = (weights["attention"]["W_O"][:] @ direction).reshape(model.config.n_heads, -1)
        heads.append(np.vecdot(layer.output[:, position], own))
    feed_forward = np.array([layer.added[position] @ direction for layer in reading.layers])
    return Shares(np.array(heads), feed_forward, float(reading.layers[0].x[position] @ direction))


class Sink(NamedTuple):
    """How much of a text's attention goes to its first token.

    Attributes:
        share: the mean weight on it, the first token's own row left out, which has one cell.
        layers: (n_layers,) the same for each layer.
        even: the share if every token gave all tokens that it may look at the same weight.
        value, values: the mean length of the first token's value, and of the other tokens' values.
    """

    share: float
    layers: np.ndarray
    even: float
    value: float
    values: float


def attention_sink(reading: Reading) -> Sink | None:
    """The attention sink: much weight on the first token, whose value is short (Xiao et al. 2024).

    None for a text of one token.
    """
    n = len(reading.tokens.ids)
    if n == 1:
        return None
    layers = np.array([layer.weights[:, 1:, 0].mean() for layer in reading.layers])
    lengths = np.array([np.linalg.norm(layer.v, axis=-1).mean(axis=0) for layer in reading.layers]).mean(axis=0)
    even = float(np.mean([1 / (i + 1) for i in range(1, n)]))
    return Sink(float(layers.mean()), layers, even, float(lengths[0]), float(lengths[1:].mean()))


def place_of(logits: np.ndarray, word: int) -> np.ndarray:
    """The place of a word piece by its score, from 1, in each row: (..., n_words) → (...); of a tie the best."""
    return 1 + (logits > logits[..., [word]] + LOGIT_TOLERANCE).sum(axis=-1)
