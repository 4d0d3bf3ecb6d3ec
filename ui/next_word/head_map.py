"""The map of one head, all heads to choose from, and the arithmetic of a cell."""

import numpy as np
import streamlit as st
from markupsafe import Markup

from attention_core.files import DamagedData
from attention_core.llama import score_by_pairs
from attention_core.llama_heads import COPYING, SINK
from attention_core.maps import GRID_GAP, grid, mask_and_renormalise
from attention_core.ranking import first_largest, rank, tolerance_for
from ui import state
from ui.kit import components, figures
from ui.kit.html import table
from ui.kit.palette import Palette, along
from ui.kit.wording import counted, isolated, number, percent, quoted
from ui.map import cell as cells
from ui.map import panel
from ui.map.view import head_name
from ui.models import language_model, loaders
from ui.next_word.selection import Selection
from ui.state import controls, scrolling

MAP = "next-map"  # the beginning of the keys of the map's parts
MAX_PIXELS = 32  # of a map in the picture of all heads
MEASURED = "SmolLM2-135M-Instruct"  # the model whose heads were measured


def choose_head(layer: int, head: int) -> None:
    """Choose a head; for callbacks."""
    state.set_values({"wl": layer + 1, "wh": head + 1})


def choose_and_show(layer: int, head: int) -> None:
    """Choose a head, and bring its map into view; for callbacks."""
    choose_head(layer, head)
    scrolling.scroll_to(f"{MAP}-words")


def draw_map(shown: Selection) -> None:
    """Draw the chosen head's map, the first token's share of the weight, and the reason for the empty half."""
    st.header(shown.name, anchor=False)
    panel.draw_words(shown.view, shown.choice, MAP)
    draw_first_token_switch(shown)
    panel.draw_pictures(shown.view, shown.choice, MAP, opens="wcell")
    components.text(
        first_token_in_words(shown)
        + "The upper half is empty: a token may look at itself and at what came before, not at what comes after: "
        "while the model learned to write, that was the answer, which must not be looked up.",
        "small",
    )


def first_token_in_words(shown: Selection) -> str:
    """The first token's share of the weight in this head, as a sentence; "" for a text of one token."""
    rows = shown.reading.layers[shown.layer].weights[shown.head, 1:]
    if not len(rows):
        return ""
    share = percent(float(rows[:, 0].mean()))
    return f"{quoted(shown.view.labels[0])}, the first token, gets {share} of all weight in this head. "


def draw_first_token_switch(shown: Selection) -> None:
    """Draw the switch that leaves the first token out, and what it hides of the chosen query's weights."""
    controls.toggle(
        "nofirst",
        "Leave out the first token",
        help="In most heads the first token gets most weight, whatever it is: the last fold but one says why. Left "
        "out, the rest of each row is divided by its sum, and the small weights can be seen.",
    )
    if state.get("nofirst") and shown.choice.query:
        weights = shown.reading.layers[shown.layer].weights[shown.head]
        hidden = float(weights[shown.choice.query, 0])
        components.text(
            f"Renormalised: {percent(hidden, 1)} of the weight of {quoted(shown.view.labels[shown.choice.query])} went "
            "to the first token, which is left out here. The model itself saw it.",
            "notice",
        )


def grid_picture(shown: Selection, without_first: bool, colors: Palette) -> str:
    """The address of the picture of all heads, a small map for each.

    Args:
        without_first: whether the first token is left out of the maps.
    """

    def compute() -> str:
        rows = []
        for layer in shown.reading.layers:
            maps = mask_and_renormalise(layer.weights, [0])[0] if without_first else layer.weights
            rows.append(grid(maps[None], max_pixels=MAX_PIXELS))
        pixels = np.vstack([row[:-GRID_GAP] for row in rows[:-1]] + rows[-1:])
        return figures.address_of(pixels, [colors.background] + [along(colors.weights, i / 254) for i in range(255)])

    return language_model.result(("grid", shown.text.text, without_first, colors), compute)


def most_attended(shown: Selection) -> np.ndarray:
    """(n_layers, n_heads) the token besides the first to which all tokens together give the most weight."""
    layers = shown.reading.layers
    if len(shown.view.labels) == 1:
        return np.zeros((len(layers), len(layers[0].q)), int)
    sums = np.stack([layer.weights[:, 1:, 1:].sum(axis=1) for layer in layers])
    return 1 + first_largest(sums, tolerance_for(sums))


