"""A language model on a text of the visitor's: the next word, and which heads made it so."""

from ui.shell.pages import guard

guard()

from ui.kit import components
from ui.next_word import growth, head_map, next_words, sink, switch_off
from ui.next_word import subject as subjects
from ui.shell import pages

components.style("inside.css", "teach.css")
text = subjects.ask_for_text()
shown = subjects.subject(text)
subjects.notices(shown)
next_words.draw(shown)
head_map.draw_map(shown)
pages.fold("wheads", "All heads at a glance, and those whose use was measured", head_map.all_heads, shown)
pages.fold("wcell", "Where does this number come from? One cell, step by step", head_map.cell, shown)
pages.fold("wgrow", "How does the word come about? The scores after every layer", growth.grow, shown)
pages.fold("wsink", "Why does everything look at the first token?", sink.sink, shown)
pages.fold("woff", "Does it matter? Switch a head off, or cut a cell", switch_off.switch_off, shown)
pages.fold("ntake", "Take it away: pictures, numbers, code, link", head_map.take_away, shown)
next_words.write_on(shown)
