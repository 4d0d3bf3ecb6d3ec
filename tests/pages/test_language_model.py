"""The language model's queue and what it keeps, without a page."""

import threading
import time

import numpy as np
import pytest

from attention_core import next_word
from attention_core.llama import UnfitText
from ui import state
from ui.models import language_model
from ui.models.jobs import JobQueue, ResultCache
from ui.next_word.head_view import view_of
from ui.state.table import CONTROLS


@pytest.fixture
def tiny_model(tiny, monkeypatch):
    """The small model in the place of the large one."""
    monkeypatch.setattr(language_model, "model", lambda: tiny)
    language_model.clear_cache()
    yield tiny
    language_model.clear_cache()


def test_equal_requests_are_computed_once_and_every_one_who_waits_gets_the_result():
    queue, calls, go = JobQueue(), [], threading.Event()

    def compute():
        go.wait(10)
        calls.append(1)
        return "done"

    results = []

    def ask():
        with queue.job("same", compute) as job:
            job.done.wait(10)
            results.append(job.result())

    visitors = [threading.Thread(target=ask) for _ in range(20)]
    with queue.job("same", compute) as job:
        for visitor in visitors:
            visitor.start()
        while job.waiting < 21:
            time.sleep(0.01)
    go.set()
    for visitor in visitors:
        visitor.join(10)
    assert (results, len(calls)) == (["done"] * 20, 1)


def test_one_request_at_a_time_in_their_order_and_each_knows_how_many_are_before():
    queue, done, go = JobQueue(), [], threading.Event()

    def named(name):
        def compute():
            go.wait(10)
            done.append(name)

        return compute

    with queue.job("a", named("a")) as a, queue.job("b", named("b")) as b, queue.job("c", named("c")) as c:
        assert [queue.before(job) for job in (a, b, c)] == [0, 1, 2]
        go.set()
        assert c.done.wait(10)
    assert done == ["a", "b", "c"]
    assert queue.before(c) == 0


def test_what_nobody_waits_for_any_more_is_left_out_and_can_be_asked_for_again():
    queue, done, go = JobQueue(), [], threading.Event()
    with queue.job("first", lambda: go.wait(10)) as first:
        with queue.job("left", lambda: done.append("left")):
            pass
        with queue.job("last", lambda: done.append("last")) as last:
            go.set()
            assert first.done.wait(10)
            assert last.done.wait(10)
    assert done == ["last"]
    with queue.job("left", lambda: done.append("left")) as job:
        assert job.done.wait(10)
    assert done == ["last", "left"]


def test_an_error_reaches_whoever_waits_and_the_next_request_is_computed():
    queue = JobQueue()

    def fail():
        raise UnfitText("nothing to read")

    with queue.job("bad", fail) as job:
        assert job.done.wait(10)
        with pytest.raises(UnfitText):
            job.result()
    with queue.job("good", lambda: 7) as job:
        assert job.done.wait(10)
        assert job.result() == 7


def test_the_results_kept_longest_unused_go_when_there_is_no_room():
    cache = ResultCache(10, len)
    cache.put("a", "aaaa")
    cache.put("b", "bbbb")
    assert cache.get("a") == "aaaa"
    cache.put("c", "cccc")
    assert [cache.get(key) for key in "abc"] == ["aaaa", None, "cccc"]
    cache.put("large", "l" * 99)
    assert cache.values() == ["l" * 99]


def test_a_longer_text_is_read_on_from_a_kept_beginning_and_comes_out_the_same(tiny_model, monkeypatch):
    whole = tiny_model.read("the cat 12")
    language_model.read("the cat")
    begun = []
    read = type(tiny_model).read
    monkeypatch.setattr(
        type(tiny_model),
        "read",
        lambda self, text, after=None, **how: begun.append(after) or read(self, text, after, **how),
    )
    found = language_model.read("the cat 12").reading
    assert begun[0] is not None
    assert found.tokens.pieces == whole.tokens.pieces
    np.testing.assert_allclose(found.logits, whole.logits, atol=1e-5)
    np.testing.assert_allclose(found.maps, whole.maps, atol=1e-5)
    language_model.read("the cat 12")
    assert len(begun) == 1


