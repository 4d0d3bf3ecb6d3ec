"""Files that a visitor takes away hold what a link says as text, and nothing of it as code."""

import ast
import csv
import io
import json
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from attention_core.attention import scaled_dot_product_attention
from attention_core.text import tokenize
from tests.support.generated import cases
from ui.kit import charts, export, figures
from ui.kit.palette import LIGHT
from ui.shell import scripts
from ui.state.text import one_line

LINE_ENDS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\x00"
TEXTS = st.text(st.one_of(st.sampled_from(LINE_ENDS + "\"'#=\\<>&{}"), st.characters()), max_size=60)
VECTORS = np.eye(2, dtype=np.float32)


def settings(sentence: str) -> dict:
    return {"sentence": sentence, "divisor": "√2", "self_attention": True, "causal_mask": False}


def shape_of(program: str) -> str:
    """The syntax tree of the program as a file, without the list of tokens."""
    tree = ast.parse(program.encode())
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "tokens":
            assert ast.literal_eval(node.value)
            node.value = ast.Constant(0)
    return ast.dump(tree)


@given(TEXTS, TEXTS)
@example("coding: no-such-encoding", "the")
def test_the_program_is_the_same_for_any_sentence(sentence, token):
    program = export.code([token, "king"], VECTORS, settings(sentence))
    assert shape_of(program) == shape_of(export.code(["the", "king"], VECTORS, settings("the king")))
    assert "\0" not in program


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def read_whole(file: bytes) -> list[list[str]]:
    """A whole table as Python's csv reads it, comments too, and as pandas does; no cell of it is a formula."""
    lines = list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline=""), strict=True))
    while lines[0][0].startswith("# "):
        assert len(lines.pop(0)) == 1  # whatever a comment says, it is one cell
    assert {len(line) for line in lines} == {len(lines[0])}
    for cell in (cell for line in lines for cell in line):
        sign, rest = cell.strip()[:1], cell.strip()[1:]
        assert sign not in set("=+-@＝＋－＠") or not rest or is_number(cell)
    frame = pd.read_csv(io.BytesIO(file), comment="#", dtype=str, keep_default_na=False, skip_blank_lines=False)
    assert [frame.columns.tolist(), *frame.to_numpy().tolist()] == lines
    return lines


@given(TEXTS, TEXTS)
@example("the king", "\r")
@example('the,"king', "=cmd|'/c calc'!A1")
@example("a,=1+1;@x", "c#")
def test_the_table_reads_back_from_its_first_line_to_its_last(sentence, token):
    stages = scaled_dot_product_attention(VECTORS, VECTORS, VECTORS)._asdict()
    rows = read_whole(export.for_spreadsheets(lambda: export.csv_table([token, "king"], stages, settings(sentence))))[
        1:
    ]
    assert [row[1].removeprefix("'") for row in rows] == [one_line(token).removeprefix("'")] * 2 + ["king"] * 2
    assert [float(row[-1]) for row in rows] == stages["weights"].astype(float).ravel().tolist()


@given(TEXTS, TEXTS)
@example("the king", "\r")
@example('the,"king', "=cmd|'/c calc'!A1")
def test_any_table_reads_back_from_its_first_line_to_its_last(sentence, key):
    table = pd.DataFrame({"key": [key, "king"], "score": [-0.5, np.nan]})
    lines = read_whole(export.for_spreadsheets(lambda: export.frame_csv(table, settings(sentence))))
    assert [line[0].removeprefix("'") for line in lines] == ["key", one_line(key).removeprefix("'"), "king"]
    assert [line[1] for line in lines] == ["score", "-0.5", ""]


@given(TEXTS)
def test_a_comment_has_the_same_words_as_the_sentence(sentence):
    comment = export.frame_csv(pd.DataFrame({"a": [1]}), {"sentence": sentence}).splitlines()[0]
    assert tokenize(comment.removeprefix("# sentence: ")) == tokenize(one_line(sentence))


def test_a_spreadsheet_knows_the_letters_of_a_table():
    stages = scaled_dot_product_attention(VECTORS, VECTORS, VECTORS)._asdict()
    table = export.csv_table(["café", "king"], stages, settings("café king"))
    assert export.for_spreadsheets(lambda: table).startswith(b"\xef\xbb\xbf# ")  # the byte-order mark
    assert export.for_spreadsheets(lambda: table).decode("utf-8-sig") == table


def test_a_picture_has_its_labels_whole():
    long = "pneumonoultramicroscopicsilicovolcanoconiosis"
    frame = {"key": np.arange(2, dtype=np.int16), "weight": np.array([0.5, 0.5], dtype=np.float32)}
    picture = figures.Picture(charts.bars, frame, "", 200, {"labels": [long, "b"], "chosen": 0, "seen": 1})
    assert long in export.svg(export.standalone(picture.spec(LIGHT), frame, settings(long + " b"), LIGHT)).replace(
        f"sentence: {long}", ""
    )


@given(TEXTS)
def test_the_document_reads_back(sentence):
    stages = scaled_dot_product_attention(VECTORS, VECTORS, VECTORS)._asdict()
    found = json.loads(export.document([sentence, "king"], stages, settings(sentence), "link"))
    assert found["tokens"] == [sentence, "king"]


@cases(8, 3000)
@given(TEXTS, TEXTS)
@example(LINE_ENDS, "the\uffff")
@example("<script>&\"'", "\ufffe")
@example("the king\nprint('x')", "\x1f\u202e\ud800")
def test_the_picture_is_well_formed(sentence, token):
    frame = {"key": np.arange(2, dtype=np.int16), "weight": np.array([0.5, 0.5], dtype=np.float32)}
    picture = figures.Picture(charts.bars, frame, token, 200, {"labels": [token, "b"], "chosen": 0, "seen": 1})
    spec = {**picture.spec(LIGHT), "description": token}
    drawn = export.svg(export.standalone(spec, frame, {**settings(sentence), "link": token}, LIGHT))
    assert ElementTree.fromstring(drawn).tag.endswith("svg")


@pytest.mark.parametrize("end", LINE_ENDS)
def test_what_a_link_says_is_one_line(app, monkeypatch, end):
    offered = []
    monkeypatch.setattr(scripts, "send_link_and_target", lambda link, _: offered.append(link))
    page = app(s=f"the king{end}print('x') # and queen", take="true")
    assert not page.exception
    links = {parse_qs(urlsplit(link).query)["s"][0] for link in offered}
    assert links == {"the king print('x') # and queen"}
