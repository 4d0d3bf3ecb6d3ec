"""Sentences to start from, each with what to notice in it, and the article's own numbers.

Source of the numbers: Shreyas Mishra, "May I Have Your Attention?", 2025.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Preset:
    """A sentence, the settings that make its point, what to notice in it, and the same sentence with a word changed."""

    name: str
    sentence: str
    notice: str
    partner: str
    see_self: bool = False
    query: int = 1  # the word to look from, counted from 1


PRESETS = (
    Preset(
        "King and queen",
        "The king and queen ruled the kingdom",
        "Words about the same topic look at each other: king, queen and kingdom. As in the article, a word may look at "
        "itself.",
        "The king and queen left the kingdom",
        see_self=True,
        query=2,
    ),
    Preset(
        "Tired",
        "The cat sat on the mat because it was tired",
        "Word vectors tell which words are used alike, not what “it” stands for.",
        "The cat sat on the mat because it was soft",
        query=8,
    ),
    Preset(
        "Soft",
        "The cat sat on the mat because it was soft",
        "“soft” in place of “tired” changes nothing here: “it” has one word vector, and it looks at “because” again.",
        "The cat sat on the mat because it was tired",
        query=8,
    ),
    Preset(
        "Banks",
        "She sat on the bank of the river and he put his money in the bank",
        "“bank” has two meanings here, but one vector: each looks most at the other.",
        "She sat on the bank of the river and he put his money in the sack",
        query=5,
    ),
    Preset(
        "Not sad",
        "He was not happy but she was not sad",
        "“sad” looks most at “happy”: opposites are used alike. What “not” does leaves no trace.",
        "He was not happy but she was very sad",
        query=9,
    ),
    Preset(
        "Who bit whom",
        "The dog bit the man and the man bit the dog",
        "Dog looks most at dog, man at man: without positions, it makes no difference who bit whom.",
        "The dog bit the man and the man fed the dog",
        query=2,
    ),
    Preset(
        "Trades",
        "Doctors treat patients while teachers teach students",
        "Doctors look at patients, and teachers at students. That takes no grammar.",
        "Doctors treat patients while lawyers teach students",
        query=1,
    ),
)


def preset_of(text: str | None) -> Preset | None:
    """The preset whose sentence this text is, None if there is none."""
    return next((preset for preset in PRESETS if preset.sentence == text), None)


# The article's steps 1 to 3: one query and three keys, and two keys in a hundred dimensions.
QUERY = np.array([2.0, 3.0])
KEYS = {"C": np.array([11.0, 13.0]), "A": np.array([1.0, 2.0]), "B": np.array([4.0, 6.0])}
PERFECT_MATCH, GOOD_MATCH = 1.0, 0.8
