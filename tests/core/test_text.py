"""Tokens: as NLTK's Treebank tokenizer cuts them, spelt as GloVe knows them, and never a crash or a lost letter."""

import re
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from nltk.tokenize import TreebankWordTokenizer

from attention_core import text
from attention_core.text import number_repeats, tokenize

HERE = Path(__file__).resolve().parent
SENTENCES = (HERE / "sentences.txt").read_text(encoding="utf-8").splitlines()

# Where we part from NLTK on purpose; every other sentence of the file must agree token for token.
DIFFERENT = {
    # GloVe's word 1,119 is "cannot"
    "You cannot be serious!": "you cannot be serious !",
    "A house divided against itself cannot stand.": "a house divided against itself cannot stand .",
    # GloVe knows at&t, r&b, q&a
    "He works for AT&T in Dallas.": "he works for at&t in dallas .",
    # the one period of an abbreviation at the end stays with it: u.s. is word 99, u.s word 13,421
    "He was born in the U.S.": "he was born in the u.s.",
    "School ends at 3 p.m.": "school ends at 3 p.m.",
    "The company is Acme Inc.": "the company is acme inc.",
    "She grows beans, peas, etc.": "she grows beans , peas , etc.",
    "He is Martin Luther King Jr.": "he is martin luther king jr.",
    # an opening single quotation mark is punctuation
    "He called it 'art' and smiled.": "he called it ' art ' and smiled .",
    # two contractions on one word: NLTK cuts off the last only
    "You shouldn't've done that.": "you should n't 've done that .",
    # a hyphen that joins nothing is punctuation
    "Do pre- and post-war prices differ?": "do pre - and post-war prices differ ?",
    # GloVe knows 'n'
    "I like rock 'n' roll.": "i like rock 'n' roll .",
}

ODD = (
    "'\"’“`´.,-–—…!?:;()&@#$%/\\+*_ \t\n0123abcnt ÀéßΣİ\u0301\u0316\u200b\u200c\u200d\ufe0f\ud800\x00🙂🏽👩🇫🇷☺◌क्ष語ｆ１"
)
PIECES = [
    "n't",
    "'s",
    "'ll",
    "gonna",
    "'tis",
    "y'all",
    "u.s.",
    "mr.",
    "no. 5",
    "et al.",
    "j. k",
    "c++",
    "...",
    "--",
    "''",
]
texts = st.lists(st.one_of(st.sampled_from(ODD), st.sampled_from(PIECES), st.characters())).map("".join)


def treebank(sentence: str) -> list[str]:
    quotes = {"``": '"', "''": '"'}
    return [quotes.get(token, token) for token in TreebankWordTokenizer().tokenize(sentence.lower())]


def vocabulary() -> set[str]:
    words = np.load(HERE.parents[1] / "data" / "glove" / "words.npy")
    return {word.decode("utf-8") for word in words.tolist()}


def test_three_hundred_sentences_are_there_to_compare():
    assert len(set(SENTENCES)) == len(SENTENCES) >= 300
    assert set(DIFFERENT) <= set(SENTENCES)


@pytest.mark.parametrize("sentence", [s for s in SENTENCES if s not in DIFFERENT])
def test_a_sentence_is_cut_as_nltks_treebank_tokenizer_cuts_it(sentence):
    assert tokenize(sentence) == treebank(sentence)


@pytest.mark.parametrize(("sentence", "ours"), DIFFERENT.items())
def test_the_deliberate_differences_from_the_treebank_are_these(sentence, ours):
    assert tokenize(sentence) == ours.split() != treebank(sentence)


