"""The gap: how often raw vectors, taught heads and a pretrained transformer are right, and the sentences behind it."""

import html
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
import streamlit as st

from attention_core import gap as measure
from attention_core import tasks
from attention_core.bert import UnfitSentence
from attention_core.embeddings import UnknownWords
from attention_core.layers import forward
from attention_core.ranking import first_largest
from attention_core.taught import SHIPPED, ModelSpec
from ui import state
from ui.kit import charts, components, export, figures, learning_charts
from ui.kit.wording import listed, mean_and_spread, percent, quoted
from ui.map import panel
from ui.map.view import Choice, View
from ui.map.view import in_words as map_in_words
from ui.models import lessons, loaders, training
from ui.shell import errors, pages, sentence_input

RAW, MINILM = "Raw GloVe", "MiniLM"
COLUMNS = {  # the core's columns, as this page names them
    measure.RAW: RAW,
    "1-1": "Taught, 1 layer",
    "2-4": "Taught, 2 layers",
    "1-2": "Taught, 2 heads",
    "1-1-residual": "Taught, 1 head + x",
    measure.MINILM: MINILM,
}
NAMES = tuple(COLUMNS.values())
SETS = {"Unseen words": "unseen", "Natural sentences": "natural"}
UNSEEN = next(iter(SETS))
RIGHT, WRONG = "Right", "Wrong"
ANCHOR = "sentences"  # where a figure of the table leads
SHOWN = 10  # sentences in a list, the rest folded away
QUESTIONS = {
    "similarity": "Does a word look most at the one most like it in meaning?",
    "object": "Does a verb look most at its object?",
    "gender": "Does “he”, “she” or “it” look most at its noun, told by gender and kind?",
    "meaning": "Does “it” look most at the right one of two nouns, told by another word’s meaning?",
    "negation": "Is what is said read as good or bad, “not” included?",
}
TITLES = {"similarity": "Similar words", **{lesson.task: lesson.title for lesson in lessons.LESSONS}}
TASK_OF = {title: task for task, title in TITLES.items()}


@dataclass(frozen=True)
class Case:
    """A sentence of the measurement and whether it was answered rightly."""

    example: tasks.Example
    right: bool


@dataclass(frozen=True)
class Figure:
    """How often one model was right in one task, on one set of sentences.

    Attributes:
        group: the set of sentences, a value of SETS.
        task, name: the task, and the model as one of NAMES.
        right, count: of sentences.
        low, high: the ends of the 95 % interval of the share.
        chance: the share that guessing gives.
        cases: the sentences.
        variant: of a taught model; head: MiniLM's layer and head, from 1; None where there is none.
        elsewhere: of a taught model the shares on other splits of the words, for which none was chosen.
    """

    group: str
    task: str
    name: str
    right: int
    count: int
    low: float
    high: float
    chance: float
    cases: tuple[Case, ...]
    variant: ModelSpec | None
    head: tuple[int, int] | None
    elsewhere: tuple[float, ...] = ()

    @property
    def share(self) -> float:
        """Of right answers."""
        return self.right / self.count

    @property
    def model(self) -> str:
        """What exactly was measured."""
        if self.head:
            return f"{self.name}, layer {self.head[0]}, head {self.head[1]}"
        probe = {RAW: ", a probe on the output", MINILM: ", a probe on the sentence vector"}
        return self.name + (probe.get(self.name, "") if self.task == "negation" else "")


@lru_cache(maxsize=1)
def measured() -> tuple[Figure, ...]:
    """All figures, as the core's command stored them.

    Raises:
        DamagedData: the file is missing or altered.
    """
    found, stored = [], loaders.gap_table()
    for task, row in stored["rows"].items():
        variants = measure.columns(task)
        sets = {name: [tasks.parse_marked(text) for text in texts] for name, texts in row["sentences"].items()}
        for column, cell in row["cells"].items():
            for name, examples in sets.items():
                if name not in cell:
                    continue
                kept, wrong = cell[name], set(cell[name]["wrong"])
                cases = tuple(Case(example, place not in wrong) for place, example in enumerate(examples))
                numbers = (kept["right"], kept["of"], kept["low"], kept["high"], measure.chance(task, examples))
                head = tuple(cell["head"]) if cell["head"] else None
                one = variants[column]
                other = tuple(stored.get("splits", {}).get(one.file, ())) if one and name == SETS[UNSEEN] else ()
                found.append(Figure(name, task, COLUMNS[column], *numbers, cases, one, head, other))
    return tuple(found)


