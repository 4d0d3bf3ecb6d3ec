"""Sharing what the page shows: its link, and the QR code of it for those who see it on a wall."""

import streamlit as st

from ui.kit import components
from ui.shell import links


def copy_button_on_phone() -> None:
    """Draw the button that copies the link into the top of a narrow screen, where the sidebar is closed."""
    with st.container(key="share-on-phone"):
        components.copy_link(key="link-on-phone", with_field=False)


def qr_button(page: str, key: str) -> None:
    """Draw a button that shows the QR code of the link to a page as it is now."""
    if st.button("QR code", key=key, icon=":material/qr_code_2:"):
        st.dialog("Scan it to open this view", width="medium")(components.qr_code)(links.link_to(page))
