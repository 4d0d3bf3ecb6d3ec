"""The heads whose use was measured: the list to choose from, the query of each, a line on the one shown."""

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from attention_core import tasks
from attention_core.files import DamagedData
from attention_core.heads import NamedHead
from ui import state
from ui.inside_a_transformer.selection import MAP, Selection, choose_head
from ui.kit import components
from ui.kit.wording import percent
from ui.models import loaders
from ui.state import scrolling
from ui.state.table import MEAN, ONE

PRONOUNS = {"he", "she", "it", "they", "him", "her", "them", "his", "its", "their"}
TITLES = {"[CLS]": "[CLS], the mark in front", "[SEP]": "[SEP], the mark at the end"}


class Use(NamedTuple):
    """What a measured head does.

    Attributes:
        query, key: the words that it looks from and at.
        hint: what to look for in its map; "" for nothing.
        needed: the kind of word that a sentence must have for it; "" where any sentence will do.
    """

    query: str
    key: str
    hint: str = ""
    needed: str = ""


USES = {
    "the word before": Use("a word", "the word before it", hint="Look for the line left of the diagonal."),
    "the word after": Use("a word", "the word after it", hint="Look for the line right of the diagonal."),
    "the same word elsewhere": Use("a word", "the same word elsewhere", needed="word that stands twice"),
    "the full stop": Use("a word", "the full stop", needed="full stop"),
    "[CLS]": Use("a word", "[CLS], the mark in front of the sentence"),
    "[SEP]": Use("a word", "[SEP], the mark at its end"),
    "from a pronoun to its noun": Use("a pronoun", "its noun", needed="pronoun"),
    "from an object to its verb": Use("an object", "its verb"),
    "from a verb to its object": Use("a verb", "its object", needed="verb that we know"),
}


def query_of_head(name: str, words: list[str]) -> int | None:
    """The position of the query that a measured head is meant for; None where there is none, or any word is one.

    Args:
        words: the tokens shown, in small letters.
    """
    if name == "from a pronoun to its noun":
        return max((place for place, word in enumerate(words) if word in PRONOUNS), default=None)
    if name == "from a verb to its object":
        return tasks.find_query("object", words)
    if name == "the same word elsewhere":
        return max((place for place, word in enumerate(words) if words.count(word) > 1), default=None)
    return None


def named_head(shown: Selection) -> NamedHead | None:
    """The measured head that is shown; of a head with two uses, the use that fits the chosen word; None for none."""
    if shown.kind != ONE:
        return None
    here = [found for found in measured_heads() if (found.layer, found.head) == (shown.layer, shown.head)]
    words = list(shown.view.tokens)
    fitting = [found for found in here if query_of_head(found.name, words) == shown.choice.query]
    return next(iter(fitting or here), None)


def measured_heads() -> list[NamedHead]:
    """The heads whose use was measured; none where their file is damaged, for which `lay_out_list` has a notice."""
    try:
        return loaders.measured_minilm_heads()
    except DamagedData:
        return []


def draw_headline(shown: Selection) -> None:
    """Draw what is to be seen in the head or blend shown, in one line."""
    components.text(headline(shown), "headline")


def headline(shown: Selection) -> str:
    """What is to be seen in the head or blend shown."""
    if shown.kind != ONE:
        return (
            "The mean of a layer’s heads hides what each of them does."
            if shown.kind == MEAN
            else "Rollout: how much of each word would be in every other after 6 layers, if attention alone mixed them."
        )
    found = named_head(shown)
    if found is None:
        return "For this head no use was measured. Does its map show a pattern?"
    use = USES[found.name]
    sentences = [
        f"On average this head gives {percent(found.share)} of {use.query}’s weight to {use.key}; the other heads give "
        f"{percent(found.others)}."
    ]
    if use.hint:
        sentences.append(use.hint)
    if use.needed and not has_needed_word(found.name, list(shown.view.tokens)):
        sentences.append(f"This sentence has no {use.needed}.")
    return " ".join(sentences)


def has_needed_word(name: str, words: list[str]) -> bool:
    """Whether a sentence has the word that a measured head needs."""
    return "." in words if name == "the full stop" else query_of_head(name, words) is not None


def lay_out_list() -> DeltaGenerator:
    """Draw what stands above and below the list of measured heads, or why there is none; return its place."""
    try:
        loaders.measured_minilm_heads()
    except DamagedData as error:
        components.text(str(error), "notice")
        return st.container()
    components.text("What single heads look at", "heading")
    place = st.container()
    components.text("L1 H3: layer 1, head 3, and the mean weight it gives to that word, on other sentences.", "small")
    return place


def draw_measured_heads(shown: Selection) -> None:
    """Draw the heads whose use was measured; a click on one chooses its word too, and scrolls to the map."""
    found, here = measured_heads(), named_head(shown)
    if not found:
        return
    lines = [
        (
            TITLES.get(head.name, head.name),
            f"L{head.layer + 1} H{head.head + 1}: {percent(head.share)}",
            head.share,
            head == here,
        )
        for head in found
    ]

    words, numbers = list(shown.view.tokens), shown.view.numbers

    def pick(place: int) -> None:
        choose_measured_head(found[place], words, numbers)

    label = "Heads whose use was measured: choose one"
    components.radio_list(lines, key="named", on_pick=pick, label=label, role="output")


def choose_measured_head(head: NamedHead, words: list[str], numbers: Sequence[int] | None) -> None:
    """Choose a measured head and the word that it is about, and scroll to the map. For callbacks.

    Args:
        words: the tokens shown, in small letters.
        numbers: those that stand for them in the link.
    """
    choose_head(head.layer, head.head)
    place = query_of_head(head.name, words)
    if place is not None and numbers is not None:
        state.set_values({"q": numbers[place], "k": 0})
    else:
        state.set_values({"k": 0})
    if head.name in TITLES:
        state.set_values({"marks": True})
    scrolling.scroll_to(MAP)
