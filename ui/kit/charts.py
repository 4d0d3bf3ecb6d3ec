"""Pictures: a DataFrame in, an Altair chart out; one builder for each kind of picture.

Words never enter a field name or an expression: a chart knows positions (whole numbers from 0) and reads the words from
its parameter `labels`, which holds them as plain data. So one chart fits every sentence, and no sentence can break it.
Parameters that a caller fills in: `labels`, `chosen` (position of the query) and `seen` (position of the key).
"""

from typing import Any

import altair as alt
import pandas as pd

from ui.kit.palette import THIN, Palette

ROOM = {"left": 5, "top": 5, "bottom": 5, "right": 18}  # around a map: for the last of the slanted words


def weight_scale(colors: Palette) -> alt.Scale:
    """One hue, pinned to [0, 1]; the square root keeps the small weights of a long sentence apart."""
    return alt.Scale(type="sqrt", domain=[0, 1], range=list(colors.weights), interpolate="lab", clamp=True)


def signed_scale(colors: Palette) -> alt.Scale:
    """Two hues, zero in the middle, from -`high` to `high`, which a caller fills in."""
    ends = [alt.ExprRef(f"{share} * high") for share in (-1, -0.5, 0, 0.5, 1)]
    return alt.Scale(domain=ends, range=list(colors.signed), interpolate="lab", clamp=True)


def share_in_words(value: str, digits: int = 0) -> str:
    """An expression that writes a share as `wording.percent` does: 44 %, <1 %, >99 %."""
    least = 10 ** -(digits + 2)
    tiny = f"{value} > 0 && {value} < {least / 2} ? '<{100 * least:g}'"
    almost = f"{value} >= {1 - least / 2} && {value} < 1 - 1e-6 ? '>{100 * (1 - least):.{digits}f}'"
    return f"({tiny} : {almost} : format(100 * {value}, '.{digits}f')) + '{THIN}%'"


def rounded_in_words(value: str) -> str:
    """An expression that writes a share as `wording.rounded` does: 44 %, 3.7 %."""
    several = f"{value} >= 0.095 && {value} < 0.995"
    return f"({several} ? {share_in_words(value)} : {value} > 1 - 1e-6 ? '100{THIN}%' : {share_in_words(value, 1)})"


def word_axis(title: str | None, color: str, text: str, **options: Any) -> alt.Axis:
    """An axis of words, given by position, in the order of the sentence."""
    return alt.Axis(
        title=title,
        titleColor=color,
        titleFontSize=13,
        titleFontWeight="bold",
        labelColor=text,
        labelLimit=110,
        labelPadding=5,
        titlePadding=8,
        domain=False,
        ticks=False,
        **{"labelExpr": "labels[datum.value]", "labelFontSize": 13, "labelOverlap": "greedy", **options},
    )


def room_for_words(side: str) -> dict[str, alt.ExprRef | str]:
    """How the words of an axis find room: smaller where there are many, and where they are very many only every nth."""
    return {
        "labelFontSize": alt.expr(f"clamp(0.8 * {side} / labels.length, 8, 13)"),
        "labelExpr": f"datum.value % ceil(8 * labels.length / {side}) ? '' : labels[datum.value]",
        "labelOverlap": False,
    }


def word_axes(colors: Palette) -> tuple[alt.X, alt.Y]:
    """The axes of a map: the words that are looked at across, those that look down."""
    across = {"orient": "top", "labelAngle": -45, **room_for_words("width")}
    down = {"labelBaseline": "middle", **room_for_words("height")}
    return (
        alt.X("key:O", axis=word_axis("key: looks at →", colors.key, colors.text, **across)),
        alt.Y("query:O", axis=word_axis("query: looks from ↓", colors.query, colors.text, **down)),
    )


