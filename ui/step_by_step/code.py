"""The formula in code: the lines that just ran, from the source."""

import inspect
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import streamlit as st

from attention_core.attention import scaled_dot_product_attention, softmax
from ui.kit import components, html
from ui.step_by_step.pictures import first_numbers
from ui.step_by_step.selection import Selection


@cache
def source_code(function: Callable[..., Any]) -> str:
    """The text of a function that runs here, without its docstring."""
    return re.sub(r'\n    """.*?"""', "", inspect.getsource(function), count=1, flags=re.DOTALL)


@cache
def five_lines() -> str:
    """The lines of the attention function that are the formula."""
    text = source_code(scaled_dot_product_attention)
    return inspect.cleandoc(text[text.index("    scores =") : text.index("    return Attention")])


def draw(selection: Selection) -> None:
    """The lines that ran, beside what they made."""
    left, right = st.columns([5, 3], gap="medium")
    with left:
        st.code(f"{five_lines()}\n\n{source_code(softmax).strip()}", language="python", wrap_lines=True)
    with right:
        stages = ("scores", "scaled", "masked", "weights", "output")
        rows = [
            (name, "no answer" if (values := getattr(selection.walk, name)) is None else first_numbers(values, 3))
            for name in stages
        ]
        components.show_html(html.wide(html.table((), rows, "chain")))
    components.text("From attention_core/attention.py, without the checks that come before.", "small")
