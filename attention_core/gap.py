"""The gap, measured: how often raw vectors, taught models and a pretrained transformer are right, task by task.

A row is a task, and every column is measured on the same sentences: made of words that no taught model has seen
("unseen"), and written by hand, with other structures ("natural"). What counts as right favours the models that were
not trained for it:

    raw      the query gives the answer its largest weight; no word may look at itself
    taught   the query gives the answer its largest weight; it may look at itself
    MiniLM   the query gives the answer its largest weight in the best of the 72 heads; its weights on itself, on [CLS]
             and on [SEP] do not count. The head is chosen on sentences made of training words

Raw vectors, and taught models without positions, give a word that stands twice the same weight in both places, and
either is right. MiniLM and taught models with positions have to find the place. Weights within 1e-6 of each other are a
tie, and of a tie the first place counts.

The "unseen" words are those of the split that comes with the app. Lists of words were tuned on it, so the figures of
the taught models on it may be too good; we looked at errors on the "natural" sentences too. "splits" in the table gives
the accuracy on ten other splits, drawn at random, on which the models were trained and tested again. No word or
template was chosen on these, and none of them was left out. The templates of object and negation were rewritten after
we had seen the accuracy on those ten once.

In the task negation the answer is whether the sentence says good or bad. For raw vectors and MiniLM a linear probe
tells that. It is fitted to training sentences by least squares: on the raw attention output of the query, and on
MiniLM's sentence vector.
"""

import json
import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from attention_core import files, learning, tasks, taught
from attention_core.alignment import Pairs, align_to_pieces
from attention_core.attention import scaled_dot_product_attention
from attention_core.embeddings import Embeddings
from attention_core.maps import by_words
from attention_core.ranking import first_largest
from attention_core.tasks import Example

if TYPE_CHECKING:
    from attention_core.bert import MiniLM

CHOSEN_ON, PROBED_ON = 200, 800  # sentences to choose a head on, and to fit a probe to
SEEDS = SPLITS = 10
FIRST_UNSEEN_SPLIT = 10  # no list or template was chosen by the accuracy on this split or the next nine
Z = 1.959964  # 95 % of a normal distribution lie within so many standard deviations of its mean
RAW, MINILM = "raw", "minilm"
INPUTS = (
    "glove/vectors.npy",
    "minilm/model.safetensors",
    *(f"tasks/{name}.json" for name in ("words", "natural", *tasks.TASKS)),
)


@dataclass(frozen=True)
class Score:
    """How many sentences of a set were answered correctly, and the places in the set of those that were not."""

    right: int
    count: int
    wrong: list[int]

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % confidence interval of the true share of right answers."""
        return wilson(self.right, self.count)


def wilson(right: int, n: int) -> tuple[float, float]:
    """The 95 % confidence interval of a share p = right / n (Wilson 1927), which stays within 0 and 1.

    (p + z²/2n ± z √(p (1 - p)/n + z²/4n²)) / (1 + z²/n)

    >>> [round(bound, 3) for bound in wilson(9, 10)]
    [0.596, 0.982]
    """
    p, spread = right / n, Z * Z / n
    middle = p + spread / 2
    half = Z * math.sqrt(p * (1 - p) / n + spread / (4 * n))
    return (middle - half) / (1 + spread), (middle + half) / (1 + spread)


def score(is_correct: np.ndarray) -> Score:
    """The score of a set, from a boolean for each sentence."""
    return Score(int(is_correct.sum()), len(is_correct), np.flatnonzero(~is_correct).tolist())


def chance(task: str, sentences: list[Example]) -> float:
    """How often guessing is right: one of two answers, or one of all other words of the sentence."""
    if task in {"meaning", "negation"}:
        return 0.5
    return statistics.fmean(1 / (len(sentence.tokens) - 1) for sentence in sentences)


def columns(task: str) -> dict[str, taught.ModelSpec | None]:
    """The columns of a row by name: raw, one for each taught model ("1-2": 1 layer of 2 heads), minilm."""
    of_task = sorted((spec for spec in taught.SHIPPED if spec.task == task), key=lambda spec: spec.file)
    return {RAW: None, **{spec.name: spec for spec in of_task}, MINILM: None}


def raw_is_correct(sentences: list[Example], glove: Embeddings) -> np.ndarray:
    """(sentences,) whether raw attention gives the answer the largest weight of the query's row, itself left out."""
    found = []
    for sentence in sentences:
        x = glove.look_up(list(sentence.tokens))
        mask = ~np.eye(len(x), dtype=bool)
        row = scaled_dot_product_attention(x, x, x, mask).weights[sentence.query]
        found.append(sentence.tokens[first_largest(row)] == sentence.tokens[sentence.answer])
    return np.array(found)


