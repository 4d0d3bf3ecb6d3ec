"""The query that is walked through attention: vectors that the visitor types, or a word of the shared sentence."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from attention_core.ranking import rank, tolerance_for
from attention_core.steps import UnreadableNumbers, Walk, read_vector, walk
from ui import state
from ui.kit import components, figures, lesson_charts
from ui.kit.latex import column, in_role
from ui.kit.wording import listed
from ui.map import panel
from ui.map.view import Choice, View, chosen, raw_view
from ui.models import loaders
from ui.shell import sentence_input

NAMES = "CABDEFGH"  # the article calls its keys C, A and B
MOST_BARS = 14  # keys that a stage draws; of a longer text, those with the largest scores
LONGEST_ROW = 200  # characters


@dataclass(frozen=True)
class Subject:
    """The query that is walked, and its keys.

    Attributes:
        walk: the numbers.
        labels: (n,) names of the keys.
        settings: what made it, for the files a visitor takes away.
        view: the sentence it belongs to; None for numbers that were typed.
        choice: the chosen query and key of that sentence.
        key: the key whose arithmetic is shown, where not all fit.
    """

    walk: Walk
    labels: Sequence[str]
    settings: Mapping[str, Any]
    view: View | None = None
    choice: Choice | None = None
    key: int = 0

    @property
    def divided(self) -> bool:
        """Whether the scores are divided by √d_k."""
        return self.walk.scale != 1

    @property
    def shown(self) -> list[int]:
        """The keys a picture shows, in their order: all, or those with the largest scores."""
        best = rank(self.walk.masked, tolerance_for(self.walk.masked))[:MOST_BARS]
        return sorted({int(place) for place in best})


def choose_subject() -> Subject | None:
    """Ask for the numbers: typed ones, or a word of the sentence. None if what was typed cannot be read."""
    components.style("lesson.css")
    on = st.segmented_control(
        "Walk with", ["Numbers", "Sentence"], default="Numbers", required=True, **state.widget_args("on")
    )
    if on == "Sentence":
        sentence_input.ask_for_sentence()
        return _word()
    return _numbers()


def _word() -> Subject:
    view = raw_view(state.switches())
    choice = chosen(view)
    panel.words_and_reading(view, choice, "walk")
    raw = loaders.raw(state.sentence(), state.switches())
    x, row = raw.vectors, choice.query
    visible = view.visible[row]
    settings = {**view.settings, "query": view.labels[row]}
    return Subject(walk(x[row], x, x, visible, raw.scale), view.labels, settings, view, choice, choice.key)


def _numbers() -> Subject | None:
    left, right = st.columns([5, 3], gap="medium")
    with left:
        above = st.container(key="above-numbers")
        _editor()
    rows, faults, longer = _read()
    with above:
        for fault in faults:
            components.text(fault, "notice")
        if longer:
            components.text(
                f"More than {len(rows[0])} numbers, of which the first {len(rows[0])} are used: {listed(longer)}. "
                "A comma separates two numbers; write 1.5 with a point.",
                "notice",
            )
        if faults and "last_readable" in st.session_state:
            components.text("Shown below are the last numbers that could be read.", "small")
        elif not faults and not longer:
            article = not any(name[:2] in {"nq", "nk"} or name in {"dims", "keys"} for name in _changed())
            components.text(
                "A query says what is looked for, a key what can be found there, a value what is handed over. All are "
                "vectors. "
                + (
                    "The query and the keys C, A and B are the article’s; it leaves the values open, these are ours. "
                    if article
                    else ""
                )
                + "Type over any number; a row that is too short goes on with zeros.",
                "small",
            )
    if not faults:
        st.session_state["last_readable"] = rows
    elif (rows := st.session_state.get("last_readable")) is None:
        return None
    query, keys, values, visible = (np.array(part) for part in rows)
    scale = None if state.get("div") else 1.0
    walked = walk(query, keys, values, visible, scale)
    labels = list(NAMES[: len(keys)])
    settings = {
        "experiment": "one query, step by step",
        "query": f"[{', '.join(f'{x:g}' for x in query)}]",
        "keys": "; ".join(f"{name} {_row(row)}" for name, row in zip(labels, keys, strict=True)),
        "values": "; ".join(_row(row) for row in values),
        "scaled": bool(state.get("div")),
        "hidden": ", ".join(name for name, seen in zip(labels, visible, strict=True) if not seen) or "none",
    }
    with right:
        if len(query) == 2:
            with st.container(height=345, border=False):
                figures.draw(query_picture(walked, labels), "query-arrows")
        else:
            st.latex(rf"{in_role('q', 'query')}={column(query, 'query')}")
            components.text(f"{len(query)} dimensions: too many to draw as arrows, no harder to compute with.", "small")
    return Subject(walked, labels, settings)


def _row(row: Sequence[float]) -> str:
    return f"[{', '.join(f'{x:g}' for x in row)}]"


def _editor() -> None:
    """Fields for every number: a row for the query, a row for each key and its value. All eight keys are there; those
    that are not in use are hidden, so that nothing typed is lost."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _row_field("nq", "Query q", "query")
        with st.container(key="count-field-dims", width=190):
            st.number_input("Dimensions", 2, 8, state.default("dims"), **state.widget_args("dims"))
        with st.container(key="count-field-keys", width=150):
            st.number_input("Keys", 1, 8, state.default("keys"), **state.widget_args("keys"))
    for place, name in enumerate(NAMES, start=1):
        hidden = "-unseen" if place > int(state.get("keys")) else ""
        with st.container(horizontal=True, vertical_alignment="bottom", key=f"row-{place}{hidden}"):
            _row_field(f"nk{place}", f"Key {name}", "key")
            _row_field(f"nv{place}", f"Value {name}", "value")
            st.checkbox("may be seen", True, **state.widget_args(f"see{place}"))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.toggle("Divide by √d_k", True, **state.widget_args("div"))
        st.button("The article’s numbers", on_click=_reset, key="reset")
        st.button("A closer race", on_click=closer_race, key="closer")


