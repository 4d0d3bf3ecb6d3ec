"""Pictures of the two pages that teach the formula: a DataFrame in, an Altair chart out, as in `charts`.

The visitor's words are read from the parameter `labels`; every other text in these charts is our own.
"""

import altair as alt
import pandas as pd

from ui.kit.charts import ROOM, filled_in, parameters, signed_scale, weight_scale, word_axes, word_axis
from ui.kit.palette import Palette

ENDS = ("low", "high")


def stage_bars(frame: pd.DataFrame, colors: Palette, *, fixed: bool = False) -> alt.LayerChart:
    """One step of a query's row: a bar and a number for each key.

    Args:
        frame: columns key (position), value, shown (the number in words).
        fixed: the values are weights and the axis runs from 0 to 1; otherwise from `low` to `high`.
    """
    base = alt.Chart(frame).transform_calculate(says="labels[datum.key] + ': ' + datum.shown")
    domain = [0, 1.25] if fixed else [alt.ExprRef(end) for end in ENDS]
    x = alt.X("value:Q", stack=None, scale=alt.Scale(domain=domain, nice=False), axis=None)
    y = alt.Y("key:O", axis=word_axis(None, colors.key, colors.text), scale=alt.Scale(padding=0.18))
    bar = base.mark_bar(cornerRadiusEnd=2).encode(
        x=x,
        y=y,
        color=alt.condition("datum.key === seen", alt.value(colors.key), alt.value(colors.weights[3])),
        description="says:N",
    )
    right = base.transform_filter("datum.value >= 0").mark_text(align="left", dx=5, fontSize=13, aria=False)
    left = base.transform_filter("datum.value < 0").mark_text(align="right", dx=-5, fontSize=13, aria=False)
    numbers = [text.encode(x=x, y=y, text="shown:N", color=alt.value(colors.text)) for text in (right, left)]
    zero = base.transform_calculate(value="0").mark_rule(aria=False, color=colors.line).encode(x=x)
    return alt.layer(zero, bar, *numbers).add_params(*filled_in(*ENDS))


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


def _d_axis(colors: Palette, values: list[int]) -> alt.X:
    axis = alt.Axis(title="d, the number of dimensions", values=values, format=",", gridColor=colors.line, grid=False)
    axis.labelColor = axis.titleColor = colors.text
    return alt.X("d:Q", scale=alt.Scale(type="log", base=2, domain=[1, 4096], nice=False), axis=axis)


def _y_axis(title: str, colors: Palette, **options) -> alt.Axis:
    axis = alt.Axis(
        title=title, titleAlign="left", titleAngle=0, titleAnchor="start", titleY=-12, titleX=-30, **options
    )
    axis.labelColor = axis.titleColor = colors.text
    axis.gridColor, axis.domain = colors.line, False
    return axis


def spread(frame: pd.DataFrame, colors: Palette) -> alt.LayerChart:
    """The spread of dot products against d, measured and in theory, without and with the division by √d.

    Args:
        frame: columns d, measured, theory, low, high (what chance allows), scaled.
    """
    base = alt.Chart(frame).transform_calculate(
        says="'d = ' + datum.d + ': measured ' + format(datum.measured, '.4~g') + ', theory '"
        " + format(datum.theory, '.4~g') + ', divided by √d ' + format(datum.scaled, '.3f')",
        one="1",
    )
    scale = alt.Scale(type="log", base=2, domain=[0.5, 90], nice=False)
    axis = _y_axis("standard deviation of q · k", colors, values=[0.5, 1, 2, 4, 8, 16, 32, 64], format="~g")
    y = {name: alt.Y(f"{name}:Q", scale=scale, axis=axis) for name in ("measured", "theory", "scaled", "low", "one")}
    x = _d_axis(colors, [1, 4, 16, 64, 256, 1024, 4096])
    last = base.transform_filter("datum.d === 1024")
    line = base.mark_line(color=colors.muted, strokeWidth=1.5, aria=False).encode(x=x, y=y["theory"])
    one = last.mark_rule(color=colors.weights[3], strokeWidth=1.5, aria=False).encode(y=y["one"])
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
    layers = (line, one, band, plain, scaled, name.encode(x=x, y=y["measured"]), other.encode(x=x, y=y["scaled"]))
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
    """Entropy of one query's weights against the temperature; `one`, `root` and `tau` mark 1, √d and the chosen τ.

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
        "one": ("τ = 1: not scaled", colors.text, [3, 3], 12, "right"),
        "root": ("τ = √d: the paper’s", colors.text, [3, 3], 28, "left"),
        "tau": ("", colors.key, [1, 0], 0, "left"),
    }
    for name, (text, color, dash, down, align) in marks.items():
        at = first.transform_calculate(tau=name)
        layers.append(at.mark_rule(color=color, strokeDash=dash, strokeWidth=1.5, aria=False).encode(x=x))
        if text:
            label = at.mark_text(text=text, align=align, dx=6 if align == "left" else -6, fontSize=12)
            layers.append(label.encode(x=x, y=alt.value(down), color=alt.value(color)))
    return alt.layer(*layers).add_params(*filled_in("one", "root", "tau", "high"))
