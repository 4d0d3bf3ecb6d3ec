"""Attention Playground: the frame around every page. Run it with `make run`."""

import streamlit as st
from markupsafe import Markup

from ui import state
from ui.kit import components, glossary
from ui.shell import footer, pages, presentation, scripts, sharing
from ui.state import run_lock

with run_lock.acquired():
    page = st.navigation(pages.pages())
    here = pages.page_of(page)
    st.set_page_config(page_title=f"{here.title} · Attention Playground", page_icon=components.ICON, layout="centered")
    components.style("kit/browser/parts.css", "shell/browser/page.css")
    scripts.follow_theme()
    state.begin_run(here.name)

    with st.container(key=f"title-{here.name}"):  # a page's own: a translation would outlive its page
        st.title(here.question, anchor=False)
    components.show_html(Markup("<p>{}</p>").format(glossary.with_terms(here.lead, *here.terms)))
    if page.url_path not in ("", here.name):
        components.text(f"There is no page called “{page.url_path}”. This is the first one.", "notice")
    presentation.draw_view(here)  # before the page, which would be seen whole while it computes
    with pages.in_frame():
        page.run()
    footer.draw(here)

    sharing.copy_button_on_phone()
    with st.sidebar:
        glossary.popover()
        components.copy_link(key="link")
        st.caption("The link holds your sentence and every setting.")
        presentation.lecture_button()
        sharing.qr_button(here.name, "qr")
