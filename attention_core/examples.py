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
    see_self: bool = True
    query: int = 1  # the word to look from, counted from 1


PRESETS = (
    Preset(
        "King and queen",
        "The king and queen ruled the kingdom",
        "Words about the same topic look at each other: king, queen and kingdom.",
        "The king and queen left the kingdom",
        query=2,
    ),
    Preset(
        "It was tired",
        "The cat sat on the mat because it was tired",
        "Word vectors are lists of numbers that tell which words are used alike, not which noun “it” stands for.",
        "The cat sat on the mat because it was soft",
        see_self=False,
        query=8,
    ),
    Preset(
        "It was soft",
        "The cat sat on the mat because it was soft",
        "“soft” in place of “tired” changes nothing here: “it” has one word vector, and it looks at “because” again.",
        "The cat sat on the mat because it was tired",
        see_self=False,
        query=8,
    ),
    Preset(
        "Two banks",
        "She sat on the bank of the river and he put his money in the bank",
        "“bank” has two meanings here, but one vector: both its rows are the same.",
        "She sat on the bank of the river and he put his money in the sack",
        query=5,
    ),
    Preset(
        "Happy and sad",
        "He was not happy but she was not sad",
        "“sad” looks most at “happy”: opposites are used alike. What “not” does leaves no trace.",
        "He was not happy but she was very sad",
        see_self=False,
        query=9,
    ),
    Preset(
        "Who bit whom",
        "The dog bit the man and the man bit the dog",
        "Two dogs, two men, the same rows: without positions, the order of the words does not count.",
        "The dog bit the man and the man fed the dog",
        query=2,
    ),
    Preset(
        "Two trades",
        "Doctors treat patients while teachers teach students",
        "Doctors look at patients, and teachers at students. That takes no grammar.",
        "Doctors treat patients while lawyers teach students",
        see_self=False,
        query=1,
    ),
)


def example_of(text: str | None) -> Preset | None:
    """The sentence to start from that a text is, if it is one."""
    return next((preset for preset in PRESETS if preset.sentence == text), None)


# The article's steps 1 to 3: one query and three keys, and two keys in a hundred dimensions.
QUERY = np.array([2.0, 3.0])
KEYS = {"C": np.array([11.0, 13.0]), "A": np.array([1.0, 2.0]), "B": np.array([4.0, 6.0])}
PERFECT_MATCH, GOOD_MATCH = 1.0, 0.8
