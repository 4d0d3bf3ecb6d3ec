"""The first page: a sentence in, weights out."""

from ui.shell.pages import guard

guard()

from ui import state
from ui.kit import components
from ui.map.view import chosen
from ui.playground import folds, layout, settings, who
from ui.shell import body, errors


def page() -> None:
    """Draw the page."""
    model = settings.ask_with_model()
    places = layout.draw_places(model)

    def map_and_folds() -> None:
        shown = None
        with places.pictures, errors.show_errors():
            shown = who.map_of_sentence(model, state.switches())
        if shown:
            choice = chosen(shown.view)
            layout.draw_map(shown, choice, places)
            folds.draw(shown, choice)

    body.draw_part(map_and_folds)


components.style("playground/playground.css")
body.draw("playground", page)
