"""Teach it: a task, a model in training before the reader's eyes, and what it has learned."""

import html
import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from attention_core import learning, query_matches, tasks, taught
from attention_core.attention import Attention
from attention_core.embeddings import UnknownWords
from attention_core.glove_sources import vectors_name
from attention_core.layers import Layer, Model, forward, layer, layer_backward
from attention_core.ranking import first_largest
from attention_core.steps import walk
from attention_core.taught import ModelSpec
from ui import state
from ui.kit import components, export, figures, learning_charts, matrices
from ui.kit.wording import listed, mean_and_spread, percent, quoted, rounded
from ui.map import cell as cells
from ui.map import compare, files, panel
from ui.map.view import Choice, View, chosen, raw_view
from ui.models import loaders
from ui.models.lessons import BY_TITLE, GOOD, Lesson, Try, choose, find_what_asks, ours, read_in_words, tries
from ui.models.training import Run, Settings, datasets, from_cache, recipe, shipped, untrained
from ui.shell import errors, pages, run, sentence_input

LAYERS, HEADS, WIDTHS = (1, 2, 3), (1, 2, 4), (4, 8, 16, 32)
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 1.0, 10.0)
RAW, UNTRAINED = "Raw GloVe", "Before training"
LAST, MEAN = "Last layer", "All heads"
MAPS = (LAST, "Layer 1", "Layer 2", "Layer 3")
SHOWN_HEADS = (MEAN, "Head 1", "Head 2", "Head 3", "Head 4")


@dataclass(frozen=True)
class Lecture:
    """What the page shows.

    Attributes:
        lesson: the task.
        settings: how the model is made.
        run: the training, None while the shipped model is shown.
        model: the one shown.
        target: the step that it is to come to.
        waits: whether its next steps had to wait for others.
    """

    lesson: Lesson
    settings: Settings
    run: Run | None
    model: Model
    target: int
    waits: bool

    @property
    def training(self) -> bool:
        """Whether there are steps left to train."""
        return self.run is not None and not self.run.is_at(self.target)

    @property
    def step(self) -> int:
        """How many steps the model has behind it on this page."""
        return self.run.step if self.run else 0

    @property
    def taught(self) -> bool:
        """Whether the model is more than its first random numbers."""
        return self.step > 0 if self.run else shipped(self.settings) is not None


def lecture() -> Lecture:
    """Ask for the task and how the model is made; the model as far as it has come."""
    lesson = choose_task()
    find_what_asks("teach_it", lesson.task, instead=tries(lesson)[0])
    settings = choose_settings(lesson)
    target = recipe(settings).next_report(max(int(state.get("trained")), 0))
    waits = bool(st.session_state.pop("waits", False))
    if not target:
        came_with = shipped(settings)
        model = came_with or untrained(settings)
        return Lecture(lesson, settings, None, model, 0, False)
    run = st.session_state.get("run")
    if run is None or run.settings != settings or run.step > target:
        run = st.session_state["run"] = from_cache(settings, target)
    model = run.history[-1].model if run.history else untrained(settings)
    return Lecture(lesson, settings, run, model, target, waits)


def choose_task() -> Lesson:
    """The task, and what it teaches."""

    def changed() -> None:
        lesson = BY_TITLE[state.get("task")]
        best = lesson.best
        shape = {"layers": best.n_layers, "nh": best.n_heads, "res": best.residual}
        state.set_values({**shape, "trained": 0, "map": LAST, "hd": MEAN})
        if state.sentence() in ours() or not state.sentence().strip():
            choose(tries(lesson)[0])

    st.segmented_control(
        "Task",
        list(BY_TITLE),
        default=state.default("task"),
        required=True,
        on_change=changed,
        label_visibility="collapsed",
        **state.widget_args("task"),
    )
    lesson = BY_TITLE[state.get("task")]
    components.text(lesson.lesson, "plain")
    return lesson


