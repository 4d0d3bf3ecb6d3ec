"""What single heads do, measured: the weight that each gives to the tokens that a rule names.

Some rules are about places ("the word before"), and any sentence tests them; some are about grammar ("from a pronoun
to its noun"), and data/minilm/sentences.json has the right tokens of its 64 sentences. For each rule the best of the 72
heads is chosen on every other sentence and measured on the other half. After Clark et al. 2019, "What Does BERT Look
At?".
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from attention_core.files import DATA, record_checksums, replace_file, verify_file
from attention_core.maps import by_words
from attention_core.ranking import TOLERANCE, first_largest

if TYPE_CHECKING:
    from attention_core.bert import MiniLM

Targets = list[tuple[int, list[int]]]  # queries, each with the keys that it should look at
Case = tuple[np.ndarray, Targets]  # the maps of a sentence, (n_layers, n_heads, n, n), and the targets of its tokens

# The tokens are [CLS], the words, [SEP]; [CLS] and [SEP] are keys, but never queries.
PLACES: dict[str, Callable[[list[str]], Targets]] = {
    "the word before": lambda words: [(i, [i - 1]) for i in range(2, len(words) - 1)],
    "the word after": lambda words: [(i, [i + 1]) for i in range(1, len(words) - 2)],
    "the same word elsewhere": lambda words: [
        (i, others)
        for i, word in enumerate(words)
        if (others := [j for j, other in enumerate(words) if other == word and j != i])
    ],
    "the full stop": lambda words: [(i, [len(words) - 2]) for i in range(1, len(words) - 2) if words[-2] == "."],
    "[CLS]": lambda words: [(i, [0]) for i in range(1, len(words) - 1)],
    "[SEP]": lambda words: [(i, [len(words) - 1]) for i in range(1, len(words) - 1)],
}
GRAMMAR = {  # the relation in sentences.json, and whether its second word is the query
    "from a pronoun to its noun": ("pronoun", False),
    "from an object to its verb": ("object", True),
    "from a verb to its object": ("object", False),
}


@dataclass(frozen=True)
class NamedHead:
    """A head and its measured use.

    Attributes:
        name: the rule that it follows.
        layer, head: which one, from 0.
        share: the mean weight that it gives to the targets.
        first: the share of cases in which no other token gets more.
        others: the mean weight that the other heads give to the targets.
        count: the number of cases.
    """

    name: str
    layer: int
    head: int
    share: float
    first: float
    others: float
    count: int


def targets(rule: str, words: list[str], sentence: dict[str, Any]) -> Targets:
    """The targets of a sentence by a rule."""
    if rule in PLACES:
        return PLACES[rule](words)
    relation, backwards = GRAMMAR[rule]
    pairs = [(words.index(a), words.index(b)) for a, b in sentence.get(relation, [])]
    return [(b, [a]) if backwards else (a, [b]) for a, b in pairs]


def measure_heads(model: "MiniLM", sentences: list[dict[str, Any]]) -> list[NamedHead]:
    """For each rule the head that is best on every other sentence, with its figures on the other half."""
    cases = []
    for sentence in sentences:
        reading = model.read(sentence["text"])
        cases.append((sentence, reading.tokens.labels, by_words(reading.maps, reading.tokens.groups)))

    def halves(rule: str) -> list[list[Case]]:
        return [[(maps, targets(rule, words, sentence)) for sentence, words, maps in cases[half::2]] for half in (0, 1)]

    return [choose_head(rule, *halves(rule)) for rule in (*PLACES, *GRAMMAR)]


def choose_head(name: str, first_half: list[Case], second_half: list[Case]) -> NamedHead:
    """The head that gives the targets the most weight in the first half of the cases, and its figures in the second.

    Of heads that tie, the first is chosen.
    """
    chosen = _weights_on_targets(first_half)[0].mean(axis=0)
    best = layer, head = np.unravel_index(first_largest(chosen.ravel()), chosen.shape)
    weight, first = _weights_on_targets(second_half)
    share = weight.mean(axis=0)
    others = (share.sum() - share[best]) / (share.size - 1)
    figures = float(share[best]), float(first.mean(axis=0)[best]), float(others), len(weight)
    return NamedHead(name, int(layer), int(head), *figures)


def _weights_on_targets(cases: list[Case]) -> tuple[np.ndarray, np.ndarray]:
    """(targets, n_layers, n_heads): the weight on the targets, and whether no other token gets more."""
    weight, first = [], []
    for maps, wanted in cases:
        for query, keys in wanted:
            row = maps[:, :, query]
            weight.append(row[..., keys].sum(axis=-1))
            first.append(row[..., keys].max(axis=-1) >= row.max(axis=-1) - TOLERANCE)
    return np.stack(weight), np.stack(first)


def named_heads(file: str = "minilm/heads.json") -> list[NamedHead]:
    """The heads whose use was measured; the file counts layers and heads from 1.

    Args:
        file: its path in data/.

    Raises:
        DamagedData: the file is missing or altered.
    """
    stored = json.loads(verify_file(file).read_text("utf-8"))
    return [NamedHead(**entry | {"layer": entry["layer"] - 1, "head": entry["head"] - 1}) for entry in stored]


def store(file: str, found: list[NamedHead]) -> None:
    """Write heads as `named_heads` reads them, with their checksum."""
    entries = []
    for head in found:
        entry = asdict(head) | {"layer": head.layer + 1, "head": head.head + 1}  # people count from 1
        entries.append(entry | {name: round(entry[name], 4) for name in ("share", "first", "others")})
    lines = ",\n".join(json.dumps(entry) for entry in entries)
    replace_file(DATA / file, lambda path: path.write_text(f"[\n{lines}\n]\n", "utf-8"))
    record_checksums(file)
