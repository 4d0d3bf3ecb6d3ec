"""The task "copy": the next word of a sentence in which a sequence of words repeats.

Sentences are random words, of which a sequence occurs twice: a b c d e b c d. Only the sentence itself tells the next
word: find the last place where the same word stood, and copy the word that followed. Two layers with positions can
learn that: in the first each word looks at the word before it and adds that one's value to its own vector; in the
second a word looks at the place whose vector holds the same word. The second is called an induction head (Elhage et al.
2021, "A mathematical framework for transformer circuits"; Olsson et al. 2022, "In-context learning and induction
heads").
"""

from collections.abc import Collection, Iterator, Sequence
from functools import cache

import numpy as np

from attention_core import tasks
from attention_core.attention import softmax
from attention_core.embeddings import Embeddings
from attention_core.layers import Layer, Model
from attention_core.learning import EncodedSentences, next_word_logits
from attention_core.ranking import LOGIT_TOLERANCE, rank
from attention_core.tasks import Example

N_TOKENS = 20
SHORTEST, LONGEST = 3, 9  # words of a sequence that repeats


@cache
def vocabulary() -> tuple[str, ...]:
    """The words of the task, of all kinds."""
    return tuple(word for kind in kinds() for word in kind)


@cache
def kinds() -> tuple[tuple[str, ...], ...]:
    """The words of the task by kind: people, animals, names and so on."""
    return tuple(tuple(line.split()) for line in tasks.read("copy")["words"])


def places_of_next(tokens: Sequence[object]) -> list[int]:
    """For each place the place of the word that should come next, -1 where that cannot be known.

    It is known where the same word stood before and the same word follows it now as then. At the end of the sentence,
    where nothing follows, it is enough that the same word stood before.

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


def make_examples(
    count: int, generator: np.random.Generator, *, testing: bool, test_words: Collection[str]
) -> Iterator[Example]:
    """Random sentences of the words of one side, each with a repeated sequence, whose last but one word is the query.

    Half of the sentences, chosen at random, take their words from few kinds, so that similar words have to be told
    apart: a king from a queen. In half of them a word stands in two more places, as "the" does in English. Half of them
    begin with the sequence: the first word has none before it and looks at itself, and a model has to learn that it
    does not follow itself.

    Args:
        testing: whether they are made of the words for testing, else of those for training.
        test_words: the words that are only for testing.
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


def encode(sentences: Sequence[Example], glove: Embeddings, words: Sequence[str]) -> EncodedSentences:
    """Sentences as numbers: every place whose next word can be known is a query.

    Args:
        words: the vocabulary among which the next word is searched; it has every word of the sentences.
    """
    rows = {word: row for row, word in enumerate(words)}
    ids = np.array([[rows[token] for token in sentence.tokens] for sentence in sentences], np.int32)
    answers = np.array([places_of_next(sentence.tokens) for sentence in sentences], np.int32)
    return EncodedSentences(np.array(glove.look_up(list(words))), ids, answers)


def datasets(
    glove: Embeddings, training: Sequence[Example], testing: Sequence[Example]
) -> tuple[EncodedSentences, EncodedSentences]:
    """The sentences to train with and those to test with.

    In training the next word is searched among the words for training, in testing among all.
    """
    seen = sorted({token for sentence in training for token in sentence.tokens})
    unseen = sorted({token for sentence in testing for token in sentence.tokens})
    return encode(training, glove, seen), encode(testing, glove, seen + unseen)


def next_words(
    model: Model, layers: Sequence[Layer], tokens: Sequence[str], glove: Embeddings, place: int = -1, count: int = 10
) -> list[tuple[str, float]]:
    """The likeliest words to follow a place of a sentence, each with its probability, the likeliest first.

    Args:
        layers: what `forward` computed for the sentence.
        tokens: its words; the next is searched among them and those of the task.
        place: of the query, counted from 0; the last by default.
    """
    words = sorted({*glove.split_known(list(vocabulary()))[0], *tokens})
    logits = next_word_logits(model, layers[-1].output[place], glove.look_up(words))
    probabilities = softmax(logits)
    return [(words[row], float(probabilities[row])) for row in rank(logits, LOGIT_TOLERANCE)[:count]]
