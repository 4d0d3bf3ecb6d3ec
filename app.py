"""Attention Playground: the frame around every page. Run it with `make run`."""

import streamlit as st

from ui import log, state
from ui.kit import components, glossary
from ui.shell import errors, pages, run, sentence_input

with run.run_lock:
    page = st.navigation(pages.pages())
    here = pages.page_of(page)
    st.set_page_config(page_title=f"{here.title} · Attention Playground", page_icon=components.ICON, layout="centered")
    components.style("page.css")

    st.title(here.question, anchor=False)
    st.markdown(here.lead)
    with log.run(here.name), pages.page_context():
        errors.reject_infinite_numbers()
        state.keep_shared()
        sentence_input.draw_choices()
        with sentence_input.undrawn_controls_kept():
            page.run()
    pages.footer(here)

    with st.sidebar:
        glossary.popover()
        components.copy_link(pages.link(here.name), key="link")
        components.fix_history(pages.link(here.name))
        st.caption("The link holds your sentence and every setting.")