def begin() -> None:
    """The style of the page; and look from the word that asks in the task of the chosen figure."""
    components.style("inside.css", "teach.css")
    lessons.look_from_asking_word("the_gap", chosen().task)


def of_task(task: str, group: str) -> list[Figure]:
    """The figures of a task on a set of sentences, in the order of NAMES; on unseen words if there are none on it."""
    here = [one for one in measured() if one.task == task]
    found = [one for one in here if one.group == group] or [one for one in here if one.group == SETS[UNSEEN]]
    return sorted(found, key=lambda one: NAMES.index(one.name))


def figure_of(title: str, name: str, group: str) -> Figure:
    """One figure; that of the last model if the task was not measured on this one."""
    here = of_task(TASK_OF[title], SETS[group])
    return next((one for one in here if one.name == name), here[-1])


def chosen() -> Figure:
    """The figure whose sentences are shown."""
    asked = {"gtask": TASK_OF, "gby": NAMES, "gset": SETS}  # before they are drawn, a link may say anything of them
    return figure_of(
        *(state.get(name) if state.get(name) in known else state.default(name) for name, known in asked.items())
    )


def shown_figures() -> list[Figure]:
    """The figures of the picture and the table: those on the chosen set of sentences."""
    group = SETS[state.get("gset")]
    return [one for task in TITLES for one in of_task(task, group) if one.group == group]


def choose_set() -> None:
    """On which sentences the models are measured."""
    st.segmented_control(
        "Measured on",
        list(SETS),
        default=UNSEEN,
        required=True,
        label_visibility="collapsed",
        **state.widget_args("gset"),
    )
    about = {
        UNSEEN: "Sentences from templates, with words that no taught head saw in training.",
        "Natural sentences": "Sentences written by hand, in shapes that the templates do not have. Fewer, so the "
        "intervals are wider.",
    }
    if any(one.elsewhere for one in measured()):
        about[UNSEEN] += (
            " “Other splits”: mean and spread on other divisions of the words, on which no word or template was chosen."
        )
    components.text(about[state.get("gset")], "small")


def picture() -> figures.Picture:
    """The table as a picture."""
    now, rows, every = chosen(), list(TITLES), shown_figures()
    columns = ["row", "model", "share", "low", "high", "chance", "count", "number", "slot"]
    models = {task: [one.name for one in every if one.task == task] for task in TITLES}
    most = max(map(len, models.values()))
    numbers = [
        (
            rows.index(one.task),
            NAMES.index(one.name),
            *(getattr(one, name) for name in columns[2:-2]),
            percent(one.share),
            2 * models[one.task].index(one.name) + most - len(models[one.task]),  # half lines: centred in the row
        )
        for one in every
    ]
    whole = {"row": "int16", "model": "int16", "count": "int32", "slot": "int16"}
    said = "; ".join(f"{TITLES[one.task]}, {one.name}: {percent(one.share)}" for one in every)
    fill = {"labels": list(TITLES.values()), "chosen": rows.index(now.task), "seen": NAMES.index(now.name)}
    alt = f"Dots: the share of right answers, by task and model. {said}. The table below has the same numbers."
    options = {"names": NAMES, "slots": 2 * most - 1}
    drawn = pd.DataFrame(numbers, columns=columns).astype(whole)
    return figures.Picture(learning_charts.dots, drawn, alt, 420, fill, options)


def figure() -> None:
    """Draw the picture; a click on a dot chooses its sentences."""
    shown = picture()
    name = f"gap-{shown.fill['chosen']}-{shown.fill['seen']}"

    def clicked() -> None:
        if dot := st.session_state[name]["selection"]["dot"]:
            choose(list(TITLES.values())[int(dot[0]["row"])], NAMES[int(dot[0]["model"])])

    with st.container(height=435, border=False, key="dots-room"):
        figures.draw(shown, name, clicked)
    colors = components.palette()
    shades = [colors.muted, *[colors.weights[3]] * (len(NAMES) - 2), colors.text]
    marks = zip("●●■◆✚▲", NAMES, shades, strict=True)
    legend = "".join(f'<span><b style="color:{color}">{mark}</b> {name}</span>' for mark, name, color in marks)
    legend += f'<span><b style="color:{colors.muted}">❘</b> guessing</span><span>line: 95 % interval</span>'
    st.html(f'<div class="legend">{legend}</div>')
    now = chosen()
    components.text(
        f"In the ring: {now.name} on {TITLES[now.task]}, {percent(now.share)} right. "
        "Its sentences stand below the table.",
        "small",
    )


