"""What a link holds: every control, its default and its bounds, and the way from link to state and back.

The defaults are part of the contract: they are left out of a link, so a changed default changes the meaning of every
link already shared. Bounds never depend on another control; a value is clamped where it is used.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from attention_core.text import one_line

MAX_CHARACTERS, MAX_TOKENS = 2_000, 512
SWITCHES = ("divisor", "self", "causal", "d")  # the controls that say how raw vectors attend
MIN_DIVISOR, MAX_DIVISOR = 0.25, 30.0
D_CHOICES = (1, 2, 4, 8, 10, 16, 25, 32, 50, 64, 100, 128, 256, 384, 512, 768, 1024, 2048, 4096)


class _Run(threading.local):
    """What belongs to the run of a page in this thread.

    Attributes:
        drawn: the controls that have a widget in it.
        first: whether no run of its session has come to its end yet.
    """

    drawn: frozenset[str] = frozenset()
    first = False


_run = _Run()

Value = str | int | float | bool | None


@dataclass(frozen=True)
class Control:
    """One thing a link can say.

    Attributes:
        default: what holds when the link does not say it.
        low, high: the bounds of a number.
        options: all the values it can have, where these are few.
        page: the page it belongs to; "" for those that all pages share.
        hidden: no widget shows it; the pictures, or a widget that derives its value, set it.
        private: the copied link leaves it out: a guess, an open download fold.
    """

    default: Value
    low: float | None = None
    high: float | None = None
    options: tuple[Value, ...] = ()
    page: str = ""
    hidden: bool = False
    private: bool = False


CONTROLS: dict[str, Control] = {
    # the frame: the sentence, its switches (divisor 0: √d; d 0: all dimensions), the chosen word (0: a word worth a
    # look) and the word that it looks at (0: the one it looks at most)
    "s": Control("The cat sat on the mat because it was tired"),
    "divisor": Control(0.0, 0.0, MAX_DIVISOR, hidden=True),
    "self": Control(False),
    "causal": Control(False),
    "d": Control(0, 0, 300, hidden=True),
    "q": Control(0, 0, MAX_TOKENS, hidden=True),
    "k": Control(0, 0, MAX_TOKENS, hidden=True),
    # the whole page, or one of its figures alone, for a frame in another page; and large, for a lecture hall
    # (the number of the figure; 0: off)
    "figure": Control("", hidden=True),
    "lecture": Control(0, 0, 9, hidden=True),
    # the playground: who looks, which folds are open, and the second setting of the comparison
    "who": Control("Word vectors", options=("Word vectors", "Taught", "Transformer"), page="playground"),
    "cell": Control(False, page="playground"),
    "out": Control(False, page="playground"),
    "cmp": Control(False, page="playground"),
    "take": Control(False, page="playground", private=True),
    "divisor2": Control(1.0, 0.0, MAX_DIVISOR, page="playground", hidden=True),
    "self2": Control(False, page="playground"),
    "causal2": Control(False, page="playground"),
    "d2": Control(0, 0, 300, page="playground", hidden=True),
    # step by step: the word asked of the dictionary, whose numbers are walked, how far the walk has come, the numbers
    # typed for Q, K and V, which keys may be looked at, and which folds are open
    "ask": Control("cats", page="step_by_step"),
    "on": Control("Sentence", options=("Sentence", "Numbers"), page="step_by_step"),
    "step": Control(1, 1, 8, page="step_by_step", hidden=True),
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
    "heads": Control(2, 1, 300, page="step_by_step"),
    "sheads": Control(False, page="step_by_step"),
    "sover": Control(False, page="step_by_step"),
    "scode": Control(False, page="step_by_step"),
    "stake": Control(False, page="step_by_step", private=True),
    # why scale: the example's d, a guess, the experiment's seed and draws, and which folds are open
    "sd": Control(100, options=D_CHOICES, page="why_scale"),
    "g1": Control(None, page="why_scale", private=True),
    "seed": Control(1, 1, 9999, page="why_scale"),
    "draws": Control(1000, options=(100, 300, 1000, 3000), page="why_scale"),
    "wmeasured": Control(False, page="why_scale"),
    "wgradient": Control(False, page="why_scale"),
    "wmaps": Control(False, page="why_scale"),
    "wtau": Control(False, page="why_scale"),
    "wread": Control(False, page="why_scale"),
    "wtake": Control(False, page="why_scale", private=True),
    # the gap: the figure whose sentences are shown, which of them, and which folds are open
    "gtask": Control("Tired or soft", page="the_gap"),
    "gby": Control("MiniLM", page="the_gap"),
    "gset": Control("Natural sentences", options=("Natural sentences", "Unseen words"), page="the_gap"),
    "gwhich": Control("Wrong", options=("Wrong", "Right"), page="the_gap"),
    "gsent": Control(False, page="the_gap"),
    "gall": Control(False, page="the_gap"),
    "gsay": Control(False, page="the_gap"),
    "gtake": Control(False, page="the_gap", private=True),
    # teach it: what is trained and how, the step it has come to (0: untrained; more steps than any training takes: the
    # finished model that came with the app), which map is shown, what it is compared with, which folds are open
    "task": Control("He, she, it", page="teach_it"),
    "layers": Control(1, options=(1, 2, 3), page="teach_it"),
    "nh": Control(1, options=(1, 2, 4), page="teach_it"),
    "dk": Control(16, options=(4, 8, 16, 32), page="teach_it"),
    "rate": Control(0.01, options=(0.001, 0.003, 0.01, 0.02, 0.03, 0.1, 1.0, 10.0), page="teach_it"),
    "res": Control(True, page="teach_it"),
    "pos": Control(False, page="teach_it"),
    "init": Control(0, 0, 9999, page="teach_it"),
    "trained": Control(0, 0, 9999, page="teach_it", hidden=True),
    "map": Control("Last layer", options=("Last layer", "Layer 1", "Layer 2", "Layer 3"), page="teach_it"),
    "hd": Control("All heads", options=("All heads", "Head 1", "Head 2", "Head 3", "Head 4"), page="teach_it"),
    "was": Control("Raw GloVe", options=("Raw GloVe", "Before training"), page="teach_it"),
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
    "of": Control("One head", options=("One head", "Mean of a layer", "Rollout"), page="inside_a_transformer"),
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
    "by": Control("The likeliest", options=("The likeliest", "Drawn by lot"), page="next_word"),
    "wseed": Control(1, 1, 9999, page="next_word"),
    "wl": Control(24, 1, 64, page="next_word", hidden=True),
    "wh": Control(5, 1, 64, page="next_word", hidden=True),
    "wq": Control(0, 0, MAX_TOKENS, page="next_word", hidden=True),
    "wk": Control(0, 0, MAX_TOKENS, page="next_word", hidden=True),
    "word": Control(1, 1, 10, page="next_word", hidden=True),
    "nofirst": Control(False, page="next_word"),
    "wheads": Control(False, page="next_word"),
    "wcell": Control(False, page="next_word"),
    "wgrow": Control(False, page="next_word"),
    "wsink": Control(False, page="next_word"),
    "woff": Control(False, page="next_word"),
    "off": Control("This head", options=("This head", "This cell"), page="next_word"),
    "cutin": Control("In this head", options=("In this head", "In all heads"), page="next_word"),
    "ntake": Control(False, page="next_word", private=True),
}


def default(name: str) -> Any:
    """The control's value where nothing says otherwise."""
    return CONTROLS[name].default