def choose_settings(lesson: Lesson) -> Settings:
    """How the model is made; whatever is changed, its training has yet to begin."""

    def changed() -> None:
        state.set_values({"trained": 0})

    def number_of(title: str, name: str, options: Sequence[int]) -> int:
        default = state.default(name)
        st.segmented_control(
            title, options, default=default, required=True, on_change=changed, **state.widget_args(name)
        )
        return state.get(name)  # a link may name it and say nothing

    with st.container(horizontal=True, vertical_alignment="bottom", key="teach-settings"):
        layers = number_of("Layers", "layers", LAYERS)
        heads = number_of("Heads", "nh", HEADS)
        width = number_of("Numbers per query, d_k", "dk", WIDTHS)
        rate = st.selectbox(
            "Learning rate",
            RATES,
            RATES.index(state.default("rate")),
            format_func=lambda value: f"{value:g}",
            on_change=changed,
            width=105,
            **state.widget_args("rate"),
        )
        seed = state.CONTROLS["init"]
        first = st.number_input(
            "Seed", seed.low, seed.high, seed.default, on_change=changed, width=90, **state.widget_args("init")
        )
        used = matters(ModelSpec(lesson.task, int(layers), int(heads)))
        why = None if used else "With one layer only the weights count, so what is added changes nothing."
        adding = {"on_change": changed, "disabled": not used, "help": why}
        residual = st.toggle("Residual (add x)", True, **adding, **state.widget_args("res"))
    variant = ModelSpec(lesson.task, int(layers), int(heads), bool(residual))
    if not matters(variant):
        variant = replace(variant, residual=True)
    return Settings(variant, int(width), float(rate), int(first))


def matters(variant: ModelSpec) -> bool:
    """Whether it makes a difference that a layer adds what it found to what it was given: its output has to be used."""
    return variant.kind == "classifier" or variant.n_layers > 1


def training(shown: Lecture) -> None:
    """Train, stop, and back to the beginning; beside it how often the model is right."""
    left, right = st.columns([3, 2], gap="medium")
    with left:
        buttons(shown)
        offer_a_sentence(shown.lesson)
    with right:
        curve(shown, "accuracy")


def buttons(shown: Lecture) -> None:
    """Train, stop, and back to the beginning; and how it stands."""
    steps = recipe(shown.settings).steps

    def train() -> None:
        if not 0 < shown.step < steps or shown.run.diverged:
            st.session_state["run"] = Run(shown.settings)
        state.set_values({"trained": steps})

    def stop() -> None:
        shown.run.cache()
        state.set_values({"trained": shown.run.step})

    half_way = 0 < shown.step < steps and not shown.run.diverged
    label = "Train" if shown.training or not shown.step else "Go on" if half_way else "Train again"
    with st.container(horizontal=True, vertical_alignment="center", key="teach-buttons"):
        st.button(label, on_click=train, key="train", type="primary", disabled=shown.training, width=108)
        st.button("Stop", on_click=stop, key="stop", disabled=not shown.training, width=108)
        back = {"on_click": lambda: state.set_values({"trained": 0}), "disabled": not shown.target}
        st.button("Start over", key="afresh", width=108, **back)
    st.progress(shown.step / steps)
    components.text(standing(shown), "notice" if shown.waits or (shown.run and shown.run.diverged) else "small")


def standing(shown: Lecture) -> str:
    """How far the model has come, in words."""
    run, steps = shown.run, recipe(shown.settings).steps
    if run is None:
        if (share := shipped_accuracy(shown.settings)) is None:
            return f"Untrained: the matrices are still random. Press Train. {which_came(shown.settings)}"
        return (
            f"Shown is the model that came with the app, trained like this for {steps:,} steps: {right_of(share)} "
            "Press Train to make it anew."
        )
    if run.diverged:
        return (
            f"Training ran away at step {run.diverged.step}: the loss grew out of all bounds. The learning rate "
            f"{run.diverged.rate:g} is too large; {state.default('rate'):g} does well. Shown is the model after "
            f"{shown.step:,} steps."
        )
    if shown.waits:
        return "Others are training just now. Yours goes on as soon as there is room."
    if not run.history:
        return f"Step 0 of {steps:,}: W_Q and W_K are random."
    last = run.history[-1]
    where = f"Step {last.step:,} of {steps:,}" if last.step < steps else f"Trained for {steps:,} steps"
    stopped = " Stopped." if not shown.training and last.step < steps else ""
    return f"{where}: {right_of(last.accuracy)}{stopped}"


