"""Files of the walk to take away."""

import numpy as np
import pandas as pd

from ui.kit import export, figures
from ui.shell import pages
from ui.step_by_step import pictures
from ui.step_by_step.subject import Subject


def take_away(subject: Subject) -> None:
    """Pictures, numbers and link of the walk."""
    walk = subject.walk
    shown = {"scores": pictures.bars(subject, walk.scores, "Scores, not yet divided")}
    if walk.weights is not None:
        shown["weights"] = pictures.bars(subject, walk.weights, "Weights", weights=True)
        if subject.view is None and len(walk.query) == 2:
            shown |= {
                "query": pictures.query_arrows(walk, subject.labels),
                "output": pictures.output_arrows(walk, subject.labels),
            }
    table = pd.DataFrame(
        {
            "key": subject.labels,
            "score": walk.scores,
            "scaled": walk.scaled,
            "masked": walk.masked,
            "exponential": walk.exponentials,
            "weight": walk.weights if walk.weights is not None else np.nan,
        }
    )
    link = pages.link("step_by_step")
    files = export.tables("steps", table, subject.settings, link)
    figures.take_away(shown, files, subject.settings, link, "steps", "strip-3")
