"""What a link holds: every control, its default and its bounds, and the way from state to link.

The defaults are part of the contract: they are left out of a link, so a changed default changes the meaning of every
link already shared. Bounds never depend on another control; a value is clamped where it is used.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from urllib.parse import quote

import streamlit as st

from attention_core.text import one_line

MAX_CHARACTERS = 2_000
MAX_TOKENS = 512

SWITCHES = ("scale", "self", "causal", "d")  # the controls that say how raw vectors attend


class _Run(threading.local):
    """What belongs to the run of a page in this thread: the controls that have a widget in it."""

    def __init__(self) -> None:
        self.drawn: set[str] = set()


_run = _Run()

Value = str | int | float | bool | None


@dataclass(frozen=True)
class Control:
    """One thing a link can say.

    Attributes:
        default: what holds when the link does not say it.
        low, high: the bounds of a number.
        page: the page it belongs to; "" for the controls of the frame, which every page shares.
    """

    default: Value
    low: float | None = None
    high: float | None = None
    page: str = ""


CONTROLS: dict[str, Control] = {
    # the frame: the sentence, its switches, the chosen word and the word it looks at (0: the one it looks at most)
    "s": Control("The king and queen ruled the kingdom"),
    "scale": Control(True),
    "self": Control(True),
    "causal": Control(False),
    "d": Control(50, 1, 300),
    "q": Control(2, 1, MAX_TOKENS),
    "k": Control(0, 0, MAX_TOKENS),
    # the playground: which folds are open, and the second setting of the comparison
    "cell": Control(False, page="playground"),
    "out": Control(False, page="playground"),
    "cmp": Control(False, page="playground"),
    "take": Control(False, page="playground"),
    "scale2": Control(False, page="playground"),
    "self2": Control(True, page="playground"),
    "causal2": Control(False, page="playground"),
    "d2": Control(50, 1, 300, page="playground"),
    # step by step: whose numbers, how far the walk has come, the numbers typed for Q, K and V, which keys may be seen
    "on": Control("Numbers", page="step_by_step"),
    "step": Control(1, 1, 6, page="step_by_step"),
    "dims": Control(2, 2, 8, page="step_by_step"),
    "keys": Control(3, 1, 8, page="step_by_step"),
    "div": Control(True, page="step_by_step"),
    "nq": Control("2 3", page="step_by_step"),
    **{
        f"nk{row}": Control(text, page="step_by_step")
        for row, text in enumerate(("11 13", "1 2", "4 6", "3 1", "-2 5", "0 4", "5 -3", "2 2"), start=1)
    },
    **{
        f"nv{row}": Control(text, page="step_by_step")
        for row, text in enumerate(("4 0", "0 4", "3 3", "-2 2", "-3 -1", "1 -3", "2 -2", "0 2"), start=1)
    },
    **{f"see{row}": Control(True, page="step_by_step") for row in range(1, 9)},
    "heads": Control(2, 1, 300, page="step_by_step"),
    "sheads": Control(False, page="step_by_step"),
    "scode": Control(False, page="step_by_step"),
    "stake": Control(False, page="step_by_step"),
    # why scale: the example's d, three guesses, the experiment's seed and draws, d and temperature for the sentence
    "sd": Control(100, 1, 4096, page="why_scale"),
    "g1": Control(None, page="why_scale"),
    "g2": Control(None, page="why_scale"),
    "g3": Control(None, page="why_scale"),
    "seed": Control(1, 1, 9999, page="why_scale"),
    "draws": Control(1000, 100, 3000, page="why_scale"),
    "ds": Control(50, 2, 300, page="why_scale"),
    "tau": Control(7.07, 0.25, 30.0, page="why_scale"),
    "wtake": Control(False, page="why_scale"),
    # the gap: the figure whose sentences are shown, which of them, and which folds are open
    "gtask": Control("Tired or soft", page="the_gap"),
    "gby": Control("MiniLM", page="the_gap"),
    "gset": Control("Unseen words", page="the_gap"),
    "gwhich": Control("Wrong", page="the_gap"),
    "gsay": Control(False, page="the_gap"),
    "gtake": Control(False, page="the_gap"),
    # teach it: what is trained and how, the step it has come to (0: untrained; more steps
    # than any training has: the finished model that came with the app), which map is shown, what it is
    # compared with, which folds are open
    "task": Control("He, she, it", page="teach_it"),
    "layers": Control(1, 1, 3, page="teach_it"),
    "nh": Control(1, 1, 4, page="teach_it"),
    "dk": Control(16, 4, 32, page="teach_it"),
    "rate": Control(0.01, page="teach_it"),
    "res": Control(True, page="teach_it"),
    "pos": Control(False, page="teach_it"),
    "init": Control(0, 0, 9999, page="teach_it"),
    "trained": Control(0, 0, 9999, page="teach_it"),
    "map": Control("Last layer", page="teach_it"),
    "hd": Control("All heads", page="teach_it"),
    "was": Control("Raw GloVe", page="teach_it"),
    "tmat": Control(False, page="teach_it"),
    "tcmp": Control(False, page="teach_it"),
    "tcell": Control(False, page="teach_it"),
    "tcode": Control(False, page="teach_it"),
    "tsay": Control(False, page="teach_it"),
    "ttry": Control(False, page="teach_it"),
    "ttake": Control(False, page="teach_it"),
    # inside a transformer: layer and head, one head or a blend, what is hidden, which folds are open, another sentence;
    # in q and k the words that GloVe knows count from 1, as everywhere, [SEP] is 512, [CLS] 511, below them the rest
    "l": Control(6, 1, 6, page="inside_a_transformer"),
    "h": Control(12, 1, 12, page="inside_a_transformer"),
    "of": Control("One head", page="inside_a_transformer"),
    "nocls": Control(False, page="inside_a_transformer"),
    "nosep": Control(False, page="inside_a_transformer"),
    "noself": Control(False, page="inside_a_transformer"),
    "top": Control(100, 5, 100, page="inside_a_transformer"),
    "iraw": Control(True, page="inside_a_transformer"),
    "icell": Control(False, page="inside_a_transformer"),
    "iway": Control(False, page="inside_a_transformer"),
    "ifind": Control(False, page="inside_a_transformer"),
    "itwo": Control(False, page="inside_a_transformer"),
    "s2": Control("", page="inside_a_transformer"),
    "itake": Control(False, page="inside_a_transformer"),
}


def set_dimensions(d_model: int) -> None:
    """Say how wide the loaded vectors are: all of it is the default, so a link without d means the raw vectors."""
    for name in ("d", "d2"):
        CONTROLS[name] = replace(CONTROLS[name], default=d_model, high=d_model)


def default(name: str) -> Value:
    """The control's value where nothing says otherwise."""
    return CONTROLS[name].default


