"""Why the scores are divided by the root of d_k: an example, an experiment, its cost, the sentence, temperature."""

from ui.frame import guard

guard()

from ui import frame, parts, scaling

parts.style("lesson.css")
scaling.example()
scaling.spread()
scaling.cost()
with frame.told():
    scaling.sentence()
    scaling.temperature()
scaling.references()
with frame.fold("wtake", "Take it away: pictures, numbers, link") as opened:
    if opened:
        scaling.take_away(frame.link("why_scale"))
