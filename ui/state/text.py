"""Text that visitors type, made fit for a field, a link and a file."""

import re

_NO_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_TURNS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


def one_line(text: str) -> str:
    """A text as one line in any format, written in the direction of its letters.

    Control characters, line separators, and characters that XML 1.0 does not allow become spaces. Characters that
    change the direction of the text behind them are removed (Unicode's embeddings, overrides and isolates); direction
    marks stay.
    """
    return _TURNS.sub("", _NO_TEXT.sub(" ", text))
