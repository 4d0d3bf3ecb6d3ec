"""What a click runs: the part of the page that it is in, and no more than that."""

import asyncio
import gc
import json
import weakref
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from attention_core.bert import MiniLM
from tests.support.addresses import all_open
from tests.support.visitor import Visitor
from tests.support.visitor import run as visiting
from ui.models import language_model, loaders, training
from ui.shell.pages import PAGES
from ui.state import run_lock
from ui.teach_it.progress import STOP_DISABLED_FOR


@dataclass
class Watcher(Visitor):
    """A visitor who remembers what the last run sent: the ids and texts of its elements."""

    sent: list[str] = field(default_factory=list)
    link: str = ""

    def _begin(self) -> None:
        self.sent.clear()

    def _note(self, message) -> None:
        super()._note(message)
        if message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            content = getattr(element, element.WhichOneof("type"))
            self.sent.append(getattr(content, "id", "") or getattr(content, "body", ""))
            if self.sent[-1].endswith("-run-ended"):
                self.link = json.loads(content.json)["link"]

    def got(self, key: str) -> bool:
        """Whether the last run sent the widget with this key."""
        return any(name.endswith(f"-{key}") for name in self.sent)

    def settings(self) -> dict[str, list[str]]:
        """What the link that the page offers says."""
        return parse_qs(urlsplit(self.link).query)


async def open_and_set(server, page: str, query: str, *steps) -> Watcher:
    """A visitor of a page who has changed widgets, each by key, kind and value, or chosen words, each by its place."""
    visitor = Watcher(server.url, query, page)
    await visitor.open()
    for step in steps:
        await (visitor.choose_word(step) if isinstance(step, int) else visitor.set(*step))
    await visitor.close()
    assert visitor.faults == []
    return visitor


@pytest.mark.parametrize("page", [page.name for page in PAGES if page.name != "next_word"])
def test_a_chosen_word_runs_neither_the_frame_nor_the_sentence_and_the_link_follows(server, page):
    address = "" if page == "playground" else page
    query = {"step_by_step": "q=1&step=5", "the_gap": "q=1&gown=true"}.get(page, "q=1")
    first = visiting(open_and_set(server, address, query))
    assert first.got("lecture-view")  # in the sidebar
    assert first.got("s")
    chosen = visiting(open_and_set(server, address, query, 1))
    assert chosen.settings()["q"] == ["2"]
    assert not chosen.got("lecture-view")
    assert chosen.got("s") == (page in ("step_by_step", "why_scale", "the_gap"))  # where the field stands in the part
    assert len(chosen.sent) < 0.7 * len(first.sent)


def test_a_switch_runs_the_body_without_the_frame(server):
    visitor = visiting(open_and_set(server, "", "", ("self", "bool_value", True)))
    assert visitor.got("raw-words")
    assert not visitor.got("lecture-view")
    assert visitor.settings() == {"self": ["true"]}


def test_a_step_on_runs_neither_the_frame_nor_the_look_up(server):
    visitor = visiting(open_and_set(server, "step_by_step", "", ("next", "trigger_value", True)))
    assert visitor.got("walk-words")
    assert not visitor.got("lecture-view")
    assert not visitor.got("ask")
    assert visitor.settings() == {"step": ["2"]}


def test_what_a_run_alone_does_not_draw_keeps_its_value(server):
    steps = [("cmp", "bool_value", True), ("causal2", "bool_value", True), ("cmp", "bool_value", False)]
    visitor = visiting(open_and_set(server, "", "", *steps, 2))
    assert visitor.settings() == {"causal2": ["true"], "self2": ["true"], "q": ["3"]}
    again = visiting(open_and_set(server, "", "", *steps, 2, ("causal", "bool_value", True)))
    assert again.settings() == {
        "causal2": ["true"],
        "self2": ["true"],
        "q": ["3"],
        "causal": ["true"],
        "self": ["true"],
    }


@pytest.mark.usefixtures("smollm2")
def test_a_press_on_a_word_that_is_not_there_is_passed_over(server):
    async def press(page: str, query: str) -> None:
        visitor = Visitor(server.url, query, page)
        await visitor.open()
        for place in (99, -1, 1.5, "x", [1]):
            await visitor.choose_word(place)
        await visitor.close()
        assert (visitor.query, visitor.faults) == (query, [])

    for page in PAGES:
        queries = {"next_word": "wq=1", "step_by_step": "q=1&step=2", "the_gap": "s=a+cat&q=1&gown=true"}
        query = queries.get(page.name, "s=a+cat&q=1")
        visiting(press("" if page is PAGES[0] else page.name, query))


@pytest.mark.parametrize(
    ("page", "query"), [("inside_a_transformer", ""), ("", "who=Taught&q=2&s=It+1984+%3B+bosons+%40+17")]
)
def test_a_line_that_only_another_word_brings_finds_its_place(server, page, query):
    chosen = visiting(open_and_set(server, page, query, 0))
    assert len(chosen.sent) > len(visiting(open_and_set(server, page, query, 1)).sent)


