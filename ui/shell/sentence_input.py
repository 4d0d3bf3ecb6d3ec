"""The field of the shared sentence, its examples, and notices on what was left out of it."""

import streamlit as st

from attention_core import tasks
from attention_core.examples import PRESETS, Preset, preset_of
from attention_core.text import shortened
from ui import state
from ui.kit import components
from ui.models import lessons, loaders
from ui.models.queries import default_query
from ui.state import controls
from ui.state.table import MAX_CHARACTERS, MAX_TOKENS, SWITCHES, Value


def ask_for_sentence(*, presets: bool = True, raw: bool = True) -> None:
    """Draw the field of the shared sentence, examples, and what to notice in it.

    Args:
        presets: whether the examples are offered; a page that has its own sentences does without.
        raw: whether the page is about raw vectors, so that a word without one is left out and named.
    """
    text = draw_field()
    if presets:
        draw_examples(text)
    if raw:
        draw_notice(presets)


def draw_field() -> str:
    """Draw the field for the shared sentence; return its text."""

    def changed() -> None:
        st.session_state["was_cut"] = len(st.session_state["s"]) > MAX_CHARACTERS
        st.session_state["s"] = st.session_state["s"][:MAX_CHARACTERS]
        state.set_values({"q": _kept_query(drawn, state.sentence()), "k": 0})

    drawn = state.sentence()
    text = controls.text_field(
        "s",
        "Sentence",
        on_change=changed,
        placeholder="Type a sentence",
        live="300ms",
        autocomplete="off",
        label_visibility="collapsed",
    )
    if len(text or "") > MAX_CHARACTERS or st.session_state.get("was_cut"):
        components.text(
            f"The text was longer than {MAX_CHARACTERS:,} characters; the rest was cut. "
            f"It now ends with “…{state.sentence()[-30:]}”.",
            "notice",
        )
    return text or ""


def _kept_query(before: str, now: str) -> int:
    """The chosen word's number if a changed sentence has the same word in the same place; else 0, the default query."""
    number, known = int(state.get("q")), [loaders.tokenized(text).known for text in (before, now)]
    same = 0 < number <= min(map(len, known)) and known[0][number - 1] == known[1][number - 1]
    return number if same else 0


def draw_examples(text: str) -> None:
    """Draw sentences to start from, in a row; the one that is chosen already sets its switches again."""

    def start_from(name: str) -> None:
        preset = by_name[name]
        state.set_values({**switches_for(preset), "s": preset.sentence, "q": preset.query, "k": 0})

    by_name, here = {preset.name: preset for preset in PRESETS}, preset_of(text)
    controls.draw_examples(
        "Sentences to start from", list(by_name), here.name if here else None, start_from, key="preset"
    )


def switches_for(preset: Preset) -> dict[str, Value]:
    """The switches for which the notice of a sentence to start from is true."""
    return {**{name: state.default(name) for name in SWITCHES}, "self": preset.see_self}


def choose_query_for_task(page: str, task: str) -> None:
    """Choose the query of the task whenever the page has another sentence or task; the query of a link stays.

    A sentence that the app offers is replaced by the lesson's first one, where it has no such word or nobody chose it.

    Args:
        page: whose sentence and task it is.
    """
    now, before = (state.sentence(), task), st.session_state.get(f"asked-{page}")
    st.session_state[f"asked-{page}"] = now
    if now == before:
        return
    known = loaders.tokenized(state.sentence()).known
    query = tasks.find_query(task, known)
    replaceable = state.sentence() in lessons.offered_sentences() and (query is None or "s" not in st.query_params)
    lesson = lessons.lesson_of(task)
    if lesson and replaceable and state.sentence() not in lesson.texts:
        state.set_in_run(values_for(lessons.sample_sentences(lesson)[0]))
    elif query is None:
        return
    elif before or not state.get("q"):
        state.set_in_run({"q": 0 if query == default_query(known) else query + 1})  # 0: the default query


def values_for(sample: lessons.SampleSentence) -> dict[str, Value]:
    """The controls' values with which a sample is the shared sentence, and its query the chosen word."""
    return {"s": sample.text, "q": sample.example.query + 1, "k": 0}


def choose_sentence(sample: lessons.SampleSentence) -> None:
    """Make a sample the shared sentence, and its query the chosen word. For callbacks."""
    state.set_values(values_for(sample))


def draw_notice(presets: bool) -> None:
    """Draw what to notice in the sentence on raw vectors, and which words were left out.

    Args:
        presets: whether the sentence is compared with those to start from.
    """
    example = preset_of(state.get("s")) if presets else None
    if example and all(state.get(name) == value for name, value in switches_for(example).items()):
        notice = example.notice
    else:
        notice = unknown_words()
    if notice:
        components.text(notice, "small")
    _draw_cut_notice()


def _draw_cut_notice() -> None:
    """Draw how many words were left off."""
    if dropped := loaders.tokenized(state.sentence()).dropped:
        components.text(f"Only the first {MAX_TOKENS} words are used; {dropped} were left off.", "notice")


def unknown_words() -> str:
    """A sentence on the words that have no vector; "" if there are none, or no others."""
    sentence = loaders.tokenized(state.sentence())
    unknown = sentence.unknown
    if not unknown or not sentence.known:
        return ""
    these = "it" if len(unknown) == 1 else "them"
    return f"Left out, because GloVe has no vector for {these}: {', '.join(map(shortened, unknown))}."
