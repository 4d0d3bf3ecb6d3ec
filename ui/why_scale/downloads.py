"""Where the page's claims come from, and its files to take away."""

import contextlib
from dataclasses import replace

import pandas as pd
import streamlit as st

from ui import state
from ui.kit import export, figures
from ui.shell import errors, links
from ui.why_scale import gradient, sentence, spread, two_keys


def draw_references() -> None:
    """Papers and pages to read on."""
    st.markdown(
        "- Vaswani et al. 2017, [Attention Is All You Need](https://arxiv.org/abs/1706.03762): section 3.2.1 has the "
        "formula, its footnote 4 the argument on variance.\n"
        "- Pennington, Socher and Manning 2014, [GloVe: Global Vectors for Word Representation]"
        "(https://nlp.stanford.edu/projects/glove/): the word vectors used here.\n"
        "- 3Blue1Brown 2024, [Attention in transformers, step by step](https://www.3blue1brown.com/lessons/attention): "
        "the same story in moving pictures."
    )


def draw_downloads() -> None:
    """Pictures, numbers and link of the experiments."""
    seed, d, source = int(state.get("seed")), int(state.get("sd")), links.source_of("why_scale")
    measured, draws = spread.chosen_experiment()
    pair = gradient.measure(seed)
    settings = {
        "experiment": "dot products of random vectors",
        "draws": draws,
        "seed": seed,
        "queries": gradient.QUERIES,
        "keys": gradient.N_KEYS,
    }
    table = pd.DataFrame(
        {
            "d": measured.dims,
            "std_measured": measured.measured,
            "std_theory": measured.theory,
            "std_error": measured.error,
            "std_scaled": measured.scaled,
            **{
                f"{name}_{kind}": getattr(saturation, name)
                for saturation, kind in zip(pair, ("unscaled", "scaled"), strict=True)
                for name in ("largest", "bits", "gradient")
            },
        }
    )
    pictures = {"spread": spread.picture(measured, draws)}
    pictures |= {name: gradient.picture(place, pair, d) for place, (_, name, *_) in enumerate(gradient.COSTS)}
    embeds = {
        "two-keys": figures.Embedded(two_keys.TITLE, lambda _: two_keys.four_bars(d)),
        "spread": figures.Embedded(spread.TITLE, lambda _: pictures["spread"]),
    }
    with contextlib.suppress(*errors.VISITOR_ERRORS):  # the page says why it has no figure of the sentence
        looks = sentence.bars_of_word()
        looks = replace(looks, about={**dict.fromkeys(settings), **looks.about})
        embeds["sentence"] = figures.Embedded(sentence.TITLE, lambda _: looks)
    files = export.tables("scaling", table, settings, source.link)
    figures.draw_downloads(pictures, files, settings, source, "scaling", embeds)
