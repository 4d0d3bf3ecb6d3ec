"""The shared sentence under a model: the map of one head of one layer, or of the mean of all heads."""

from dataclasses import dataclass

import numpy as np

from attention_core.attention import Attention
from attention_core.embeddings import UnknownWords
from attention_core.glove_sources import vectors_name
from attention_core.layers import Layer, Model, forward
from attention_core.steps import walk
from ui import state
from ui.kit import export
from ui.map.view import Choice, View, chosen
from ui.models import loaders
from ui.teach_it.settings import Session


@dataclass(frozen=True)
class SentenceMap:
    """The shared sentence under a model.

    Attributes:
        view: the map.
        choice: the chosen query and key in it.
        layers: the numbers of every layer.
        l: the layer whose map it is, from 1.
        head: the head, from 0; None for the mean of all.
    """

    view: View
    choice: Choice
    layers: list[Layer]
    l: int
    head: int | None


def sentence_map(session: Session, model: Model, steps: str, head: int | None, l: int) -> SentenceMap:
    """The shared sentence under a model.

    Args:
        steps: how long the model was trained, in words.
        head: from 0; None for the mean of all.
        l: the layer whose map it is, from 1.

    Raises:
        UnknownWords: no word of the sentence has a vector.
    """
    sentence = loaders.tokenized(state.sentence())
    if not sentence.known:
        raise UnknownWords(sentence.unknown)
    return head_map(session, model, forward(model, loaders.glove().look_up(sentence.known)), steps, head, l)


def head_map(session: Session, model: Model, layers: list[Layer], steps: str, head: int | None, l: int) -> SentenceMap:
    """The shared sentence under a model that has computed its layers. Arguments as in `sentence_map`."""
    sentence = loaders.tokenized(state.sentence())
    tokens, layer = sentence.known, layers[l - 1]
    shows = [f"layer {l}"] * (model.n_layers > 1) + ["mean of all heads" if head is None else f"head {head + 1}"]
    settings = {
        "sentence": state.sentence(),
        "model": f"attention on {vectors_name()} {loaders.glove().d_model}d",
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
        return SentenceMap(view, chosen(view), layers, l, head)
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
    return SentenceMap(view, chosen(view), layers, l, head)
