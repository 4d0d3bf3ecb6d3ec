"""The map of each model: raw word vectors, the head taught for the chosen word, or a head of the transformer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import compress

import numpy as np

from attention_core import bert, heads, tasks
from attention_core.embeddings import UnknownWords
from attention_core.examples import preset_of
from attention_core.layers import forward
from attention_core.maps import by_words
from attention_core.ranking import TOLERANCE
from ui import state
from ui.kit.wording import listed, percent, quoted
from ui.map.verdict import verdict_in_words
from ui.map.view import View, chosen, chosen_query, head_name, left_out_by_words, merge_pieces, raw_view
from ui.models import loaders, training
from ui.models.lessons import Lesson, offered_sentences
from ui.models.queries import default_query, lessons_for
from ui.playground.remarks import remark
from ui.state.table import TAUGHT, TRANSFORMER, VECTORS

RELATIONS = {  # what a head should find for a word, by task
    "meaning": "what {} stands for",
    "gender": "what {} stands for",
    "object": "what the object of {} is",
    "subject": "what the subject of {} is",
    "adjective": "which noun {} describes",
    "negation": "whether “not” turns {} round",
}
PATTERNS = ("the word before", "the word after", "the same word elsewhere")  # measured heads' places, seen at once


@dataclass(frozen=True)
class MapOnPage:
    """An attention map and what to see in it.

    Attributes:
        headline: what to see, in a line.
        note: what else has to be known of the map; "" for nothing.
        page: the page that explains it; "" for none.
        model: who looks; VECTORS where nothing was taught for any word of the sentence.
    """

    view: View
    headline: str
    note: str = ""
    model: str = VECTORS
    page: str = ""


def map_of_sentence(model: str, switches: state.Switches) -> MapOnPage:
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
    found = remark(view, chosen(view), switches, preset_of(state.sentence()), clause)
    return MapOnPage(view, found.text, page=found.page)


def model_shown(model: str) -> str:
    """The model whose map is shown: the word vectors, where no taught head is meant for a word of the sentence."""
    known = loaders.tokenized(state.sentence()).known
    if model != TAUGHT or not known:
        return model
    lesson, _ = _lesson_shown(known, known[chosen_query(len(known))])
    return TAUGHT if lesson and training.shipped(training.usual_settings(lesson.best)) else VECTORS


def _lesson_shown(known: Sequence[str], word: str) -> tuple[Lesson | None, str]:
    """The lesson whose head is meant for the chosen word, or else for the default query; and that word."""
    for query in (word, known[default_query(known)]):
        if fitting := lessons_for(query, known):
            return fitting[0], query
    return None, word


def relation(lesson: Lesson, word: str) -> str:
    """What a lesson's head should find for a word, as a clause: what “it” stands for."""
    return RELATIONS.get(lesson.task, f"what {{}} asks for (“{lesson.title}”)").format(quoted(word))


def _taught(sentence: loaders.Sentence, word: str, switches: state.Switches) -> MapOnPage:
    known = sentence.known
    lesson, query = _lesson_shown(known, word)
    if lesson is None:
        line = "No taught head is meant for a word of this sentence, so the word vectors are shown. Try one with “it”."
        return MapOnPage(raw_view(switches), line)
    model = training.shipped(training.usual_settings(lesson.best))
    if model is None:
        line = "The taught heads read other vectors than those loaded here, so the word vectors are shown."
        return MapOnPage(raw_view(switches), line)
    marks, query_words = tasks.marks(lesson.task), tasks.query_words(lesson.task)
    unseen = np.array([not tasks.is_word(token) and token not in marks for token in known])
    last = forward(model, loaders.glove().look_up(known), ~unseen)[-1]
    settings = {
        "sentence": state.sentence(),
        "model": f"attention on {loaders.vectors_name()} {loaders.glove().d_model}d",
        "task": lesson.title.lower(),
        "layers": model.n_layers,
        "heads": model.n_heads,
        "shows": "the last layer" if model.n_heads == 1 else "the last layer, mean of all heads",
    }
    trained = np.array([query == word and token in query_words for token in known])
    n = len(known)
    view = View(
        known,
        last.attention.weights.mean(axis=0),
        sentence.words,
        settings,
        visible=np.tile(~unseen, (n, 1)),
        faint=np.tile(~trained[:, None], (1, n)),
    )
    left_out = [quoted(token) for token in dict.fromkeys(compress(known, unseen))]
    note = f"Left out, because no training sentence has it: {listed(left_out)}." if left_out else ""
    if query != word:
        fitting = [quoted(token) for token in dict.fromkeys(known) if lessons_for(token, known)]
        line = f"No taught head is meant for {quoted(word)}. Choose {listed(fitting, joined='or')}."
        return MapOnPage(view, line, note, TAUGHT)
    line = f"Trained on other sentences to find {relation(lesson, word)}."
    if state.sentence() not in offered_sentences():
        line += f" It can be wrong: right in {measured_rate(lesson)}."
    if model.kind == "classifier":
        line = f"{verdict_in_words(lesson, model, word, last.output[chosen_query(n)])} {line}"
    return MapOnPage(view, line, note, TAUGHT)


