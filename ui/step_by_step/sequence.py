"""The eight steps from a look-up to a blend, in order, and the bar of buttons that leads from step to step."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from ui import state
from ui.kit import components
from ui.shell import errors
from ui.state import scrolling
from ui.step_by_step import blend, lookup, mask, matching, softmax, vectors
from ui.step_by_step.selection import Selection


@dataclass(frozen=True)
class Step:
    """A step of the walk.

    Attributes:
        title: what happens in it, or the reader's question.
        draw: draws it for a selection.
        switches: draws what changes this step, below its title.
    """

    title: str
    draw: Callable[[Selection], None]
    switches: Callable[[], None] | None = None


FIRST = 3  # the number of the first of these steps; before them come the look-up and the choice of vectors
STEPS = (
    Step("How well do two match? The dot product", matching.draw_scores),
    Step("Keep the scores small: divide by √dₖ", matching.draw_scaled, matching.draw_division_switch),
    Step("Where may it look? The mask", mask.draw, mask.draw_switches),
    Step("Make every score positive: the exponential", softmax.draw_exponentials),
    Step("Share out the weight: divide by the sum", softmax.draw_weights),
    Step("Bring back a blend: the weighted sum of the values", blend.draw),
)
TITLES = ("A look-up, but soft", "Three vectors a word: query, key, value", *(step.title for step in STEPS))
LAST = len(TITLES)
LAST_WITHOUT_KEYS = 6  # the last step of a query that may look at no key


def draw_first() -> None:
    """The first step, which has nothing to do with the others."""
    with _strip(1):
        lookup.draw()


def draw_others() -> Selection | None:
    """The other steps walked so far, and the way to the next.

    Switches are drawn before anything is computed, so that they stay where they leave nothing to compute.

    Returns:
        the selection; None before it is chosen, and while there is none.
    """
    step = current_step()
    if step == 1:
        _draw_step_buttons(1, LAST)
        return None
    with _strip(2):
        ready, below = vectors.ask_for_vectors(), st.container()
    if not ready:
        _draw_step_buttons(2, 2)
        return None
    places = [_with_switches(number, STEPS[number - FIRST]) for number in range(FIRST, step + 1)]
    selection = None
    with places[mask.NUMBER - FIRST] if step >= mask.NUMBER else below, errors.show_errors():
        selection = vectors.read_selection()
    if selection is None:
        _draw_step_buttons(step, step)
        return None
    with below:
        vectors.draw(selection)
    last = LAST if selection.walk.weights is not None else LAST_WITHOUT_KEYS
    for number, place in zip(range(FIRST, min(step, last) + 1), places, strict=False):
        with place:
            STEPS[number - FIRST].draw(selection)
    if step == last == LAST:
        blend.draw_whole(selection)
    _draw_step_buttons(min(step, last), last)
    return selection


def current_step() -> int:
    """The last step to be shown: that of the walk, or a later one that is a figure of the lecture or the link."""
    figure = str(state.get("figure")).removeprefix("strip-")
    shown = int(figure) if figure in map(str, range(1, LAST + 1)) else 1
    return min(max(int(state.get("step")), int(state.get("lecture")), shown, 1), LAST)


def _strip(number: int) -> Any:
    """The container of a step, its title in it."""
    strip = st.container(key=f"strip-{number}")
    strip.header(f"{number}. {TITLES[number - 1]}", anchor=False)
    return strip


def _with_switches(number: int, step: Step) -> Any:
    """The container of a step, its title and switches in it."""
    strip = _strip(number)
    if step.switches:
        with strip:
            step.switches()
    return strip


def _draw_step_buttons(step: int, last: int) -> None:
    """Back, Next, all at once: at the foot of the window, so that it stays in place while the page grows.

    Args:
        last: the last step there is something to show of.
    """

    if state.get("lecture"):  # it has a bar of its own, with the same keys
        return

    def go_to(target: int) -> Callable[[], None]:
        def changed() -> None:
            state.set_values({"step": target})
            if target > step:
                scrolling.scroll_to(f"strip-{target}")

        return changed

    with st.container(key="step-buttons", horizontal=True, vertical_alignment="center"):
        st.button("Back", on_click=go_to(step - 1), disabled=step == 1, key="back", shortcut="B")
        st.button(
            "Next step", on_click=go_to(step + 1), disabled=step >= last, key="next", shortcut="N", type="primary"
        )
        if step < last:
            st.button("All at once", on_click=go_to(LAST), key="all")
        else:
            st.button("From the start", on_click=go_to(1), key="first")
        components.text(f"Step {step} of {LAST}", "small")
        if scrolling.first_visit("step_by_step") and step > 1 and not state.get("figure"):  # a link leads to its step
            scrolling.scroll_to(f"strip-{step}")
