"""Similarity or relationship: the article's table, measured, with every sentence behind it."""

from ui.frame import guard

guard()

import streamlit as st

from ui import frame, gap

gap.begin()
gap.choose_set()
gap.figure()
gap.in_words()
gap.table()
st.header("The sentences behind a figure", anchor=gap.ANCHOR)
gap.sentences()
st.header("Your sentence, side by side", anchor=False)
gap.three()
with frame.fold("gsay", "How was this measured, and what does it not say?") as opened:
    if opened:
        gap.notes()
with frame.fold("gtake", "Take it away: picture, numbers, link") as opened:
    if opened:
        gap.take_away()
