"""Positions: the waves that tell a word its place, and what is lost without them."""

import numpy as np

from attention_core.layers import Model, forward, sinusoids
from ui.kit import components, matrices
from ui.kit.html import table
from ui.kit.wording import percent, quoted
from ui.models import loaders
from ui.teach_it.head_view import HeadView
from ui.teach_it.session import Session

ORDERS = ("the dog bit the man", "the man bit the dog")
PLACES_SHOWN = 24  # places in the picture of the waves
USUAL_D = 32  # numbers of a place, for a model without positions


def draw_positions(session: Session, shown: HeadView) -> None:
    """Draw the waves, a word's vector with its place beside it, and two sentences of the same words."""
    model = session.model
    d_positions = model.d_positions or USUAL_D
    word, place = shown.view.tokens[shown.choice.query], shown.choice.query
    components.text(
        "Attention compares vectors, and a vector says nothing of the word’s place. So each word is given its place as "
        f"{d_positions} numbers: waves, fast ones and slow ones, read off at the word (section 3.5 of the paper).",
        "plain",
    )
    waves = sinusoids(PLACES_SHOWN, d_positions)
    vector = loaders.glove().look_up([word])
    joined = np.concatenate([vector, sinusoids(place + 1, d_positions)[-1:]], axis=1)
    components.show_html(
        matrices.side_by_side(
            matrices.matrix(f"Places 1 to {PLACES_SHOWN}", waves, 11 * d_positions, 11 * PLACES_SHOWN),
            matrices.matrix("The chosen word and its place, joined", joined, 6 * joined.shape[1], 26),
        )
    )
    components.text(
        f"Left {vector.shape[1]} numbers for {quoted(word)}, right {d_positions} for place {place + 1}. Here they "
        "stand side by side; the paper adds them. Tried on vectors of 50 numbers for a thousand steps, joining "
        "learned twice as well.",
        "plain",
    )
    if not model.causal:  # there a verb sees nothing that comes later
        draw_two_orders(model)


def draw_two_orders(model: Model) -> None:
    """Draw the weights from the verb in two sentences of the same words in another order."""
    rows = []
    for text in ORDERS:
        words = text.split()
        row = forward(model, loaders.glove().look_up(words))[-1].attention.weights.mean(axis=0)[words.index("bit")]
        rows.append((text, *(percent(float(row[words.index(noun)]), 1) for noun in ("dog", "man"))))
    same = "The same in both: without positions a sentence is a bag of words, and nobody can tell who bit whom."
    differ = "With positions the two sentences differ, and the verb can tell who bit whom."
    components.show_html(table(("Sentence", "bit → dog", "bit → man"), rows, "matches"))
    components.text(differ if model.d_positions else same, "plain")
