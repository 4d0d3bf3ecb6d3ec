"""What is trained: the task, the settings under "Advanced", and the model that the page shows."""

from dataclasses import dataclass, replace

import streamlit as st

from attention_core import tasks
from attention_core.layers import Model
from attention_core.learning import Diverged
from attention_core.taught import ModelSpec
from ui import state
from ui.kit import components
from ui.kit.wording import counted
from ui.models import loaders
from ui.models.lessons import (
    BY_TITLE,
    Lesson,
    offered_sentences,
    sample_sentences,
)
from ui.models.training import Settings, VisitorTraining, recipe, shipped, training_at, untrained, usual_settings
from ui.shell import guess
from ui.shell.sentence_input import choose_query_for_task, choose_sentence
from ui.state import controls
from ui.state.table import Value

BACK = "Back to what this task takes"
QUESTION = "Will one layer do? How often would it be right?"
RIGHT = "about half the time"
GUESSES = ("never", RIGHT, "nearly always")


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
        """Give up its place in the queue of trainings."""
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
    spec = ModelSpec(lesson.task, *(state.get(name) for name in ("layers", "nh", "res", "pos")))
    if not residual_matters(spec):
        spec = replace(spec, residual=True)
    return Settings(spec, state.get("dk"), state.get("rate"), int(state.get("init")))


def residual_matters(spec: ModelSpec) -> bool:
    """Whether a residual makes a difference: the output of a layer has to be used."""
    return spec.kind != "pointer" or spec.n_layers > 1


def values_of(spec: ModelSpec) -> dict[str, Value]:
    """The controls' values of a model as it comes with the app."""
    usual = usual_settings(spec)
    shape = {"layers": spec.n_layers, "nh": spec.n_heads, "res": spec.residual, "pos": spec.positions}
    return {**shape, "dk": usual.d_k, "rate": usual.rate, "init": usual.seed}


def choose_task() -> None:
    """Draw the choice of the task. Another one starts untrained, with the shape that it takes, on its own sentence."""

    def changed() -> None:
        lesson = BY_TITLE[state.get("task")]
        state.set_values(
            {**values_of(lesson.best), "trained": 0, "map": state.default("map"), "hd": state.default("hd")}
        )
        if state.sentence() in offered_sentences() or not state.sentence().strip():
            choose_sentence(sample_sentences(lesson)[0])

    controls.segmented("task", "Task", on_change=changed, label_visibility="collapsed")
    choose_query_for_task("teach_it", BY_TITLE[state.get("task")].task)


def offer_sentence(lesson: Lesson) -> None:
    """Draw a button for a sentence that has a word of the task, where the shared one has none."""
    if tasks.find_query(lesson.task, loaders.tokenized(state.sentence()).known) is None:
        st.button(
            f"There is no {lesson.needs} in this sentence. Show one that has it",
            on_click=choose_sentence,
            args=(sample_sentences(lesson)[0],),
            key="show-one",
            type="tertiary",
            icon=":material/arrow_forward:",
        )


def ask_for_guess(session: Session) -> None:
    """Draw the question whether one layer is enough, in the task where it is not, unless the score above answers it."""
    answered = session.settings.spec.n_layers == 1 and (session.in_training or session.trained)
    if session.lesson.task == "meaning" and not answered:
        guess.draw("g2", QUESTION, GUESSES, RIGHT)


def draw_reason(session: Session) -> None:
    """Draw why the task takes this many layers or heads, or positions: after training, or after a guess at it."""
    if session.fully_trained or (session.lesson.task == "meaning" and state.get("g2")):
        components.text(session.lesson.reason, "plain")


def draw_advanced(session: Session) -> None:
    """Draw the settings of the model, folded; a change of one starts with an untrained model."""

    def changed() -> None:
        state.set_values({"trained": 0})

    used = residual_matters(session.settings.spec)
    unused = " With one layer here, only its weights count, so it makes no difference."
    helps = {
        "layers": "A layer reads what the layer before it has found.",
        "nh": "Each head of a layer has its own W_Q and W_K, and looks on its own.",
        "dk": "The columns of W_Q: with more numbers a query can ask for more.",
        "rate": "The size of a training step. Too small learns slowly, too large runs away.",
        "init": "Another seed starts from other random numbers.",
        "res": "Keep the word’s own vector and add what attention found." + ("" if used else unused),
        "pos": "Put each word’s place in the sentence behind its vector.",
    }
    with st.expander(f"Advanced: {title_of(session.settings)}"):
        with st.container(horizontal=True, vertical_alignment="bottom", key="teach-settings"):
            controls.segmented("layers", "Layers", on_change=changed, help=helps["layers"])
            controls.segmented("nh", "Heads", on_change=changed, help=helps["nh"])
            controls.segmented("dk", "Numbers per query, dₖ", on_change=changed, help=helps["dk"])
            controls.select(
                "rate",
                "Learning rate",
                format_func=lambda value: f"{value:g}",
                width=120,
                on_change=changed,
                help=helps["rate"],
            )
            controls.number_field("init", "Seed", width=100, on_change=changed, help=helps["init"])
            controls.toggle("res", "Residual", disabled=not used, on_change=changed, help=helps["res"])
            controls.toggle("pos", "Positions", on_change=changed, help=helps["pos"])
        if session.settings != usual_settings(session.lesson.best):
            best = values_of(session.lesson.best)
            st.button(
                BACK,
                on_click=lambda: state.set_values({**best, "trained": 0}),
                key="usual",
                type="tertiary",
                icon=":material/undo:",
            )


def title_of(settings: Settings) -> str:
    """Layers, heads and what else differs from the usual, in words."""
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
