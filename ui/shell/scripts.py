"""What runs in the browser beside Streamlit: the link and Back, scrolling, swipes, the theme, the height of a frame."""

from pathlib import Path

import streamlit as st

from ui.kit.components import read_files, theme

BROWSER = Path(__file__).parent / "browser"

_end = st.components.v2.component(
    "end", js=read_files("swipe.js", "follow.js", "glossary.js", "link.js", folder=BROWSER)
)
_theme = st.components.v2.component("theme", js=read_files("theme.js", folder=BROWSER))
_height = st.components.v2.component("height", js=read_files("height.js", folder=BROWSER))


def send_link_and_target(link: str, scroll_to: str) -> None:
    """Send the browser, once the page is drawn, the link to it and the part to bring into view.

    Args:
        link: to the view as it is now; `components.copy_link` offers it.
        scroll_to: the key of the part to bring into view, "" for none; on a first visit what the address names after
            its "#" goes before.
    """
    _end(key="run-ended", data={"link": link, "target": f".st-key-{scroll_to}" if scroll_to else ""})


def follow_theme() -> None:
    """Draw the page again when its theme changes while it is open."""
    _theme(key="theme", data={"theme": theme()}, on_changed_change=lambda: None)


def report_height() -> None:
    """Send the page around a frame the height of this one, in a message."""
    _height(key="height", data={})
