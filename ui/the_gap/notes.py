"""How the rates were measured, and their limits."""

import streamlit as st

from attention_core.taught import SHIPPED
from ui.kit.wording import mean_and_spread
from ui.models import loaders
from ui.state.table import TASK_TITLES

METHOD = (
    "**Right** means: the word that looks gives the right word its largest weight.\n\n"
    "| model | words it may look at |\n|---|---|\n"
    "| raw vectors | all but itself |\n"
    "| taught | all, itself included |\n"
    "| pretrained | all but itself; the marks around the sentence are left out |\n\n"
    "In “Happy or not” the model’s answer, good or bad, has to be the sentence’s.",
    "**Raw vectors.** Queries, keys and values are the GloVe vectors. In “Happy or not” a simple formula, a weighted "
    "sum fitted to other sentences, tells good from bad from the output.",
    "**Taught.** Attention on the same vectors, with W_Q, W_K (and W_V, W_O) trained for this one task on sentences "
    "made of other words. “1 head, keeps its own vector”: its output is added to the word’s own vector.",
    "**Pretrained.** Nobody trained MiniLM for these tasks. Of its heads, the one that does a task best on sentences "
    "made of training words is measured on the others; in “Happy or not” a formula reads its vector of the sentence. "
    "Unlike the others, it knows the order of the words.",
    "**The interval** is Wilson’s: with 95 % confidence the true share lies within it. **Guessing** takes one of the "
    "two answers where there are two, or else one of the other words. Looking at a word that is neither of two nouns "
    "is right less often than guessing.",
)
LIMITS = (
    "**What it does not say.** The sentences are short. A model that is right in them has not understood them; a head "
    "that is wrong does not mean that the whole model is."
)


def draw_notes() -> None:
    """Draw how the rates were measured, and their limits."""
    paragraphs = [*METHOD]
    stored = loaders.gap_table()
    for name, text in (
        (
            "splits",
            "**Other splits.** The word lists were written with the test words in view, so the numbers may be too "
            "good. We also trained and tested with {} other splits of the words, drawn by chance: {}.",
        ),
        ("seeds", "**Seeds.** Trained again from {} other random starts, on the first split: {}."),
    ):
        many = {file: shares for file, shares in stored.get(name, {}).items() if len(shares) > 1}
        if many:
            shares = "; ".join(f"{variant_title(file)} {mean_and_spread(found)}" for file, found in many.items())
            paragraphs.append(text.format(len(next(iter(many.values()))), shares))
    st.markdown("\n\n".join([*paragraphs, LIMITS]))


def variant_title(file: str) -> str:
    """A taught model by its file, with its task."""
    variant = next(variant for variant in SHIPPED if variant.file == file)
    return f"{TASK_TITLES[variant.task]}, {variant.title}:"