def draw_all_heads(shown: Selection) -> None:
    """Draw all heads in one picture to choose from, and beside it those whose use was measured."""
    labels, layers = shown.view.labels, shown.reading.layers
    shape = len(layers), len(layers[0].q)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        components.text("A row is a layer, a column a head", "heading")
        titles = [
            f"{head_name(layer, head)}: besides the first token, most weight goes to {labels[token]}"
            for (layer, head), token in np.ndenumerate(most_attended(shown))
        ]
        components.heads_grid(
            grid_picture(shown, bool(state.get("nofirst")), components.palette()),
            shape,
            (shown.layer, shown.head),
            titles,
            key="all-heads",
            on_pick=lambda place: choose_and_show(*divmod(place, shape[1])),
            on_move=lambda place: choose_head(*divmod(place, shape[1])),
        )
    with right:
        draw_measured_heads(shown)


def draw_measured_heads(shown: Selection) -> None:
    """Draw the heads whose use was measured, in the only model where it was."""
    components.text("What single heads look at", "heading")
    if language_model.name() != MEASURED:
        components.text(f"This was measured with {MEASURED}, not with {language_model.name()}.", "small")
        return
    try:
        found = loaders.measured_llama_heads()
    except DamagedData as error:
        components.text(str(error), "notice")
        return
    lines = [
        (
            head.name,
            f"L{head.layer + 1} H{head.head + 1}: {percent(head.share)} (others {percent(head.others)})",
            head.share,
            (head.layer, head.head) == (shown.layer, shown.head),
        )
        for head in found
    ]
    components.radio_list(
        lines,
        key="found-heads",
        on_pick=lambda place: choose_and_show(found[place].layer, found[place].head),
        label="Heads whose use was measured: choose one",
        role="output",
    )
    counts = [head.count for head in found]
    components.text(
        f"Measured with {MEASURED}: the mean weight that the head sends there, and that the other heads send there, "
        f"over {min(counts)} to {max(counts)} cases in texts that took no part in choosing it. But for “{SINK}”, the "
        "first token was never the right place.",
        "small",
    )
    components.text(
        f"“{COPYING}” is the copying head: its text was shuffled words, twice in a row. On the page “Teach it” a small "
        "model learns the same before your eyes.",
        "small",
    )
    st.page_link("pages/teach_it.py", label="Watch copying being learned: Teach it", icon=":material/arrow_forward:")


def draw_cell(shown: Selection) -> None:
    """Draw the arithmetic of the chosen weight, and what the rotation by positions does to its score."""
    draw_rotation(shown)
    cells.draw(shown.view, shown.choice, MAP)


def draw_rotation(shown: Selection) -> None:
    """Draw the score of the chosen cell with and without the rotation, for the pairs of numbers it changes most."""
    layer, (query, key) = shown.reading.layers[shown.layer], shown.choice
    score = score_by_pairs(layer, shown.head, query, key, language_model.model().config)
    change = np.abs(score.turned - score.plain)
    rows = [
        (
            f"{2 * pair + 1}, {2 * pair + 2}",
            f"{number(float(score.degrees[pair]), 1)}°",
            number(float(score.plain[pair]), 3),
            number(float(score.turned[pair]), 3),
        )
        for pair in rank(change, tolerance_for(change))[:5]
    ]
    query_label, key_label = (isolated(shown.view.labels[place]) for place in (query, key))
    components.show_html(
        Markup(
            "<p>Before they meet, query and key are <b>turned</b> by their places in the text, {} and {}: each pair of "
            "numbers by an angle of its own, so that the product depends on how far apart the two stand ({}), not on "
            "where. For <b class=query>{}</b> and <b class=key>{}</b> the score is {} without the turn and {} with it "
            "(Su et al. 2021). The pairs that change most:</p>{}<p>The table below goes on with the turned numbers.</p>"
        ).format(
            query + 1,
            key + 1,
            counted(query - key, "token"),
            query_label,
            key_label,
            number(float(score.plain.sum()), 3),
            number(float(score.turned.sum()), 3),
            table(("dimensions", "turned by", "product before", "product after"), rows, "chain numbers"),
        )
    )
