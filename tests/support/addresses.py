"""Addresses of pages, as links write them."""

from urllib.parse import quote, urlencode

import pytest

from ui.shell.pages import PAGES, Page
from ui.state.table import CONTROLS


def address(page: Page, **query: str) -> str:
    """A page's path with a query string.

    Args:
        query: the settings, as texts.
    """
    path = "/" if page is PAGES[0] else f"/{page.name}"
    return path + ("?" + urlencode(query, quote_via=quote) if query else "")


def all_open(page: Page) -> dict[str, str]:
    """The settings that open every fold of a page and switch on all that is off."""
    opened = {
        name: "true" for name, control in CONTROLS.items() if control.page == page.name and control.default is False
    }
    return opened | ({"step": "8"} if page.name == "step_by_step" else {})  # its folds stand after the last step


def some_pages(*names: str) -> list:
    """All pages as cases of a test; `make test` tries those named here, `make nightly` all."""
    return [pytest.param(page, id=page.name, marks=() if page.name in names else pytest.mark.nightly) for page in PAGES]
