"""A full hall trains: equal settings once in a process, different ones two at a time, and a queue for the others."""

import threading
from itertools import pairwise

import pytest

from attention_core import learning
from attention_core.taught import ModelSpec
from ui.models import training
from ui.models.training import Settings, TrainingQueue, VisitorTraining
from ui.shell import body
from ui.state import run_lock, this_run

GENDER = ModelSpec("gender", 1, 1)
A, B, C, D = (Settings(GENDER, seed=seed) for seed in range(4))


@pytest.fixture(autouse=True)
def nothing_cached(monkeypatch):
    training.clear_cache()
    monkeypatch.setattr(training, "queue", TrainingQueue())


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def counted(monkeypatch) -> list[Settings]:
    """Each training that begins in this process; its reports come at once, with the untrained model in each."""
    begun = []

    def reports(settings):
        begun.append(settings)
        model = training.untrained(settings)
        yield from (learning.Progress(step, 0.5, step / 1000, model) for step in range(0, 1001, 10))

    monkeypatch.setattr(training, "_reports", reports)
    return begun


def test_many_who_press_train_on_equal_settings_are_shown_one_training_each_from_its_beginning(counted):
    runs = [VisitorTraining(A) for _ in range(20)]
    seen = [[] for _ in runs]

    def watch(run, steps):
        while not run.is_at(1000):
            assert run.advance(1000)
            steps.append(run.step)

    threads = [threading.Thread(target=watch, args=pair) for pair in zip(runs, seen, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted == [A]
    assert all(steps[:3] == [0, 10, 20] for steps in seen)
    assert all(before < after for steps in seen for before, after in pairwise(steps))
    assert {steps[-1] for steps in seen} == {1000}


class CountingLock:
    """A lock that counts who waits for it."""

    def __init__(self):
        self.lock, self.counting = threading.Lock(), threading.Lock()
        self.waiting, self.most, self.two_wait = 0, 0, threading.Event()

    def acquire(self):
        with self.counting:
            self.waiting += 1
            self.most = max(self.most, self.waiting)
            if self.waiting == 2:
                self.two_wait.set()
        self.lock.acquire()
        with self.counting:
            self.waiting -= 1

    def release(self):
        self.lock.release()


def test_beside_a_click_one_redraw_of_a_hall_waits_for_its_turn_and_not_all_of_them(monkeypatch):
    lock = CountingLock()
    monkeypatch.setattr(run_lock, "lock", lock)

    def run(name):
        if name == "redraw":
            run_lock.let_clicks_first()
        with run_lock.acquired():
            pass

    with run_lock.acquired():
        threads = [threading.Thread(target=run, args=(name,)) for name in [*["redraw"] * 30, "click"]]
        for thread in threads:
            thread.start()
        assert lock.two_wait.wait(20)
    for thread in threads:
        thread.join()
    assert lock.most == 2


def test_a_redraw_that_computes_for_long_lets_the_redraws_of_others_go_on():
    def redraw():
        run_lock.let_clicks_first()
        with run_lock.acquired():
            pass

    run_lock.let_clicks_first()
    with run_lock.acquired(), run_lock.released():
        other = threading.Thread(target=redraw, daemon=True)
        other.start()
        other.join(20)
        assert not other.is_alive()


def test_a_click_after_a_redraw_of_the_same_thread_waits_for_no_redraw():
    def redraw_and_click():
        run_lock.let_clicks_first()
        with run_lock.acquired():
            pass
        with run_lock._redraws, run_lock.acquired():
            pass

    thread = threading.Thread(target=redraw_and_click, daemon=True)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()


def test_a_part_that_is_drawn_again_by_itself_lets_clicks_first(monkeypatch):
    letting, parts = [], []
    monkeypatch.setattr(run_lock, "let_clicks_first", lambda: letting.append("a redraw"))
    monkeypatch.setattr(body.st, "fragment", lambda part, **_: parts.append(part) or (lambda: None))
    monkeypatch.setattr(this_run.run, "body", "teach_it")
    body.draw_part(lambda: None, every=1)
    parts[0]()  # with its page
    assert letting == []
    monkeypatch.setattr(this_run.run, "body", "")
    parts[0]()  # by itself
    assert letting == ["a redraw"]


@pytest.mark.usefixtures("counted")
def test_who_leaves_while_a_piece_is_computed_does_not_join_again(monkeypatch):
    run = VisitorTraining(A)
    compute = training.Training.compute

    def leave_meanwhile(self, count):
        compute(self, count)
        run.leave()

    for _ in range(5):
        run.advance(1000)
    step = run.step
    monkeypatch.setattr(training.Training, "compute", leave_meanwhile)
    run.advance(1000)
    assert run.step == step
    assert training.queue.join(B, -1) == 0


def test_two_trainings_compute_and_the_others_learn_how_many_are_before_them(counted):
    runs = [VisitorTraining(settings) for settings in (A, B, C, D)]
    assert [run.advance(1000) for run in runs] == [True, True, False, False]
    assert [run.waiting for run in runs] == [0, 0, 2, 3]
    assert counted == [A, B]
    while not runs[0].is_at(1000):
        assert runs[0].advance(1000)
    assert [run.advance(1000) for run in runs[1:]] == [True, True, False]
    assert [run.waiting for run in runs[1:]] == [0, 0, 2]


def test_the_queue_keeps_its_order_however_often_somebody_asks():
    queue = TrainingQueue(slots=1)
    assert [queue.join(settings, 1) for settings in (A, B, C, C, B, A)] == [0, 1, 2, 2, 1, 0]


def test_who_leaves_makes_room_at_once():
    queue = TrainingQueue(slots=1)
    queue.join(A, 1)
    queue.join(B, 2)
    queue.leave(A, 1)
    assert queue.join(B, 2) == 0


def test_a_training_stays_as_long_as_one_of_its_visitors_does():
    queue = TrainingQueue(slots=1)
    queue.join(A, 1)
    queue.join(A, 2)
    queue.leave(A, 1)
    assert queue.join(B, 3) == 1


def test_a_visitor_whose_page_is_closed_makes_room_when_their_time_is_over():
    clock = Clock()
    queue = TrainingQueue(slots=1, lease=10, clock=clock)
    queue.join(A, 1)
    queue.renew(A, 1)
    assert queue.join(B, 2) == 1
    clock.now = 9
    assert queue.join(B, 2) == 1
    clock.now = 10.5
    assert queue.join(B, 2) == 0


def test_a_training_that_computes_for_long_keeps_its_slot():
    clock = Clock()
    queue = TrainingQueue(slots=1, lease=10, clock=clock)
    queue.join(A, 1)
    clock.now = 1000
    assert queue.join(B, 2) == 1


def test_a_training_that_fails_gives_its_slot_back_and_goes_on_from_its_last_report(monkeypatch):
    failures = iter([False, True, False])

    def reports(_):
        fails = next(failures)
        yield learning.Progress(0, 0.5, 0.1, None)
        yield learning.Progress(10, 0.5, 0.2, None)
        if fails:
            raise MemoryError
        yield learning.Progress(20, 0.5, 0.3, None)

    clock = Clock()
    monkeypatch.setattr(training, "queue", TrainingQueue(clock=clock))
    monkeypatch.setattr(training, "_reports", reports)
    next(failures)
    run = VisitorTraining(A)
    run.advance(1000)
    run.advance(1000)
    with pytest.raises(MemoryError):
        run.advance(1000)
    clock.now += 2 * training.LEASE
    assert training.queue.join(B, 1) == 0
    assert run.step == 10
    run.advance(1000)
    assert run.step == 20


def test_what_has_been_computed_is_shown_to_those_who_wait(counted):
    first = VisitorTraining(C)
    while first.step < 200:
        first.advance(1000)
    first.leave()
    others = [VisitorTraining(settings) for settings in (A, B)]
    assert [run.advance(1000) for run in others] == [True, True]
    late = VisitorTraining(C)
    assert late.advance(1000)
    assert late.step == 0
    while late.advance(1000):
        pass
    assert late.step == first.step
    assert late.waiting == 2
    assert counted == [C, A, B]


def test_a_page_that_waits_says_how_many_are_before_it_and_goes_on_when_there_is_room(app, counted):
    for visitor, settings in enumerate((A, B)):
        training.queue.join(settings, -visitor - 1)
    test = app("teach_it", s="Mary gave John the keys because she trusted him", q="7", init="3", trained="100").run()
    text = " ".join(element.proto.body for element in test.get("html"))
    assert "2 other trainings before yours" in text
    assert "Watch" not in text
    training.queue.leave(A, -1)
    test.run()
    assert test.session_state["training"].waiting == 0
    assert test.session_state["training"].history
    assert Settings(GENDER, seed=3) in counted


@pytest.mark.usefixtures("counted")
def test_a_visitor_who_waits_goes_on_reading_and_keeps_the_place(app):
    for visitor, settings in enumerate((A, B)):
        training.queue.join(settings, -visitor - 1)
    test = app("teach_it", s="Mary gave John the keys because she trusted him", init="3", trained="100").run()
    test.session_state["q"] = 1
    assert test.run().session_state["q"] == 1
    test.text_input(key="s").set_value("Mary trusted him").run()
    assert "trusted" in " ".join(element.proto.body for element in test.get("html"))
    assert not test.exception
    assert test.session_state["training"].waiting == 2
    assert training.queue.join(Settings(GENDER, seed=3), -3) == 2


@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize("press", ["stop", "afresh"])
def test_who_stops_or_starts_over_makes_room(app, monkeypatch, press):
    monkeypatch.setattr("ui.teach_it.progress.STOP_DISABLED_FOR", 0)
    test = app("teach_it", s="Mary gave John the keys because she trusted him", init="3", trained="1000").run()
    assert training.queue.join(A, -1) == 1
    test.button(key=press).click().run()
    assert training.queue.join(A, -1) == 0


@pytest.mark.usefixtures("counted")
def test_who_chooses_other_settings_makes_room(app):
    query = {"s": "Mary gave John the keys because she trusted him", "init": "3", "trained": "1000", "tset": "true"}
    test = app("teach_it", **query).run()
    assert training.queue.join(A, -1) == 1
    test.number_input(key="init").set_value(4).run()
    assert training.queue.join(A, -1) == 0


@pytest.mark.usefixtures("counted")
def test_who_goes_to_another_page_makes_room_and_finds_the_training_where_it_stood(app):
    test = app("teach_it", s="Mary gave John the keys because she trusted him", init="3", trained="1000").run()
    step = test.session_state["training"].step
    assert 0 < step < 1000
    assert training.queue.join(A, -1) == 1
    test.switch_page("pages/playground.py").run()
    assert training.queue.join(A, -1) == 0
    test.run()
    test.switch_page("pages/teach_it.py").run()
    assert not test.exception
    assert test.session_state["training"].step > step
    assert test.session_state["training"].history[0].step == 0
    assert training.queue.join(Settings(GENDER, seed=3), -2) == 1
