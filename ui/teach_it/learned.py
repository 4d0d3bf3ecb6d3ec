"""What training has changed: the words that a query asks for, the matrices, the map before and after."""

from functools import lru_cache

import numpy as np
from markupsafe import Markup

from attention_core import query_matches
from attention_core.layers import Model, forward
from ui import state
from ui.kit import components, figures, matrices
from ui.kit.glossary import tip
from ui.kit.html import table, wide
from ui.kit.wording import listed, percent, quoted
from ui.map import cell as cells
from ui.map import compare
from ui.map.view import raw_view
from ui.models import loaders
from ui.models.training import untrained
from ui.shell import switches
from ui.state import controls
from ui.teach_it.sentence_map import SentenceMap, sentence_map
from ui.teach_it.settings import Session, steps_in_words

RAW, UNTRAINED = "Raw GloVe", "Before training"
MATCHES = 8  # words in each column of the list


@lru_cache(maxsize=1)
def _candidates() -> tuple[list[str], np.ndarray]:
    words = query_matches.candidates(loaders.glove())
    return words, loaders.glove().look_up(words)


def query_words(session: Session, shown: SentenceMap) -> None:
    """The words that the chosen word's query asks for, with random matrices and now; and what W_Q is.

    Nothing of a model that answers good or bad.
    """
    view, model = shown.view, session.model
    if model.kind == "classifier":  # asks for “not”; words with which it was never trained there get larger scores
        return
    word, seen = view.labels[shown.choice.query], view.labels[shown.choice.key]
    heads = range(model.n_heads) if shown.head is None else [shown.head]
    rows, columns = model.parameters["1.W_Q"].shape[0], model.d_k
    before = untrained(session.settings)
    stages = [("untrained", before, forward(before, loaders.glove().look_up(view.tokens)))]
    if session.trained:
        stages.append((f"step {session.step:,}" if session.in_training else "taught", model, shown.layers))
    lists = []
    for head in heads:
        for when, stage, layers in stages:
            at = (shown.l, head, *shown.choice)
            found = query_matches.best_matches(stage, layers, *at, *_candidates(), MATCHES)
            lists.append((f"{when}, head {head + 1}" if model.n_heads > 1 else when, found))
    components.text(f"What does {quoted(word)} ask for?", "heading")
    components.text(
        f"W_Q is a table of {rows} × {columns} numbers. The vector of {quoted(word)} times W_Q is its query; each "
        f"word’s vector times W_K is its key. {trained_tables(model)} If another word stood in place of "
        f"{quoted(seen)}, {quoted(word)} would look most at one of these:",
        "plain",
    )
    found_word = Markup("<i>{}</i> {:.1f}"), "{} {:.1f}"
    rows = [
        [(found_word[0] if match.unseen else found_word[1]).format(match.word, match.score) for match in line]
        for line in zip(*(found for _, found in lists), strict=True)
    ]
    matches = table([title for title, _ in lists], rows, "matches")
    components.show_html(wide(matches))
    components.text(
        f"Of {len(_candidates()[0]):,} words. The number is the score, q · k / √d_k. Italics: never seen in training.",
        "small",
    )


def trained_tables(model: Model) -> str:
    """Which tables training changes, as a sentence."""
    others = sorted(
        {name.partition(".")[2] for name in model.parameters if name.endswith(("W_V", "W_O"))}, reverse=True
    )
    if not others:
        return "Training changes only these two tables."
    return f"Training changes these, and the tables {listed(others)}, which make what is handed over."


def weight_tables(session: Session, shown: SentenceMap) -> None:
    """W_Q and W_K as pictures, untrained and taught."""
    model = session.model
    heads = range(model.n_heads) if shown.head is None else [shown.head]
    stages = [("untrained", untrained(session.settings))] + [("taught", model)] * session.trained
    components.text("You cannot read these; nobody can. The list of words above shows what they do.")
    rows = Markup("")
    for head in heads:
        columns, pictures = slice(head * model.d_k, (head + 1) * model.d_k), []
        for when, stage in stages:
            for name, role in (("W_Q", "query"), ("W_K", "key")):
                of_head = f", head {head + 1}" if len(heads) > 1 else ""
                title = Markup("{}<sub>{}</sub>, {}{}").format(name[0], name[2], when, of_head)
                values = stage.parameters[f"{shown.l}.{name}"][:, columns]
                pictures.append(matrices.matrix(title, values, max(110, 6 * values.shape[1]), 250, role=role))
        rows += matrices.side_by_side(*pictures)
    components.show_html(
        Markup(
            "<p>A pixel is a number: orange above zero, blue below. A row belongs to one number of the word’s vector, "
            "a column to one number of the query or key.</p>"
        )
        + rows
    )


def before_and_after(session: Session, shown: SentenceMap) -> dict[str, figures.Picture]:
    """The same sentence on raw vectors or before training, now, and the difference, which is returned to be saved."""
    was = controls.segmented("was", "Compare with", help=tip("word vector"))
    if was == RAW:
        components.text("Raw: every vector is its own query and key. These switches act on it alone:", "small")
        switches.draw()
        first = raw_view(state.switches())
    else:
        first = sentence_map(session, untrained(session.settings), "0", shown.head, shown.l).view
    second, at = shown.view, shown.choice
    name, after = ("Taught", "as taught") if session.trained else ("Untrained", "with random matrices")
    title = name
    if session.trained:
        title += ", as it came with the app" if session.finished else f" ({steps_in_words(session)} steps)"
    if was == UNTRAINED and not session.trained:
        components.text("Both are the same untrained model: press Train, and they part.")
    else:
        components.text(
            f"{first.labels[at[0]]} → {first.labels[at[1]]}: {percent(first.weights[at], 1)} "
            f"{'raw' if was == RAW else 'before training'}, {percent(second.weights[at], 1)} {after}."
        )
    titles = (was, title, f"{name} minus that, in percentage points")
    compared = compare.compare(first, second, at, "taught", titles)
    return {name: picture for name, picture in compared.items() if name == "difference"}


def arithmetic(shown: SentenceMap) -> None:
    """The arithmetic of the chosen weight."""
    if shown.head is None:
        components.text("The mean of several heads has no arithmetic of its own. Choose one head above.")
        return
    components.text(
        f"The first word gives the query, the second the key: the input of layer {shown.l} at each, times W_Q or W_K.",
        "small",
    )
    cells.cell(shown.view, shown.choice, "taught")
