"""One query, one number at a time: from a look-up to a blend, on a word of the sentence or on numbers to edit."""

from ui.shell.pages import guard

guard()

from ui import state
from ui.kit import components
from ui.shell import body, pages
from ui.step_by_step import code, files, heads, softmax, walk


def page() -> None:
    """Draw it."""
    subject = walk.draw()
    if subject and state.get("step") == walk.LAST:
        pages.fold("sheads", "Heads: the same vectors, cut into pieces that look each for itself", heads.draw, subject)
        pages.fold("sover", "Large scores: what a computer does about e⁸⁰⁰", softmax.draw_overflow, subject)
        pages.fold("scode", "The formula in code: the lines that just ran", code.draw, subject)
        pages.fold("stake", "Take it away: pictures, numbers, link", files.take_away, subject)


components.style("step_by_step.css")
body.draw("step_by_step", page)
