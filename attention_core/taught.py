"""The models that come with the app: trained by `python -m attention_core --train`, kept in data/taught/.

Every model is determined by its task, its layers, heads and d_k, the recipe and a seed: the sentences to train with and
to test with are the same for all. On another machine, whose products are summed in another order, the last digits of
its numbers differ.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np

from attention_core import files, learning, tasks
from attention_core.embeddings import Embeddings
from attention_core.learning import Encoded, Layer, Model, Progress, Recipe

SEED = 0  # of the models that come with the app
D_MODEL, D_K = 50, 16
TRAINING, TESTING = (1, 24_000), (2, 1000)  # the seed that draws the sentences, and how many there are


class NoSuchModel(ValueError):
    """A task, or layers and heads, for which no model comes with the app; the message says which there are."""


@dataclass(frozen=True)
class Variant:
    """A task and what is trained for it.

    Attributes:
        task: its name.
        n_layers, n_heads: how many.
        residual: whether what a layer found is added to what it was given.
    """

    task: str
    n_layers: int
    n_heads: int
    residual: bool = True

    @property
    def reads(self) -> bool:
        """Whether the loss reads the output, not the weights."""
        return self.task == "negation"

    @property
    def recipe(self) -> Recipe:
        """How it is trained: what points does better on new words with more noise, and what reads does worse."""
        return Recipe() if self.reads else Recipe(noise=0.3, batch=64 * self.n_layers)

    @property
    def title(self) -> str:
        """In words: "2 layers of 1 head"."""
        layers, heads = (f"{n} {word}{'s' * (n > 1)}" for n, word in ((self.n_layers, "layer"), (self.n_heads, "head")))
        return f"{layers} of {heads}" + (" and a residual" if self.reads and self.residual else "")

    @property
    def file(self) -> str:
        """The name of its file in data/."""
        return f"taught/{self.task}-{self.n_layers}-{self.n_heads}{'-residual' * (self.reads and self.residual)}.npz"


# Those that come with the app; the best of each task stands first.
VARIANTS = (
    Variant("object", 1, 2),
    Variant("object", 1, 1),
    Variant("gender", 1, 1),
    Variant("gender", 1, 2),
    Variant("meaning", 2, 4),
    Variant("meaning", 1, 1),
    Variant("negation", 1, 2, residual=False),
    Variant("negation", 1, 1, residual=False),
    Variant("negation", 1, 1, residual=True),
)


def variant(task: str, layers: int | None = None, heads: int | None = None, residual: bool | None = None) -> Variant:
    """The best of the models that come with the app and have these layers and heads; None leaves the choice open.

    Raises:
        NoSuchModel: there is none.
    """
    of_task = [one for one in VARIANTS if one.task == task]
    wanted = ((layers, "n_layers"), (heads, "n_heads"), (residual, "residual"))
    for one in of_task:
        if all(value is None or value == getattr(one, name) for value, name in wanted):
            return one
    if not of_task:
        raise NoSuchModel(f"nothing is taught for the task {task}: raw vectors do it, or it is none of the tasks")
    there_are = ", ".join(one.title for one in of_task)
    raise NoSuchModel(f"no such model for the task {task} comes with the app; there are: {there_are}")


def load(one: Variant) -> Model:
    """A model that comes with the app.

    Raises:
        DamagedData: its file is missing or altered.
    """
    with np.load(files.checked(one.file)) as stored:
        parameters = {name: stored[name] for name in stored.files}
    for parameter in parameters.values():
        parameter.setflags(write=False)
    return Model(one.n_layers, one.n_heads, one.residual, one.reads, parameters)


@dataclass(frozen=True)
class Taught:
    """What a taught model makes of a sentence.

    Attributes:
        variant: which model it is; model: its numbers.
        tokens: the n tokens that have a vector; unknown: those that have none.
        layers: what each layer computed, the first one first: `layers[l].attention` holds every stage,
            (n_heads, n, n) or (n_heads, n, d_k).
        asks: the place of the word that asks, None where the sentence has none that fits.
    """

    variant: Variant
    model: Model
    tokens: list[str]
    unknown: list[str]
    layers: list[Layer]
    asks: int | None

    @property
    def weights(self) -> np.ndarray:
        """(n, n) the weights of the last layer, the mean over its heads: what the model answers with."""
        return self.layers[-1].attention.weights.mean(axis=0)

    @property
    def good(self) -> np.ndarray | None:
        """(n,) how likely something good is said, read from each token's output; None for a model that points."""
        return learning.goodness(self.model, self.layers[-1].output) if self.model.reads else None


def taught_attention(
    tokens: list[str],
    task: str,
    glove: Embeddings,
    layers: int | None = None,
    heads: int | None = None,
    residual: bool | None = None,
) -> Taught:
    """Let a model that comes with the app look at a sentence.

    Args:
        tokens: as `text.tokenize` gives them.
        task: one of those of VARIANTS.
        glove: the vectors the models were trained on, 50 numbers each.
        layers, heads, residual: which of the task's models; None leaves the choice open, and the best is taken.

    Raises:
        NoSuchModel: no such model comes with the app, or the vectors are not those it was trained on.
        UnknownWords: no token has a vector.
        DamagedData: the model's file is missing or altered.
    """
    chosen = variant(task, layers, heads, residual)
    model = load(chosen)
    if glove.d_model != (d_model := len(model.parameters["1.W_Q"])):
        raise NoSuchModel(f"the taught models read vectors of {d_model} numbers, and these have {glove.d_model}")
    known, unknown = glove.split_known(tokens)
    done = learning.forward(model, glove.look_up(known))
    return Taught(chosen, model, known, unknown, done, tasks.who_asks(task, known))


def material(task: str, glove: Embeddings, kept: Collection[str] | None = None) -> tuple[Encoded, Encoded]:
    """The sentences to train with and those to test with; kept are the words only for testing, as in `examples`."""
    sides = ((TRAINING, False), (TESTING, True))
    return tuple(
        tasks.encode(list(tasks.examples(task, count, np.random.default_rng(seed), testing=testing, kept=kept)), glove)
        for (seed, count), testing in sides
    )


def training(
    one: Variant,
    sentences: tuple[Encoded, Encoded],
    seed: int = SEED,
    d_k: int = D_K,
    recipe: Recipe | None = None,
) -> Iterator[Progress]:
    """Train a model from its first random numbers, a report at a time.

    Raises:
        Diverged: it ran away.
    """
    generator = np.random.default_rng(seed)
    d_model = sentences[0].table.shape[1]
    model = learning.new_model(generator, d_model, one.n_layers, one.n_heads, d_k, one.residual, one.reads)
    return learning.train(model, *sentences, generator, recipe or one.recipe)


def save(one: Variant, model: Model) -> None:
    """Keep a model in data/taught/ and its checksum in data/SHA256SUMS; the same numbers give the same bytes."""
    files.write_anew(files.DATA / one.file, lambda path: np.savez(path, **model.parameters))
    files.note_checksums(one.file)
