"""What tests share: the app without a browser, a served app, and pages in a real browser that note what goes wrong."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

from benchmarks.serving import free_port, wait_for
from tests import chromium

ROOT = Path(__file__).resolve().parent.parent
NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"  # as `make nightly` sets it
PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}  # the machine may be busy
settings.register_profile("nightly", max_examples=3_000, **PATIENT)
settings.register_profile("test", derandomize=True, **PATIENT)  # the same cases everywhere; nightly looks for others
settings.load_profile("nightly" if NIGHTLY else "test")


def cases(few: int, many: int, shrink: bool = True) -> settings:
    """How many generated cases a test tries: few in `make test`, many in `make nightly`.

    Args:
        shrink: whether to look for the smallest case that fails; that can take minutes where a case takes long.
    """
    phases = [phase for phase in Phase if shrink or phase not in (Phase.shrink, Phase.explain)]
    unlike = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    number = many if NIGHTLY else few
    return settings(max_examples=number, deadline=None, suppress_health_check=unlike, phases=phases)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What depends on a browser's timing is tried once more if it fails; the summary counts it."""
    for item in items:
        if "browser" in item.fixturenames:
            item.add_marker(pytest.mark.flaky(reruns=1))


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


class Server:
    """The app served on this machine; can be stopped and started again on the same port."""

    def __init__(self, log: Path, folder: Path = ROOT, environment: dict[str, str] | None = None):
        self.log, self.folder, self.environment = log, folder, environment or {}
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None

    def start(self) -> "Server":
        """Serve, and wait until it answers."""
        command = [sys.executable, "-m", "streamlit", "run", "app.py"]
        options = ["--server.port", str(self.port), "--server.address", "127.0.0.1"]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                command + options, cwd=self.folder, stdout=log, stderr=log, env={**os.environ, **self.environment}
            )
        try:
            wait_for(self.url)
        except TimeoutError:
            raise TimeoutError(self.log.read_text()) from None
        return self

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[Server]:
    """The app, served for all browser tests of this process."""
    served = Server(tmp_path_factory.mktemp("server") / "log").start()
    yield served
    served.stop()
    log = served.log.read_text()
    assert "Traceback" not in log
    assert '"level": "error"' not in log


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=chromium.find(), args=list(chromium.FLAGS))
        yield chrome
        chrome.close()


@pytest.fixture(scope="session")
def tabs(browser):
    """A browser that has opened the app before: it knows the scripts already, and opens a page in half the time."""
    context = browser.new_context(viewport=DESKTOP)
    yield context
    context.close()


DESKTOP = {"width": 1280, "height": 900}


class Visit:
    """A visitor with a browser of their own, or a tab of one; whatever goes wrong in it is kept in `faults`."""

    def __init__(self, browser, server: Server, context=None, **options):
        self.server = server
        self.context = context or browser.new_context(**{"viewport": DESKTOP, **options})
        self.page = self.context.new_page()
        self.faults: list[str] = []
        own = (server.url, server.url.replace("http", "ws"), "data:", "blob:")
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("console", self._listen)
        self.page.on("dialog", lambda dialog: self.faults.append(f"dialog: {dialog.message}"))
        self.page.on("request", lambda r: None if r.url.startswith(own) else self.faults.append(f"foreign: {r.url}"))

    def _listen(self, message) -> None:
        """Note an error in the console, but for Streamlit's own: it first looks for its server below a deep link."""
        searched = "/_stcore/" in message.location["url"] and "404" in message.text
        if message.type == "error" and not searched:
            self.faults.append(f"console: {message.text}")

    def open(self, address: str = "/") -> "Visit":
        """Go to a page of the app and wait until it is whole."""
        self.page.goto(self.server.url + address)
        return self.settle()

    def settle(self, quiet: float = 0.4) -> "Visit":
        """Wait until the script has been at rest for a moment, every chart is drawn and the page's end is there."""
        self.page.wait_for_selector("footer", timeout=30_000)
        since = None
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            at_rest = self.page.evaluate(
                "() => { const a = document.querySelector('[data-testid=stApp]')?.dataset;"
                " const charts = [...document.querySelectorAll('.stVegaLiteChart')];"
                " return a?.testScriptState === 'notRunning' && a?.testConnectionState === 'CONNECTED'"
                " && charts.every(chart => chart.querySelector('.mark-group, canvas')) }"
            )
            since = (since or time.monotonic()) if at_rest else None
            if since and time.monotonic() - since > quiet:
                return self
            time.sleep(0.05)
        raise TimeoutError("the page never came to rest")

    @property
    def address(self) -> str:
        """Path and query of the address bar."""
        return self.page.evaluate("location.pathname + location.search")

    @property
    def link(self) -> str:
        """Path and query of the link the page offers."""
        return (
            self.page.locator("input[aria-label='Link to this view']").first.input_value().removeprefix(self.server.url)
        )

    @property
    def reading(self) -> str:
        """What the page says in words of the chosen row."""
        return self.page.locator(".say.reading").first.inner_text()

    @property
    def weights(self) -> dict[tuple[int, int], str]:
        """What the heatmap says of each cell, by row and column."""
        cells = self.page.locator("[class*='-heat-room'] path[aria-roledescription='rect mark'][aria-label]")
        cells.first.wait_for(state="attached")  # a chart is there before its numbers have come
        said = [cell for cell in cells.evaluate_all("all => all.map(c => c.ariaLabel)") if " look" in cell]
        n = round(len(said) ** 0.5)
        shares = (re.search(r" may not look at |[\d.]+%$", text).group() for text in said)
        return {divmod(i, n): share if "%" in share else "hidden" for i, share in enumerate(shares)}


@pytest.fixture
def visit(browser, tabs, server) -> Iterator[Callable[..., Visit]]:
    """Visitors: `visit("/?s=…")` opens a page in a browser that has stored nothing but the app's scripts.

    With options (a phone, a theme) it is a browser of its own. At the end none of the visitors may have met a fault.
    """
    visits: list[Visit] = []

    def open_page(address: str = "/", **options) -> Visit:
        visits.append(Visit(browser, server, None if options else tabs, **options))
        return visits[-1].open(address)

    yield open_page
    faults = [fault for one in visits for fault in one.faults]
    for one in visits:
        if one.context is not tabs:
            one.context.close()
        elif not one.page.is_closed():
            one.page.evaluate("localStorage.clear()")
            one.page.close()
    tabs.clear_cookies()
    assert faults == []
