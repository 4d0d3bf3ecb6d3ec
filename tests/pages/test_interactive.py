"""The file that stays interactive: whatever is in it is text, it needs no network, and its numbers are the map's."""

import base64
import json
import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.support.page import Elements
from ui.kit import interactive
from ui.kit.citation import Source

WEIGHTS = np.array([[0.25, 0.75], [np.nan, 1.0]], np.float32)


def made(sentence: str, token: str) -> Elements:
    return Elements(
        interactive.page(
            [token, "king"], WEIGHTS, 1, {"sentence": sentence, "model": "m"}, Source("http://x/?s=a&q=2", "How?")
        )
    )


@given(st.text(max_size=40), st.text(max_size=20) | st.sampled_from(["</script><b>", "<!--", "]]>", "\u2028"]))
def test_the_file_has_the_same_elements_for_any_sentence_and_its_data_read_back(sentence, token):
    file = made(sentence, token)
    assert [tag for tag, _ in file.found] == [tag for tag, _ in made("the king", "the").found]
    (data,) = (
        json.loads(text)
        for (_, attributes), text in zip(file.found, file.texts, strict=True)
        if attributes.get("id") == "data"
    )
    assert data["labels"] == [token, "king"]
    read = np.frombuffer(base64.b64decode(data["weights"]), "<f4").reshape(2, 2)
    np.testing.assert_array_equal(read, WEIGHTS)


def test_the_title_is_one_line_and_turns_nothing_around():
    page = interactive.page(
        ["a", "b"], WEIGHTS, 0, {"sentence": "the\u202e king\n\x00\uffffand"}, Source("http://x/", "How?")
    )
    assert page.count("the king   and") == 2  # in the tab, above the map
    assert not re.search("[\u202e\0\uffff]", page)


def test_the_file_fetches_nothing():
    page = interactive.page(["a", "b"], WEIGHTS, 0, {"sentence": "a b"}, Source("http://x/", "How?"))
    addresses = [value for _, attrs in Elements(page).found for name, value in attrs.items() if name in ("src", "href")]
    assert addresses == ["http://x/"]  # a link to follow, nothing to load
    assert "default-src 'none'" in page
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest", page)


def test_the_longest_text_stays_below_a_megabyte_and_a_half():
    n = 512
    settings, source = {"sentence": "kingdom " * n}, Source("http://x/", "How?")
    page = interactive.page(["kingdom"] * n, np.full((n, n), 1 / n), 0, settings, source)
    assert len(page.encode()) < 1.5e6
