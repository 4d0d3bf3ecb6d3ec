"""The pages: their registry, the guard that each starts with, their folds, link and footer.

A folder called pages/ makes Streamlit run a page file by itself until `st.navigation` has run once in the process, so
the first visitor after a restart who follows a link to a page would see it without its frame. Hence each page starts
with `guard()`, which sets up the navigation and starts over.
"""

import contextlib
import threading
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import streamlit as st
from markupsafe import Markup

from attention_core.glove_sources import vectors_name
from ui import scrolling, state
from ui.kit import components, glossary

ROOT = Path(__file__).resolve().parents[2]

_run = threading.local()


@dataclass(frozen=True)
class Page:
    """One entry of the navigation.

    Attributes:
        name: its file in pages/ and its address.
        title: in the navigation.
        question: its heading.
        lead: one sentence below the heading, Markdown.
        about: a line for the navigation's tooltip.
        next_label: the sentence that leads to the next page.
        figures: those that have an address of their own, as `presentation.figure` draws them.
    """

    name: str
    title: str
    question: str
    lead: str
    about: str
    next_label: str
    figures: tuple[str, ...] = ()


PAGES = (
    Page(
        "playground",
        "Playground",
        "May I have your attention?",
        "Attention lets each word of a sentence gather what it needs from the others: it is how a language model finds "
        "out what “it” stands for.",
        "See where each word of your sentence looks",
        "Next: how a word decides where to look",
        figures=("map",),
    ),
    Page(
        "step_by_step",
        "Step by step",
        "How does a word decide where to look?",
        "A dictionary needs the exact word. Attention compares with every word, and blends what it finds.",
        "Dictionary, query, key, value; softmax, weighted sum",
        "Next: why divide by √d_k? What goes wrong without it",
        figures=tuple(f"strip-{step}" for step in range(1, 9)),
    ),
    Page(
        "why_scale",
        "Why divide by √d_k?",
        "Why divide by the square root of d_k?",
        "Without it one word takes all the weight, and nothing can be learned. See it happen.",
        "What one small division is good for",
        "Next: teach attention where to look. Train W_Q and W_K yourself",
        figures=("two-keys", "spread", "learning", "sentence"),
    ),
    Page(
        "teach_it",
        "Teach it",
        "Can attention be taught where to look?",
        "On raw vectors “it” does not find its noun. Train W_Q and W_K, and watch it learn.",
        "Train W_Q and W_K, and watch them learn",
        "Next: how often is it right? Raw, taught and pretrained, measured",
        figures=("map",),
    ),
    Page(
        "the_gap",
        "The gap",
        "Which words belong together?",
        "Raw word vectors know which words are alike, not which belong together. How often does attention find the "
        "right word?",
        "How often raw vectors, taught heads and a transformer are right",
        "Next: what 72 heads have learned without being told where to look",
        figures=("bars",),
    ),
    Page(
        "inside_a_transformer",
        "Inside a transformer",
        "What do 72 trained heads look at?",
        "MiniLM, a small transformer, reads your sentence in 6 layers of 12 heads. A head is attention with a W_Q, W_K "
        "and W_V of its own; a layer works on what the layer before it has found.",
        "All heads of a real transformer on your sentence",
        "Next: from attention to the next word. How does it write?",
        figures=("head-map", "heads"),
    ),
    Page(
        "next_word",
        "The next word",
        "How does it write?",
        "SmolLM2, a small language model with 30 layers of 9 heads, reads your text here and writes on.",
        "A language model: causal attention, the next word, which head made it so",
        "Back to the playground, with your sentence",
        figures=("next-words", "head-map"),
    ),
)


def pages() -> list[Any]:
    """The pages as Streamlit wants them, numbered as they are to be read; the first has the empty address.

    An address that is none of theirs Streamlit answers with a dialog. So it is one more page, out of the navigation:
    the first page again.
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
    if asked := other_address():
        front = PAGES[0]
        known.append(st.Page(f"pages/{front.name}.py", title=front.title, url_path=asked, visibility="hidden"))
    return known


def other_address() -> str:
    """The last part of the visitor's address if it is no page's; that of the first page is empty.

    Streamlit compares it decoded. It takes no page with a slash in its address, nor one with blanks at its ends.
    """
    asked = unquote(urlsplit(st.context.url or "").path.rpartition("/")[2])
    fit = "/" not in asked and asked == asked.strip()
    return asked if fit and asked not in {page.name for page in PAGES[1:]} else ""


def page_of(entry: Any) -> Page:
    """The page that an entry of Streamlit's navigation stands for."""
    return next((page for page in PAGES if page.name == entry.url_path), PAGES[0])