@pytest.mark.parametrize("page", ["inside_a_transformer", "next_word"])
def test_a_session_holds_nothing_of_what_the_model_computed(app, page, request):
    if page == "next_word":
        request.getfixturevalue("smollm2")
    name, text = ("text" if page == "next_word" else "s"), "Nobody asked"
    opened = all_open(next(each for each in PAGES if each.name == page))
    test = app(page, **{name: text}, **{fold: "true" for fold in opened if not fold.endswith("take")})
    assert not test.exception
    kept = language_model.read(text).reading if page == "next_word" else loaders.reading(text)
    arrays = [weakref.ref(layer.q if layer.q.base is None else layer.q.base) for layer in kept.layers[1:]]
    assert all(array() is not None for array in arrays)
    del kept
    language_model.clear_cache()
    for number in range(100):  # so many are not kept
        loaders.reading(f"Another text, {number}")
    gc.collect()
    assert [place for place, array in enumerate(arrays) if array() is not None] == []
    assert test.session_state[name] == text


def test_a_training_draws_its_part_alone_and_keeps_what_is_pressed_meanwhile(server):
    asks = "Mary gave John the keys because she trusted him"

    async def watch() -> None:
        visitor = Watcher(server.url, urlencode({"s": asks, "init": "77", "trained": "300"}), "teach_it")
        await visitor.open()
        for step in (0, 10):
            await visitor.rerun(visitor.timer)
            assert any(f"Step {step} of 1,000" in text for text in visitor.sent)
            assert visitor.got("stop")
            assert not any(visitor.got(key) for key in ("task", "layers", "s", "run-began"))
            assert visitor.settings()["trained"] == ["300"]
        await asyncio.sleep(STOP_DISABLED_FOR)  # the next run draws a Stop that can be pressed
        typed = visitor.widget("s")
        visitor.values[typed] = ("string_value", "a stale text")  # a busy browser sends what it had before a callback
        await visitor.rerun(visitor.timer)
        assert visitor.settings()["s"] == [asks]
        del visitor.values[typed]
        pressed = WidgetState(id=visitor.widget("stop"), trigger_value=True)  # in the same moment as the timer
        await visitor.rerun(visitor.timer, pressed=pressed)
        assert visitor.got("train")
        assert visitor.settings()["trained"] in (["20"], ["30"], ["40"], ["50"])
        await visitor.close()
        assert visitor.faults == []

    visiting(watch())


def test_the_run_lock_acquired_twice_in_a_thread_is_held_until_the_outer_block_ends():
    with run_lock.acquired():
        with run_lock.acquired():
            assert run_lock.held()
        assert run_lock.held()
        with run_lock.released():
            assert not run_lock.held()
    assert not run_lock.held()


@pytest.mark.usefixtures("smollm2")
@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("playground", "self=true&causal=true&d=10&divisor=2&cmp=true&self2=true&d2=5"),
        ("step_by_step", "step=8&self=true&causal=true&heads=10"),
        ("why_scale", "ds=64&draws=500&seed=3&divisor=2"),
        ("teach_it", "task=Happy+or+not&nh=1&dk=16&tcell=true"),
        ("the_gap", "gtask=Happy+or+not&gby=MiniLM&gsent=true&s=The+soup+was+good&q=4"),
        ("inside_a_transformer", "marks=true&noself=true&top=50&of=Rollout"),
        ("next_word", "temp=2&nofirst=true&by=Drawn+by+lot&wcell=true"),
    ],
)
def test_back_shows_what_its_address_shows_a_new_visitor(server, page, query):
    def texts(visitor):  # a large style sheet is sent to a browser once
        html = (text for text in visitor.sent if text.startswith("<") and not text.startswith("<style>"))
        return [text for text in html if "status" not in text]

    async def there_and_back() -> None:
        new = await open_and_set(server, "" if page == "playground" else page, query)
        other = Watcher(server.url, "", "" if page == "playground" else page)
        await other.open()
        before = texts(other)
        await other.go_back(query)
        assert texts(other) == texts(new) != before
        await other.go_back("")
        assert texts(other) == before
        await other.close()
        assert other.faults == []

    visiting(there_and_back())


@pytest.mark.usefixtures("smollm2")
@pytest.mark.parametrize(
    ("owner", "slow", "page", "query"),
    [
        (loaders, "load_minilm", "inside_a_transformer", {"s": "a sentence that nobody has read before"}),
        (MiniLM, "read", "inside_a_transformer", {"s": "the cat sat on the mat and slept " * 20}),
        (training.VisitorTraining, "advance", "teach_it", {"trained": "10"}),
        (language_model, "read", "next_word", {"text": "A text of some words"}),
    ],
    ids=["a model on a slow disk", "a long text", "a training", "the language model"],
)
def test_what_takes_long_lets_the_runs_of_others_go_on(app, monkeypatch, owner, slow, page, query):
    original, waits = getattr(owner, slow), []

    def watched(*arguments):
        waits.append(run_lock.lock.locked())
        return original(*arguments)

    monkeypatch.setattr(owner, slow, watched)
    loaders.open_minilm.cache_clear()
    assert not app(page, **query).exception
    assert waits
    assert not any(waits)
