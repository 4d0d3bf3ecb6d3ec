"""The language model's column of the gap; data/measure_smollm2.py makes it.

By the rule of MiniLM's column (attention_core/gap.py): right is the word that answers if it gets the largest weight of
all other words from the best of the heads, which is chosen on sentences made of training words. In front of each
sentence stands the model's own mark for a start, left out like MiniLM's [CLS]: without it the first word would get most
of all weight, whatever it is (the attention sink; Xiao et al. 2024).

A language model looks back only. So the row of the word that asks is the same whatever follows it, and a word that
answers later cannot be found: verb → object is zero by construction where the object comes last.

In the task negation the answer is read, by a linear probe on the vector of the last token.
"""

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from attention_core import files, gap, tasks
from attention_core.alignment import align
from attention_core.maps import by_words
from attention_core.ranking import first_largest
from attention_core.tasks import Example

if TYPE_CHECKING:
    from attention_core.llama import Llama

FILE, START = "smollm2/gap.json", "<|im_start|>"


def heads_right(sentence: Example, model: "Llama") -> np.ndarray:
    """(n_layers, n_heads) which heads look most, of all other words, at the one that answers."""
    shape = model.config.n_layers, model.config.n_heads
    if sentence.answer > sentence.asks:
        return np.zeros(shape, bool)
    reading = model.read(START + gap.spelt(sentence.tokens[: sentence.asks + 1]))
    pairs = align(list(sentence.tokens), [piece.strip() for piece in reading.tokens.pieces[1:]])
    groups = [[1 + piece for piece in pieces] for _, pieces in pairs]
    asks, answer = (
        next(i for i, (ours, _) in enumerate(pairs) if place in ours) for place in (sentence.asks, sentence.answer)
    )
    row = by_words(reading.maps, groups)[..., asks, :]
    row[..., asks] = -np.inf
    return first_largest(row) == answer


def last_vectors(sentences: list[Example], model: "Llama") -> np.ndarray:
    """(sentences, d_model) the vector of each sentence's last token as it leaves the last layer."""
    return np.array([model.read(START + gap.spelt(sentence.tokens)).states[-1] for sentence in sentences])


def cell_of(task: str, model: "Llama") -> dict[str, Any]:
    """A cell of the column as it is kept: {"head": [layer, head] from 1 or None, set: as `gap.as_cell`}."""
    sets = {name: sentences for name, sentences in gap.sentences_of(task).items() if sentences}
    if task == "negation":

        def good(sentences: list[Example]) -> np.ndarray:
            return np.array([sentence.answer == 1 for sentence in sentences])

        practice = gap.practice(task, gap.PROBED_ON)
        w = gap.fitted(last_vectors(practice, model), good(practice))
        right = {name: gap.probed_right(w, last_vectors(s, model), good(s)) for name, s in sets.items()}
        head = None
    else:
        counts = sum(heads_right(sentence, model).astype(int) for sentence in gap.practice(task, gap.CHOSEN_ON))
        best = np.unravel_index(counts.argmax(), counts.shape)  # whole numbers: of a tie the first
        right = {name: np.array([heads_right(s, model)[best] for s in sentences]) for name, sentences in sets.items()}
        head = [int(place) + 1 for place in best]
    return {"head": head} | {name: gap.as_cell(gap.score(booleans)) for name, booleans in right.items()}


def read() -> dict[str, dict[str, Any]]:
    """The column that comes with the app: for each task its cell.

    Raises:
        DamagedData: the file is missing or altered.
    """
    return json.loads(files.checked(FILE).read_text("utf-8"))


def measure(model: "Llama", names: Iterable[str], report: Callable[[str], object]) -> None:
    """Measure the cells of these tasks and keep them beside those of the others."""
    path = files.DATA / FILE
    cells = json.loads(path.read_text("utf-8")) if path.exists() else {}
    for task in names:
        cells[task] = cell_of(task, model)
        report(gap.line_of(task, "smollm2", cells[task]))
        text = json.dumps({name: cells[name] for name in tasks.TASKS if name in cells}, indent=1) + "\n"
        files.write_anew(path, lambda path, text=text: path.write_text(text, "utf-8"))
        files.note_checksums(FILE)
