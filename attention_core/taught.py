"""The models that come with the app: trained by `python -m attention_core --train`, stored in data/taught/.

Every model is determined by its task, its layers, heads and d_k, the recipe and a seed: the sentences to train with and
to test with are the same for all models of a task. On another machine, which sums products in another order, the last
digits of its numbers differ.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from attention_core import copying, files, layers, learning, tasks
from attention_core.embeddings import Embeddings
from attention_core.layers import Kind, Layer, Model
from attention_core.learning import EncodedSentences, Progress, Recipe

SEED = 0  # of the models that come with the app
D_WORD, D_K, D_POSITIONS = 50, 16, 32
TRAINING, TESTING = (1, 24_000), (2, 1000)  # the seed that draws the sentences, and how many there are
TRAINING_COPIES, TESTING_COPIES = (1, 12_000), (2, 300)  # the same for the task "copy": each has several queries


class NoSuchModel(ValueError):
    """A task, or layers and heads, for which no model comes with the app; the message says which there are."""


@dataclass(frozen=True)
class ModelSpec:
    """A task and the model that is trained for it.

    Attributes:
        task: its name.
        n_layers, n_heads: the layers, and the heads of each.
        residual: whether a layer's output is added to its input.
        positions: whether the numbers of a word's position stand behind those of its vector.
    """

    task: str
    n_layers: int
    n_heads: int
    residual: bool = True
    positions: bool = False

    @property
    def kind(self) -> Kind:
        """What the loss depends on."""
        kinds: dict[str, Kind] = {"negation": "classifier", "copy": "next_word"}
        return kinds.get(self.task, "pointer")

    @property
    def d_positions(self) -> int:
        """How many numbers of a word's position stand behind those of its vector."""
        return D_POSITIONS if self.positions else 0

    @property
    def recipe(self) -> Recipe:
        """The training recipe.

        Pointers get better on new words with more noise, classifiers worse. Copying is learned suddenly, after some
        steps without progress. That happens within 200 steps if the rate is constant for half of them: without that
        79 % of unseen words are right after 250 steps, with it 84 to 85 %. `layers.new_model` has the other reason: the
        numbers that such a model starts with.
        """
        if self.kind == "next_word":
            return Recipe(steps=200, rate=0.02, decay=0.0, constant=0.5, beta_m=0.8)
        if self.task in {"subject", "adjective"}:
            return Recipe(steps=2000, noise=0.15, batch=64 * self.n_layers)
        return Recipe(noise=0.3, batch=64 * self.n_layers) if self.kind == "pointer" else Recipe()

    @property
    def title(self) -> str:
        """In words: "2 layers of 1 head"."""
        counts = ((self.n_layers, "layer"), (self.n_heads, "head"))
        layers_and_heads = " of ".join(f"{n} {word}{'s' * (n > 1)}" for n, word in counts)
        extras = ["a residual"] * (self.kind == "classifier" and self.residual) + ["positions"] * self.positions
        return " and ".join([layers_and_heads, *extras])

    @property
    def name(self) -> str:
        """Layers and heads in short: "1-2", "1-1-residual", "2-4-positions"."""
        residual = "-residual" * (self.kind == "classifier" and self.residual)
        return f"{self.n_layers}-{self.n_heads}{residual}{'-positions' * self.positions}"

    @property
    def file(self) -> str:
        """The name of its file in data/."""
        return f"taught/{self.task}-{self.name}.npz"

    @property
    def d_k(self) -> int:
        """The width of a head's queries, keys and values: larger where a head has to find positions, or copy a word."""
        return 32 if self.task in {"subject", "adjective", "copy"} else D_K

    def new_model(self, generator: np.random.Generator, d_word: int, d_k: int | None = None) -> Model:
        """The model before training; d_k None means the spec's own."""
        d_k = self.d_k if d_k is None else d_k
        return layers.new_model(
            generator, d_word, self.n_layers, self.n_heads, d_k, self.residual, self.kind, self.d_positions
        )


# The models that come with the app, the best of each task first.
SHIPPED = (
    ModelSpec("object", 1, 2),
    ModelSpec("object", 1, 1),
    ModelSpec("subject", 2, 4, positions=True),
    ModelSpec("subject", 2, 4),
    ModelSpec("adjective", 2, 4, positions=True),
    ModelSpec("adjective", 2, 4),
    ModelSpec("gender", 1, 1),
    ModelSpec("gender", 1, 2),
    ModelSpec("meaning", 2, 4),
    ModelSpec("meaning", 1, 1),
    ModelSpec("negation", 1, 2, residual=False),
    ModelSpec("negation", 1, 1, residual=False),
    ModelSpec("negation", 1, 1, residual=True),
    ModelSpec("copy", 2, 1, positions=True),
    ModelSpec("copy", 1, 1, positions=True),
    ModelSpec("copy", 2, 1),
)


