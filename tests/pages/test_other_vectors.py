"""The app on word vectors that somebody brought along: every page, every fold that uses them, in its own process."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.support import ROOT
from ui import state
from ui.kit import glossary
from ui.shell.pages import PAGES

SENTENCE = "The king and queen ruled the kingdom"
PROGRAM = """
import html, json, sys
from tests.support.addresses import all_open
from tests.support.page import app_tests
from ui.shell.pages import PAGES

with app_tests() as app:
    for page in (*PAGES, PAGES[0]):
        folds = all_open(page) if page.name != "next_word" else {}  # its folds use no word vectors
        test = app(page.name, s=sys.argv[1], **folds)
        body = html.unescape(" ".join(element.proto.body for element in test.get("html")))
        faults = [fault.message for fault in test.exception]
        dimensions = [slider.max for slider in test.slider if slider.key == "d-shown"]
        print(json.dumps({"page": page.name, "faults": faults, "body": body, "dimensions": dimensions}))
"""


def visits(tmp_path: Path, width: int, sentence: str, name: str = "vectors.txt") -> list[dict]:
    """Every page in its order, and the first one again, in a process that starts on vectors of this width."""
    path, words = tmp_path / name, sorted(set(sentence.lower().split()))
    rows = np.random.default_rng(width).normal(size=(len(words), width)).round(3).tolist()
    path.write_text("".join(f"{word} {' '.join(map(str, row))}\n" for word, row in zip(words, rows, strict=True)))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, sentence],
        cwd=ROOT,
        env={**os.environ, "ATTENTION_GLOVE": str(path), "XDG_CACHE_HOME": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        check=True,
    )
    pages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"page"')]
    assert [page["page"] for page in pages] == [page.name for page in (*PAGES, PAGES[0])]
    assert [page for page in pages if page["faults"]] == []
    return pages


@pytest.mark.nightly
@pytest.mark.parametrize("width", [1, 2])
def test_vectors_of_one_or_two_numbers_break_no_page_and_are_called_what_they_are(tmp_path, width):
    for page in visits(tmp_path, width, SENTENCE, "drawn <by> hand.txt"):
        assert "Word vectors: drawn <by> hand.txt." in page["body"], page["page"]


def test_vectors_of_another_width_are_measured_rightly_by_the_first_visitor_and_by_the_next(tmp_path):
    pages = visits(tmp_path, 300, state.default("s"))
    first, *_, last = pages
    assert first["dimensions"] == last["dimensions"] == [300]
    for page in pages:
        assert page["dimensions"] in ([], [300]), page["page"]
        assert "√50" not in page["body"], page["page"]
    assert "√300" in first["body"]
    assert "√300" in last["body"]


def test_the_glossary_holds_for_any_vectors():
    assert [text for text in glossary.TERMS.values() if re.search(r"[0-9] numbers|GloVe", text)] == []
