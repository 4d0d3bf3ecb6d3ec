"""Pictures of The next word: a DataFrame in, an Altair chart out, as in ui/kit/charts.py."""

import altair as alt
import pandas as pd

from ui.kit.charts import filled_in, parameters, share_in_words
from ui.kit.palette import Palette


def _layer_axis(colors: Palette, field: str = "layer") -> alt.X:
    """The axis of layers, across."""
    axis = alt.Axis(title="layer", grid=False, tickCount=7, format="d", labelColor=colors.text, titleColor=colors.text)
    return alt.X(f"{field}:Q", axis=axis, scale=alt.Scale(nice=False, padding=8))


def _line_by_layer(base: alt.Chart, x: alt.X, y: alt.Y, colors: Palette, title: str) -> alt.LayerChart:
    """A line with a point for each layer.

    Args:
        base: the data, with `says`, the text of a point.
        title: of the text.
    """
    line = base.mark_line(color=colors.weights[3], strokeWidth=2, aria=False).encode(x=x, y=y)
    points = base.mark_point(filled=True, size=45, opacity=1, color=colors.weights[3]).encode(
        x=x, y=y, description="says:N", tooltip=[alt.Tooltip("says:N", title=title)]
    )
    return alt.layer(line, points).add_params(*parameters())


def shares_by_layer(frame: pd.DataFrame, colors: Palette, *, share_name: str) -> alt.LayerChart:
    """A share for each layer: a point and a line, from 0 to 1.

    Args:
        frame: columns layer, value, about (what stands beside the share when it is pointed at).
        share_name: the heading of a point's text.
    """
    base = alt.Chart(frame).transform_calculate(
        says="'layer ' + datum.layer + ': ' + format(datum.value, '.2%') + datum.about"
    )
    y_axis = alt.Axis(title=None, tickCount=3, labelColor=colors.text, gridColor=colors.line, domain=False)
    y_axis.labelExpr, y_axis.labelFlush = share_in_words("datum.value"), False
    y = alt.Y("value:Q", scale=alt.Scale(domain=[0, 1], nice=False), axis=y_axis)
    return _line_by_layer(base, _layer_axis(colors), y, colors, share_name)


def places_by_layer(frame: pd.DataFrame, colors: Palette) -> alt.LayerChart:
    """A word's place among all words after each layer: a point and a line, the first place on top, on a log scale.

    Args:
        frame: columns layer, value (the place, from 1), about (what stands beside it when it is pointed at).
    """
    base = alt.Chart(frame).transform_calculate(
        says="'layer ' + datum.layer + ': place ' + format(datum.value, ',') + datum.about"
    )
    y_axis = alt.Axis(title=None, values=[1, 10, 100, 1000, 10000], gridColor=colors.line, domain=False)
    y_axis.labelColor, y_axis.format = colors.text, ","
    y = alt.Y("value:Q", scale=alt.Scale(type="log", domain=[1, 100000], nice=False, reverse=True), axis=y_axis)
    return _line_by_layer(base, _layer_axis(colors), y, colors, "place")


def added_by_layer(frame: pd.DataFrame, colors: Palette, *, names: tuple[str, str]) -> alt.LayerChart:
    """What the two parts of each layer add to a score: two bars a layer, around zero.

    Args:
        frame: columns layer, part (position in names), value, shown (the number in words).
        names: of the two parts, the heads and the feed-forward network.
    """
    base = alt.Chart(frame).transform_calculate(
        name=f"{list(names)}[datum.part]",
        place="datum.layer + 0.36 * (datum.part - 0.5)",
        says=f"'layer ' + datum.layer + ', ' + {list(names)}[datum.part] + ': ' + datum.shown",
    )
    y_axis = alt.Axis(title=None, tickCount=4, labelColor=colors.text, gridColor=colors.line, domain=False)
    legend = alt.Legend(title=None, orient="top", labelColor=colors.text, symbolType="square")
    bars = base.mark_bar().encode(
        x=_layer_axis(colors, field="place"),
        y=alt.Y("value:Q", stack=None, axis=y_axis),
        size=alt.value(alt.expr("max(0.3 * width / 31, 2)")),
        color=alt.Color(
            "name:N", scale=alt.Scale(domain=list(names), range=[colors.output, colors.value]), legend=legend
        ),
        description="says:N",
        tooltip=[alt.Tooltip("says:N", title="adds to the score")],
    )
    zero = alt.Chart(frame).transform_filter("datum.layer === 1 && datum.part === 0").transform_calculate(zero="0")
    rule = zero.mark_rule(color=colors.muted, aria=False).encode(y="zero:Q")
    return alt.layer(rule, bars).add_params(*parameters())


def weight_and_effect(frame: pd.DataFrame, colors: Palette) -> alt.LayerChart:
    """Weight against effect: a dot and a name for each token that is looked at.

    Args:
        frame: columns key (position in labels), weight (0 to 1), effect, shown (the effect in words). `high` is where
            the axis of effects ends, in either direction.
    """
    base = alt.Chart(frame).transform_calculate(
        word="labels[datum.key]",
        says="labels[datum.key] + ': weight ' + format(datum.weight, '.1%') + ', without it ' + datum.shown",
    )
    x_axis = alt.Axis(title="weight →", tickCount=5, gridColor=colors.line, labelColor=colors.text, domain=False)
    x_axis.labelExpr, x_axis.titleColor = share_in_words("datum.value"), colors.text
    y_axis = alt.Axis(title="change of log p without it", tickCount=5, gridColor=colors.line, domain=False)
    y_axis.labelColor = y_axis.titleColor = colors.text
    ends = [alt.ExprRef("-1.15 * high"), alt.ExprRef("1.15 * high")]
    x = alt.X("weight:Q", axis=x_axis, scale=alt.Scale(domain=[-0.02, 1.08], nice=False, clamp=True))
    y = alt.Y("effect:Q", axis=y_axis, scale=alt.Scale(domain=ends, nice=False))
    zero = alt.Chart(frame).transform_filter("datum.key === 0").transform_calculate(zero="0")
    rule = zero.mark_rule(color=colors.muted, aria=False).encode(y=alt.Y("zero:Q", axis=y_axis))
    dots = base.mark_point(filled=True, size=70, opacity=1).encode(
        x=x,
        y=y,
        color=alt.condition("datum.key === seen", alt.value(colors.key), alt.value(colors.weights[3])),
        description="says:N",
        tooltip=[alt.Tooltip("says:N", title="weight and effect")],
    )
    named = base.transform_filter("datum.weight > 0.12 || abs(datum.effect) > 0.2 * high")
    names = named.mark_text(align="left", dx=7, fontSize=13, aria=False, color=colors.text).encode(
        x=x, y=y, text="word:N"
    )
    return alt.layer(rule, dots, names).add_params(*filled_in("high"))
