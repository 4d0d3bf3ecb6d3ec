"""Attention Playground: the frame around every page. Run it with `make run`."""

import streamlit as st

from ui import frame, log, parts, state

with frame.turn:
    page = st.navigation(frame.pages())
    here = next(one for one in frame.PAGES if one.title == page.title)
    st.set_page_config(page_title=f"{here.title} · Attention Playground", page_icon=parts.ICON, layout="centered")
    parts.style("page.css")

    st.title(here.question, anchor=False)
    st.markdown(here.lead)
    with log.run(here.name), frame.framed():
        frame.heed_link()
        state.hold()
        frame.choices()
        if not here.asks:
            frame.ask_for_sentence(here.name)
        page.run()
    frame.leave(here)

    with st.sidebar:
        parts.copy_link(frame.link(here.name), key="link")
        parts.back(frame.link(here.name))
        st.caption("The link holds your sentence and every setting.")
