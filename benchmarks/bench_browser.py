"""What a visitor waits for in a browser, against a bare Streamlit page with the same controls and one chart.

    python benchmarks/bench_browser.py

A switch: from the click until the chart has other colours. A first visit: from the address, with nothing stored, until
what the page says first, below its heading, and until its first chart.
App and bare page are asked in turn; needs Chromium.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from playwright.sync_api import Browser, sync_playwright  # noqa: E402
from serving import Served  # noqa: E402
from timing import Spread  # noqa: E402

from tests.support import chromium  # noqa: E402
from ui.shell.pages import PAGES  # noqa: E402

ROUNDS, FLIPS = 6, 12
DESKTOP = {"width": 1280, "height": 900}
SAID = "() => document.querySelector('.st-key-page .say')?.innerText"  # below the heading and the sentence's field
FIELD = "() => document.querySelector('.stMain input[type=text]')"
CHART = "() => document.querySelector('.stVegaLiteChart .mark-group, .stVegaLiteChart canvas')"
# Milliseconds from a click on a switch to the first frame in which the chart's cells have other colours.
FLIP = """async (name) => {
  const colours = () => [...document.querySelectorAll(".stVegaLiteChart .mark-rect path")]
    .map((cell) => cell.getAttribute("fill")).join();
  const before = colours();
  const start = performance.now();
  document.querySelector(`.st-key-${name} input`).click();
  while (colours() === before || !colours()) {
    if (performance.now() - start > 20000) throw new Error("nothing changed");
    await new Promise(requestAnimationFrame);
  }
  return performance.now() - start;
}"""


def flips(browser: Browser, app: Served, bare: Served) -> tuple[Spread, Spread]:
    """Milliseconds that a switch takes on the playground and on the bare page."""
    contenders = []
    for served, name in ((app, "scaled-shown"), (bare, "scale")):
        page = browser.new_page(viewport=DESKTOP)
        page.goto(served.url)
        page.wait_for_function(CHART)
        page.wait_for_timeout(3000)
        contenders.append((page, name, []))
    for turn in range(FLIPS + 2):
        for page, name, taken in contenders:
            milliseconds = page.evaluate(FLIP, name)
            page.wait_for_timeout(500)
            if turn > 1:
                taken.append(milliseconds)
    for page, *_ in contenders:
        page.close()
    found = [Spread(taken) for *_, taken in contenders]
    return found[0], found[1]


def first_visit(browser: Browser, address: str, words: str) -> tuple[float, float]:
    """Milliseconds from the address until words stand, and until a chart does."""
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    page.goto(address, wait_until="commit")
    page.wait_for_function(words, polling=20)
    first = page.evaluate("performance.now()")
    page.wait_for_function(CHART, polling=20)
    both = first, page.evaluate("performance.now()")
    context.close()
    return both


def measure(browser: Browser, app: Served, bare: Served) -> None:
    """Print every row."""
    switch, plain = flips(browser, app, bare)
    print(f"a switch, ms: playground {switch:.0f}, a bare page {plain:.0f}: {switch.median / plain.median:.1f} ×")
    addresses = {page.name: f"{app.url}/{'' if page is PAGES[0] else page.name}" for page in PAGES}
    addresses["step_by_step"] += "?step=3"  # its first step has no chart
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in ("a bare page", *addresses)}
    for turn in range(ROUNDS + 1):
        for name in taken:
            if name == "a bare page":
                found = first_visit(browser, bare.url, FIELD)
            else:
                found = first_visit(browser, addresses[name], SAID)
            if turn:
                taken[name].append(found)
    whole = Spread([chart for _, chart in taken["a bare page"]])
    print(f"{'first visit, s':<24}{'words':>22}{'/ bare':>8}{'chart':>22}{'/ bare':>8}")
    for name, found in taken.items():
        words, chart = (Spread([each[part] / 1000 for each in found]) for part in (0, 1))
        shares = [f"{1000 * each.median / whole.median:.1f}" for each in (words, chart)]
        print(f"{name:<24}{f'{words:.2f}':>22}{shares[0]:>8}{f'{chart:.2f}':>22}{shares[1]:>8}")


if __name__ == "__main__":
    program = chromium.find()
    if program is None:
        sys.exit("There is no Chromium on this machine: `make programs` installs it where it may.")
    served = [Served(ROOT), Served(ROOT / "benchmarks" / "bare_page")]
    try:
        with sync_playwright() as playwright:
            measure(playwright.chromium.launch(executable_path=program, args=list(chromium.FLAGS)), *served)
    finally:
        for one in served:
            one.stop()
