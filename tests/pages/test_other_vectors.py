"""The app on word vectors that somebody brought along: every page, every fold that uses them, in its own process."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from tests.support import ROOT

SENTENCE = "The king and queen ruled the kingdom"
PROGRAM = """
import html, json, sys
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest
from ui.shell.pages import PAGES
from ui.state import CONTROLS

start = PagesManager.__init__
def init(self, *args, **kwargs):
    PagesManager.uses_pages_directory = False
    start(self, *args, **kwargs)
PagesManager.__init__ = init

for page in PAGES:
    test = AppTest.from_file(sys.argv[1], default_timeout=120)
    names = [name for name, of in CONTROLS.items() if of.page == page.name and of.default is False]
    folds = dict.fromkeys(names if page.name != "next_word" else [], "true")  # its folds use no word vectors
    test.query_params.update({"s": sys.argv[2], **folds})
    test.context["url"] = "https://demo.example/"
    test.run()
    if page is not PAGES[0]:
        test.switch_page(f"pages/{page.name}.py").run()
    body = html.unescape(" ".join(element.proto.body for element in test.get("html")))
    print(json.dumps({"page": page.name, "faults": [fault.message for fault in test.exception], "body": body}))
"""


@pytest.mark.parametrize("width", [1, 2])
def test_vectors_of_one_or_two_numbers_break_no_page_and_are_called_what_they_are(tmp_path, width):
    path, words = tmp_path / "drawn <by> hand.txt", sorted(set(SENTENCE.lower().split()))
    rows = np.random.default_rng(width).normal(size=(len(words), width)).round(3).tolist()
    path.write_text("".join(f"{word} {' '.join(map(str, row))}\n" for word, row in zip(words, rows, strict=True)))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(ROOT / "app.py"), SENTENCE],
        cwd=ROOT,
        env={**os.environ, "ATTENTION_GLOVE": str(path), "XDG_CACHE_HOME": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        check=True,
    )
    pages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"page"')]
    assert len(pages) >= 6
    for page in pages:
        assert page["faults"] == [], page["page"]
        assert "Word vectors: drawn <by> hand.txt." in page["body"], page["page"]