def guard() -> None:
    """First statement of every page: start over if this page runs without its frame."""
    if not in_frame():
        st.navigation(pages(), position="hidden")
        st.rerun()


def in_frame() -> bool:
    """Whether what runs in this thread is a whole page, and not its body or a part of it alone."""
    return getattr(_run, "in_app", False)


@contextlib.contextmanager
def framed() -> Iterator[None]:
    """Context in which a page script may run: within its frame."""
    _run.in_app = True
    try:
        yield
    finally:
        _run.in_app = False


def fold(name: str, title: str, body: Callable[..., Any], *args: Any) -> Any:
    """Draw a fold and run its body only while it is open; the link remembers whether it is.

    Args:
        name: its control.
        body: called with the arguments that follow.

    Returns:
        what the body returns; None while the fold is closed.
    """
    with (folded := st.expander(title, state.default(name), on_change="rerun", **state.widget_args(name))):
        if folded.open and not state.default(name) and scrolling.first_visit(state.CONTROLS[name].page):
            scrolling.scroll_to(name)  # a link that opens it leads to it
        return body(*args) if folded.open else None


def footer(here: Page) -> None:
    """The end of a page: the way on, what a closed sidebar would hide on a phone, and where everything comes from."""
    following = PAGES[(PAGES.index(here) + 1) % len(PAGES)]
    st.page_link(f"pages/{following.name}.py", label=here.next_label, icon=":material/arrow_forward:")
    with st.container(horizontal=True, vertical_alignment="center", key="narrow-screen"):
        glossary.popover("glossary-below")
        components.copy_link(key="link-below")
    with st.expander(
        "For teachers: a plan for 45 and for 90 minutes, with links", key="teachers", on_change="rerun"
    ) as plan:
        if plan.open:
            st.markdown(teaching_plan())
    vectors = vectors_name()
    st.html(
        Markup(
            "<footer><details><summary>Sources and licences, version {}</summary><p>Code: MIT. Word vectors: {}{}. "
            "Transformer: all-MiniLM-L6-v2, language model: SmolLM2-135M-Instruct (Apache 2.0). After "
            "“May I Have Your Attention?” by Shreyas Mishra, 2025, and “Attention Is All You Need”, Vaswani et al., "
            "2017.</p></details></footer>"
        ).format(version(), vectors, ", Stanford (PDDL)" if vectors == "GloVe 6B" else "")
    )


def link(page: str, value_of: Callable[[str], state.Value] = state.get) -> str:
    """The address that shows what the page shows now, made from page and state: the address bar may name no page."""
    address, base = urlsplit(st.context.url or ""), st.get_option("server.baseUrlPath").strip("/")
    path = "/".join(filter(None, (base, "" if page == PAGES[0].name else page)))
    return urlunsplit((address.scheme, address.netloc, f"/{path}", "", "")) + state.query_string(page, value_of)


def text_link(
    text: str | Markup,
    page: str,
    values: Mapping[str, state.Value] = MappingProxyType({}),
    *,
    others: Callable[[str], state.Value] = state.default,
    place: str = "",
) -> Markup:
    """A link within a text to a page with these values of controls.

    Args:
        others: gives the value of any other control.
        place: the part of the page that is to be on screen.
    """
    query = state.query_string(page, lambda name: values[name] if name in values else others(name))
    address = ("./" if page == PAGES[0].name else page) + query + (f"#{place}" if place else "")
    return Markup('<a href="{}" target="_self">{}</a>').format(address, text)


@cache
def teaching_plan() -> str:
    """docs/teaching.md, without its title."""
    return (ROOT / "docs/teaching.md").read_text(encoding="utf-8").partition("\n")[2]


@cache
def version() -> str:
    """The version that pyproject.toml gives."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
