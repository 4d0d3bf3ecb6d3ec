"""What The next word shows: the text inside the model, the chosen head, and the likeliest next words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from attention_core import next_word
from attention_core.attention import Attention
from attention_core.llama import Layer, Reading, Tokens
from attention_core.maps import hide, largest_except
from attention_core.steps import Walk, walk
from ui import state
from ui.kit import components, export
from ui.kit.wording import counted, isolated, listed, quoted
from ui.map.view import Choice, View, head_name
from ui.models import language_model
from ui.models.language_model import Text
from ui.state import controls, run_lock
from ui.state.table import MAX_CHARACTERS

LIKELIEST, BY_LOT = "The likeliest", "Drawn by lot"
MAX_WORDS = 20  # that "Write on" writes at a time
POLL = 0.25  # seconds between two checks of the queue


@dataclass(frozen=True)
class Example:
    """A text to start from: its name on the page, the head and the token that make its point."""

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


@dataclass
class Writing:
    """A text that the model is writing on, kept in the session until it is done.

    Attributes:
        start: as it was before.
        text: as far as it has come.
        remaining: the number of pieces still to write.
        total: the number of pieces in all.
        word: the piece that the visitor took, which comes first.
    """

    start: str
    text: str
    remaining: int
    total: int
    word: int | None = None


@dataclass(frozen=True)
class Selection:
    """What the page shows.

    Attributes:
        text: the text inside the model.
        view: the map of the chosen head; choice: the chosen query and key in it.
        layer, head: the chosen one, from 0.
        temperature: what the scores are divided by.
        likely: the numbers of the ten likeliest pieces, pieces: how they are spelt, probabilities: (10,) of them.
        word: the piece whose probability the folds follow, as a place among the ten.
    """

    text: Text
    view: View
    choice: Choice
    layer: int
    head: int
    temperature: float
    likely: list[int]
    pieces: list[str]
    probabilities: np.ndarray
    word: int

    @property
    def reading(self) -> Reading:
        """What the model made of the text."""
        return self.text.reading

    @property
    def name(self) -> str:
        """The head shown."""
        return head_name(self.layer, self.head)

    @property
    def followed(self) -> int:
        """The number of the piece that the folds follow."""
        return self.likely[self.word]

    @property
    def followed_name(self) -> str:
        """The piece that the folds follow, as a sentence mentions it."""
        return self.piece_name(self.pieces[self.word])

    @property
    def tokens_left(self) -> int:
        """The number of tokens that may still be added to the text."""
        return language_model.max_tokens() - len(self.reading.tokens.ids)

    def readable(self, piece: str) -> str:
        """A piece that may come next, for people."""
        tokens = self.reading.tokens
        return readable(piece, first=tokens.pieces[-1] in language_model.special_tokens(tokens))

    def piece_name(self, piece: str) -> str:
        """A piece that may come next, as a sentence mentions it: “Paris”."""
        return f"“{isolated(self.readable(piece))}”"


BLANKS = {"␣": "a space", "⍽": "a no-break space", "⇥": "a tab", "↵": "a line end"}  # signs for what cannot be seen
SIGNS = {"\u00a0": "⍽", "\u202f": "⍽", "\t": "⇥", "\n": "↵", "\r": "↵"}  # of all other blanks ␣


def readable(piece: str, first: bool = False) -> str:
    """A piece for people. A word has a space before it and a sign has none: what is otherwise is marked, with · and ␣.

    A piece of blanks alone is written in the signs of BLANKS.

    Args:
        first: whether it begins a word wherever it stands.
    """
    text = piece.strip()
    if not text:
        return "".join(SIGNS.get(blank, "␣") for blank in piece)
    spaced = piece[0].isspace()
    if first or spaced == text[0].isalnum():
        return text
    return ("␣" if spaced else "·") + text


def readable_text(tokens: Tokens) -> list[str]:
    """The pieces of a text, for people; the first begins a word, and so does one behind a mark of the model's own."""
    pieces, marks = tokens.pieces, language_model.special_tokens(tokens)
    return [readable(piece, first=not i or pieces[i - 1] in marks) for i, piece in enumerate(pieces)]


def two_decimals(value: float, sign: str = "") -> str:
    """A number with two decimals: 21.38, −0.08.

    Args:
        sign: "+" gives one above zero its sign, too.
    """
    return f"{round(value, 2) or 0.0:{sign}.2f}".replace("-", "−")


def ask_for_text() -> str:
    """Draw the field and the examples; the text that is read, which grows while it is written on."""

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
    controls.examples("Texts to start from", list(by_name), here, start_from, key="example")
    writing = st.session_state.get("writing")
    return writing.text if writing else str(state.get("text") or "")[:MAX_CHARACTERS]


def wait_for(key: tuple[Any, ...], compute: Callable[[], Any], activity: str) -> Any:
    """Have the language model's thread compute something, and show a line meanwhile; other pages go on.

    Args:
        key: of the job; visitors who ask for the same share it, and its result is kept for a while.
        activity: what the model does, for that line.

    Raises:
        Exception: what the computation raised.
    """
    place = st.empty()  # also where nobody waits, so that what stands below keeps its place
    if (kept := language_model.kept(key)) is not None:
        return kept
    with run_lock.released(), language_model.queue.job(key, compute) as job:
        while not job.done.wait(POLL):
            with place:
                components.text(waiting_text(language_model.queue.before(job), activity), "small", status=True)
    place.empty()
    return job.result()


