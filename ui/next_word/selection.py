"""The text that the language model reads, the head shown, and the words it would write next."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from attention_core import next_word
from attention_core.attention import Attention
from attention_core.llama import Layer, Reading, Tokens
from attention_core.maps import favourite, hide
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
POLL = 0.25  # seconds from one look at the queue to the next


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
    Example("What is “it”?", "The cat sat on the mat because it was tired", 14, 9, 8),
    Example("Copying", "red lamp blue chair green door red lamp blue chair", 19, 7),
)


@dataclass
class Writing:
    """A text that is being written on, kept for the visitor until it is done.

    Attributes:
        text: as far as it has come.
        left: pieces still to write; of: in all.
        word: the piece that the visitor took, which comes first.
    """

    text: str
    left: int
    of: int
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
    def room(self) -> int:
        """How many tokens more the model reads here."""
        return language_model.max_tokens() - len(self.reading.tokens.ids)

    def readable(self, piece: str) -> str:
        """A piece that may come next, for people."""
        tokens = self.reading.tokens
        return readable(piece, first=tokens.pieces[-1] in language_model.special_tokens(tokens))

    def piece_name(self, piece: str) -> str:
        """A piece that may come next, as a sentence mentions it: “Paris”."""
        return f"“{isolated(self.readable(piece))}”"


def readable(piece: str, first: bool = False) -> str:
    """A piece for people. A word has a space before it and a sign has none: what is otherwise is marked, with · and ␣.

    Args:
        first: whether it begins a word wherever it stands.
    """
    text = piece.strip()
    if not text:
        return "↵" * piece.count("\n") or "␣" * len(piece)
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


def wait_for(key: tuple[Any, ...], compute: Callable[[], Any], what: str) -> Any:
    """What the language model's thread computes; while it lasts the page says so, and other pages go on.

    Args:
        key: of the job; visitors who ask for the same share it, and its result is kept for a while.
        what: is computed, for the sentence that says so.

    Raises:
        Exception: what the computation raised.
    """
    place = st.empty()  # also where nobody waits, so that what stands below keeps its place
    if (kept := language_model.kept(key)) is not None:
        return kept
    with run_lock.released(), language_model.queue.job(key, compute) as job:
        while not job.done.wait(POLL):
            with place:
                components.text(standing(language_model.queue.before(job), what), "small", status=True)
    place.empty()
    return job.result()


def standing(before: int, what: str) -> str:
    """What a visitor who waits reads."""
    if not language_model.opened():
        return "The language model is being opened. This takes some seconds, once for everybody."
    if before:
        return f"The model works for one visitor at a time: {counted(before, 'request')} before yours."
    return f"{what} …"


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
    did = text.reading.layers[layer]
    attention, visible = one_head(did, head, without_first)
    shared = did.kv_head(head)
    q, k, v = did.q[head], did.k[shared], did.v[shared]
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
        aside=(0,),
        controls=("wq", "wk"),
    )


def choice_of(view: View) -> Choice:
    """The chosen query and key: where the link names none, the last token, and what it looks at most besides the first.

    What comes later cannot be looked at: a key behind the query counts as none.
    """
    n = len(view.labels)
    query = min(int(state.get("wq")) or n, n) - 1
    key = int(state.get("wk"))
    if 0 < key <= query + 1:
        return Choice(query, key - 1)
    return Choice(query, favourite(view.weights[query], [0]) if query else 0)


def one_head(did: Layer, head: int, without_first: bool) -> tuple[Attention, np.ndarray]:
    """Every stage of a head, and (n, n) booleans of what is shown: without the first token if that is wanted."""
    every = did.attention(head)
    visible = np.isfinite(every.masked)
    if not without_first or len(visible) == 1:
        return every, visible
    visible[1:, 0] = False  # the first token itself can look nowhere else
    weights, _ = hide(every.weights[1:], [0])
    weights = np.concatenate([every.weights[:1], weights])
    masked = np.where(visible, every.masked, -np.inf)
    return Attention(every.scores, every.scaled, masked, weights, weights @ did.v[did.kv_head(head)]), visible


def draw_headline(shown: Selection) -> None:
    """Draw what is to be seen in the text shown, in one line."""
    last, best = shown.view.tokens[-1], shown.piece_name(shown.pieces[0])
    components.text(
        f"The last word looks back, and what it finds becomes a score for every word that the model knows: after "
        f"{quoted(last)}, {best} comes first.",
        "headline",
    )


def draw_notices(shown: Selection) -> None:
    """What was left off, and what the pieces are."""
    if cut := shown.text.cut:
        components.text(
            f"The model reads {language_model.max_tokens()} tokens here; {counted(cut, 'token')} at the end "
            f"{'was' if cut == 1 else 'were'} left off.",
            "notice",
        )
    said, names = [], [*shown.view.tokens, *map(shown.readable, shown.pieces)]
    if any(name.startswith("·") for name in shown.view.tokens):
        said.append(
            "A word that the model does not know whole comes in pieces; a dot marks a piece that goes on with a word."
        )
    if any(name.startswith("␣") for name in names):
        said.append("␣ is a space that belongs to a piece.")
    if any("<0x" in name for name in names):
        said.append("<0xF0> and the like are bytes: parts of a character that the model has no whole piece for.")
    if marks := language_model.special_tokens(shown.reading.tokens):
        are, one = ("is a mark", "it is") if len(marks) == 1 else ("are marks", "each is")
        said.append(f"{listed(marks, 3)} {are} of the model’s own, not text: {one} read as one token, as in a chat.")
    if said:
        components.text(" ".join(said), "small")
