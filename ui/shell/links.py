"""Links to pages as they are set."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from urllib.parse import urlsplit, urlunsplit

import streamlit as st
from markupsafe import Markup

from ui import state
from ui.kit.citation import Source
from ui.shell.pages import PAGES
from ui.state.table import Value


def link_to(page: str, value_of: Callable[[str], Value] = state.get) -> str:
    """The address that shows what the page shows now, made from page and state: the address bar may name no page."""
    address, base = urlsplit(st.context.url or ""), st.get_option("server.baseUrlPath").strip("/")
    path = "/".join(filter(None, (base, "" if page == PAGES[0].name else page)))
    return urlunsplit((address.scheme, address.netloc, f"/{path}", "", "")) + state.query_string(page, value_of)


def source_of(page: str) -> Source:
    """A page as it is now, as what is cited."""
    title = next(known.question for known in PAGES if known.name == page)
    return Source(link_to(page), title)


def text_link(
    text: str | Markup,
    page: str,
    values: Mapping[str, Value] = MappingProxyType({}),
    *,
    others: Callable[[str], Value] = state.default,
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
