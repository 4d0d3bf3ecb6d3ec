"""Similarity or relationship: the article's table, measured, with every sentence behind it."""

from ui.shell.pages import guard

guard()

import streamlit as st

from ui.shell import pages
from ui.the_gap import body as gap

gap.begin()
gap.choose_set()
gap.figure()
gap.in_words()
gap.table()
st.header("The sentences behind a figure", anchor=gap.ANCHOR)
gap.sentences()
st.header("Your sentence, side by side", anchor=False)
gap.three()
pages.fold("gsay", "How was this measured, and what does it not say?", gap.notes)
pages.fold("gtake", "Take it away: picture, numbers, link", gap.take_away)
