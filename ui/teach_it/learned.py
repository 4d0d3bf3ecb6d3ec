"""What training has changed: the words that a query matches best, the matrices, the map before and after."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from markupsafe import Markup

from attention_core import query_matches, tasks
from attention_core.layers import Model, forward
from attention_core.query_matches import Match
from ui import state
from ui.kit import components, figures, matrices
from ui.kit.glossary import tip
from ui.kit.html import table, wide
from ui.kit.wording import listed, percent, quoted
from ui.map import cell as cells
from ui.map import compare
from ui.map.view import raw_view
from ui.models import loaders
from ui.models.lessons import Lesson, sample_sentences
from ui.models.training import shipped, untrained, usual_settings
from ui.shell import switches
from ui.state import controls
from ui.state.table import RAW_GLOVE, TAUGHT_TASKS, UNTRAINED
from ui.teach_it.head_view import HeadView, compute_layers, head_view
from ui.teach_it.session import Session, steps_in_words

MATCHES = 8  # words in each column of the list
SENTENCES = 2000  # of each side, from which the answers of a task are gathered


@lru_cache(maxsize=1)
def _candidates() -> tuple[list[str], np.ndarray]:
    """The words that the lists can have, and their vectors."""
    words = query_matches.candidates(loaders.glove())
    return words, loaders.glove().look_up(words)


@lru_cache(maxsize=len(TAUGHT_TASKS))
def answers_by_query(task: str) -> Mapping[str, frozenset[str]]:
    """The answers of each query word in sentences of a task."""
    found: dict[str, set[str]] = {}
    for testing in (False, True):
        for example in tasks.make_examples(task, SENTENCES, np.random.default_rng(0), testing=testing):
            found.setdefault(example.tokens[example.query], set()).add(example.tokens[example.answer])
    return {query: frozenset(answers) for query, answers in found.items()}


@lru_cache(maxsize=len(TAUGHT_TASKS))
def share_of_answers(lesson: Lesson) -> float:
    """The share of answers among the words that the queries match best, in the task's samples and best model.

    Answers are those of `answers_by_query`. Where hundreds of words are queries, each in a few sentences, as in the
    tasks of verbs, the share is small: there the list of one word tells nothing.
    """
    model, answers, right = shipped(usual_settings(lesson.best)), answers_by_query(lesson.task), []
    if model is None:
        return 0.0
    for sample in sample_sentences(lesson):
        words, query, answer = sample.example.tokens, sample.example.query, sample.example.answer
        layers = forward(model, loaders.glove().look_up(list(words)))
        for head in range(model.n_heads):
            matches = query_matches.best_matches(
                model, layers, model.n_layers, head, query, answer, *_candidates(), MATCHES
            )
            right += [match.word in answers.get(words[query], ()) for match in matches]
    return float(np.mean(right))


def has_query_words(session: Session, shown: HeadView) -> bool:
    """Whether a list of the words that the chosen query matches tells something.

    It does once a pointer is trained, in its last layer, for a query word of the task; and in the tasks in which most
    words of such lists are answers. Not for a classifier: its answer is “not”, and words that never stood there in
    training get larger scores.
    """
    trained = session.model.kind == "pointer" and session.trained and shown.l == session.model.n_layers
    word = shown.view.tokens[shown.choice.query]
    return trained and share_of_answers(session.lesson) > 0.5 and word in answers_by_query(session.lesson.task)


def matched_words(session: Session, shown: HeadView) -> dict[str, list[Match]]:
    """The words whose keys the chosen query matches best, before training and now, by the title of each list.

    There is a list for the head shown; where the map is the mean of several, one for each of them.
    """
    model, before = session.model, untrained(session.settings)
    heads = range(model.n_heads) if shown.head is None else [shown.head]
    stages = [
        ("untrained", before, forward(before, loaders.glove().look_up(shown.view.tokens))),
        (f"step {session.step:,}" if session.in_training else "trained", model, shown.layers),
    ]
    return {
        f"{when}, head {head + 1}" if model.n_heads > 1 else when: query_matches.best_matches(
            stage, layers, shown.l, head, *shown.choice, *_candidates(), MATCHES
        )
        for head in heads
        for when, stage, layers in stages
    }


def draw_query_words(session: Session, shown: HeadView) -> None:
    """Draw the words whose keys the chosen query matches best, before training and now; and what W_Q is."""
    if not has_query_words(session, shown):
        return
    lists = matched_words(session, shown)
    word, key_label = (quoted(shown.view.labels[place]) for place in shown.choice)
    components.text(f"What does {word} ask for?", "heading")
    components.text(
        f"{what_is_trained(session.model, shown.view.labels[shown.choice.query])} If another word stood in place of "
        f"{key_label}, {word} would look most at one of these:",
        "plain",
    )
    plain, unseen = "{} {:.1f}", Markup("<i>{}</i> {:.1f}")
    rows = [
        [(unseen if match.unseen else plain).format(match.word, match.score) for match in row]
        for row in zip(*lists.values(), strict=True)
    ]
    components.show_html(wide(table(list(lists), rows, "matches")))
    any_unseen = any(match.unseen for matches in lists.values() for match in matches)
    components.text(
        f"Of {len(_candidates()[0]):,} words. The number is the score, q · k / √dₖ."
        + (" Italics: never seen in training." if any_unseen else ""),
        "small",
    )


def what_is_trained(model: Model, word: str) -> str:
    """What W_Q and W_K are, and which tables training changes, as sentences."""
    rows, columns = model.parameters["1.W_Q"].shape[0], model.d_k
    tables = (
        f"W_Q is a table of {rows} × {columns} numbers. The vector of {quoted(word)} times W_Q is its query; each "
        "word’s vector times W_K is its key."
    )
    others = sorted(
        {name.partition(".")[2] for name in model.parameters if name.endswith(("W_V", "W_O"))}, reverse=True
    )
    if not others:
        return f"{tables} Training changes only these two tables."
    return f"{tables} Training changes these, and the tables {listed(others)}, which make what is handed over."


def draw_weight_tables(session: Session, shown: HeadView) -> None:
    """Draw W_Q and W_K as pictures, untrained and trained."""
    model = session.model
    heads = range(model.n_heads) if shown.head is None else [shown.head]
    stages = [("untrained", untrained(session.settings))] + [("trained", model)] * session.trained
    if has_query_words(session, shown):
        components.text("You cannot read these; nobody can. The list of words above shows what they do.")
    else:
        components.text(f"{what_is_trained(model, shown.view.labels[shown.choice.query])} Nobody can read them.")
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


def draw_before_and_after(session: Session, shown: HeadView) -> dict[str, figures.Picture]:
    """Draw the sentence on raw vectors or before training, now, and the difference, which is returned to be saved."""
    named = {RAW_GLOVE: "Raw vectors", UNTRAINED: UNTRAINED}
    base = controls.segmented("was", "Compare with", help=tip("word vector"), format_func=named.get)
    if base == RAW_GLOVE:
        components.text("Raw: every vector is its own query and key. These switches act on it alone:", "small")
        switches.draw()
        first = raw_view(state.switches())
    else:
        before = untrained(session.settings)
        first = head_view(session, before, compute_layers(before), "0", shown.head, shown.l).view
    second, choice = shown.view, shown.choice
    name, after = ("Trained", "trained") if session.trained else ("Untrained", "with random matrices")
    title = name
    if session.trained:
        title += ", as it came with the app" if session.finished else f" ({steps_in_words(session)} steps)"
    if base == UNTRAINED and not session.trained:
        components.text("Both are the same untrained model: press Train, and they part.")
    else:
        components.text(
            f"{first.labels[choice.query]} → {first.labels[choice.key]}: {percent(first.weights[choice], 1)} "
            f"{'raw' if base == RAW_GLOVE else 'before training'}, {percent(second.weights[choice], 1)} {after}."
        )
    titles = (named[base], title, f"{name} minus that, in percentage points")
    compared = compare.compare(first, second, choice, "taught", titles)
    return {name: picture for name, picture in compared.items() if name == "difference"}


def draw_cell(shown: HeadView) -> None:
    """Draw the arithmetic of the chosen weight."""
    if shown.head is None:
        components.text("The mean of several heads has no arithmetic of its own. Choose one head above.")
        return
    components.text(
        f"The first word gives the query, the second the key: the input of layer {shown.l} at each, times W_Q or W_K.",
        "small",
    )
    cells.draw(shown.view, shown.choice, "taught")