@pytest.mark.parametrize(
    ("sentence", "tokens"),
    {
        # periods
        "He said no. Then he left. Why?": "he said no . then he left . why ?",
        "I saw the sun. It shone on Mar. 3 and in March.": "i saw the sun . it shone on mar. 3 and in march .",
        "No. 5 is alive, nos. 6 and 7 too, see p. 9.": "no. 5 is alive , nos. 6 and 7 too , see p. 9 .",
        "No.5": "no. 5",
        "So do I. She agrees.": "so do i . she agrees .",
        "J. K. Rowling met J.R.R. Tolkien": "j. k. rowling met j.r.r. tolkien",
        "J.  Smith": "j. smith",
        "He got a B.": "he got a b .",
        "Smith et al. agree, but Al. does not": "smith et al. agree , but al . does not",
        "et al, et al.x Plan B. (So)": "et al , et al.x plan b . ( so )",
        "Dr. Ph.D. (U.S.)": "dr. ph.d. ( u.s. )",
        "mr.smith u.s.a. u.s.a u.s.-led mr.-like": "mr.smith u.s.a. u.s.a u.s.-led mr.-like",
        "wait.... yes.. no…": "wait ... . yes . . no ...",
        ".5 -5 +1 -.5 $.50 (-3) x-5 5- -x": ".5 -5 +1 -.5 $ .50 ( -3 ) x-5 5 - - x",
        "..5 .!.": ". . 5 . ! .",
        "\"-5\" '-5' -x5": "\" -5 \" ' -5 ' - x5",
        # numbers
        "1,000 3.14 3:30 9/11 10th 1,2,3,4": "1,000 3.14 3:30 9/11 10th 1,2,3,4",
        "a,b a:b 5, 6: 7,a": "a , b a : b 5 , 6 : 7 , a",
        "50% $5 €7 £8 5€ #1 20°C": "50 % $ 5 € 7 £ 8 5 € # 1 20 ° c",
        "1990–91 — 3−2 -- x 1990‒91 ― so‐called non‑stop": "1990 – 91 — 3-2 -- x 1990 – 91 — so-called non-stop",
        # contractions
        "don't DON'T don’t isn't ain't can't won't": "do n't do n't do n't is n't ai n't ca n't wo n't",
        "it's I'm he'd we'll you're they've": "it 's i 'm he 'd we 'll you 're they 've",
        "y'all y'all'd I'd've": "y' all y' all 'd i 'd 've",
        "gonna wanna gotta gimme lemme": "gon na wan na got ta gim me lem me",
        "gonnas gonna-be wannabe gottam gimmes lemmed": "gonnas gonna-be wannabe gottam gimmes lemmed",
        "'tis 'twas 'tisn d'ye more'n": "'t is 't was ' tisn d 'ye more 'n",
        "it's-a don'ts n't 's 'll": "it's-a don'ts n't 's 'll",
        "o'clock O'Brien's rock'n'roll c'mon": "o'clock o'brien 's rock'n'roll c'mon",
        "'90s '99 '1990 'em 'til 'cause 'bout 'round 'n 'n'": "'90s '99 ' 1990 'em 'til 'cause 'bout 'round 'n 'n'",
        "'em' '90s' 'emu '25'": "' em ' ' 90s ' ' emu ' 25 '",
        "'99's 'round-trip' 'em-": "'99 's ' round-trip ' 'em -",
        "y'ally d'yeb more'nb": "y'ally d'yeb more'nb",
        "the boys' dogs' 'quoted' 'it's'": "the boys ' dogs ' ' quoted ' ' it 's '",
        # joined words
        "well-known a--b and/or a & b 1&a": "well-known a -- b and/or a & b 1 & a",
        "AT&T R&B a&1 É&A x\u0301&a": "at&t r&b a & 1 é&a x\u0301&a",
        "google.com http://x.org a@b.com snake_case a=b": "google.com http : / / x.org a @ b.com snake _ case a = b",
        "C++ C+ C++x": "c++ c + c + + x",
        # punctuation
        'He said "no"! [a] {b} <c> (d); e: f?!': 'he said " no " ! [ a ] { b } < c > ( d ) ; e : f ? !',
        "``quoted'' “so” „so“ «so» ″so″ ‘so’ `so`": '" quoted " " so " " so " " so " " so " \' so \' \' so \'',
        "<img src=x> $x$ :red[] ![](y)": "< img src = x > $ x $ : red [ ] ! [ ] ( y )",
        # other scripts, one run each
        "Привет, мир! ΣΑΣ": "привет , мир ! σας",
        "السلام عليكم؟ שלום": "السلام عليكم ؟ שלום",
        "हिन्दी में, ภาษาไทย": "हिन्दी में , ภาษาไทย",
        "我爱你。日本語テキスト、한국어": "我爱你 。 日本語テキスト 、 한국어",
        "می\u200cخواهم क्\u200dष": "می\u200cخواهم क्\u200dष",
        "٣٫٥ ½ km² naïve": "٣ ٫ ٥ ½ km² naïve",
        # look-alikes and the invisible
        "ＦＵＬＬ　ｗｉｄｔｈ！ １,０００ ｶﾞ 𝐜𝐚𝐭 ﬁn ﬀ ﬆ ﹙a﹚": "full width ! 1,000 ガ cat fin ff st ( a )",
        "cafe\u0301 A\u030a ne\u0301e": "café å née",
        "zero\u200bwidth\u200b so\u00adft \ufeffbom \u202eleft": "zero width soft bom left",
        "a\x00b\x1bc\u0085d\u2028e\u3000f\tg\r\nh": "a b c d e f g h",
        "\ud83d x \udc00y": "� x � y",
        "\u200d a\u200d \u200c b\u200cc": "a b\u200cc",
        # emoji
        "hi🙂🙂 ❤️! 👍🏽👍": "hi 🙂 🙂 ❤️ ! 👍🏽 👍",
        "👩🏽\u200d🚀👨\u200d👩\u200d👧 🏳️\u200d🌈": "👩🏽\u200d🚀 👨\u200d👩\u200d👧 🏳️\u200d🌈",
        "🇫🇷🇩🇪🇬🇦🇿🇿🇿": "🇫🇷 🇩🇪 🇬🇦 🇿🇿 🇿",
        "👁️\u200d🗨️!": "👁️\u200d🗨️ !",
        "👩🏻\u200d🤝\u200d👩🏿👨🏾\u200d🤝\u200d👨🏽": "👩🏻\u200d🤝\u200d👩🏿 👨🏾\u200d🤝\u200d👨🏽",
        "1️⃣2️⃣#️⃣*️⃣ 3⃣4": "1️⃣ 2️⃣ #️⃣ *️⃣ 3⃣ 4",
        "🏽 a🏽 ↔️ ≠ ⊂\u0338": "🏽 a 🏽 ↔️ ≠ ⊄",
        "🏴\U000e0067\U000e0062\U000e007f ©2014": "🏴 © 2014",
        "": "",
        " \n\t ": "",
    }.items(),
)
def test_a_text_becomes_these_tokens(sentence, tokens):
    assert tokenize(sentence) == tokens.split()