def heatmap(frame: pd.DataFrame, colors: Palette, *, signed: bool = False, clickable: bool = True) -> alt.LayerChart:
    """Who looks at whom: a row for each query, a column for each key, in the order of the sentence.

    Args:
        frame: columns query, key (positions), weight (0 to 1, or from -`high` to `high` when signed; NaN: hidden), and
            maybe faint (1: drawn in grey).
        colors: of the theme.
        signed: the weights are differences, and get the diverging scale.
        clickable: a click on a cell is reported as the selection `cell`.
    """
    scale = signed_scale(colors) if signed else weight_scale(colors)
    number = "format(datum.weight * 100, '.0f')"
    if signed:
        number = "abs(datum.weight) < 0.005 ? '0' : format(datum.weight * 100, '+.0f')"
    exact = "isValid(datum.weight) ? format(datum.weight, '{}') : 'masked'".format("+.2%" if signed else ".2%")
    strong = f"abs(datum.weight) > {colors.strong_signed} * high" if signed else f"datum.weight > {colors.strong}"
    strong = f"!datum.faint && {strong}"
    base = alt.Chart(frame).transform_calculate(
        query_label="labels[datum.query]",
        key_label="labels[datum.key]",
        shade="isValid(datum.weight) ? datum.weight : 0",  # else Vega-Lite has a rule of its own for what is no number
        number=f"isValid(datum.weight) ? {number} : ''",
        exact=exact,
        says="labels[datum.query] + (isValid(datum.weight) ? ' looks at ' + labels[datum.key] + ': ' "
        "+ format(datum.weight, '.1%') : ' may not look at ' + labels[datum.key])",
    )
    x, y = word_axes(colors)
    plain = [("!isValid(datum.weight)", colors.background), ("datum.faint", colors.line)]
    conditions = [{"test": test, "value": color} for test, color in plain]
    shade = alt.Color("shade:Q", scale=scale, legend=None, condition=conditions)
    cells = base.mark_rect(cursor="pointer" if clickable else "default").encode(
        x=x,
        y=y,
        color=shade,
        description="says:N",
        tooltip=[
            alt.Tooltip("query_label:N", title="looks from"),
            alt.Tooltip("key_label:N", title="looks at"),
            alt.Tooltip("exact:N", title="difference" if signed else "weight"),
        ],
    )
    if clickable:
        cells = cells.add_params(alt.selection_point(name="cell", fields=["query", "key"], toggle=False))
    numbers = base.mark_text(fontSize=12, aria=False, tooltip=None).encode(
        x=x,
        y=y,
        text="number:N",
        color=alt.condition(strong, alt.value(colors.on_strong), alt.value(colors.on_weak)),
        opacity=alt.condition("width / labels.length > 23", alt.value(1), alt.value(0)),
    )
    frames = _frames_of_choice(frame, x, y, colors)
    return alt.layer(cells, numbers, *frames).properties(padding=ROOM).add_params(*filled_in("high"))


def _frames_of_choice(frame: pd.DataFrame, x: alt.X, y: alt.Y, colors: Palette) -> tuple[alt.Chart, alt.Chart]:
    """The frames around the chosen query's row and the chosen cell of a heatmap."""
    frames = alt.Chart(frame).mark_rect(fillOpacity=0, strokeWidth=2.5, aria=False)
    row = frames.transform_filter("datum.query === chosen && datum.key === 0").encode(
        y=y, stroke=alt.value(colors.query)
    )
    cell = frames.transform_filter("datum.query === chosen && datum.key === seen").encode(
        x=x, y=y, stroke=alt.value(colors.key)
    )
    return row, cell


def bars(frame: pd.DataFrame, colors: Palette) -> alt.LayerChart:
    """One query's weights, a bar for each key, in the order of the sentence.

    Args:
        frame: columns key (position), weight (0 to 1; NaN: hidden), and maybe faint (1: drawn in grey).
    """
    base = alt.Chart(frame).transform_calculate(
        key_label="labels[datum.key]",
        share="isValid(datum.weight) ? datum.weight : 0",
        number=f"isValid(datum.weight) ? {rounded_in_words('datum.weight')} : 'masked'",
        exact="isValid(datum.weight) ? format(datum.weight, '.4%') : 'masked'",
        says="labels[chosen] + (isValid(datum.weight) ? ' looks at ' + labels[datum.key] + ': ' "
        "+ format(datum.weight, '.2%') : ' may not look at ' + labels[datum.key])",
    )
    above = {"titleAngle": 0, "titleAlign": "left", "titleAnchor": "start", "titleX": -5, "titleY": -12}
    y = alt.Y(
        "key:O",
        axis=word_axis("key: looks at ↓", colors.key, colors.text, **above),
        scale=alt.Scale(paddingInner=0.25),
    )
    share = alt.Scale(domain=[0, 1], range=[0, alt.expr("width - 52")], nice=False)  # room for the number beside a bar
    bar = base.mark_bar(cornerRadiusEnd=2, cursor="pointer").encode(
        x=alt.X("share:Q", stack=None, scale=share, axis=None),
        y=y,
        color=alt.when("datum.key === seen")
        .then(alt.value(colors.key))
        .when("datum.faint")
        .then(alt.value(colors.line))
        .otherwise(alt.value(colors.weights[3])),
        description="says:N",
        tooltip=[alt.Tooltip("key_label:N", title="looks at"), alt.Tooltip("exact:N", title="weight")],
    )
    bar = bar.add_params(alt.selection_point(name="bar", fields=["key"], toggle=False))
    number = base.mark_text(align="left", dx=5, fontSize=13, aria=False, color=colors.text).encode(
        x="share:Q", y=y, text="number:N"
    )
    return alt.layer(bar, number).add_params(*parameters())


