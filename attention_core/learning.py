"""Learning W_Q, W_K and W_V: attention layers on frozen word vectors, their gradients by hand, and Adam.

A model is a stack of attention layers (section 3.2 of Vaswani et al. 2017, without positions, feed-forward networks or
normalisation). Each layer computes

    q = x W_Q    k = x W_K    v = x W_V    x' = x + heads(softmax(q kᵀ / √d_k) v) W_O

and what is trained is one of two things. A model that *points* is trained on the weights of its last layer: the word
that asks should look at the word that answers. That layer needs no W_V and W_O, its values are its x. A model that
*reads* is trained on what comes out of its last layer for the word that asks: the sign of w · x' + b says good or bad.

`layer` goes forward and `layer_backward` the same way back, line by line. `d_something` is the derivative of the loss
by something and has its shape. Each rule is the chain rule for one line: of y = x W, d_W = xᵀ d_y and d_x = d_y Wᵀ.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from attention_core.attention import Attention, attention_mask, join_heads, scaled_dot_product_attention, split_heads
from attention_core.ranking import first_largest

RUNAWAY = 30.0  # a loss that only a model beside itself has: guessing among twenty words costs 3


class Diverged(ValueError):
    """Training that ran away: the loss or a parameter stopped being a number, or the loss grew out of all bounds.

    Attributes:
        step: the step at which it was noticed, counted from 1.
        rate: the learning rate it was trained with.
    """

    def __init__(self, step: int, rate: float):
        self.step, self.rate = step, rate
        super().__init__(
            f"training ran away at step {step}: the learning rate {rate:g} is too large; try a tenth of it"
        )


@dataclass(frozen=True)
class Model:
    """A stack of attention layers.

    Attributes:
        n_layers: layers on top of each other.
        n_heads: heads in each layer.
        residual: whether each layer adds what it found to what it was given, x + …, or hands over only what it found.
        reads: whether the loss reads the output of the last layer (True) or its weights (False).
        parameters: the trained numbers by name: "1.W_Q", "1.W_K", "1.W_V", (d_model, n_heads · d_k) each, and "1.W_O",
            (n_heads · d_k, d_model), for the first layer, "2.W_Q" and so on; "w" (d_model,) and "b" () if it reads.
    """

    n_layers: int
    n_heads: int
    residual: bool
    reads: bool
    parameters: dict[str, np.ndarray]

    def layer(self, l: int) -> dict[str, np.ndarray]:
        """The matrices of layer l, counted from 1, as the arguments of `layer`."""
        return {name: self.parameters[f"{l}.{name}"] for name in self.names(l)}

    def names(self, l: int) -> list[str]:
        """What layer l has: the last layer of a model that points has only W_Q and W_K."""
        return ["W_Q", "W_K"] if l == self.n_layers and not self.reads else ["W_Q", "W_K", "W_V", "W_O"]

    @property
    def d_k(self) -> int:
        """The width of one head's queries and keys."""
        return self.parameters["1.W_Q"].shape[1] // self.n_heads


def new_model(
    generator: np.random.Generator,
    d_model: int,
    n_layers: int = 1,
    n_heads: int = 1,
    d_k: int = 16,
    residual: bool = True,
    reads: bool = False,
) -> Model:
    """A model before training: random float32 matrices, scaled by 1/√rows, which keeps vectors near their length.

    Args:
        d_model: numbers of a token's vector.
        d_k: numbers of one head's query, key and value.
        residual: whether a layer adds what it found to what it was given.
        reads: whether the loss reads the output, not the weights.
    """
    model = Model(n_layers, n_heads, residual, reads, {})
    for l in range(1, n_layers + 1):
        for name in model.names(l):
            shape = (n_heads * d_k, d_model) if name == "W_O" else (d_model, n_heads * d_k)
            model.parameters[f"{l}.{name}"] = generator.standard_normal(shape, np.float32) / math.sqrt(shape[0])
    if reads:
        model.parameters["w"] = generator.standard_normal(d_model, np.float32) / math.sqrt(d_model)
        model.parameters["b"] = np.zeros((), np.float32)
    return model


