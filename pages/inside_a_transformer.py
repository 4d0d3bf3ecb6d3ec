"""A pretrained transformer on the shared sentence: its 72 heads, and what each of them looks at."""

from ui.frame import guard

guard()

from ui import frame, heads, parts, trace

parts.style("inside.css")
heads.controls()
shown = heads.subject()
heads.at_a_glance(shown)
heads.large(shown)
heads.note()

with frame.fold("iraw", "Similarity or relationship? Raw word vectors beside this map") as opened:
    compared = heads.beside_raw(shown) if opened else {}
if not opened:
    frame.switches(())
with frame.fold("icell", "Where does this number come from? One cell, step by step") as opened:
    if opened:
        heads.cell(shown)
with frame.fold("iway", "How does a head get from x to a weight? Its matrices at work") as opened:
    if opened:
        trace.trace(shown)
with frame.fold("ifind", "Which head sends this weight? All 72, ranked") as opened:
    if opened:
        heads.find(shown)
with frame.fold("itwo", "What if one word changes? Two sentences, one head") as opened:
    if opened:
        heads.two_sentences(shown)
with frame.fold("itake", "Take it away: pictures, numbers, code, link") as opened:
    if opened:
        heads.take_away(shown, compared)
