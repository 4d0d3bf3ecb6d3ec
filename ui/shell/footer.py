"""The end of a page: the way on, what a closed sidebar would hide on a phone, and where everything comes from."""

from functools import cache
from pathlib import Path

import streamlit as st
from markupsafe import Markup

from ui.kit import components, glossary
from ui.kit.citation import version
from ui.models import loaders
from ui.shell.pages import PAGES, Page

ROOT = Path(__file__).resolve().parents[2]


def draw(here: Page) -> None:
    """Draw it below a page."""
    following = PAGES[(PAGES.index(here) + 1) % len(PAGES)]
    st.page_link(f"pages/{following.name}.py", label=here.next_label, icon=":material/arrow_forward:")
    with st.container(horizontal=True, vertical_alignment="center", key="narrow-screen"):
        glossary.popover("glossary-below")
        components.copy_link(key="link-below")
    with st.expander("For teachers: two lesson plans", key="teachers", on_change="rerun") as plan:
        if plan.open:
            st.markdown(teaching_plan())
    vectors = loaders.vectors_name()
    st.html(
        Markup(
            "<footer><details><summary>Sources and licences, version {}</summary><p>Code: MIT. Word vectors: {}{}. "
            "Transformer: all-MiniLM-L6-v2 (Apache 2.0). Language model, where the server names no other: "
            "SmolLM2-135M-Instruct (Apache 2.0). After “May I Have Your Attention?” by Shreyas Mishra, 2025, and "
            "“Attention Is All You Need”, Vaswani et al., 2017.</p></details></footer>"
        ).format(version(), vectors, ", Stanford (PDDL)" if vectors == "GloVe 6B" else "")
    )


@cache
def teaching_plan() -> str:
    """docs/teaching.md, without its title."""
    return (ROOT / "docs/teaching.md").read_text(encoding="utf-8").partition("\n")[2]