class Switches(NamedTuple):
    """How raw vectors attend.

    Attributes:
        divisor: the scores are divided by it; 0 means √d.
        see_self, causal: as in `attention_mask`.
        dim: the dimensions kept; 0 means all.
    """

    divisor: float = 0.0
    see_self: bool = True
    causal: bool = False
    dim: int = 0


def switches(setting: str = "") -> Switches:
    """The switches now; setting "2" is the second one of a comparison."""
    divisor, see_self, causal, dim = (get(name + setting) for name in SWITCHES)
    return Switches(divisor and max(divisor, MIN_DIVISOR), see_self, causal, dim)


def get(name: str) -> Any:
    """The control's value now."""
    return _value(name, st.session_state.get(name))


def page_values(page: str) -> dict[str, Any]:
    """The values now of all controls that a page has: one look at the session, where many would take long."""
    held = st.session_state.to_dict()
    return {name: _value(name, held.get(name)) for name in names_of(page)}


def _value(name: str, held: Any) -> Any:
    held = CONTROLS[name].default if held is None else held
    return one_line(held) if isinstance(held, str) else held


def _from_link(name: str, text: str | None) -> Value:
    """What a link says of a control, as the control will take it; its default where it says nothing, or nonsense.

    A control that takes any text does not check it here: the caller has to.
    """
    control = CONTROLS[name]
    if text is None:
        return control.default
    if control.options:
        return next((option for option in control.options if link_text(option) == text), control.default)
    if isinstance(control.default, str | None):
        return text
    if isinstance(control.default, bool):
        return {"true": True, "false": False}.get(text, control.default)
    try:
        value = type(control.default)(float(text))
    except (ValueError, OverflowError):
        return control.default
    within = (control.low is None or value >= control.low) and (control.high is None or value <= control.high)
    return value if within else control.default