def waiting_text(before: int, activity: str) -> str:
    """The sentence that a visitor reads while a computation is awaited.

    Args:
        before: the number of requests before this one.
        activity: what the model does then.
    """
    if not language_model.opened():
        return "The language model is being opened. This takes some seconds, once for everybody."
    if before:
        return f"The model works for one visitor at a time: {counted(before, 'request')} before yours."
    return f"{activity} …"


def read_selection(text: str) -> Selection:
    """A text inside the model, as the controls say.

    Raises:
        UnusableModel: there is no language model.
        UnfitText: there is nothing to read.
    """
    read = wait_for(("text", text), lambda: language_model.read(text), "The model is reading")
    reading, temperature = read.reading, float(state.get("temp"))
    layer, head = state.index_of("wl", len(reading.layers)), state.index_of("wh", len(reading.layers[0].q))
    likely = next_word.likeliest(reading.logits)
    probabilities = next_word.next_probabilities(reading.logits, temperature)[likely]
    pieces = language_model.model().tokens_of(likely).pieces
    word = state.index_of("word", len(likely))
    view = view_of(read, layer, head)
    return Selection(read, view, choice_of(view), layer, head, temperature, likely, pieces, probabilities, word)


def view_of(text: Text, layer: int, head: int) -> View:
    """The map of a head."""
    tokens = readable_text(text.reading.tokens)
    n, without_first = len(tokens), bool(state.get("nofirst"))
    computed = text.reading.layers[layer]
    attention, visible = head_stages(computed, head, without_first)
    shared = computed.kv_head(head)
    q, k, v = computed.q[head], computed.k[shared], computed.v[shared]
    settings = {
        "sentence": text.text,
        "model": language_model.model().name,
        "shows": head_name(layer, head).lower(),
        "causal_mask": True,
        "hidden": "the first token (the rest renormalised)" if without_first else "nothing",
    }

    def walk_from(row: int) -> Walk:
        return walk(q[row], k, v, visible[row])

    return View(
        tokens=tokens,
        weights=attention.weights,
        words=list(zip(tokens, range(n), strict=True)),
        settings=settings,
        visible=visible,
        stages=attention,
        walk=walk_from,
        code=lambda: export.head_code(tokens, q, k, v, visible, settings),
        skipped=(0,),
        controls=("wq", "wk"),
    )


def choice_of(view: View) -> Choice:
    """The chosen query and key; by default the last token, and the one it looks at most besides the first.

    What comes later cannot be looked at: a key behind the query counts as none.
    """
    n = len(view.labels)
    query = min(int(state.get("wq")) or n, n) - 1
    key = int(state.get("wk"))
    if 0 < key <= query + 1:
        return Choice(query, key - 1)
    return Choice(query, largest_except(view.weights[query], [0]) if query else 0)


def head_stages(layer: Layer, head: int, without_first: bool) -> tuple[Attention, np.ndarray]:
    """Every stage of a head, and (n, n) booleans of what is shown.

    Args:
        without_first: whether the first token is left out.
    """
    every = layer.attention(head)
    visible = np.isfinite(every.masked)
    if not without_first or len(visible) == 1:
        return every, visible
    visible[1:, 0] = False  # the first token itself can look nowhere else
    weights, _ = hide(every.weights[1:], [0])
    weights = np.concatenate([every.weights[:1], weights])
    masked = np.where(visible, every.masked, -np.inf)
    return Attention(every.scores, every.scaled, masked, weights, weights @ layer.v[layer.kv_head(head)]), visible


def draw_headline(shown: Selection) -> None:
    """Draw what is to be seen in the text shown, in one line."""
    last, best = shown.view.tokens[-1], shown.piece_name(shown.pieces[0])
    components.text(
        f"The last word looks back, and what it finds becomes a score for every word that the model knows: after "
        f"{quoted(last)}, {best} comes first.",
        "headline",
    )


def draw_notices(shown: Selection) -> None:
    """Draw how many tokens were left off, and what the signs in the pieces mean."""
    if cut := shown.text.cut:
        components.text(
            f"The model reads {language_model.max_tokens()} tokens here; {counted(cut, 'token')} at the end "
            f"{'was' if cut == 1 else 'were'} left off.",
            "notice",
        )
    notes, names = [], [*shown.view.tokens, *map(shown.readable, shown.pieces)]
    if any(name.startswith("·") for name in names):
        notes.append("Some pieces are parts of words; a dot joins one to the piece before.")
    if blanks := [f"{sign} is {blank}" for sign, blank in BLANKS.items() if any(sign in name for name in names)]:
        notes.append(f"{listed(blanks, len(blanks))}.")
    if any("<0x" in name for name in names):
        notes.append("<0xF0> and the like are bytes: parts of a character that the model has no whole piece for.")
    if marks := language_model.special_tokens(shown.reading.tokens):
        kind, each = ("is a mark", "it is") if len(marks) == 1 else ("are marks", "each is")
        notes.append(f"{listed(marks, 3)} {kind} of the model’s own, not text: {each} read as one token, as in a chat.")
    if notes:
        components.text(" ".join(notes), "small")
