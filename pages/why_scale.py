"""Why the scores are divided by the root of d_k: an example, an experiment, its cost, the sentence, temperature."""

from ui.shell.pages import guard

guard()

from ui.kit import components
from ui.shell import errors, pages
from ui.why_scale import sections

components.style("lesson.css")
sections.example()
sections.spread()
sections.cost()
with errors.show_errors():
    sections.sentence()
    sections.temperature()
sections.references()
pages.fold("wtake", "Take it away: pictures, numbers, link", sections.take_away, pages.link("why_scale"))