GLOVE = vocabulary()

# Words, names and rarities: they lose the period, for it is more often the end of their sentence.
NO_ABBREVIATION = """
    adv al alex apr ark art atty bancorp bhd ca cie comdr cos ct del det ed eds ext fig fri i id ill ind jan jos jun
    kan la mar mass miss mo mon mont no nos op ore pa penn ph pp pres prop pte pty rt sep seq spc sq sun supt tel
    thu tue vols w.va wash wed wm
"""


def test_an_abbreviation_that_glove_knows_keeps_its_period_unless_it_is_a_word_without_it():
    known = sorted(word[:-1] for word in GLOVE if re.fullmatch(r"[a-z.]*[a-z]\.", word))
    assert len(known) > 300
    parted = [word for word in known if tokenize(f"The {word.title()}. Smith")[1] != f"{word}."]
    assert parted == NO_ABBREVIATION.split()


@pytest.mark.parametrize(
    "abbreviation", ["etc.", "inc.", "u.s.", "p.m.", "e.g.", "ph.d.", "jr.", "vs.", "dr.", "oz.", "approx."]
)
def test_an_abbreviation_keeps_its_period_at_the_end_too(abbreviation):
    assert tokenize(f"So, {abbreviation.upper()}") == ["so", ",", abbreviation]
    assert tokenize(f"({abbreviation})") == ["(", abbreviation, ")"]


def test_nearly_all_of_gloves_words_come_through_whole():
    assert sum(tokenize(word) == [word] for word in GLOVE) > 0.996 * len(GLOVE)


