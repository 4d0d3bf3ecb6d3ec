"""The attention map of one head of a model, or the mean of its heads, on the shared sentence."""

from dataclasses import dataclass

import numpy as np

from attention_core.attention import Attention
from attention_core.embeddings import UnknownWords
from attention_core.layers import Layer, Model, forward
from attention_core.steps import walk
from ui import state
from ui.kit import export
from ui.map.view import Choice, View, chosen
from ui.models import loaders
from ui.teach_it.session import Session


@dataclass(frozen=True)
class HeadView:
    """The attention map of one head, or the mean of all heads of a layer, on the shared sentence.

    Attributes:
        view: the map.
        choice: the chosen query and key in it.
        layers: what the model computed in every layer.
        l: the layer whose map it is, from 1.
        head: the head, from 0; None for the mean of all.
    """

    view: View
    choice: Choice
    layers: list[Layer]
    l: int
    head: int | None


def compute_layers(model: Model) -> list[Layer]:
    """What a model computes in every layer for the shared sentence.

    Raises:
        UnknownWords: no word of the sentence has a vector.
    """
    sentence = loaders.tokenized(state.sentence())
    if not sentence.known:
        raise UnknownWords(sentence.unknown)
    return forward(model, loaders.glove().look_up(sentence.known))


def head_view(session: Session, model: Model, layers: list[Layer], steps: str, head: int | None, l: int) -> HeadView:
    """The attention map of a head of a model on the shared sentence.

    Args:
        model: that of the session, or it untrained.
        layers: what it computed for the sentence.
        steps: how long it was trained, in words.
        head: from 0; None for the mean of all.
        l: the layer whose map it is, from 1.
    """
    sentence = loaders.tokenized(state.sentence())
    tokens, layer = sentence.known, layers[l - 1]
    shows = [f"layer {l}"] * (model.n_layers > 1) + ["mean of all heads" if head is None else f"head {head + 1}"]
    settings = {
        "sentence": state.sentence(),
        "model": f"attention on {loaders.vectors_name()} {loaders.glove().d_model}d",
        "task": session.lesson.title.lower(),
        "layers": model.n_layers,
        "heads": model.n_heads,
        "d_k": model.d_k,
        "residual": model.residual,
        "positions": model.d_positions,
        "learning_rate": session.settings.rate,
        "seed": session.settings.seed,
        "steps": steps,
        "shows": ", ".join(shows),
    }
    visible = np.isfinite(layer.attention.masked[0])
    if head is None:
        view = View(tokens, layer.attention.weights.mean(axis=0), sentence.words, settings, visible)
        return HeadView(view, chosen(view), layers, l, head)
    q, k, v = layer.q[head], layer.k[head], layer.v[min(head, len(layer.v) - 1)]  # without W_V one v for all heads
    attention = Attention(*(stage[head] for stage in layer.attention))
    view = View(
        tokens=tokens,
        words=sentence.words,
        settings=settings,
        weights=attention.weights,
        visible=visible,
        stages=attention,
        walk=lambda row: walk(q[row], k, v, visible[row]),
        code=lambda: export.head_code(tokens, q, k, v, visible, settings),
    )
    return HeadView(view, chosen(view), layers, l, head)
