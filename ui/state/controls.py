"""The widgets of the controls, each drawn from the table in `state`: its default, its bounds, its options."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from ui import state
from ui.state import scrolling
from ui.state.table import CONTROLS, Value


def toggle(name: str, label: str, **layout: Any) -> bool:
    """A switch."""
    return st.toggle(label, state.default(name), **layout, **state.widget_args(name))


def slider(name: str, label: str, **layout: Any) -> Any:
    """A number between the control's bounds."""
    control = CONTROLS[name]
    return st.slider(label, control.low, control.high, control.default, **layout, **state.widget_args(name))


def slider_for_hidden_control(
    name: str, label: str, low: Any, high: Any, value: Any, on_change: Callable[[Any], None], **layout: Any
) -> None:
    """A slider for a hidden control: it shows a number that the control stands for, such as all dimensions for 0.

    Args:
        value: what it shows.
        on_change: called with the number chosen; sets the control.
    """
    key = f"{name}-shown"
    st.session_state[key] = value
    # The session state holds the value. Without a fourth argument Streamlit would copy all of it to learn the type.
    st.slider(label, low, high, low, key=key, on_change=lambda: on_change(st.session_state[key]), **layout)


def number_field(name: str, label: str, **layout: Any) -> Any:
    """A field for a number between the control's bounds."""
    control = CONTROLS[name]
    return st.number_input(label, control.low, control.high, control.default, **layout, **state.widget_args(name))


def derived_select(
    label: str, options: Sequence[str], place: int, on_change: Callable[[int], None], *, key: str
) -> None:
    """A list that opens and shows what a control means here, such as the word at a place.

    Args:
        place: of the option it shows.
        on_change: called with the place chosen; sets the control.
        key: a page may show it twice, under different keys.
    """
    st.session_state[key] = place
    arguments = {"format_func": options.__getitem__, "on_change": lambda: on_change(st.session_state[key])}
    st.selectbox(label, range(len(options)), key=key, width=260, **arguments)


def draw_examples(
    label: str, names: Sequence[str], chosen: str | None, on_press: Callable[[str], None], *, key: str
) -> None:
    """Draw examples to start from, in a row; the one that is chosen already can be pressed again.

    Args:
        chosen: the example that the page shows; None for none.
        on_press: called with the name pressed; sets controls.
    """

    def changed() -> None:  # the chosen one comes as None
        if name := st.session_state[key] or chosen:
            on_press(name)

    st.session_state[key] = chosen
    st.pills(label, names, key=key, on_change=changed, label_visibility="collapsed")


def select_slider(name: str, label: str, options: Sequence[int] = (), **layout: Any) -> Any:
    """One of the control's options, in their order.

    Args:
        options: numbers offered here, where these are not the control's, in ascending order. A value or default that is
            not among them is shown as the next smaller one, or as the smallest.
    """
    control = CONTROLS[name]
    if not options:
        return st.select_slider(label, control.options, control.default, **layout, **state.widget_args(name))
    wanted = max(state.get(name), options[0]), max(state.default(name), options[0])
    value, usual = (max(option for option in options if option <= number) for number in wanted)
    if st.session_state.get(name, value) != value:
        st.session_state[name] = value
    # The default is `usual` and not `value`, for the address leaves the default out.
    return st.select_slider(label, options, usual, **layout, **state.widget_args(name))


def segmented(name: str, label: str, options: Sequence[Value] = (), **layout: Any) -> Any:
    """One of the control's options, all in sight.

    Args:
        options: those offered here, where these are not all.
    """
    control = CONTROLS[name]
    arguments = {"default": control.default, "required": True, **layout, **state.widget_args(name)}
    st.segmented_control(label, options or control.options, **arguments)
    return state.get(name)  # a link may name it and say nothing


def select(name: str, label: str, options: Sequence[Value] = (), **layout: Any) -> Any:
    """One of the control's options, in a list that opens.

    Args:
        options: those offered here, where these are not all.
    """
    control = CONTROLS[name]
    offered = list(options or control.options)
    return st.selectbox(label, offered, offered.index(control.default), **layout, **state.widget_args(name))


def checkbox(name: str, label: str, **layout: Any) -> bool:
    """A tick."""
    return st.checkbox(label, state.default(name), **layout, **state.widget_args(name))


def text_field(name: str, label: str, **layout: Any) -> str:
    """A line of text."""
    return st.text_input(label, state.default(name), **layout, **state.widget_args(name))


def fold(name: str, title: str, body: Callable[..., Any], *args: Any) -> Any:
    """Draw a fold and run its body only while it is open; the link remembers whether it is.

    Args:
        name: its control.
        body: called with the arguments that follow.

    Returns:
        what the body returns; None while the fold is closed.
    """
    with (folded := st.expander(title, state.default(name), on_change="rerun", **state.widget_args(name))):
        if folded.open and not state.default(name) and scrolling.first_visit(CONTROLS[name].page):
            scrolling.scroll_to(name)  # a link that opens it leads to it
        return body(*args) if folded.open else None