class Switches(NamedTuple):
    """How raw vectors attend: scaled by 1/√d, to itself, only backwards, in how many dimensions."""

    scaled: bool
    see_self: bool
    causal: bool
    dim: int


def switches(setting: str = "") -> Switches:
    """The switches now; setting "2" is the second one of a comparison."""
    return Switches(*(get(name + setting) for name in SWITCHES))


def get(name: str) -> Any:
    """The control's value now: of one that has not been drawn yet what the link says, or else its default."""
    value = st.session_state.get(name)
    value = _from_link(name) if value is None else value
    return one_line(value) if isinstance(value, str) else value


def _from_link(name: str) -> Value:
    """What the link says of a control, as the control will take it; its default where it says nothing, or nonsense.

    Which texts a control takes, it alone knows: whoever asks for one has to look.
    """
    control, text = CONTROLS[name], st.query_params.get(name)
    if text is None:
        return control.default
    if isinstance(control.default, str | None):
        return text if text or name == "s" else control.default  # the sentence alone may be empty
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


def set_and_rerun(values: Mapping[str, Value]) -> None:
    """Set controls that have been drawn already: start over at once, and set them before they are drawn."""
    if any(get(name) != value for name, value in values.items()):
        st.session_state["values_to_set"] = dict(values)
        st.rerun()


def keep_shared() -> None:
    """Keep what a link has set of the shared controls: Streamlit forgets it where a page draws them itself."""
    _run.drawn = set()
    set_values(st.session_state.pop("values_to_set", {}))
    for name, control in CONTROLS.items():
        if not control.page and name in st.session_state:
            st.session_state[name] = st.session_state[name]


def widget_args(name: str) -> dict[str, Any]:
    """The arguments that tie a widget to its control: key, the link, and kept while another page is shown."""
    _run.drawn.add(name)
    return {"key": name, "bind": "query-params"}


def undrawn(names: Iterable[str]) -> list[str]:
    """Those of the controls that no widget has been drawn for in this run."""
    return [name for name in names if name not in _run.drawn]


def link_text(value: Value) -> str:
    """A value as a link writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def query_string(page: str, value_of: Callable[[str], Value] = get) -> str:
    """What differs from the defaults on a page, as a query string in the table's order; "" if nothing does."""
    parts = [
        f"{name}={quote(link_text(value_of(name)), safe='')}"
        for name, control in CONTROLS.items()
        if control.page in ("", page) and value_of(name) != control.default
    ]
    return "?" + "&".join(parts) if parts else ""


def sentence() -> str:
    """The shared sentence, cut to what the field holds: a forged message may be longer."""
    return str(get("s") or "")[:MAX_CHARACTERS]


def index_of(name: str, count: int) -> int:
    """The position, from 0, that a control counted from 1 names among `count` places; the last one if it names none."""
    return min(max(int(get(name)), 1), count) - 1
