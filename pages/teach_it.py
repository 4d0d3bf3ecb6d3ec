"""Train W_Q and W_K here and now, and watch where the words of the sentence look."""

from ui.frame import guard

guard()

from ui import frame, teaching

teaching.style()
shown = teaching.lecture()
teaching.buttons(shown)
found = teaching.look(shown)

second, compared = None, {}
with frame.fold("tcmp", "Before and after: the same sentence without what was learned") as opened:
    if opened and found:
        compared, second = teaching.before_and_after(shown, found)
if not (opened and found):
    frame.switches(())
with frame.fold("tasks", "What does a word ask for? Its learned query, and the matrices") as opened:
    if opened and found:
        teaching.learned(shown, found)
with frame.fold("tcell", "Where does this number come from? One cell, step by step") as opened:
    if opened and found:
        teaching.arithmetic_of(found)
with frame.fold("tsay", "What do the numbers mean, and what do they not show?") as opened:
    if opened:
        teaching.meaning_of_numbers(shown)
with frame.fold("tcode", "The code that trains: forward, backward, Adam") as opened:
    if opened:
        teaching.code()
with frame.fold("ttake", "Take it away: pictures, numbers, code, link") as opened:
    if opened and found:
        teaching.take_away(found, compared, second)
teaching.go_on(shown)
