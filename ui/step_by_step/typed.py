"""Queries, keys and values that the visitor types: the fields, the sentences for what cannot be read, the selection."""

import re
from collections.abc import Iterable

import numpy as np
import streamlit as st

from attention_core.examples import KEYS, QUERY
from attention_core.steps import UnreadableNumbers, read_vector, walk
from ui import state
from ui.kit import components
from ui.kit.glossary import tip
from ui.kit.wording import listed
from ui.state import controls
from ui.state.table import CONTROLS, Value
from ui.step_by_step.selection import Selection

ROW_NAMES = "ABCDEFGH"
LONGEST_ROW = 200  # characters

Rows = tuple[list[float], list[list[float]], list[list[float]], list[bool]]  # query, keys, values, visible


def vector_text(row: Iterable[float]) -> str:
    """A vector in brackets: [2, 3]."""
    return f"[{', '.join(f'{x:g}' for x in row)}]"


def article_numbers() -> dict[str, Value]:
    """The article's query and keys as controls: scores 8, 26 and 61 for A, B and C, none masked."""
    rows = {"nq": QUERY} | {f"nk{ROW_NAMES.index(name) + 1}": key for name, key in KEYS.items()}
    texts = {name: " ".join(f"{x:g}" for x in row) for name, row in rows.items()}
    return opening_numbers() | texts | {"keys": len(KEYS)}


def opening_numbers() -> dict[str, Value]:
    """The numbers, counts and ticks with which the page opens, as controls."""
    return {name: state.default(name) for name in CONTROLS if re.fullmatch(r"n[qkv]\d?|see\d|dims|keys|div", name)}


def draw_what_if_buttons(key: str) -> None:
    """Buttons for the article's numbers, and for those that the page opens with.

    Args:
        key: names the buttons, so that a page can show them twice.
    """
    with st.container(horizontal=True):
        st.button(
            "What if? The article’s numbers, scores [61, 8, 26]",
            on_click=lambda: state.set_values(article_numbers()),
            disabled=_are_set(article_numbers()),
            key=f"article-{key}",
            help="From “May I Have Your Attention?” by Shreyas Mishra, the article that this site follows.",
        )
        st.button(
            "The first numbers",
            on_click=lambda: state.set_values(opening_numbers()),
            disabled=_are_set(opening_numbers()),
            key=f"first-{key}",
        )


def _are_set(values: dict[str, Value]) -> bool:
    return all(state.get(name) == value for name, value in values.items())


def draw_fields() -> None:
    """Fields for every number: a row for the query, a row for each key and its value."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _row_field("nq", "Query q", "query")
        with st.container(key="count-field-dims", width=190):
            controls.number_field("dims", "Dimensions", help=tip("d and dₖ"))
        with st.container(key="count-field-keys", width=150):
            keys = controls.number_field("keys", "Keys", help=tip("key"))
    for place, name in enumerate(ROW_NAMES[: int(keys)], start=1):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            _row_field(f"nk{place}", f"Key {name}", "key")
            _row_field(f"nv{place}", f"Value {name}", "value")
    components.text("Missing numbers count as 0.", "small")


def _row_field(name: str, label: str, role: str) -> None:
    with st.container(key=f"{role}-field-{name}", width=200):
        controls.text_field(name, label, max_chars=LONGEST_ROW, live="300ms", autocomplete="off")


def draw_mask_ticks() -> None:
    """A tick for each key that the query may look at."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("May be looked at:", width="content")
        for place, name in enumerate(ROW_NAMES[: int(state.get("keys"))], start=1):
            controls.checkbox(f"see{place}", name)


def from_numbers() -> Selection | None:
    """The typed numbers, or the last ones that could be read, with a notice; None if there are none."""
    rows, faults, longer = _read()
    for fault in faults:
        components.text(fault, "notice")
    if longer:
        components.text(
            f"More than {len(rows[0])} numbers, of which the first {len(rows[0])} are used: {listed(longer)}. "
            "A comma separates two numbers; write 1.5 with a point.",
            "notice",
        )
    if not faults:
        st.session_state["last_readable"] = rows
    elif (rows := st.session_state.get("last_readable")) is None:
        return None
    else:
        components.text("Shown below are the last numbers that could be read.", "small")
    query, keys, values, visible = (np.array(part) for part in rows)
    labels = list(ROW_NAMES[: len(keys)])
    settings = {
        "experiment": "one query, step by step",
        "query": vector_text(query),
        "keys": "; ".join(f"{name} {vector_text(row)}" for name, row in zip(labels, keys, strict=True)),
        "values": "; ".join(vector_text(row) for row in values),
        "scaled": bool(state.get("div")),
        "masked": ", ".join(name for name, seen in zip(labels, visible, strict=True) if not seen) or "none",
    }
    return Selection(walk(query, keys, values, visible, None if state.get("div") else 1.0), labels, settings)


def _read() -> tuple[Rows, list[str], list[str]]:
    """The typed rows as lists, a sentence for each that cannot be read, and the names of those that are too long."""
    dims, count = (min(max(int(state.get(name)), low), 8) for name, low in (("dims", 2), ("keys", 1)))
    faults: list[str] = []
    longer: list[str] = []

    def row(name: str, called: str) -> list[float]:
        try:
            vector = read_vector(str(state.get(name) or "")[:LONGEST_ROW], dims)
        except UnreadableNumbers as error:
            faults.append(f"{called} {error}.")
            return [0.0] * dims
        if len(vector) > dims:
            longer.append(called[0].lower() + called[1:])
        return vector[:dims].tolist()

    query = row("nq", "The query")
    keys = [row(f"nk{i + 1}", f"Key {ROW_NAMES[i]}") for i in range(count)]
    values = [row(f"nv{i + 1}", f"The value of {ROW_NAMES[i]}") for i in range(count)]
    return (query, keys, values, [bool(state.get(f"see{i + 1}")) for i in range(count)]), faults, longer
