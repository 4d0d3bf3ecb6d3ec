"""A visitor in a real browser, who notes whatever goes wrong."""

import contextlib
import re
import time
from collections.abc import Iterator

from playwright.sync_api import BrowserContext, Error, Locator, expect

from tests.support.server import Server

DESKTOP = {"width": 1280, "height": 900}
# Without fades a page opens with an eighth less processor time.
USUAL = {"viewport": DESKTOP, "reduced_motion": "reduce"}
MEDIA = ("color_scheme", "forced_colors")  # what a tab can be told; the rest a browser is told when it starts
PATIENCE = 90  # seconds; the machine may be busy
expect.set_options(timeout=1000 * PATIENCE)
# True once the page was at rest at six looks, 50 ms of its own time apart; False after 400 looks without. The longest
# wait after a visitor has done something is Streamlit's after a slider has moved, 200 ms.
AT_REST = """async () => {
  const resting = () => {
    const app = document.querySelector("[data-testid=stApp]")?.dataset;
    // One that is hidden is never drawn: of a figure alone the rest of the page is.
    const charts = [...document.querySelectorAll(".stVegaLiteChart")].filter((chart) => chart.checkVisibility());
    return app?.testScriptState === "notRunning" && app?.testConnectionState === "CONNECTED"
      && document.querySelector("footer") && charts.every((chart) => chart.querySelector(".mark-group, canvas"));
  };
  for (let looks = 0, quiet = 0; looks < 400; looks += 1) {
    quiet = resting() ? quiet + 1 : 0;
    if (quiet > 5) return true;
    await new Promise((done) => setTimeout(done, 50));
  }
  return false;
}"""


class Contexts:
    """Browser contexts that have opened the app before, one for each set of options.

    Each keeps a tab open, so that the process that has compiled the app's scripts serves the next tab too.
    """

    def __init__(self, browser, server: Server):
        self.browser, self.server = browser, server
        self._opened: dict[str, BrowserContext] = {}

    def __call__(self, **options) -> BrowserContext:
        """The context with these options: a phone's, or one with a permission."""
        name = repr(sorted(options.items()))
        if name not in self._opened:
            self._opened[name] = self.browser.new_context(**USUAL | options)
            self._opened[name].new_page().goto(f"{self.server.url}/_stcore/health")
        return self._opened[name]


class Visit:
    """A visitor with a tab of a browser; whatever goes wrong in it is kept in `faults`."""

    def __init__(self, server: Server, context: BrowserContext, viewport: dict = DESKTOP, **media: str):
        self.server = server
        self.context = context
        self.page = self.context.new_page()
        self.page.set_default_timeout(1000 * PATIENCE)
        if viewport != DESKTOP:
            self.page.set_viewport_size(viewport)
        if media:
            self.page.emulate_media(**media)
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

    def settle(self) -> "Visit":
        """Wait until the script is at rest, every chart is drawn and the page's end is there.

        What a click or a key has set off may still wait for a timer of the page. So the quiet is counted by timers of
        the page too: however busy the machine is, those that were set before ours ring before ours.
        """
        deadline = time.monotonic() + 2 * PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(Error):  # the page is loaded anew meanwhile
                self.page.wait_for_selector("footer", state="attached")
                if self.page.evaluate(AT_REST):
                    return self
        raise TimeoutError("the page never came to rest")

    @contextlib.contextmanager
    def losing_the_server(self) -> Iterator[None]:
        """Do what cuts the page off, and wait until it was; it may be back within a moment, so it is watched before."""
        self.page.evaluate(
            """() => new MutationObserver(() => document.body.classList.add("was-cut-off")).observe(
              document.querySelector("[data-testid=stApp]"), { attributeFilter: ["data-test-connection-state"] })"""
        )
        yield
        # not `wait_for_function`: it evaluates a string, which nginx's policy forbids
        self.page.locator("body.was-cut-off").wait_for(state="attached")

    @property
    def heading(self) -> Locator:
        """The page's title."""
        return self.page.locator("h1")

    @property
    def sentence(self) -> Locator:
        """The field that a sentence is typed into."""
        return self.page.get_by_label("Sentence", exact=True)

    def type_sentence(self, text: str) -> None:
        """Put another text into that field, and wait until the page shows it."""
        before = self.link_field.input_value()
        self.sentence.fill(text)
        expect(self.link_field).not_to_have_value(before)
        self.settle()

    def toggle(self, name: str) -> None:
        """Click a switch.

        Args:
            name: its control.
        """
        self.page.locator(f".st-key-{name} label").first.click()

    def expect_reading(self, start: str) -> None:
        """Wait until the sentence about the chosen row begins so.

        Raises:
            AssertionError: it does not.
        """
        expect(self.page.locator(".say.reading").first).to_have_text(re.compile("^" + re.escape(start)))

    def expect_link(self, *parts: str) -> None:
        """Wait until the link to this view holds all these parts.

        Raises:
            AssertionError: it does not.
        """
        ahead = "".join(f"(?=.*{re.escape(part)})" for part in parts)
        expect(self.link_field).to_have_value(re.compile(ahead, re.DOTALL))

    @property
    def link_field(self) -> Locator:
        """The field that shows the link to this view."""
        return self.page.locator("input[aria-label='Link to this view']").first

    @property
    def address(self) -> str:
        """Path and query of the address bar."""
        return self.page.evaluate("location.pathname + location.search")

    @property
    def link(self) -> str:
        """Path and query of the link the page offers."""
        return self.link_field.input_value().removeprefix(self.server.url)

    @property
    def reading(self) -> str:
        """What the page says in words of the chosen row."""
        return self.page.locator(".say.reading").first.inner_text()

    @property
    def weights(self) -> dict[tuple[int, int], str]:
        """What the heatmap says of each cell, by row and column."""
        cells = self.page.locator("[class*='-heat-room'] path[aria-roledescription='rect mark'][aria-label]")
        cells.first.wait_for(state="attached")  # a chart is there before its numbers have come
        texts = [text for text in cells.evaluate_all("all => all.map(c => c.ariaLabel)") if " look" in text]
        n = round(len(texts) ** 0.5)
        shares = (re.search(r" may not look at |[\d.]+%$", text).group() for text in texts)
        return {divmod(i, n): share if "%" in share else "hidden" for i, share in enumerate(shares)}