def which_came(settings: Settings) -> str:
    """How d_k, learning rate and seed of the models that came with the app differ from these; "" if they do not."""
    usual = Settings(settings.spec)
    names = {"d_k": "d_k", "rate": "learning rate", "seed": "seed"}
    apart = [
        f"{told} {getattr(usual, name):g}"
        for name, told in names.items()
        if getattr(settings, name) != getattr(usual, name)
    ]
    return f"The trained ones that came with the app have {listed(apart)}." if apart else ""


def right_of(share: float) -> str:
    """How often a model is right, in words."""
    return f"{percent(share, 1)} right of {taught.TESTING[1]:,} test sentences, whose words training never saw."


def shipped_accuracy(settings: Settings) -> float | None:
    """How often the model with these settings that came with the app is right; None if there is none."""
    return loaders.gap_table()["seeds"][settings.spec.file][taught.SEED] if shipped(settings) else None


def go_on(shown: Lecture) -> None:
    """The next steps of training; the page is drawn again after them.

    The browser asks for each piece. When the page is closed, nobody asks, and the work has ended.
    """
    if not shown.training:
        return
    with run.run_lock_released():
        advanced = shown.run.advance(shown.target)
    st.session_state["waits"] = not advanced
    if shown.run.is_at(shown.target):
        shown.run.cache()
    st.session_state["drawn"] = {name: st.session_state[name] for name in state.CONTROLS if name in st.session_state}
    st.session_state["ticked"] = False
    _tick()


@st.fragment(run_every=0.03)
def _tick() -> None:
    """Ask for the page again, a moment after it has been drawn.

    A busy browser may ask before it has taken in what a callback has just set, and would set it back. It is the timer
    that asks and not the visitor, so the controls stay as they were drawn.
    """
    if st.session_state.get("ticked"):
        for name, value in st.session_state["drawn"].items():
            if st.session_state.get(name) != value:
                st.session_state[name] = value
        st.rerun()
    st.session_state["ticked"] = True


# What the model makes of sentences


@dataclass(frozen=True)
class Answer:
    """What the model answers to a sentence, the share it gives to the right answer, and whether its own is right."""

    said: str
    share: float
    right: bool


def answer(model: Model, one: Try) -> Answer:
    """Ask the model one of the sentences."""
    words, asks, right = one.example.tokens, one.example.asks, one.example.answer
    layers = forward(model, loaders.glove().look_up(list(words)))
    if model.kind == "classifier":
        good = learning.probability_good(model, layers[-1].output)[asks]
        share = good if right else 1 - good
        return Answer(
            f"{GOOD[int(good > 0.5)]} {percent(max(good, 1 - good))}", float(share), bool((good > 0.5) == right)
        )
    row = layers[-1].attention.weights.mean(axis=0)[asks]
    best = int(first_largest(row))
    return Answer(f"{words[asks]} → {words[best]} {percent(row[best])}", float(row[right]), words[best] == words[right])


def sentences(shown: Lecture) -> None:
    """The sentences of the task, how the model does on each, and the choice among them."""
    every = tries(shown.lesson)
    components.text("Sentences to ask it", "heading")
    lines = []
    for one in every:
        found = answer(shown.model, one)
        value = f"{found.said}, {'right' if found.right else 'wrong'}"
        lines.append((one.text, value, found.share, one.text == state.sentence()))
    label = "Sentences of this task: choose one"
    components.radio_list(lines, key="sentences", on_pick=lambda place: choose(every[place]), label=label)
    what = (
        "how sure the model is of the right answer"
        if shown.model.kind == "classifier"
        else "the weight on the right word"
    )
    components.text(f"Bars: {what}. Choose a sentence to see its map.", "small")


def curve(shown: Lecture, name: str) -> None:
    """The accuracy on test sentences, or the loss, while it is made.

    Args:
        name: "accuracy" or "loss".
    """
    title = {"accuracy": "Right on test sentences", "loss": "Loss in training"}[name]
    end = recipe(shown.settings).steps
    points = [(report.step, getattr(report, name)) for report in shown.run.history] if shown.run else []
    if name == "accuracy" and not shown.run and (share := shipped_accuracy(shown.settings)) is not None:
        points = [(end, share)]
    points = [(step, value) for step, value in points if not math.isnan(value)]
    table = pd.DataFrame([(-1, 0.0), *points], columns=["step", "value"]).astype({"step": "int32", "value": "float64"})
    last = f" {points[-1][1]:.3g} at step {points[-1][0]:,}." if points else " Nothing yet: press Train."
    high = max((value for _, value in points), default=1.0)
    unit = 10 ** math.floor(math.log10(high)) if high > 0 else 1.0
    fill = {"end": end, "high": math.ceil(1.02 * high / unit) * unit}  # the next round number, so that no point is cut
    if name == "accuracy":
        fill |= {"chance": guessing(shown.lesson.task)}
    options = {"title": title.lower(), "shares": name == "accuracy", "begun": bool(points)}
    components.text(title, "heading")
    picture = figures.Picture(learning_charts.curve, table, f"{title}, by steps.{last}", 150, fill, options)
    figures.draw(picture, f"curve-{name}")


