"""The table of controls: everything that a link can hold, with its default, its bounds and its options.

The defaults are part of the contract: they are left out of a link, so a changed default changes the meaning of every
link already shared. Bounds never depend on another control; a value is clamped where it is used.
"""

from dataclasses import dataclass

MAX_CHARACTERS, MAX_TOKENS = 2_000, 512
SWITCHES = ("divisor", "self", "causal", "d")  # the controls that say how raw vectors attend
MIN_DIVISOR, MAX_DIVISOR = 0.25, 30.0
TASK_TITLES = {  # the titles of the core's tasks, on pages and in links, in the order in which Teach it offers them
    "gender": "He, she, it",
    "object": "Verb and object",
    "meaning": "Tired or soft",
    "negation": "Happy or not",
    "subject": "Verb and subject",
    "adjective": "Adjective and noun",
    "copy": "What comes next?",
    "similarity": "Similar words",
}
TAUGHT_TASKS = tuple(task for task in TASK_TITLES if task != "similarity")  # those of Teach it
GAP_TASKS = ("gender", "meaning", "object", "subject", "adjective", "negation", "similarity")  # in the page's order
GAP_MODELS = {  # the columns of the core's table, as The gap names them
    "raw": "Raw vectors",
    "1-1": "Taught, 1 layer",
    "2-4": "Taught, 2 layers",
    "2-4-positions": "Taught, with positions",
    "1-2": "Taught, 2 heads",
    "1-1-residual": "Taught, 1 head, keeps its own vector",
    "minilm": "MiniLM",
    "smollm2": "SmolLM2",
}
MAX_SEED = 9999
FINISHED = 9999  # as a number of training steps: the model that came with the app; no training has so many steps
# Options that pages compare with
VECTORS, TAUGHT, TRANSFORMER = "Word vectors", "Taught", "Transformer"  # of "who"
SENTENCE, NUMBERS = "Sentence", "Numbers"  # of "on"
NATURAL, UNSEEN_WORDS = "Natural sentences", "Unseen words"  # of "gset"
WRONG, RIGHT = "Wrong", "Right"  # of "gwhich"
RAW_GLOVE, UNTRAINED = "Raw GloVe", "Before training"  # of "was"
ONE, MEAN, ROLLOUT = "One head", "Mean of a layer", "Rollout"  # of "of"
LIKELIEST, BY_LOT = "The likeliest", "Drawn by lot"  # of "by"
THIS_HEAD, IN_THIS_HEAD = "This head", "In this head"  # of "off" and "cutin"
SHOW = "Show me"  # of the guesses: the answer without a guess
TINY_WEIGHT, HALF_THE_TIME = "less than 0.001 %", "about half the time"  # the right guesses
D_CHOICES = (1, 2, 4, 8, 10, 16, 25, 32, 50, 64, 100, 128, 256, 384, 512, 768, 1024, 2048, 4096)

Value = str | int | float | bool | None


@dataclass(frozen=True)
class Control:
    """One setting that a link can hold.

    Attributes:
        default: its value where the link does not hold it.
        low, high: the bounds of a number.
        options: all the values it can have, where these are few.
        page: the page it belongs to; "" for those that all pages share.
        hidden: no widget shows it; the pictures, or a widget that derives its value, set it.
        in_part: of a hidden one: where the part of a page sets it, the part alone has to be drawn again.
        private: the copied link leaves it out: a guess, an open download fold.
    """

    default: Value
    low: float | None = None
    high: float | None = None
    options: tuple[Value, ...] = ()
    page: str = ""
    hidden: bool = False
    in_part: bool = False
    private: bool = False


