"""The field for the text, the texts to start from, and the notices on how the text was read."""

from dataclasses import dataclass

import streamlit as st

from ui import state
from ui.kit import components
from ui.kit.wording import counted, listed, quoted
from ui.models import language_model
from ui.next_word.readable import BLANKS
from ui.next_word.selection import Selection
from ui.state import controls
from ui.state.table import MAX_CHARACTERS


@dataclass(frozen=True)
class Example:
    """A text to start from.

    Attributes:
        name: on the page.
        layer, head, query: those that make its point, from 1; the query 0 is the last token.
    """

    name: str
    text: str
    layer: int
    head: int
    query: int = 0


EXAMPLES = (
    Example("A fact", "The Eiffel Tower is in the city of", 24, 5),
    Example("Who gets the drink?", "When Mary and John went to the store, John gave a drink to", 24, 1),
    Example("What was too large?", "The trophy did not fit into the suitcase because it was too", 14, 9, 11),
    Example("Copying", "red lamp blue chair green door red lamp blue chair", 19, 7),
)


def ask_for_text() -> str:
    """Draw the field and the examples; the text to read, which grows while the model writes."""

    def stop() -> None:
        st.session_state.pop("writing", None)

    text = controls.text_field(
        "text",
        "Your text",
        placeholder="Type the beginning of a text",
        autocomplete="off",
        max_chars=MAX_CHARACTERS,
        on_change=stop,
        label_visibility="collapsed",
    )

    def start_from(name: str) -> None:
        stop()
        example = by_name[name]
        state.set_values(
            {"text": example.text, "wl": example.layer, "wh": example.head, "wq": example.query, "wk": 0, "word": 1}
        )

    by_name = {example.name: example for example in EXAMPLES}
    here = next((example.name for example in EXAMPLES if example.text == text), None)
    controls.draw_examples("Texts to start from", list(by_name), here, start_from, key="example")
    writing = st.session_state.get("writing")
    return writing.text if writing else str(state.get("text") or "")[:MAX_CHARACTERS]


def draw_headline(shown: Selection) -> None:
    """Draw what the page shows of this text, in one line."""
    last, best = shown.view.tokens[-1], shown.piece_name(shown.likely.pieces[0])
    components.text(
        f"The last word looks back, and what it finds becomes a score for every word that the model knows: after "
        f"{quoted(last)}, {best} comes first.",
        "headline",
    )


def draw_notices(shown: Selection) -> None:
    """Draw how many tokens were left off, and the meaning of the signs in the pieces."""
    if dropped := shown.text.dropped:
        components.text(
            f"The model reads {language_model.max_tokens()} tokens here; {counted(dropped, 'token')} at the end "
            f"{'was' if dropped == 1 else 'were'} left off.",
            "notice",
        )
    if text := signs_in_words(shown):
        components.text(text, "small")


def signs_in_words(shown: Selection) -> str:
    """The meaning of the signs in the pieces of the text and in the likeliest next ones; "" where there are none."""
    sentences, names = [], [*shown.view.tokens, *map(shown.readable, shown.likely.pieces)]
    if any(name.startswith("·") for name in names):
        sentences.append("Some pieces are parts of words; a dot joins one to the piece before.")
    if blanks := [f"{sign} is {blank}" for sign, blank in BLANKS.items() if any(sign in name for name in names)]:
        sentences.append(f"{listed(blanks, len(blanks))}.")
    if any("<0x" in name for name in names):
        sentences.append("<0xF0> and the like are bytes: parts of a character that the model has no whole piece for.")
    if marks := language_model.special_tokens(shown.reading.tokens):
        kind, each = ("is a mark", "it is") if len(marks) == 1 else ("are marks", "each is")
        sentences.append(
            f"{listed(marks, 3)} {kind} of the model’s own, not text: {each} read as one token, as in a chat."
        )
    return " ".join(sentences)