@dataclass(frozen=True)
class Layer:
    """What one layer computed: its input x, each head's q, k and v, every stage of its attention, and its output."""

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
        W_O: (n_heads · d_k, d_model). Without W_O the output is the mean of what the heads found.
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
    """`layer` backwards: from the derivatives by its weights and its output to those by its x and its matrices.

    Args:
        done: what `layer` computed.
        d_weights: (..., n_heads, n, n) where the loss looks at the weights themselves, else 0.
        d_output: (..., n, d_model) where the loss depends on the output, else None; the layer then has W_V and W_O.

    Returns:
        d_x (..., n, d_model), and by name the derivative of each matrix, in its shape.
    """
    x, q, k, v, a = done.x, done.q, done.k, done.v, done.attention
    d_x, gradients = np.zeros_like(x), {}
    if d_output is not None:
        d_x = d_x + d_output if residual else d_x  # output = x + …
        gradients["W_O"] = _outer(join_heads(a.output), d_output)  # … heads W_O
        d_heads = split_heads(d_output @ W_O.T, q.shape[-3])
        d_v = join_heads(_turned(a.weights) @ d_heads)  # heads = weights v
        d_weights = d_weights + d_heads @ _turned(v)
        gradients["W_V"] = _outer(x, d_v)  # v = x W_V
        d_x = d_x + d_v @ W_V.T
    d_mean = (d_weights * a.weights).sum(axis=-1, keepdims=True)
    d_masked = a.weights * (d_weights - d_mean)  # weights = softmax(masked); 0 where the mask hides
    d_scores = d_masked / math.sqrt(q.shape[-1])  # scaled = scores / √d_k
    d_q = join_heads(d_scores @ k)  # scores = q kᵀ
    d_k = join_heads(_turned(d_scores) @ q)
    gradients["W_Q"] = _outer(x, d_q)  # q = x W_Q
    gradients["W_K"] = _outer(x, d_k)  # k = x W_K
    return d_x + d_q @ W_Q.T + d_k @ W_K.T, gradients


def _turned(x: np.ndarray) -> np.ndarray:
    return x.swapaxes(-2, -1)


def _outer(x: np.ndarray, d_y: np.ndarray) -> np.ndarray:
    """d_W of y = x W, summed over all sentences and tokens: xᵀ d_y."""
    return x.reshape(-1, x.shape[-1]).T @ d_y.reshape(-1, d_y.shape[-1])


def forward(model: Model, x: np.ndarray, mask: np.ndarray | None = None) -> list[Layer]:
    """All layers, the first first: x (..., n, d_model); the output of one is the x of the next."""
    layers = []
    for l in range(1, model.n_layers + 1):
        layers.append(layer(x, mask, model.n_heads, model.residual, **model.layer(l)))
        x = layers[-1].output
    return layers


@dataclass(frozen=True)
class Batch:
    """Sentences side by side, the shorter ones padded at their end.

    Attributes:
        x: (b, n, d_model) the tokens' vectors, anything where there is padding.
        mask: (b, 1, 1 or n, n) booleans, True = may look; False for every padded place.
        asks: (b,) the place of the word that asks.
        answer: (b,) the place of the word it should find; for a model that reads, 1 for good and 0 for bad.
    """

    x: np.ndarray
    mask: np.ndarray
    asks: np.ndarray
    answer: np.ndarray


