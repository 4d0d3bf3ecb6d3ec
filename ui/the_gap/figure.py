"""The opening picture: one task, and how often each kind of model is right in it."""

import numpy as np
import streamlit as st

from attention_core import tasks
from ui import state
from ui.kit import components, figures
from ui.kit.wording import listed, percent
from ui.shell import sentence_input
from ui.state import controls, scrolling
from ui.the_gap import charts, measured
from ui.the_gap.measured import RAW, UNSEEN, Rate

ROW = 46  # pixels of a bar and its gap


def set_up() -> None:
    """Choose the word that asks in the chosen task, and a sentence that has it."""
    task = measured.chosen_task()
    if task in tasks.TASKS:
        sentence_input.look_from_asking_word("the_gap", task)


def choose_task() -> None:
    """Draw the choice of the task and of the sentences it is measured on."""
    controls.segmented("gtask", "Task", list(measured.titles().values()), label_visibility="collapsed")
    components.text(measured.QUESTIONS.get(measured.chosen_task(), ""), "small")


def choose_set() -> None:
    """Draw the choice of the sentences that the models are measured on."""
    controls.segmented("gset", "Measured on", label_visibility="collapsed")
    count = measured.chosen().count
    if measured.chosen().group != UNSEEN:
        text = f"{count:,} sentences written by hand."
    else:
        text = f"{count:,} sentences from templates, with words that no taught head saw in training."
        if measured.chosen_set() != UNSEEN:
            text = f"There are no natural sentences for this task. These are {text}"
    components.text(text, "small")


def draw_headline() -> None:
    """Draw what is to be seen in the chosen task, in one line."""
    components.text(headline(measured.compared(measured.chosen_task(), measured.chosen_set())), "headline")


def headline(rates: list[Rate]) -> str:
    """What is to be seen in a task, from the rates of raw vectors, of the taught model and of pretrained ones."""
    raw = next((rate for rate in rates if rate.name == RAW), None)
    best = next((rate for rate in rates if rate.variant), None)
    others = [rate for rate in rates if rate not in (raw, best)]
    untaught = listed([f"{rate.name} in {percent(rate.share)}" for rate in others])
    sentences = [raw_text(raw)] if raw else []
    if best:
        sentences.append(f"Taught attention is right in {percent(best.share)} of the sentences")
        sentences[-1] += f"; {untaught}, without being taught this." if others else "."
    elif others:
        sentences.append(f"{untaught}.")
    if rates[0].task == "similarity":
        sentences.append("Likeness needs no teaching.")
    return " ".join(sentences)


def raw_text(raw: Rate) -> str:
    """How raw vectors do, beside guessing."""
    if raw.high < raw.chance:
        if raw.task in {"gender", "meaning"} and raw.share < 0.005:
            return "Raw vectors point at neither noun."
        return "Raw vectors seldom find the right word."
    if raw.low <= raw.chance:
        return "Raw vectors do no better than guessing."
    return f"Raw vectors are right in {percent(raw.share)}."


def bars_picture() -> figures.Picture:
    """The rates of the chosen task as bars."""
    rates = measured.compared(measured.chosen_task(), measured.chosen_set())
    columns = {
        "model": np.arange(len(rates), dtype=np.int16),
        "kind": np.array([rate.kind for rate in rates], np.int16),
        "count": np.array([rate.count for rate in rates], np.int32),
        **{name: np.array([getattr(rate, name) for rate in rates]) for name in ("share", "low", "high", "chance")},
    }
    text = "; ".join(f"{rate.name}: {percent(rate.share)}" for rate in rates)
    alt = (
        f"Bars: the share of right answers in the task “{measured.title_of(rates[0].task)}”. {text}. "
        f"Guessing: {percent(rates[0].chance)}."
    )
    labels = [rate.name for rate in rates]
    return figures.Picture(charts.rate_bars, columns, alt, ROW * len(rates) + 16, {"labels": labels})


def draw_bars() -> None:
    """Draw the bars; a click on one opens its sentences."""
    rates = measured.compared(measured.chosen_task(), measured.chosen_set())
    state_now = "-".join(str(state.get(name)) for name in ("gby", "gsent"))
    name = f"gap-bars-{measured.chosen_task()}-{measured.chosen_set()}-{state_now}"

    def pick(model: int) -> None:
        open_sentences(rates[0].task, rates[model].name)

    with st.container(height=ROW * len(rates) + 20, border=False, key="gap-bars-room"):
        figures.draw(bars_picture(), name, pick)
    components.text(
        f"Dashed line: guessing, {percent(rates[0].chance)}. A click on a bar opens its sentences. MiniLM is the model "
        "of “Inside a transformer”, SmolLM2 that of “The next word”; both learned from other texts.",
        "small",
    )


def open_sentences(task: str, name: str) -> None:
    """Choose a rate, open its sentences and scroll to them. For callbacks."""
    state.set_values({"gtask": measured.title_of(task), "gby": name, "gsent": True})
    scrolling.scroll_to("gsent")
