"""The least a page like the playground costs: the same controls and one chart, the same heatmap from a ready spec."""

import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parent.parent.parent


@st.cache_resource
def heatmap(scaled):
    """Seven by seven numbers, others where they are scaled, and the spec that the playground draws its own with."""
    sys.path.append(str(ROOT))
    import numpy as np
    import pandas as pd

    from ui.kit import charts, figures, palette

    query, key = (places.ravel() for places in np.indices((7, 7)))
    cells = pd.DataFrame({"query": query, "key": key, "weight": query * key % 7 / (7 if scaled else 14)})
    words = {"labels": ["the", "king", "and", "queen", "ruled", "the₂", "kingdom"], "chosen": 1, "seen": 3}
    return cells, figures.Picture(charts.heatmap, cells, "", 400, words).spec(palette.LIGHT)


def page():
    """Draws nothing: what is measured is the menu."""


menu = [st.Page(page, title=f"Page {n}", url_path=f"page{n}", default=n == 1) for n in range(1, 7)]
st.navigation(menu).run()
st.text_input("Sentence", "The king and queen ruled the kingdom", key="s", bind="query-params", live="300ms")
st.pills("Sentences", ["one", "two", "three", "four", "five", "six"], key="preset")
st.pills("Words", ["the", "king", "and", "queen", "ruled", "the kingdom", "."], key="words")
scaled = st.toggle("scale", True, key="scale", bind="query-params")
for name, value in (("self", True), ("causal", False), ("cmp", False)):
    st.toggle(name, value, key=name, bind="query-params")
st.slider("d", 1, 50, 50, key="d", bind="query-params")
for name in ("q", "k"):
    st.number_input(name, 0, 512, 2, key=name, bind="query-params")
for name in ("cell", "out", "take"):
    st.expander(name, key=name, bind="query-params")
st.vega_lite_chart(*heatmap(scaled))
st.sidebar.code("link")
