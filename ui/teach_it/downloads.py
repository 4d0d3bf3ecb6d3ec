"""The files of Teach it to take away."""

from ui.kit import figures
from ui.map import downloads
from ui.shell import links
from ui.teach_it.head_view import HeadView


def draw_downloads(shown: HeadView, compared: dict[str, figures.Picture] | None) -> None:
    """Draw the pictures, numbers, code and link of the map shown, to take away.

    Args:
        compared: the picture of its difference from another map, where that is drawn.
    """
    downloads.draw_downloads(shown.view, shown.choice, links.source_of("teach_it"), "taught", compared)
