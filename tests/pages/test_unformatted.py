"""What a page says, in its text and of its pictures: no braces of a value not filled in, and pictures in words."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from tests.support.addresses import all_open
from tests.support.page import alts, text_of
from ui.models.lessons import LESSONS, Lesson
from ui.shell.pages import PAGES
from ui.state.table import FINISHED

LABELLED = ("button", "segmented_control", "selectbox", "toggle", "slider", "expander", "text_input", "number_input")
TRAINED = {"trained": str(FINISHED)}


def values_of_best(lesson: Lesson) -> dict[str, str]:
    """What a link says of the finished model of a task."""
    best = lesson.best
    return {"layers": str(best.n_layers), "nh": str(best.n_heads), "pos": str(best.positions).lower(), **TRAINED}


BRIEF = {"next_word": {"text": "Nobody asked"}}  # what each head does takes seconds, the longer the text the more
ALL_OPEN = [(page.name, all_open(page) | BRIEF.get(page.name, {})) for page in PAGES]
VIEWS = [
    *((page.name, {}) for page in PAGES),
    *ALL_OPEN,
    ("playground", {"who": "Taught"}),
    ("playground", {"who": "Transformer"}),
    ("step_by_step", {"on": "Numbers", "step": "8", "sheads": "true"}),
    ("why_scale", {"g1": "20 %"}),
    ("teach_it", {"layers": "2", "nh": "2", "tcmp": "true", "was": "Before training"}),
    ("teach_it", {"s": "Taylor called Travis because she missed him", **TRAINED}),
    *(("teach_it", {"task": lesson.title, "s": lesson.texts[0], **values_of_best(lesson)}) for lesson in LESSONS),
    *(("inside_a_transformer", {"of": of}) for of in ("Mean of a layer", "Rollout")),
]


def texts_of(test: AppTest) -> list[str]:
    """All that a visitor reads on a page, but for formulas and code."""
    labels = [str(element.label) for kind in LABELLED for element in test.get(kind)]
    tips = [element.proto.help for kind in LABELLED for element in test.get(kind) if hasattr(element.proto, "help")]
    written = [element.value for element in test.markdown if "$" not in element.value]
    headers = [element.value for element in [*test.title, *test.header, *test.caption]]
    return [text_of(test), *written, *headers, *labels, *tips, *alts(test)]


@pytest.mark.parametrize(("page", "query"), VIEWS, ids=lambda value: value if isinstance(value, str) else None)
def test_a_page_shows_no_value_that_was_not_filled_in_and_its_pictures_say_what_they_show(app, page, query):
    test = app(page, **query)
    assert not test.exception
    found = [match for text in texts_of(test) for match in re.findall(r".{0,60}[{}].{0,60}", text)]
    assert found == []
    pictures = alts(test) if (page, query) in ALL_OPEN else []
    assert [alt for alt in pictures if len(alt) < 40 or not (any(map(str.isdigit, alt)) or "Nothing yet" in alt)] == []
