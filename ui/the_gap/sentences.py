"""The sentences behind a rate, right and wrong, each with links to the pages that show it."""

import html
from functools import lru_cache

import streamlit as st
from markupsafe import Markup

from attention_core import gap
from ui import state
from ui.kit import components
from ui.kit.wording import percent
from ui.models import lessons, training
from ui.shell import links
from ui.state import controls
from ui.state.table import TASK_TITLES, Value
from ui.the_gap import measured
from ui.the_gap.measured import UNSEEN, Case, Rate

RIGHT, WRONG = "Right", "Wrong"
ANCHOR = "sentences"  # the target of the links in the table
FIRST_SHOWN = 10  # sentences in a list, the rest folded away


def draw_sentences() -> None:
    """Draw the choice of a model and of right or wrong answers, and the sentences."""
    names = [rate.name for rate in measured.rates_of(measured.chosen_task(), measured.chosen_set())]
    if state.get("gby") not in names:  # it was not measured in this task
        state.set_values({"gby": measured.chosen().name})
    controls.segmented("gby", "Model", names)
    which = controls.segmented("gwhich", "Answers")
    rate = measured.chosen()
    st.header(f"{TASK_TITLES[rate.task]}: {rate.model}", anchor=ANCHOR)
    cases = [case for case in rate.cases if case.right == (which == RIGHT)]
    components.text(
        f"{percent(rate.share, 1)} of {rate.count:,} sentences right; 95 % interval {percent(rate.low, 1)} to "
        f"{percent(rate.high, 1)}; guessing {percent(rate.chance)}."
    )
    components.text(f"{len(cases):,} {str(which).lower()}" + (":" if cases else "."), "heading")
    if not cases:
        return
    if rate.group == UNSEEN:
        components.text("Made by chance from templates and lists of words: many make little sense.", "small")
    components.show_html(sentence_list(rate.group, rate.task, rate.name, which == RIGHT))
    if rate.task == "negation":
        text = "Blue: the word at which the sentence is read; + something good is said, − something bad."
    else:
        text = "Blue: the word that looks. Orange: the word it should look at."
    components.text(text, "small")


@lru_cache(maxsize=32)  # a hundred kilobytes each; building one takes longer than the rest of the page
def sentence_list(group: str, task: str, name: str, right: bool) -> Markup:
    """The sentences that a model got right, or wrong, as a list; all but the first folded away."""
    rate = next(rate for rate in measured.measured() if (rate.group, rate.task, rate.name) == (group, task, name))
    items = [sentence_item(rate, case) for case in rate.cases if case.right == right]
    shown, rest = (Markup("<ul class=cases>{}</ul>").format(Markup("").join(part)) for part in split(items))
    if len(items) <= FIRST_SHOWN:
        return shown
    more = f"{len(items) - FIRST_SHOWN:,} more"
    return shown + Markup("<details><summary>{}</summary>{}</details>").format(more, rest)


def split(items: list[Markup]) -> tuple[list[Markup], list[Markup]]:
    """The items shown at once, and the rest."""
    return items[:FIRST_SHOWN], items[FIRST_SHOWN:]


def sentence_item(rate: Rate, case: Case) -> Markup:
    """A sentence of a list: its words with their roles, and the pages that open it."""
    example = case.example
    words: list[str | Markup] = list(example.tokens)
    if rate.task == "negation":
        words[example.query] += f" ({'−+'[example.answer]})"
    else:
        words[example.answer] = Markup("<b class=key>{}</b>").format(words[example.answer])
    words[example.query] = Markup("<b class=query>{}</b>").format(words[example.query])
    carried: dict[str, Value] = {"s": gap.join_tokens(example.tokens), "q": example.query + 1}
    if rate.task != "negation":
        carried["k"] = example.answer + 1
    ways: list[tuple[str, str, dict[str, Value]]] = [("playground", "raw vectors", {**carried, "self": False})]
    if lesson := lessons.lesson_of(rate.task):
        made = rate.variant or lesson.best
        shape = {"layers": made.n_layers, "nh": made.n_heads, "res": made.residual, "pos": made.positions}
        ways.append(("teach_it", "taught", {**carried, "task": lesson.title, **shape, "trained": training.FINISHED}))
    head = measured.head_for(rate.task)
    ways.append(("inside_a_transformer", "MiniLM", {**carried, **({"l": head[0], "h": head[1]} if head else {})}))
    opened = Markup(" · ").join(links.text_link(name, page, values) for page, name, values in ways)
    return Markup("<li>{} <small>Open: {}</small></li>").format(
        Markup(gap.join_tokens(map(escape_word, words))), opened
    )


def escape_word(word: str | Markup) -> str:
    """A word as HTML; its apostrophe stays, so that "n't" can join the word before it."""
    return word if isinstance(word, Markup) else html.escape(word, quote=False)
