"""Matrices as pictures in HTML, a pixel a number."""

import numpy as np

from ui.kit import components, figures
from ui.kit.palette import along
from ui.kit.wording import number


def step(title: str, *matrices: str) -> str:
    """A line and the matrices it speaks of."""
    return f"<p>{title}</p><div class=row>{''.join(matrices)}</div>"


def matrix(
    name: str,
    values: np.ndarray,
    width: int,
    height: int,
    *,
    role: str = "",
    rows: list[tuple[str, int]] | None = None,
    cell: dict[str, tuple[int, int]] | None = None,
    signed: bool = True,
) -> str:
    """A matrix as a picture, a pixel a number.

    Args:
        name: HTML, ours.
        width, height: in CSS pixels.
        role: the colour of the name.
        rows: rows to frame, each with a role.
        cell: the row and the column of a cell to frame, each with how many there are.
        signed: blue, zero, orange; else the scale of weights.
    """
    colors = components.palette()
    if signed:
        end = end_of(values)
        pixels = np.round((np.clip(values / end, -1, 1) + 1) * 127.5).astype(np.uint8)
        ramp, said = colors.signed, f"colours end at ±{end:g}"
    else:
        pixels = np.round(np.sqrt(values) * 255).astype(np.uint8)
        ramp, said = colors.weights, f"colours end at 100{chr(0x202F)}%"
    address = figures.address_of(pixels, [along(ramp, i / 255) for i in range(256)])
    tall, wide = values.shape
    frames = "".join(
        f'<b class="frame {kind}" style="top:{100 * row / tall:.3f}%;height:{100 / tall:.3f}%"></b>'
        for kind, row in rows or []
    )
    if cell:
        (row, n_rows), (column, n_columns) = cell["query"], cell["key"]
        frames += (
            f'<b class="frame key" style="top:{100 * row / n_rows:.3f}%;height:{100 / n_rows:.3f}%;'
            f'left:{100 * column / n_columns:.3f}%;width:{100 / n_columns:.3f}%"></b>'
        )
    plain = name.replace("<sub>", "_").replace("</sub>", "")
    alt = f"{plain}: {tall} rows of {wide} numbers, from {number(float(values.min()))} to {number(float(values.max()))}"
    return (
        f'<figure style="width:{width}px"><figcaption class="{role}">{name}</figcaption>'
        f'<div class=sheet style="height:{height}px"><img src="{address}" alt="{alt}">{frames}</div>'
        f"<small>{tall} × {wide}; {said}</small></figure>"
    )


def end_of(values: np.ndarray) -> float:
    """Where the colours of a matrix end: few numbers lie beyond, and a few giants should not turn all others white."""
    return float(f"{np.quantile(np.abs(values), 0.995) or 1:.2g}")
