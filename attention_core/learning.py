"""Learning the matrices of attention layers: three losses, their gradients by hand, Adam, and the training loop.

There are three kinds of model, each with its loss (`Model.kind`). In each sentence one token is the query:

- A pointer is trained on the weights of its last layer: the query should look at the answer, another token.
- A classifier is trained on the output x' of its last layer for the query: the sign of w · x' + b means good or bad.
- A model of the next word is trained on the same output: the score of each word is the dot product of its vector and
  x', divided by 5.

Each loss returns its derivatives by the last layer's weights and output. `layer_backward` continues through the layers.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from attention_core.attention import softmax
from attention_core.layers import Kind, Layer, Model, forward, layer_backward
from attention_core.ranking import LOGIT_TOLERANCE, first_largest

MAX_LOSS = 30.0  # a larger one means that training has failed: guessing among twenty words costs 3
LOGIT_SCALE = 0.2  # s: word vectors are about 5 long, and with scores 5 times as large training is stuck at once
BETA_S = 0.999  # of Adam's mean of squares, the share that each step keeps


class Diverged(ValueError):
    """Training failed: the loss or a parameter is no longer a finite number, or the loss is above MAX_LOSS.

    Attributes:
        step: the step at which it was noticed, counted from 1.
        rate: the learning rate it was trained with.
    """

    def __init__(self, step: int, rate: float):
        self.step, self.rate = step, rate
        super().__init__(
            f"training diverged at step {step}: the learning rate {rate:g} is too large; try a tenth of it"
        )


@dataclass(frozen=True)
class Batch:
    """Sentences as one array, the shorter ones padded at their end, and q questions: queries, each with its answer.

    Attributes:
        x: (b, n, d_word) the tokens' vectors, anything where there is padding.
        mask: (b, 1, 1, n) booleans, True = may look; False for every padded place.
        ids: (b, n) each token's row of the vocabulary, -1 where there is padding.
        rows: (q,) the sentence that each question is about.
        queries: (q,) the place of the query.
        answers: (q,) the place of the token it should look at, or of the word that should come next; for a classifier 1
            for good and 0 for bad.
        vocabulary: (n_words, d_word) the vectors among which the next word is searched.
    """

    x: np.ndarray
    mask: np.ndarray
    ids: np.ndarray
    rows: np.ndarray
    queries: np.ndarray
    answers: np.ndarray
    vocabulary: np.ndarray


@dataclass(frozen=True)
class EncodedSentences:
    """Sentences as numbers.

    Attributes:
        vocabulary: (n_words, d_word) the vectors of the words that occur, float32.
        ids: (b, n) each token's row of the vocabulary, -1 where there is padding.
        answers: (b, n) the answer, as in `Batch`, at each place that is a query; -1 at all others.
    """

    vocabulary: np.ndarray
    ids: np.ndarray
    answers: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)

    def batch(self, which: np.ndarray | slice) -> Batch:
        """The chosen sentences, cut to the length of the longest, with all their questions."""
        ids, answers = self.ids[which], self.answers[which]
        ids = ids[:, : (ids >= 0).any(axis=0).sum()]
        mask = (ids >= 0)[:, None, None, :]
        rows, queries = np.nonzero(answers >= 0)
        return Batch(self.vocabulary[ids], mask, ids, rows, queries, answers[rows, queries], self.vocabulary)


class Loss(NamedTuple):
    """A loss and its derivatives.

    Attributes:
        per_question: (q,) the loss of each question; the derivatives are those of their mean.
        d_weights: (b, n_heads, n, n) by the weights of the last layer, or 0.
        d_output: (b, n, d_model) by the output of the last layer; None if the loss does not depend on it.
        gradients: by those parameters that belong to no layer, by name.
    """

    per_question: np.ndarray
    d_weights: np.ndarray | float
    d_output: np.ndarray | None
    gradients: dict[str, np.ndarray]


def pointer_loss(model: Model, last: Layer, batch: Batch) -> Loss:
    """-log of the weight from the query to the answer, the mean over the heads."""
    weight = last.attention.weights.mean(axis=1)[batch.rows, batch.queries, batch.answers]
    d_weights = np.zeros_like(last.attention.weights)
    d_weights[batch.rows, :, batch.queries, batch.answers] = (-1 / (len(weight) * model.n_heads * weight))[:, None]
    return Loss(-np.log(weight), d_weights, None, {})


def classifier_loss(model: Model, last: Layer, batch: Batch) -> Loss:
    """-log σ(± (w · x' + b)): + for good, - for bad, x' the output for the query."""
    w, b = model.parameters["w"], model.parameters["b"]
    sign = np.where(batch.answers == 1, 1, -1).astype(w.dtype)
    found = last.output[batch.rows, batch.queries]
    losses = np.logaddexp(0, -sign * (found @ w + b))  # -log σ(s) = log(1 + exp(-s))
    d_score = sign * np.expm1(-losses) / len(losses)  # σ - 1 = exp(-loss) - 1
    d_output = np.zeros_like(last.output)
    d_output[batch.rows, batch.queries] = d_score[:, None] * w
    return Loss(losses, 0.0, d_output, {"w": found.T @ d_score, "b": d_score.sum()})


def next_word_loss(model: Model, last: Layer, batch: Batch) -> Loss:
    """-log softmax(s x' Eᵀ) of the word that comes next: E are the word vectors, which are not trained."""
    right, each = batch.ids[batch.rows, batch.answers], np.arange(len(batch.rows))
    d_logits = next_word_probabilities(model, last.output[batch.rows, batch.queries], batch.vocabulary)
    losses = -np.log(d_logits[each, right])
    d_logits[each, right] -= 1  # the derivative of -log softmax: the probabilities, 1 less at the right word
    d_output = np.zeros_like(last.output)
    d_found = d_logits @ batch.vocabulary * LOGIT_SCALE
    d_output[batch.rows, batch.queries, : model.d_word] = d_found / len(losses)
    return Loss(losses, 0.0, d_output, {})


LOSSES: dict[Kind, Callable[[Model, Layer, Batch], Loss]] = {
    "pointer": pointer_loss,
    "classifier": classifier_loss,
    "next_word": next_word_loss,
}


def next_word_logits(model: Model, output: np.ndarray, vocabulary: np.ndarray) -> np.ndarray:
    """The score of each word to come next, s x' Eᵀ: (..., d_model) the last layer's output → (..., n_words)."""
    logits: np.ndarray = output[..., : model.d_word] @ vocabulary.T * LOGIT_SCALE
    return logits


def next_word_probabilities(model: Model, output: np.ndarray, vocabulary: np.ndarray) -> np.ndarray:
    """The probability of each word to come next, the softmax of its score: (..., d_model) → (..., n_words)."""
    return softmax(next_word_logits(model, output, vocabulary))


def probability_good(model: Model, output: np.ndarray) -> np.ndarray:
    """A classifier's probability that something good is said at a token: σ(w · x' + b), (..., d_model) → (...).

    Args:
        output: of the last layer.
    """
    probability: np.ndarray = 1 / (1 + np.exp(-(output @ model.parameters["w"] + model.parameters["b"])))
    return probability


def loss_and_gradients(model: Model, batch: Batch) -> tuple[float, dict[str, np.ndarray]]:
    """The mean loss of a batch's questions, and its derivative by every parameter."""
    layers = forward(model, batch.x, batch.mask)
    losses, d_weights, d_output, gradients = LOSSES[model.kind](model, layers[-1], batch)
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

    def __init__(self, rate: float = 0.003, decay: float = 0.0, beta_m: float = 0.9):
        self.rate, self.decay, self.beta_m = rate, decay, beta_m
        self.t = 0
        self.m: dict[str, np.ndarray] = {}
        self.s: dict[str, np.ndarray] = {}

    def step(self, parameters: dict[str, np.ndarray], gradients: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The parameters after one step, as new arrays."""
        self.t += 1
        after = {}
        for name, value in parameters.items():
            g = gradients[name]
            self.m[name] = m = self.beta_m * self.m.get(name, 0) + (1 - self.beta_m) * g
            self.s[name] = s = BETA_S * self.s.get(name, 0) + (1 - BETA_S) * g * g
            m, s = m / (1 - self.beta_m**self.t), s / (1 - BETA_S**self.t)
            after[name] = (value - self.rate * (m / (np.sqrt(s) + 1e-8) + self.decay * value)).astype(value.dtype)
        return after


@dataclass(frozen=True)
class Recipe:
    """How to train.

    Attributes:
        steps: how many times the parameters are changed.
        batch: how many sentences each step looks at.
        rate: Adam's learning rate at the start.
        constant: the share of the steps during which the rate stays; then it falls to zero along a straight line.
        decay: Adam's weight decay.
        noise: the standard deviation of the random numbers that each step adds to the word vectors, so that the model
            is also right for vectors near those of the training words.
        beta_m: how much of Adam's mean of gradients each step keeps: 0.9 averages some ten steps, 0.8 five.
        every: how many steps there are from one report to the next; in the first 2 · every steps, when most is learned,
            reports come five times as often.
    """

    steps: int = 1000
    batch: int = 64
    rate: float = 0.01
    decay: float = 0.1
    noise: float = 0.1
    constant: float = 0.0
    beta_m: float = 0.9
    every: int = 100

    def next_report(self, step: int) -> int:
        """The next step to be reported, this one included; the last step always is.

        >>> [Recipe(every=50).next_report(step) for step in (1, 10, 91, 101, 1000)]
        [10, 10, 100, 150, 1000]
        """
        interval = self.every if step > 2 * self.every else max(self.every // 5, 1)
        return min(-(-step // interval) * interval, self.steps)


@dataclass(frozen=True)
class Progress:
    """A report of a training: the step, the mean loss since the last report, the held-out accuracy, and the model."""

    step: int
    loss: float
    accuracy: float
    model: Model


def train(
    model: Model,
    training: EncodedSentences,
    testing: EncodedSentences,
    generator: np.random.Generator,
    recipe: Recipe | None = None,
) -> Iterator[Progress]:
    """Train a model, a report at a time: the caller may draw each, and stops the training by taking no more reports.

    Raises:
        Diverged: a parameter is no longer a finite number, or the loss is no longer below MAX_LOSS.
    """
    recipe = recipe or Recipe()
    adam = Adam(recipe.rate, recipe.decay, recipe.beta_m)
    losses: list[float] = []
    yield Progress(0, math.nan, accuracy(model, testing), model)
    for step in range(1, recipe.steps + 1):
        batch = training.batch(generator.integers(len(training), size=recipe.batch))
        noise = generator.standard_normal(batch.x.shape, np.float32) * recipe.noise
        adam.rate = recipe.rate * min(1.0, (1 - (step - 1) / recipe.steps) / (1 - recipe.constant))
        with np.errstate(all="ignore"):  # a number that overflows is noticed below
            loss, gradients = loss_and_gradients(model, replace(batch, x=batch.x + noise))
            model = replace(model, parameters=adam.step(model.parameters, gradients))
        if not (loss < MAX_LOSS and all(np.isfinite(value).all() for value in model.parameters.values())):
            raise Diverged(step, recipe.rate)
        losses.append(loss)
        if step == recipe.next_report(step):
            yield Progress(step, sum(losses) / len(losses), accuracy(model, testing), model)
            losses = []


def predict(model: Model, batch: Batch) -> np.ndarray:
    """(q,) the model's answers: a pointer's place, a classifier's 1 or 0, or the next word's row of the vocabulary.

    A pointer's place is that of the largest weight of the whole row, the query included. Of weights that are equal but
    for rounding, as those of a word that stands twice, it is the first.
    """
    last = forward(model, batch.x, batch.mask)[-1]
    if model.kind == "pointer":
        return first_largest(last.attention.weights.mean(axis=1)[batch.rows, batch.queries])
    output = last.output[batch.rows, batch.queries]
    if model.kind == "classifier":
        return np.asarray(output @ model.parameters["w"] + model.parameters["b"] > 0, int)
    return first_largest(next_word_logits(model, output, batch.vocabulary), LOGIT_TOLERANCE)


def is_correct(model: Model, sentences: EncodedSentences) -> np.ndarray:
    """(questions,) booleans: which are answered correctly.

    A pointer without positions is correct when the word it looks at most is the right one, wherever that word stands;
    with positions it has to find the place.
    """
    found = []
    for start in range(0, len(sentences), 250):
        batch = sentences.batch(slice(start, start + 250))
        predicted, answer = predict(model, batch), batch.answers
        if model.kind == "next_word":
            answer = batch.ids[batch.rows, answer]
        elif model.kind == "pointer" and not model.d_positions:
            predicted, answer = batch.ids[batch.rows, predicted], batch.ids[batch.rows, answer]
        found.append(predicted == answer)
    return np.concatenate(found)


def accuracy(model: Model, sentences: EncodedSentences) -> float:
    """The share of questions that the model answers correctly."""
    return float(is_correct(model, sentences).mean())
