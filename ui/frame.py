"""The frame around every page: the way through the house, the sentence and its switches, the link.

A folder called pages/ makes Streamlit run a page file by itself until `st.navigation` has run once in the process, so
the first visitor after a restart who follows a link to a page would see it without its frame. Hence each page starts
with `guard()`, which sets up the navigation and starts over.
"""

import contextlib
import logging
import math
import threading
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from attention_core.attention import NothingToAttend
from attention_core.bert import UnfitSentence
from attention_core.embeddings import UnknownWords
from attention_core.examples import PRESETS, Preset
from attention_core.files import DamagedData
from ui import loaders, log, parts, state
from ui.wording import listed

ROOT = Path(__file__).resolve().parent.parent
SWITCHES = ("scale", "self", "causal", "d")
_run = threading.local()
# One run at a time: Python computes in one thread anyway, and a hundred runs that take turns finish sooner than a
# hundred that fight for it (`make load`).
turn = threading.Lock()


class SenselessLink(ValueError):
    """A link with a number beyond all bounds."""


KIND_ERRORS = (DamagedData, UnknownWords, NothingToAttend, UnfitSentence, SenselessLink)


@dataclass(frozen=True)
class Page:
    """A page of the house.

    Attributes:
        name: its file in pages/ and its address.
        title: in the navigation.
        question: its heading.
        lead: one sentence below the heading, Markdown.
        switches: which switches stand below the sentence; None if the page draws them elsewhere, with `switches`.
        onward: the sentence that leads to the next page.
        raw: whether the page is about the raw vectors, so that a word without one is left out of it.
        presets: whether the sentences to start from are shown; a page that has its own does without.
        asks: whether the page itself asks for the sentence, further down where it is needed, with `ask_for_sentence`.
    """

    name: str
    title: str
    question: str
    lead: str
    switches: tuple[str, ...] | None = SWITCHES
    onward: str = ""
    raw: bool = True
    presets: bool = True
    asks: bool = False


PAGES = (
    Page(
        "playground",
        "Playground",
        "May I have your attention?",
        "Every word of a sentence looks at the others. Type one and see where each word looks, on real word vectors.",
        onward="How does a word decide where to look? The formula, one number at a time",
    ),
    Page(
        "step_by_step",
        "Step by step",
        "How does a word decide where to look?",
        "Six small steps lead from vectors to an answer. Walk through them with numbers you can change.",
        SWITCHES,
        "Why divide by √d_k, of all things? What goes wrong without it",
        asks=True,
    ),
    Page(
        "why_scale",
        "Why divide by √d_k?",
        "Why divide by the square root of d_k?",
        "One small division keeps attention able to hesitate, and able to learn. See what happens without it.",
        ("self", "causal"),
        "Similar words find each other. Is that enough? The gap, measured",
        asks=True,
    ),
    Page(
        "the_gap",
        "The gap",
        "Which words belong together?",
        "Raw word vectors know which words are alike, not which belong together. How often is each right: raw vectors, "
        "heads that were taught the task, a pretrained transformer?",
        ("self",),
        "Can the gap be closed? Train W_Q and W_K yourself, here and now",
        presets=False,
        asks=True,
    ),
    Page(
        "teach_it",
        "Teach it",
        "Can attention be taught where to look?",
        "On raw vectors “it” does not find its noun. Train W_Q and W_K, and watch it learn.",
        None,
        "And if nobody says where to look? What the 72 heads of a transformer have learned",
        presets=False,
    ),
    Page(
        "inside_a_transformer",
        "Inside a transformer",
        "What do 72 trained heads look at?",
        "MiniLM, a small transformer, has learned W_Q, W_K and W_V for 6 layers of 12 heads each. It reads your "
        "sentence here; choose a head and see where it looks.",
        None,
        "Back to the playground, with your sentence",
        raw=False,
    ),
)


def pages() -> list:
    """The pages as Streamlit wants them; the first is the front door."""
    return [
        st.Page(f"pages/{page.name}.py", title=page.title, url_path=page.name, default=page is PAGES[0])
        for page in PAGES
    ]


def guard() -> None:
    """First statement of every page: start over if this page runs without its frame."""
    if not getattr(_run, "framed", False):
        st.navigation(pages(), position="hidden")
        st.rerun()


