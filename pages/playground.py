"""The front door: a sentence in, weights out."""

from ui.frame import guard

guard()

from ui import frame, state, views

view = views.raw_view(*(state.get(name) for name in frame.SWITCHES))
views.look(view, "raw")

with frame.fold("cell", "Where does this number come from? One cell, step by step") as opened:
    if opened:
        views.cell(view, "raw")
with frame.fold("out", "What does the word take with it? Its meaning before and after") as opened:
    if opened:
        views.output(view)
compared = {}
with frame.fold("cmp", "What if? A second setting beside the first") as opened:
    if opened:
        frame.second_switches()
        with frame.told():
            second = views.raw_view(*(state.get(f"{name}2") for name in frame.SWITCHES))
            compared = views.compare(view, second, "raw")
with frame.fold("take", "Take it away: pictures, numbers, code, link") as opened:
    if opened:
        views.take_away(view, frame.link("playground"), "raw", compared)
