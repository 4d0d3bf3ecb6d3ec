"""The part of the page to scroll to: what a click has opened, or what the link of a first visit opens."""

import streamlit as st


def scroll_to(name: str) -> None:
    """Bring a part of the page, by its key, into view after this run or the next. For callbacks and pages."""
    st.session_state["scroll-to"] = name


def first_visit(page: str) -> bool:
    """Whether no run of the page has ended in this session: then a link scrolls to what it opens."""
    return f"seen-{page}" not in st.session_state


def place_to_scroll_to(page: str) -> str:
    """The part that `scroll_to` named, once; "" for none. The page counts as seen from now on."""
    st.session_state[f"seen-{page}"] = True
    return str(st.session_state.pop("scroll-to", ""))
