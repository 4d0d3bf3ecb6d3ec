"""Damaged data files and full caches: the page says in a sentence what is wrong, or goes on."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from attention_core import files
from tests.support import ROOT
from tests.support.addresses import all_open
from tests.support.copies import copy_with_links
from tests.support.page import text_of
from ui.models import loaders
from ui.models.jobs import ResultCache
from ui.shell.pages import PAGES
from ui.state.table import CONTROLS, TASK_TITLES


@pytest.fixture
def fresh(monkeypatch, tmp_path) -> Iterator[Path]:
    """A copy of data/ to damage, and nothing of it loaded yet."""

    def forget() -> None:
        for name, module in list(sys.modules.items()):
            if name.split(".")[0] in ("ui", "attention_core"):
                for thing in vars(module).values():
                    if isinstance(thing, ResultCache):
                        thing.clear()
                    for clear in ("cache_clear", "clear"):
                        if callable(getattr(thing, clear, None)) and hasattr(thing, "__wrapped__"):
                            getattr(thing, clear)()

    copy = tmp_path / "data"
    copy_with_links(files.DATA, copy)
    monkeypatch.setattr(files, "DATA", copy)
    for name, module in list(sys.modules.items()):
        if name.startswith("attention_core.") and getattr(module, "DATA", None) == ROOT / "data":
            monkeypatch.setattr(module, "DATA", copy)
    forget()
    yield copy
    forget()


def harm(path: Path, how: str) -> None:
    """Delete a file, or change one of its letters."""
    content = bytearray(path.read_bytes())
    path.unlink()
    if how == "altered":
        content[len(content) // 2] ^= 1
        path.write_bytes(content)


@pytest.mark.parametrize("how", ["deleted", "altered"])
@pytest.mark.parametrize(  # one for each way in which a page reads a file; all of them go through `files.verify_file`
    ("name", "page", "task"),
    [
        ("glove/vectors.npy", "playground", ""),
        ("minilm/model.safetensors", "inside_a_transformer", ""),
        ("taught/object-1-1.npz", "teach_it", "object"),
        ("taught/gap.json", "the_gap", ""),
        ("tasks/words.json", "teach_it", ""),
    ],
)
def test_each_damaged_data_file_is_named_with_its_cure(app, fresh, name, page, task, how):
    harm(fresh / name, how)
    query = all_open(next(each for each in PAGES if each.name == page))
    if page == "teach_it":
        shape = {"layers": "1", "nh": "1", "res": "true", "pos": "false"}
        query |= shape | {"task": TASK_TITLES.get(task, ""), "trained": "9999"}  # as it came with the app
    test = app(page, **query)
    assert not test.exception
    shown = text_of(test)
    assert f"data/{name} is {'missing' if how == 'deleted' else 'damaged'}" in shown
    assert "Sources and licences" in shown  # the page is whole to its end
    assert files.REPAIR in shown


@pytest.mark.parametrize(
    "number", ["inf", *(pytest.param(text, marks=pytest.mark.nightly) for text in ("-inf", "1e999", "nan", "1e9", "x"))]
)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_number_that_cannot_be_is_passed_over_as_if_the_link_did_not_say_it(app, page, number):
    names = [name for name, control in CONTROLS.items() if type(control.default) in (int, float)]
    names = [name for name in names if CONTROLS[name].page in ("", page.name)]
    usual, odd = (
        app(page.name, on="Numbers", by="Drawn by lot", **link) for link in ({}, dict.fromkeys(names, number))
    )
    assert not odd.exception
    assert text_of(odd) == text_of(usual)
    for place in range(min(len(odd.number_input), 1)):  # from then on the link follows its field
        usual, odd = (test.number_input[place].set_value(3).run() for test in (usual, odd))
        key = usual.number_input[place].key
        assert not odd.exception
        assert odd.query_params[key] == usual.query_params[key]


def test_a_full_cache_forgets_the_oldest_and_goes_on(app):
    for number in range(loaders.tokenized.cache_info().maxsize + 20):
        loaders.tokenized(f"the cat number {number}")
    kept = loaders.tokenized.cache_info()
    assert kept.currsize == kept.maxsize
    assert not app(s="the cat number 0").exception