def find_spec(task: str, n_layers: int | None = None, n_heads: int | None = None) -> ModelSpec:
    """The best of the models that come with the app and have these layers and heads; None: any number.

    Raises:
        NoSuchModel: there is none.
    """
    of_task = [spec for spec in SHIPPED if spec.task == task]
    for spec in of_task:
        if n_layers in (None, spec.n_layers) and n_heads in (None, spec.n_heads):
            return spec
    if not of_task:
        raise NoSuchModel(f"nothing is taught for the task {task}: raw vectors do it, or it is none of the tasks")
    titles = ", ".join(spec.title for spec in of_task)
    raise NoSuchModel(f"no such model for the task {task} comes with the app; there are: {titles}")


def load(spec: ModelSpec) -> Model:
    """A model that comes with the app.

    Raises:
        DamagedData: its file is missing or altered.
    """
    with np.load(files.verify_file(spec.file)) as stored:
        parameters: dict[str, np.ndarray] = {name: stored[name] for name in stored.files}
    for parameter in parameters.values():
        parameter.setflags(write=False)
    return Model(spec.n_layers, spec.n_heads, spec.residual, spec.kind, parameters, spec.d_positions)


@dataclass(frozen=True)
class Taught:
    """Everything that a taught model computed for a sentence.

    Attributes:
        model: its numbers.
        tokens: the n tokens that have a vector; unknown: those that have none.
        layers: what each layer computed, the first layer first. In the last layer of a pointer, which has no W_V, the
            output of each head is (n, d_model).
    """

    model: Model
    tokens: list[str]
    unknown: list[str]
    layers: list[Layer]


def taught_attention(
    tokens: list[str],
    task: str,
    glove: Embeddings,
    n_layers: int | None = None,
    n_heads: int | None = None,
) -> Taught:
    """Run a model that comes with the app on a sentence.

    Args:
        tokens: as `text.tokenize` gives them.
        task: one of those of SHIPPED.
        glove: the vectors the models were trained on, 50 numbers each.
        n_layers, n_heads: as in `find_spec`.

    Raises:
        NoSuchModel: no such model comes with the app, or the vectors are not those it was trained on.
        UnknownWords: no token has a vector.
        DamagedData: the model's file is missing or altered.
    """
    model = load(find_spec(task, n_layers, n_heads))
    if glove.d_model != model.d_word:
        raise NoSuchModel(f"the taught models read vectors of {model.d_word} numbers, and these have {glove.d_model}")
    known, unknown = glove.split_known(tokens)
    return Taught(model, known, unknown, layers.forward(model, glove.look_up(known)))


def datasets(
    task: str, glove: Embeddings, test_words: Collection[str] | None = None
) -> tuple[EncodedSentences, EncodedSentences]:
    """The sentences to train with and those to test with.

    Args:
        test_words: the words that are only for testing; None means `held_out`.
    """
    test_words = tasks.held_out() if test_words is None else test_words

    def drawn(seed: int, count: int, *, testing: bool) -> list[tasks.Example]:
        generator = np.random.default_rng(seed)
        if task == "copy":
            return list(copying.make_examples(count, generator, testing=testing, test_words=test_words))
        return list(tasks.make_examples(task, count, generator, testing=testing, test_words=test_words))

    if task == "copy":
        return copying.datasets(glove, drawn(*TRAINING_COPIES, testing=False), drawn(*TESTING_COPIES, testing=True))
    return tasks.encode(drawn(*TRAINING, testing=False), glove), tasks.encode(drawn(*TESTING, testing=True), glove)


def train(
    spec: ModelSpec,
    sentences: tuple[EncodedSentences, EncodedSentences],
    seed: int = SEED,
    d_k: int | None = None,
    recipe: Recipe | None = None,
) -> Iterator[Progress]:
    """Train a model from random numbers, a report at a time.

    Args:
        sentences: those to train with and those to test with, as `datasets` gives them.

    Raises:
        Diverged: training failed.
    """
    generator = np.random.default_rng(seed)
    model = spec.new_model(generator, sentences[0].vocabulary.shape[1], d_k)
    return learning.train(model, *sentences, generator, recipe or spec.recipe)


def save(spec: ModelSpec, model: Model) -> None:
    """Store a model in data/taught/ and its checksum in data/SHA256SUMS; the same numbers give the same bytes."""
    arrays: dict[str, Any] = dict(model.parameters)
    files.replace_file(files.DATA / spec.file, lambda path: np.savez(path, **arrays))
    files.record_checksums(spec.file)
