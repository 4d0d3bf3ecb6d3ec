"""The files of The next word to take away."""

import numpy as np

from ui.kit import figures
from ui.kit.charts import stage_bars
from ui.kit.wording import isolated, percent
from ui.map import downloads
from ui.next_word.head_map import MAP
from ui.next_word.selection import Selection
from ui.shell import links


def draw_downloads(shown: Selection) -> None:
    """Draw the pictures, numbers, code and link of the map shown, to take away."""
    likeliest = likeliest_picture(shown)
    downloads.draw_downloads(
        shown.view,
        shown.choice,
        links.source_of("next_word"),
        MAP,
        figure=("head-map", shown.name),
        others={"next-words": figures.Embedded("The ten likeliest next words", lambda _: likeliest)},
    )


def likeliest_picture(shown: Selection) -> figures.Picture:
    """The ten likeliest next pieces as bars."""
    labels = [isolated(shown.readable(piece)) for piece in shown.likely.pieces]
    texts = [percent(share, 1) for share in shown.likely_probabilities]
    frame = {
        "key": np.arange(len(labels), dtype=np.int16),
        "value": shown.likely_probabilities,
        "shown": np.array(texts),
    }
    alt = ", ".join(f"{label} {text}" for label, text in zip(labels, texts, strict=True))
    about = dict.fromkeys(("causal_mask", "hidden", "query"))
    about |= {"shows": "the ten likeliest next words", "temperature": shown.temperature}
    return figures.Picture(
        stage_bars,
        frame,
        f"Bars: the ten likeliest next words. {alt}.",
        28 * len(labels),
        {"labels": labels},
        {"fixed": True},
        about,
    )
