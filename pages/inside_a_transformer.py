"""A pretrained transformer on the shared sentence: its 72 heads, and what each of them looks at."""

from ui.shell.pages import guard

guard()

from ui.inside_a_transformer import body as heads
from ui.inside_a_transformer import trace
from ui.kit import components
from ui.shell import pages, sentence_input

sentence_input.ask_for_sentence((), raw=False)
components.style("inside.css")
heads.controls()
shown = heads.subject()
heads.at_a_glance(shown)
heads.large(shown)
heads.note()
compared = pages.fold("iraw", "Similarity or relationship? Raw word vectors beside this map", heads.beside_raw, shown)
pages.fold("icell", "Where does this number come from? One cell, step by step", heads.cell, shown)
pages.fold("iway", "How does a head get from x to a weight? Its matrices at work", trace.trace, shown)
pages.fold("ifind", "Which head sends this weight? All 72, ranked", heads.find, shown)
pages.fold("itwo", "What if one word changes? Two sentences, one head", heads.two_sentences, shown)
pages.fold("itake", "Take it away: pictures, numbers, code, link", heads.take_away, shown, compared or {})