def set_values(values: Mapping[str, Value]) -> None:
    """Set controls from a callback, before they are drawn."""
    for name, value in values.items():
        st.session_state[name] = value


def set_in_run(values: Mapping[str, Value]) -> None:
    """Set controls while a page is drawn. Where one of them has its widget already, the run starts over."""
    if all(get(name) == value for name, value in values.items()):
        return
    if _run.drawn.isdisjoint(values):
        set_values(values)
        return
    st.session_state["values_to_set"] = dict(values)
    st.rerun()


def begin_run(page: str, drawn: Iterable[str] = ()) -> dict[str, Any]:
    """Set the controls: on a first visit, after Back and Forward as the address says; else as the last run left them.

    Args:
        drawn: the controls whose widgets stand already, outside of what this run draws.

    Returns:
        the values of the page's controls.
    """
    held, context = st.session_state.to_dict(), get_script_run_ctx()
    back = context is not None and context.is_history_navigation
    _run.drawn, _run.first = frozenset(drawn), "begun" not in held
    values = {name: value for name, value in held.items() if name in CONTROLS}  # forgotten where no widget is drawn
    if _run.first or back:
        address = st.query_params.to_dict()
        values |= {name: _from_link(name, address.get(name)) for name in names_of(page) if back or name in address}
    values |= st.session_state.pop("values_to_set", {})
    set_values({name: value for name, value in values.items() if name not in _run.drawn})
    return {name: _value(name, values.get(name)) for name in names_of(page)}


def write_address(page: str, value_of: Callable[[str], Value]) -> None:
    """Have the address say what the page shows; that of a first visit stays as it was typed."""
    texts = link_texts(page, value_of, private=True)
    st.session_state["begun"] = True
    if not _run.first and st.query_params.to_dict() != texts:
        st.query_params.from_dict(texts)


def drawn() -> frozenset[str]:
    """The controls that have a widget by now."""
    return _run.drawn


def names_of(page: str) -> list[str]:
    """The controls that a page has: the shared ones and its own."""
    return [name for name, control in CONTROLS.items() if control.page in ("", page)]


def widget_args(name: str) -> dict[str, Any]:
    """The arguments that tie a widget to its control, which counts as drawn from now on."""
    _run.drawn |= {name}
    return {"key": name}


def link_text(value: Value) -> str:
    """A value as a link writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def query_string(page: str, value_of: Callable[[str], Value] = get) -> str:
    """What a link to a page says, as a query string in the table's order; "" if nothing differs from the defaults."""
    texts = link_texts(page, value_of, private=False)
    return "?" + "&".join(f"{name}={quote(text, safe='')}" for name, text in texts.items()) if texts else ""


def link_texts(page: str, value_of: Callable[[str], Value], *, private: bool) -> dict[str, str]:
    """What differs from the defaults on a page, as a link writes it.

    Args:
        private: whether guesses and open download folds are in it, as in the address, or not, as in a link to share.
    """
    return {
        name: link_text(value_of(name))
        for name in names_of(page)
        if (private or not CONTROLS[name].private) and value_of(name) != CONTROLS[name].default
    }


def sentence() -> str:
    """The shared sentence, cut to what the field holds: a forged message may be longer."""
    return str(get("s") or "")[:MAX_CHARACTERS]


def index_of(name: str, count: int) -> int:
    """The position, from 0, that a control counted from 1 names among `count` places; the last one if it names none."""
    return min(max(int(get(name)), 1), count) - 1
