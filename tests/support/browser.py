"""A visitor in a real browser, who notes whatever goes wrong."""

import re
import time

from tests.support.server import Server

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
