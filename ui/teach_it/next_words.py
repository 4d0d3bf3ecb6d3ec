"""What comes next? The likeliest next words of a model that copies, and those without one of its parts."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st
from markupsafe import Markup

from attention_core import copying
from attention_core.layers import Layer, Model, forward
from ui.kit import components
from ui.kit.html import table
from ui.kit.wording import listed, percent, quoted, rounded
from ui.models import loaders
from ui.teach_it.head_view import HeadView
from ui.teach_it.session import Session


def prediction_in_words(model: Model, layers: Sequence[Layer], tokens: Sequence[str], place: int) -> str:
    """The three likeliest words to follow a place of the sentence."""
    words = copying.next_words(model, layers, tokens, loaders.glove(), place, count=3)
    (first, share), *others = words
    then = listed([f"{quoted(word)} ({rounded(other)})" for word, other in others])
    return f"After {quoted(tokens[place])} the model writes {quoted(first)} ({rounded(share)}), then {then}."


def draw_next_words(session: Session, shown: HeadView) -> None:
    """Draw the ten likeliest next words, and the same with a part of the model switched off."""
    tokens, place = list(shown.view.tokens), shown.choice.query
    components.text(f"What comes after {quoted(shown.view.labels[place])}?", "heading")
    left, right = st.columns(2, gap="medium")
    with left:
        words = copying.next_words(session.model, shown.layers, tokens, loaders.glove(), place)
        bar = Markup('<progress value="{:.4f}" max="1" aria-hidden="true"></progress>')
        likely = [(word, bar.format(share), percent(share, 1)) for word, share in words]
        components.show_html(table(("Next word", "", "Probability"), likely, "matches"))
    with right:
        components.text("Switch a part off, without training again:", "plain")
        rows = []
        for title, model in parts_switched_off(session.model).items():
            layers = forward(model, loaders.glove().look_up(tokens))
            word, share = copying.next_words(model, layers, tokens, loaders.glove(), place, count=1)[0]
            rows.append((title, word, percent(share, 1)))
        components.show_html(table(("Switched off", "Next word", "Probability"), rows, "matches"))
        components.text(
            "The probability of a word: its vector times the output at the chosen word, then softmax over this "
            f"sentence’s words and the task’s {len(copying.vocabulary()):,}.",
            "small",
        )
    st.page_link(
        "pages/next_word.py",
        label="A language model has heads that copy, too",
        icon=":material/arrow_forward:",
    )


def parts_switched_off(model: Model) -> dict[str, Model]:
    """The model, and the model without each of its layers and without its positions, by what is switched off."""
    models = {"nothing": model}
    for l in range(1, model.n_layers + 1) if model.n_layers > 1 else ():
        models[f"layer {l}"] = without_layer(model, l)
    if model.d_positions:
        models["positions"] = without_positions(model)
    return models


def without_layer(model: Model, l: int) -> Model:
    """A model without its layer l, from 1: the next layer is given what that one was given."""
    kept = [layer for layer in range(1, model.n_layers + 1) if layer != l]
    parameters = {f"{n}.{name}": value for n, layer in enumerate(kept, 1) for name, value in model.layer(layer).items()}
    return replace(model, n_layers=model.n_layers - 1, parameters=parameters)


def without_positions(model: Model) -> Model:
    """A model without positions: their rows and columns are cut off its matrices."""
    cut = {
        name: value[:, : model.d_word] if name.endswith("W_O") else value[: model.d_word]
        for name, value in model.parameters.items()
    }
    return replace(model, d_positions=0, parameters=cut)
