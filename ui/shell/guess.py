"""A question to guess at before its answer is shown."""

from ui.kit import components
from ui.state import controls
from ui.state.table import SHOW


def draw(name: str, question: str, right: str) -> bool:
    """Draw a question to guess at and, after a guess, the answer; return whether it may be shown.

    Args:
        name: its control.
        right: the right one of its options.
    """
    chosen = controls.segmented(name, question, required=False)
    if chosen is None:
        return False
    texts = {SHOW: f"It is {right}.", right: f"Yes: {right}."}
    components.text(texts.get(chosen, f"Your guess is {chosen}; it is {right}."), "heading")
    return True
