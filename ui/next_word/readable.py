"""Pieces of the model and numbers as people read them."""

from attention_core.llama import Tokens
from ui.models import language_model

BLANKS = {"␣": "a space", "⍽": "a no-break space", "⇥": "a tab", "↵": "a line end"}  # signs for what cannot be seen
SIGNS = {"\u00a0": "⍽", "\u202f": "⍽", "\t": "⇥", "\n": "↵", "\r": "↵"}  # of all other blanks ␣


def readable(piece: str, first: bool = False) -> str:
    """A piece for people. A word has a space before it and a sign has none: exceptions are marked, with · and ␣.

    A piece of blanks alone is written in the signs of BLANKS.

    Args:
        first: whether it starts a word, with a space before it or without.
    """
    text = piece.strip()
    if not text:
        return "".join(SIGNS.get(blank, "␣") for blank in piece)
    spaced = piece[0].isspace()
    if first or spaced == text[0].isalnum():
        return text
    return ("␣" if spaced else "·") + text


def readable_text(tokens: Tokens) -> list[str]:
    """The pieces of a text, for people; the first one starts a word, and so does one after a special token."""
    pieces, special = tokens.pieces, language_model.special_tokens(tokens)
    return [readable(piece, first=not i or pieces[i - 1] in special) for i, piece in enumerate(pieces)]


def two_decimals(value: float, sign: str = "") -> str:
    """A number with two decimals: 21.38, −0.08.

    Args:
        sign: "+" gives a positive number its sign, too.
    """
    return f"{round(value, 2) or 0.0:{sign}.2f}".replace("-", "−")
