"""Errors that a visitor can cause: each is shown as one sentence in place of what could not be computed."""

import contextlib
import logging
from collections.abc import Iterator

from attention_core.attention import NothingToAttend
from attention_core.bert import UnfitSentence
from attention_core.embeddings import UnknownWords
from attention_core.files import DamagedData
from attention_core.gguf_file import UnusableModel
from attention_core.llama import UnfitText
from attention_core.text import shortened
from ui import log, state
from ui.kit import components
from ui.models import loaders

VISITOR_ERRORS = (
    DamagedData,
    UnknownWords,
    NothingToAttend,
    UnfitSentence,
    UnusableModel,
    UnfitText,
)


@contextlib.contextmanager
def show_errors() -> Iterator[None]:
    """Show a visitor's error as one sentence and skip the rest of the block."""
    try:
        yield
    except VISITOR_ERRORS as error:
        if isinstance(error, DamagedData):
            log.event("damaged data", logging.ERROR, file=str(error))
        draw_error(error)


def draw_error(error: Exception) -> None:
    """Draw a visitor's error; the notice is seen in a figure alone, too, whose style sheet hides all else."""
    components.text(message_for(error), "notice error", status=True)


def message_for(error: Exception) -> str:
    """The sentence that a visitor reads for an error."""
    if isinstance(error, UnfitSentence):
        message = str(error)
        return message[0].upper() + message[1:] + "." if state.sentence().strip() else message_for(UnknownWords([]))
    if isinstance(error, UnusableModel):
        message = str(error)
        return f"{message[0].upper()}{message[1:]}. All other pages work without it."
    if isinstance(error, UnfitText):
        if state.get("figure"):
            return "The link of this figure holds no text."
        return "Type the beginning of a text above, and see what comes next."
    if isinstance(error, NothingToAttend):
        if len(loaders.tokenized(state.sentence()).known) == 1:
            return "The only word has nothing left to look at: add a word, or let it look at itself."
        return (
            "The first word has nothing left to look at, for the causal mask hides all that comes after it: let words "
            "look at themselves, or switch the causal mask off."
        )
    if isinstance(error, UnknownWords) and not error.words:
        if state.get("figure"):
            return "The link of this figure holds no sentence."
        return "Type a sentence above, and see where its words look."
    if isinstance(error, UnknownWords):
        return (
            "GloVe, which knows English words, has no vector for any of these, so there is nothing to compute: "
            f"{', '.join(map(shortened, error.words))}."
        )
    return str(error)