def raw_outputs(sentences: list[Example], glove: Embeddings) -> np.ndarray:
    """(sentences, d_model) the output of raw attention for the query."""
    found = []
    for sentence in sentences:
        x = glove.look_up(list(sentence.tokens))
        found.append(scaled_dot_product_attention(x, x, x).output[sentence.query])
    return np.array(found)


def spaces_before(tokens: Iterable[str]) -> list[str]:
    """What stands before each token of a sentence as people write it: nothing before a comma, a period or n't."""
    joined = (",", ".", "?", "n't", "'s")
    return ["" if place == 0 or token in joined else " " for place, token in enumerate(tokens)]


def join_tokens(tokens: Sequence[str]) -> str:
    """A sentence as people write it."""
    return "".join(space + token for space, token in zip(spaces_before(tokens), tokens, strict=True))


def heads_correct(sentence: Example, model: "MiniLM") -> np.ndarray:
    """(n_layers, n_heads) whether a head is right, as in `maps_correct`."""
    text = join_tokens(sentence.tokens)
    reading = model.read(text)
    return maps_correct(sentence, reading.maps, align_to_pieces(sentence.tokens, text, reading.tokens))


def maps_correct(sentence: Example, maps: np.ndarray, pairs: Pairs) -> np.ndarray:
    """(...) whether the query gives the answer the largest weight of all words but itself.

    Args:
        maps: (..., n, n) the weights between a model's word pieces.
        pairs: of the sentence's tokens and the pieces.
    """
    query, answer = (
        next(i for i, (ours, _) in enumerate(pairs) if place in ours) for place in (sentence.query, sentence.answer)
    )
    row = by_words(maps, [pieces for _, pieces in pairs])[..., query, :]
    row[..., query] = -np.inf
    return np.asarray(first_largest(row) == answer)


def sentence_vectors(sentences: list[Example], model: "MiniLM") -> np.ndarray:
    """(sentences, d_model) MiniLM's vector of each sentence."""
    return np.array([model.read(join_tokens(sentence.tokens)).sentence_vector for sentence in sentences])


def is_good(sentences: list[Example]) -> np.ndarray:
    """(sentences,) whether a sentence of the task negation says something good."""
    return np.array([sentence.answer == 1 for sentence in sentences])


def fit_probe(x: np.ndarray, good: np.ndarray) -> np.ndarray:
    """A linear probe by ridge regression: w = (XᵀX + λ I)⁻¹ Xᵀ y (Hoerl & Kennard 1970).

    X is x with a column of 1s, y is 1 for good and -1 for bad. Of five λ, the one is taken with which a probe that is
    fitted to three quarters of the sentences is right most often on the last quarter.
    """
    x, y = _with_ones(x), np.where(good, 1.0, -1.0)

    def fit(x: np.ndarray, y: np.ndarray, strength: float) -> np.ndarray:
        return np.asarray(np.linalg.solve(x.T @ x + strength * np.eye(x.shape[1]), x.T @ y))

    cut = len(x) * 3 // 4
    rates = {
        strength: np.mean((x[cut:] @ fit(x[:cut], y[:cut], strength) > 0) == (y[cut:] > 0))
        for strength in (0.01, 0.1, 1.0, 10.0, 100.0)
    }
    return fit(x, y, max(rates, key=rates.__getitem__))


