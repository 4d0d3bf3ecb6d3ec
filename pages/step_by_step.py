"""One query, one number at a time: the six stages of attention, on numbers to edit or a word of the sentence."""

from ui.shell.pages import guard

guard()

from ui.shell import pages
from ui.step_by_step import stages
from ui.step_by_step import subject as subjects

subject = subjects.choose_subject()
if subject:
    stages.stages(subject)
    pages.fold("sheads", "Heads: the same vectors, cut into pieces that look each for itself", stages.heads, subject)
    pages.fold("scode", "The formula in code: the function that just ran", stages.code, subject)
    pages.fold("stake", "Take it away: pictures, numbers, link", stages.take_away, subject, pages.link("step_by_step"))
