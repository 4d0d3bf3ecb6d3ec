"""The least a page like the playground costs: the same controls and one chart of the same size from a ready spec."""

import streamlit as st

SPEC = {
    "mark": "rect",
    "height": 400,
    "encoding": {
        "x": {"field": "key", "type": "ordinal"},
        "y": {"field": "query", "type": "ordinal"},
        "color": {"field": "weight", "type": "quantitative"},
    },
}


@st.cache_resource
def cells():
    """Seven by seven numbers."""
    import pandas as pd

    places = [(query, key) for query in range(7) for key in range(7)]
    return pd.DataFrame([(q, k, (q * k % 7) / 7) for q, k in places], columns=["query", "key", "weight"])


st.text_input("Sentence", "The king and queen ruled the kingdom", key="s", bind="query-params", live="300ms")
st.pills("Sentences", ["one", "two", "three", "four", "five", "six"], key="preset")
st.pills("Words", ["the", "king", "and", "queen", "ruled", "the kingdom", "."], key="words")
for name, value in (("scale", True), ("self", True), ("causal", False)):
    st.toggle(name, value, key=name, bind="query-params")
st.slider("d", 1, 50, 50, key="d", bind="query-params")
for name in ("q", "k"):
    st.number_input(name, 0, 512, 2, key=name, bind="query-params")
for name in ("cell", "out", "cmp", "take"):
    st.expander(name, key=name, bind="query-params")
st.vega_lite_chart(cells(), SPEC)
st.sidebar.code("link")