def guessing(task: str) -> float:
    """What guessing gets in a task."""
    return float(loaders.gap_table()["rows"][task]["chance"])


@dataclass(frozen=True)
class Map:
    """The shared sentence under a model.

    Attributes:
        view: the map.
        choice: the chosen query and key in it.
        layers: what every layer computed.
        l: the layer whose map it is, from 1.
        head: the head, from 0; None for the mean of all.
    """

    view: View
    choice: Choice
    layers: list[Layer]
    l: int
    head: int | None


def map_of(shown: Lecture, model: Model, steps: str) -> Map:
    """The shared sentence under a model, as the page asks for it.

    Args:
        steps: how long it was trained, in words.

    Raises:
        UnknownWords: no word of the sentence has a vector.
    """
    sentence = loaders.taken_apart(state.sentence())
    tokens = sentence.known
    if not tokens:
        raise UnknownWords(sentence.unknown)
    layers = forward(model, loaders.glove().look_up(tokens))
    asked = str(state.get("map"))
    l = model.n_layers if asked == LAST else min(int(asked.split()[1]), model.n_layers)
    wanted = str(state.get("hd"))
    head = None if wanted == MEAN else min(int(wanted.split()[1]), model.n_heads) - 1
    head = 0 if model.n_heads == 1 else head
    done, name = layers[l - 1], f"layer {l}" if model.n_layers > 1 else ""
    name = ", ".join(filter(None, [name, "mean of all heads" if head is None else f"head {head + 1}"]))
    settings = {
        "sentence": state.sentence(),
        "model": f"attention on {vectors_name()} {loaders.glove().d_model}d",
        "task": shown.lesson.title.lower(),
        "layers": model.n_layers,
        "heads": model.n_heads,
        "d_k": model.d_k,
        "residual": model.residual,
        "learning_rate": shown.settings.rate,
        "seed": shown.settings.seed,
        "steps": steps,
        "shows": name,
    }
    common = {
        "tokens": tokens,
        "words": sentence.words,
        "settings": settings,
    }
    if head is None:
        blend = View(weights=done.attention.weights.mean(axis=0), **common)
        return Map(blend, chosen(blend), layers, l, head)
    q, k, v = done.q[head], done.k[head], done.v[min(head, len(done.v) - 1)]
    whole = done.attention
    attention = Attention(whole.scores[head], whole.scaled[head], whole.masked[head], whole.weights[head], None)
    view = View(
        weights=attention.weights,
        stages=attention,
        walk=lambda row: walk(q[row], k, v),
        code=lambda: export.head_code(tokens, q, k, v, np.ones((len(q), len(k)), bool), settings),
        **common,
    )
    return Map(view, chosen(view), layers, l, head)


def trained_in_words(shown: Lecture) -> str:
    """How long the model has been trained, for titles and files."""
    if shown.run is None:
        return "as shipped" if shipped(shown.settings) else "0"
    return f"{shown.step:,}"


def choose_map(model: Model) -> None:
    """Which layer's map, and which head's; hidden where there is only one."""
    several = {"map": model.n_layers > 1, "hd": model.n_heads > 1}
    with st.container(horizontal=True, gap="medium", key="teach-maps" if any(several.values()) else "maps-unseen"):
        for name, title, options in (
            ("map", "Map of", MAPS[: model.n_layers + 1]),
            ("hd", "Head", SHOWN_HEADS[: model.n_heads + 1]),
        ):
            if state.get(name) not in options:  # of a larger model
                state.set_values({name: state.default(name)})
            with st.container(key=f"map-{name}" if several[name] else f"map-{name}-unseen", width="content"):
                st.selectbox(title, options, width=150, **state.widget_args(name))


