"""A stack of attention layers on frozen word vectors, forward and backward.

Each layer computes (section 3.2 of Vaswani et al. 2017, without feed-forward networks or normalisation)

    q = x W_Q    k = x W_K    v = x W_V    x' = x + heads(softmax(q kᵀ / √d_k) v) W_O

The x of the first layer are the word vectors. In a model with positions, the sinusoids of section 3.5 for the place of
each word are appended to its vector. The paper adds them to the vector instead; with vectors of 50 numbers and a
thousand steps of training, a model learns twice as well when they are appended.

`layer` is the forward pass; `layer_backward` has its lines in reverse order. `d_something` is the derivative of the
loss by something and has its shape. Each rule is the chain rule for one line: of y = x W, d_W = xᵀ d_y and
d_x = d_y Wᵀ.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from attention_core.attention import Attention, attention_mask, join_heads, scaled_dot_product_attention, split_heads

INNER_INIT_SCALE, LAST_INIT_SCALE = np.float32(0.3), np.float32(1.5)  # of W_V and W_O: see `new_model`

Kind = Literal["pointer", "classifier", "next_word"]


@dataclass(frozen=True, eq=False)
class Model:
    """A stack of attention layers; each is equal to itself alone.

    Attributes:
        n_layers: layers on top of each other.
        n_heads: heads in each layer.
        residual: whether each layer adds the heads' output to its input, x + …, or returns the heads' output alone.
        kind: what the loss depends on: the weights of the last layer (a pointer), the output of the last layer for one
            word (a classifier), or the next word computed from it (next_word).
        parameters: the trained numbers by name: "1.W_Q", "1.W_K", "1.W_V", (d_model, n_heads · d_k) each, and "1.W_O",
            (n_heads · d_k, d_model), for the first layer, "2.W_Q" and so on. The last layer of a pointer has only W_Q
            and W_K. A classifier has "w" (d_model,) and "b" () as well.
        d_positions: how many numbers of a word's position are appended to those of its vector; 0 for none.
    """

    n_layers: int
    n_heads: int
    residual: bool
    kind: Kind
    parameters: dict[str, np.ndarray]
    d_positions: int = 0

    def layer(self, l: int) -> dict[str, np.ndarray]:
        """The matrices of layer l, counted from 1, as the arguments of `layer`."""
        return {
            name.removeprefix(f"{l}."): value for name, value in self.parameters.items() if name.startswith(f"{l}.")
        }

    @property
    def d_k(self) -> int:
        """The width of one head's queries and keys."""
        return int(self.parameters["1.W_Q"].shape[1]) // self.n_heads

    @property
    def d_word(self) -> int:
        """The width of the word vectors that the model reads."""
        return len(self.parameters["1.W_Q"]) - self.d_positions

    @property
    def causal(self) -> bool:
        """Whether a word may look only at itself and the words before it: a model of the next word may not see it."""
        return self.kind == "next_word"


def new_model(
    generator: np.random.Generator,
    d_word: int,
    n_layers: int = 1,
    n_heads: int = 1,
    d_k: int = 16,
    residual: bool = True,
    kind: Kind = "pointer",
    d_positions: int = 0,
) -> Model:
    """A model before training: random float32 matrices, scaled by 1/√rows, which keeps vectors near their length.

    A model of the next word starts with W_K = W_Q and W_O = W_Vᵀ: each word looks at words whose vectors are like its
    own, as in raw attention, and what they add is like their vectors. So it learns many times as fast. W_V and W_O
    start small in all layers but the last, which then reads vectors that are little changed, and large in the last.

    Args:
        d_word: numbers of a word's vector.
        d_k: numbers of one head's query, key and value.
        residual, kind, d_positions: as in `Model`.
    """
    model = Model(n_layers, n_heads, residual, kind, {}, d_positions)
    d_model = d_word + d_positions
    for l in range(1, n_layers + 1):
        only_weights = kind == "pointer" and l == n_layers
        for name in ("W_Q", "W_K") if only_weights else ("W_Q", "W_K", "W_V", "W_O"):
            shape = (n_heads * d_k, d_model) if name == "W_O" else (d_model, n_heads * d_k)
            model.parameters[f"{l}.{name}"] = generator.standard_normal(shape, np.float32) / math.sqrt(shape[0])
        if kind == "next_word":
            model.parameters[f"{l}.W_K"] = model.parameters[f"{l}.W_Q"].copy()
            model.parameters[f"{l}.W_V"] *= LAST_INIT_SCALE if l == n_layers else INNER_INIT_SCALE
            model.parameters[f"{l}.W_O"] = model.parameters[f"{l}.W_V"].T.copy()
    if kind == "classifier":
        model.parameters["w"] = generator.standard_normal(d_model, np.float32) / math.sqrt(d_model)
        model.parameters["b"] = np.zeros((), np.float32)
    return model


def sinusoids(n: int, d: int) -> np.ndarray:
    """The positions 0 to n - 1 as d numbers each, (n, d): sines and cosines, of a lower frequency in each next pair.

    Section 3.5 of Vaswani et al. 2017: PE(pos, 2i) = sin(pos / 10000^(2i/d)), PE(pos, 2i + 1) = cos(the same). The
    numbers of a position are those of the one before, rotated by the same matrix everywhere: W_Q and W_K can learn it.

    >>> sinusoids(2, 4).astype(float).round(2).tolist()
    [[0.0, 1.0, 0.0, 1.0], [0.84, 0.54, 0.01, 1.0]]
    """
    angles = np.arange(n)[:, None] / 10000 ** (np.arange(0, d, 2) / d)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(n, -1)[:, :d].astype(np.float32)


