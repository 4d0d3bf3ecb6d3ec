"""The alignment of two tokenizations of one text: GloVe's words and a transformer's word pieces.

GloVe's tokenizer cuts "don't" into "do n't", MiniLM's into "don ' t". The two models are compared on the shortest
stretches of text whose ends are ends of tokens in both.
"""

import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from attention_core.text import tokenize

if TYPE_CHECKING:
    from attention_core.bert import Tokens

Pairs = list[tuple[list[int], list[int]]]  # for each common stretch the positions on either side


def align(ours: Sequence[str], theirs: Sequence[str]) -> Pairs:
    """Pair up two tokenizations of one text: for each common stretch the positions of its tokens in either.

    Letters are compared without case, accents and spaces. A stretch ends wherever a token ends in both, so "do n't" and
    "don ' t" make one pair. Empty tokens are in no pair, and no token after the first letter that differs.

    >>> align(["do", "n't", "go"], ["don", "'", "t", "go"])
    [([0, 1], [0, 1, 2]), ([2], [3])]
    """
    letters = [[_bare_letters(token) for token in tokens] for tokens in (ours, theirs)]
    ends = [list(accumulate(map(len, tokens))) for tokens in letters]
    texts = ["".join(tokens) for tokens in letters]
    differ = (i for i, (a, b) in enumerate(zip(*texts, strict=False)) if a != b)
    alike = next(differ, min(map(len, texts)))
    common = sorted(end for end in {*ends[0]} & {*ends[1]} if end <= alike)
    pairs: Pairs = [([], []) for _ in common]
    for side in (0, 1):
        for position, (token, end) in enumerate(zip(letters[side], ends[side], strict=True)):
            if token and end <= max(common, default=0):
                pairs[bisect_left(common, end)][side].append(position)
    return [pair for pair in pairs if all(pair)]


def align_to_pieces(words: Sequence[str], text: str, tokens: "Tokens") -> Pairs:
    """Pair up the words of a text, as GloVe's vocabulary spells them, with a transformer's word pieces.

    Args:
        words: as `text.tokenize` gives them.
        tokens: the text as the transformer reads it; [CLS] and [SEP] are in no pair.
    """
    groups = tokens.groups[1:-1]
    spans = [(tokens.spans[group[0]][0], tokens.spans[group[-1]][1]) for group in groups]
    spelled = ["".join(tokenize(text[start:end])) for start, end in spans]
    return [
        (ours, [piece for group in theirs for piece in groups[group]]) for ours, theirs in align(list(words), spelled)
    ]


def align_known(
    words: Sequence[str], places: Sequence[int | None], text: str, tokens: "Tokens"
) -> list[tuple[list[int], list[int], str]]:
    """The stretches of a text for which GloVe has vectors and which a transformer reads.

    Args:
        words: as `text.tokenize` gives them.
        places: of each word its place among those that have a vector, None if it has none.
        text, tokens: as in `align_to_pieces`.

    Returns:
        for each stretch its places among the words with a vector, its pieces, and its words.
    """
    found = []
    for ours, pieces in align_to_pieces(words, text, tokens):
        known = [place for word in ours if (place := places[word]) is not None]
        if len(known) == len(ours):
            found.append((known, pieces, " ".join(words[word] for word in ours)))
    return found


def _bare_letters(token: str) -> str:
    decomposed = unicodedata.normalize("NFKD", token.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c) and not c.isspace())
