"""Pictures of Why divide by √d_k?: a DataFrame in, an Altair chart out, as in ui/kit/charts.py."""

from typing import Any

import altair as alt
import pandas as pd

from ui.kit.charts import ROOM, filled_in, parameters, signed_scale, word_axes
from ui.kit.palette import Palette


def score_map(frame: pd.DataFrame, colors: Palette) -> alt.LayerChart:
    """Scores of every query with every key; the colours run from -`high` over 0 to `high`.

    Args:
        frame: columns query, key (positions), score.
    """
    base = alt.Chart(frame).transform_calculate(
        number="format(datum.score, abs(datum.score) < 10 ? '.1f' : '.0f')",
        says="labels[datum.query] + ' with ' + labels[datum.key] + ': ' + format(datum.score, '.2f')",
    )
    x, y = word_axes(colors)
    cells = base.mark_rect().encode(
        x=x,
        y=y,
        color=alt.Color("score:Q", scale=signed_scale(colors), legend=None),
        description="says:N",
        tooltip=[alt.Tooltip("says:N", title="score")],
    )
    numbers = base.mark_text(fontSize=11, aria=False, tooltip=None).encode(
        x=x,
        y=y,
        text="number:N",
        color=alt.condition(
            f"abs(datum.score) > {colors.strong_signed} * high", alt.value(colors.on_strong), alt.value(colors.on_weak)
        ),
        opacity=alt.condition("width / labels.length > 25", alt.value(1), alt.value(0)),
    )
    return alt.layer(cells, numbers).properties(padding=ROOM).add_params(*filled_in("high"))


def spread(frame: pd.DataFrame, colors: Palette) -> alt.LayerChart:
    """The spread of dot products against d, measured and in theory, without and with the division by √d.

    Args:
        frame: columns d, measured, theory, low, high (what chance allows), scaled.
    """
    base = alt.Chart(frame).transform_calculate(
        says="'d = ' + datum.d + ': measured ' + format(datum.measured, '.4~g') + ', theory '"
        " + format(datum.theory, '.4~g') + ', divided by √d ' + format(datum.scaled, '.3f')",
        level="1",
    )
    scale = alt.Scale(type="log", base=2, domain=[0.5, 90], nice=False)
    values = [0.5, 1, 2, 4, 8, 16, 32, 64]
    axis = _y_axis("standard deviation of q · k", colors, values=values, format="~g", labelOverlap=False)
    y = {name: alt.Y(f"{name}:Q", scale=scale, axis=axis) for name in ("measured", "theory", "scaled", "low", "level")}
    x = _d_axis(colors, [1, 4, 16, 64, 256, 1024, 4096])
    last = base.transform_filter("datum.d === 1024")
    line = base.mark_line(color=colors.muted, strokeWidth=1.5, aria=False).encode(x=x, y=y["theory"])
    level = last.mark_rule(color=colors.weights[3], strokeWidth=1.5, aria=False).encode(y=y["level"])
    band = base.mark_rule(color=colors.text, strokeWidth=1.5, aria=False).encode(x=x, y=y["low"], y2="high:Q")
    tooltip = [alt.Tooltip("says:N", title="spread")]
    plain = base.mark_point(filled=True, size=60, color=colors.text, opacity=1).encode(
        x=x, y=y["measured"], description="says:N", tooltip=tooltip
    )
    scaled = base.mark_point(
        shape="square", filled=True, size=60, color=colors.weights[3], opacity=1, aria=False
    ).encode(x=x, y=y["scaled"], tooltip=tooltip)
    style = {"fontSize": 13, "fontWeight": "bold", "aria": False}
    name = last.mark_text(align="right", dx=-14, text="without: grows as √d", color=colors.text, **style)
    other = last.mark_text(
        align="right", dx=30, dy=-14, text="divided by √d: stays at 1", color=colors.weights[4], **style
    )
    layers = (line, level, band, plain, scaled, name.encode(x=x, y=y["measured"]), other.encode(x=x, y=y["scaled"]))
    return alt.layer(*layers).add_params(*parameters())