def _row_field(name: str, label: str, role: str) -> None:
    with st.container(key=f"{role}-field-{name}", width=200):
        st.text_input(
            label,
            state.default(name),
            max_chars=LONGEST_ROW,
            live="300ms",
            autocomplete="off",
            **state.widget_args(name),
        )


def closer_race() -> None:
    """A shorter query, whose scores lie closer together. For callbacks."""
    state.set_values({"nq": "0.2 0.3"})


def _changed() -> list[str]:
    """The numbers and switches of the editor that are not as the article has them."""
    names = [name for name in state.CONTROLS if re.fullmatch(r"n[qkv]\d?|see\d|dims|keys|div", name)]
    return [name for name in names if state.get(name) != state.default(name)]


def _reset() -> None:
    """Everything as the article has it. For callbacks."""
    state.set_values({name: state.default(name) for name in _changed()})


def _read() -> tuple[tuple, list[str], list[str]]:
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
    keys = [row(f"nk{i + 1}", f"Key {NAMES[i]}") for i in range(count)]
    values = [row(f"nv{i + 1}", f"The value of {NAMES[i]}") for i in range(count)]
    return (query, keys, values, [bool(state.get(f"see{i + 1}")) for i in range(count)]), faults, longer


def query_picture(walked: Walk, labels: Sequence[str]) -> figures.Picture:
    """The query as an arrow among the keys."""
    rows = [("key", place, 0, 0, *key) for place, key in enumerate(walked.keys)] + [
        ("query", len(labels), 0, 0, *walked.query)
    ]
    said = ", ".join(f"{name} {_row(key)}" for name, key in zip(labels, walked.keys, strict=True))
    return _arrows(
        rows, [*labels, "q"], f"Arrows from the origin: the query {_row(walked.query)} among the keys {said}."
    )


def output_picture(walked: Walk, labels: Sequence[str]) -> figures.Picture:
    """The output as an arrow among the values, and the weighted values laid end to end that lead to it."""
    ends = np.cumsum(walked.parts, axis=0)
    starts = ends - walked.parts
    rows = [("value", place, 0, 0, *value) for place, value in enumerate(walked.values)]
    rows += [
        ("part", place, *starts[place], *ends[place]) for place in range(len(labels)) if walked.weights[place] > 0.001
    ]
    rows.append(("output", len(labels), 0, 0, *walked.output))
    names = [f"v{name}" for name in labels]
    said = ", ".join(f"{name} {_row(value)}" for name, value in zip(names, walked.values, strict=True))
    return _arrows(rows, [*names, "output"], f"Arrows: the output {_row(walked.output)} among the values {said}.")


def _arrows(rows: list[tuple], labels: list[str], alt: str) -> figures.Picture:
    drawn = pd.DataFrame(rows, columns=["role", "label", "x0", "y0", "x", "y"])
    drawn = drawn.astype({"label": "int16", **dict.fromkeys(("x0", "y0", "x", "y"), "float64")})
    box = {}
    for axis, low, high in (("x", "west", "east"), ("y", "south", "north")):
        smallest, largest = min(drawn[axis].min(), 0), max(drawn[axis].max(), 0)
        margin = 0.14 * max(largest - smallest, 0.1)
        box |= {low: float(smallest - margin), high: float(largest + margin)}
    return figures.Picture(lesson_charts.arrows, drawn, alt, 320, {"labels": labels, **box})
