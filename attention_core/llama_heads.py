"""What single heads of the language model do, measured; data/measure_smollm2.py makes the table.

As in `attention_core/heads.py`: for each rule the best head is chosen on every other text and measured on the other
half. The texts are the 64 sentences of data/minilm/sentences.json. For copying they are the word pieces of each
sentence, shuffled and repeated once: the piece that follows a piece the first time comes next the second time
(induction heads; Olsson et al. 2022), and grammar does not help to predict it.

In a language model most of the weight goes to the first token, whatever it is (the attention sink; Xiao et al. 2024).
So the first token counts for the rule about it alone: it is no target of the other rules, and "first" ignores it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from attention_core.heads import Case, NamedHead, Targets, choose_head, named_heads
from attention_core.maps import by_words

if TYPE_CHECKING:
    from attention_core.llama import Llama

FILE, SINK, COPYING = "smollm2/heads.json", "the first token", "what followed the same word"
PLACES: dict[str, Callable[[list[str]], Targets]] = {
    "the word before": lambda words: [(i, [i - 1]) for i in range(2, len(words))],
    "the same word earlier": lambda words: [
        (i, earlier)
        for i, word in enumerate(words)
        if (earlier := [j for j in range(1, i) if words[j].strip().casefold() == word.strip().casefold()])
    ],
    SINK: lambda words: [(i, [0]) for i in range(1, len(words))],
}
GRAMMAR = {"from a pronoun to its noun": ("pronoun", 1), "from an object to its verb": ("object", -1)}


def words_of(pieces: list[str]) -> list[list[int]]:
    """The pieces of each word: a piece with a leading space, or without a letter or digit, begins a new word."""
    groups: list[list[int]] = []
    for i, piece in enumerate(pieces):
        if not groups or piece[0].isspace() or not piece[0].isalnum():
            groups.append([])
        groups[-1].append(i)
    return groups


def targets(rule: str, words: list[str], sentence: dict[str, Any]) -> Targets:
    """The targets of a sentence by a rule; never later tokens."""
    if rule in PLACES:
        return PLACES[rule](words)
    relation, direction = GRAMMAR[rule]
    plain = [word.strip() for word in words]
    pairs = [tuple(plain.index(word) for word in pair[::direction]) for pair in sentence.get(relation, [])]
    return [(query, [key]) for query, key in pairs if 0 < key < query]


def repeated_pieces(model: "Llama", text: str, seed: int) -> tuple[np.ndarray, Targets]:
    """The ids of the different pieces of a text, shuffled and repeated once; and the targets of a copying head."""
    generator = np.random.default_rng(seed)
    once = generator.permutation(np.unique(model.tokens(text).ids))
    n = len(once)
    return np.tile(once, 2), [(n + i, [i + 1]) for i in range(n - 1)]


def measure_heads(model: "Llama", sentences: list[dict[str, Any]]) -> list[NamedHead]:
    """For each rule the head that is best on every other text, with its figures on the other half."""
    cases: dict[str, list[Case]] = {rule: [] for rule in (*PLACES, COPYING, *GRAMMAR)}
    for seed, sentence in enumerate(sentences):
        reading = model.read(sentence["text"])
        groups = words_of(reading.tokens.pieces)
        words = ["".join(reading.tokens.pieces[i] for i in group) for group in groups]
        maps = by_words(reading.maps, groups)
        without_sink = maps.copy()
        without_sink[..., 0] = 0
        for rule in (*PLACES, *GRAMMAR):
            cases[rule].append((maps if rule == SINK else without_sink, targets(rule, words, sentence)))
        ids, wanted = repeated_pieces(model, sentence["text"], seed)
        maps = model.read(model.tokens_of(ids)).maps
        maps[..., 0] = 0
        cases[COPYING].append((maps, wanted))
    return [choose_head(rule, of_rule[::2], of_rule[1::2]) for rule, of_rule in cases.items()]


def llama_heads() -> list[NamedHead]:
    """The heads whose use was measured, from data/smollm2/heads.json.

    Raises:
        DamagedData: the file is missing or altered.
    """
    return named_heads(FILE)
