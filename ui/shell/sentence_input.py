"""The shared sentence as a page asks for it: the field, the examples, the switches, and what was left out of it."""

import math

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from attention_core.examples import PRESETS, Preset
from attention_core.text import shortened
from ui import controls, state
from ui.kit import components
from ui.kit.wording import listed
from ui.models import loaders


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


SELF_LABEL = "Self-attention: a word may look at itself"
SELF_HELP = (
    "The article calls it self-attention when a word may look at itself. Textbooks mean something else by the word: "
    "that the words of one sentence look at each other."
)


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
    names = {"self": "self-attention", "causal": "the causal mask"}
    wanted = ["divided by √d"] if "divisor" in meant else []
    wanted += [f"{'with' if value else 'without'} {names[name]}" for name, value in meant.items() if name in names]
    wanted += ["in all dimensions"] if "d" in meant else []
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
        if "divisor" in shown:
            draw_scaling(setting)
        if "self" in shown:
            controls.toggle(f"self{setting}", SELF_LABEL, help=SELF_HELP)
        if "causal" in shown:
            controls.toggle(f"causal{setting}", "Causal mask")
        if "d" in shown:
            draw_dimensions(setting)
    components.text(settings_in_words(state.switches(setting), shown), "small")


def draw_scaling(setting: str = "") -> None:
    """The toggle that divides the scores by √d or leaves them as they are, and the slider for any other divisor."""
    name, divisor = f"divisor{setting}", state.switches(setting).divisor
    root = math.sqrt(shown_dimensions(setting))
    key = f"scaled{setting}-shown"
    st.session_state[key] = divisor != 1

    def toggled() -> None:
        state.set_values({name: 0.0 if st.session_state[key] else 1.0})

    st.toggle("Scaling: divide the scores by √d", key=key, on_change=toggled)

    def moved(value: float) -> None:
        state.set_values({name: 0.0 if value == round(root, 2) else value})

    shown = round(divisor or root, 2)
    controls.derived_slider(name, "Scores divided by", state.MIN_DIVISOR, state.MAX_DIVISOR, shown, moved, width=260)


def draw_dimensions(setting: str = "") -> None:
    """How many of the vectors' dimensions are kept; all of them is written as 0."""
    d_model, name = loaders.glove().d_model, f"d{setting}"

    def moved(value: int) -> None:
        state.set_values({name: 0 if value == d_model else value})

    if d_model > 1:
        controls.derived_slider(name, "Dimensions d", 1, d_model, shown_dimensions(setting), moved, width=260)


def shown_dimensions(setting: str = "") -> int:
    """How many dimensions the switches keep of the vectors that are loaded."""
    d_model = loaders.glove().d_model
    return min(int(state.get(f"d{setting}")) or d_model, d_model)


def settings_in_words(switches: state.Switches, shown: tuple[str, ...] = state.SWITCHES) -> str:
    """What the switches that are shown do, for the values they have."""
    d_model = loaders.glove().d_model
    dim = min(switches.dim or d_model, d_model)
    divided = {
        0: f"Scores are divided by √{dim} = {math.sqrt(dim):.2f}",
        1: "Scores are not divided by √d",
    }.get(switches.divisor, f"Scores are divided by {switches.divisor:.2f}")
    causal = switches.causal and "causal" in shown
    others = "itself and the words before it" if causal else "all words, itself included"
    if not switches.see_self:
        others = "the words before it only" if causal else "all words but itself"
    cut = f"the {dim} along which words differ most are" if dim > 1 else "the one along which words differ most is"
    kept = (
        f"Of {d_model} directions, {cut} kept."
        if dim < d_model
        else f"All {d_model} dimensions: the raw GloVe vectors."
    )
    sentences = {"divisor": f"{divided}.", "self": f"A word may look at {others}.", "d": kept}
    return " ".join(sentence for name, sentence in sentences.items() if name in shown)