def verdict(one: Figure) -> str:
    """What the interval says of a figure, where it says something that the number alone does not."""
    if one.low <= one.chance <= one.high:
        return "like guessing"
    if one.high < one.chance:
        return "worse than guessing"
    return "below the taught" if one.name == MINILM and is_below(one) else ""


def is_below(one: Figure) -> bool:
    """Whether the interval of a figure lies below that of the best taught model."""
    taught = best_taught(one)
    return taught is not None and one.high < taught.low


def best_taught(one: Figure) -> Figure | None:
    """The taught model that is right most often on the same sentences."""
    here = [other for other in of_task(one.task, one.group) if other.variant]
    return max(here, key=lambda other: other.share, default=None)


def in_words() -> None:
    """What the picture says."""
    every = {(one.task, one.name): one for one in shown_figures()}
    told = []
    if like := every.get(("similarity", RAW)):
        told.append(f"Words that are alike find each other on raw vectors, in {percent(like.share)} of the sentences.")
    pronouns = [every["gender", RAW], every["meaning", RAW]]
    best = [best_taught(one) for one in pronouns]
    raw, taught = (listed([named_share(one) for one in several]) for several in (pronouns, best))
    told.append(
        f"On raw vectors a pronoun finds its noun in {raw}; once W_Q and W_K have learned what to ask for, in {taught}"
        + (
            f", and on other splits of the words in {' and '.join(percent(np.mean(one.elsewhere)) for one in best)}."
            if all(one.elsewhere for one in best)
            else "."
        )
    )
    here = [one for one in every.values() if one.name == MINILM and best_taught(one)]
    if short := [one for one in here if is_below(one)]:
        gets = f"gets {listed([named_share(one) for one in short])}, less than the taught heads"
        others = [named_share(one) for one in here if one not in short]
        also = f"; with {listed(others)} it does about as well as they do, or better" if others else ""
        told.append(f"MiniLM, which nobody taught these tasks, {gets}{also}.")
    for sentence in told:
        components.text(sentence, "plain")


def named_share(one: Figure) -> str:
    """A figure and its task: 96 % (“He, she, it”)."""
    return f"{percent(one.share)} (“{TITLES[one.task]}”)"


def choose(title: str, name: str) -> None:
    """Choose a figure. For callbacks."""
    state.set_values({"gtask": title, "gby": name})


def table() -> None:
    """The same as a table; each figure leads to its sentences."""
    every = shown_figures()
    head = "".join(f"<th scope=col>{name}</th>" for name in ("Task", *NAMES, "Guessing"))
    rows = []
    for task, title in TITLES.items():
        here = {one.name: one for one in every if one.task == task}
        cells = "".join(f"<td>{cell(here[name]) if name in here else '–'}</td>" for name in NAMES)
        chance = percent(next(iter(here.values())).chance) if here else "–"
        rows.append(f"<tr><th scope=row>{title}<small>{QUESTIONS[task]}</small></th>{cells}<td>{chance}</td></tr>")
    components.show_html(
        f"<div class=wide tabindex=0 role=region aria-label='The measured table'><table class=gap>"
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )
    components.text("Choose a figure to see its sentences. A dash: this was not measured.", "small")


def cell(one: Figure) -> str:
    """A figure of the table: the share, its interval, the number of sentences; a link to them."""
    chosen = {"gtask": TITLES[one.task], "gby": one.name}
    best = f"<small>layer {one.head[0]}, head {one.head[1]}</small>" if one.head else ""
    return (
        f'<a href="{html.escape(address("the_gap", chosen, state.get))}#{ANCHOR}" target="_self">'
        f"<b>{html.escape(percent(one.share))}</b></a>"
        f"<small>{html.escape(f'{percent(one.low)} to {percent(one.high)}')}</small>"
        f"<small>n = {one.count:,}</small>{best}"
        + (f"<small>other splits {mean_and_spread(one.elsewhere)}</small>" if one.elsewhere else "")
        + (f"<small><em>{verdict(one)}</em></small>" if verdict(one) else "")
    )


