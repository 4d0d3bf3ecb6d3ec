"""A page that AppTest has run, read as a visitor reads it."""

import html
import re

from streamlit.testing.v1 import AppTest


def html_of(test: AppTest) -> str:
    """The HTML that is ours, with all that a visitor may have typed; of a term of the glossary the word alone."""
    shown = " ".join(element.proto.body for element in test.get("html"))
    return re.sub(r'<button type="button" class="term"[^>]*>(.*?)</button>', r"\1", shown)


def text_of(test: AppTest) -> str:
    """The text of our HTML: without tags and style sheets, with entities as the characters they stand for."""
    shown = re.sub(r"<style>.*?</style>", " ", html_of(test), flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", shown))


def charts(test: AppTest) -> list:
    """The charts, as Streamlit sends them to the browser: each with `spec` and `alt`."""
    return [element.proto for element in test.get("vega_lite_chart")]


def alts(test: AppTest) -> list[str]:
    """The text alternatives of the charts."""
    return [chart.alt for chart in charts(test)]