@pytest.mark.parametrize("text", ["the cat 19", "the cat 1"])
def test_of_a_text_whose_end_has_changed_only_the_changed_end_is_read(tiny_model, monkeypatch, text):
    whole, cached = tiny_model.read(text), language_model.read("the cat 12").reading
    n, begun = len(whole.tokens.ids) - 1, []
    assert cached.tokens.ids[:n].tolist() == whole.tokens.ids[:n].tolist()
    read = type(tiny_model).read
    monkeypatch.setattr(
        type(tiny_model),
        "read",
        lambda self, tokens, after=None: (
            begun.append((len(tokens.ids), len(after.tokens.ids))) or read(self, tokens, after)
        ),
    )
    found = language_model.read(text).reading
    assert begun == [(1, n)]
    assert found.tokens.pieces == whole.tokens.pieces
    np.testing.assert_allclose(found.logits, whole.logits, atol=1e-5)
    np.testing.assert_allclose(found.maps, whole.maps, atol=1e-5)


def test_what_is_kept_is_there_at_once_though_others_wait_in_the_queue(tiny_model):  # noqa: ARG001
    assert language_model.cached(("text", "the cat")) is None
    read = language_model.read("the cat")
    effects = language_model.ranking("the cat", 7)
    assert language_model.cached(("text", "the cat")) is read
    assert language_model.cached(("ranking", "the cat", 7)) is effects


def test_a_text_is_cut_to_what_the_model_reads_and_the_rest_is_counted(tiny_model):
    found = language_model.read("1" * 15)
    assert len(found.reading.tokens.ids) == tiny_model.config.n_positions == 12
    assert found.dropped == 3


def test_what_is_taken_away_names_the_model_by_its_file(tiny_model, monkeypatch):
    monkeypatch.setattr(state, "get", lambda name: CONTROLS[name].default)
    view = view_of(language_model.read("the cat"), 1, 2)
    assert view.settings["model"] == tiny_model.name == "tiny"
    assert "tiny" in view.code()


def test_a_drawn_word_depends_on_text_and_seed_alone_and_the_likeliest_on_neither(tiny_model):  # noqa: ARG001
    drawn = {seed: language_model.write("the cat", 1.0, seed).text for seed in range(8)}
    language_model.clear_cache()
    assert {seed: language_model.write("the cat", 1.0, seed).text for seed in range(8)} == drawn
    assert len(set(drawn.values())) > 1
    cold = language_model.write("the cat", 0.01, 3)
    assert cold == language_model.write("the cat", 1.0, None)


def test_a_character_in_pieces_is_written_whole_or_not_at_all(smollm2):
    text = "Party time 🎉🎉🎉🎉🎉🎉"
    reading = language_model.read(text).reading
    assert any(piece.startswith("<0x") for piece in reading.tokens.pieces)
    pieces = smollm2.tokens_of(likely := next_word.likeliest(reading.logits, 500)).pieces
    byte = next(number for number, piece in zip(likely, pieces, strict=True) if "<0x" in piece)
    written = language_model.write(text, 1.0, None, byte)
    assert "\ufffd" not in written.text
    assert written.ended_by or len(written.text) == len(text) + 1


def test_the_model_s_own_marks_and_new_lines_end_a_text(smollm2):
    end = smollm2.tokenizer.token_to_id("<|im_end|>")
    line = smollm2.tokens("\n").ids[0]
    for word, piece in ((end, "<|im_end|>"), (line, "\n")):
        assert language_model.write("The end.", 1.0, None, int(word)) == language_model.Written("The end.", piece)


def test_the_piece_that_ends_a_text_is_the_one_that_was_taken_not_the_likeliest_of_all(smollm2, monkeypatch):
    end = smollm2.tokenizer.token_to_id("<|im_end|>")
    scores = np.zeros(len(language_model.read("The end.").reading.logits), np.float32)
    scores[[int(smollm2.tokens("\n").ids[0]), end]] = 9, 8  # a new line comes first, and is left out
    ending = language_model.read("The end.").reading._replace(logits=scores)
    monkeypatch.setattr(language_model, "read", lambda text: language_model.Text(text, ending, 0))
    assert language_model.write("The end.", 1.0, None).ended_by == "<|im_end|>"


def test_a_text_ends_where_the_model_has_no_position_left(tiny_model):
    full = "1" * tiny_model.config.n_positions
    assert language_model.write(full, 1.0, None).text == full


def test_whoever_waits_longest_is_served_while_others_ask_for_more(tiny_model):  # noqa: ARG001
    finished = []

    def visitor(number):
        with language_model.queue.job(("text", number), lambda: language_model.read(f"the cat {number}")) as job:
            assert job.done.wait(30)
            finished.append((number, job.result().text))

    crowd = [threading.Thread(target=visitor, args=(number,)) for number in range(60)]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    assert sorted(finished) == [(number, f"the cat {number}") for number in range(60)]