def probe_is_correct(w: np.ndarray, x: np.ndarray, good: np.ndarray) -> np.ndarray:
    """(sentences,) whether x w has the right sign."""
    return np.asarray((_with_ones(x) @ w > 0) == good)


def _with_ones(x: np.ndarray) -> np.ndarray:
    return np.hstack([x, np.ones((len(x), 1))])


def evaluation_sets(task: str) -> dict[str, list[Example]]:
    """The sentences on which every model is measured in a task: those that training is tested on, each once."""
    seed, count = taught.TESTING
    unseen = dict.fromkeys(tasks.make_examples(task, count, np.random.default_rng(seed), testing=True))
    return {"unseen": list(unseen), "natural": tasks.natural_sentences(task) if task != "similarity" else []}


def training_sentences(task: str, count: int) -> list[Example]:
    """Sentences made of training words, on which MiniLM's head is chosen and the probes are fitted."""
    return list(tasks.make_examples(task, count, np.random.default_rng(4), testing=False))


def evaluate(
    task: str, column: str, sets: dict[str, list[Example]], glove: Embeddings, minilm: "MiniLM | None" = None
) -> tuple[dict[str, np.ndarray], list[int] | None]:
    """For each set which sentences a column answers correctly; and MiniLM's chosen layer and head, counted from 1.

    Args:
        minilm: needed for its own column only.

    Raises:
        ValueError: the column is MiniLM's, and the model is missing.
    """
    sets = {name: sentences for name, sentences in sets.items() if sentences}
    if spec := columns(task)[column]:
        model = taught.load(spec)
        return {name: learning.is_correct(model, tasks.encode(found, glove)) for name, found in sets.items()}, None
    if column == MINILM and minilm is None:
        raise ValueError("the column of MiniLM needs the model")
    if task == "negation":
        return _evaluate_probe(
            sets,
            lambda found: sentence_vectors(found, minilm) if column == MINILM and minilm else raw_outputs(found, glove),
        )
    if column == RAW or minilm is None:
        return {name: raw_is_correct(sentences, glove) for name, sentences in sets.items()}, None
    counts = np.sum([heads_correct(sentence, minilm) for sentence in training_sentences(task, CHOSEN_ON)], axis=0)
    layer, head = np.unravel_index(counts.argmax(), counts.shape)  # whole numbers: of a tie the first
    found = {
        name: np.array([heads_correct(sentence, minilm)[layer, head] for sentence in sentences])
        for name, sentences in sets.items()
    }
    return found, [int(layer) + 1, int(head) + 1]


def _evaluate_probe(
    sets: dict[str, list[Example]], vectors: Callable[[list[Example]], np.ndarray]
) -> tuple[dict[str, np.ndarray], None]:
    """For each set which sentences a probe, fitted to training sentences, answers correctly."""
    training = training_sentences("negation", PROBED_ON)
    w = fit_probe(vectors(training), is_good(training))
    return {name: probe_is_correct(w, vectors(found), is_good(found)) for name, found in sets.items()}, None


def measure_table(glove: Embeddings, minilm: "MiniLM", report: Callable[[str], object]) -> dict[str, Any]:
    """The whole table, as it is stored in data/taught/gap.json.

    Returns:
        {"inputs": {file: SHA-256}, "rows": {task: {"chance": ..., "sentences": {set: [sentence with its marks]},
        "cells": {column: {"head": [layer, head] or None, set: {"right", "of", "low", "high", "wrong": [which]}}}}}}
    """
    rows = {}
    for task in tasks.TASKS:
        sets, cells = evaluation_sets(task), {}
        for column in columns(task):
            found, head = evaluate(task, column, sets, glove, minilm)
            cells[column] = {"head": head} | {name: as_cell(score(booleans)) for name, booleans in found.items()}
            report(format_cell(task, column, cells[column]))
        marked = {name: [tasks.add_marks(s, task) for s in sentences] for name, sentences in sets.items()}
        rows[task] = {"chance": chance(task, sets["unseen"]), "sentences": marked, "cells": cells}
    inputs = [*INPUTS, *(spec.file for spec in taught.SHIPPED)]
    return {"inputs": {name: files.file_digest(files.DATA / name) for name in inputs}, "rows": rows}


