"""Who looks at the sentence: raw word vectors, the head taught for the chosen word, or a head of the transformer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from attention_core import bert
from attention_core.embeddings import UnknownWords
from attention_core.examples import example_of
from attention_core.glove_sources import vectors_name
from attention_core.layers import forward
from ui import state
from ui.kit.wording import percent, quoted
from ui.map.verdict import verdict_in_words
from ui.map.view import View, chosen, chosen_query, head_name, merge_pieces, raw_view
from ui.models import loaders, training
from ui.models.lessons import Lesson
from ui.models.queries import default_query, lessons_for
from ui.playground.remarks import remark

VECTORS, TAUGHT, TRANSFORMER = "Word vectors", "Taught", "Transformer"
RELATIONS = {  # what a head should find for a word, by task
    "meaning": "which noun {} stands for",
    "gender": "which noun {} stands for",
    "object": "what the object of {} is",
    "subject": "what the subject of {} is",
    "adjective": "which noun {} describes",
    "negation": "whether “not” turns {} round",
}
ANY_WORD = "the word before"  # the measured head whose pattern is seen at once in any sentence


@dataclass(frozen=True)
class MapOnPage:
    """An attention map and what to see in it.

    Attributes:
        headline: what to see, in a line.
        aside: what else has to be known of the map; "" for nothing.
        page: the page that explains it; "" for none.
        model: who looks; VECTORS where nothing was taught for any word of the sentence.
    """

    view: View
    headline: str
    aside: str = ""
    model: str = VECTORS
    page: str = ""


def look_at_sentence(model: str, switches: state.Switches) -> MapOnPage:
    """The shared sentence as a model looks at it from the chosen word.

    Raises:
        UnknownWords, NothingToAttend, UnfitSentence: there is nothing to look at.
        DamagedData: a model's file is missing or altered.
    """
    sentence = loaders.tokenized(state.sentence())
    if not sentence.known:
        raise UnknownWords(sentence.unknown)
    word = sentence.known[chosen_query(len(sentence.known))]
    fitting = lessons_for(word, sentence.known)
    if model == TAUGHT:
        return _taught(sentence, word, switches)
    if model == TRANSFORMER:
        return _transformer(sentence, word, fitting)
    view = raw_view(switches)
    clause = relation(fitting[0], word) if fitting else ""
    seen = remark(view, chosen(view), switches, example_of(state.sentence()), clause)
    return MapOnPage(view, seen.text, page=seen.page)


def model_shown(model: str) -> str:
    """Who looks indeed: the word vectors, where no taught head is meant for a word of the sentence."""
    known = loaders.tokenized(state.sentence()).known
    if model != TAUGHT or not known:
        return model
    lesson, _ = _lesson_shown(known, known[chosen_query(len(known))])
    return TAUGHT if lesson and training.shipped(training.usual_settings(lesson.best)) else VECTORS


def _lesson_shown(known: Sequence[str], word: str) -> tuple[Lesson | None, str]:
    """The lesson whose head is meant for the chosen word, or else for one worth looking from; and that word."""
    for asks in (word, known[default_query(known)]):
        if fitting := lessons_for(asks, known):
            return fitting[0], asks
    return None, word


def relation(lesson: Lesson, word: str) -> str:
    """What a lesson's head should find for a word, as a clause: which noun “it” stands for."""
    return RELATIONS.get(lesson.task, f"what {{}} asks for (“{lesson.title}”)").format(quoted(word))


