"""The training on the page: its buttons, its progress in numbers and curves, and its next steps."""

import math
import time
from collections.abc import Callable

import pandas as pd
import streamlit as st
from markupsafe import Markup

from attention_core import copying, taught
from ui import state
from ui.kit import components, figures
from ui.kit.glossary import with_terms
from ui.kit.wording import counted, percent, rounded
from ui.models import loaders
from ui.models.training import Settings, VisitorTraining, recipe, shipped
from ui.shell import body
from ui.state import run_lock
from ui.state.table import FINISHED
from ui.teach_it import charts
from ui.teach_it.session import Session, title_of

STOP_DISABLED_FOR = 0.5  # seconds after Stop is drawn in the place of Train, so that a double click does not stop
REDRAW_AFTER = 0.03  # seconds between two drawings of a training
ASK_AGAIN_AFTER = 1.0  # seconds between two runs of the page while its training waits in the queue


def draw_buttons(session: Session) -> None:
    """Draw the buttons: train or stop, in one place; show the model that came with the app; start over."""
    steps = recipe(session.settings).steps

    def train() -> None:
        if not session.partly_trained:
            st.session_state["training"] = VisitorTraining(session.settings)
        state.set_values({"trained": steps})

    def stop() -> None:
        session.leave()
        state.set_values({"trained": session.step})

    def start_over() -> None:
        state.set_values({"trained": 0})

    label = "Go on" if session.partly_trained else "Train again" if session.trained else "Train"
    with st.container(horizontal=True, vertical_alignment="center", key="teach-buttons"):
        with st.container(key="one-at-a-time", width=130):
            if session.in_training:
                now = time.monotonic()
                disabled = now < st.session_state.setdefault("stop-drawn", now) + STOP_DISABLED_FOR
                st.button("Stop", on_click=stop, key="stop", width="stretch", disabled=disabled)
            else:
                st.session_state.pop("stop-drawn", None)
                st.button(label, on_click=train, key="train", type="primary", width="stretch")
        came_with_app = shipped(session.settings) is not None
        st.button(
            "Show it trained",
            on_click=lambda: state.set_values({"trained": FINISHED}),
            key="finished",
            disabled=not came_with_app or session.in_training or session.finished,
            help="The model that came with the app."
            if came_with_app
            else "No model with these settings came with the app.",
        )
        fresh = not (session.trained or session.in_training or session.diverged)
        st.button("Start over", on_click=start_over, key="afresh", disabled=fresh)


def draw_headline(session: Session) -> None:
    """Draw what to see now, in one bold line that follows the training."""
    lesson = session.lesson
    if session.diverged:
        line = "The steps were too large, and training ran away."
    elif not session.trained and not session.in_training:
        alone = state.shows_one_figure()  # without the button
        line = f"{lesson.goal} Untrained, it looks at random{'.' if alone else ': press Train.'}"
    elif not session.fully_trained:
        waits = session.training is not None and session.training.waiting
        line = lesson.goal if waits else f"{lesson.goal} Watch the colours of the words."
    elif session.has_best_shape:
        line = f"Trained: {lesson.learned[0].lower()}{lesson.learned[1:]}"
    else:
        share = accuracy(session)
        line = f"{lesson.goal} With {title_of(session.settings)}" + (
            "." if share is None else f", about {percent(share)} are right."
        )
    components.text(with_terms(line, "layer", "head"), "headline")


def draw_score(session: Session) -> None:
    """Draw how often the model is right, as one large number, and below it how far training is."""
    steps = recipe(session.settings).steps
    share = accuracy(session)
    guess = f"Guessing: about {rounded(chance(session.lesson.task))}."
    number, tested = "Trained" if session.trained else "Untrained", guess
    if share is not None:
        count = (taught.TESTING_COPIES if session.model.kind == "next_word" else taught.TESTING)[1]
        number = f"about {percent(share)}"
        tested = f"right on {count:,} sentences of new words. {guess}"
    step = f"Trained for {steps:,} steps." if session.fully_trained else f"Step {session.step:,} of {steps:,}."
    html = Markup(
        '<div class="score"><b>{}</b> <span>{}</span></div>'
        '<progress value="{:.3f}" max="1" aria-label="Training"></progress><small>{}{}</small>'
    )
    share_done = 1 if session.fully_trained else session.step / steps
    components.show_html(html.format(number, tested, share_done, step, status_in_words(session)))
    draw_notice(session)


