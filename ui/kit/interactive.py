"""One attention map as a single HTML file that stays interactive: a word can be chosen, a cell pointed at.

The file needs no network, and says so itself: its policy allows only the style and the script inside it.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from markupsafe import Markup, escape

from ui.kit import components
from ui.kit.citation import Source, citation
from ui.kit.export import in_words
from ui.kit.palette import DARK, LIGHT, Palette, along
from ui.state.text import one_line

COLOR_STEPS = 64  # of the scale of colours


def page(labels: Sequence[str], weights: np.ndarray, query: int, settings: Mapping[str, Any], source: Source) -> str:
    """The file's text.

    Args:
        labels: (n,) the words, repeats numbered.
        weights: (n, n), rows = queries, NaN where a mask hides the key.
        query: the word that is chosen when the file is opened.
        settings: what made the map; `sentence` is its title.
        source: the page that shows it.
    """
    n = len(labels)
    data = {
        "labels": list(labels),
        "weights": base64.b64encode(np.ascontiguousarray(weights, np.dtype("<f4")).tobytes()).decode(),
        "query": query,
        "colors": {"light": _colors(LIGHT), "dark": _colors(DARK)},
        "alt": f"Heatmap of {n} by {n} attention weights; the list beside it has the chosen row.",
    }
    # Inside a script no text is markup but "<!--" and "</script": no < is left.
    inside = Markup(json.dumps(data, ensure_ascii=True).replace("<", "\\u003c"))
    return str(
        Markup(
            "<!doctype html>\n"
            '<html lang="en"><head><meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
            "script-src 'unsafe-inline'\">\n"
            "<title>{title}</title><style>{variables}{style}</style></head>\n"
            "<body><main><h1>{title}</h1>\n"
            '<div id="words" role="radiogroup" aria-label="Words: choose the one to look from"></div>\n'
            '<p id="reading" role="status"></p>\n'
            '<div id="figure"><div id="map"><canvas role="img"></canvas><p id="legend"></p></div>'
            '<div id="bars"></div></div>\n'
            '<p id="about">{about}<br><a href="{link}">Open it in Attention Playground</a>. To cite: {citation}</p>'
            "</main>\n"
            '<script type="application/json" id="data">{data}</script>\n'
            "<script>{script}</script></body></html>\n"
        ).format(
            title=one_line(settings["sentence"]),
            variables=Markup(_variables()),
            style=Markup(components.read_files("interactive.css")),
            about=Markup("<br>").join(escape(line) for line in in_words(settings)[1:]),
            link=source.link,
            citation=citation(source),
            data=inside,
            script=Markup(components.read_files("interactive.js")),
        )
    )


def _colors(colors: Palette) -> dict[str, Any]:
    every = asdict(colors)
    kept = {name: every[name] for name in ("text", "query", "key", "strong", "on_strong", "on_weak")}
    return kept | {"weights": [along(colors.weights, step / (COLOR_STEPS - 1)) for step in range(COLOR_STEPS)]}


def _variables() -> str:
    """The colours of both themes for the style sheet."""

    def of(colors: Palette) -> str:
        names = ("text", "muted", "background", "query")
        return "".join(f"--{name}:{getattr(colors, name)};" for name in names) + f"--bar:{colors.weights[3]};"

    return f":root{{{of(LIGHT)}}}@media (prefers-color-scheme: dark){{:root{{{of(DARK)}}}}}"
