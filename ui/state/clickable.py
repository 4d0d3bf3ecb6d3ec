"""Charts that can be clicked."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from ui.state.table import Value


def draw_chart(
    name: str,
    choice: Sequence[Value],
    table: Any,
    spec: Mapping[str, Any],
    alt: str,
    on_pick: Callable[..., None] | None = None,
) -> None:
    """Draw a Vega-Lite chart; a click on one of its marks is reported.

    The widget's key holds the choice, so a new choice is a new widget. With a key that stays, the browser keeps its
    selection: a second click on the same mark sends nothing, and a choice made elsewhere on the page is not shown.

    Args:
        name: of the chart, on its page.
        choice: the values in the widget's key: the positions that the chart draws as chosen, and of other controls that
            a click sets; empty where it cannot be clicked.
        table: its data.
        alt: what it shows, for those who cannot see it.
        on_pick: called with what the visitor has clicked on: the numbers of the chart's selection, by column.
    """
    key = "-".join(map(str, (name, *choice)))

    def picked() -> None:
        for marks in st.session_state[key]["selection"].values():
            if marks and on_pick:
                on_pick(**{column: int(value) for column, value in marks[0].items()})

    on_select = picked if on_pick else "ignore"
    st.vega_lite_chart(table, spec, key=key, alt=alt, width="stretch", on_select=on_select)
