"""Matrices as pictures in HTML, a pixel a number."""

import numpy as np
from markupsafe import Markup

from ui.kit import components, figures
from ui.kit.palette import along
from ui.kit.wording import number


def side_by_side(*matrices: Markup) -> Markup:
    """Matrices in a row."""
    return Markup("<div class=row>{}</div>").format(Markup("").join(matrices))


def step(title: str | Markup, *matrices: Markup) -> Markup:
    """A line of text and the matrices that belong to it."""
    return Markup("<p>{}</p>{}").format(title, side_by_side(*matrices))


def matrix(
    name: str | Markup,
    values: np.ndarray,
    width: int,
    height: int,
    *,
    role: str = "",
    rows: list[tuple[str, int]] | None = None,
    cell: dict[str, tuple[int, int]] | None = None,
    signed: bool = True,
) -> Markup:
    """A matrix as a picture, a pixel a number.

    Args:
        name: plain, or with subscripts as Markup.
        width, height: in CSS pixels.
        role: the colour of the name.
        rows: rows to frame, each with a role.
        cell: the row and the column of a cell to frame, each with how many there are.
        signed: blue, zero, orange; else the scale of weights.
    """
    colors = components.palette()
    if signed:
        end = color_limit(values)
        pixels = np.round((np.clip(values / end, -1, 1) + 1) * 127.5).astype(np.uint8)
        ramp, note = colors.signed, f"colours end at ±{end:g}"
    else:
        pixels = np.round(np.sqrt(values) * 255).astype(np.uint8)
        ramp, note = colors.weights, f"colours end at 100{chr(0x202F)}%"
    address = figures.address_of(pixels, [along(ramp, i / 255) for i in range(256)])
    tall, wide = values.shape
    frame = Markup('<b class="frame {}" style="top:{:.3f}%;height:{:.3f}%"></b>')
    frames = [frame.format(kind, 100 * row / tall, 100 / tall) for kind, row in rows or []]
    if cell:
        (row, n_rows), (column, n_columns) = cell["query"], cell["key"]
        frame = Markup('<b class="frame key" style="top:{:.3f}%;height:{:.3f}%;left:{:.3f}%;width:{:.3f}%"></b>')
        frames.append(frame.format(100 * row / n_rows, 100 / n_rows, 100 * column / n_columns, 100 / n_columns))
    plain = name.replace("<sub>", "_").replace("</sub>", "")
    least, most = (number(float(end)) for end in (values.min(), values.max()))
    alt = Markup("{}: {} rows of {} numbers, from {} to {}").format(plain, tall, wide, least, most)
    return Markup(
        '<figure style="width:{}px"><figcaption class="{}">{}</figcaption>'
        '<div class=sheet style="height:{}px"><img src="{}" alt="{}">{}</div>'
        "<small>{} × {}; {}</small></figure>"
    ).format(width, role, name, height, address, alt, Markup("").join(frames), tall, wide, note)


def color_limit(values: np.ndarray) -> float:
    """The size from which on a number has the strongest colour: its 99.5 % quantile, so that few are beyond it."""
    return float(f"{np.quantile(np.abs(values), 0.995) or 1:.2g}")
