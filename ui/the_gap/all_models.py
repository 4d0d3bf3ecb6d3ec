"""Every task and every model: the whole table as dots and as numbers, each of which leads to its sentences."""

import pandas as pd
import streamlit as st
from markupsafe import Markup

from ui import state
from ui.kit import components, figures, html
from ui.kit.wording import mean_and_spread, percent
from ui.shell import links
from ui.state.table import GAP_TASKS, TASK_TITLES, Value
from ui.the_gap import charts, measured
from ui.the_gap.figure import open_sentences
from ui.the_gap.measured import MINILM, NAMES, Rate
from ui.the_gap.sentences import ANCHOR

MARKS = {"circle": "●", "square": "■", "diamond": "◆", "cross": "✚", "triangle-up": "▲", "triangle-down": "▼"}


def draw_all_models() -> None:
    """Draw the rates of all tasks and models as dots, then as a table."""
    draw_dots()
    draw_table()


def rates_shown() -> list[Rate]:
    """The rates on the chosen set of sentences."""
    sentence_set = measured.chosen_set()
    rates = [rate for task in GAP_TASKS for rate in measured.rates_of(task, sentence_set)]
    return [rate for rate in rates if rate.sentence_set == sentence_set]


def shapes() -> dict[str, str]:
    """The shape of each model's dot: circles in grey and violet, then one for each further model."""
    return dict(zip(NAMES, ["circle", *[list(MARKS)[i % len(MARKS)] for i in range(len(NAMES) - 1)]], strict=True))


def dots_picture() -> figures.Picture:
    """The rates on the chosen set of sentences as dots."""
    rates = rates_shown()
    tasks = [task for task in GAP_TASKS if any(rate.task == task for rate in rates)]
    models = {task: [rate.name for rate in rates if rate.task == task] for task in tasks}
    most = max(map(len, models.values()))
    rows = [
        {
            "row": tasks.index(rate.task),
            "model": NAMES.index(rate.name),
            **{name: getattr(rate, name) for name in ("share", "low", "high", "chance", "count")},
            "number": percent(rate.share),
            "slot": 2 * models[rate.task].index(rate.name) + most - len(models[rate.task]),  # half lines: centred
        }
        for rate in rates
    ]
    frame = pd.DataFrame(rows).astype({"row": "int16", "model": "int16", "count": "int32", "slot": "int16"})
    text = "; ".join(f"{TASK_TITLES[rate.task]}, {rate.name}: {percent(rate.share)}" for rate in rates)
    alt = f"Dots: the share of right answers, by task and model. {text}. The table below has the same numbers."
    now = measured.chosen_rate()
    seen = {"chosen": tasks.index(now.task) if now.task in tasks else -1, "seen": NAMES.index(now.name)}
    options = {
        "names": NAMES,
        "slots": 2 * most - 1,
        "shapes": tuple(shapes().values()),
        "kinds": tuple(kinds().values()),
    }
    parameters = {"labels": [TASK_TITLES[task] for task in tasks], **seen}
    return figures.Picture(charts.dots, frame, alt, 84 * len(tasks), parameters, options)


def draw_dots() -> None:
    """Draw the dots and what their shapes mean; a click on a dot opens its sentences."""
    picture = dots_picture()
    choice = picture.parameters["chosen"], picture.parameters["seen"]
    tasks = {title: task for task, title in TASK_TITLES.items()}

    def pick(row: int, model: int) -> None:
        open_sentences(tasks[picture.parameters["labels"][row]], NAMES[model])

    with st.container(height=picture.height + 15, border=False, key="dots-room"):
        figures.draw(picture, "gap", choice, pick)
    colors = components.palette()
    shades = [charts.kind_colors(colors)[kind] for kind in kinds().values()]
    span = Markup('<span><b style="color:{}">{}</b> {}</span>')
    marks = [
        span.format(shade, MARKS[shape], name) for shade, (name, shape) in zip(shades, shapes().items(), strict=True)
    ]
    legend = Markup("").join([*marks, span.format(colors.muted, "❘", "guessing")])
    st.html(Markup('<div class="legend">{}<span>line: 95 % interval</span></div>').format(legend))
    components.text("In the ring: the model whose sentences are shown. Click a dot to see others.", "small")


def kinds() -> dict[str, int]:
    """The kind of each model, as in `Rate`."""
    found = {rate.name: rate.kind for rate in measured.all_rates()}
    return {name: found[name] for name in NAMES}


def draw_table() -> None:
    """Draw the same as a table; each number leads to its sentences."""
    rates = rates_shown()
    rows: list[list[html.Cell]] = []
    for task in GAP_TASKS:
        here = {rate.name: rate for rate in rates if rate.task == task}
        asked = Markup("{}<small>{}</small>").format(TASK_TITLES[task], measured.QUESTIONS[task])
        guessing = percent(next(iter(here.values())).chance) if here else "–"
        rows.append([asked, *(table_cell(here[name]) if name in here else "–" for name in NAMES), guessing])
    table = html.table(("Task", *NAMES, "Guessing"), rows, "gap", named_rows=True)
    components.show_html(html.wide(table))
    text = "Each number leads to its sentences. Below it: its 95 % interval and the number of sentences."
    if any(rate.other_splits for rate in rates):
        text += " Other splits: trained and tested again with other words, drawn by chance."
    text += (
        " MiniLM is the model of “Inside a transformer”, SmolLM2 that of “The next word”; both learned from other "
        "texts. SmolLM2 looks back only: it cannot find an object that comes after its verb."
    )
    components.text(text, "small")


def table_cell(rate: Rate) -> Markup:
    """A rate of the table: the share, its interval, the number of sentences; a link to them."""
    values: dict[str, Value] = {"gtask": TASK_TITLES[rate.task], "gby": rate.name, "gsent": True}
    lines = [f"{percent(rate.low)} to {percent(rate.high)}", f"n = {rate.count:,}"]
    if rate.head:
        lines.append(f"layer {rate.head[0]}, head {rate.head[1]}")
    if rate.other_splits:
        lines.append(f"other splits {mean_and_spread(rate.other_splits)}")
    lines += [remark] if (remark := interval_text(rate)) else []
    share = Markup("<b>{}</b>").format(percent(rate.share))
    link = links.text_link(share, "the_gap", values, others=state.get, place=ANCHOR)
    return link + Markup("").join(Markup("<small>{}</small>").format(line) for line in lines)


def interval_text(rate: Rate) -> str:
    """A remark on the interval: beside guessing, or below the taught model's; "" for none."""
    if rate.low <= rate.chance <= rate.high:
        return "like guessing"
    if rate.high < rate.chance:
        return "below guessing"
    best = measured.taught_rate(rate.task, rate.sentence_set)
    return "below the taught" if rate.name == MINILM and best and rate.high < best.low else ""
