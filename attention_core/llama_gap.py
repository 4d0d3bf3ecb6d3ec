"""The language model's column of the gap; data/measure_smollm2.py makes it.

The rule is that of MiniLM's column (attention_core/gap.py): the query gives the answer the largest weight of all other
words in the best of the heads, which is chosen on sentences made of training words. In front of each sentence stands
the model's own start token, left out like MiniLM's [CLS]: without it the first word would get most of the weight,
whatever it is (the attention sink; Xiao et al. 2024).

A language model is causal: the query's row is the same whatever follows, and an answer after the query cannot be found.
So verb → object is zero by construction where the object comes last.

In the task negation a linear probe on the vector of the last token tells good from bad.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from attention_core import files, gap, tasks
from attention_core.alignment import align
from attention_core.tasks import Example

if TYPE_CHECKING:
    from attention_core.llama import Llama

FILE, NAME, START = "smollm2/gap.json", "smollm2", "<|im_start|>"


def heads_correct(sentence: Example, model: "Llama") -> np.ndarray:
    """(n_layers, n_heads) whether a head is right, as in `gap.maps_correct`."""
    if sentence.answer > sentence.query:
        return np.zeros((model.config.n_layers, model.config.n_heads), bool)
    reading = model.read(START + gap.join_tokens(sentence.tokens[: sentence.query + 1]))
    pairs = align(list(sentence.tokens), [piece.strip() for piece in reading.tokens.pieces[1:]])
    return gap.maps_correct(sentence, reading.maps, [(ours, [1 + piece for piece in pieces]) for ours, pieces in pairs])


def last_vectors(sentences: list[Example], model: "Llama") -> np.ndarray:
    """(sentences, d_model) the vector of each sentence's last token after the last layer."""
    return np.array([model.read(START + gap.join_tokens(sentence.tokens)).states[-1] for sentence in sentences])


def measure_cell(task: str, model: "Llama") -> dict[str, Any]:
    """A cell of the column: "head" (layer, head from 1, or None), its sets as in the table, "sentences": a digest."""
    sets = {name: sentences for name, sentences in gap.evaluation_sets(task).items() if sentences}
    if task == "negation":
        training = gap.training_sentences(task, gap.PROBED_ON)
        w = gap.fit_probe(last_vectors(training, model), gap.is_good(training))
        right = {name: gap.probe_is_correct(w, last_vectors(s, model), gap.is_good(s)) for name, s in sets.items()}
        head = None
    else:
        training = gap.training_sentences(task, gap.CHOSEN_ON)
        counts = np.sum([heads_correct(sentence, model) for sentence in training], axis=0)
        best = np.unravel_index(counts.argmax(), counts.shape)  # whole numbers: of a tie the first
        right = {name: np.array([heads_correct(s, model)[best] for s in sentences]) for name, sentences in sets.items()}
        head = [int(place) + 1 for place in best]
    marked = {name: [tasks.add_marks(s, task) for s in sentences] for name, sentences in sets.items()}
    cells = {name: gap.as_cell(gap.score(booleans)) for name, booleans in right.items()}
    return {"head": head} | cells | {"sentences": sentences_digest(marked)}


def sentences_digest(sentences: dict[str, list[str]]) -> str:
    """The SHA-256 of a task's sentences with their marks, set by set."""
    text = json.dumps({name: of_set for name, of_set in sentences.items() if of_set}, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def read_column() -> dict[str, dict[str, Any]]:
    """The column that comes with the app: for each task its cell; empty where none was measured.

    Raises:
        DamagedData: the file is altered.
    """
    if FILE not in files.checksums():
        return {}
    found: dict[str, dict[str, Any]] = json.loads(files.verify_file(FILE).read_text("utf-8"))
    return found


def with_column(table: dict[str, Any]) -> dict[str, Any]:
    """The gap's table (`gap.load_table`) with those cells of the language model that were measured on its sentences."""
    column, rows = read_column(), {}
    for task, row in table["rows"].items():
        cell = column.get(task)
        if cell and cell["sentences"] == sentences_digest(row["sentences"]):
            kept = {name: part for name, part in cell.items() if name != "sentences"}
            row = row | {"cells": row["cells"] | {NAME: kept}}
        rows[task] = row
    return table | {"rows": rows}


def measure_column(model: "Llama", names: Iterable[str], report: Callable[[str], object]) -> None:
    """Measure the cells of these tasks and store them beside those of the others."""
    path = files.DATA / FILE
    cells = json.loads(path.read_text("utf-8")) if path.exists() else {}
    for task in names:
        cells[task] = measure_cell(task, model)
        report(gap.format_cell(task, NAME, {name: part for name, part in cells[task].items() if name != "sentences"}))
        text = json.dumps({name: cells[name] for name in tasks.TASKS if name in cells}, indent=1) + "\n"
        files.replace_file(path, partial(Path.write_text, data=text, encoding="utf-8"))
        files.record_checksums(FILE)
