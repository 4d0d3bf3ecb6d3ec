"""The next word without a head or a cell, the heads ranked by their effect on it, and weight against effect."""

import numpy as np
import streamlit as st

from attention_core import next_word
from attention_core.ablation import log_probability
from attention_core.ranking import first_largest, tolerance_for
from ui.kit import components, figures
from ui.kit.glossary import tip
from ui.kit.html import table
from ui.kit.wording import isolated, percent, quoted
from ui.map.view import head_name
from ui.models import language_model
from ui.next_word import charts
from ui.next_word.growth import draw_word_choice
from ui.next_word.head_map import choose_head
from ui.next_word.readable import two_decimals
from ui.next_word.selection import Selection
from ui.next_word.waiting import wait_for
from ui.state import controls
from ui.state.table import IN_THIS_HEAD, THIS_HEAD

SHOWN = 24  # heads of the ranking


def draw_switch_off(shown: Selection) -> None:
    """Draw the next word with the chosen head or cell switched off, the ranking of heads, and weight against effect."""
    draw_word_choice(shown, "follow-off")
    part = controls.segmented("off", "Switch off", help=tip("head"))
    draw_with_and_without(shown, part)
    draw_ranking(shown)
    draw_weight_and_effect(shown)


def draw_with_and_without(shown: Selection, part: str) -> None:
    """Draw the next word with and without a part.

    Args:
        part: the option of the control “off”.
    """
    text, (query, key) = shown.text.text, shown.choice
    labels = shown.view.labels
    off: tuple[tuple[int, int], ...] = ()
    cut: tuple[tuple[int, int, int, int], ...] = ()
    if part == THIS_HEAD:
        off = ((shown.layer, shown.head),)
        name = f"Without {shown.name.lower()}"
    else:
        cut = ((shown.layer, shown.head, query, key),)
        name = f"Without {isolated(labels[query])} → {isolated(labels[key])} in {shown.name.lower()}"
        if query == key == 0:
            components.text("The first token can look at itself only: there is nothing to share its weight with.")
            return
    without = wait_for(
        ("without", text, off, cut),
        lambda: language_model.logits_without(text, off, cut),
        "The model reads the text once more",
    )
    before = next_word.next_probabilities(shown.reading.logits)
    after = next_word.next_probabilities(without)
    word = shown.followed
    components.text(f"{name}, {shown.followed_name} goes from {percent(before[word], 1)} to {percent(after[word], 1)}.")
    likely = [next_word.likeliest(logits, 5) for logits in (shown.reading.logits, without)]
    pieces = [language_model.model().tokens_of(ids).pieces for ids in likely]
    rows = []
    for place in range(len(likely[0])):
        row = []
        for side, probabilities in enumerate((before, after)):
            row += [shown.readable(pieces[side][place]), percent(probabilities[likely[side][place]], 1)]
        rows.append(row)
    components.show_html(table(("as it is", "", name[0].lower() + name[1:], ""), rows, "with-and-without"))
    components.text(
        "A head that is off brings back zeros, for every token. A cut cell is masked before the softmax, and the "
        "rest of its row shares the weight. Probabilities at temperature 1.",
        "small",
    )


def draw_ranking(shown: Selection) -> None:
    """Draw the heads, ranked by their effect on the followed word."""
    components.text(f"Which heads matter for {shown.followed_name}?", "heading")
    text, word = shown.text.text, shown.followed
    effects = wait_for(
        ("ranking", text, word),
        lambda: language_model.ranking(text, word),
        "The ten strongest heads are switched off in turn",
    )
    most = max(abs(effects[0].direct), 1e-9)
    tried = [effect for effect in effects if effect.total is not None]
    lines = []
    for effect in effects[:SHOWN]:
        total = "" if effect.total is None else f", off {two_decimals(effect.total, '+')}"
        chosen = (effect.layer, effect.head) == (shown.layer, shown.head)
        name = head_name(effect.layer, effect.head)
        lines.append((name, f"direct {two_decimals(effect.direct, '+')}{total}", abs(effect.direct) / most, chosen))
    with st.container(height=330, border=False):
        components.radio_list(
            lines,
            key="effects",
            on_pick=lambda place: choose_head(effects[place].layer, effects[place].head),
            label="Heads ranked by their direct effect: choose one",
            role="output",
        )
    opposite = sum(round(effect.direct, 2) * round(effect.total or 0, 2) < 0 for effect in tried)  # as they are printed
    components.text(
        "The change of log p: −0.69 halves the probability, +0.69 doubles it. “Direct” takes what the head added "
        f"out of the last vector, computed for all {len(effects)} heads. “Off” runs the model without the head, "
        f"for the first {len(tried)}: later layers then react. "
        + (f"In {opposite} of them the two have different signs." if opposite else "Their signs agree in all of them."),
        "small",
    )


