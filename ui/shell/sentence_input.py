"""The shared sentence as a page asks for it: the field, the examples, the switches, and what was left out of it."""

import contextlib
import math
from collections.abc import Iterator

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from attention_core.examples import PRESETS, Preset
from attention_core.text import shortened
from ui import state
from ui.kit import components
from ui.kit.wording import listed
from ui.models import loaders
from ui.shell.errors import VISITOR_ERRORS


def ask_for_sentence(switches: tuple[str, ...] = state.SWITCHES, *, presets: bool = True, raw: bool = True) -> None:
    """Draw the shared sentence where a page uses it, its switches, and what to notice in it.

    Args:
        switches: those shown below the sentence.
        presets: whether the examples are offered; a page that has its own sentences does without.
        raw: whether the page is about raw vectors, so that a word without one is left out and named.
    """
    below = sentence_field(presets)
    draw_switches(switches)
    if raw:
        with below:
            about_sentence(switches, presets)


def sentence_field(presets: bool) -> DeltaGenerator:
    """The shared sentence, with sentences to start from if so wanted; the place below them, for `about_sentence`."""

    def trim() -> None:
        st.session_state["was_cut"] = len(st.session_state["s"]) > state.MAX_CHARACTERS
        st.session_state["s"] = st.session_state["s"][: state.MAX_CHARACTERS]

    how = {"live": "300ms", "autocomplete": "off", "placeholder": "Type a sentence", "label_visibility": "collapsed"}
    text = st.text_input("Sentence", state.default("s"), on_change=trim, **how, **state.widget_args("s"))
    if len(text or "") > state.MAX_CHARACTERS or st.session_state.get("was_cut"):
        components.text(
            f"The text was longer than {state.MAX_CHARACTERS:,} characters; the rest was cut. "
            f"It now ends with “…{state.sentence()[-30:]}”.",
            "notice",
        )

    def start_from() -> None:  # the one that is chosen already comes as None: it is set again, its switches with it
        if preset := by_name.get(st.session_state["preset"]) or example_of(state.sentence()):
            state.set_values({**switched_for(preset), "s": preset.sentence, "q": preset.query, "k": 0})

    if presets:
        by_name, here = {preset.name: preset for preset in PRESETS}, example_of(text)
        st.session_state["preset"] = here and here.name
        st.pills(
            "Sentences to start from", list(by_name), key="preset", on_change=start_from, label_visibility="collapsed"
        )
    return st.container()


def example_of(text: str | None) -> Preset | None:
    """The sentence to start from that this text is, if it is one."""
    return next((one for one in PRESETS if one.sentence == text), None)


def switched_for(preset: Preset) -> dict[str, state.Value]:
    """The switches as a sentence to start from wants them, so that its notice holds."""
    return {**{name: state.default(name) for name in state.SWITCHES}, "self": preset.see_self}


def about_sentence(shown: tuple[str, ...], presets: bool) -> None:
    """Show what to notice in the sentence on raw vectors, and what of it was left out."""
    sentence, example = loaders.taken_apart(state.sentence()), example_of(state.get("s")) if presets else None
    notice = to_notice(example, shown) if example else unknown_words()
    if notice or presets:  # there the line stays, empty, so that nothing jumps while somebody types
        components.text(notice, "small")
    if sentence.cut:
        components.text(f"Only the first {state.MAX_TOKENS} words are used; {sentence.cut} were left off.", "notice")


def to_notice(example: Preset, shown: tuple[str, ...]) -> str:
    """What to notice in a sentence to start from, or which of the switches that are shown have to be set for it."""
    meant = {name: value for name, value in switched_for(example).items() if name in shown and state.get(name) != value}
    if not meant:
        return example.notice
    names = {"scale": "scaling", "self": "self-attention", "causal": "the causal mask"}
    wanted = [f"{'with' if value else 'without'} {names[name]}" for name, value in meant.items() if name in names]
    wanted += [f"in all {meant['d']} dimensions"] if "d" in meant else []
    return f"This example is meant {listed(wanted)}. Choose it again to set that."


def unknown_words() -> str:
    """The words without a vector in a sentence; nothing if there are none, or no others."""
    sentence = loaders.taken_apart(state.sentence())
    unknown = sentence.unknown
    if not unknown or not sentence.known:
        return ""
    these = "it" if len(unknown) == 1 else "them"
    return f"Left out, because GloVe has no vector for {these}: {', '.join(map(shortened, unknown))}."


def draw_switches(shown: tuple[str, ...] = state.SWITCHES, setting: str = "") -> None:
    """Draw switches and a sentence on what they do; setting "2" draws those of a second setting to compare with."""
    if not shown:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key=f"switches{setting}"):
        _draw_switches(shown, setting)
    components.text(settings_in_words(*state.switches(setting), loaders.glove().d_model, shown), "small")


def _draw_switches(shown: tuple[str, ...], suffix: str = "") -> None:
    titles = {"scale": "Scale by 1/√d", "self": "Self-attention", "causal": "Causal mask"}
    d_model = loaders.glove().d_model  # before the defaults are asked for: it sets that of d
    for name in shown:
        default, binding = state.default(name + suffix), state.widget_args(name + suffix)
        if name == "d":
            if d_model > 1:  # a slider needs two places
                st.slider("Dimensions d", 1, d_model, default, width=320, **binding)
        else:
            st.toggle(titles[name], default, **binding)


def settings_in_words(
    scaled: bool, see_self: bool, causal: bool, dim: int, d_model: int, shown: tuple[str, ...] = state.SWITCHES
) -> str:
    """What the switches that are shown do, for the values they have."""
    divided = f"Scores are divided by √{dim} = {math.sqrt(dim):.2f}" if scaled else "Scores are not divided by √d"
    causal = causal and "causal" in shown
    others = "itself and the words before it" if causal else "all words, itself included"
    if not see_self:
        others = "the words before it only" if causal else "all words but itself"
    cut = f"the {dim} along which words differ most are" if dim > 1 else "the one along which words differ most is"
    kept = (
        f"Of {d_model} directions, {cut} kept."
        if dim < d_model
        else f"All {d_model} dimensions: the raw GloVe vectors."
    )
    said = {"scale": f"{divided}.", "self": f"A word may look at {others}.", "d": kept}
    return " ".join(sentence for name, sentence in said.items() if name in shown)


def draw_choices() -> None:
    """Draw, out of sight, the controls that hold the chosen word and the word it looks at; the pictures show them.

    Before the page: only a control that has been drawn knows what Back has put into the address.
    """
    with st.container(key="choices"):
        for name in ("q", "k"):
            control = state.CONTROLS[name]
            st.slider(name, control.low, control.high, control.default, **state.widget_args(name))


@contextlib.contextmanager
def undrawn_controls_kept() -> Iterator[None]:
    """Within this, a page may leave out shared controls: they are drawn after it, out of sight, for the link."""
    try:
        yield
    except VISITOR_ERRORS:
        _draw_undrawn()
        raise
    _draw_undrawn()


def _draw_undrawn() -> None:
    with st.container(key="undrawn"):
        if state.undrawn(["s"]):
            sentence_field(presets=False)
        _draw_switches(tuple(state.undrawn(state.SWITCHES)))
