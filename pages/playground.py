"""The front door: a sentence in, weights out."""

from ui.shell.pages import guard

guard()

from ui import state
from ui.map import cell, compare, files, panel
from ui.map.view import chosen, raw_view
from ui.shell import errors, pages, sentence_input


def compare_settings() -> dict | None:
    """The same sentence under a second setting, beside the first."""
    sentence_input.draw_switches(setting="2")
    with errors.show_errors():
        return compare.compare(view, raw_view(state.switches("2")), choice, "raw")


sentence_input.ask_for_sentence()
view = raw_view(state.switches())
choice = chosen(view)
panel.look(view, choice, "raw", opens="cell")
pages.fold("cell", "Where does this number come from? One cell, step by step", cell.cell, view, choice, "raw")
pages.fold("out", "What does the word take with it? Its meaning before and after", cell.output, view, choice)
compared = pages.fold("cmp", "What if? A second setting beside the first", compare_settings)
pages.fold(
    "take",
    "Take it away: pictures, numbers, code, link",
    files.take_away,
    view,
    choice,
    pages.link("playground"),
    "raw",
    compared,
)
