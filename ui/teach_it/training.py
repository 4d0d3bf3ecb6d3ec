"""The training: its buttons, how often the model is right, the curves, and the next steps."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st
from markupsafe import Markup

from attention_core import copying, taught
from attention_core.taught import ModelSpec
from ui import state
from ui.kit import components, figures
from ui.kit.wording import counted, percent, rounded
from ui.models import loaders
from ui.models.lessons import Lesson
from ui.models.training import FINISHED, Settings, VisitorTraining, recipe, shipped, usual_settings
from ui.shell import body
from ui.state import run_lock
from ui.teach_it import charts
from ui.teach_it.settings import BACK, Session, values_of

REDRAW_AFTER = 0.03  # seconds from one picture of a training to the next
ASK_AGAIN_AFTER = 1.0  # seconds for which a training that waits in the queue leaves the page alone


def buttons(session: Session) -> None:
    """Train, or stop; the finished model; and back to the beginning."""
    steps = recipe(session.settings).steps

    def train() -> None:
        if not session.half_way:
            st.session_state["training"] = VisitorTraining(session.settings)
        state.set_values({"trained": steps})

    def stop() -> None:
        session.leave()
        state.set_values({"trained": session.step})

    def start_over() -> None:
        session.leave()
        state.set_values({"trained": 0})

    label = "Go on" if session.half_way else "Train again" if session.trained else "Train"
    with st.container(horizontal=True, vertical_alignment="center", key="teach-buttons"):
        if session.in_training:
            st.button("Stop", on_click=stop, key="stop", width=130)
        else:
            st.button(label, on_click=train, key="train", type="primary", width=130)
        came_with_app = shipped(session.settings) is not None
        st.button(
            "Show the finished one",
            on_click=lambda: state.set_values({"trained": FINISHED}),
            key="finished",
            disabled=not came_with_app or session.in_training or session.finished,
            help="The model that came with the app, trained in the same way."
            if came_with_app
            else "No model with these settings came with the app.",
        )
        begun = session.trained or session.in_training
        st.button("Start over", on_click=start_over, key="afresh", disabled=not begun)


def score(session: Session) -> None:
    """How often the model is right, as one large figure; below it how far training is."""
    steps = recipe(session.settings).steps
    share = accuracy(session)
    guess = f"Guessing: about {rounded(chance(session.lesson.task))}."
    figure, tested = "Trained" if session.trained else "Untrained", guess
    if share is not None:
        count = (taught.TESTING_COPIES if session.model.kind == "next_word" else taught.TESTING)[1]
        figure = f"about {percent(share)}"
        tested = f"right on {count:,} sentences of new words. {guess}"
    step = f"Trained for {steps:,} steps." if session.done else f"Step {session.step:,} of {steps:,}."
    page = Markup(
        '<div class="score"><b>{}</b> <span>{}</span></div>'
        '<progress value="{:.3f}" max="1" aria-label="Training"></progress><small>{}{}</small>'
    )
    done = 1 if session.done else session.step / steps
    components.show_html(page.format(figure, tested, done, step, " Stopped." if stopped(session) else ""))
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


def stopped(session: Session) -> bool:
    """Whether the training has been left half-way."""
    return session.half_way and not session.in_training


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


def experiments(session: Session) -> None:
    """Buttons that take away what the trained model needs, and the way back."""
    lesson = session.lesson

    def choose(changed: ModelSpec) -> None:
        session.leave()
        state.set_values({**values_of(changed), "trained": FINISHED if shipped(usual_settings(changed)) else 0})

    if not lesson.without:
        return
    with st.container(horizontal=True, key="teach-experiments"):
        if not session.ideal:
            label = what_is_missing(session.settings.spec, lesson.best)
            st.button(label, on_click=choose, args=(lesson.best,), key="give-back", icon=":material/add:")
            return
        for number, (label, values) in enumerate(lesson.without.items()):
            st.button(
                f"{label}: what happens?",
                on_click=choose,
                args=(_changed(lesson, values),),
                key=f"without-{number}",
                type="tertiary",
                icon=":material/science:",
                disabled=not session.done,
            )


def what_is_missing(spec: ModelSpec, best: ModelSpec) -> str:
    """The label of the button that makes a model the one that its task takes."""
    if spec.n_layers < best.n_layers:
        return "Give it a second layer"
    if spec.n_heads < best.n_heads:
        return "Give it a second head" if best.n_heads == 2 else f"Give it {best.n_heads} heads"
    return "Give it positions" if best.positions and not spec.positions else BACK


def _changed(lesson: Lesson, values: Mapping[str, Any]) -> ModelSpec:
    names = {"layers": "n_layers", "nh": "n_heads", "res": "residual", "pos": "positions"}
    return replace(lesson.best, **{names[name]: value for name, value in values.items()})


def curve(session: Session, name: str) -> None:
    """The accuracy on test sentences, or the loss, as it grows.

    Args:
        name: "accuracy" or "loss".
    """
    title = {"accuracy": "Right on new sentences", "loss": "Loss in training"}[name]
    end = recipe(session.settings).steps
    points = [(report.step, getattr(report, name)) for report in session.training.history] if session.training else []
    if name == "accuracy" and session.finished and (share := shipped_accuracy(session.settings)) is not None:
        points = [(end, share)]
    points = [(step, value) for step, value in points if not math.isnan(value)]
    table = pd.DataFrame([(-1, 0.0), *points], columns=["step", "value"]).astype({"step": "int32", "value": "float64"})
    last = f" {points[-1][1]:.3g} at step {points[-1][0]:,}." if points else " Nothing yet: press Train."
    high = max((value for _, value in points), default=1.0)
    unit = 10 ** math.floor(math.log10(high)) if high > 0 else 1.0
    fill = {"end": end, "high": math.ceil(1.02 * high / unit) * unit}  # the next round number, so that no point is cut
    if name == "accuracy":
        fill |= {"chance": chance(session.lesson.task)}
    options = {"title": title.lower(), "shares": name == "accuracy", "begun": bool(points)}
    components.text(title, "heading")
    picture = figures.Picture(charts.curve, table, f"{title}, by steps.{last}", 150, fill, options)
    figures.draw(picture, f"curve-{name}")


def train_further(session: Session) -> None:
    """The next steps of training; the page is drawn again after them.

    The browser asks for each piece. When the page is closed, nobody asks, and the visitor's place becomes free.
    """
    if session.training is None or not session.in_training:
        return
    with run_lock.released():
        session.training.advance(session.target)
    body.draw_again(ASK_AGAIN_AFTER if session.training.waiting else REDRAW_AFTER)
