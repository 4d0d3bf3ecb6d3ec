"""What Teach it shows as a value: the task, the settings of the model, and the model as far as it is trained."""

from dataclasses import dataclass, replace

import streamlit as st

from attention_core.layers import Model
from attention_core.learning import Diverged
from attention_core.taught import ModelSpec
from ui import state
from ui.kit.wording import counted
from ui.models.lessons import BY_TITLE, Lesson
from ui.models.training import Settings, VisitorTraining, recipe, shipped, training_at, untrained, usual_settings
from ui.state.table import Value

SPEC_FIELDS = {"layers": "n_layers", "nh": "n_heads", "res": "residual", "pos": "positions"}  # by control


@dataclass(frozen=True)
class Session:
    """The task and the model that the page shows.

    Attributes:
        lesson: the task.
        settings: how the model is made.
        training: as the visitor watches it; None while an untrained or a finished model is shown.
        model: the model as far as it is trained.
        target: the step at which training is to stop, 0 without training.
        finished: whether the model is the one that came with the app.
    """

    lesson: Lesson
    settings: Settings
    training: VisitorTraining | None
    model: Model
    target: int
    finished: bool

    def leave(self) -> None:
        """Leave the queue of trainings."""
        if self.training:
            self.training.leave()

    @property
    def in_training(self) -> bool:
        """Whether there are steps left to train."""
        return self.training is not None and not self.training.is_at(self.target)

    @property
    def step(self) -> int:
        """The steps trained on this page."""
        return self.training.step if self.training else 0

    @property
    def diverged(self) -> Diverged | None:
        """The error with which the training has failed; None if it has not."""
        return self.training.diverged if self.training else None

    @property
    def partly_trained(self) -> bool:
        """Whether the training has taken steps, and neither ended nor failed."""
        return 0 < self.step < recipe(self.settings).steps and not self.diverged

    @property
    def trained(self) -> bool:
        """Whether the model is more than its first random numbers."""
        return self.finished or self.step > 0

    @property
    def fully_trained(self) -> bool:
        """Whether the training is over and did not fail."""
        steps = recipe(self.settings).steps
        return self.finished or (not self.diverged and self.step >= steps)

    @property
    def has_best_shape(self) -> bool:
        """Whether the model has the layers, heads and positions that the task takes."""
        spec, best = self.settings.spec, self.lesson.best
        return (spec.n_layers, spec.n_heads, spec.positions) == (best.n_layers, best.n_heads, best.positions)


def current_session() -> Session:
    """The session that the controls describe, with this visitor's training as far as it has come."""
    lesson = BY_TITLE[state.get("task")]
    settings = settings_from_controls(lesson)
    steps = int(state.get("trained"))
    came_with_app = shipped(settings) if steps > recipe(settings).steps else None
    target = 0 if came_with_app else recipe(settings).next_report(max(steps, 0))
    training = st.session_state.get("training")
    if training is not None and (not target or training.settings != settings or training.step > target):
        training.leave()
        training = None
    if came_with_app:
        return Session(lesson, settings, None, came_with_app, 0, finished=True)
    if not target:
        return Session(lesson, settings, None, untrained(settings), 0, finished=False)
    if training is None:
        training = st.session_state["training"] = training_at(settings, target)
    model = training.history[-1].model if training.history else untrained(settings)
    return Session(lesson, settings, training, model, target, finished=False)


def settings_from_controls(lesson: Lesson) -> Settings:
    """The settings that the controls hold."""
    spec = ModelSpec(lesson.task, **{field: state.get(control) for control, field in SPEC_FIELDS.items()})
    if not residual_matters(spec):
        spec = replace(spec, residual=True)
    return Settings(spec, state.get("dk"), state.get("rate"), int(state.get("init")))


def residual_matters(spec: ModelSpec) -> bool:
    """Whether a residual makes a difference: the output of a layer has to be used."""
    return spec.kind != "pointer" or spec.n_layers > 1


def values_of(spec: ModelSpec) -> dict[str, Value]:
    """The controls' values of a model as it comes with the app."""
    usual = usual_settings(spec)
    shape = {control: getattr(spec, field) for control, field in SPEC_FIELDS.items()}
    return {**shape, "dk": usual.d_k, "rate": usual.rate, "init": usual.seed}


def title_of(settings: Settings) -> str:
    """The model in words: its layers and heads, and each setting that is not the usual one."""
    spec, usual = settings.spec, usual_settings(settings.spec)
    parts = [counted(spec.n_layers, "layer"), counted(spec.n_heads, "head")]
    parts += ["with positions"] * spec.positions
    parts += ["without residual"] * (not spec.residual)
    names = {"d_k": "d_k", "rate": "learning rate", "seed": "seed"}
    differing = [
        f"{title} {getattr(settings, name):g}"
        for name, title in names.items()
        if getattr(settings, name) != getattr(usual, name)
    ]
    return ", ".join(parts + differing)


def steps_in_words(session: Session) -> str:
    """How long the model has been trained, for titles and files."""
    return "as shipped" if session.finished else f"{session.step:,}"
