"""Train W_Q and W_K here and now, and watch where the words of the sentence look."""

from ui.frame import guard

guard()

from ui import frame, teaching

teaching.style()
shown = teaching.lecture()
teaching.training(shown)
found = teaching.look(shown)

compared = {}
with teaching.fold("tcmp", "Before and after: the same sentence without what was learned", found) as opened:
    if opened:
        compared = teaching.before_and_after(shown, found)
if not opened:
    frame.switches(())
with teaching.fold("tasks", "What does a word ask for? Its learned query, and the matrices", found) as opened:
    if opened:
        teaching.learned(shown, found)
with teaching.fold("tcell", "Where does this number come from? One cell, step by step", found) as opened:
    if opened:
        teaching.arithmetic_of(found)
with frame.fold("tsay", "What do the numbers mean, and what do they not show?") as opened:
    if opened:
        teaching.meaning_of_numbers(shown)
with frame.fold("tcode", "The code that trains: forward, backward, Adam") as opened:
    if opened:
        teaching.code()
with teaching.fold("ttake", "Take it away: pictures, numbers, code, link", found) as opened:
    if opened:
        teaching.take_away(found, compared)
teaching.go_on(shown)
