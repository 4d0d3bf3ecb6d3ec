"""Teach it, in a real browser: training before the reader's eyes."""

import re
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from attention_core import taught
from attention_core.glove_sources import load_glove
from tests.support.browser import PATIENCE

pytestmark = pytest.mark.xdist_group("teach")

SHE = "/teach_it?s=Mary%20gave%20John%20the%20keys%20because%20she%20trusted%20him&q=7"


def press(visit, name):
    visit.page.get_by_role("button", name=name, exact=True).click()


def standing(visit) -> str:
    """How far the page says the model has come."""
    lines = visit.page.locator(".own progress + small").all_inner_texts()
    return next((text for text in lines if re.match(r"Step|Trained for", text)), "")


def step(visit) -> int:
    found = re.match(r"(?:Step|Trained for) ([\d,]+)", standing(visit))
    return int(found[1].replace(",", "")) if found else 0


def wait_until(visit, reached, seconds=2 * PATIENCE):
    """Look at the page until it is so."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if reached(visit):
            return
        visit.page.wait_for_timeout(80)
    raise TimeoutError(visit.page.locator(".stMain").inner_text()[:600])


def over(visit) -> bool:
    return standing(visit).startswith("Trained for") or "Stopped" in standing(visit)


def serious(visit) -> list:
    return [
        (v["id"], [n["html"][:200] for n in v["nodes"]])
        for v in Axe().run(visit.page).response["violations"]
        if v["impact"] in ("serious", "critical")
    ]


def test_training_draws_itself_and_ends_where_the_core_ends(visit):
    visitor = visit(SHE)
    # The words above the map have their height once they are drawn.
    visitor.page.locator("[class*='st-key-taught-words'] [role=radio]").first.wait_for()
    top = visitor.page.locator(".st-key-taught-heat-room").bounding_box()["y"]
    press(visitor, "Train")
    seen = set()

    def watched(visit):
        seen.add((step(visit), visit.page.locator(".say.reading").first.inner_text()))
        return over(visit)

    wait_until(visitor, watched)
    visitor.settle()
    assert len({steps for steps, _ in seen}) > 3
    assert len({reading for _, reading in seen}) > 3  # the map changed under the reader's eyes
    assert visitor.page.locator(".st-key-taught-heat-room").bounding_box()["y"] == top  # and nothing jumped
    *_, last = taught.train(taught.ModelSpec("gender", 1, 1), taught.datasets("gender", load_glove()))
    assert f"about {100 * last.accuracy:.0f}\u202f%" in visitor.page.locator(".score").inner_text()
    assert serious(visitor) == []


@pytest.mark.nightly
def test_two_visitors_apart_a_stop_that_keeps_a_link_that_restores_and_a_page_that_closes(visit):
    visitor, other = (visit(f"{SHE}&tcmp=false&init={seed}") for seed in (1, 2))
    press(visitor, "Train")
    press(other, "Train")
    wait_until(visitor, lambda v: step(v) >= 100)
    press(visitor, "Stop")
    wait_until(visitor, over)
    visitor.settle()
    stopped = step(visitor)
    assert 100 <= stopped < 1000
    kept, link = visitor.weights, visitor.link
    assert f"trained={stopped}" in link

    at = step(other)
    assert at < 1000
    other.page.close()  # nobody is left to ask for the next piece

    def runs() -> int:
        return visitor.server.log.read_text().count('"page": "teach_it"')

    before = runs()
    visit("/why_scale")  # takes its turn among the runs of others
    assert runs() - before <= 2  # one under way, one asked for

    fresh = visit(link)
    wait_until(fresh, over)
    fresh.settle()
    assert fresh.weights == kept
    assert standing(fresh) == standing(visitor)


def test_stop_takes_the_place_of_train_and_a_second_press_there_does_not_stop(visit):
    visitor = visit(SHE)
    visitor.settle()
    visitor.page.evaluate(
        """() => {
          window.drawn = new Set();
          const look = () => {
            const buttons = [...document.querySelectorAll(".st-key-teach-buttons > *")].filter((b) => b.offsetWidth);
            const places = buttons.map((b) => [b.offsetLeft, b.offsetTop, b.offsetWidth, b.offsetHeight]);
            window.drawn.add(JSON.stringify(places));
            requestAnimationFrame(look);
          };
          look();
        }"""
    )
    place = visitor.page.locator(".st-key-train").bounding_box()
    visitor.page.mouse.dblclick(place["x"] + 20, place["y"] + 20, delay=10)
    wait_until(visitor, over)
    visitor.settle()
    assert standing(visitor).startswith("Trained for")
    assert visitor.page.evaluate("window.drawn.size") == 1  # nothing moved


def test_a_setting_keeps_the_focus_when_its_model_is_drawn(visit):
    visitor = visit(f"{SHE}&tset=true")
    toggle = visitor.page.locator(".st-key-pos input")
    toggle.focus()
    visitor.page.keyboard.press("Space")
    visitor.expect_link("pos=true")
    visitor.settle()
    expect(toggle).to_be_focused()
