"""The app without a browser."""

from collections.abc import Callable

import pytest

from tests.support import ROOT


@pytest.fixture(autouse=True)
def no_legacy_pages(monkeypatch):
    """AppTest forgets at each run that `st.navigation` has taken over, and would run a page file without its frame."""
    from streamlit.runtime.pages_manager import PagesManager

    original = PagesManager.__init__

    def init(self, *args, **kwargs):
        PagesManager.uses_pages_directory = False
        original(self, *args, **kwargs)

    monkeypatch.setattr(PagesManager, "__init__", init)


@pytest.fixture
def app() -> Callable:
    """The app without a browser: `app(page="playground", s="a sentence")`, run once."""
    from streamlit.testing.v1 import AppTest

    def start(page: str = "playground", **query: str):
        test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
        test.query_params.update(query)
        test.context["url"] = "https://demo.example/"
        test.run()
        if page != "playground":
            test.switch_page(f"pages/{page}.py").run()
        return test

    return start
