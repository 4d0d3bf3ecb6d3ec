"""The pages: their registry, and the guard that each starts with.

A folder called pages/ makes Streamlit run a page file by itself until `st.navigation` has run once in the process, so
the first visitor after a restart who follows a link to a page would see it without its frame. Hence each page starts
with `guard()`, which sets up the navigation and starts over.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import streamlit as st

from attention_core.examples import PRESETS
from ui.state.table import FINISHED, TASK_TITLES, TAUGHT, TRANSFORMER, VECTORS, Value
from ui.state.this_run import run

SOFT = next(preset.sentence for preset in PRESETS if preset.name == "Soft")


@dataclass(frozen=True)
class Screen:
    """One screen of a lecture.

    Attributes:
        figure: on it, as `presentation.figure_container` draws it.
        title: in the bar; "" where the figure needs none.
        values: those of the page's controls that it sets.
        beside: the keys of other containers that stand with the figure in a frame.
    """

    figure: str
    title: str = ""
    values: Mapping[str, Value] = field(default_factory=dict, hash=False)
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """One entry of the navigation.

    Attributes:
        name: its file in pages/ and its address.
        title: in the navigation.
        question: its heading.
        lead: one sentence below the heading.
        about: a line for the navigation's tooltip.
        next_label: the sentence that leads to the next page.
        screens: of its lecture, at most 9; each figure on them has an address of its own too.
        terms: those of the glossary that the lead introduces.
    """

    name: str
    title: str
    question: str
    lead: str
    about: str
    next_label: str
    screens: tuple[Screen, ...] = ()
    terms: tuple[str, ...] = ()


PAGES = (
    Page(
        "playground",
        "Playground",
        "May I have your attention?",
        "Attention lets each word gather what it needs from the others. In a language model, “it” finds its noun.",
        "See where each word of your sentence looks",
        "Next page: how a word decides where to look",
        screens=(
            Screen("map", "word vectors", {"who": VECTORS}),
            Screen("map", "taught", {"who": TAUGHT}),
            Screen("map", "taught, “soft” in place of “tired”", {"who": TAUGHT, "s": SOFT, "q": 8, "k": 0}),
            Screen("map", "transformer", {"who": TRANSFORMER}),
        ),
        terms=("attention",),
    ),
    Page(
        "step_by_step",
        "Step by step",
        "How does a word decide where to look?",
        "A dictionary needs the exact word. Attention compares with every word, and blends what it finds.",
        "Dictionary, query, key, value; softmax, weighted sum",
        "Next page: why divide by √dₖ? What goes wrong without it",
        screens=(  # the words to choose from stand in the second step
            Screen("strip-1"),
            *(Screen(f"strip-{step}", beside=("walk-words",)) for step in range(2, 9)),
        ),
    ),
    Page(
        "why_scale",
        "Why divide by √dₖ?",
        "Why divide by the square root of dₖ?",
        "Without it one word takes all the weight, and nothing can be learned. See it happen.",
        "What one small division is good for",
        "Next page: teach attention where to look. Train W_Q and W_K yourself",
        screens=(Screen("two-keys"), Screen("spread"), Screen("sentence")),
    ),
    Page(
        "teach_it",
        "Teach it",
        "Can attention be taught where to look?",
        "On raw vectors “it” does not find its noun. Train W_Q and W_K, and watch it learn.",
        "Train W_Q and W_K, and watch them learn",
        "Next page: how often is it right? Raw, taught and pretrained, measured",
        screens=(
            Screen("map", "untrained", {"trained": 0}),
            Screen("map", "trained", {"trained": FINISHED}),
            Screen(
                "map",
                "“soft”, trained with one layer",
                {"task": TASK_TITLES["meaning"], "layers": 1, "nh": 1, "trained": FINISHED, "s": SOFT, "q": 8, "k": 0},
            ),
            Screen(
                "map",
                "“soft”, trained with two layers",
                {"task": TASK_TITLES["meaning"], "layers": 2, "nh": 4, "trained": FINISHED, "s": SOFT, "q": 8, "k": 0},
            ),
        ),
        terms=("W_Q",),
    ),
    Page(
        "the_gap",
        "The gap",
        "Which words belong together?",
        "Raw vectors know which words are alike, not which belong together. How often does attention find the "
        "right word?",
        "How often raw vectors, taught heads and a transformer are right",
        "Next page: what 72 heads have learned without being told where to look",
        screens=(
            Screen("bars", "similar words", {"gtask": TASK_TITLES["similarity"]}),
            Screen("bars", "he, she, it", {"gtask": TASK_TITLES["gender"]}),
            Screen("bars", "tired or soft", {"gtask": TASK_TITLES["meaning"]}),
            Screen("your-sentence"),
        ),
    ),
    Page(
        "inside_a_transformer",
        "Inside a transformer",
        "What do 72 trained heads look at?",
        "MiniLM, a small transformer, reads your sentence in 6 layers of 12 heads, each with a W_Q, W_K and W_V of its "
        "own.",
        "All heads of a real transformer on your sentence",
        "Next page: from attention to the next word. How does it write?",
        screens=(Screen("heads"), Screen("head-map")),
        terms=("MiniLM", "layer", "head", "W_Q"),
    ),
    Page(
        "next_word",
        "The next word",
        "How does it write?",
        "A small language model reads your text here and writes on.",
        "A language model: causal attention, the next word, which head made it so",
        "Back to the playground",
        screens=(Screen("next-words"), Screen("head-map")),
    ),
)


def pages() -> list[Any]:
    """The pages as entries of Streamlit's navigation, numbered in reading order; the first has the empty address.

    Streamlit answers an unknown address with a dialog. So that address is one more page, hidden in the navigation: the
    first page again.
    """
    known = [
        st.Page(
            f"pages/{page.name}.py",
            title=f"{number}. {page.title}",
            url_path="" if page is PAGES[0] else page.name,
            default=page is PAGES[0],
            help=page.about,
        )
        for number, page in enumerate(PAGES, start=1)
    ]
    if unknown := other_address():
        first = PAGES[0]
        known.append(st.Page(f"pages/{first.name}.py", title=first.title, url_path=unknown, visibility="hidden"))
    return known


def other_address() -> str:
    """The last part of the visitor's address if it is no page's; that of the first page is empty.

    Streamlit compares it decoded. It takes no page with a slash in its address, nor one with blanks at its ends.
    """
    last = unquote(urlsplit(st.context.url or "").path.rpartition("/")[2])
    fit = "/" not in last and last == last.strip()
    return last if fit and last not in {page.name for page in PAGES[1:]} else ""


def page_of(entry: Any) -> Page:
    """The page that an entry of Streamlit's navigation stands for."""
    return next((page for page in PAGES if page.name == entry.url_path), PAGES[0])


def guard() -> None:
    """First statement of every page: start over if this page runs without its frame."""
    if not run.in_frame:
        st.navigation(pages(), position="hidden")
        st.rerun()


@contextlib.contextmanager
def in_frame() -> Iterator[None]:
    """Context in which a page script may run: within its frame."""
    run.in_frame = True
    try:
        yield
    finally:
        run.in_frame = False
