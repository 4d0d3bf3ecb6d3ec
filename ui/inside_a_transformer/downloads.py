"""The files of Inside a transformer to take away."""

from collections.abc import Callable

from ui.inside_a_transformer.grid import overview
from ui.inside_a_transformer.selection import MAP, Selection
from ui.kit import embed, figures
from ui.kit.palette import Palette
from ui.map import downloads
from ui.map.view import head_name
from ui.shell import links
from ui.state.text import one_line

MAX_PIXELS = 24  # a side of a map in the picture of all heads to embed, whose code should stay short


def draw_downloads(shown: Selection, compared: dict[str, figures.Picture] | None) -> None:
    """Draw the pictures, numbers, code and link of the map, to take away.

    Args:
        compared: the pictures of its comparison with raw vectors, where that is drawn.
    """
    downloads.draw_downloads(
        shown.view,
        shown.choice,
        links.source_of("inside_a_transformer"),
        "head",
        compared,
        figure=(MAP, shown.name),
        others={"heads": figures.Embedded("All 72 heads", still_of_heads(shown))},
    )


def still_of_heads(shown: Selection) -> Callable[[Palette], embed.Still]:
    """A function that makes the static picture of all heads, for other web pages, in given colours.

    It keeps the text and not what was computed of it, for a session keeps the function.
    """
    text, map_filter, chosen = shown.text, shown.map_filter, (shown.layer, shown.head)
    shape = len(shown.reading.layers), len(shown.reading.layers[0].q)

    def make(colors: Palette) -> embed.Still:
        picture = overview(text, map_filter, colors, MAX_PIXELS).picture
        about = "A row is a layer, a column a head; in each small map a row is a word that looks."
        image = embed.image_of_heads(picture, shape, chosen, colors)
        alt = f"All heads as small maps, framed: {head_name(*chosen).lower()}."
        return embed.still_of_parts([one_line(text), image, about], alt, colors)

    return make
