"""What a served app makes of files that go and come back, and of forged messages.

A network that fails is in tests/browser, damaged files are in tests/pages.
"""

import contextlib
import json
import shutil
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.support import ROOT
from tests.support.addresses import all_open, some_pages
from tests.support.copies import copy_with_links
from tests.support.reader import Reader
from tests.support.server import Server
from tests.support.visitor import run
from ui.shell.pages import PAGES, Page
from ui.state.table import CONTROLS

pytestmark = pytest.mark.xdist_group("faults")
KING = {"s": "the king and the queen", "q": "2", "self": "true"}  # a view whose reading is known
READING, UNDER_THE_MASK = "“king” looks most at “queen”", "“king” looks only at “the₁”"


# the disk


@pytest.fixture
def copy_served(tmp_path) -> Iterator[Server]:
    """The app served from a copy of the tree, with nothing of its own outside it."""
    tree, home = tmp_path / "tree", tmp_path / "home"
    tree.mkdir()
    home.mkdir()
    (tree / "docs").mkdir()
    for name in ("app.py", "pyproject.toml", "docs/teaching.md"):
        shutil.copy(ROOT / name, tree / name)
    for name in ("pages", "ui", "attention_core", "data"):
        copy_with_links(ROOT / name, tree / name)
    shutil.copytree(ROOT / ".streamlit", tree / ".streamlit")
    environment = {"HOME": str(home), "XDG_CACHE_HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    with Server(tmp_path / "log", tree, environment) as served:
        yield served


def test_a_restored_file_is_taken_up_without_a_restart_and_the_app_writes_nothing(copy_served):
    tree = copy_served.folder
    playground, transformer = (page for page in PAGES if page.name in ("playground", "inside_a_transformer"))
    before = {path: path.stat().st_mtime_ns for path in tree.rglob("*")}
    vectors, model = tree / "data" / "glove" / "vectors.npy", tree / "data" / "minilm" / "model.safetensors"
    aside = {path: path.rename(path.with_suffix(".aside")) for path in (vectors, model)}

    async def text_of(page: Page) -> str:
        folds = {} if page.name == "next_word" else all_open(page)  # its model does not lie in data/
        async with Reader(copy_served.url, urlencode(KING | folds), page.name) as reader:
            assert reader.faults == []
            return reader.text

    assert "data/glove/vectors.npy is missing" in run(text_of(playground))
    aside[vectors].rename(vectors)
    assert READING in run(text_of(playground))
    assert "data/minilm/model.safetensors is missing" in run(text_of(transformer))
    aside[model].rename(model)
    for page in PAGES:
        assert "is missing" not in run(text_of(page))
    assert {path: path.stat().st_mtime_ns for path in tree.rglob("*") if path.suffix} == {
        path: time for path, time in before.items() if path.suffix
    }
    assert list((tree.parent / "home").rglob("*")) == []
    lines = [json.loads(line) for line in copy_served.log.read_text().splitlines() if line.startswith("{")]
    assert {"data/glove/vectors.npy", "data/minilm/model.safetensors"} <= {
        line["file"].split()[0] for line in lines if line["event"] == "damaged data"
    }


# forged messages


@pytest.fixture(scope="module")
def victim(tmp_path_factory) -> Iterator[Server]:
    """A server to attack; unlike the one of the other tests, it may log errors, but not what was forged."""
    with Server(tmp_path_factory.mktemp("victim") / "log") as served:
        yield served
    written = served.log.read_text()
    assert "Traceback" not in written
    assert "forged" not in written
    assert "cat cat" not in written


async def attack(victim: Server, forge) -> None:
    """A neighbour sees the same before and after somebody forges messages, and the server still takes new visitors."""
    async with Reader(victim.url, urlencode(KING)) as neighbour:
        await forge()
        assert await neighbour.set("causal", "bool_value", True) < 20
        assert UNDER_THE_MASK in neighbour.text
        assert neighbour.faults == []
    async with Reader(victim.url, urlencode(KING)) as newcomer:
        assert READING in newcomer.text


def test_a_message_of_two_megabytes_is_refused(victim):
    async def forge():
        async with Reader(victim.url) as visitor:
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await visitor.set("s", "string_value", "cat " * 500_000)
            assert closed.value.rcvd.code == 1009

    run(attack(victim, forge))


def test_a_forged_sentence_of_900_kilobytes_is_cut_and_said_to_be(victim):
    async def forge():
        async with Reader(victim.url) as visitor:
            before = visitor.received
            assert await visitor.set("s", "string_value", "cat " * 225_000) < 20
            assert "longer than 2,000 characters; the rest was cut" in visitor.text
            assert visitor.received - before < 500_000
            assert visitor.faults == []

    run(attack(victim, forge))


@pytest.mark.parametrize("page", some_pages("inside_a_transformer"))
def test_values_of_the_wrong_kind_harm_nobody_and_tell_nothing(victim, page):
    async def forge():
        address = page.name if page is not PAGES[0] else ""
        async with Reader(victim.url, page=address):
            pass  # the first run may say that a model is being opened
        async with Reader(victim.url, page=address) as visitor:
            whole = visitor.text
            for name in list(visitor.widgets)[::3]:
                visitor.values = {name: ("bytes_value", b"\xff\x00\xfe")}
                await visitor.rerun()
                assert "File " not in visitor.text
                assert "Traceback" not in visitor.text
        async with Reader(victim.url, page=address) as visitor:
            assert visitor.text == whole

    run(attack(victim, forge))


@pytest.mark.parametrize("page", some_pages("why_scale"))
def test_a_link_with_a_number_beyond_all_bounds_shows_what_it_shows_without_it(victim, page):
    async def forge():
        address = page.name if page is not PAGES[0] else ""
        async with Reader(victim.url, page=address):
            pass  # the first run may say that a model is being opened
        async with Reader(victim.url, page=address) as visitor:
            whole = visitor.text
        for name, control in CONTROLS.items():
            if type(control.default) is int and control.page in ("", page.name):
                async with Reader(victim.url, f"{name}=1e999", address) as visitor:
                    assert visitor.faults == []
                    assert visitor.text == whole

    run(attack(victim, forge))


def test_unknown_widgets_and_pages_are_passed_over(victim):
    async def forge():
        async with Reader(victim.url) as visitor:
            whole = visitor.text
            visitor.values = {f"$$ID-{number:032x}-forged": ("string_value", "x" * 100) for number in range(2_000)}
            await visitor.rerun()
            assert visitor.text == whole
            visitor.values, visitor.page_hash = {}, "no such page"
            await visitor.rerun()
            assert visitor.text == whole
            visitor.query = "&".join(f"s{number}=x" for number in range(1_500))
            await visitor.rerun()
            assert visitor.text == whole
            assert visitor.faults == []

    run(attack(victim, forge))


def test_bytes_that_are_no_message_harm_nobody(victim):
    async def forge():
        for data in (
            b"",
            b"\xff" * 100,
            b"\x0a\xff\xff\xff\xff\x0f",
            "text",
            BackMsg(load_git_info=True).SerializeToString(),
        ):
            async with Reader(victim.url) as visitor:
                await visitor.socket.send(data)
                with contextlib.suppress(websockets.ConnectionClosed):
                    await visitor.rerun()  # messages are taken in their order

    run(attack(victim, forge))
