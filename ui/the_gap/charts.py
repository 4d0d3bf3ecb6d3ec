"""Pictures of The gap: a DataFrame in, an Altair chart out, as in ui/kit/charts.py."""

import altair as alt
import pandas as pd

from ui.kit.charts import parameters, share_in_words
from ui.kit.palette import Palette


def rate_bars(frame: pd.DataFrame, colors: Palette) -> alt.LayerChart:
    """How often each model is right in one task: a bar, its number, and a dashed line at what guessing gives.

    Args:
        frame: columns model (position in labels), share, low, high, chance, count, kind (as in `kind_colors`).

    A click on a bar is reported as the selection `bar`.
    """
    base = alt.Chart(frame).transform_calculate(
        name="labels[datum.model]",
        number=share_in_words("datum.share"),
        says=f"labels[datum.model] + ': ' + {share_in_words('datum.share')} + ' of ' + format(datum.count, ',') "
        "+ ' sentences right, interval ' + format(datum.low, '.1%') + ' to ' + format(datum.high, '.1%')",
    )
    scale = alt.Scale(domain=[0, 1], range=[0, alt.expr("width - 52")], nice=False)  # room for the number beside a bar
    axis = alt.Axis(
        title=None, labelExpr="labels[datum.value]", labelFontSize=15, labelLimit=170, labelPadding=10, domain=False
    )
    axis.labelColor, axis.ticks, axis.grid = colors.text, False, False
    y = alt.Y("model:O", axis=axis, scale=alt.Scale(paddingInner=0.35, paddingOuter=0.15))
    shades = alt.Scale(domain=[0, 1, 2], range=kind_colors(colors))
    bar = base.mark_bar(cornerRadiusEnd=2, cursor="pointer").encode(
        x=alt.X("share:Q", stack=None, scale=scale, axis=None),
        y=y,
        color=alt.Color("kind:O", scale=shades, legend=None),
        description="says:N",
        tooltip=[alt.Tooltip("says:N", title="measured")],
    )
    bar = bar.add_params(alt.selection_point(name="bar", fields=["model"], toggle=False))
    number = base.mark_text(align="left", dx=8, fontSize=16, fontWeight="bold", aria=False, color=colors.text).encode(
        x="share:Q", y=y, text="number:N"
    )
    first = base.transform_filter("datum.model === 0")
    guessing = first.mark_rule(strokeDash=[4, 4], strokeWidth=1.5, color=colors.muted, aria=False).encode(x="chance:Q")
    return alt.layer(bar, guessing, number).add_params(*parameters())


def dots(
    frame: pd.DataFrame,
    colors: Palette,
    *,
    names: tuple[str, ...],
    slots: int,
    shapes: tuple[str, ...],
    kinds: tuple[int, ...],
) -> alt.LayerChart:
    """How often each model is right in each task: a dot, its interval, its number, and what guessing gives.

    Args:
        frame: columns row (position in labels), model (position in names), share, low, high, chance, count, number
            (the share in words), slot (the model's place in its row).
        names: of the models.
        slots: places in a row.
        shapes, kinds: of the models' dots; the kind (0 raw, 1 taught, 2 pretrained) gives the colour.

    A click on a dot is reported as the selection `dot`. A ring marks the dot of the parameters `chosen` (row) and
    `seen` (model).
    """
    named = f"{list(names)}[datum.model]"
    base = alt.Chart(frame).transform_calculate(
        name=named,
        task="labels[datum.row]",
        says=f"labels[datum.row] + ', ' + {named} + ': '"
        " + datum.number + ' of ' + format(datum.count, ',')"
        " + ', interval ' + format(datum.low, '.1%') + ' to ' + format(datum.high, '.1%') + ', chance '"
        " + format(datum.chance, '.1%')",
    )
    x, y = _share_axis("share", colors), _task_axis(colors)
    down = alt.YOffset("slot:O", scale=alt.Scale(domain=list(range(slots))))
    shades = [kind_colors(colors)[kind] for kind in kinds]
    by_model = {
        "color": alt.Color("name:N", scale=alt.Scale(domain=list(names), range=shades), legend=None),
        "shape": alt.Shape("name:N", scale=alt.Scale(domain=list(names), range=list(shapes)), legend=None),
    }
    guessing = base.mark_tick(thickness=2, bandSize=40, color=colors.muted, aria=False).encode(
        x=_share_axis("chance", colors), y=y
    )
    interval = base.mark_rule(strokeWidth=2, aria=False).encode(
        x=_share_axis("low", colors), x2="high:Q", y=y, yOffset=down, color=by_model["color"]
    )
    dot = base.mark_point(filled=True, size=110, opacity=1, cursor="pointer").encode(
        x=x, y=y, yOffset=down, description="says:N", tooltip=[alt.Tooltip("says:N", title="measured")], **by_model
    )
    dot = dot.add_params(alt.selection_point(name="dot", fields=["row", "model"], toggle=False))
    here = (
        base.transform_filter("datum.row === chosen && datum.model === seen")
        .mark_point(shape="circle", size=340, strokeWidth=2, filled=False, aria=False, color=colors.query)
        .encode(x=x, y=y, yOffset=down)
    )
    number = base.mark_text(align="left", dx=12, fontSize=12, aria=False, color=colors.text).encode(
        x=_share_axis("high", colors), y=y, yOffset=down, text="number:N"
    )
    gap = number.copy(deep=True)  # interrupts the mark of guessing where it would cross a number
    gap.mark.stroke, gap.mark.strokeWidth = colors.background, 5
    return alt.layer(guessing, gap, interval, dot, here, number).add_params(*parameters())


def _share_axis(field: str, colors: Palette) -> alt.X:
    """The axis of shares, across."""
    axis = alt.Axis(
        title="right", values=[0, 0.2, 0.4, 0.6, 0.8, 1], gridColor=colors.line, domain=False, labelFlush=False
    )
    axis.labelExpr = share_in_words("datum.value")
    axis.labelColor = axis.titleColor = colors.text
    scale = alt.Scale(domain=[0, 1.2], nice=False)  # room for the number beside a dot, on a phone too
    return alt.X(f"{field}:Q", scale=scale, axis=axis)


def _task_axis(colors: Palette) -> alt.Y:
    """The axis of tasks, down."""
    axis = alt.Axis(title=None, labelExpr="labels[datum.value]", labelFontSize=14, labelLimit=150, domain=False)
    axis.labelColor, axis.ticks, axis.labelPadding, axis.grid = colors.text, False, 10, False
    return alt.Y("row:O", axis=axis, scale=alt.Scale(paddingInner=0.3, paddingOuter=0.1))


def kind_colors(colors: Palette) -> list[str]:
    """The colours of models by kind: 0 raw, 1 taught, 2 pretrained."""
    return [colors.muted, colors.weights[3], colors.text]
