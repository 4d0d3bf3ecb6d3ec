"""Mistakes of the machine: no space left, a process that is killed, a clock that is set back.

A slow disk is in tests/pages/test_body.py. A process that has used up its memory is killed as this one is.
"""

import json
import re
import resource
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.support import ROOT
from tests.support.browser import USUAL, Visit
from tests.support.server import Server, free_port, wait_for
from tests.support.visitor import Visitor, run
from ui.shell.pages import PAGES

pytestmark = pytest.mark.xdist_group("machine")


@pytest.fixture
def own_server(tmp_path):
    """A server of its own for a test that harms it."""
    with Server(tmp_path / "log") as served:
        yield served


async def visit_all_pages(url: str) -> None:
    for page in PAGES:
        visitor = Visitor(url, "s=two%20cats", "" if page is PAGES[0] else page.name)
        await visitor.open()
        assert visitor.widgets
        assert visitor.faults == []
        await visitor.close()


def test_a_log_without_space_left_costs_no_visitor_anything(own_server):
    room = own_server.log.stat().st_size + 200  # bytes, a line and a half
    resource.prlimit(own_server.process.pid, resource.RLIMIT_FSIZE, (room, room))
    run(visit_all_pages(own_server.url))
    assert own_server.log.stat().st_size == room


def test_a_server_whose_disk_is_full_starts_serves_and_ends_as_usual():
    command = json.loads(re.findall(r"^CMD (.*)$", (ROOT / "deploy" / "Containerfile").read_text(), re.MULTILINE)[-1])
    port = free_port()
    here = [f"--server.port={port}", "--server.address=127.0.0.1"]
    with open("/dev/full", "w") as full:
        server = subprocess.Popen([sys.executable, "-m", *command, *here], cwd=ROOT, stdout=full, stderr=full)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(url)
        run(visit_all_pages(url))
        wait_for(url)
        server.terminate()
        assert server.wait(20) == 0
    finally:
        server.kill()
        server.wait()


@pytest.mark.nightly
def test_a_training_whose_server_was_killed_is_done_again_up_to_the_step_of_the_link(browser, own_server):
    visitor = Visit(own_server, browser.new_context(**USUAL))
    visitor.page.goto(f"{own_server.url}/teach_it?s=Mary%20trusted%20him&q=1&trained=200")
    standing = visitor.page.locator(".own progress + small").first
    expect(standing).to_contain_text(re.compile("Step [1-9]"))
    with visitor.losing_the_server():
        own_server.process.kill()
        own_server.process.wait()
    expect(visitor.page.get_by_role("dialog")).to_contain_text("not responding")
    own_server.start()
    expect(standing).to_contain_text("200")
    expect(visitor.page.locator(".st-key-train")).to_be_visible()  # it has stopped there
    visitor.expect_link("trained=200")
    visitor.context.close()


CLOCK = """
import time
back, real = [0], time.time
time.time = lambda: real() - back[0]

from attention_core.taught import ModelSpec
from ui.models.training import Settings, TrainingQueue

first, other = (Settings(ModelSpec("gender", 1, 1), seed=seed) for seed in range(2))
queue = TrainingQueue(slots=1, lease=0.1)
queue.join(first, visitor=1)
queue.renew(first, visitor=1)
back[0] = 3600
time.sleep(0.2)
print(queue.join(other, visitor=2), "before the other")
"""


def test_a_clock_that_is_set_back_keeps_nobody_in_the_queue():
    done = subprocess.run([sys.executable, "-c", CLOCK], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "0 before the other" in done.stdout