def look(shown: Lecture) -> Map | None:
    """The sentence under the model, beside how the model does; None if there is nothing to look at."""
    choose_map(shown.model)
    try:
        found = map_of(shown, shown.model, trained_in_words(shown))
    except UnknownWords as error:
        components.text(errors.message_for(error), "notice")
        found = None
    if found:
        panel.words_and_reading(found.view, found.choice, "taught")
        if shown.model.kind == "classifier":
            query = found.choice.query
            output = found.layers[-1].output[query]
            components.text(read_in_words(shown.lesson, shown.model, found.view.tokens[query], output))
    left, right = st.columns([3, 2], gap="medium")
    with right:
        sentences(shown)
        curve(shown, "loss")
    with left:
        if found:
            panel.heatmap(found.view, found.choice, "taught", opens="tcell")
    return found


def offer_a_sentence(lesson: Lesson) -> None:
    """Where the sentence has none of the words the task is about, say so, and offer one."""
    if tasks.find_query(lesson.task, loaders.taken_apart(state.sentence()).known) is None:
        st.button(
            f"There is no {lesson.asks} in this sentence. Show one that has it",
            on_click=choose,
            args=(tries(lesson)[0],),
            key="show-one",
            type="tertiary",
            icon=":material/arrow_forward:",
        )


def fold(name: str, title: str, found: Map | None, body: Callable[..., Any], *args: Any) -> Any:
    """Draw a fold on the sentence under the model; where there is none, the fold says so."""

    def checked_body(*args: Any) -> Any:
        if found:
            return body(*args)
        return components.text("There is nothing to show: the sentence above has no word with a vector.")

    return pages.fold(name, title, checked_body, *args)


def before_and_after(shown: Lecture, found: Map) -> dict[str, figures.Picture]:
    """The same sentence without what was learned, with it, and the difference, which is returned to be taken away."""
    st.segmented_control("Compare with", [RAW, UNTRAINED], default=RAW, required=True, **state.widget_args("was"))
    was = state.get("was")
    if was == RAW:
        components.text("Raw: every vector is its own query and key. These switches act on it alone:", "small")
        sentence_input.draw_switches()
        first = raw_view(state.switches())
    else:
        first = map_of(shown, untrained(shown.settings), "0").view
    second, at = found.view, found.choice
    name, after = ("Taught", "as taught") if shown.taught else ("Untrained", "with random matrices")
    title = name
    if shown.taught:
        title += f" ({trained_in_words(shown)} steps)" if shown.run else ", as it came with the app"
    if was == UNTRAINED and not shown.taught:
        components.text("Both are the same untrained model: press Train, and they part.")
    else:
        components.text(
            f"{first.labels[at[0]]} → {first.labels[at[1]]}: {rounded(first.weights[at])} "
            f"{'raw' if was == RAW else 'before training'}, {rounded(second.weights[at])} {after}."
        )
    titles = (was, title, f"{name} minus that, in points")
    compared = compare.compare(first, second, at, "taught", titles)
    return {name: picture for name, picture in compared.items() if name == "difference"}


@lru_cache(maxsize=1)
def _candidates() -> list[str]:
    return query_matches.candidates(loaders.glove())


