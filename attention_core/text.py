"""From a sentence to its tokens, spelt as GloVe's vocabulary spells them: lower case, in the Penn Treebank's way.

The Treebank (Marcus, Santorini & Marcinkiewicz 1993) splits punctuation from words, and contractions in two: "Don't!" →
do n't ! Where GloVe's vocabulary has another spelling than the Treebank's rule gives, that of GloVe is used:

- "cannot" stays whole (word 1,119 of 400,000), and so do at&t and c++;
- an abbreviation keeps its period, at the end of a sentence too ("u.s." is word 99, "u.s" word 13,421);
- quotation marks of every kind become ", apostrophes of every kind ', and … becomes three periods;
- an opening single quotation mark, a dash, and a hyphen at the edge of a word stand apart.

Before that the text is normalized: full-width and mathematical letters become ordinary ones, control characters become
spaces, half a surrogate pair becomes �, invisible format characters are removed, and letters are composed with their
accents (NFC; of more than thirty marks on one letter the first thirty stay). Nothing else is lost: the tokens joined
without spaces are the normalized text without its spaces. Text in scripts without spaces is not split into words. An
emoji is one token with its skin tone, its joined parts or the other half of its flag.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence

APOSTROPHES = "`´ʹʻʼʽˊˋ՚Ꞌꞌ᾽᾿῾‘’‚‛′‵‹›❛❜❟❮❯"
QUOTES = "«»ʺˮ“”„‟″‶❝❞❠⹂〝〞〟🙶🙷🙸"
OTHERS = {"‐": "-", "‑": "-", "−": "-", "‒": "–", "―": "—", "…": "..."}  # hyphens, minus, dashes, ellipsis
OTHERS["\u200b"] = " "  # a zero-width space separates words in scripts without spaces
JOINERS = "\u200c\u200d"  # zero-width; they stay where they join: in Persian and Hindi words, in emoji
MAX_CACHED = 10_000  # characters whose entries are cached; few texts have more of Unicode's million
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
MAX_MARKS = 30  # Unicode's stream-safe format (UAX #15): putting n marks of one letter in order takes n² steps

# None of these is a word without its period ...
ABBREVIATIONS = r"""mr|mrs|ms|messrs|mme|dr|drs|prof|rev|msgr|hon|gov|govs|sen|sens|rep|reps|gen|brig|maj|col|lt|lieut
    |capt|cmdr|cpl|sgt|adm|pvt|pfc|st|ste|mt|ft|sr|jr|esq|ph\.d|inc|corp|co|ltd|bros|plc|dept|univ|ave|blvd|rd
    |etc|vs|cf|viz|est|approx|lb|oz|feb|aug|sept|oct|nov|dec|tues|thurs
    |ala|ariz|calif|colo|conn|fla|ga|ky|md|mich|minn|neb|nev|okla|tenn|tex|va|vt|wis|wyo"""
# ... and each of these may be one, unless a number follows.
BEFORE_NUMBERS = "no|nos|jan|mar|apr|jun|jul|pp|vol|vols|fig|figs|ch|sec|art"

# What a token may be; the first rule that fits wins. The rules see the lower-case text in which é stands for any letter
# or digit outside ASCII, à for any mark on a letter, and ☺ for any symbol; so capitals are free to stand for parts:
PARTS = {
    "W": "[a-z0-9éà]",  # a character of a word
    "L": "[a-zéà]",  # a character of a word, no digit
    "E": "(?!-?W)",  # the end of a word
    "T": "(?:n't|'(?:s|m|d|ll|re|ve))E",  # the second half of a contraction
    "N": "(?=W)(?!T)",  # what follows is of the same word
}
# Every look ahead is short and every repeat keeps what it took (*+), so the time grows no faster than the text.
RULES = [
    r"[0-9#*]à?\u20e3",  # a keycap: 1️⃣
    r"[🇦-🇿]{2}",  # a flag: 🇫🇷
    r"☺[à🏻-🏿]*+(?:\u200d☺[à🏻-🏿]*+)*+",  # an emoji and its parts: 👩🏽‍🚀
    r"T",  # do|n't, it|'s, should|n't|'ve
    r"'(?:[0-9][0-9]s?|em|n'?|ye|til|cause|bout|round)E(?!'E)",  # a word that lost its beginning: '90s, 'em, 'n'
    r"(?:gon(?=naE)|wan(?=naE)|got(?=taE)|gim(?=meE)|lem(?=meE))",  # two words said as one: gon|na
    r"(?:'t(?=\s?(?:is|was)E)|y'(?=\s?allE)|d(?='yeE)|more(?='nE))",  # 't|is, y'|all
    r"(?:[a-z]\.){2,}+E",  # u.s. p.m. e.g.
    rf"(?:{ABBREVIATIONS})\.E",  # mr. inc. etc.
    rf"(?:{BEFORE_NUMBERS})\.(?=\s?[0-9])",  # no. 5, jan. 3
    r"(?<=et )al\.E",  # et al.
    r"[a-hj-z]\.(?=\s\s?W)",  # an initial: george w. bush
    r"c\+\+E",
    # a word or a number; inside it o'brien, well-known, u.s.-led, 3.14, 9/11, and in a Persian word the non-joiner
    r"(?:(?<![^\s(\"'])[+-](?=\.?[0-9]))?(?:(?<!\.)\.(?=[0-9]))?N"
    r"(?:N.|(?:(?!T)['/]|\.?-|\.|(?<=[0-9])[,:](?=[0-9])|(?<=L)&(?=L)|[\u200c\u200d]++)N)*+",
    r"\.\.\.",
    r"--",
    r"[^\s\u200c\u200d]à*+",  # anything else stands alone
]


class _Table(dict[int, str]):
    """A table for str.translate that computes the entry of a character by a rule when it is first needed."""

    def __init__(self, rule: Callable[[str], str]):
        self.rule = rule

    def __missing__(self, code: int) -> str:
        entry = self.rule(chr(code))
        if len(self) < MAX_CACHED:
            self[code] = entry
        return entry


def _plain_character(c: str) -> str:
    c = unicodedata.normalize("NFC", c)
    if "ﬀ" <= c <= "ﬆ" or unicodedata.decomposition(c[0]).startswith(("<wide>", "<narrow>", "<small>", "<font>")):
        c = unicodedata.normalize("NFKC", c)
    if c in OTHERS:
        return OTHERS[c]
    if len(c) > 1 or c in JOINERS:
        return c
    if c in APOSTROPHES:
        return "'"
    if c in QUOTES:
        return '"'
    return {"Cc": " ", "Cf": "", "Cs": "\ufffd"}.get(unicodedata.category(c), c)


def _shape_of_character(c: str) -> str:
    if c.isascii() or c == "\u20e3" or "🇦" <= c <= "🇿":
        return c
    category = unicodedata.category(c)
    return "☺" if category == "So" else {"L": "é", "N": "é", "M": "à"}.get(category[0], c)


def _compiled(rules: list[str]) -> re.Pattern[str]:
    pattern = "|".join(rules)
    for part in ("N", "T", "E", "W", "L"):
        pattern = pattern.replace(part, PARTS[part])
    return re.compile(re.sub(r"\n\s+", "", pattern))


_PLAIN, _SHAPE = _Table(_plain_character), _Table(_shape_of_character)
_TOKEN = _compiled(RULES)
_SURPLUS = re.compile(rf"(?<=à{{{MAX_MARKS}}})à+")


def _fewer_marks(text: str) -> str:
    """The text with at most MAX_MARKS marks on one letter."""
    kept, start = [], 0
    for surplus in _SURPLUS.finditer(text.translate(_SHAPE)):
        kept.append(text[start : surplus.start()])
        start = surplus.end()
    return "".join(kept) + text[start:]


def tokenize(text: str) -> list[str]:
    """The words and punctuation marks of a text, in order, in lower case, in time linear in its length.

    >>> tokenize("Don't panic, Mr. O'Brien: it's only a well-known 5% dip...")
    ['do', "n't", 'panic', ',', 'mr.', "o'brien", ':', 'it', "'s", 'only', 'a', 'well-known', '5', '%', 'dip', '...']
    """
    plain = text.translate(_PLAIN).lower().replace("''", '"')
    if plain.isascii():
        return _TOKEN.findall(plain)
    plain = unicodedata.normalize("NFC", _fewer_marks(plain))
    return [plain[slice(*found.span())] for found in _TOKEN.finditer(plain.translate(_SHAPE))]


def number_repeats(tokens: Sequence[str]) -> list[str]:
    """Labels, all different: tokens that occur more than once get numbers, the others stay as they are.

    No two labels are the same, even if the text itself holds a token such as "the₁".

    >>> number_repeats(["the", "king", "and", "the", "kingdom"])
    ['the₁', 'king', 'and', 'the₂', 'kingdom']
    """
    repeated = {token for token, count in Counter(tokens).items() if count > 1}
    taken, labels = set(tokens), []
    last: Counter[str] = Counter()
    for token in tokens:
        label = token
        while token in repeated and label in taken:
            last[token] += 1
            label = token + str(last[token]).translate(SUBSCRIPTS)
        taken.add(label)
        labels.append(label)
    return labels


def shortened(text: str, max_length: int = 60) -> str:
    """A text for use in a message: if it has more than `max_length` characters, its beginning and its length.

    >>> shortened("the king"), shortened("x" * 3_000_000, 5)
    ('the king', 'xxxxx… (3,000,000 characters)')
    """
    return text if len(text) <= max_length else f"{text[:max_length]}… ({len(text):,} characters)"