def address(page: str, values: dict, others: Callable[[str], state.Value] = state.default) -> str:
    """A link from this page to another that carries what is given; the rest is as it always is, or as others say."""

    def value_of(name: str) -> state.Value:
        return values[name] if name in values else others(name)

    return ("./" if page == pages.PAGES[0].name else page) + state.query_string(page, value_of)


def sentences() -> None:
    """The sentences behind a figure, right and wrong, each a way into the pages that show it."""
    components.scroll_to(f"#{ANCHOR}", linked=True)
    for name, title, options in (
        ("gtask", "Task", list(TASK_OF)),
        ("gby", "Model", NAMES),
        ("gwhich", "Answers", (WRONG, RIGHT)),
    ):
        st.segmented_control(title, options, default=state.default(name), required=True, **state.widget_args(name))
    one, which = chosen(), state.get("gwhich")
    if one.name != state.get("gby"):
        components.text(
            f"“{state.get('gby')}” was not measured here. These are the sentences of {one.model}.", "notice"
        )
    if one.group != SETS[state.get("gset")]:
        components.text("There are no natural sentences for this task. These are those with unseen words.", "notice")
    cases = [case for case in one.cases if case.right == (which == RIGHT)]
    components.text(
        f"{one.model}: {percent(one.share, 1)} of {one.count:,} sentences right, interval {percent(one.low, 1)} to "
        f"{percent(one.high, 1)}; guessing gets {percent(one.chance)}."
    )
    components.text(f"{len(cases):,} {which.lower()}" + (":" if cases else "."), "heading")
    if not cases:
        return
    if one.group == SETS[UNSEEN]:
        components.text("Put together by lot from templates and lists of words, so many make little sense.", "small")
    components.show_html(as_list(one.group, one.task, one.name, which == RIGHT))
    if one.task == "negation":
        said = "Blue: the word at which it is read; + something good is said, − something bad."
    else:
        said = "Blue: the word that asks. Orange: the one it should look at."
    components.text(f"{said} The links open the sentence on raw vectors, under a taught head and in MiniLM.", "small")


@lru_cache(maxsize=32)  # a hundred kilobytes each; building one takes longer than the rest of the page
def as_list(group: str, task: str, name: str, right: bool) -> str:
    """The sentences that a model got right, or wrong, as a list; all but the first folded away."""
    one = next(one for one in measured() if (one.group, one.task, one.name) == (group, task, name))
    lines = [entry(one, case) for case in one.cases if case.right == right]
    more = f"<ul class=cases>{''.join(lines[SHOWN:])}</ul>"
    rest = f"<details><summary>{len(lines) - SHOWN:,} more</summary>{more}</details>" if len(lines) > SHOWN else ""
    return f"<ul class=cases>{''.join(lines[:SHOWN])}</ul>{rest}"


def entry(one: Figure, case: Case) -> str:
    """A sentence of a list: its words with their roles, and where to open it."""
    example = case.example
    words = [html.escape(word) for word in example.tokens]
    if one.task == "negation":
        words[example.asks] += f" ({'−+'[example.answer]})"
    else:
        words[example.answer] = f"<b class=key>{words[example.answer]}</b>"
    words[example.asks] = f"<b class=query>{words[example.asks]}</b>"
    here = {"s": measure.join_tokens(example.tokens), "q": example.asks + 1}
    if one.task != "negation":
        here["k"] = example.answer + 1
    ways = [("playground", "raw", {**here, "self": False})]
    if lesson := lessons.lesson_of(one.task):
        made = one.variant or lesson.best
        shape = {"layers": made.n_layers, "nh": made.n_heads, "res": made.residual}
        ways.append(("teach_it", "taught", {**here, "task": lesson.title, **shape, "trained": training.FINISHED}))
    head = best_head(one.task)
    ways.append(("inside_a_transformer", "MiniLM", {**here, **({"l": head[0], "h": head[1]} if head else {})}))
    links = " · ".join(
        f'<a href="{html.escape(address(page, values))}" target="_self">{name}</a>' for page, name, values in ways
    )
    return f"<li>{measure.join_tokens(words)} <small>Open: {links}</small></li>"


