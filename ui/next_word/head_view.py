"""The attention map of one head as a view, and the query and key chosen in it."""

import numpy as np

from attention_core.attention import Attention
from attention_core.llama import Layer
from attention_core.maps import largest_except, mask_and_renormalise
from attention_core.steps import Walk, walk
from ui import state
from ui.kit import export
from ui.map.view import Choice, View, head_name
from ui.models import language_model
from ui.models.language_model import Text
from ui.next_word.readable import readable_text


def view_of(text: Text, layer: int, head: int) -> View:
    """The map of a head."""
    tokens = readable_text(text.reading.tokens)
    n, without_first = len(tokens), bool(state.get("nofirst"))
    computed = text.reading.layers[layer]
    attention, visible = head_stages(computed, head, without_first)
    shared = computed.kv_head(head)
    q, k, v = computed.q[head], computed.k[shared], computed.v[shared]
    settings = {
        "sentence": text.text,
        "model": language_model.model().name,
        "shows": head_name(layer, head).lower(),
        "causal_mask": True,
        "hidden": "the first token (the rest renormalised)" if without_first else "nothing",
    }

    def walk_from(row: int) -> Walk:
        return walk(q[row], k, v, visible[row])

    return View(
        tokens=tokens,
        weights=attention.weights,
        words=list(zip(tokens, range(n), strict=True)),
        settings=settings,
        visible=visible,
        stages=attention,
        walk=walk_from,
        code=lambda: export.head_code(tokens, q, k, v, visible, settings),
        skipped=(0,),
        controls=("wq", "wk"),
    )


def choice_of(view: View) -> Choice:
    """The chosen query and key; by default the last token, and the key with the largest weight besides the first token.

    A key after the query is masked: it counts as none.
    """
    n = len(view.labels)
    query = min(int(state.get("wq")) or n, n) - 1
    key = int(state.get("wk"))
    if 0 < key <= query + 1:
        return Choice(query, key - 1)
    return Choice(query, largest_except(view.weights[query], [0]) if query else 0)


def head_stages(layer: Layer, head: int, without_first: bool) -> tuple[Attention, np.ndarray]:
    """Every stage of a head's attention, and which of its cells are shown, (n, n) booleans.

    Args:
        without_first: whether the first token is left out.
    """
    every = layer.attention(head)
    visible = np.isfinite(every.masked)
    if not without_first or len(visible) == 1:
        return every, visible
    visible[1:, 0] = False  # the first token itself can look nowhere else
    weights, _ = mask_and_renormalise(every.weights[1:], [0])
    weights = np.concatenate([every.weights[:1], weights])
    masked = np.where(visible, every.masked, -np.inf)
    return Attention(every.scores, every.scaled, masked, weights, weights @ layer.v[layer.kv_head(head)]), visible
