"""What the steps of the walk share: picture and formula side by side, and the text below them."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from ui.kit import components, figures
from ui.step_by_step import pictures
from ui.step_by_step.selection import Selection


def draw(
    selection: Selection,
    values: np.ndarray,
    title: str,
    formula: Sequence[str],
    text: str,
    kind: str,
    *,
    key: str,
    weights: bool = False,
    alike: bool = True,
    beside: np.ndarray | None = None,
) -> None:
    """Bars and formula side by side, and the text.

    Args:
        values: (n,) the bars.
        title: what the bars show.
        formula: LaTeX, a line each.
        kind: of the text, as in `components.text`.
        key: names the picture.
        weights, alike, beside: as in `pictures.bars`.
    """
    left, right = st.columns([2, 3], gap="medium")
    with left:
        picture = pictures.bars(selection, values, title, weights=weights, alike=alike, beside=beside)
        figures.draw(picture, f"step-{key}")
        if len(selection.shown) < len(selection.labels):
            components.text(
                f"{len(selection.shown)} of {len(selection.labels)} words: those with the largest scores.", "small"
            )
    with right, st.container(key=f"formula-{key}"):
        for line in formula:
            st.latex(line)
    components.text(text, kind)