@pytest.mark.parametrize(
    "word", ["no", "nos", "jan", "mar", "apr", "jun", "jul", "pp", "vol", "vols", "fig", "figs", "ch", "sec", "art"]
)
def test_a_word_that_may_be_an_abbreviation_keeps_its_period_before_a_number_only(word):
    assert tokenize(f"See {word.title()}. 12.") == ["see", f"{word}.", "12", "."]
    assert tokenize(f"See {word}. Then go.") == ["see", word, ".", "then", "go", "."]


@pytest.mark.parametrize("word", ["n't", "'s", "'ll", "'re", "'ve", "'m", "'d", "'em", "'til", "'n'", "cannot"])
def test_the_parts_of_contractions_are_words_of_glove(word):
    assert word in GLOVE
    assert tokenize(word) == [word]


QUOTATION_MARKS = [
    chr(code)
    for code in range(0x20000)
    if re.search("QUOTATION MARK|APOSTROPHE$|(?<!TRIPLE )(?<!QUADRUPLE )PRIME$", unicodedata.name(chr(code), ""))
    and not re.match("COMBINING|TAG|NKO", unicodedata.name(chr(code)))
    and unicodedata.category(chr(code)) != "Ll"
]


@pytest.mark.parametrize("mark", QUOTATION_MARKS, ids=[f"U+{ord(mark):04X}" for mark in QUOTATION_MARKS])
def test_every_character_that_unicode_calls_a_quotation_mark_or_an_apostrophe_is_read_as_one(mark):
    name = unicodedata.name(mark)
    double = "DOUBLE" in name or name.removeprefix("FULLWIDTH ") == "QUOTATION MARK"
    assert tokenize(f"{mark}so") == ['"' if double else "'", "so"]
    assert tokenize(f"don{mark}t") == (["don", '"', "t"] if double else ["do", "n't"])


@pytest.mark.parametrize("mark", list("`´ʻʽˊˋ᾽᾿῾＇｀\u1fef\u1ffd\u0374ꞌꞋ"))
def test_what_people_type_for_an_apostrophe_is_one(mark):
    assert tokenize(f"it{mark}s") == ["it", "'s"]


@given(texts)
@example("a" + "\u0301" * 100)
def test_any_text_becomes_words_without_gaps_in_lower_case_that_can_be_written_as_utf_8(sentence):
    for token in tokenize(sentence):
        assert token
        assert not re.search(r"\s", token)
        assert token == token.lower()
        assert token.encode("utf-8").decode("utf-8") == token


@given(texts)
@example("y'all 'tis ' tis y' all -5 - 5 .5 . 5 '' ' ' n' t")
def test_tokens_written_with_spaces_between_are_tokens_again(sentence):
    tokens = tokenize(sentence)
    # a contraction before another n't stays whole: nobody writes it'sn't or gonnan't
    assume("gonna" not in tokens and not re.search(r"'\w+ n't", " ".join(tokens)))
    assert tokenize(" ".join(tokens)) == tokens


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.characters(max_codepoint=127))).map("".join))
def test_nothing_of_an_ascii_text_is_lost_but_the_gaps(sentence):
    plain = re.sub(r"[\x00-\x20\x7f]+", " ", sentence.lower()).replace("`", "'").replace("''", '"')
    assert "".join(tokenize(sentence)) == plain.replace(" ", "")


def is_plain(c: str) -> bool:
    return not unicodedata.decomposition(c).startswith("<") and not re.search(
        "APOSTROPHE|PRIME", unicodedata.name(c, "")
    )


@given(st.text(st.one_of(st.characters(categories=["L", "N"]).filter(is_plain), st.sampled_from("  éк語-.,!?—"))))
def test_no_letter_or_digit_of_any_script_is_lost(sentence):
    letters = [c for c in unicodedata.normalize("NFC", sentence.lower()) if c.isalnum() and c not in text.APOSTROPHES]
    assert [c for c in "".join(tokenize(sentence)) if c.isalnum()] == letters


