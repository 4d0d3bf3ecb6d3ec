"""The answer of a classifier, in words."""

import numpy as np

from attention_core import learning, tasks
from attention_core.layers import Model
from ui.kit.wording import percent, quoted
from ui.models.lessons import VERDICTS, Lesson


def verdict_in_words(lesson: Lesson, model: Model, word: str, output: np.ndarray) -> str:
    """The answer of a classifier at a word, as a sentence.

    Args:
        output: (d_model,) of the last layer, at the word.
    """
    if tasks.find_query(lesson.task, [word]) is None:
        return f"The model says nothing at {quoted(word)}: choose a {lesson.needs}."
    good = float(learning.probability_good(model, output))
    return f"The model says: {VERDICTS[int(good > 0.5)]} ({percent(max(good, 1 - good), 1)} sure)."