def largest_effect(effects: np.ndarray) -> int:
    """The place of the largest effect, by size; of equal ones the first."""
    return int(first_largest(np.abs(effects), tolerance_for(effects)))


def draw_weight_and_effect(shown: Selection) -> None:
    """Draw weight against effect: each cell of the last token's row is cut once."""
    components.text("Does a large weight mean a large effect?", "heading")
    n, labels = len(shown.view.labels), shown.view.labels
    if n == 1:
        components.text("The text has one token, so there is nothing to cut: type more.")
        return
    heads, row = cells_to_cut(shown, controls.segmented("cutin", "Cut the cells", help=tip("mask")))
    text, word = shown.text.text, shown.followed
    effects = wait_for(
        ("cells", text, word, heads),
        lambda: language_model.cell_effects(text, word, heads),
        f"The last token reads the text {n} times, each time without one token",
    )
    heaviest, strongest = int(first_largest(row)), largest_effect(effects)
    components.text(
        f"{quoted(labels[-1])} gives most weight to {quoted(labels[heaviest])} ({percent(float(row[heaviest]))}); "
        f"without it, log p changes by {two_decimals(effects[heaviest], '+')}. The largest effect comes from "
        + (
            "the same token."
            if heaviest == strongest
            else f"{quoted(labels[strongest])}: "
            f"{two_decimals(effects[strongest], '+')}, with {percent(float(row[strongest]))} of the weight."
        )
    )
    figures.draw(weight_and_effect_picture(shown, row, effects), f"effect-{n}")
    st.markdown(
        "A dot far right near the line is a large weight with little effect, a dot far from the line on the left the "
        "other way round. Whether weights explain an answer is disputed: [Jain & Wallace "
        "2019](https://arxiv.org/abs/1902.10186) found very different weights that give the same one; [Wiegreffe & "
        "Pinter 2019](https://arxiv.org/abs/1908.04626) ask for a fairer test. Cutting is a test of the model "
        "itself, though a model without a cell is one that never was trained."
    )


def cells_to_cut(shown: Selection, where: str) -> tuple[tuple[tuple[int, int], ...], np.ndarray]:
    """The heads, by layer and head, in which each cell of the last token's row is cut, and their mean row.

    Args:
        where: the option of the control “cutin”.
    """
    layers = shown.reading.layers
    if where == IN_THIS_HEAD:
        return ((shown.layer, shown.head),), layers[shown.layer].weights[shown.head, -1]
    heads = tuple((int(layer), int(head)) for layer, head in np.ndindex(len(layers), len(layers[0].q)))
    return heads, np.mean([layer.weights[:, -1].mean(axis=0) for layer in layers], axis=0)


def weight_and_effect_picture(shown: Selection, row: np.ndarray, effects: np.ndarray) -> figures.Picture:
    """A dot for each token: the weight the last token gives it, and what becomes of log p without it."""
    n = len(row)
    probabilities = np.exp(effects + log_probability(shown.reading.logits, shown.followed))
    texts = [
        f"{two_decimals(effect, '+')} ({percent(float(probability), 1)})"
        for effect, probability in zip(effects, probabilities, strict=True)
    ]
    columns = {
        "key": np.arange(n, dtype=np.int16),
        "weight": row.astype(np.float32),
        "effect": effects.astype(np.float32),
        "shown": np.array(texts),
    }
    largest = float(effects[largest_effect(effects)])
    alt = (
        f"Dots: weight against effect of {n} tokens that the last token looks at. "
        f"Largest effect {two_decimals(largest, '+')}."
    )
    parameters = {
        "labels": [isolated(label) for label in shown.view.labels],
        "chosen": n - 1,
        "seen": shown.choice.key,
        "high": max(abs(largest), 0.05),
    }
    return figures.Picture(charts.weight_and_effect, columns, alt, 300, parameters)
