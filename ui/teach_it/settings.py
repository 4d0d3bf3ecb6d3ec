"""The controls of Teach it: the task, a guess at it, and the settings of the model under "Advanced"."""

import streamlit as st

from attention_core import tasks
from ui import state
from ui.kit import components
from ui.models import loaders
from ui.models.lessons import BY_TITLE, Lesson, offered_sentences, sample_sentences
from ui.models.training import usual_settings
from ui.shell import guess
from ui.shell.sentence_input import choose_query_for_task, choose_sentence
from ui.state import controls
from ui.state.table import HALF_THE_TIME
from ui.teach_it.session import Session, residual_matters, values_of

BACK = "Back to what this task takes"
QUESTION = "Will one layer do? How often would it be right?"


def draw_task_choice() -> None:
    """Draw the choice of the task. Another one starts untrained, with the shape that it takes, on its own sentence."""

    def changed() -> None:
        lesson = BY_TITLE[state.get("task")]
        state.set_values(
            {**values_of(lesson.best), "trained": 0, "map": state.default("map"), "hd": state.default("hd")}
        )
        if state.sentence() in offered_sentences() or not state.sentence().strip():
            choose_sentence(sample_sentences(lesson)[0])

    controls.segmented("task", "Task", on_change=changed, label_visibility="collapsed")


def choose_query() -> None:
    """Choose the query of the chosen task, and a sentence that has one."""
    choose_query_for_task("teach_it", BY_TITLE[state.get("task")].task)


def draw_sentence_button(lesson: Lesson) -> None:
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
        guess.draw("g2", QUESTION, HALF_THE_TIME)


def draw_reason(session: Session) -> None:
    """Draw why the task takes this many layers or heads, or positions: after training, or after a guess at it."""
    if session.fully_trained or (session.lesson.task == "meaning" and state.get("g2")):
        components.text(session.lesson.reason, "plain")


def draw_advanced(session: Session) -> None:
    """Draw the settings of the model, folded."""
    controls.fold("tset", "Advanced: layers, heads, how it is trained", draw_settings, session)


def draw_settings(session: Session) -> None:
    """Draw the settings of the model; a change of one starts with an untrained model."""

    def start_untrained() -> None:
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
    with st.container(horizontal=True, vertical_alignment="bottom", key="teach-settings"):
        controls.segmented("layers", "Layers", on_change=start_untrained, help=helps["layers"])
        controls.segmented("nh", "Heads", on_change=start_untrained, help=helps["nh"])
        controls.segmented("dk", "Numbers per query, dₖ", on_change=start_untrained, help=helps["dk"])
        controls.select(
            "rate",
            "Learning rate",
            format_func=lambda value: f"{value:g}",
            width=120,
            on_change=start_untrained,
            help=helps["rate"],
        )
        controls.number_field("init", "Seed", width=100, on_change=start_untrained, help=helps["init"])
        controls.toggle("res", "Residual", disabled=not used, on_change=start_untrained, help=helps["res"])
        controls.toggle("pos", "Positions", on_change=start_untrained, help=helps["pos"])
    if session.settings != usual_settings(session.lesson.best):
        best = values_of(session.lesson.best)
        st.button(
            BACK,
            on_click=lambda: state.set_values({**best, "trained": 0}),
            key="usual",
            type="tertiary",
            icon=":material/undo:",
        )
