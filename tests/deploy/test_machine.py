"""Mistakes of the machine: no space left, a process that is killed, a clock that is set back.

A slow disk is in tests/pages/test_body.py.
"""

import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import expect
from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.support import ROOT
from tests.support.browser import USUAL, Visit
from tests.support.reader import Reader
from tests.support.server import Server
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
    own_server.stop()
    assert own_server.process.returncode == 0


@pytest.mark.parametrize(("program", "visited"), [("ui", False), ("streamlit", True)])
def test_a_server_whose_disk_is_full_starts_serves_and_ends_as_usual(program, visited):
    with Server(Path("/dev/full"), program=program) as served:
        if visited:
            run(visit_all_pages(served.url))
    assert served.process.returncode == 0


@pytest.mark.parametrize("file", ["Makefile", "deploy/Containerfile"])
def test_make_and_the_container_start_the_server_that_is_tested(file):
    words = re.sub('[",]+', " ", (ROOT / file).read_text()).split()
    assert " -m ui run app.py " in " ".join(words)


def test_every_container_that_is_killed_is_started_again():
    services = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"].values()
    assert {service["restart"] for service in services} <= {"always", "unless-stopped"}
    deployment = yaml.safe_load((ROOT / "deploy" / "kubernetes" / "deployment.yaml").read_text())
    assert deployment["spec"]["template"]["spec"].get("restartPolicy", "Always") == "Always"


async def redraw_until(said: str, visitor: Reader) -> None:
    """Ask for the training's next drawing, as a browser does, until it says something."""
    for _ in range(200):
        if re.search(said, visitor.text):
            return
        await visitor.rerun(visitor.timer)
    raise TimeoutError(visitor.text)


def test_a_training_whose_server_is_killed_begins_again_is_said_to_and_ends_where_the_link_says(own_server):
    """The kernel kills a process without memory as this test does."""

    async def train() -> None:
        visitor = Reader(own_server.url, "s=Mary%20trusted%20him&q=1", "teach_it")
        await visitor.open()
        button = visitor.widget("train")
        await visitor.rerun(visitor.fragments[button], pressed=WidgetState(id=button, trigger_value=True))
        await redraw_until("Step [1-9]", visitor)
        assert "again" not in visitor.text
        own_server.process.kill()
        own_server.process.wait()
        await visitor.close()
        own_server.start()
        await visitor.open()
        assert "Step 0 of 1,000. Training again up to step 1,000." in visitor.text
        await redraw_until("Trained for 1,000 steps", visitor)
        assert "again" not in visitor.text
        assert "trained=1000" in visitor.query
        assert visitor.faults == []
        await visitor.close()

    run(train())


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
