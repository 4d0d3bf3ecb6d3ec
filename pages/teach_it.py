"""Train W_Q and W_K here and now, and watch where the words of the sentence look."""

from ui.shell.pages import guard

guard()

from ui.kit import components
from ui.shell import pages, sentence_input
from ui.teach_it import body as teaching

sentence_input.ask_for_sentence((), presets=False)
components.style("inside_a_transformer.css", "teach.css")
shown = teaching.lecture()
teaching.training(shown)
found = teaching.look(shown)
compared = teaching.fold(
    "tcmp",
    "Before and after: the same sentence without what was learned",
    found,
    teaching.before_and_after,
    shown,
    found,
)
teaching.fold(
    "tasks", "What does a word ask for? Its learned query, and the matrices", found, teaching.learned, shown, found
)
teaching.fold("tcell", "Where does this number come from? One cell, step by step", found, teaching.arithmetic_of, found)
pages.fold("tsay", "What do the numbers mean, and what do they not show?", teaching.meaning_of_numbers, shown)
pages.fold("tcode", "The code that trains: forward, backward, Adam", teaching.code)
teaching.fold("ttake", "Take it away: pictures, numbers, code, link", found, teaching.take_away, found, compared)
teaching.go_on(shown)
