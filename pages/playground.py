"""The front door: a sentence in, weights out."""

from ui.shell.pages import guard

guard()

from ui import state
from ui.map import view as views
from ui.shell import errors, pages, sentence_input


def compare_settings() -> dict | None:
    """The same sentence under a second setting, beside the first."""
    sentence_input.draw_switches(setting="2")
    with errors.show_errors():
        return views.compare(view, views.raw_view(state.switches("2")), "raw")


sentence_input.ask_for_sentence()
view = views.raw_view(state.switches())
views.look(view, "raw")
pages.fold("cell", "Where does this number come from? One cell, step by step", views.cell, view, "raw")
pages.fold("out", "What does the word take with it? Its meaning before and after", views.output, view)
compared = pages.fold("cmp", "What if? A second setting beside the first", compare_settings)
pages.fold(
    "take",
    "Take it away: pictures, numbers, code, link",
    views.take_away,
    view,
    pages.link("playground"),
    "raw",
    compared,
)