def test_of_endless_accents_on_a_letter_thirty_stay():
    zalgo = "z" + "\u0300\u0316" * 50
    assert tokenize(f"{zalgo} {zalgo}!") == ["z" + "\u0316" * 15 + "\u0300" * 15] * 2 + ["!"]


def test_a_text_of_accents_only_is_put_in_order_in_short_pieces(monkeypatch):
    longest = 0

    def normalize(form, piece, original=unicodedata.normalize):
        nonlocal longest
        longest = max([longest, *map(len, re.findall("[\u0300\u0316]+", piece))])
        return original(form, piece)

    monkeypatch.setattr(unicodedata, "normalize", normalize)
    tokenize("\u0300\u0316" * 10_000)
    assert longest == 30


def unbounded(node, ahead: bool = False):
    """Every repeat without an upper end inside a parsed pattern: its kind, and whether it is part of a look ahead."""
    for kind, value in node:
        name = str(kind)
        if name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            if value[1] > 10:
                yield name, ahead
            yield from unbounded(value[2], ahead)
        elif name in {"ASSERT", "ASSERT_NOT"}:
            yield from unbounded(value[1], True)
        elif name == "BRANCH":
            for branch in value[1]:
                yield from unbounded(branch, ahead)
        elif name == "SUBPATTERN":
            yield from unbounded(value[3], ahead)
        elif name == "ATOMIC_GROUP":
            yield from unbounded(value, ahead)


def test_no_rule_can_go_back_over_a_long_text_or_look_far_ahead():
    parse = re._parser.parse
    repeats = [repeat for rule in text.RULES for repeat in unbounded(parse(text._compiled([rule]).pattern))]
    assert len(repeats) >= 5
    assert set(repeats) == {("POSSESSIVE_REPEAT", False)}
    assert {("MAX_REPEAT", True), ("MIN_REPEAT", False)} == set(unbounded(parse("(?=a*)b+?")))  # the check can fail


@pytest.mark.parametrize(
    "unit", ["a", "a'", "-.", "'", "a.", "gonna ", "n't", "no. ", "👩\u200d", "\u0301", "a" + "\u0301" * 31]
)
def test_a_hundred_thousand_characters_of_one_kind_are_cut_and_kept(unit):
    sentence = (unit * 100_000)[:100_000]
    joined = "".join(tokenize(sentence)).replace("\u200d", "")
    if unit[-1] != "\u0301":
        assert len(joined) == len(re.sub(r"[\s\u200d]", "", sentence.replace("''", '"')))
    else:
        assert len(joined) >= 30


def test_repeated_words_are_numbered_and_others_left_alone():
    labels = number_repeats(["the", "king", "and", "the", "queen", ",", "the"])
    assert labels == ["the₁", "king", "and", "the₂", "queen", ",", "the₃"]
    assert number_repeats(["a"] * 11)[9:] == ["a₁₀", "a₁₁"]
    assert number_repeats([]) == []


def test_a_number_that_the_text_itself_uses_is_passed_over():
    assert number_repeats(["a", "a₁", "a"]) == ["a₂", "a₁", "a₃"]
    assert number_repeats(["a₁", "a₁"] + ["a"] * 12)[-2:] == ["a₁₄", "a₁₅"]  # a₁ 1, 2 are a₁₁, a₁₂


@given(st.lists(st.sampled_from(["a", "b", "a₁", "a₂", "a₁₁", "₁", ""]), max_size=40))
def test_labels_are_all_different_and_begin_with_their_token(tokens):
    labels = number_repeats(tokens)
    assert len(set(labels)) == len(labels) == len(tokens)
    for token, label in zip(tokens, labels, strict=True):
        assert label == token if tokens.count(token) == 1 else re.fullmatch(re.escape(token) + "[₀-₉]+", label)


def test_whatever_is_typed_the_tables_of_characters_stay_small():
    for start in range(0, 0x20000, 0x4000):  # several times as many characters as the tables hold
        tokenize("".join(chr(code) for code in range(start, start + 0x4000) if not 0xD800 <= code < 0xE000))
    assert max(len(text._PLAIN), len(text._SHAPE)) <= text.MAX_CACHED
