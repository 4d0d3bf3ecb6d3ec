"""The output of the command line: weights as a JSON object, or as bars like the article's."""

import json
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

BLOCKS = 30  # the bar of a weight of 1, as in the article


class Answer(NamedTuple):
    """A model's result for a sentence: its tokens, the words left out, and (n, n) weights, rows = queries.

    A language model also has the likeliest next tokens, each with its probability, the likeliest first.
    """

    tokens: list[str]
    unknown: list[str]
    weights: np.ndarray
    next: list[tuple[str, float]] | None = None


def as_json(found: Answer) -> str:
    """One JSON object on one line, every weight in full precision."""
    entries = {"tokens": found.tokens, "weights": found.weights.astype(float).tolist(), "unknown": found.unknown}
    if found.next is not None:
        entries["next"] = found.next
    return json.dumps(entries, ensure_ascii=False)


def as_bars(found: Answer, query: str | None) -> Iterator[str]:
    """The article's output: for each token, or for the query alone, a line for each token it looks at, with a bar."""
    tokens = [on_one_line(token) for token in found.tokens]
    width = max(map(len, tokens))
    for token, row in zip(tokens, found.weights, strict=True):
        if query is None or normalized(token) == normalized(query):
            yield f"Token '{token}' attending to sequence:"
            yield f"Attention weights for '{token}':"
            yield from (f"{other:<{width}} {bar(weight)}".rstrip() for other, weight in zip(tokens, row, strict=True))
            yield ""
    if found.next:
        following = [(f"'{on_one_line(token)}'", probability) for token, probability in found.next]
        width = max(len(token) for token, _ in following)
        yield "Likeliest next tokens:"
        yield from (f"{token:<{width}} {bar(probability)}".rstrip() for token, probability in following)


def bar(weight: float) -> str:
    """A weight as a number, and as a bar of that length."""
    return f"{weight:.4f} {'█' * int(weight * BLOCKS + 1e-4)}"


def normalized(token: str) -> str:
    """A token in lower case and without the spaces around it, to compare it with others."""
    return token.strip().lower()


def on_one_line(token: str) -> str:
    """A token with its line breaks and other invisible characters as escape sequences."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in token)
