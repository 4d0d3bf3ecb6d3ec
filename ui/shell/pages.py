"""The pages: their registry, the guard that each starts with, their folds, link and footer.

A folder called pages/ makes Streamlit run a page file by itself until `st.navigation` has run once in the process, so
the first visitor after a restart who follows a link to a page would see it without its frame. Hence each page starts
with `guard()`, which sets up the navigation and starts over.
"""

import contextlib
import re
import threading
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import streamlit as st

from ui import state
from ui.shell.errors import show_errors

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
        next_label: the sentence that leads to the next page.
    """

    name: str
    title: str
    question: str
    lead: str
    next_label: str = ""


PAGES = (
    Page(
        "playground",
        "Playground",
        "May I have your attention?",
        "Every word of a sentence looks at the others. Type one and see where each word looks, on real word vectors.",
        next_label="How does a word decide where to look? The formula, one number at a time",
    ),
    Page(
        "step_by_step",
        "Step by step",
        "How does a word decide where to look?",
        "Six small steps lead from vectors to an answer. Walk through them with numbers you can change.",
        "Why divide by √d_k, of all things? What goes wrong without it",
    ),
    Page(
        "why_scale",
        "Why divide by √d_k?",
        "Why divide by the square root of d_k?",
        "One small division keeps attention able to hesitate, and able to learn. See what happens without it.",
        "Similar words find each other. Is that enough? The gap, measured",
    ),
    Page(
        "the_gap",
        "The gap",
        "Which words belong together?",
        "Raw word vectors know which words are alike, not which belong together. How often is each right: raw vectors, "
        "heads that were taught the task, a pretrained transformer?",
        "Can the gap be closed? Train W_Q and W_K yourself, here and now",
    ),
    Page(
        "teach_it",
        "Teach it",
        "Can attention be taught where to look?",
        "On raw vectors “it” does not find its noun. Train W_Q and W_K, and watch it learn.",
        "And if nobody says where to look? What the 72 heads of a transformer have learned",
    ),
    Page(
        "inside_a_transformer",
        "Inside a transformer",
        "What do 72 trained heads look at?",
        "MiniLM, a small transformer, has learned W_Q, W_K and W_V for 6 layers of 12 heads each. It reads your "
        "sentence here; choose a head and see where it looks.",
        "Back to the playground, with your sentence",
    ),
)


def pages() -> list:
    """The pages as Streamlit wants them; the first is the front door.

    An address that is none of theirs Streamlit answers with a dialog. So it is one more page, out of the navigation:
    the front door again.
    """
    first, *others = PAGES
    file = "pages/{}.py".format
    known = [st.Page(file(first.name), title=first.title, url_path="", default=True)]
    known += [st.Page(file(page.name), title=page.title, url_path=page.name) for page in others]
    if asked := other_address():
        known.append(st.Page(file(first.name), title=first.title, url_path=asked, visibility="hidden"))
    return known


def other_address() -> str:
    """The last part of the visitor's address if it is no page's; that of the front door is empty."""
    asked = unquote(urlsplit(st.context.url or "").path.rpartition("/")[2])
    return asked if re.fullmatch(r"[\w-]+", asked) and asked not in {page.name for page in PAGES[1:]} else ""


def guard() -> None:
    """First statement of every page: start over if this page runs without its frame."""
    if not getattr(_run, "in_app", False):
        st.navigation(pages(), position="hidden")
        st.rerun()


@contextlib.contextmanager
def page_context() -> Iterator[None]:
    """Context in which a page script may run; a visitor's errors are shown as a notice."""
    _run.in_app = True
    try:
        with show_errors():
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
    with (folded := st.expander(title, state.default(name), **state.widget_args(name))):
        return body(*args) if folded.open else None


def footer(here: Page) -> None:
    """The end of a page: the way on, and where everything comes from."""
    if here.next_label:
        following = PAGES[(PAGES.index(here) + 1) % len(PAGES)]
        st.page_link(f"pages/{following.name}.py", label=here.next_label, icon=":material/arrow_forward:")
    st.html(
        f"<footer>Attention Playground {version()}. Code: MIT. Word vectors: GloVe 6B, Stanford (PDDL). "
        "Transformer: all-MiniLM-L6-v2 (Apache 2.0). After "
        "“May I Have Your Attention?” by Shreyas Mishra, 2025, and “Attention Is All You Need”, Vaswani et al., "
        "2017.</footer>"
    )


def link(page: str) -> str:
    """The address that shows what the page shows now, made from the state and not from the address bar."""
    address = urlsplit(st.context.url or "")
    path = address.path.rpartition("/")[0] + "/" + ("" if page == PAGES[0].name else page)
    return urlunsplit((address.scheme, address.netloc, path, "", "")) + state.query_string(page)


@cache
def version() -> str:
    """The version that pyproject.toml gives."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
