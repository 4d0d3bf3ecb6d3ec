"""Files of the walk to take away."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
from markupsafe import Markup

from ui import state
from ui.kit import embed, export, figures
from ui.kit.charts import stage_bars
from ui.kit.palette import Palette
from ui.map import cell
from ui.models.queries import is_function_word
from ui.shell import links
from ui.step_by_step import lookup, pictures, sequence, softmax
from ui.step_by_step.selection import Selection
from ui.step_by_step.typed import vector_text


def draw_downloads(selection: Selection) -> None:
    """Pictures, numbers and link of the walk."""
    walk = selection.walk
    shown = {"scores": pictures.bars(selection, walk.scores, "Scores, not yet divided")}
    if walk.weights is not None:
        shown["weights"] = pictures.bars(selection, walk.weights, "Weights", weights=True)
        if selection.word is None and len(walk.query) == 2:
            shown |= {
                "query": pictures.query_arrows(walk, selection.labels),
                "output": pictures.output_arrows(walk, selection.labels),
            }
    table = pd.DataFrame(
        {
            "key": selection.labels,
            "score": walk.scores,
            "scaled": walk.scaled,
            "masked": walk.masked,
            "exponential": walk.exponentials,
            "weight": walk.weights if walk.weights is not None else np.nan,
        }
    )
    source = links.source_of("step_by_step")
    files = export.tables("steps", table, selection.settings, source.link)
    asked = str(state.get("ask"))
    embeds = {
        f"strip-{step}": figures.Embedded(f"{step}. {title}", partial(still, selection, step, asked))
        for step, title in enumerate(sequence.TITLES, start=1)
    }
    figures.draw_downloads(shown, files, selection.settings, source, "steps", embeds)


def still(selection: Selection, step: int, asked: str, colors: Palette) -> figures.Picture | embed.Still:
    """What a step shows, without its formula.

    Args:
        step: its number.
        asked: the text that is looked up in the first.
    """
    if step == 1:
        picture = lookup.bars_picture(lookup.look_up(asked))
        return replace(picture, about={**dict.fromkeys(selection.settings), **picture.about})
    if step == 2:
        return still_of_vectors(selection, colors)
    if step == sequence.LAST:
        return still_of_output(selection, colors)
    walk, bars = selection.walk, partial(pictures.bars, selection)
    return {
        3: lambda: bars(walk.scores, "Scores, not yet divided"),
        4: lambda: bars(walk.scaled, "Scores, divided", same_scale=walk.scores),
        5: lambda: bars(walk.masked, "Scores, masked", same_scale=walk.scores),
        6: lambda: bars(softmax.exponentials(walk), "Exponentials", same_decimals=False),
        7: lambda: bars(walk.blend.weights, "Weights", weights=True),
    }[step]()


def still_of_vectors(selection: Selection, colors: Palette) -> figures.Picture | embed.Still:
    """Query and keys: the words of the sentence, arrows, or numbers."""
    walk = selection.walk
    if selection.word:
        view, (query, _) = selection.word
        words = [
            (text, None) if place is None else (view.labels[place], view.weights[query, place])
            for text, place in view.words
        ]
        chosen = [place for _, place in view.words].index(query)
        text = view.in_words(query)
        return embed.still_of_parts([embed.colored_words(words, chosen, colors), text], text, colors)
    if len(walk.query) == 2:
        return pictures.query_arrows(walk, selection.labels)
    keys = zip(selection.labels, walk.keys, strict=True)
    return _vectors([("query", "query", walk.query), *((f"key {name}", "key", key) for name, key in keys)], colors)


def still_of_output(selection: Selection, colors: Palette) -> figures.Picture | embed.Still:
    """The output: the words nearest to it, or its parts, or arrows, or numbers."""
    walk = selection.walk
    if selection.word is None:
        if len(walk.query) == 2:
            return pictures.output_arrows(walk, selection.labels)
        weights, _, output = walk.blend
        values = [
            (f"{pictures.weight_text(weight, visible)} of value {name}", "value", value)
            for name, weight, visible, value in zip(selection.labels, weights, walk.visible, walk.values, strict=True)
        ]
        return _vectors([*values, ("output", "output", output)], colors)
    view, (query, _) = selection.word
    if is_function_word(view.tokens[query]):  # no word is near to its output
        return pictures.bars(selection, walk.blend.weights, "Parts of the output", weights=True)
    _, near = cell.nearest(view, query)
    words, cosines = [word for word, _ in near[: cell.NEAREST]], [cosine for _, cosine in near[: cell.NEAREST]]
    texts = [f"{cosine:.2f}" for cosine in cosines]
    frame = pd.DataFrame({"key": np.arange(len(words), dtype=np.int16), "value": cosines, "shown": texts})
    alt = ", ".join(f"{word} {text}" for word, text in zip(words, texts, strict=True))
    return figures.Picture(
        stage_bars,
        frame,
        f"The words nearest to the output, with the cosine: {alt}.",
        34 * max(len(words), 1),
        {"labels": words},
        {"fixed": True},
        {"shows": "the words nearest to the output, by cosine"},
    )


def _vectors(rows: Sequence[tuple[str, str, np.ndarray]], colors: Palette) -> embed.Still:
    """Vectors as numbers, a line each: its name, its role, which gives the colour, its numbers."""
    line = Markup('<span style="color:{}">{}: {}</span>')
    parts = [line.format(getattr(colors, role), name, vector_text(vector)) for name, role, vector in rows]
    return embed.still_of_parts(parts, ", ".join(f"{name} {vector_text(vector)}" for name, _, vector in rows), colors)