def best_head(task: str) -> tuple[int, int] | None:
    """MiniLM's head for a task, layer and head from 1; None where the whole sentence was read."""
    return next((one.head for one in measured() if one.task == task and one.head), None)


def three() -> None:
    """The reader's own sentence on raw vectors, under a taught head and in MiniLM, side by side."""
    sentence_input.ask_for_sentence(("self",), presets=False)
    components.text("The switch acts on the raw vectors only, where most words look most at themselves.", "small")
    text, sentence, one = state.sentence(), loaders.taken_apart(state.sentence()), chosen()
    known = sentence.known
    offer(one.task)
    if not known:
        components.text(errors.message_for(UnknownWords(sentence.unknown)), "notice")
        return
    raw = loaders.raw(state.sentence(), state.Switches(see_self=bool(state.get("self"))))
    lesson = lessons.lesson_of(one.task)
    made = one.variant or (lesson and lesson.best)
    model = training.shipped(training.Settings(made)) if made else None
    layer, head = best_head(one.task) or (state.default("l"), state.default("h"))
    try:
        read = loaders.reading(text)
    except UnfitSentence as error:
        components.text(errors.message_for(error), "notice")
        return
    pairs = loaders.known_to_both(text, read.tokens)
    if not pairs:
        components.text("No word of this sentence is known to all three.", "notice")
        return
    places, pieces, words = (list(column) for column in zip(*pairs, strict=True))
    query = next((i for i, group in enumerate(places) if state.index_of("q", len(known)) in group), 0)
    raw_map = View(known, raw.attention.weights, visible=np.isfinite(raw.attention.masked))
    maps, told = [(RAW, map_in_words(raw_map, places, words))], ""
    if model:
        last = forward(model, loaders.glove().look_up(known))[-1]
        blend = View(known, last.attention.weights.mean(axis=0))
        maps.append((f"Taught for “{lesson.title}”", map_in_words(blend, places, words)))
        word, told = known[places[query][0]], f"Taught: {made.title}. "
        if model.kind == "classifier":
            told += lessons.verdict_in_words(lesson, model, word, last.output[places[query][0]]) + " "
        elif tasks.find_query(one.task, [word]) is None:
            asks = lesson.needs if lesson.needs.startswith("“") else f"a {lesson.needs}"
            told += f"It was taught where {asks} should look, and nothing about {quoted(word)}. "
        if best_head(one.task) is None:
            told += "In the table MiniLM was asked by its sentence vector; the head shown here was not measured. "
    minilm = View(read.tokens.pieces, read.layers[layer - 1].weights[head - 1])
    maps.append((f"MiniLM, layer {layer}, head {head}", map_in_words(minilm, pieces, words)))
    drawn = [(name, view, Choice(query, int(first_largest(view.weights[query])))) for name, view in maps]
    _, last_view, last_choice = drawn[-1]
    components.words(
        [(label, place) for place, label in enumerate(last_view.labels)],
        last_view.weights[query],
        *last_choice,
        components.palette(),
        key="gap-words",
        on_pick=lambda place: state.set_values({"q": places[place][0] + 1, "k": 0}),
    )
    for (name, view, choice), column in zip(drawn, st.columns(len(drawn), gap="small"), strict=True):
        with column:
            components.text(name, "heading")
            components.text(view.reading(query), "small")
            if len(words) <= panel.MAX_CELLS:
                alt = f"{name}: {len(words)} by {len(words)} weights. {view.reading(query)}"
                options = {"signed": False, "clickable": False}
                shown = figures.Picture(
                    charts.heatmap,
                    panel.cells(view.visible_weights),
                    alt,
                    330,
                    panel.chart_parameters(view, choice),
                    options,
                )
                figures.draw(shown, f"three-{name}")
    if len(words) > panel.MAX_CELLS:
        components.text(f"The maps are drawn for up to {panel.MAX_CELLS} words.", "small")
    components.text(
        f"{told}All by words, in GloVe’s spelling, and the words above coloured as MiniLM weighs them. What it sends "
        "to its marks [CLS] and [SEP] is left out, so its rows sum to less than 1."
        + ("" if model else " Nothing was taught for this task: raw vectors do it."),
        "small",
    )


