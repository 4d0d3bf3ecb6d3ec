"""What learning has to obey: gradients against finite differences, layers against loops, Adam against its paper."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from attention_core import learning
from attention_core.attention import NothingToAttend
from attention_core.layers import Model, forward, new_model
from attention_core.learning import Adam, Batch, Diverged, EncodedSentences, Recipe, loss_and_gradients
from tests.support.generated import NIGHTLY

D_WORD, D_K = 5, 3
SHAPES = [  # layers, heads, residual, kind, numbers of a position
    *itertools.product((1, 2), (1, 2), (True, False), ("pointer", "classifier"), (0,)),
    *itertools.product((1, 2), (1, 2), (True,), ("next_word",), (0, 4)),
    (3, 2, True, "pointer", 0),
    (2, 2, True, "pointer", 4),
    (1, 1, False, "pointer", 3),
    (1, 2, False, "classifier", 4),
]


def sentences(lengths: tuple[int, ...] = (4, 2, 3), *, kind: str = "pointer") -> EncodedSentences:
    """Sentences of such lengths, every word another random vector; the last word is the query, the first the answer.

    For a model of the next word, the first word of a sentence is a query as well, and the second its answer.
    """
    generator = np.random.default_rng(7)
    ids = np.full((len(lengths), max(lengths)), -1)
    for row, length in enumerate(lengths):
        ids[row, :length] = sum(lengths[:row]) + np.arange(length)
    answers = np.full(ids.shape, -1)
    answers[np.arange(len(lengths)), np.array(lengths) - 1] = [1, 0, 1] if kind == "classifier" else 0
    if kind == "next_word":
        answers[:, 0] = 1
    vocabulary = generator.standard_normal((sum(lengths), D_WORD)).astype(np.float32)
    return EncodedSentences(vocabulary, ids, answers)


def single_batch(x: np.ndarray, query: int, answer: int) -> Batch:
    """A single sentence, x (1, n, d_word), every word another, with its query and answer."""
    n = x.shape[1]
    return Batch(x, np.ones((1, 1, 1, n), bool), np.arange(n)[None], *np.array([[0], [query], [answer]]), x[0])


def in_double(model: Model) -> Model:
    return replace(model, parameters={name: value.astype(np.float64) for name, value in model.parameters.items()})


@pytest.mark.parametrize(("n_layers", "n_heads", "residual", "kind", "d_positions"), SHAPES)
def test_every_gradient_is_the_slope_of_the_loss(n_layers, n_heads, residual, kind, d_positions):
    model = in_double(new_model(np.random.default_rng(3), D_WORD, n_layers, n_heads, D_K, residual, kind, d_positions))
    batch = sentences(kind=kind).batch(slice(None))
    batch = replace(batch, x=batch.x.astype(np.float64), vocabulary=batch.vocabulary.astype(np.float64))
    _, gradients = loss_and_gradients(model, batch)
    assert gradients.keys() == model.parameters.keys()
    for name, value in model.parameters.items():
        assert gradients[name].shape == value.shape
        for place in list(np.ndindex(value.shape))[:: 1 if NIGHTLY else 4]:
            slope = 0.0
            for step in (1e-5, -1e-5):
                moved = value.copy()
                moved[place] += step
                loss, _ = loss_and_gradients(replace(model, parameters=model.parameters | {name: moved}), batch)
                slope += loss / (2 * step)
            assert gradients[name][place] == pytest.approx(slope, rel=1e-5, abs=1e-8), (name, place)


@pytest.mark.parametrize(("n_layers", "n_heads", "residual", "kind", "d_positions"), SHAPES)
def test_a_stack_of_layers_is_what_the_formula_says_written_as_loops(n_layers, n_heads, residual, kind, d_positions):
    model = in_double(new_model(np.random.default_rng(4), D_WORD, n_layers, n_heads, D_K, residual, kind, d_positions))
    x = sentences().vocabulary[:4].astype(np.float64)
    layers = forward(model, x)
    p, d_model = model.parameters, D_WORD + d_positions
    places = [
        [(math.cos if d % 2 else math.sin)(i / 10000 ** (d // 2 * 2 / d_positions)) for d in range(d_positions)]
        for i in range(len(x))
    ]
    x = np.hstack([x, np.reshape(places, (len(x), d_positions))])
    for l in range(1, n_layers + 1):
        given, n = x.tolist(), len(x)
        last_of_a_pointer = l == n_layers and kind == "pointer"
        found = np.zeros((n, d_model))
        for head in range(n_heads):
            own = slice(head * D_K, (head + 1) * D_K)
            W_Q, W_K = p[f"{l}.W_Q"][:, own], p[f"{l}.W_K"][:, own]
            for i in range(n):
                scores = []
                visible = range(i + 1) if kind == "next_word" else range(n)
                for j in visible:
                    query = [sum(given[i][d] * W_Q[d, c] for d in range(d_model)) for c in range(D_K)]
                    key = [sum(given[j][d] * W_K[d, c] for d in range(d_model)) for c in range(D_K)]
                    scores.append(sum(a * b for a, b in zip(query, key, strict=True)) / math.sqrt(D_K))
                shares = [math.exp(s) / sum(math.exp(t) for t in scores) for s in scores]
                shares += [0.0] * (n - len(shares))
                assert layers[l - 1].attention.weights[head, i].tolist() == pytest.approx(shares, rel=1e-5, abs=1e-6)
                for j in range(n):
                    if last_of_a_pointer:
                        found[i] += shares[j] * x[j] / n_heads
                    else:
                        found[i] += shares[j] * (x[j] @ p[f"{l}.W_V"][:, own]) @ p[f"{l}.W_O"][own]
        x = x + found if residual else found
        np.testing.assert_allclose(layers[l - 1].output, x, rtol=1e-5, atol=1e-6)


def test_the_loss_is_the_mean_of_minus_the_logarithm_of_what_the_right_answer_gets():
    x = np.array([[[1.0, 0.0], [0.0, 1.0]]])
    q, k = np.array([[0.0], [1.0]]), np.array([[math.log(3)], [0.0]])  # the second word scores log 3 and 0: 3 to 1
    batch = single_batch(x, query=1, answer=0)
    loss, _ = loss_and_gradients(Model(1, 1, True, "pointer", {"1.W_Q": q, "1.W_K": k}), batch)
    assert loss == pytest.approx(-math.log(0.75))


def test_padding_changes_nothing():
    model = new_model(np.random.default_rng(0), D_WORD, 2, 2, D_K)
    many = sentences()
    together = forward(model, many.batch(slice(None)).x, many.batch(slice(None)).mask)[-1].attention.weights
    for row, length in enumerate((4, 2, 3)):
        alone = forward(model, many.vocabulary[many.ids[row, :length]])[-1].attention.weights
        np.testing.assert_allclose(together[row, :, :length, :length], alone, atol=1e-6)
        assert not together[row, :, :, length:].any()


def test_a_model_points_at_the_largest_weight_of_the_whole_row_itself_included():
    x = np.eye(3)[None]
    q = np.array([[0.0], [0.0], [1.0]])
    for best in range(3):
        k = np.zeros((3, 1))
        k[best] = 5.0
        model = Model(1, 1, True, "pointer", {"1.W_Q": q, "1.W_K": k})
        assert learning.predict(model, single_batch(x, query=2, answer=0)) == [best]


def test_a_word_that_may_see_nothing_is_said_to_see_nothing():
    with pytest.raises(NothingToAttend):
        forward(new_model(np.random.default_rng(0), D_WORD), sentences((1,)).vocabulary, np.array([[False]]))


def test_single_precision_stays_single_precision():
    for kind in ("pointer", "classifier", "next_word"):
        model = new_model(np.random.default_rng(0), D_WORD, 2, 2, D_K, kind=kind, d_positions=4)
        batch = sentences(kind=kind).batch(slice(None))
        _, gradients = loss_and_gradients(model, batch)
        stepped = Adam().step(model.parameters, gradients)
        for numbers in (model.parameters, gradients, stepped):
            assert {value.dtype for value in numbers.values()} == {np.dtype(np.float32)}


def test_adam_moves_as_algorithm_1_of_its_paper():
    rate, beta_1, beta_2, theta, m, v = 0.1, 0.9, 0.999, 2.0, 0.0, 0.0
    adam, parameters = Adam(rate), {"w": np.array([theta])}
    for t, gradient in enumerate([3.0, -1.0, 0.5, 0.5], start=1):
        m = beta_1 * m + (1 - beta_1) * gradient
        v = beta_2 * v + (1 - beta_2) * gradient**2
        theta -= rate * (m / (1 - beta_1**t)) / (math.sqrt(v / (1 - beta_2**t)) + 1e-8)
        parameters = adam.step(parameters, {"w": np.array([gradient])})
        assert parameters["w"][0] == pytest.approx(theta, rel=1e-12)


def test_weight_decay_pulls_towards_zero_and_leaves_the_running_means_alone():
    plain, decaying = Adam(0.1), Adam(0.1, decay=0.5)
    w, g = {"w": np.array([2.0])}, {"w": np.array([1.0])}
    assert decaying.step(w, g)["w"][0] == pytest.approx(plain.step(w, g)["w"][0] - 0.1 * 0.5 * 2.0)
    assert decaying.m == plain.m


def trained(seed: int = 0, **changes) -> list[learning.Progress]:
    generator = np.random.default_rng(seed)
    recipe = replace(Recipe(steps=60, every=20), **changes)
    return list(learning.train(new_model(generator, D_WORD), sentences(), sentences(), generator, recipe))


def test_training_reports_from_the_first_step_to_the_last_and_gets_better():
    reports = trained(noise=0.0)
    assert [report.step for report in reports] == [*range(0, 40, 4), 40, 60]
    assert math.isnan(reports[0].loss)
    assert reports[-1].loss < 0.5 * reports[1].loss
    assert reports[-1].accuracy == 1


def test_the_same_seed_gives_the_same_numbers_to_the_last_digit_and_another_does_not():
    first, again, other = (trained(seed)[-1].model.parameters for seed in (5, 5, 6))
    for name, value in first.items():
        assert value.tobytes() == again[name].tobytes()
        assert not np.allclose(value, other[name])


def test_two_trainings_at_once_stay_apart_and_each_model_reported_stays_as_it_was():
    alone = [report.model.parameters for report in trained(1)]
    runs = []
    for seed in (1, 2):
        generator = np.random.default_rng(seed)
        model, recipe = new_model(generator, D_WORD), Recipe(steps=60, every=20)
        runs.append(learning.train(model, sentences(), sentences(), generator, recipe))
    in_turn = [mine.model.parameters for mine, _ in zip(*runs, strict=True)]
    for one, other in zip(alone, in_turn, strict=True):
        assert all(one[name].tobytes() == other[name].tobytes() for name in one)


def test_training_that_runs_away_is_stopped_and_says_what_to_do():
    with pytest.raises(Diverged, match=r"step \d+: the learning rate 1e\+06 is too large; try a tenth of it") as caught:
        trained(rate=1e6)
    assert caught.value.rate == 1e6
    assert 1 <= caught.value.step <= 60


def test_a_number_that_is_none_stops_training_at_once():
    broken = sentences()
    broken.vocabulary[0, 0] = np.nan
    generator = np.random.default_rng(0)
    reports = learning.train(new_model(generator, D_WORD), broken, sentences(), generator, Recipe(steps=5))
    next(reports)
    with pytest.raises(Diverged, match="step 1"):
        list(reports)