def _taught(sentence: loaders.Sentence, word: str, switches: state.Switches) -> MapOnPage:
    known = sentence.known
    lesson, asks = _lesson_shown(known, word)
    if lesson is None:
        line = "No taught head is meant for a word of this sentence, so the word vectors are shown. Try one with “it”."
        return MapOnPage(raw_view(switches), line)
    model = training.shipped(training.usual_settings(lesson.best))
    if model is None:
        line = "The taught heads read other vectors than those loaded here, so the word vectors are shown."
        return MapOnPage(raw_view(switches), line)
    last = forward(model, loaders.glove().look_up(known))[-1]
    settings = {
        "sentence": state.sentence(),
        "model": f"attention on {vectors_name()} {loaders.glove().d_model}d",
        "task": lesson.title.lower(),
        "layers": model.n_layers,
        "heads": model.n_heads,
        "shows": "the last layer" if model.n_heads == 1 else "the last layer, mean of all heads",
    }
    view = View(known, last.attention.weights.mean(axis=0), sentence.words, settings)
    if asks != word:
        line = f"No taught head is meant for {quoted(word)}. This is the map of the head for {quoted(asks)}."
        return MapOnPage(view, line, model=TAUGHT)
    output = last.output[chosen_query(len(known))]
    line = f"Trained on other sentences to find {relation(lesson, word)}. Only the row of {quoted(word)} was trained."
    if model.kind == "classifier":
        line = f"{verdict_in_words(lesson, model, word, output)} {line}"
    return MapOnPage(view, line, model=TAUGHT)


def _transformer(sentence: loaders.Sentence, word: str, fitting: Sequence[Lesson]) -> MapOnPage:
    text = state.sentence()
    reading = loaders.reading(text)
    pairs = loaders.known_to_both(text, reading.tokens)
    if not pairs:
        raise UnknownWords(sentence.known)
    places, pieces, words = (list(column) for column in zip(*pairs, strict=True))
    first = chosen_query(len(sentence.known)) == 0
    layer, head, line = _measured_head(word, fitting, first=first)
    weights = reading.layers[layer].weights[head]
    settings = {
        "sentence": text,
        "model": bert.MODEL,
        "shows": f"{head_name(layer, head).lower()}, by words",
        "left_out": "[CLS] and [SEP]",
    }
    by_piece = View(reading.tokens.pieces, weights, settings=settings)
    position = {place: word for word, group in enumerate(places) for place in group}
    shown, drawn = [], set()
    for token, place in sentence.words:
        at = None if place is None else position.get(place)
        if at is None or at not in drawn:  # of words that the transformer reads as one, the first stands for all
            shown.append((token, at))
            drawn.add(at)
    view = replace(
        merge_pieces(by_piece, pieces, words),
        words=shown,
        numbers=[group[0] + 1 for group in places],
        left_out="[CLS] and [SEP]",
    )
    query = chosen(view).query
    marks = weights[pieces[query]][:, [0, -1]].sum(axis=1).mean()
    left_out = (
        f"{percent(marks)} of the weight goes to [CLS] and [SEP], two marks that the model adds, and is left out here."
    )
    return MapOnPage(view, line, left_out, TRANSFORMER)


def _measured_head(word: str, fitting: Sequence[Lesson], *, first: bool) -> tuple[int, int, str]:
    """The head that was measured to find what belongs to a word, layer and head from 0; and a line on what it does.

    Args:
        first: whether the word is the first one.
    """
    rows = loaders.gap_table()["rows"]
    for lesson in fitting:
        cell = rows[lesson.task]["cells"].get("minilm", {}) if lesson.task in rows else {}
        if cell.get("head"):
            layer, head = cell["head"]
            score = cell.get("natural") or cell["unseen"]
            line = (
                f"Nobody taught this head of MiniLM {relation(lesson, word)}, yet it is right in {score['right']} of "
                f"{score['of']} test sentences."
            )
            return layer - 1, head - 1, line
    named = next(found for found in loaders.measured_minilm_heads() if found.name == ANY_WORD)
    if first:
        line = f"This head looks from each word at {ANY_WORD}. {quoted(word)} has none before it: choose another word."
        return named.layer, named.head, line
    line = (
        f"No head of MiniLM was measured for {quoted(word)}. This one, of 72, looks from each word at {ANY_WORD}: "
        f"{percent(named.share)} of its weight goes there."
    )
    return named.layer, named.head, line
