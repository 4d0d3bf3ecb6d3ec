"""Pages without a browser: run by AppTest, and read as a visitor reads them."""

import contextlib
import functools
import html
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from tests.support import ROOT


@contextlib.contextmanager
def app_tests() -> Iterator[Callable[..., AppTest]]:
    """A function that opens a page of the app and runs it once: `start("playground", s="a sentence")`."""
    original = PagesManager.__init__

    def init(self, *args, **kwargs):
        PagesManager.uses_pages_directory = False
        original(self, *args, **kwargs)

    def start(page: str = "playground", /, **query: str) -> AppTest:
        test = AppTest.from_file(ROOT / "app.py", default_timeout=120)  # the machine may be busy
        test.query_params.update(query)
        test.context["url"] = "https://demo.example/"
        if page != "playground":
            test.switch_page(f"pages/{page}.py")
        return test.run()

    with pytest.MonkeyPatch.context() as patch:
        # AppTest forgets at each run that `st.navigation` has taken over, and would run a page file without its frame.
        patch.setattr(PagesManager, "__init__", init)
        # Each AppTest looks for components in all installed packages: three quarters of the time of a page.
        scan = functools.cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield start


def html_of(test: AppTest) -> str:
    """The HTML that is ours, with all that a visitor may have typed; of a term of the glossary the word alone."""
    shown = " ".join(element.proto.body for element in test.get("html"))
    return re.sub(r'<button type="button" class="term"[^>]*>(.*?)</button>', r"\1", shown)


class Elements(HTMLParser):
    """The elements that a browser finds in a piece of HTML, each with its attributes, and the text inside of each."""

    def __init__(self, shown: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(shown)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(reversed(attrs))))  # of an attribute that stands twice the first counts
        self.texts.append("")

    def handle_data(self, data):
        if self.texts:
            self.texts[-1] += data


def text_in(shown: str) -> str:
    """The text of a piece of HTML: without tags and style sheets, with entities as the characters they stand for."""
    shown = re.sub(r"<style>.*?</style>", " ", shown, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", shown))


def text_of(test: AppTest) -> str:
    """The text of our HTML."""
    return text_in(html_of(test))


def lines(test: AppTest, kind: str = "") -> list[str]:
    """The text of each piece of our HTML, or of those of one kind, such as "reading" or "notice"."""
    pieces = (element.proto.body for element in test.get("html"))
    return [text_in(piece) for piece in pieces if (f'"say {kind}' if kind else "") in piece]


def rows(test: AppTest) -> list[list[str]]:
    """The rows of all tables, each as the texts of its cells."""
    found = re.findall(r"<tr.*?</tr>", html_of(test), re.DOTALL)
    return [[text_in(cell).strip() for cell in re.findall(r"<t[dh].*?</t[dh]>", row, re.DOTALL)] for row in found]


def facts(line: str) -> list[str]:
    """What a sentence states, without its wording: its quoted words, marks and numbers, in their order.

    “it” looks most at “cat” (68 %), then [CLS] (2 %): it, cat, 68%, [CLS], 2%.
    """
    found = re.finditer(r"“([^”]*)”|\[[A-Z]+\]|[<+−]?\d+(?:[.,]\d+)*%?", line.replace("\u202f", ""))
    return [fact[1] or fact[0] for fact in found]


def states(test: AppTest, *stated: str) -> bool:
    """Whether a sentence of the page states these facts one after the other, in whatever words."""
    wanted = [fact.replace("\u202f", "") for fact in stated]
    for found in map(facts, lines(test)):
        if any(found[start : start + len(wanted)] == wanted for start in range(len(found))):
            return True
    return False


def reading_of(test: AppTest) -> list[str]:
    """The words that the sentence about the chosen row quotes: the query, then the keys it looks at most."""
    return re.findall("“([^”]*)”", lines(test, "reading")[0])


def charts(test: AppTest) -> list:
    """The charts, as Streamlit sends them to the browser: each with `spec` and `alt`."""
    return [element.proto for element in test.get("vega_lite_chart")]


def alts(test: AppTest) -> list[str]:
    """The text alternatives of the charts."""
    return [chart.alt for chart in charts(test)]
