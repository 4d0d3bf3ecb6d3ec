"""The sentences behind a rate, right and wrong, each with links to the pages that show it."""

from functools import lru_cache

import streamlit as st
from markupsafe import Markup

from attention_core import gap
from ui import state
from ui.kit import components
from ui.kit.wording import percent
from ui.models import lessons
from ui.shell import links
from ui.state import controls
from ui.state.table import FINISHED, RIGHT, TASK_TITLES, Value
from ui.the_gap import measured
from ui.the_gap.measured import UNSEEN, Case, Rate

ANCHOR = "sentences"  # the target of the links in the table
FIRST_SHOWN = 10  # sentences in a list, the rest folded away


def draw_sentences() -> None:
    """Draw the choice of a model and of right or wrong answers, and the sentences."""
    names = [rate.name for rate in measured.rates_of(measured.chosen_task(), measured.chosen_set())]
    if state.get("gby") not in names:  # it was not measured in this task
        state.set_values({"gby": measured.chosen_rate().name})
    controls.segmented("gby", "Model", names)
    which = controls.segmented("gwhich", "Answers")
    rate = measured.chosen_rate()
    st.header(f"{TASK_TITLES[rate.task]}: {rate.model}", anchor=ANCHOR)
    cases = [case for case in rate.cases if case.right == (which == RIGHT)]
    components.text(
        f"{percent(rate.share, 1)} of {rate.count:,} sentences right; 95 % interval {percent(rate.low, 1)} to "
        f"{percent(rate.high, 1)}; guessing {percent(rate.chance)}."
    )
    components.text(f"{len(cases):,} {str(which).lower()}" + (":" if cases else "."), "heading")
    if not cases:
        return
    if rate.sentence_set == UNSEEN:
        components.text("Made by chance from templates and lists of words: many make little sense.", "small")
    components.show_html(sentence_list(rate.sentence_set, rate.task, rate.name, which == RIGHT))
    if rate.task == "negation":
        text = "Blue: the word at which the sentence is read; + something good is said, − something bad."
    else:
        text = "Blue: the word that looks. Orange: the word it should look at."
    components.text(text, "small")


@lru_cache(maxsize=32)  # a hundred kilobytes each; building one takes longer than the rest of the page
def sentence_list(sentence_set: str, task: str, name: str, right: bool) -> Markup:
    """The sentences that a model got right, or wrong, as a list; all but the first folded away."""
    wanted = (sentence_set, task, name)
    rate = next(rate for rate in measured.all_rates() if (rate.sentence_set, rate.task, rate.name) == wanted)
    items = [sentence_item(rate, case) for case in rate.cases if case.right == right]
    parts = items[:FIRST_SHOWN], items[FIRST_SHOWN:]
    shown, rest = (Markup("<ul class=cases>{}</ul>").format(Markup("").join(part)) for part in parts)
    if len(items) <= FIRST_SHOWN:
        return shown
    more = f"{len(items) - FIRST_SHOWN:,} more"
    return shown + Markup("<details><summary>{}</summary>{}</details>").format(more, rest)


def sentence_item(rate: Rate, case: Case) -> Markup:
    """A sentence of a list: its words with their roles, and the pages that open it."""
    example = case.example
    words: list[str | Markup] = list(example.tokens)
    if rate.task == "negation":
        words[example.query] += f" ({'−+'[example.answer]})"
    else:
        words[example.answer] = Markup("<b class=key>{}</b>").format(words[example.answer])
    words[example.query] = Markup("<b class=query>{}</b>").format(words[example.query])
    choice: dict[str, Value] = {"s": gap.join_tokens(example.tokens), "q": example.query + 1}
    if rate.task != "negation":
        choice["k"] = example.answer + 1
    targets: list[tuple[str, str, dict[str, Value]]] = [("playground", "raw vectors", {**choice, "self": False})]
    if lesson := lessons.lesson_of(rate.task):
        spec = rate.variant or lesson.best
        shape = {"layers": spec.n_layers, "nh": spec.n_heads, "res": spec.residual, "pos": spec.positions}
        targets.append(("teach_it", "taught", {**choice, "task": lesson.title, **shape, "trained": FINISHED}))
    head = measured.head_for(rate.task)
    targets.append(("inside_a_transformer", "MiniLM", {**choice, **({"l": head[0], "h": head[1]} if head else {})}))
    opened = Markup(" · ").join(links.text_link(name, page, values) for page, name, values in targets)
    spaces = gap.spaces_before(example.tokens)
    text = Markup("").join(Markup("{}{}").format(space, word) for space, word in zip(spaces, words, strict=True))
    return Markup("<li>{} <small>Open: {}</small></li>").format(text, opened)
