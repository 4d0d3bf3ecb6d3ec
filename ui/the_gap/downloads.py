"""The files of The gap to take away."""

import contextlib
from collections.abc import Callable
from dataclasses import replace

import pandas as pd
from markupsafe import Markup

from ui import state
from ui.kit import embed, export, figures
from ui.kit.palette import Palette
from ui.map.view import chosen_query
from ui.models import loaders
from ui.shell import links
from ui.state.table import TASK_TITLES
from ui.the_gap import measured
from ui.the_gap.all_models import dots_picture, shapes
from ui.the_gap.figure import bars_picture
from ui.the_gap.side_by_side import UNREADABLE, compare_models, shared_words


def draw_downloads() -> None:
    """Draw the pictures, numbers and link of the page, to take away."""
    settings = {"measured": "Right answers by task and model, with 95 % intervals"}
    source = links.source_of("the_gap")
    files = export.tables("gap", rates_table(), settings, source.link)
    named = [f"{name}: {shape}" for name, shape in shapes().items()]
    marks = "; ".join([*named, "upright stroke: guessing", "ring: the one chosen"])
    about = {"sentences": str(state.get("gset")).lower()}
    title = f"Right answers in “{TASK_TITLES[measured.chosen_task()]}”"
    measured_on = {name: text.lower() for text, name in measured.SETS.items()}[measured.chosen_rate().sentence_set]
    bars = replace(
        bars_picture(),
        about={"measured": title, "sentences": measured_on, "marks": "dashed line: guessing"},
    )
    pictures = {"figure": bars, "table": replace(dots_picture(), about={"marks": marks})}
    embeds = {"bars": figures.Embedded("How often each model is right", lambda _: bars)}
    with contextlib.suppress(*UNREADABLE):
        if shared_words(state.sentence()):
            embeds["your-sentence"] = figures.Embedded("Your sentence in three models", still_of_sentence())
    figures.draw_downloads(pictures, files, settings | about, source, "gap", embeds)


def rates_table() -> pd.DataFrame:
    """All rates, on every set of sentences, as a table."""
    return pd.DataFrame(
        [
            {
                "sentences": rate.sentence_set,
                "task": TASK_TITLES[rate.task],
                "model": rate.model,
                "right": rate.right,
                "of": rate.count,
                "share": rate.share,
                "low": rate.low,
                "high": rate.high,
                "guessing": rate.chance,
                "other_splits_mean": pd.Series(rate.other_splits).mean() if rate.other_splits else None,
                "other_splits_spread": pd.Series(rate.other_splits).std(ddof=0) if rate.other_splits else None,
            }
            for rate in measured.all_rates()
        ]
    )


def still_of_sentence() -> Callable[[Palette], embed.Still]:
    """A function that makes the static picture of the sentence, for other web pages, in given colours."""
    text, task = state.sentence(), measured.chosen_task()
    chosen = chosen_query(len(loaders.tokenized(text).known))

    def make(colors: Palette) -> embed.Still:
        found = compare_models(text, shared_words(text), chosen, task)
        parts: list[str | Markup] = []
        for model_map in found.maps:
            words = list(zip(model_map.view.labels, model_map.view.weights[found.query], strict=True))
            parts += [Markup("<b>{}</b>").format(model_map.title), embed.colored_words(words, found.query, colors)]
            parts.append(model_map.in_words(found.query))
        alt = " ".join(f"{model_map.title}: {model_map.in_words(found.query)}" for model_map in found.maps)
        return embed.still_of_parts(parts, alt, colors)

    return make
