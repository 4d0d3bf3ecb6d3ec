"""Pictures of Step by step: a DataFrame in, an Altair chart out, as in ui/kit/charts.py."""

import altair as alt
import pandas as pd

from ui.kit.charts import filled_in, weight_scale, word_axis
from ui.kit.palette import Palette

UNIT = "max((east - west) / width, (north - south) / height)"  # the length of a pixel, the same on both axes


def arrows(frame: pd.DataFrame, colors: Palette) -> alt.LayerChart:
    """Vectors of two dimensions, drawn to one scale on both axes.

    Args:
        frame: columns label (position in labels), role (query, key, value, output or part), x0, y0, x, y.
            A part is drawn thin and without its name.
        The box that has to fit is filled in: `west`, `east`, `south`, `north`.
    """
    base = _with_angles_and_names(frame)
    axis = alt.Axis(title=None, grid=True, gridColor=colors.line, gridOpacity=0.6, domain=False, ticks=False)
    axis.tickCount, axis.labelColor = 5, colors.muted
    across = {"scale": _centred_scale("(west + east) / 2", "width"), "axis": axis}
    up = {"scale": _centred_scale("(south + north) / 2", "height"), "axis": axis}
    roles = ["query", "key", "value", "output", "part"]
    role_colors = [colors.query, colors.key, colors.value, colors.output, colors.value]
    color = alt.Color("role:N", scale=alt.Scale(domain=roles, range=role_colors), legend=None)
    thin = "datum.role === 'part'"
    shaft = base.mark_rule(aria=False).encode(
        x=alt.X("x0:Q", **across),
        y=alt.Y("y0:Q", **up),
        x2="x:Q",
        y2="y:Q",
        color=color,
        strokeWidth=alt.condition(thin, alt.value(1.5), alt.value(2.5)),
        strokeDash=alt.condition(thin, alt.value([4, 3]), alt.value([1, 0])),
    )
    head = base.mark_point(shape="triangle", filled=True, opacity=1).encode(
        x=alt.X("x:Q", **across),
        y=alt.Y("y:Q", **up),
        angle=alt.Angle("turn:Q", scale=None),
        color=color,
        size=alt.condition(thin, alt.value(50), alt.value(130)),
        description="says:N",
        tooltip=[alt.Tooltip("says:N", title="vector")],
    )
    named = base.transform_filter(f"!({thin})")
    name = named.mark_text(fontSize=14, fontWeight="bold", aria=False).encode(
        x=alt.X("tip_x:Q", **across), y=alt.Y("tip_y:Q", **up), text="name:N", color=color
    )
    return alt.layer(shaft, head, name).add_params(*filled_in("west", "east", "south", "north"))


def _centred_scale(centre: str, side: str) -> alt.Scale:
    """The scale of an axis: its centre in the middle, a pixel as long as UNIT."""
    ends = [alt.ExprRef(f"{centre} {sign} {side} / 2 * {UNIT}") for sign in "-+"]
    return alt.Scale(domain=ends, nice=False, zero=False)


def _with_angles_and_names(frame: pd.DataFrame) -> alt.Chart:
    """The vectors of `arrows`, each with the angle of its head, its name and the place of the name."""
    base = alt.Chart(frame).transform_calculate(
        size="sqrt(pow(datum.x - datum.x0, 2) + pow(datum.y - datum.y0, 2))",
        turn="atan2(datum.x - datum.x0, datum.y - datum.y0) * 180 / PI",
        name="labels[datum.label]",
        says="datum.role + ' ' + labels[datum.label] + ': (' + format(datum.x, '.3~g') + ', '"
        " + format(datum.y, '.3~g') + ')'",
    )
    base = base.transform_calculate(  # the name stands ahead of the tip; that of the query and the output beside it
        ahead_x=f"(datum.size ? (datum.x - datum.x0) / datum.size : 0) * 13 * {UNIT}",
        ahead_y=f"(datum.size ? (datum.y - datum.y0) / datum.size : 1) * 13 * {UNIT}",
    )
    aside = "datum.role === 'query' ? [datum.ahead_y, -datum.ahead_x] : datum.role === 'output' ? "
    aside += "[3 * datum.ahead_y, -3 * datum.ahead_x] : [datum.ahead_x, datum.ahead_y]"
    return base.transform_calculate(tip_x=f"datum.x + ({aside})[0]", tip_y=f"datum.y + ({aside})[1]")


def head_rows(frame: pd.DataFrame, colors: Palette) -> alt.LayerChart:
    """One query's weights in every head: a row for each head, a column for each key.

    Args:
        frame: columns head (from 1), key (position), weight.
    """
    base = alt.Chart(frame).transform_calculate(
        number="format(datum.weight * 100, '.0f')",
        says="'Head ' + datum.head + ' looks at ' + labels[datum.key] + ': ' + format(datum.weight, '.1%')",
    )
    x = alt.X("key:O", axis=word_axis("key: looks at →", colors.key, colors.text, orient="top", labelAngle=-45))
    y = alt.Y("head:O", axis=alt.Axis(title="head", titleColor=colors.text, labelColor=colors.text, domain=False))
    cells = base.mark_rect().encode(
        x=x,
        y=y,
        color=alt.Color("weight:Q", scale=weight_scale(colors), legend=None),
        description="says:N",
        tooltip=[alt.Tooltip("says:N", title="weight")],
    )
    numbers = base.mark_text(fontSize=12, aria=False, tooltip=None).encode(
        x=x,
        y=y,
        text="number:N",
        color=alt.condition(f"datum.weight > {colors.strong}", alt.value(colors.on_strong), alt.value(colors.on_weak)),
        opacity=alt.condition("width / labels.length > 23 && height / heads > 13", alt.value(1), alt.value(0)),
    )
    return alt.layer(cells, numbers).add_params(*filled_in("heads"))
