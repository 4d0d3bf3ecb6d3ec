"""The colours: one a role, everywhere, in a light and a dark shade (after Okabe & Ito 2008; weights have their own).

Beside them the one typographic mark that charts and sentences share.
"""

from dataclasses import dataclass

THIN = "\u202f"  # the narrow space between a number and its unit


@dataclass(frozen=True)
class Palette:
    """The colours of one theme."""

    query: str
    key: str
    value: str
    output: str
    text: str
    muted: str
    line: str
    background: str
    weights: tuple[str, ...]  # from 0 to 1
    signed: tuple[str, ...]  # from negative over 0 to positive
    on_weak: str  # text on a cell of small weight
    on_strong: str  # text on a cell of large weight
    strong: float  # from this weight on, a cell's text is `on_strong`
    strong_signed: float  # the same for signed cells, by size


LIGHT = Palette(
    query="#0063a0",
    key="#b84a00",
    value="#007a59",
    output="#9c4a7c",
    text="#1f1d2b",
    muted="#5d5a6b",
    line="#d9d7e3",
    background="#ffffff",
    weights=("#f7f6fb", "#d5d1ec", "#a49bd6", "#7166b8", "#4b3f9e", "#2c2170"),
    signed=("#0063a0", "#7fb3d5", "#f5f4f8", "#eaa36f", "#b84a00"),
    on_weak="#000000",
    on_strong="#ffffff",
    strong=0.34,
    strong_signed=0.88,
)
DARK = Palette(
    query="#6db8ea",
    key="#f59a5c",
    value="#4cc9a0",
    output="#e3a5c9",
    text="#eceaf4",
    muted="#a9a5ba",
    line="#3b384a",
    background="#15141b",
    weights=("#1d1b27", "#322c58", "#4d4491", "#7267c4", "#a49be8", "#ddd8ff"),
    signed=("#6db8ea", "#2f5f80", "#211f2b", "#8a4d22", "#f59a5c"),
    on_weak="#ffffff",
    on_strong="#000000",
    strong=0.37,
    strong_signed=0.65,
)


def mix(low: str, high: str, share: float) -> str:
    """The colour `share` of the way from one #rrggbb to another."""
    pairs = zip(bytes.fromhex(low[1:]), bytes.fromhex(high[1:]), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def along(colors: tuple[str, ...], place: float) -> str:
    """The colour at a place between 0 and 1 along a scale of colours."""
    step, share = divmod(min(max(place, 0.0), 1.0) * (len(colors) - 1), 1)
    return colors[-1] if step >= len(colors) - 1 else mix(colors[int(step)], colors[int(step) + 1], share)


def weight_color(weight: float, colors: Palette) -> str:
    """The colour of a weight, on the square-root scale that every picture of weights uses."""
    return along(colors.weights, max(weight, 0.0) ** 0.5)
