"""Experiments on a trained model: a part that its task needs is taken away, and given back."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from attention_core.taught import ModelSpec
from ui import state
from ui.models.lessons import Lesson
from ui.models.training import shipped, usual_settings
from ui.state.table import FINISHED
from ui.teach_it.session import SPEC_FIELDS, Session, values_of
from ui.teach_it.settings import BACK


def draw_experiments(session: Session) -> None:
    """Draw buttons that remove a part the trained model needs, or the button that gives it back."""
    lesson = session.lesson

    def choose(changed: ModelSpec) -> None:
        state.set_values({**values_of(changed), "trained": FINISHED if shipped(usual_settings(changed)) else 0})

    if not lesson.without:
        return
    with st.container(horizontal=True, key="teach-experiments"):
        if not session.has_best_shape:
            label = missing_part_label(session.settings.spec, lesson.best)
            st.button(label, on_click=choose, args=(lesson.best,), key="give-back", icon=":material/add:")
            return
        for number, (label, values) in enumerate(lesson.without.items()):
            st.button(
                f"{label}: what happens?",
                on_click=choose,
                args=(changed_model(lesson, values),),
                key=f"without-{number}",
                type="tertiary",
                icon=":material/science:",
                disabled=not session.fully_trained,
                help=None if session.fully_trained else "Train it first, or show it trained.",
            )


def missing_part_label(spec: ModelSpec, best: ModelSpec) -> str:
    """The label of the button that gives a model the part that it lacks for its task."""
    if spec.n_layers < best.n_layers:
        return "Give it a second layer"
    if spec.n_heads < best.n_heads:
        return "Give it a second head" if best.n_heads == 2 else f"Give it {best.n_heads} heads"
    return "Give it positions" if best.positions and not spec.positions else BACK


def changed_model(lesson: Lesson, values: Mapping[str, Any]) -> ModelSpec:
    """The best model of a task with some settings changed.

    Args:
        values: by control.
    """
    return replace(lesson.best, **{SPEC_FIELDS[control]: value for control, value in values.items()})