def learned(shown: Lecture, found: Map) -> None:
    """What the chosen word asks for, before training and now, and the matrices that make it ask."""
    view, layers, l, head = found.view, found.layers, found.l, found.head
    heads = range(shown.model.n_heads) if head is None else [head]
    word, x = view.labels[found.choice.query], loaders.glove().look_up(view.tokens)
    first = untrained(shown.settings)
    stages = [("random", first)] + [("taught", shown.model)] * shown.taught
    columns = []
    for each in heads:
        named = f", head {each + 1}" if shown.model.n_heads > 1 else ""
        for when, model in stages:
            done = layers if model is shown.model else forward(model, x)
            at = (l, each, *found.choice)
            matches = query_matches.best_matches(model, done, *at, loaders.glove(), _candidates())
            columns.append((f"{when}{named}", matches))
    components.text(
        f"In the place of {quoted(view.labels[found.choice.key])}, {quoted(word)} would look most at these words; "
        f"{len(_candidates()):,} were tried."
    )
    head_row = "".join(f"<th>{title}</th>" for title, _ in columns)
    rows = "".join(
        "<tr>"
        + "".join(
            f"<td>{f'<i>{html.escape(w.word)}</i>' if w.unseen else html.escape(w.word)} {w.score:.1f}</td>"
            for w in line
        )
        + "</tr>"
        for line in zip(*(wanted for _, wanted in columns), strict=True)
    )
    components.show_html(
        f"<div class=wide tabindex=0><table><thead><tr>{head_row}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
    components.text(
        "The number is the scaled score, q · k / √d_k: how well the key of a word matches the query. Words in italics "
        "never occurred in training.",
        "small",
    )
    rows = ""
    for each in heads:
        own, pictures = slice(each * shown.model.d_k, (each + 1) * shown.model.d_k), []
        for when, model in stages:
            for name, role in (("W_Q", "query"), ("W_K", "key")):
                title = f"{name[0]}<sub>{name[2]}</sub>, {when}" + (f", head {each + 1}" if head is None else "")
                values = model.parameters[f"{l}.{name}"][:, own]
                pictures.append(matrices.matrix(title, values, max(110, 6 * values.shape[1]), 250, role=role))
        rows += f"<div class=row>{''.join(pictures)}</div>"
    components.show_html(
        "<p>The matrices themselves. A pixel is a number: orange above zero, blue below. A row is one of the word "
        f"vector’s dimensions, a column one of the numbers of a query or key.</p>{rows}"
    )


def arithmetic_of(found: Map) -> None:
    """The arithmetic of the chosen weight."""
    if found.head is None:
        components.text("The mean of several heads has no arithmetic of its own. Choose one head above.")
        return
    components.text(
        f"The first word gives the query, the second the key: what layer {found.l} was given for each, times W_Q or "
        "W_K.",
        "small",
    )
    cells.cell(found.view, found.choice, "taught")


def code() -> None:
    """The functions that have just run."""
    components.text(
        "This is the code that runs when you press Train: forward, the same backwards, and a step of Adam.", "small"
    )
    for function in (
        layer,
        layer_backward,
        learning.loss_and_gradients,
        learning.Adam,
        learning.train,
    ):
        st.code(inspect.getsource(function), language="python", wrap_lines=True)


def meaning_of_numbers(shown: Lecture) -> None:
    """What the numbers mean, and what the page does not show."""
    training, testing = datasets(shown.lesson.task)
    how = recipe(shown.settings)
    n = shown.lesson
    paragraphs = (
        f"**What is trained.** W_Q and W_K (and W_V, W_O where there is a further layer or something is read) start as "
        f"random numbers; the word vectors stay as they are. Each of {how.steps:,} steps looks at {how.batch} of "
        f"{len(training):,} sentences and moves every number a little, so that the loss falls. Two things keep the "
        f"model from learning words by heart: each step adds random numbers of spread {how.noise:g} to their vectors, "
        "and every number is drawn a little towards zero (weight decay).",
        "**Loss.** The mean of −log of the share given to the right answer: 0 when all of it goes there, 0.69 when "
        "half does. Each point is the mean since the point before.",
        f"**Right on test sentences.** {len(testing):,} sentences made of words that training never saw. "
        + (
            "Right means that what is read has the right sign; guessing gets half."
            if shown.model.kind == "classifier"
            else "Right means that no word of the sentence gets more weight than the right one."
        )
        + (f" {elsewhere(shown.settings.spec)}" if shipped(shown.settings) else ""),
        f"**What it does not show.** {n.hidden} The sentences come from a few templates. Each word has one vector, "
        "whatever stands around it, and its place in the sentence does not count. And the right answer was given for "
        "every training sentence; a language model is told no such thing.",
    )
    st.markdown("\n\n".join(paragraphs))


def elsewhere(variant: ModelSpec) -> str:
    """What a model that came with the app reaches on other splits of the words, as a sentence; "" if not measured."""
    shares = loaders.gap_table().get("splits", {}).get(variant.file, ())
    if not shares:
        return ""
    return (
        f"The lists were made with an eye on these sentences, so the figure may be too good: on {len(shares)} other "
        f"splits of the words it is {mean_and_spread(shares)}."
    )


def take_away(found: Map, compared: dict[str, figures.Picture]) -> None:
    """Pictures, numbers, code and link."""
    files.take_away(found.view, found.choice, pages.link("teach_it"), "taught", compared)
