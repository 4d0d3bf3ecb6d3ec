"""A text on one line: what files and links may hold."""

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from attention_core.text import tokenize
from ui.models.loaders import vectors_name
from ui.state.text import one_line

TURNS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}  # embeddings, overrides, isolates in Unicode


def test_one_line_keeps_no_character_that_an_xml_file_may_not_hold_and_no_end_of_a_line():
    for code in range(0x110000):
        kept = one_line(chr(code))
        assert len(kept.splitlines()) <= 1
        assert kept.splitlines() == [kept] or not kept
        # https://www.w3.org/TR/xml/#charsets
        assert all("\x20" <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c >= "\U00010000" for c in kept)


def test_one_line_keeps_what_texts_need_and_turns_no_text_around():
    kept = "naïve שלום\u200f \u200eabc می\u200cخواهم 👩\u200d🚀 z\u0301 🇫🇷 \U0001fffe"
    assert one_line(kept) == kept
    turning = "".join(c for c in map(chr, range(0x110000)) if unicodedata.bidirectional(c) in TURNS)
    assert len(turning) == 9
    assert one_line(f"the{turning} king") == "the king"


@given(st.text())
def test_one_line_changes_no_token(typed):
    assert tokenize(one_line(typed)) == tokenize(re.sub("[\ufffe\uffff]", " ", typed))


def test_the_vectors_are_called_what_was_loaded(monkeypatch):
    assert vectors_name() == "GloVe 6B"
    monkeypatch.setenv("ATTENTION_GLOVE", "/somewhere/wiki-news\n300d.vec")
    assert vectors_name() == "wiki-news 300d.vec"
