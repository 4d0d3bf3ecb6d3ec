"""The files that a visitor downloads: pictures, tables, code. Each holds the sentence and the settings that made it."""

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ui.kit.palette import Palette
from ui.kit.renderer import renderer
from ui.state.text import one_line

LINE_LENGTH = (
    76  # characters of a line below a picture's title; a longer link would be broken, so the picture leaves it out
)
MAX_LABEL = 600  # pixels; a longer label is cut
# What would part a comment in cells is written full-width; `tokenize` reads both alike.
FULL_WIDTH = str.maketrans(',;"', "，；＂")
FORMULA = re.compile(r"\s*[=+@＝＋－＠-].")  # how a cell begins that a spreadsheet would compute
FONT = "'Source Sans 3', 'Source Sans Pro', Helvetica, Arial, sans-serif"


def in_words(settings: Mapping[str, Any]) -> list[str]:
    """Sentence and settings, a line each, in plain words."""
    return [f"{name if name == 'd_k' else name.replace('_', ' ')}: {_plain(x)}" for name, x in settings.items()]


def _plain(value: Any) -> str:
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else one_line(str(value))


def file_name(settings: Mapping[str, Any], what: str, ending: str) -> str:
    """A name for a file: what it is, what it shows, and the first words of the sentence."""
    shown, words = (re.findall(r"\w+", str(settings.get(name, "")).lower()) for name in ("shows", "sentence"))
    return "-".join(["attention", what, *shown, *words[:5]])[:80] + f".{ending}"


def standalone(
    spec: Mapping[str, Any],
    frame: pd.DataFrame | Mapping[str, np.ndarray],
    settings: Mapping[str, Any],
    colors: Palette,
) -> dict[str, Any]:
    """A chart's spec with its data, settings and colours inside; the first setting is its title."""
    about = {name: value for name, value in settings.items() if name != "link"}
    title, others = one_line(str(next(iter(about.values())))), in_words(about)[1:]
    link = settings.get("link", "")
    look = {"labelColor": colors.text, "titleColor": colors.text, "labelFont": FONT, "titleFont": FONT}
    params = [{**p, "value": _plain_labels(p["value"])} if p["name"] == "labels" else p for p in spec["params"]]
    chart = {
        **spec,
        "params": params,
        "data": {"values": pd.DataFrame(frame).to_dict("records")},
        "width": 460,
        "background": colors.background,
        "padding": 16,
        "title": {
            "text": _wrapped(title),
            "subtitle": _wrapped(", ".join(others), max_lines=6) + [link] * (0 < len(link) <= LINE_LENGTH),
            "anchor": "start",
            "color": colors.text,
            "subtitleColor": colors.muted,
            "font": FONT,
            "subtitleFont": FONT,
            "offset": 14,
        },
        "config": {"axis": look, "text": {"font": FONT}, "view": {"stroke": None}, "aria": True},
    }
    return _for_a_picture(chart)


def _for_a_picture(part: Any) -> Any:
    """A part of a spec in which no label is cut as on the page, for a picture has no tooltip that shows the rest, and
    every text is one that XML allows: over any other the renderer's process ends, without a picture."""
    if isinstance(part, Mapping):
        return {name: MAX_LABEL if name == "labelLimit" else _for_a_picture(value) for name, value in part.items()}
    if isinstance(part, str):
        return one_line(part)
    return [_for_a_picture(value) for value in part] if isinstance(part, list | tuple) else part


def _plain_labels(labels: Sequence[str]) -> list[str]:
    """Labels with ordinary digits, since the renderer's font has no small ones: the₂ becomes the (2)."""
    plain = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
    return [re.sub("[₀-₉]+$", lambda found: f" ({found.group().translate(plain)})", label) for label in labels]


def _wrapped(text: str, max_lines: int = 4) -> list[str]:
    """A text in lines of about LINE_LENGTH characters, cut after `max_lines` lines."""
    lines = re.findall(rf"\S.{{0,{LINE_LENGTH}}}(?=\s|$)|\S{{1,{LINE_LENGTH}}}", text) or [""]
    return lines if len(lines) <= max_lines else [*lines[: max_lines - 1], lines[max_lines - 1] + " …"]


def svg(chart: Mapping[str, Any]) -> str:
    """The chart as SVG."""
    return renderer.draw("svg", chart).decode()


def png(chart: Mapping[str, Any]) -> bytes:
    """The chart as PNG, twice the size on the screen."""
    return renderer.draw("png", chart, scale=2)


def _comments(settings: Mapping[str, Any]) -> str:
    """The settings as lines that start with #. Each is one cell, so that it can neither open a quotation that swallows
    the next lines nor begin a formula."""
    return "".join(f"# {line.translate(FULL_WIDTH)}\n" for line in in_words(settings))


def _cell(text: str) -> str:
    """A text as a cell of a CSV: one line, with ' before what a spreadsheet would compute."""
    text = one_line(text)
    return f"'{text}" if FORMULA.match(text) else text


