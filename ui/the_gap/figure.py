"""The opening picture: one task, and how often each kind of model is right in it."""

import numpy as np
import streamlit as st

from ui import state
from ui.kit import components, figures
from ui.kit.glossary import with_terms
from ui.kit.wording import percent
from ui.shell import sentence_input
from ui.state import controls, scrolling
from ui.state.table import TASK_TITLES
from ui.the_gap import charts, measured
from ui.the_gap.measured import RAW, UNSEEN, Rate

ROW_HEIGHT = 46  # pixels of a bar and its gap


def choose_query() -> None:
    """Choose the query of the chosen task, and a sentence that has one."""
    sentence_input.choose_query_for_task("the_gap", measured.chosen_task())


def draw_task_choice() -> None:
    """Draw the choice of the task."""
    controls.segmented("gtask", "Task", label_visibility="collapsed")


def draw_question() -> None:
    """Draw the question that the models answer in the chosen task."""
    components.text(measured.QUESTIONS[measured.chosen_task()], "small")


def draw_set_choice() -> None:
    """Draw the choice of the sentences that the models are measured on."""
    controls.segmented("gset", "Measured on", label_visibility="collapsed")
    count = measured.chosen_rate().count
    if measured.chosen_rate().sentence_set != UNSEEN:
        text = f"{count:,} sentences written by hand."
    else:
        text = f"{count:,} sentences from templates, with words that no taught head saw in training."
        if measured.chosen_set() != UNSEEN:
            text = f"There are no natural sentences for this task. These are {text}"
    components.text(text, "small")


def draw_headline() -> None:
    """Draw the rates of the chosen task in one line of words."""
    line = headline(measured.compared_rates(measured.chosen_task(), measured.chosen_set()))
    components.text(with_terms(line, "word vector", "layer", "head", "MiniLM"), "headline")


def headline(rates: list[Rate]) -> str:
    """How often each model is right in a task, in words."""
    sentences = [f"{name_in_headline(rate)}: {rate_in_words(rate)}." for rate in rates]
    if rates[0].task == "similarity":
        sentences.append("Likeness needs no teaching.")
    return " ".join(sentences)


def name_in_headline(rate: Rate) -> str:
    """The name of a model in the headline, which leaves out the shape of a taught one."""
    return "Taught" if rate.variant else rate.name if rate.name == RAW else f"{rate.name}, not taught this"


def rate_in_words(rate: Rate) -> str:
    """A share of right answers, with a remark where it is like guessing.

    A rate of 0 where guessing takes one of two nouns gets the reason: the query looks at a third word.
    """
    if not rate.right:
        return "never, they mostly look past both nouns" if rate.name == RAW and rate.chance == 0.5 else "never"
    return percent(rate.share) + (", like guessing" if rate.low <= rate.chance <= rate.high else "")


def bars_picture() -> figures.Picture:
    """The rates of the chosen task as bars."""
    rates = measured.compared_rates(measured.chosen_task(), measured.chosen_set())
    columns = {
        "model": np.arange(len(rates), dtype=np.int16),
        "kind": np.array([rate.kind for rate in rates], np.int16),
        "count": np.array([rate.count for rate in rates], np.int32),
        **{name: np.array([getattr(rate, name) for rate in rates]) for name in ("share", "low", "high", "chance")},
    }
    text = "; ".join(f"{rate.name}: {percent(rate.share)}" for rate in rates)
    alt = (
        f"Bars: the share of right answers in the task “{TASK_TITLES[rates[0].task]}”. {text}. "
        f"Guessing: {percent(rates[0].chance)}."
    )
    labels = [rate.name for rate in rates]
    return figures.Picture(charts.rate_bars, columns, alt, ROW_HEIGHT * len(rates) + 16, {"labels": labels})


def draw_bars() -> None:
    """Draw the bars; on the page a click on one opens its sentences, which a figure alone has not."""
    rates = measured.compared_rates(measured.chosen_task(), measured.chosen_set())
    alone = state.shows_one_figure()
    choice = measured.chosen_task(), measured.chosen_set(), state.get("gby"), state.get("gsent")

    def pick(model: int) -> None:
        open_sentences(rates[0].task, rates[model].name)

    with st.container(height=ROW_HEIGHT * len(rates) + 20, border=False, key="gap-bars-room"):
        figures.draw(bars_picture(), "gap-bars", choice, None if alone else pick)
    clicks = "" if alone else " A click on a bar opens its sentences."
    components.text(f"Dashed line: guessing, {percent(rates[0].chance)}.{clicks}", "small")


def open_sentences(task: str, name: str) -> None:
    """Choose a rate, open its sentences and scroll to them. For callbacks."""
    state.set_values({"gtask": TASK_TITLES[task], "gby": name, "gsent": True})
    scrolling.scroll_to("gsent")