def offer(task: str) -> None:
    """Sentences of the task, to make the shared one."""
    lesson = lessons.lesson_of(task)
    if lesson is None:
        return
    with st.container(horizontal=True):
        for place, one in enumerate(lessons.sample_sentences(lesson)[:2]):
            shown = one.text == state.sentence()
            st.button(one.text, on_click=lessons.choose_sentence, args=(one,), key=f"offer-{place}", disabled=shown)


def notes() -> None:
    """How the figures were measured, and what they do not say."""
    paragraphs = [
        "**Right** means for the first four tasks: the word that asks gives the right word its largest weight. Of all "
        "other words on raw vectors and in MiniLM, where [CLS] and [SEP] are left out as well; of all words, itself "
        "included, under a taught head. For the last task: what is read, good or bad, is what the sentence says.",
        "**Raw GloVe.** Queries, keys and values are the word vectors. In the last task a probe reads the output: one "
        "sum of its numbers, fitted to other sentences.",
        "**Taught.** Attention on the same vectors with W_Q, W_K (and W_V, W_O) trained for this one task, on "
        "sentences made of other words. “1 head + x” is one head whose output is added to the word’s own vector.",
        "**MiniLM.** Nobody trained it for these tasks. Of its 72 heads, the one that does a task best on sentences of "
        "training words is measured on the others. In the last task a probe reads its vector for the whole sentence. "
        "It sees the order of the words and each word in its context, which the others do not.",
        "**The interval** is Wilson’s: with 95 % confidence the true share lies within it. **Guessing** is one of two "
        "answers in the last two tasks, one of all other words in the first three. Whoever points at a word that is "
        "neither of the two nouns does worse than guessing.",
    ]
    stored = loaders.gap_table()
    for name, what in (
        (
            "splits",
            "**Other splits.** The lists of words were made with an eye on the test words, so those figures may be too "
            "good. These are means and spreads of {} other splits, drawn by lot, on which no word or "
            "template was chosen and of which none was left out: {}.",
        ),
        ("seeds", "**Seeds.** Trained anew from {} seeds each, on the first split: {}."),
    ):
        many = {file: shares for file, shares in stored.get(name, {}).items() if len(shares) > 1}
        if many:
            told = "; ".join(f"{_variant_in_words(file)} {mean_and_spread(shares)}" for file, shares in many.items())
            paragraphs.append(what.format(len(next(iter(many.values()))), told))
    paragraphs.append(
        "**What it does not say.** The sentences are short. A model that is right in them has not understood "
        "them; a head that is wrong does not mean that the whole model is."
    )
    st.markdown("\n\n".join(paragraphs))


def _variant_in_words(file: str) -> str:
    one = next(variant for variant in SHIPPED if variant.file == file)
    return f"{TITLES[one.task]}, {one.title}:"


def take_away() -> None:
    """The picture, the numbers and the link."""
    rows = pd.DataFrame(
        [
            {
                "sentences": one.group,
                "task": TITLES[one.task],
                "model": one.model,
                "right": one.right,
                "of": one.count,
                "share": one.share,
                "low": one.low,
                "high": one.high,
                "guessing": one.chance,
                "other_splits_mean": np.mean(one.elsewhere) if one.elsewhere else None,
                "other_splits_spread": np.std(one.elsewhere) if one.elsewhere else None,
            }
            for one in measured()
        ]
    )
    link = pages.link("the_gap")
    settings = {"measured": "Right answers by task and model, with 95 % intervals"}
    files = export.tables("gap", rows, settings, link)
    shapes = ("grey circle", "violet circle", "square", "diamond", "cross", "triangle")
    named = [f"{shape} {name}" for shape, name in zip(shapes, NAMES, strict=True)]
    marks = "; ".join([*named, "upright stroke guessing", "ring the one chosen"])
    told = {"sentences": state.get("gset").lower(), "marks": marks}
    figures.take_away({"figure": picture()}, files, settings | told, link, "gap")
