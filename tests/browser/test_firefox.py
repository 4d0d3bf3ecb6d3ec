"""Firefox as well as Chromium: pages come whole, all of them in `make nightly`, and typing and choosing work."""

import pytest

from tests.support import programs
from tests.support.firefox import Firefox
from tests.support.generated import NIGHTLY
from ui.shell.pages import PAGES

pytestmark = pytest.mark.xdist_group("firefox")

# Whoever leaves a page while the scripts of its components still load meets an error that belongs to the page left.
LOADED = """(() => {
    const silent = '.st-key-run-ended, .st-key-theme';
    const parts = [...document.querySelectorAll('*')].filter(e => e.shadowRoot && !e.closest(silent));
    return parts.length > 0 && parts.every(e => e.shadowRoot.querySelector('button'));
})()"""


@pytest.fixture
def firefox():
    program = programs.find("firefox")
    if program is None:
        pytest.skip("no Firefox on this machine: `make test` installs it where it may")
    started = Firefox(program)
    yield started
    started.stop()


def test_firefox_shows_every_page_and_follows_typing_and_choosing(firefox, server):
    for page in PAGES[1:] if NIGHTLY else PAGES[-1:]:
        firefox.open(f"{server.url}/{page.name}?s=the+king+and+the+queen")
        firefox.wait(
            f"document.querySelector('h1')?.innerText === {page.question!r} && !!document.querySelector('footer')"
        )
        firefox.wait(LOADED)
        firefox.wait("!/native code/.test(history.pushState)")  # link.js, the last of them, shows nothing
    firefox.open(f"{server.url}/?s=The+king+and+queen+ruled+the+kingdom&self=true&q=2")
    reading = "document.querySelector('.say.reading')?.innerText ?? ''"
    firefox.wait(f"({reading}).startsWith('“king” looks most at “queen” (16')")
    firefox.wait("document.querySelectorAll('.stVegaLiteChart svg path[aria-label*=\"looks at\"]').length >= 49")
    firefox.run("document.querySelector('input[aria-label=Sentence]').select()")
    firefox.keys("doctors help patients")
    firefox.wait(f"({reading}).startsWith('“help” looks')")
    words = "[...document.querySelectorAll('.st-key-raw-words *')].find(e => e.shadowRoot).shadowRoot"
    firefox.wait(f"{words}.querySelectorAll('button').length === 3")
    firefox.run(f"{words}.querySelectorAll('button')[2].click()")
    firefox.wait(f"({reading}).startsWith('“patients” looks')")
    firefox.wait("location.search.includes('q=3')")
    assert firefox.run("document.querySelectorAll('.stException').length") == 0
    assert [fault for fault in firefox.faults if "WebSocket" not in fault] == []
    own = (server.url, server.url.replace("http", "ws"), "data:", "blob:", "about:")
    assert [url for url in firefox.asked if not url.startswith(own)] == []
