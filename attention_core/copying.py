"""The task "copy": what comes next in a sentence in which a stretch of words repeats?

Sentences are random words, of which a stretch occurs twice: a b c d e b c d. Nothing tells the next word but the
sentence itself: find the last place where the same word stood, and copy what followed. Two layers with positions can
learn that: in the first each word looks at the word before it and takes it along, in the second a word looks for the
place that has taken the same word along. The second is called an induction head (Elhage et al. 2021, "A mathematical
framework for transformer circuits"; Olsson et al. 2022, "In-context learning and induction heads").
"""

from collections.abc import Collection, Iterator, Sequence
from functools import cache

import numpy as np

from attention_core import tasks
from attention_core.embeddings import Embeddings
from attention_core.layers import Layer, Model
from attention_core.learning import LOGIT_TOLERANCE, Encoded, next_word_logits, next_word_probabilities
from attention_core.ranking import rank
from attention_core.tasks import Example

N_TOKENS = 20
SHORTEST, LONGEST = 3, 9  # words of a stretch that repeats


@cache
def vocabulary() -> tuple[str, ...]:
    """The words of the task: common ones, and some of every list."""
    return tuple(word for kind in kinds() for word in kind)


@cache
def kinds() -> tuple[tuple[str, ...], ...]:
    """The words of the task by kind: people, animals, names and so on."""
    return tuple(tuple(line.split()) for line in tasks.read("copy")["words"])


def places_of_next(tokens: Sequence[object]) -> list[int]:
    """For each place the place of the word that should come next, -1 where that cannot be known.

    It can where the same word stood before and the word that followed it last time does follow again; at the end of
    the sentence, where nothing follows, wherever the same word stood before.

    >>> places_of_next("a b c a b".split())
    [-1, -1, -1, 1, 2]
    """
    places: list[int] = []
    last: dict[object, int] = {}
    for i, token in enumerate(tokens):
        after = last.get(token, -2) + 1
        right = after > 0 and (i + 1 == len(tokens) or tokens[after] == tokens[i + 1])
        places.append(after if right else -1)
        last[token] = i
    return places


def examples(
    count: int, generator: np.random.Generator, *, testing: bool, test_words: Collection[str]
) -> Iterator[Example]:
    """Random sentences of the words of one side, a stretch of each repeated; the last word of the stretch but one asks.

    Every other sentence takes its words from few kinds, so that a king has to be told from a queen. In every other one
    a word stands in two more places, as "the" does in English. In every other one the sentence begins with the stretch:
    the first word has none before it, looks at itself, and a model has to learn not to take it for its own follower.

    Args:
        testing: which side; test_words: the words that are only for testing.
    """
    by_kind = [[word for word in kind if (word in test_words) == testing] for kind in kinds()]
    for _ in range(count):
        order = generator.permutation(len(by_kind))
        few, twice, at_start = generator.random(3) < 0.5
        words: list[str] = []
        for kind in order:
            if not few or len(words) < N_TOKENS:
                words += by_kind[kind]
        tokens = [words[place] for place in generator.choice(len(words), N_TOKENS, replace=False)]
        length = int(generator.integers(SHORTEST, LONGEST + 1))
        first = 0 if at_start else int(generator.integers(N_TOKENS - 2 * length + 1))
        second = int(generator.integers(first + length, N_TOKENS - length + 1))
        tokens[second : second + length] = tokens[first : first + length]
        others = [i for i in range(N_TOKENS) if not first <= i < first + length and not second <= i < second + length]
        if twice and len(others) > 1:
            for place in generator.choice(others, 2, replace=False):
                tokens[place] = tokens[first + 1]
        yield Example(tuple(tokens), second + length - 2, first + length - 1)


def encode(sentences: Sequence[Example], glove: Embeddings, words: Sequence[str]) -> Encoded:
    """Sentences as numbers: every place whose next word can be known asks.

    Args:
        words: the vocabulary among which the next word is searched; it has every word of the sentences.
    """
    rows = {word: row for row, word in enumerate(words)}
    ids = np.array([[rows[token] for token in sentence.tokens] for sentence in sentences], np.int32)
    answers = np.array([places_of_next(sentence.tokens) for sentence in sentences], np.int32)
    return Encoded(np.array(glove.look_up(list(words))), ids, answers)


def datasets(glove: Embeddings, training: Sequence[Example], testing: Sequence[Example]) -> tuple[Encoded, Encoded]:
    """The sentences to train with, which know only their own words, and those to test with, which know all words."""
    seen = sorted({token for sentence in training for token in sentence.tokens})
    unseen = sorted({token for sentence in testing for token in sentence.tokens})
    return encode(training, glove, seen), encode(testing, glove, seen + unseen)


def next_word_distribution(
    model: Model, layers: Sequence[Layer], tokens: Sequence[str], glove: Embeddings, place: int = -1
) -> tuple[list[str], np.ndarray]:
    """The words that may follow a place of a sentence, in alphabetical order, and the probability of each.

    Args:
        layers: what `forward` computed for the sentence.
        tokens: its words; the next is searched among them and those of the task.
        place: of the word that asks, counted from 0; the last by default.
    """
    words = sorted({*glove.split_known(list(vocabulary()))[0], *tokens})
    return words, next_word_probabilities(model, layers[-1].output[place], glove.look_up(words))


def next_words(
    model: Model, layers: Sequence[Layer], tokens: Sequence[str], glove: Embeddings, place: int = -1, count: int = 10
) -> list[tuple[str, float]]:
    """The likeliest words to follow a place of a sentence, each with its probability, the likeliest first.

    Args:
        model, layers, tokens, glove, place: as in `next_word_distribution`.
    """
    words, probabilities = next_word_distribution(model, layers, tokens, glove, place)
    logits = next_word_logits(model, layers[-1].output[place], glove.look_up(words))
    return [(words[row], float(probabilities[row])) for row in rank(logits, LOGIT_TOLERANCE)[:count]]
