"""One query, one number at a time: from a look-up to a blend, on a word of the sentence or on numbers to edit."""

from ui.shell.pages import guard

guard()

from ui import state
from ui.kit import components
from ui.shell import body
from ui.state import controls
from ui.step_by_step import code, downloads, sequence, several_heads, softmax


def page() -> None:
    """Draw the page."""
    sequence.draw_first()
    body.draw_part(other_steps)


def other_steps() -> None:
    """All but the first step, and the folds below."""
    selection = sequence.draw_others()
    if selection and state.get("step") == sequence.LAST:
        controls.fold(
            "sheads", "Heads: the same vectors, cut into pieces, each looking for itself", several_heads.draw, selection
        )
        controls.fold("sover", "Large scores: what a computer does about e⁸⁰⁰", softmax.draw_overflow, selection)
        controls.fold("scode", "The formula in code: the lines that just ran", code.draw, selection)
        controls.fold("stake", "Take it away: pictures, numbers, link", downloads.draw_downloads, selection)


components.style("step_by_step/step_by_step.css")
body.draw("step_by_step", page)
