"""The session's controls: their values, the link that holds them, and the address of the page.

What controls there are stands in `ui.state.table`; their widgets are in `ui.state.controls`.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import quote

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui.state.table import CONTROLS, MAX_CHARACTERS, MIN_DIVISOR, SWITCHES, Value
from ui.state.text import one_line
from ui.state.this_run import run


def default(name: str) -> Any:
    """The control's default."""
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
    """The values now of all controls that a page has."""
    return {name: get(name) for name in names_of(page)}


def _value(name: str, held: Any) -> Any:
    held = CONTROLS[name].default if held is None else held
    return one_line(held) if isinstance(held, str) else held


def _from_link(name: str, text: str | None) -> Value:
    """The value that a link gives a control; its default where the link has none, or one that is not allowed.

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
    run.set |= values.keys()
    for name, value in values.items():
        st.session_state[name] = value


def restore(values: Mapping[str, Value]) -> None:
    """Set controls back, but not those that a callback has just set."""
    set_values({name: value for name, value in values.items() if name not in run.set and get(name) != value})


def set_in_run(values: Mapping[str, Value]) -> None:
    """Set controls while a page is drawn. Where one of them has its widget already, the run starts over."""
    if all(get(name) == value for name, value in values.items()):
        return
    if run.drawn.isdisjoint(values):
        set_values(values)
        return
    st.session_state["values_to_set"] = dict(values)
    st.rerun()


def when_left(page: str, leave: Callable[[], None]) -> None:
    """Call a function when the session next runs another page. A session has one: a new one takes its place."""
    st.session_state["when_left"] = (page, leave)


def begin_run(page: str, drawn: Iterable[str] = ()) -> dict[str, Any]:
    """Set the controls: from the address on a first visit and after Back or Forward; else as the last run left them.

    Args:
        drawn: the controls whose widgets stand already, outside of what this run draws.

    Returns:
        the values of the page's controls.
    """
    held, context = st.session_state.to_dict(), get_script_run_ctx()
    back = context is not None and context.is_history_navigation
    run.drawn, run.first = frozenset(drawn), "run_ended" not in held
    values = {name: value for name, value in held.items() if name in CONTROLS}  # forgotten where no widget is drawn
    if run.first or back:
        address = st.query_params.to_dict()
        values |= {name: _from_link(name, address.get(name)) for name in names_of(page) if back or name in address}
    values |= st.session_state.pop("values_to_set", {})
    left, leave = held.get("when_left", (page, None))
    if left != page:
        del st.session_state["when_left"]
        leave()
    set_values({name: value for name, value in values.items() if name not in run.drawn})
    run.set = frozenset()
    return {name: _value(name, values.get(name)) for name in names_of(page)}


def write_address(page: str, value_of: Callable[[str], Value]) -> None:
    """Write what the page shows into the address, which on a first visit stays as typed; note that a run has ended."""
    texts = link_texts(page, value_of, private=True)
    st.session_state["run_ended"] = True
    if not run.first and st.query_params.to_dict() != texts:
        st.query_params.from_dict(texts)


def drawn_controls() -> frozenset[str]:
    """The controls that have a widget so far in this run."""
    return run.drawn


@cache
def names_of(page: str) -> tuple[str, ...]:
    """The controls that a page has: the shared ones and its own."""
    return tuple(name for name, control in CONTROLS.items() if control.page in ("", page))


def widget_args(name: str) -> dict[str, Any]:
    """The arguments that tie a widget to its control, which counts as drawn from now on."""
    run.drawn |= {name}
    return {"key": name}


def link_text(value: Value) -> str:
    """A value as a link writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def query_string(page: str, value_of: Callable[[str], Value] = get) -> str:
    """The query string of a link to a page, in the table's order; "" if nothing differs from the defaults."""
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


def shows_one_figure() -> bool:
    """Whether the page shows one of its figures and no more: alone in a frame, or as a screen of the lecture."""
    return bool(get("figure") or get("lecture"))


def sentence() -> str:
    """The shared sentence, cut to what the field holds: a forged message may be longer."""
    return str(get("s") or "")[:MAX_CHARACTERS]


def index_of(name: str, count: int) -> int:
    """The position, from 0, that a control counted from 1 names among `count` places; the last one if it names none."""
    return min(max(int(get(name)), 1), count) - 1