def csv_table(labels: Sequence[str], stages: Mapping[str, np.ndarray], settings: Mapping[str, Any]) -> str:
    """Scores and weights as CSV, a line for each cell, after lines of settings that start with #."""
    out = io.StringIO()
    out.write(_comments(settings))
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)  # else # would begin a comment
    writer.writerow(["query_position", "query", "key_position", "key", "score", "scaled", "masked", "weight"])
    labels = [_cell(label) for label in labels]
    columns = [stages.get(name) for name in ("scores", "scaled", "masked", "weights")]
    for row, query in enumerate(labels):
        for column, key in enumerate(labels):
            numbers = ["" if stage is None else float(stage[row, column]) for stage in columns]
            writer.writerow([row + 1, query, column + 1, key, *numbers])
    return out.getvalue()


def document(tokens: Sequence[str], stages: Mapping[str, np.ndarray], settings: Mapping[str, Any], link: str) -> str:
    """Everything as JSON: settings, link, tokens, and the stages as rows of queries; what a mask hides is null."""
    rows = {
        name: [[float(x) if np.isfinite(x) else None for x in row] for row in stage] for name, stage in stages.items()
    }
    found = {"settings": dict(settings), "link": link, "tokens": list(tokens), **rows}
    out = io.StringIO()
    json.dump(found, out, ensure_ascii=False, indent=1)  # piece by piece: all pieces of a long text fill 60 MB
    return out.getvalue()


def code(tokens: Sequence[str], vectors: np.ndarray, settings: Mapping[str, Any]) -> str:
    """A NumPy program that computes the same weights from the same vectors and prints them; it needs nothing else."""
    divisor = settings["divisor"]  # a number, or the root as "√50"
    scale = f"1 / math.sqrt({vectors.shape[1]})" if isinstance(divisor, str) else f"1 / {divisor}"
    n = len(tokens)
    mask = f"np.tri({n}, dtype=bool)" if settings["causal_mask"] else f"np.ones(({n}, {n}), dtype=bool)"
    hide_self = "" if settings["self_attention"] else "np.fill_diagonal(mask, False)  # no token looks at itself\n"
    about = f"a row for each token, {vectors.shape[1]} dimensions"
    given = f"""{_assigned("q = k = v", vectors, about)}

mask = {mask}  # True = may look
{hide_self}"""
    return _program(tokens, given, scale, settings)


def head_code(
    tokens: Sequence[str],
    q: np.ndarray,
    k: np.ndarray,
    v: np.ndarray,
    mask: np.ndarray,
    settings: Mapping[str, Any],
) -> str:
    """A NumPy program that computes a head's weights and output from its queries, keys and values, and prints them."""
    given = f"""{_assigned("q", q, "a row for each token: x W_Q + b_Q")}
{_assigned("k", k, "x W_K + b_K")}
{_assigned("v", v, "x W_V + b_V")}

mask = np.ones({mask.shape}, dtype=bool)  # True = may look
for row, column in {np.argwhere(~mask).tolist()}:
    mask[row, column] = False
"""
    return _program(tokens, given, f"1 / math.sqrt({q.shape[1]})", settings)


def _assigned(name: str, matrix: np.ndarray, about: str) -> str:
    """The lines that give a matrix its numbers."""
    rows = ",\n".join("    [" + ", ".join(repr(float(np.float32(x))) for x in row) + "]" for row in matrix)
    return f"{name} = np.array([\n{rows},\n], dtype=np.float32)  # {about}"


def _program(tokens: Sequence[str], given: str, scale: str, settings: Mapping[str, Any]) -> str:
    """The formula around what is given: the lines that define q, k, v and mask."""
    about = "\n".join(f"# {line}" for line in in_words(settings))
    # Not at the top: Python takes a comment like "coding: latin-1" in the first two lines for the encoding of the file.
    return f"""import math

import numpy as np

{about}
tokens = {json.dumps(list(tokens), ensure_ascii=True)}
{given}
scores = q @ k.T
scaled = scores * np.float32({scale})
masked = np.where(mask, scaled, -np.inf)
e = np.exp(masked - masked.max(axis=-1, keepdims=True))
weights = e / e.sum(axis=-1, keepdims=True)
output = weights @ v

for token, row in zip(tokens, weights):
    print(f"Attention weights for {{token!r}}:")
    for other, weight in zip(tokens, row):
        print(f"  {{other:<12}} {{weight:.4f}}")
"""


def for_spreadsheets(make: Callable[[], str]) -> bytes:
    """A CSV as bytes, begun with the mark by which spreadsheets know UTF-8: without it é is shown as Ã©."""
    return make().encode("utf-8-sig")


def frame_csv(table: pd.DataFrame, settings: Mapping[str, Any]) -> str:
    """Any table as CSV with every digit, after lines of settings that start with #."""
    cells = table.map(lambda x: _cell(x) if isinstance(x, str) else x)
    return _comments(settings) + cells.to_csv(index=False, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)


def frame_json(table: pd.DataFrame, settings: Mapping[str, Any]) -> str:
    """Any table as JSON: settings, then its rows; what is not finite is null."""
    rows = [
        {name: None if isinstance(x, float) and not np.isfinite(x) else x for name, x in row.items()}
        for row in table.to_dict("records")
    ]
    return json.dumps({"settings": dict(settings), "rows": rows}, ensure_ascii=False, indent=1)


def tables(name: str, table: pd.DataFrame, settings: Mapping[str, Any], link: str) -> dict[str, Callable[[], str]]:
    """Any table as CSV and as JSON, with the settings that made it and the link: what makes each, by file name."""
    about = {**settings, "link": link}
    return {f"{name}.csv": lambda: frame_csv(table, about), f"{name}.json": lambda: frame_json(table, about)}