def picture(frame: pd.DataFrame, colors: Palette) -> alt.LayerChart:
    """The heatmap of a long text as one image: too many cells to draw and click one by one.

    Args:
        frame: two rows, columns corner (0, then n) and image (the address of the picture, then nothing).
    """
    words = {"tickCount": 10, "grid": False}
    x_axis = word_axis("key: looks at →", colors.key, colors.text, orient="top", labelAngle=-45, **words)
    y_axis = word_axis("query: looks from ↓", colors.query, colors.text, **words)
    span = alt.Scale(nice=False, padding=0)
    x = alt.X("corner:Q", axis=x_axis, scale=span)
    y = alt.Y("corner:Q", axis=y_axis, scale=alt.Scale(nice=False, padding=0, reverse=True))
    base = alt.Chart(frame)
    frame_of_axes = base.mark_point(opacity=0, aria=False).encode(x=x, y=y)
    image = (
        base.transform_filter("datum.image")
        .mark_image(
            aspect=False,
            align="left",
            baseline="top",
            smooth=False,
            width=alt.expr("width"),
            height=alt.expr("height"),
            aria=False,
        )
        .encode(x=alt.value(0), y=alt.value(0), url="image:N")
    )
    row = (
        base.transform_filter("datum.image")
        .transform_calculate(top="chosen", bottom="chosen + 1")
        .mark_rect(fillOpacity=0, strokeWidth=1.5, aria=False)
        .encode(x=alt.value(0), x2=alt.value("width"), y=alt.Y("top:Q"), y2="bottom:Q", stroke=alt.value(colors.query))
    )
    return alt.layer(frame_of_axes, image, row).add_params(*parameters())


def skyline(frame: pd.DataFrame, colors: Palette) -> alt.Chart:
    """One query's weights over a long text, thin bars in the order of the sentence."""
    return (
        alt.Chart(frame)
        .transform_calculate(key_label="labels[datum.key]")
        .mark_bar(color=colors.weights[3])
        .encode(
            x=alt.X(
                "key:O",
                axis=word_axis("key: looks at →", colors.key, colors.text, labels=False),
                scale=alt.Scale(padding=0),
            ),
            y=alt.Y(
                "weight:Q",
                stack=None,
                axis=alt.Axis(
                    labelExpr=share_in_words("datum.value", 1), title=None, tickCount=3, labelColor=colors.text
                ),
            ),
            color=alt.condition("datum.key === seen", alt.value(colors.key), alt.value(colors.weights[3])),
            tooltip=[alt.Tooltip("key_label:N", title="looks at"), alt.Tooltip("weight:Q", format=".4%")],
        )
        .add_params(*parameters())
    )


def stage_bars(frame: pd.DataFrame, colors: Palette, *, fixed: bool = False) -> alt.LayerChart:
    """One step of a query's row: a bar and a number for each key.

    Args:
        frame: columns key (position), value, shown (the number in words).
        fixed: the values are weights and the axis runs from 0 to 1; otherwise from `low` to `high`.
    """
    base = alt.Chart(frame).transform_calculate(says="labels[datum.key] + ': ' + datum.shown")
    domain = [0, 1.25] if fixed else [alt.ExprRef("low"), alt.ExprRef("high")]
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
    return alt.layer(zero, bar, *numbers).add_params(*filled_in("low", "high"))


def filled_in(*names: str) -> list[alt.Parameter]:
    """Further parameters that a caller fills in, all of them numbers."""
    return [*parameters(), *(alt.param(name=name, value=1) for name in names)]


def parameters() -> list[alt.Parameter]:
    """What a caller fills in; see the top of this file."""
    return [
        alt.param(name="labels", value=[]),
        alt.param(name="chosen", value=-1),
        alt.param(name="seen", value=-1),
    ]
