"""Why the scores are divided by the root of d_k: two keys, random vectors, learning, and any divisor on a sentence."""

from ui.shell.pages import guard

guard()

from ui.kit import components
from ui.shell import body, errors, presentation
from ui.state import controls
from ui.why_scale import downloads, gradient, sentence, spread, two_keys


def page() -> None:
    """Draw the page."""
    with presentation.figure_container("two-keys"):
        two_keys.draw()
    with presentation.figure_container("spread"):
        spread.draw()
    controls.fold("wmeasured", "How this was measured, and why theory says √d", spread.draw_method)
    gradient.draw()
    controls.fold("wgradient", "The derivative of softmax, and what is left of it", gradient.draw_gradient)
    body.draw_part(any_divisor)


def any_divisor() -> None:
    """The sentence, and the folds below."""
    with errors.show_errors():
        with presentation.figure_container("sentence"):
            sentence.draw()
        controls.fold("wmaps", "All scores of the sentence, with and without the division", sentence.draw_maps)
        controls.fold("wtau", "The divisor as a temperature", sentence.draw_curve)
    controls.fold("wread", "To read on", downloads.draw_references)
    controls.fold("wtake", "Take it away: pictures, numbers, link", downloads.draw_downloads)


components.style("why_scale/why_scale.css")
body.draw("why_scale", page)
