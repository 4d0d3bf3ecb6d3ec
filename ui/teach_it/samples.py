"""The sample sentences of a task, and the model's answer to each."""

from dataclasses import dataclass
from functools import lru_cache

from attention_core import copying, learning
from attention_core.layers import Layer, Model, forward
from attention_core.ranking import first_largest
from ui import state
from ui.kit import components
from ui.kit.wording import percent
from ui.models import loaders
from ui.models.lessons import VERDICTS, SampleSentence, sample_sentences
from ui.shell.sentence_input import choose_sentence
from ui.teach_it.session import Session


@dataclass(frozen=True)
class Answer:
    """A model's answer to a sample sentence.

    Attributes:
        text: the answer in words.
        share: the weight or probability that the right answer gets.
        correct: whether the model is right.
    """

    text: str
    share: float
    correct: bool


@lru_cache(maxsize=64)
def compute_answer(model: Model, sample: SampleSentence) -> Answer:
    """Compute the model's answer to a sample sentence."""
    words, query, right = sample.example.tokens, sample.example.query, sample.example.answer
    layers = forward(model, loaders.glove().look_up(list(words)))
    if model.kind == "classifier":
        good = float(learning.probability_good(model, layers[-1].output)[query])
        text = f"{VERDICTS[int(good > 0.5)]} {percent(max(good, 1 - good))}"
        return Answer(text, good if right else 1 - good, (good > 0.5) == bool(right))
    if model.kind == "next_word":
        return answer_of_copying(model, layers, sample)
    row = layers[-1].attention.weights.mean(axis=0)[query]
    best = int(first_largest(row))
    correct = best == right if model.d_positions else words[best] == words[right]
    return Answer(f"{words[query]} → {words[best]} {percent(row[best])}", float(row[right]), correct)


def answer_of_copying(model: Model, layers: list[Layer], sample: SampleSentence) -> Answer:
    """The answer of a model that copies: its next word.

    Args:
        layers: what it computed for the sample sentence.
    """
    words, query, right = sample.example.tokens, sample.example.query, sample.example.answer
    count = len(copying.vocabulary())
    probabilities = dict(copying.next_words(model, layers, words, loaders.glove(), query, count=count))
    word = next(iter(probabilities))  # the likeliest
    text = f"{words[query]} … {word} {percent(probabilities[word])}"
    return Answer(text, probabilities.get(words[right], 0.0), word == words[right])


def draw_sentences(session: Session) -> None:
    """Draw the sample sentences of the task, the model's answer to each, and the choice among them."""
    samples = sample_sentences(session.lesson)
    components.text("Sentences to try", "heading")
    lines = []
    for sample in samples:
        found = compute_answer(session.model, sample)
        value = f"{found.text}, {'right' if found.correct else 'wrong'}"
        lines.append((sample.text, value, found.share, sample.text == state.sentence()))
    label = "Sentences of this task: choose one"
    components.radio_list(lines, key="sentences", on_pick=lambda place: choose_sentence(samples[place]), label=label)
