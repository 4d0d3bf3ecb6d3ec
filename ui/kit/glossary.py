"""The glossary: the terms of attention, each explained in a line or two."""

import re

import streamlit as st
from markupsafe import Markup, escape

TERMS = {
    "attention": "The way a word gathers what it needs from the others: it gives each of them a weight, and takes the "
    "weighted sum of their values.",
    "self-attention": "On this site: whether a word may look at itself. In textbooks: attention within one sentence, "
    "where queries, keys and values all come from the same words. All attention shown here is of that kind.",
    "token": "A piece of text that a model takes as one: a word, a mark such as a full stop, or for a transformer a "
    "part of a word.",
    "word vector": "A list of numbers that stands for a word, learned so that words used in similar sentences get "
    "similar lists. Raw means: used as they are, with nothing trained on top.",
    "query": "The vector with which a word looks for others.",
    "key": "The vector by which a word is found: the better it fits a query, the more weight the word gets.",
    "value": "The vector that a word hands over when it is looked at.",
    "dot product": "The sum of the products of two vectors’ numbers. It is large if they point the same way, and the "
    "larger the longer they are.",
    "score": "The dot product of a query and a key, before it is divided and turned into a weight.",
    "d and dₖ": "d is how many numbers a vector has. dₖ is how many a query and a key have; on raw vectors both are "
    "the same.",
    "scaling": "Scores are divided by √dₖ before the softmax, so that they do not grow with the number of dimensions.",
    "divisor": "The number the scores are divided by: √dₖ in the paper, 1 if they are not scaled.",
    "softmax": "Turns scores into weights: each becomes e to the power of the score, divided by the sum of them all. "
    "All weights are positive and sum to 1; the larger a score, the larger its weight.",
    "weight": "How much of its attention a word gives to another: between 0 and 1, or in percent. A word’s weights sum "
    "to 1.",
    "mask": "Takes words out of sight: their scores become −∞, and their weights 0. They are masked.",
    "causal": "A causal mask lets a word look at itself and the words before it only, as a model must that writes the "
    "next word.",
    "head": "One attention with matrices of its own. A layer has several side by side, and each may look for something "
    "else.",
    "layer": "One round of attention. The next layer works on what this one has made of the words.",
    "W_Q, W_K, W_V, W_O": "The matrices that are trained. Word vector × W_Q is the word’s query, × W_K its key, × W_V "
    "its value; W_O puts the outputs of all heads together.",
    "residual": "A layer’s output is added to its input, so that a word keeps what it was and adds what it has found.",
    "position": "Where a word stands. Attention alone does not know it; a model gets it as numbers added to "
    "the vectors, or by turning queries and keys.",
    "[CLS] and [SEP]": "Two marks that MiniLM puts before and after each sentence. Heads that find nothing to look at "
    "often look there.",
    "MiniLM": "all-MiniLM-L6-v2, a small pretrained transformer: 6 layers of 12 heads, in which every word may look at "
    "all others. It learned to tell which sentences mean the same.",
    "SmolLM2": "SmolLM2-135M-Instruct, a small pretrained language model: 30 layers of 9 heads, in which a word looks "
    "back only. It learned to guess the next word.",
    "logit": "A score for one possible next word, before the softmax over the vocabulary.",
    "temperature": "Logits are divided by it before the softmax: below 1 the likeliest word wins more often, above 1 "
    "less often.",
    "entropy": "How spread out weights are, in bits: 0 if one word gets all, 3 if eight get the same.",
}
ENTRIES = {term: entry for entry in TERMS for term in re.split(", | and ", entry)}  # the entry of each term

BUTTON = Markup('<button type="button" class="term" data-term="{0}" data-tip="{1}" aria-description="{1}">{2}</button>')


def tip(term: str) -> str:
    """The tooltip of a control that is about a term: what the glossary says of it.

    Raises:
        KeyError: the glossary has no such term.
    """
    return f"**{term}**: {TERMS[term]} All such words are in the glossary."


def with_terms(text: str, *terms: str) -> Markup:
    """A text, in which the first mention of each term shows its entry, and opens the glossary there when pressed.

    Raises:
        KeyError: the glossary has no such term.
    """
    marked = escape(text)
    for term in terms:
        entry = ENTRIES[term]
        if mention := re.search(rf"(?<!\w){re.escape(term)}s?(?!\w)(?![^<]*>)", marked, re.IGNORECASE):  # in no tag
            button = BUTTON.format(entry, TERMS[entry], mention.group())
            marked = marked[: mention.start()] + button + marked[mention.end() :]
    return marked


def popover(key: str = "glossary") -> None:
    """Draw the button that opens the glossary.

    Args:
        key: of the button, for a page may have two.
    """
    with st.popover("Glossary", icon=":material/menu_book:", key=key, on_change="rerun") as glossary:
        if glossary.open:  # else its 3.6 kB would travel with each click
            terms = sorted(TERMS, key=lambda term: term.strip("[").lower())
            entries = Markup().join(
                Markup('<dt tabindex="-1" data-term="{0}">{0}</dt><dd>{1}</dd>').format(term, TERMS[term])
                for term in terms
            )
            st.html(Markup('<dl class="glossary">{}</dl>').format(entries))
