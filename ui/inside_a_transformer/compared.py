"""The chosen map beside raw vectors, and beside the same head's map of a second sentence."""

import numpy as np
import streamlit as st

from attention_core import inside
from attention_core.bert import Reading, Tokens
from attention_core.examples import PRESETS
from attention_core.maps import by_words, largest_except
from attention_core.ranking import rank
from attention_core.text import number_repeats
from ui import state
from ui.inside_a_transformer.grid import draw_ranking, rank_text
from ui.inside_a_transformer.head_map import show_tired_and_soft
from ui.inside_a_transformer.selection import Selection, view_of, whole_map
from ui.kit import components, figures
from ui.kit.html import table
from ui.kit.wording import listed, percent, quoted
from ui.map import compare
from ui.map.view import Choice, View, head_name, left_out_by_words, merge_pieces, raw_view
from ui.models import loaders
from ui.shell import errors, sentence_input, switches
from ui.state import controls
from ui.state.table import MAX_CHARACTERS

PARTNERS = {preset.sentence: preset.partner for preset in PRESETS}


def draw_beside_raw(shown: Selection) -> dict[str, figures.Picture]:
    """Draw the same words on raw vectors and here, and the difference.

    Returns:
        the pictures to take away, if there are any.
    """
    components.text("These switches act on the raw vectors only:", "small")
    switches.draw()
    try:
        raw = raw_view(state.switches())
    except errors.VISITOR_ERRORS as error:
        components.text(errors.message_for(error), "notice")
        return {}
    pairs = loaders.known_to_both(shown.text, shown.reading.tokens)
    if not pairs:
        components.text("No word of this sentence is known to both.", "notice")
        return {}
    places, pieces, words = zip(*pairs, strict=True)
    here = [[piece - shown.offset for piece in group] for group in pieces]
    query, key = (next((i for i, group in enumerate(here) if token in group), -1) for token in shown.choice)
    missing = [token for token, word in ((shown.choice.query, query), (shown.choice.key, key)) if word < 0]
    first, second = (merge_pieces(view, list(groups), words) for view, groups in ((raw, places), (shown.view, here)))
    if not missing:
        components.text(
            f"{first.labels[query]} → {first.labels[key]}: {percent(first.weights[query, key], 1)} raw, "
            f"{percent(second.weights[query, key], 1)} here."
        )
    else:
        unknown = listed([quoted(shown.view.labels[at]) for at in missing])
        components.text(f"Raw vectors have nothing for {unknown}: choose a word that GloVe knows for a comparison.")
    titles = ("Raw vectors", shown.name, "This minus raw, in percentage points")
    pictures = compare.compare(first, second, Choice(query, key), "raw", titles)
    text = "For words split into pieces we average their rows and add their columns."
    if query >= 0:
        text += given_elsewhere(shown, first.labels[query], query, list(pieces))
    components.text(text, "small")
    if unknown := sentence_input.unknown_words():
        components.text(unknown, "notice")
    return {"words": pictures["second"], "difference": pictures["difference"]} if pictures else {}


def given_elsewhere(shown: Selection, word: str, query: int, pieces: list[list[int]]) -> str:
    """A sentence on what a word gives to tokens for which there are no raw vectors; "" if that is nothing.

    Args:
        word, query: the word, and its position among those that both models know.
        pieces: of each of these, as positions among all tokens.
    """
    rest = float(1 - by_words(whole_map(shown), pieces)[query].sum())
    where = left_out_by_words(pieces, len(shown.reading.tokens.pieces))
    return f" {quoted(word)} gives {percent(rest, 1)} to {where}." if rest > 5e-4 else ""


def draw_two_sentences(shown: Selection) -> None:
    """Draw the same head on two sentences that differ in a word."""
    suggestion = PARTNERS.get(shown.text, shown.text)
    field, button = st.columns([3, 1], vertical_alignment="bottom")
    with field:
        typed = controls.text_field(
            "s2", "The other sentence", placeholder=suggestion, live="300ms", autocomplete="off"
        )
    with button:
        st.button("Show me tired and soft", on_click=show_tired_and_soft, key="show-cat")
    text = str(typed or "").strip()[:MAX_CHARACTERS] or suggestion
    if text == shown.text:
        if typed:
            components.text("Both sentences are the same: change a word in the field above.")
        else:
            write = {"on_click": state.set_values, "args": ({"s2": shown.text},), "key": "start-from-mine"}
            st.button("Start from my sentence, and change a word in it", **write)
        return
    if not typed:
        components.text("Compared with the sentence in grey: type over it, or change a word.", "small")
    with errors.show_errors():
        draw_comparison(shown, text, loaders.reading(text))


