"""Streamlit's command, with the log set up before the server starts: `python -m ui run app.py`."""

from streamlit.web.cli import main

from ui import log  # noqa: F401

if __name__ == "__main__":
    main(prog_name="streamlit")
