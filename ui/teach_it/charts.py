"""Pictures of Teach it: a DataFrame in, an Altair chart out, as in ui/kit/charts.py."""

import altair as alt
import pandas as pd

from ui.kit.charts import ROOM, parameters, share_in_words
from ui.kit.palette import Palette


def curve(frame: pd.DataFrame, colors: Palette, *, title: str, shares: bool) -> alt.LayerChart:
    """How a number changes in training: a point for each report.

    The parameter `end` is the last step there can be, `high` the end of the axis of a number that is no share, `chance`
    the share that guessing gives; below zero it is not drawn.

    Args:
        frame: columns step, value; a row with a step below 0 draws nothing but carries the lines across.
        title: of the number.
        shares: whether the number is a share, whose axis ends at 1.
    """
    shown = "'.1%'" if shares else "'.3f'"
    base = alt.Chart(frame).transform_calculate(says=f"'step ' + datum.step + ': ' + format(datum.value, {shown})")
    end = alt.ExprRef("end")
    x_axis = alt.Axis(title="steps", grid=False, tickCount=4, labelColor=colors.text, titleColor=colors.text)
    y_axis = alt.Axis(title=None, tickCount=3, labelColor=colors.text, gridColor=colors.line, domain=False)
    y_axis.labelFlush = False  # a label stands on its line, the first and the last one too
    if shares:
        y_axis.labelExpr = share_in_words("datum.value")
    else:
        y_axis.format = "~g"
    x = alt.X("step:Q", scale=alt.Scale(domain=[alt.ExprRef("0"), end], nice=False), axis=x_axis)
    top = alt.ExprRef("1" if shares else "high")
    scale = alt.Scale(domain=[alt.ExprRef("0"), top], nice=False, clamp=True)
    y = alt.Y("value:Q", scale=scale, axis=y_axis, title=title)
    seen = base.transform_filter("datum.step >= 0")
    line = seen.mark_line(color=colors.weights[3], strokeWidth=2, aria=False).encode(x=x, y=y)
    dots = seen.mark_point(filled=True, size=40, opacity=1, color=colors.weights[3]).encode(
        x=x, y=y, description="says:N", tooltip=[alt.Tooltip("says:N", title=title)]
    )
    guessing = base.transform_filter("datum.step < 0").transform_calculate(value="chance", step="end")
    guessing = guessing.transform_filter("datum.value >= 0")
    rule = guessing.mark_rule(color=colors.muted, strokeDash=[3, 3], aria=False).encode(y=y)
    label = guessing.mark_text(text="guessing", align="right", dy=-10, fontSize=12, color=colors.muted, aria=False)
    layers = [rule, label.encode(x=x, y=y), line, dots]
    more = [alt.param(name=name, value=value) for name, value in (("end", 1), ("high", 1), ("chance", -1))]
    return alt.layer(*layers).properties(padding=ROOM).add_params(*parameters(), *more)