def words_shown(shown: Selection, tokens: Tokens) -> tuple[list[str], list[list[int]]]:
    """The words of a sentence that are shown, and the pieces of each as positions among the pieces shown."""
    if shown.map_filter.marks:
        return tokens.labels, tokens.groups
    return tokens.labels[1:-1], [[piece - 1 for piece in group] for group in tokens.groups[1:-1]]


def draw_comparison(shown: Selection, text: str, other: Reading) -> None:
    """Draw the same map of two sentences of equally many words, and their difference."""
    mine, groups = words_shown(shown, shown.reading.tokens)
    theirs, other_groups = words_shown(shown, other.tokens)
    if mine == theirs:
        components.text("To the model both sentences are the same: change a word in the field above.")
        return
    if len(mine) != len(theirs):
        marks = 2 * shown.map_filter.marks
        components.text(
            f"The sentences have {len(mine) - marks} and {len(theirs) - marks} words, punctuation marks counted. With "
            "equally many, their maps can be laid over each other."
        )
        return
    query, key = (next(i for i, group in enumerate(groups) if token in group) for token in shown.choice)
    second_view = view_of(text, other, shown.kind, shown.layer, shown.head, shown.map_filter)
    labels = [a if a == b else f"{a} / {b}" for a, b in zip(mine, theirs, strict=True)]
    first, second = merge_pieces(shown.view, groups, labels), merge_pieces(second_view, other_groups, labels)
    names = (differing_words(mine, theirs), differing_words(theirs, mine))
    skipped = [query, 0, len(labels) - 1] if shown.map_filter.marks else [query]
    most = [
        number_repeats(words)[largest_except(view.weights[query], skipped)]
        for view, words in ((first, mine), (second, theirs))
    ]
    query_label = first.labels[query]
    components.text(f"{shown.name}. Of all words, {quoted(query_label)} looks {most_in_words(most, names)}:")
    draw_changes(first, second, query, names)
    titles = (f"… {names[0]}", f"… {names[1]}", "Second minus first, in percentage points")
    compare.compare(first, second, Choice(query, key), "two", titles)
    draw_heads_that_change(shown, other, query + shown.offset, query_label)


def most_in_words(most: list[str], names: tuple[str, str]) -> str:
    """Where a word looks most in two sentences, as the end of a sentence.

    Args:
        most: the word that gets most, in each.
        names: the words in which the sentences differ.
    """
    first, second = map(quoted, most)
    if first == second:
        return f"most at {first}, with “{names[0]}” as with “{names[1]}”"
    return f"most at {first} with “{names[0]}”, most at {second} with “{names[1]}”"


def differing_words(words: list[str], others: list[str]) -> str:
    """The words of a sentence that another one of the same length does not have in their places."""
    return " ".join(a for a, b in zip(words, others, strict=True) if a != b)


def draw_changes(first: View, second: View, query: int, names: tuple[str, str]) -> None:
    """Draw the largest weights of a word in two sentences, and their change, as a table."""
    rows = [
        (
            f"{first.labels[query]} → {first.labels[place]}",
            *(percent(view.weights[query, place], 1) for view in (first, second)),
            points(second.weights[query, place] - first.weights[query, place]),
        )
        for place in rank(np.maximum(first.weights[query], second.weights[query]))[:4]
    ]
    components.show_html(table(("", *names, "change, in percentage points"), rows, "chain"))


def draw_heads_that_change(shown: Selection, other: Reading, query: int, query_label: str) -> None:
    """Draw all heads, ranked by how much of a word's weight they move between two sentences.

    Args:
        query: the word, as a position among all words, [CLS] included.
    """
    groups = (shown.reading.tokens.groups, other.tokens.groups)
    ranked = inside.heads_that_change(shown.reading, other, query, groups)
    components.text("Which heads change?", "heading")
    components.text(
        f"In the other sentence {head_name(*ranked[0][:2]).lower()} gives {percent(ranked[0][2], 1)} of the weight of "
        f"{quoted(query_label)} to other words, more than any other head{rank_text(ranked, shown)}"
    )
    draw_ranking(ranked, shown, "changed", "how much of the row moves")


def points(share: float) -> str:
    """A difference of two shares in percentage points, with its sign: −3.8."""
    return f"{round(100 * share, 1) or 0.0:+.1f}".replace("-", "−").replace("+0.0", "0.0")
