"""Mistakes of the machine: no space left, a process that is killed, a clock that is set back.

A slow disk is in tests/pages/test_body.py. A process that has used up its memory is killed as this one is.
"""

import resource
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.support import ROOT
from tests.support.browser import Visit
from tests.support.server import Server
from tests.support.visitor import Visitor, run
from ui.shell.pages import PAGES

pytestmark = pytest.mark.xdist_group("machine")


@pytest.fixture
def own_server(tmp_path):
    """A server of its own for a test that harms it."""
    served = Server(tmp_path / "log").start()
    yield served
    served.process.kill()
    served.process.wait()


def test_a_log_without_space_left_costs_no_visitor_anything(own_server):
    room = own_server.log.stat().st_size + 200  # bytes, a line and a half
    resource.prlimit(own_server.process.pid, resource.RLIMIT_FSIZE, (room, room))

    async def visit() -> None:
        for page in PAGES:
            visitor = Visitor(own_server.url, "s=two%20cats", "" if page is PAGES[0] else page.name)
            await visitor.open()
            assert visitor.widgets
            assert visitor.faults == []
            await visitor.close()

    run(visit())
    assert own_server.log.stat().st_size == room


@pytest.mark.nightly
def test_a_server_killed_in_a_training_is_missed_in_words_and_trains_again_to_the_step_of_the_link(browser, own_server):
    one = Visit(browser, own_server)
    one.page.goto(f"{own_server.url}/teach_it?s=Mary%20trusted%20him&q=1&trained=200")
    standing = one.page.locator(".own progress + small").first
    expect(standing).to_contain_text("Step 1")  # 10, 20, …
    with one.losing_the_server():
        own_server.process.kill()
        own_server.process.wait()
    expect(one.page.get_by_role("dialog")).to_contain_text("not responding")
    own_server.start()
    expect(standing).to_contain_text("Step 200 of 1,000. Stopped.")
    one.expect_link("trained=200")
    one.context.close()


CLOCK = """
import time
back, real = [0], time.time
time.time = lambda: real() - back[0]

from attention_core.taught import ModelSpec
from ui.models.training import Queue, Settings

one, other = (Settings(ModelSpec("gender", 1, 1), seed=seed) for seed in range(2))
queue = Queue(slots=1, lease=0.1)
queue.ask(one, visitor=1)
queue.renew(one, visitor=1)
back[0] = 3600
time.sleep(0.2)
print(queue.ask(other, visitor=2), "before the other")
"""


def test_a_clock_that_is_set_back_keeps_nobody_in_the_queue():
    done = subprocess.run([sys.executable, "-c", CLOCK], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "0 before the other" in done.stdout