def measured_rate(lesson: Lesson) -> str:
    """How often a lesson's best model was right, as the gap's table has it: 91 % of natural test sentences."""
    cell = loaders.gap_table()["rows"][lesson.task]["cells"][lesson.best.name]
    kind, score = ("natural test", cell["natural"]) if "natural" in cell else ("test", cell["unseen"])
    return f"{percent(score['right'] / score['of'])} of {kind} sentences"


def _transformer(sentence: loaders.Sentence, word: str, fitting: Sequence[Lesson]) -> MapOnPage:
    text = state.sentence()
    reading = loaders.reading(text)
    pairs = loaders.known_to_both(text, reading.tokens)
    if not pairs:
        raise UnknownWords(sentence.known)
    places, pieces, words = (list(column) for column in zip(*pairs, strict=True))
    numbers = [group[0] + 1 for group in places]
    query = chosen_query(len(words), numbers)
    layer, head, line = _measured_head(word, fitting) or _patterned_head(word, reading, pieces[query][0])
    weights = reading.layers[layer].attention(head).weights
    left_out = left_out_by_words(pieces, len(reading.tokens.pieces))
    settings = {
        "sentence": text,
        "model": bert.MODEL,
        "shows": f"{head_name(layer, head).lower()}, by words",
        "left_out": left_out,
    }
    by_piece = View(reading.tokens.pieces, weights, settings=settings)
    position = {place: word for word, group in enumerate(places) for place in group}
    shown, places_shown = [], set()
    for token, place in sentence.words:
        at = None if place is None else position.get(place)
        if at is None or at not in places_shown:  # of words that the transformer reads as one, the first stands for all
            shown.append((token, at))
            places_shown.add(at)
    view = replace(
        merge_pieces(by_piece, pieces, words),
        words=shown,
        numbers=numbers,
        left_out=left_out,
    )
    return MapOnPage(view, line, "[CLS] and [SEP] are two marks that the model adds.", TRANSFORMER)


def _measured_head(word: str, fitting: Sequence[Lesson]) -> tuple[int, int, str] | None:
    """The head that was measured to find what belongs to a word, layer and head from 0; and a line on what it does."""
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
    return None


def _patterned_head(word: str, reading: bert.Reading, piece: int) -> tuple[int, int, str]:
    """A head that looks from a word at a place that anyone can name, layer and head from 0; and a line on it.

    Of the measured heads the one that is right most often among those that are right here; if none is, the first.

    Args:
        piece: the position of the word's first piece.
    """
    groups, words = reading.tokens.groups, reading.tokens.labels
    place = next(place for place, group in enumerate(groups) if piece in group)
    patterned = [found for found in loaders.measured_minilm_heads() if found.name in PATTERNS]
    patterned.sort(key=lambda found: found.first, reverse=True)
    for found in patterned:
        row = by_words(reading.layers[found.layer].attention(found.head).weights, groups)[place]
        wanted = dict(heads.PLACES[found.name](words)).get(place, [])
        if any(row[key] >= row.max() - TOLERANCE for key in wanted):
            line = f"No head of MiniLM was measured for {quoted(word)}. This one looks from each word at {found.name}."
            return found.layer, found.head, line
    found = patterned[0]
    line = f"This head looks from each word at {found.name}, but not from {quoted(word)}: choose another word."
    return found.layer, found.head, line