def cost(frame: pd.DataFrame, colors: Palette, *, title: str, low: float, high: float, log: bool) -> alt.LayerChart:
    """What softmax loses as d grows: one measure without and with the division by √d.

    Args:
        frame: columns d, without, scaled.
        title: of the measure.
        low, high: the ends of its axis.
        log: a logarithmic axis.
    """
    base = alt.Chart(frame).transform_calculate(
        says="'d = ' + datum.d + ': ' + format(datum.without, '.3~g') + ' without scaling, '"
        " + format(datum.scaled, '.3~g') + ' with'",
        floor=f"max(datum.without, {low})",
    )
    kind = {"type": "log"} if log else {}
    scale = alt.Scale(domain=[low, high], nice=False, **kind)
    axis = _y_axis(title, colors, tickCount=5, **({"format": "~e"} if log else {}))
    x, plain, scaled = (
        _d_axis(colors, [1, 16, 256, 4096]),
        alt.Y("floor:Q", scale=scale, axis=axis),
        alt.Y("scaled:Q", scale=scale, axis=axis),
    )
    here = (
        alt.Chart(frame)
        .transform_calculate(d="at")
        .mark_rule(color=colors.muted, strokeDash=[3, 3], aria=False)
        .encode(x=x)
    )
    tooltip = [alt.Tooltip("says:N", title="median")]
    return alt.layer(
        here,
        base.mark_line(color=colors.text, aria=False).encode(x=x, y=plain),
        base.mark_line(color=colors.weights[3], aria=False).encode(x=x, y=scaled),
        base.mark_point(filled=True, size=45, opacity=1, color=colors.text).encode(
            x=x, y=plain, description="says:N", tooltip=tooltip
        ),
        base.mark_point(filled=True, size=45, opacity=1, color=colors.weights[3], shape="square", aria=False).encode(
            x=x, y=scaled, tooltip=tooltip
        ),
    ).add_params(*filled_in("at"))


def temperature(frame: pd.DataFrame, colors: Palette) -> alt.LayerChart:
    """Entropy of one query's weights against the temperature; `unscaled`, `root` and `tau` mark 1, √d and the chosen τ.

    Args:
        frame: columns tau, bits. `high` is the most bits that so many words can have.
    """
    x_axis = alt.Axis(title="temperature τ", values=[0.25, 0.5, 1, 2, 4, 8, 16, 30], format="~g", grid=False)
    x_axis.labelColor = x_axis.titleColor = colors.text
    x_scale = alt.Scale(type="log", base=2, domain=[0.25, 30], nice=False)
    x = alt.X("tau:Q", scale=x_scale, axis=x_axis)
    y = alt.Y(
        "bits:Q",
        scale=alt.Scale(domain=[alt.ExprRef("0"), alt.ExprRef("high")], nice=False),
        axis=_y_axis("entropy of the weights, in bits", colors, tickCount=4),
    )
    base = alt.Chart(frame).transform_calculate(
        says="'τ = ' + format(datum.tau, '.3~g') + ': ' + format(datum.bits, '.2f') + ' bits'"
    )
    layers = [base.mark_line(color=colors.weights[3], strokeWidth=2).encode(x=x, y=y, description="says:N")]
    first = base.transform_filter("datum.tau <= 0.2501")
    marks = {
        "unscaled": ("τ = 1: not scaled", colors.text, [3, 3], 12, "right"),
        "root": ("τ = √d: the paper’s", colors.text, [3, 3], 28, "left"),
        "tau": ("", colors.key, [1, 0], 0, "left"),
    }
    for name, (text, color, dash, down, align) in marks.items():
        at = first.transform_calculate(tau=name)
        layers.append(at.mark_rule(color=color, strokeDash=dash, strokeWidth=1.5, aria=False).encode(x=x))
        if text:
            label = at.mark_text(text=text, align=align, dx=6 if align == "left" else -6, fontSize=12)
            layers.append(label.encode(x=x, y=alt.value(down), color=alt.value(color)))
    return alt.layer(*layers).add_params(*filled_in("unscaled", "root", "tau", "high"))


def _d_axis(colors: Palette, values: list[int]) -> alt.X:
    axis = alt.Axis(title="d, the number of dimensions", values=values, format=",", gridColor=colors.line, grid=False)
    axis.labelColor = axis.titleColor = colors.text
    return alt.X("d:Q", scale=alt.Scale(type="log", base=2, domain=[1, 4096], nice=False), axis=axis)


def _y_axis(title: str, colors: Palette, **options: Any) -> alt.Axis:
    axis = alt.Axis(
        title=title, titleAlign="left", titleAngle=0, titleAnchor="start", titleY=-12, titleX=-30, **options
    )
    axis.labelColor = axis.titleColor = colors.text
    axis.gridColor, axis.domain = colors.line, False
    return axis
