"""Files of the walk to take away."""

import numpy as np
import pandas as pd

from ui.kit import export, figures
from ui.shell import links
from ui.step_by_step import pictures
from ui.step_by_step.selection import Selection


def take_away(selection: Selection) -> None:
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
    link = links.link_to("step_by_step")
    files = export.tables("steps", table, selection.settings, link)
    embeds = dict.fromkeys(f"strip-{step}" for step in range(1, 9)) | {"strip-3": shown["scores"]}
    if "weights" in shown:
        embeds["strip-7"] = shown["weights"]
    figures.take_away(shown, files, selection.settings, link, "steps", embeds)