@contextlib.contextmanager
def out_of_turn() -> Iterator[None]:
    """Within this, a page lets others run: for training, which computes for seconds."""
    turn.release()
    try:
        yield
    finally:
        turn.acquire()


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Within this, an error that a visitor can cause is said in one sentence instead of the rest."""
    try:
        yield
    except KIND_ERRORS as error:
        if isinstance(error, DamagedData):
            log.event("damaged data", logging.ERROR, file=str(error))
        parts.say(kindly(error), "notice")


@contextlib.contextmanager
def framed() -> Iterator[None]:
    """Within this, a page may run, its errors told."""
    _run.framed = True
    try:
        with told():
            yield
    finally:
        _run.framed = False


def heed_link() -> None:
    """Refuse a link whose whole number is infinite: Streamlit, which ignores any other impossible value, trips over it.

    Raises:
        SenselessLink: naming the setting.
    """
    for name in st.query_params:
        if name in state.CONTROLS and isinstance(state.default(name), int):
            for text in st.query_params.get_all(name):
                if _infinite(text):
                    raise SenselessLink(f"The link says {name}={text}, which is no number to use here.")


def _infinite(text: str) -> bool:
    try:
        return math.isinf(float(text))
    except ValueError:
        return False


def kindly(error: Exception) -> str:
    """An error that a visitor can cause, in words for a visitor."""
    if isinstance(error, UnfitSentence):
        said = str(error)
        return said[0].upper() + said[1:] + "." if state.sentence().strip() else kindly(UnknownWords([]))
    if isinstance(error, NothingToAttend):
        if len(loaders.sentence().known) == 1:
            return "The only word has nothing left to look at: add a word, or let it look at itself."
        return (
            "The first word has nothing left to look at, for the causal mask hides all that comes after it: let words "
            "look at themselves, or switch the causal mask off."
        )
    if isinstance(error, UnknownWords) and not error.words:
        return "Type a sentence above, and see where its words look."
    if isinstance(error, UnknownWords):
        return (
            "GloVe, which knows English words, has no vector for any of these, so there is nothing to compute: "
            f"{', '.join(error.words)}."
        )
    return str(error)


def ask_for_sentence(name: str) -> None:
    """The shared sentence with its switches, as the page of this name has them, and what to notice in it."""
    here = next(page for page in PAGES if page.name == name)
    below = sentence_field(here.presets)
    switches(here.switches)
    with below:
        about_sentence(here)


def keep_sentence() -> None:
    """The shared sentence and its switches unseen, where they change nothing, so that the link has them."""
    with st.container(key="sentence-unseen"):
        sentence_field(presets=False)
    switches(())


def sentence_field(presets: bool) -> DeltaGenerator:
    """The shared sentence, with sentences to start from if so wanted; the place below them, for `about_sentence`."""

    def trim() -> None:
        st.session_state["was_cut"] = len(st.session_state["s"]) > state.MAX_CHARACTERS
        st.session_state["s"] = st.session_state["s"][: state.MAX_CHARACTERS]

    how = {"live": "300ms", "autocomplete": "off", "placeholder": "Type a sentence", "label_visibility": "collapsed"}
    text = st.text_input("Sentence", state.default("s"), on_change=trim, **how, **state.bound("s"))
    if len(text or "") > state.MAX_CHARACTERS or st.session_state.get("was_cut"):
        parts.say(
            f"The text was longer than {state.MAX_CHARACTERS:,} characters; the rest was cut. "
            f"It now ends with “…{state.sentence()[-30:]}”.",
            "notice",
        )

    def start_from() -> None:  # the one that is chosen already comes as None: it is set again, its switches with it
        if preset := by_name.get(st.session_state["preset"]) or example_of(state.sentence()):
            state.put({**switched_for(preset), "s": preset.sentence, "q": preset.query, "k": 0})

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
    return {**{name: state.default(name) for name in SWITCHES}, "self": preset.see_self}


def about_sentence(here: Page) -> None:
    """What to notice in the sentence on raw vectors, and what of it was left out; nothing on a page about others."""
    if not here.raw:
        return
    sentence, example = loaders.sentence(), example_of(state.get("s")) if here.presets else None
    notice = to_notice(example, here.switches or SWITCHES) if example else unknown_words()
    if notice or here.presets:  # there the line stays, empty, so that nothing jumps while somebody types
        parts.say(notice, "small")
    if sentence.cut:
        parts.say(f"Only the first {state.MAX_TOKENS} words are used; {sentence.cut} were left off.", "notice")


def to_notice(example: Preset, shown: tuple[str, ...]) -> str:
    """What to notice in a sentence to start from, or which of the switches that are shown have to be set for it."""
    meant = {name: value for name, value in switched_for(example).items() if name in shown and state.get(name) != value}
    if not meant:
        return example.notice
    names = {"scale": "scaling", "self": "self-attention", "causal": "the causal mask"}
    wanted = [f"{'with' if value else 'without'} {names[name]}" for name, value in meant.items() if name in names]
    wanted += [f"in all {meant['d']} dimensions"] if "d" in meant else []
    return f"This example is meant {listed(wanted)}. Choose it again to set that."


@contextlib.contextmanager
def fold(name: str, title: str) -> Iterator[bool]:
    """A detail that is computed only while it is open; the link remembers whether it is."""
    with (folded := st.expander(title, state.default(name), **state.bound(name))):
        yield bool(folded.open)


def unknown_words() -> str:
    """The words without a vector in a sentence; nothing if there are none, or no others."""
    sentence = loaders.sentence()
    unknown = sentence.unknown
    if not unknown or not sentence.known:
        return ""
    these = "it" if len(unknown) == 1 else "them"
    return f"Left out, because GloVe has no vector for {these}: {', '.join(unknown)}."


def switches(shown: tuple[str, ...] | None) -> None:
    """The switches that belong to the sentence; those a page does not show are there unseen, so that the link has them.

    Args:
        shown: None draws none of them: the page will do it.
    """
    if shown is None:
        return
    if shown:
        _switch_row(shown)
    if unseen := tuple(name for name in SWITCHES if name not in shown):
        with st.container(key="switches-unseen"):
            _draw_switches(unseen)


def second_switches() -> None:
    """The same switches once more, for a setting to compare with."""
    _switch_row(SWITCHES, "2")


def _switch_row(shown: tuple[str, ...], suffix: str = "") -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key=f"switches{suffix}"):
        _draw_switches(shown, suffix)
    values = (state.get(name + suffix) for name in SWITCHES)
    parts.say(settings_in_words(*values, loaders.glove().d_model, shown), "small")


def _draw_switches(shown: tuple[str, ...], suffix: str = "") -> None:
    titles = {"scale": "Scale by 1/√d", "self": "Self-attention", "causal": "Causal mask"}
    for name in shown:
        default, binding = state.default(name + suffix), state.bound(name + suffix)
        if name == "d":
            st.slider("Dimensions d", 1, loaders.glove().d_model, default, width=320, **binding)
        else:
            st.toggle(titles[name], default, **binding)


def settings_in_words(
    scaled: bool, see_self: bool, causal: bool, dim: int, d_model: int, shown: tuple[str, ...] = SWITCHES
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


def choices() -> None:
    """Where the link keeps the chosen word and the word it looks at; hidden, for the pictures show them."""
    with st.container(key="choices"):
        for name in ("q", "k"):
            control = state.CONTROLS[name]
            st.slider(name, control.low, control.high, control.default, **state.bound(name))


def leave(here: Page) -> None:
    """The end of a page: the way on, and where everything comes from."""
    if here.onward:
        following = PAGES[(PAGES.index(here) + 1) % len(PAGES)]
        st.page_link(f"pages/{following.name}.py", label=here.onward, icon=":material/arrow_forward:")
    st.html(
        f"<footer>Attention Playground {version()}. Code: MIT. Word vectors: GloVe 6B, Stanford (PDDL). "
        "Transformer: all-MiniLM-L6-v2 (Apache 2.0). After "
        "“May I Have Your Attention?” by Shreyas Mishra, 2025, and “Attention Is All You Need”, Vaswani et al., "
        "2017.</footer>"
    )


def link(page: str) -> str:
    """The address that shows what the page shows now, made from the state and not from the address bar."""
    address = urlsplit(st.context.url or "")
    return urlunsplit((address.scheme, address.netloc, address.path or "/", "", "")) + state.query_string(page)


@cache
def version() -> str:
    """The version that pyproject.toml gives."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