def with_positions(x: np.ndarray, d_positions: int) -> np.ndarray:
    """Word vectors, the numbers of their positions appended: (..., n, d_word) → (..., n, d_word + d_positions)."""
    places = sinusoids(x.shape[-2], d_positions).astype(x.dtype)
    return np.concatenate([x, np.broadcast_to(places, (*x.shape[:-1], d_positions))], axis=-1)


@dataclass(frozen=True)
class Layer:
    """What one layer computed.

    Attributes:
        x: (..., n, d_model) its input.
        q, k, v: (..., n_heads, n, d_k). Without W_V, v is x for every head: (..., 1, n, d_model).
        attention: every stage; its output is (..., n_heads, n, d_k), without W_V (..., n_heads, n, d_model).
        output: (..., n, d_model).
    """

    x: np.ndarray
    q: np.ndarray
    k: np.ndarray
    v: np.ndarray
    attention: Attention
    output: np.ndarray


def layer(
    x: np.ndarray,
    mask: np.ndarray | None,
    n_heads: int,
    residual: bool,
    W_Q: np.ndarray,
    W_K: np.ndarray,
    W_V: np.ndarray | None = None,
    W_O: np.ndarray | None = None,
) -> Layer:
    """One layer of attention: (..., n, d_model) → (..., n, d_model).

    Args:
        x: (..., n, d_model) the tokens.
        mask: booleans that fit (..., n_heads, n, n), True = may look; None hides nothing.
        n_heads: how many heads share the columns of W_Q, W_K, W_V and the rows of W_O.
        residual: whether x itself is added to the output.
        W_Q, W_K, W_V: (d_model, n_heads · d_k). Without W_V the values are x, for every head.
        W_O: (n_heads · d_k, d_model). Without W_O the output is the mean of the heads' outputs.
    """
    q = split_heads(x @ W_Q, n_heads)
    k = split_heads(x @ W_K, n_heads)
    v = x[..., None, :, :] if W_V is None else split_heads(x @ W_V, n_heads)
    attention = scaled_dot_product_attention(q, k, v, mask)
    output = attention.output.mean(axis=-3) if W_O is None else join_heads(attention.output) @ W_O
    return Layer(x, q, k, v, attention, x + output if residual else output)


def layer_backward(
    done: Layer,
    d_weights: np.ndarray | float,
    d_output: np.ndarray | None,
    residual: bool,
    W_Q: np.ndarray,
    W_K: np.ndarray,
    W_V: np.ndarray | None = None,
    W_O: np.ndarray | None = None,
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The backward pass of `layer`: from the derivatives by its weights and output to those by its x and matrices.

    Args:
        done: what `layer` computed.
        d_weights: (..., n_heads, n, n) where the loss depends on the weights themselves, else 0.
        d_output: (..., n, d_model) where the loss depends on the output, else None; the layer then has W_V and W_O.

    Returns:
        d_x (..., n, d_model), and by name the derivative of each matrix, in its shape.
    """
    x, q, k, v, a = done.x, done.q, done.k, done.v, done.attention
    d_x, gradients = np.zeros_like(x), {}
    if d_output is not None and W_V is not None and W_O is not None:
        d_x = d_x + d_output if residual else d_x  # output = x + …
        gradients["W_O"] = weight_gradient(join_heads(a.output), d_output)  # … heads W_O
        d_heads = split_heads(d_output @ W_O.T, q.shape[-3])
        d_v = join_heads(a.weights.mT @ d_heads)  # heads = weights v
        d_weights = d_weights + d_heads @ v.mT
        gradients["W_V"] = weight_gradient(x, d_v)  # v = x W_V
        d_x = d_x + d_v @ W_V.T
    d_mean = (d_weights * a.weights).sum(axis=-1, keepdims=True)
    d_masked = a.weights * (d_weights - d_mean)  # weights = softmax(masked); 0 where the mask hides
    d_scores = d_masked / math.sqrt(q.shape[-1])  # scaled = scores / √d_k
    d_q = join_heads(d_scores @ k)  # scores = q kᵀ
    d_k = join_heads(d_scores.mT @ q)
    gradients["W_Q"] = weight_gradient(x, d_q)  # q = x W_Q
    gradients["W_K"] = weight_gradient(x, d_k)  # k = x W_K
    return d_x + d_q @ W_Q.T + d_k @ W_K.T, gradients


def weight_gradient(x: np.ndarray, d_y: np.ndarray) -> np.ndarray:
    """d_W of y = x W, summed over all sentences and tokens: xᵀ d_y."""
    d_W: np.ndarray = x.reshape(-1, x.shape[-1]).T @ d_y.reshape(-1, d_y.shape[-1])
    return d_W


def forward(model: Model, x: np.ndarray, mask: np.ndarray | None = None) -> list[Layer]:
    """Run all layers, each on the output of the one before: what each computed, the first layer first.

    Args:
        x: (..., n, d_word) the word vectors, without positions.
        mask: as in `layer`; a causal model hides later words in any case.
    """
    if model.d_positions:
        x = with_positions(x, model.d_positions)
    if model.causal:
        earlier = attention_mask(x.shape[-2], causal=True)
        mask = earlier if mask is None or earlier is None else mask & earlier
    layers = []
    for l in range(1, model.n_layers + 1):
        layers.append(layer(x, mask, model.n_heads, model.residual, **model.layer(l)))
        x = layers[-1].output
    return layers