def draw_notice(session: Session) -> None:
    """Draw that the training has failed, or that it waits in the queue."""
    if error := session.diverged:
        components.text(
            f"Training ran away at step {error.step}: the learning rate {error.rate:g} is too large. "
            f"{session.settings.spec.recipe.rate:g} does well. The model shown is that of step {session.step:,}.",
            "notice",
        )
    elif session.training is not None and session.training.waiting:
        components.text(
            f"{counted(session.training.waiting, 'other training')} before yours on this server. It starts as soon as "
            "there is room; you can go on reading, or choose another sentence.",
            "notice",
        )


def status_in_words(session: Session) -> str:
    """That the training was stopped before its end, or repeats what a link holds; else nothing."""
    if session.partly_trained and not session.in_training:
        return " Stopped."
    before = session.training.repeats_up_to if session.training and session.in_training else 0
    return f" Training again up to step {before:,}." if session.step < before else ""


def accuracy(session: Session) -> float | None:
    """The share of right answers on the test sentences; None where nothing has been trained."""
    if session.finished:
        return shipped_accuracy(session.settings)
    return session.training.history[-1].accuracy if session.training and session.training.history else None


def shipped_accuracy(settings: Settings) -> float | None:
    """The share of right answers of the model that came with the app; None if it was not measured."""
    shares = loaders.gap_table()["seeds"].get(settings.spec.file) if shipped(settings) else None
    return shares[taught.SEED] if shares else None


def chance(task: str) -> float:
    """The share of right answers that guessing gets in a task."""
    if task == "copy":
        return 1 / len(copying.vocabulary())
    return float(loaders.gap_table()["rows"][task]["chance"])


def draw_curve(session: Session, name: str) -> None:
    """Draw the accuracy on test sentences, or the loss, against the step; nothing where there is no number yet.

    Args:
        name: "accuracy" or "loss".
    """
    title = {"accuracy": "Right on new sentences", "loss": "Loss in training"}[name]
    end = recipe(session.settings).steps
    points = [(report.step, getattr(report, name)) for report in session.training.history] if session.training else []
    if name == "accuracy" and session.finished and (share := shipped_accuracy(session.settings)) is not None:
        points = [(end, share)]
    points = [(step, value) for step, value in points if not math.isnan(value)]
    if not points:
        return
    table = pd.DataFrame([(-1, 0.0), *points], columns=["step", "value"]).astype({"step": "int32", "value": "float64"})
    last = f" {points[-1][1]:.3g} at step {points[-1][0]:,}."
    high = max(value for _, value in points)
    unit = 10 ** math.floor(math.log10(high)) if high > 0 else 1.0
    parameters = {"end": end, "high": math.ceil(1.02 * high / unit) * unit}  # a round number, so that no point is cut
    if name == "accuracy":
        parameters |= {"chance": chance(session.lesson.task)}
    options = {"title": title.lower(), "shares": name == "accuracy"}
    components.text(title, "heading")
    picture = figures.Picture(charts.curve, table, f"{title}, by steps.{last}", 150, parameters, options)
    figures.draw(picture, f"curve-{name}")


def draw_while_training(session: Session, part: Callable[[], None]) -> None:
    """Draw the part of the page that follows the training, and train the next steps after each drawing.

    The browser asks for each piece of training. When the page is closed it asks no more, and the training stops.
    """
    training = session.training
    if training is None or not session.in_training:
        body.draw_part(part)
        return
    state.when_left("teach_it", training.leave)
    waits = bool(training.waiting)

    def train_further() -> bool:
        with run_lock.released():
            training.advance(session.target)
        return session.in_training and waits == bool(training.waiting)

    body.draw_part(part, ASK_AGAIN_AFTER if waits else REDRAW_AFTER, train_further)