@dataclass(frozen=True)
class Encoded:
    """Sentences as numbers.

    Attributes:
        table: (words, d_model) the vectors of the words that occur, float32.
        ids: (b, n) each token's row of the table, -1 where there is padding.
        asks, answer: (b,) as in `Example`.
    """

    table: np.ndarray
    ids: np.ndarray
    asks: np.ndarray
    answer: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)

    def batch(self, which: np.ndarray | slice, *, see_self: bool = True, causal: bool = False) -> Batch:
        """The chosen sentences, cut to the length of the longest."""
        ids = self.ids[which]
        ids = ids[:, : (ids >= 0).any(axis=0).sum()]
        mask = (ids >= 0)[:, None, None, :]
        among = attention_mask(ids.shape[1], see_self=see_self, causal=causal)
        return Batch(self.table[ids], mask if among is None else mask & among, self.asks[which], self.answer[which])


def answers(model: Model, batch: Batch) -> np.ndarray:
    """(b,) what the model answers: the place with the largest weight of the whole row, itself included; or 1 or 0.

    Of weights that are equal but for rounding, as those of a word that stands twice, the first is named.
    """
    last, each = forward(model, batch.x, batch.mask)[-1], np.arange(len(batch.asks))
    if model.reads:
        return (last.output[each, batch.asks] @ model.parameters["w"] + model.parameters["b"] > 0).astype(int)
    return first_largest(last.attention.weights.mean(axis=1)[each, batch.asks])


def goodness(model: Model, output: np.ndarray) -> np.ndarray:
    """How sure a model that reads is that something good is said at a token: σ(w · x' + b), (..., d_model) → (...).

    Args:
        output: of the last layer.
    """
    return 1 / (1 + np.exp(-(output @ model.parameters["w"] + model.parameters["b"])))


def loss_and_gradients(model: Model, batch: Batch) -> tuple[float, dict[str, np.ndarray]]:
    """The mean of -log(share given to the right answer), and its derivative by every parameter.

    The share of a model that points is its weight from the word that asks to the word that answers, the mean over the
    heads. That of a model that reads is σ(± (w · x' + b)), the logistic function of what it reads, + for good.
    """
    layers, each, gradients = forward(model, batch.x, batch.mask), np.arange(len(batch.asks)), {}
    last = layers[-1]
    if model.reads:
        w, b = model.parameters["w"], model.parameters["b"]
        sign = np.where(batch.answer == 1, 1, -1).astype(w.dtype)
        found = last.output[each, batch.asks]
        losses = np.logaddexp(0, -sign * (found @ w + b))  # -log σ(s) = log(1 + exp(-s))
        d_read = sign * np.expm1(-losses) / len(each)  # σ - 1 = exp(-loss) - 1
        gradients |= {"w": found.T @ d_read, "b": d_read.sum()}
        d_weights, d_output = 0.0, np.zeros_like(last.output)
        d_output[each, batch.asks] = d_read[:, None] * w
    else:
        share = last.attention.weights.mean(axis=1)[each, batch.asks, batch.answer]
        losses = -np.log(share)
        d_weights, d_output = np.zeros_like(last.attention.weights), None
        d_weights[each, :, batch.asks, batch.answer] = (-1 / (len(each) * model.n_heads * share))[:, None]
    for l in range(model.n_layers, 0, -1):
        d_output, of_layer = layer_backward(layers[l - 1], d_weights, d_output, model.residual, **model.layer(l))
        gradients |= {f"{l}.{name}": gradient for name, gradient in of_layer.items()}
        d_weights = 0.0
    return float(losses.mean()), gradients


