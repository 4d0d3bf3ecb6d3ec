"""The meaning of the numbers, a challenge, and the code that trains."""

import inspect

import streamlit as st

from attention_core import layers, learning
from attention_core.taught import TESTING, TESTING_COPIES, TRAINING, TRAINING_COPIES, ModelSpec
from ui.kit import components
from ui.kit.wording import mean_and_spread, percent
from ui.models import loaders
from ui.models.training import recipe, shipped
from ui.teach_it.progress import draw_curve, shipped_accuracy
from ui.teach_it.session import Session

RIGHT = {
    "classifier": "Right means that the model gives more than half to the right answer, good or bad.",
    "pointer": "Right means that no word of the sentence gets more weight than the right one.",
    "next_word": "Right means that of all the task’s words the likeliest is the one that follows.",
}
TRAINING_CODE = (layers.layer, layers.layer_backward, learning.loss_and_gradients, learning.Adam, learning.train)


def draw_meaning_of_numbers(session: Session) -> None:
    """Draw what is trained, what loss and accuracy are, and what the page does not show."""
    used, lesson, kind = recipe(session.settings), session.lesson, session.model.kind
    training, testing = (TRAINING_COPIES, TESTING_COPIES) if kind == "next_word" else (TRAINING, TESTING)
    noise = f"each step adds random numbers of spread {used.noise:g} to their vectors"
    decay = ", and every number is drawn a little towards zero (weight decay)" if used.decay else ""
    measured = shipped_accuracy(session.settings)
    paragraphs = (
        f"**What is trained.** W_Q and W_K (and W_V, W_O where their output is used) start as random numbers; the word "
        f"vectors stay as they are. Each of {used.steps:,} steps takes {used.batch} of {training[1]:,} sentences and "
        "changes every number a little, so that the loss falls. What keeps the model from learning words by heart: "
        f"{noise}{decay}.",
        "**Loss.** The mean of −log of the weight or probability of the right answer: 0 when all of it goes there, "
        "0.69 when half does. Each point is the mean since the point before.",
        f"**Right on new sentences.** {testing[1]:,} sentences made of words that training never saw. {RIGHT[kind]}"
        + (f" The model that came with the app: {percent(measured, 1)}." if measured is not None else "")
        + (f" {other_splits(session.settings.spec)}" if shipped(session.settings) else ""),
        f"**What it does not show.** {lesson.limits} The sentences come from a few templates. Each word has one "
        "vector, whatever stands around it. And the right answer was given for every training sentence; a language "
        "model is told no such thing.",
    )
    st.markdown("\n\n".join(paragraphs))
    draw_curve(session, "loss")


def other_splits(spec: ModelSpec) -> str:
    """The accuracy of a shipped model on other splits of the words, as a sentence; "" if not measured."""
    shares = loaders.gap_table().get("splits", {}).get(spec.file, ())
    if not shares:
        return ""
    return (
        f"The lists were made with an eye on these sentences, so the figure may be too good: on {len(shares)} other "
        f"splits of the words it is {mean_and_spread(shares)}."
    )


def draw_challenge(session: Session) -> None:
    """Draw a task for the reader, and a hint."""
    components.text(
        "Find a sentence that fools the trained head: type it into the field at the top, and see where "
        f"{session.lesson.needs if session.lesson.needs.startswith('“') else 'the ' + session.lesson.needs} looks.",
        "plain",
    )
    components.text(f"A hint: {session.lesson.limits}", "small")


def draw_code() -> None:
    """Draw the code that trains, and a button to download it."""
    components.text(
        "The code that runs when you press Train: forward, the same backwards, and a step of Adam.", "small"
    )
    source = "\n\n".join(inspect.getsource(function) for function in TRAINING_CODE)
    st.download_button("Download the code", source, "training.py", "text/x-python", on_click="ignore", key="code-file")
    st.code(inspect.getsource(layers.layer), language="python", wrap_lines=True)
