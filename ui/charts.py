"""Pictures: a DataFrame in, an Altair chart out; one builder for each kind of picture.

Words never enter a field name or an expression: a chart knows positions (whole numbers from 0) and reads the words from
its parameter `labels`, which holds them as plain data. So one chart fits every sentence, and no sentence can break it.
Parameters that a caller fills in: `labels`, `chosen` (position of the query) and `seen` (position of the key).
"""

import altair as alt
import pandas as pd

from ui.palette import Palette

WEIGHT_STEPS = [0, 0.05, 0.25, 0.5, 1]


def weight_scale(colors: Palette) -> alt.Scale:
    """One hue, pinned to [0, 1]; the square root keeps the small weights of a long sentence apart."""
    return alt.Scale(type="sqrt", domain=[0, 1], range=list(colors.weights), interpolate="lab", clamp=True)


def signed_scale(colors: Palette, end: float | alt.ExprRef) -> alt.Scale:
    """Two hues, zero in the middle."""
    low = alt.ExprRef(f"-{end.expr}") if isinstance(end, alt.ExprRef) else -end
    half = alt.ExprRef(f"{low.expr}/2") if isinstance(low, alt.ExprRef) else low / 2
    other = alt.ExprRef(f"{end.expr}/2") if isinstance(end, alt.ExprRef) else end / 2
    return alt.Scale(domain=[low, half, 0, other, end], range=list(colors.signed), interpolate="lab", clamp=True)


def word_axis(title: str, color: str, text: str, **options) -> alt.Axis:
    """An axis of words, given by position, in the order of the sentence."""
    return alt.Axis(
        title=title,
        titleColor=color,
        titleFontSize=13,
        titleFontWeight="bold",
        labelExpr="labels[datum.value]",
        labelColor=text,
        labelLimit=110,
        labelPadding=5,
        titlePadding=8,
        **{"labelFontSize": 13, "labelOverlap": "greedy", "domain": False, "ticks": False, **options},
    )


def room_for_words(side: str) -> alt.ExprRef:
    """A font size at which every word of an axis finds room: smaller where there are many words."""
    return alt.expr(f"clamp(0.8 * {side} / labels.length, 6, 13)")


def heatmap(frame: pd.DataFrame, colors: Palette, *, signed: bool = False, clickable: bool = True) -> alt.LayerChart:
    """Who looks at whom: a row for each query, a column for each key, in the order of the sentence.

    Args:
        frame: columns query, key (positions), weight (0 to 1, or from -1 to 1 when signed).
        colors: of the theme.
        signed: the weights are differences, and get the diverging scale.
        clickable: a click on a cell is reported as the selection `cell`.
    """
    scale = signed_scale(colors, 1) if signed else weight_scale(colors)
    number = "format(datum.weight * 100, '.0f')"
    if signed:
        number = "abs(datum.weight) < 0.005 ? '0' : format(datum.weight * 100, '+.0f')"
    strong = f"abs(datum.weight) > {colors.strong_signed}" if signed else f"datum.weight > {colors.strong}"
    base = alt.Chart(frame).transform_calculate(
        looking="labels[datum.query]",
        seen_word="labels[datum.key]",
        number=number,
        says="labels[datum.query] + ' looks at ' + labels[datum.key] + ': ' + format(datum.weight, '.1%')",
    )
    across = {"orient": "top", "labelAngle": -45, "labelOverlap": False, "labelFontSize": room_for_words("width")}
    down = {"labelOverlap": False, "labelFontSize": room_for_words("height"), "labelBaseline": "middle"}
    x = alt.X("key:O", axis=word_axis("key: looks at →", colors.key, colors.text, **across))
    y = alt.Y("query:O", axis=word_axis("query: looks from ↓", colors.query, colors.text, **down))
    cells = base.mark_rect(cursor="pointer" if clickable else "default").encode(
        x=x,
        y=y,
        color=alt.Color("weight:Q", scale=scale, legend=None),
        description="says:N",
        tooltip=[
            alt.Tooltip("looking:N", title="looks from"),
            alt.Tooltip("seen_word:N", title="looks at"),
            alt.Tooltip("weight:Q", title="difference" if signed else "weight", format="+.2%" if signed else ".2%"),
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
    frames = alt.Chart(frame).mark_rect(fillOpacity=0, strokeWidth=2.5, aria=False)
    row = frames.transform_filter("datum.query === chosen && datum.key === 0").encode(
        y=y, stroke=alt.value(colors.query)
    )
    cell = frames.transform_filter("datum.query === chosen && datum.key === seen").encode(
        x=x, y=y, stroke=alt.value(colors.key)
    )
    room = {"left": 5, "top": 5, "bottom": 5, "right": 18}  # for the last of the slanted words
    return alt.layer(cells, numbers, row, cell).properties(padding=room).add_params(*parameters())


def bars(frame: pd.DataFrame, colors: Palette) -> alt.LayerChart:
    """One query's weights, a bar for each key, in the order of the sentence.

    Args:
        frame: columns key (position), weight (0 to 1).
    """
    base = alt.Chart(frame).transform_calculate(
        seen_word="labels[datum.key]",
        says="labels[chosen] + ' looks at ' + labels[datum.key] + ': ' + format(datum.weight, '.2%')",
    )
    above = {"titleAngle": 0, "titleAlign": "left", "titleAnchor": "start", "titleX": -5, "titleY": -12}
    y = alt.Y(
        "key:O",
        axis=word_axis("key: looks at ↓", colors.key, colors.text, **above),
        scale=alt.Scale(paddingInner=0.25),
    )
    share = alt.Scale(domain=[0, 1], range=[0, alt.expr("width - 52")], nice=False)  # room for the number beside a bar
    bar = base.mark_bar(cornerRadiusEnd=2, cursor="pointer").encode(
        x=alt.X("weight:Q", stack=None, scale=share, axis=None),
        y=y,
        color=alt.condition("datum.key === seen", alt.value(colors.key), alt.value(colors.weights[3])),
        description="says:N",
        tooltip=[alt.Tooltip("seen_word:N", title="looks at"), alt.Tooltip("weight:Q", title="weight", format=".4%")],
    )
    bar = bar.add_params(alt.selection_point(name="bar", fields=["key"], toggle=False))
    number = base.mark_text(align="left", dx=5, fontSize=13, aria=False, color=colors.text).encode(
        x="weight:Q", y=y, text=alt.Text("weight:Q", format=".1%")
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
        .transform_calculate(seen_word="labels[datum.key]")
        .mark_bar(color=colors.weights[3])
        .encode(
            x=alt.X(
                "key:O",
                axis=word_axis("key: looks at →", colors.key, colors.text, labels=False),
                scale=alt.Scale(padding=0),
            ),
            y=alt.Y(
                "weight:Q", stack=None, axis=alt.Axis(format=".1%", title=None, tickCount=3, labelColor=colors.text)
            ),
            color=alt.condition("datum.key === seen", alt.value(colors.key), alt.value(colors.weights[3])),
            tooltip=[alt.Tooltip("seen_word:N", title="looks at"), alt.Tooltip("weight:Q", format=".4%")],
        )
        .add_params(*parameters())
    )


def parameters() -> list[alt.Parameter]:
    """What a caller fills in; see the top of this file."""
    return [
        alt.param(name="labels", value=[]),
        alt.param(name="chosen", value=-1),
        alt.param(name="seen", value=-1),
    ]