CONTROLS: dict[str, Control] = {
    # the frame: the sentence, its switches (divisor 0: √d; d 0: all dimensions), the query (0: the
    # default query) and the key (0: the one it looks at most)
    "s": Control("The cat sat on the mat because it was tired"),
    "divisor": Control(0.0, 0.0, MAX_DIVISOR, hidden=True, in_part=True),
    "self": Control(False),
    "causal": Control(False),
    "d": Control(0, 0, 300, hidden=True),
    "q": Control(0, 0, MAX_TOKENS, hidden=True, in_part=True),
    "k": Control(0, 0, MAX_TOKENS, hidden=True, in_part=True),
    # the whole page, or one of its figures alone, for a frame in another page; and large, for a lecture hall
    # (the number of the figure; 0: off)
    "figure": Control("", hidden=True),
    "lecture": Control(0, 0, 9, hidden=True),
    # the playground: who looks, which folds are open, and the second setting of the comparison
    "who": Control(VECTORS, options=(VECTORS, TAUGHT, TRANSFORMER), page="playground"),
    "cell": Control(False, page="playground"),
    "out": Control(False, page="playground"),
    "cmp": Control(False, page="playground"),
    "take": Control(False, page="playground", private=True),
    "divisor2": Control(1.0, 0.0, MAX_DIVISOR, page="playground", hidden=True, in_part=True),
    "self2": Control(False, page="playground"),
    "causal2": Control(False, page="playground"),
    "d2": Control(0, 0, 300, page="playground", hidden=True, in_part=True),
    # step by step: the word asked of the dictionary, whose numbers are walked, how far the walk has come, the numbers
    # typed for Q, K and V, which keys may be looked at, and which folds are open
    "ask": Control("cats", page="step_by_step"),
    "on": Control(SENTENCE, options=(SENTENCE, NUMBERS), page="step_by_step"),
    "step": Control(1, 1, 8, page="step_by_step", hidden=True, in_part=True),
    "dims": Control(2, 2, 8, page="step_by_step"),
    "keys": Control(4, 1, 8, page="step_by_step"),
    "div": Control(True, page="step_by_step"),
    "nq": Control("2 1", page="step_by_step"),
    **{
        f"nk{row}": Control(text, page="step_by_step")
        for row, text in enumerate(("1 3", "2 0", "0 2.5", "3 2", "-2 5", "0 4", "5 -3", "2 2"), start=1)
    },
    **{
        f"nv{row}": Control(text, page="step_by_step")
        for row, text in enumerate(("4 0", "0 4", "3 3", "-2 2", "-3 -1", "1 -3", "2 -2", "0 2"), start=1)
    },
    **{f"see{row}": Control(row != 4, page="step_by_step") for row in range(1, 9)},
    "sprod": Control(False, page="step_by_step"),
    "heads": Control(2, 1, 300, page="step_by_step"),
    "sheads": Control(False, page="step_by_step"),
    "sover": Control(False, page="step_by_step"),
    "scode": Control(False, page="step_by_step"),
    "stake": Control(False, page="step_by_step", private=True),
    # why scale: the example's d, a guess, the experiment's seed and draws, and which folds are open
    "sd": Control(100, options=D_CHOICES, page="why_scale"),
    "g1": Control(None, options=("44 %", "20 %", "2 %", TINY_WEIGHT, SHOW), page="why_scale", private=True),
    "seed": Control(1, 1, MAX_SEED, page="why_scale"),
    "draws": Control(1000, options=(100, 300, 1000, 3000), page="why_scale"),
    "wmeasured": Control(False, page="why_scale"),
    "wgradient": Control(False, page="why_scale"),
    "wmaps": Control(False, page="why_scale"),
    "wtau": Control(False, page="why_scale"),
    "wread": Control(False, page="why_scale"),
    "wtake": Control(False, page="why_scale", private=True),
    # the gap: the figure whose sentences are shown, which of them, and which folds are open
    "gtask": Control(TASK_TITLES["meaning"], options=tuple(TASK_TITLES[task] for task in GAP_TASKS), page="the_gap"),
    "gby": Control(GAP_MODELS["minilm"], options=tuple(GAP_MODELS.values()), page="the_gap"),
    "gset": Control(NATURAL, options=(NATURAL, UNSEEN_WORDS), page="the_gap"),
    "gwhich": Control(WRONG, options=(WRONG, RIGHT), page="the_gap"),
    "gsent": Control(False, page="the_gap"),
    "gown": Control(False, page="the_gap"),
    "gall": Control(False, page="the_gap"),
    "gsay": Control(False, page="the_gap"),
    "gtake": Control(False, page="the_gap", private=True),
    # teach it: what is trained and how, the step it has come to (0: untrained; more steps than any training takes: the
    # finished model that came with the app), which map is shown, what it is compared with, which folds are open
    "task": Control(TASK_TITLES["gender"], options=tuple(TASK_TITLES[task] for task in TAUGHT_TASKS), page="teach_it"),
    "layers": Control(1, options=(1, 2, 3), page="teach_it"),
    "nh": Control(1, options=(1, 2, 4), page="teach_it"),
    "dk": Control(16, options=(4, 8, 16, 32), page="teach_it"),
    "rate": Control(0.01, options=(0.001, 0.003, 0.01, 0.02, 0.03, 0.1, 1.0, 10.0), page="teach_it"),
    "res": Control(True, page="teach_it"),
    "pos": Control(False, page="teach_it"),
    "init": Control(0, 0, MAX_SEED, page="teach_it"),
    "trained": Control(0, 0, FINISHED, page="teach_it", hidden=True),
    "map": Control("Last layer", options=("Last layer", "Layer 1", "Layer 2", "Layer 3"), page="teach_it"),
    "hd": Control("All heads", options=("All heads", "Head 1", "Head 2", "Head 3", "Head 4"), page="teach_it"),
    "was": Control(RAW_GLOVE, options=(RAW_GLOVE, UNTRAINED), page="teach_it"),
    "g2": Control(None, options=("never", HALF_THE_TIME, "nearly always", SHOW), page="teach_it", private=True),
    "tset": Control(False, page="teach_it"),
    "tpos": Control(False, page="teach_it"),
    "tmat": Control(False, page="teach_it"),
    "tcmp": Control(False, page="teach_it"),
    "tcell": Control(False, page="teach_it"),
    "tcode": Control(False, page="teach_it"),
    "tsay": Control(False, page="teach_it"),
    "ttry": Control(False, page="teach_it"),
    "ttake": Control(False, page="teach_it", private=True),
    # inside a transformer: layer and head, one head or a blend, what is shown, which folds are open, another sentence;
    # in q and k the words that GloVe knows count from 1, as everywhere, [SEP] is 512, [CLS] 511, below them the rest
    "l": Control(1, 1, 6, page="inside_a_transformer", hidden=True),
    "h": Control(3, 1, 12, page="inside_a_transformer", hidden=True),
    "of": Control(ONE, options=(ONE, MEAN, ROLLOUT), page="inside_a_transformer"),
    "marks": Control(False, page="inside_a_transformer"),
    "noself": Control(False, page="inside_a_transformer"),
    "top": Control(100, 5, 100, page="inside_a_transformer"),
    "iraw": Control(False, page="inside_a_transformer"),
    "icell": Control(False, page="inside_a_transformer"),
    "iway": Control(False, page="inside_a_transformer"),
    "ifind": Control(False, page="inside_a_transformer"),
    "itwo": Control(False, page="inside_a_transformer"),
    "s2": Control("", page="inside_a_transformer"),
    "itake": Control(False, page="inside_a_transformer", private=True),
    # the next word: the text, what divides the scores, which word is taken; layer and head, the token that looks (0:
    # the last) and the one looked at (0: the one it looks at most), the followed word's place, which folds are open
    "text": Control("The Eiffel Tower is in the city of", page="next_word"),
    "temp": Control(1.0, 0.1, 3.0, page="next_word"),
    "by": Control(LIKELIEST, options=(LIKELIEST, BY_LOT), page="next_word"),
    "wseed": Control(1, 1, MAX_SEED, page="next_word"),
    "wl": Control(24, 1, 64, page="next_word", hidden=True, in_part=True),
    "wh": Control(5, 1, 64, page="next_word", hidden=True, in_part=True),
    "wq": Control(0, 0, MAX_TOKENS, page="next_word", hidden=True, in_part=True),
    "wk": Control(0, 0, MAX_TOKENS, page="next_word", hidden=True, in_part=True),
    "word": Control(1, 1, 10, page="next_word", hidden=True, in_part=True),
    "nofirst": Control(False, page="next_word"),
    "wheads": Control(False, page="next_word"),
    "wcell": Control(False, page="next_word"),
    "wgrow": Control(False, page="next_word"),
    "wsink": Control(False, page="next_word"),
    "woff": Control(False, page="next_word"),
    "off": Control(THIS_HEAD, options=(THIS_HEAD, "This cell"), page="next_word"),
    "cutin": Control(IN_THIS_HEAD, options=(IN_THIS_HEAD, "In all heads"), page="next_word"),
    "ntake": Control(False, page="next_word", private=True),
}
