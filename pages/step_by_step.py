"""One query, one number at a time: the six stages of attention, on numbers to edit or a word of the sentence."""

from ui.frame import guard

guard()

from ui import frame, steps, subjects

subject = subjects.choose_subject()
if subject:
    steps.stages(subject)
    with frame.fold("sheads", "Heads: the same vectors, cut into pieces that look each for itself") as opened:
        if opened:
            steps.heads(subject)
    with frame.fold("scode", "The formula in code: the function that just ran") as opened:
        if opened:
            steps.code(subject)
    with frame.fold("stake", "Take it away: pictures, numbers, link") as opened:
        if opened:
            steps.take_away(subject, frame.link("step_by_step"))