class Adam:
    """Adam (Kingma & Ba 2015, algorithm 1) with the decoupled weight decay of Loshchilov & Hutter (2019).

    Each step goes against the running mean m of the gradients, divided by the root of the running mean s of their
    squares, so that every number moves about `rate` a step. Both means are corrected for having started at zero.
    """

    def __init__(self, rate: float = 0.003, decay: float = 0.0, beta_m: float = 0.9, beta_s: float = 0.999):
        self.rate, self.decay, self.beta_m, self.beta_s = rate, decay, beta_m, beta_s
        self.t, self.m, self.s = 0, {}, {}

    def step(self, parameters: dict[str, np.ndarray], gradients: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The parameters after one step, as new arrays."""
        self.t += 1
        after = {}
        for name, value in parameters.items():
            g = gradients[name]
            self.m[name] = m = self.beta_m * self.m.get(name, 0) + (1 - self.beta_m) * g
            self.s[name] = s = self.beta_s * self.s.get(name, 0) + (1 - self.beta_s) * g * g
            m, s = m / (1 - self.beta_m**self.t), s / (1 - self.beta_s**self.t)
            after[name] = (value - self.rate * (m / (np.sqrt(s) + 1e-8) + self.decay * value)).astype(value.dtype)
        return after


@dataclass(frozen=True)
class Recipe:
    """How to train.

    Attributes:
        steps: how many times the parameters are changed.
        batch: how many sentences each step looks at.
        rate: Adam's learning rate at the start; it falls to zero along a straight line.
        decay: Adam's weight decay.
        noise: the spread of the random numbers that are added to the word vectors, anew in each step, so that what is
            learned fits not only this very vector but also those around it.
        every: how many steps there are from one report to the next; in the first two rounds, when most is learned,
            reports come five times as often.
    """

    steps: int = 1000
    batch: int = 64
    rate: float = 0.01
    decay: float = 0.1
    noise: float = 0.1
    every: int = 100

    def next_report(self, step: int) -> int:
        """The next step to be reported, this one included; the last step always is.

        >>> [Recipe(every=50).next_report(step) for step in (1, 10, 91, 101, 1000)]
        [10, 10, 100, 150, 1000]
        """
        often = self.every if step > 2 * self.every else max(self.every // 5, 1)
        return min(-(-step // often) * often, self.steps)


@dataclass(frozen=True)
class Progress:
    """Where training stands: the step, the mean loss since the last report, the held-out accuracy, and the model."""

    step: int
    loss: float
    accuracy: float
    model: Model


def train(
    model: Model, training: Encoded, testing: Encoded, generator: np.random.Generator, recipe: Recipe | None = None
) -> Iterator[Progress]:
    """Train a model, a report at a time: the caller may draw each, and stops it by asking for no more.

    Raises:
        Diverged: a parameter is no longer a finite number, or the loss is no longer below RUNAWAY.
    """
    recipe = recipe or Recipe()
    adam, losses = Adam(recipe.rate, recipe.decay), []
    yield Progress(0, math.nan, accuracy(model, testing), model)
    for step in range(1, recipe.steps + 1):
        batch = training.batch(generator.integers(len(training), size=recipe.batch))
        noise = generator.standard_normal(batch.x.shape, np.float32) * recipe.noise
        adam.rate = recipe.rate * (1 - (step - 1) / recipe.steps)
        with np.errstate(all="ignore"):  # what runs away is noticed and said
            loss, gradients = loss_and_gradients(model, replace(batch, x=batch.x + noise))
            model = replace(model, parameters=adam.step(model.parameters, gradients))
        if not (loss < RUNAWAY and all(np.isfinite(value).all() for value in model.parameters.values())):
            raise Diverged(step, recipe.rate)
        losses.append(loss)
        if step == recipe.next_report(step):
            yield Progress(step, sum(losses) / len(losses), accuracy(model, testing), model)
            losses = []


def accuracy(model: Model, sentences: Encoded) -> float:
    """The share of sentences that the model answers rightly."""
    return float(right(model, sentences).mean())


def right(model: Model, sentences: Encoded) -> np.ndarray:
    """(sentences,) booleans: which are answered rightly.

    A model that points knows no positions, so it is right when the word it looks at most is the right one, wherever
    that word stands.
    """
    pieces = [sentences.batch(slice(at, at + 250)) for at in range(0, len(sentences), 250)]
    found = np.concatenate([answers(model, piece) for piece in pieces])
    if model.reads:
        return found == sentences.answer
    each = np.arange(len(sentences))
    return sentences.ids[each, found] == sentences.ids[each, sentences.answer]