def as_cell(found: Score) -> dict[str, Any]:
    """A score as it is stored in the table."""
    low, high = found.interval
    return {"right": found.right, "of": found.count, "low": round(low, 4), "high": round(high, 4), "wrong": found.wrong}


def format_cell(task: str, column: str, cell: dict[str, Any]) -> str:
    """A cell as a line of text."""
    parts = [
        f"{name} {found['right'] / found['of']:6.1%} of {found['of']} ({found['low']:.0%} to {found['high']:.0%})"
        for name, found in cell.items()
        if name != "head"
    ]
    head = f"  layer {cell['head'][0]} head {cell['head'][1]}" if cell["head"] else ""
    return f"{task:<11}{column:<14}{'   '.join(parts)}{head}"


def other_seeds(spec: taught.ModelSpec, glove: Embeddings) -> list[float]:
    """The held-out accuracy of a model trained again from each of ten seeds."""
    sentences = taught.datasets(spec.task, glove)
    return [_trained_accuracy(spec, sentences, seed) for seed in range(SEEDS)]


def other_splits(spec: taught.ModelSpec, glove: Embeddings, splits: int = SPLITS) -> list[float]:
    """The held-out accuracy of a model trained and tested on each of several other splits of the words."""
    drawn = (tasks.other_split(FIRST_UNSEEN_SPLIT + number, glove) for number in range(splits))
    return [_trained_accuracy(spec, taught.datasets(spec.task, glove, test_words)) for test_words in drawn]


def _trained_accuracy(
    spec: taught.ModelSpec,
    sentences: tuple[learning.EncodedSentences, learning.EncodedSentences],
    seed: int = taught.SEED,
) -> float:
    """The held-out accuracy at the end of a training; no reports before the end."""
    recipe = replace(spec.recipe, every=spec.recipe.steps)
    *_, last = taught.train(spec, sentences, seed, recipe=recipe)
    return last.accuracy


def load_table() -> dict[str, Any]:
    """The table that comes with the app, as `measure_table` returns it, with ten seeds and ten other splits.

    Raises:
        DamagedData: its file is missing or altered.
    """
    table: dict[str, Any] = json.loads(files.verify_file("taught/gap.json").read_text("utf-8"))
    return table


def train_all(glove: Embeddings, minilm: "MiniLM", report: Callable[[str], object]) -> dict[str, Any]:
    """Train every model that comes with the app, store them, and measure the table; `report` gets a line per figure.

    Running it again on the same machine gives the same bytes.

    Raises:
        ValueError: the vectors are not those that the models which come with the app read.
    """
    if glove.d_model != taught.D_WORD:
        raise ValueError(f"the models read vectors of {taught.D_WORD} numbers, and these have {glove.d_model}")
    seeds: dict[str, list[float]] = {}
    splits: dict[str, list[float]] = {}
    for spec in taught.SHIPPED:
        *_, last = taught.train(spec, taught.datasets(spec.task, glove))
        taught.save(spec, last.model)
        report(f"{spec.task:<11}{spec.title:<36}held out: {last.accuracy:.1%}")
        for title, found, measure in (("seeds", seeds, other_seeds), ("other splits", splits, other_splits)):
            found[spec.file] = accuracies = measure(spec, glove)
            mean, deviation = statistics.fmean(accuracies), statistics.pstdev(accuracies)
            low, high = min(accuracies), max(accuracies)
            report(f"{'':<47}{len(accuracies)} {title}: {mean:.1%} ± {deviation:.1%}, {low:.1%} to {high:.1%}")
    table = measure_table(glove, minilm, report) | {"seeds": seeds, "splits": splits}
    text = json.dumps(table, indent=1) + "\n"
    files.replace_file(files.DATA / "taught/gap.json", lambda path: path.write_text(text, "utf-8"))
    files.record_checksums("taught/gap.json")
    return table
