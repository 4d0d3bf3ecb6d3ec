"""Pictures of Step by step: a DataFrame in, an Altair chart out, as in ui/kit/charts.py."""

import altair as alt
import pandas as pd

from ui.kit.charts import filled_in, weight_scale, word_axis
from ui.kit.palette import Palette


def arrows(frame: pd.DataFrame, colors: Palette) -> alt.LayerChart:
    """Vectors of two dimensions, drawn to one scale on both axes.

    Args:
        frame: columns label (position in labels), role (query, key, value, output or part), x0, y0, x, y.
            A part is drawn thin and without its name.
        The box that has to fit is filled in: `west`, `east`, `south`, `north`.
    """
    unit = "max((east - west) / width, (north - south) / height)"
    length = "sqrt(pow(datum.x - datum.x0, 2) + pow(datum.y - datum.y0, 2))"
    side = {"x": "(west + east) / 2 {} width / 2 * " + unit, "y": "(south + north) / 2 {} height / 2 * " + unit}
    scale = {
        axis: alt.Scale(domain=[alt.ExprRef(end.format(sign)) for sign in "-+"], nice=False, zero=False)
        for axis, end in side.items()
    }
    axis = alt.Axis(title=None, grid=True, gridColor=colors.line, gridOpacity=0.6, domain=False, ticks=False)
    axis.tickCount, axis.labelColor = 5, colors.muted
    x, y = alt.X("x:Q", scale=scale["x"], axis=axis), alt.Y("y:Q", scale=scale["y"], axis=axis)
    roles = ["query", "key", "value", "output", "part"]
    role_colors = [colors.query, colors.key, colors.value, colors.output, colors.value]
    color = alt.Color("role:N", scale=alt.Scale(domain=roles, range=role_colors), legend=None)
    base = alt.Chart(frame).transform_calculate(
        size=length,
        turn="atan2(datum.x - datum.x0, datum.y - datum.y0) * 180 / PI",
        name="labels[datum.label]",
        says="datum.role + ' ' + labels[datum.label] + ': (' + format(datum.x, '.3~g') + ', '"
        " + format(datum.y, '.3~g') + ')'",
    )
    base = base.transform_calculate(  # the name stands ahead of the tip; that of the query and the output beside it
        ahead_x=f"(datum.size ? (datum.x - datum.x0) / datum.size : 0) * 13 * {unit}",
        ahead_y=f"(datum.size ? (datum.y - datum.y0) / datum.size : 1) * 13 * {unit}",
    )
    aside = "datum.role === 'query' ? [datum.ahead_y, -datum.ahead_x] : datum.role === 'output' ? "
    aside += "[3 * datum.ahead_y, -3 * datum.ahead_x] : [datum.ahead_x, datum.ahead_y]"
    base = base.transform_calculate(tip_x=f"datum.x + ({aside})[0]", tip_y=f"datum.y + ({aside})[1]")
    thin = "datum.role === 'part'"
    shaft = base.mark_rule(aria=False).encode(
        x=alt.X("x0:Q", scale=scale["x"], axis=axis),
        y=alt.Y("y0:Q", scale=scale["y"], axis=axis),
        x2="x:Q",
        y2="y:Q",
        color=color,
        strokeWidth=alt.condition(thin, alt.value(1.5), alt.value(2.5)),
        strokeDash=alt.condition(thin, alt.value([4, 3]), alt.value([1, 0])),
    )
    head = base.mark_point(shape="triangle", filled=True, opacity=1).encode(
        x=x,
        y=y,
        angle=alt.Angle("turn:Q", scale=None),
        color=color,
        size=alt.condition(thin, alt.value(50), alt.value(130)),
        description="says:N",
        tooltip=[alt.Tooltip("says:N", title="vector")],
    )
    name = (
        base.transform_filter(f"!({thin})")
        .mark_text(fontSize=14, fontWeight="bold", aria=False)
        .encode(
            x=alt.X("tip_x:Q", scale=scale["x"], axis=axis),
            y=alt.Y("tip_y:Q", scale=scale["y"], axis=axis),
            text="name:N",
            color=color,
        )
    )
    return alt.layer(shaft, head, name).add_params(*filled_in("west", "east", "south", "north"))


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
