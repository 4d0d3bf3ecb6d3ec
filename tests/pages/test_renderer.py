"""Pictures are drawn in a process of their own: what that must not change, and what must not harm it."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import Mock

import psutil
import pytest
import vl_convert

from ui.kit import renderer
from ui.kit.renderer import CannotDraw, Renderer

CHART = {
    "data": {"values": [{"word": "the", "weight": 0.25}, {"word": "kïng", "weight": float("nan")}]},
    "mark": "bar",
    "encoding": {"x": {"field": "word", "type": "nominal"}, "y": {"field": "weight", "type": "quantitative"}},
}


@pytest.fixture
def drawing():
    """A renderer of the test's own, ended with it."""
    own = Renderer()
    yield own
    own.stop()


def processes() -> set[psutil.Process]:
    found = set()
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):  # that of another renderer may end meanwhile
            found |= {child} if renderer.PROGRAM in child.cmdline() else set()
    return found


def test_a_picture_is_the_one_that_vl_convert_draws(drawing):
    assert drawing.draw("svg", CHART).decode() == vl_convert.vegalite_to_svg(CHART)
    assert drawing.draw("png", CHART, scale=2) == vl_convert.vegalite_to_png(CHART, scale=2)


def test_a_hall_that_asks_at_once_is_served_by_a_single_process_at_a_time(drawing):
    before = processes()
    with ThreadPoolExecutor(8) as hall:
        drawn = list(hall.map(lambda _: drawing.draw("svg", CHART), range(24)))
    assert len(set(drawn)) == 1
    assert len(processes() - before) == 1


def test_a_chart_that_cannot_be_drawn_is_named_and_the_next_one_is_drawn(drawing):
    with pytest.raises(CannotDraw):
        drawing.draw("svg", {"mark": "no such mark"})
    assert drawing.draw("svg", CHART).startswith(b"<svg")


def test_a_process_that_was_killed_is_started_again(drawing):
    before = processes()
    drawing.draw("svg", CHART)
    (process,) = processes() - before
    process.kill()
    assert drawing.draw("svg", CHART).startswith(b"<svg")


def test_a_process_that_cannot_be_started_is_named(drawing, monkeypatch):
    monkeypatch.setattr(renderer.sys, "executable", "/no/such/python")
    with pytest.raises(CannotDraw):
        drawing.draw("svg", CHART)


def test_the_process_ends_when_nobody_wants_a_picture_any_more():
    before, new_timer = processes(), Mock()
    drawing = Renderer(new_timer)
    drawing.draw("svg", CHART)
    drawing.draw("svg", CHART)
    assert new_timer.return_value.cancel.call_count == 1  # that of the first picture
    _, end, arguments = new_timer.call_args.args
    assert processes() - before
    end(*arguments)
    assert processes() <= before
    drawing.stop()


def test_a_picture_that_takes_for_ever_is_given_up(drawing, monkeypatch):
    monkeypatch.setattr(renderer, "PROGRAM", "import time; time.sleep(600)")
    monkeypatch.setattr(renderer, "IDLE_SECONDS", 0.5)
    with pytest.raises(CannotDraw):
        drawing.draw("svg", CHART)
