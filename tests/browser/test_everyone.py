"""For everyone: keyboard, both themes, forced colours, a phone, large type, print; each page with everything open."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.support.addresses import address, all_open, some_pages
from ui.shell.pages import PAGES

pytestmark = pytest.mark.xdist_group("everyone")

# Everything that does something, in shadow roots too; of a group of choices one is reached by Tab, the rest by arrows.
KEYBOARD = """() => {
  const all = (root) =>
    [...root.querySelectorAll("*")].flatMap((e) => (e.shadowRoot ? [e, ...all(e.shadowRoot)] : [e]));
  const above = (e) => e.parentElement ?? e.getRootNode().host;
  const look = (e) => {
    const styles = [];
    for (let i = 0; e && i < 4; i++, e = above(e)) {
      const s = getComputedStyle(e);
      const outline = s.outlineStyle === "none" || s.outlineWidth === "0px" ? "" : s.outline;
      styles.push([outline, s.boxShadow, s.borderColor, s.backgroundColor].join());
      const mark = getComputedStyle(e, "::before");
      styles.push(mark.outlineStyle + mark.boxShadow + mark.borderColor);
    }
    return styles.join("|");
  };
  const acts = (e) =>
    e.matches("button, a[href], input, textarea, select, summary, [role=radio], [role=slider], [tabindex='0']") &&
    !e.disabled && e.getAttribute("aria-disabled") !== "true" && !e.closest("[inert]") &&
    e.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && e.getClientRects().length &&
    !e.closest("svg") && e.tagName !== "CANVAS" &&
    !e.matches(".stNumberInput button, .stSelectbox button");  // what arrow keys do in the field beside them
  window.group = (e) => e.closest("[role=radiogroup], [role=group][aria-label]") ?? e;
  window.called = (e) => (e.ariaLabel || e.innerText || e.title || e.outerHTML).trim().slice(0, 60);
  window.functions = all(document.body).filter(acts);
  window.before = new Map(functions.map((e) => [e, look(e)]));
  window.reached = [];
  window.unseen = [];
  const active = (root = document) =>
    root.activeElement?.shadowRoot ? active(root.activeElement.shadowRoot) : root.activeElement;
  const note = (event) => {
    const e = event.composedPath()[0];
    reached.push(e);
    setTimeout(() => {  // a group of buttons passes the focus on at once
      if (active() === e && before.has(e) && before.get(e) === look(e)) unseen.push(e);
    });
  };
  document.addEventListener("focusin", note);
  all(document.body).forEach((e) => e.shadowRoot?.addEventListener("focusin", note));
  document.activeElement?.blur();
  window.scrollTo(0, 0);
  return functions.length;
}"""
MISSED = """() => {
  const groups = new Set(reached.map(group));
  return functions.filter((e) => !reached.includes(e) && !groups.has(group(e)) && e.isConnected).map(called);
}"""

# What can differ there; all else axe-core has looked at in the light.
OF_A_DARK_PHONE = (
    "color-contrast",
    "link-in-text-block",
    "target-size",
    "scrollable-region-focusable",
    "meta-viewport",
)


def complaints(visit, *rules: str) -> list:
    """What axe-core finds, whatever its weight.

    Args:
        rules: only these; without any, all.
    """
    options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    found = Axe().run(visit.page, options=options).response["violations"]
    return [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in found]


TWICE = {"width": 640, "height": 450}  # what is left of 1,280 by 900 at 200 %; there the sidebar is folded away
NARROWEST = {"width": 320, "height": 640}  # of phones; or 1,280 at 400 %
UPRIGHT = {"width": 718, "height": 1000}  # A4 within margins of a centimetre


def wide(visit) -> int:
    return visit.page.evaluate("document.querySelector('.stMain').scrollWidth")


def expect_the_keyboard_reaches_all(visit) -> None:
    for tabs in range(1, visit.page.evaluate(KEYBOARD) + 20):
        visit.page.keyboard.press("Tab")
        if tabs % 10 == 0 and visit.page.evaluate("reached.includes(reached[0], 1)"):
            break  # once round
    assert visit.page.evaluate(MISSED) == []
    assert visit.page.evaluate("unseen.map(called)") == []


def test_the_first_page_on_a_desktop_in_light_and_by_keyboard_alone(visit):
    visitor = visit(address(PAGES[0], **all_open(PAGES[0])), color_scheme="light")
    assert complaints(visitor) == []
    expect_the_keyboard_reaches_all(visitor)


@pytest.mark.parametrize("page", some_pages("step_by_step", "inside_a_transformer"))
def test_at_twice_the_size_by_keyboard_alone_and_in_print_and_dark_on_the_narrowest_phone(visit, page):
    visitor = visit(address(page, **all_open(page)), viewport=TWICE, color_scheme="light")
    assert complaints(visitor) == []
    expect_the_keyboard_reaches_all(visitor)
    assert wide(visitor) <= TWICE["width"]
    visitor.page.emulate_media(media="print")
    visitor.page.set_viewport_size(UPRIGHT)
    expect(visitor.settle().page.get_by_test_id("stSidebar")).to_be_hidden()
    assert wide(visitor) <= UPRIGHT["width"]
    visitor.page.emulate_media(media="screen", color_scheme="dark")
    visitor.page.set_viewport_size(NARROWEST)
    assert complaints(visitor.settle(), *OF_A_DARK_PHONE) == []
    assert wide(visitor) <= NARROWEST["width"]
    moving = "e => parseFloat(getComputedStyle(e).transitionDuration) > 0.02"
    assert visitor.page.evaluate(f"[...document.querySelectorAll('*')].filter({moving}).length") == 0
    assert visitor.page.evaluate("document.getAnimations().filter(a => a.playState === 'running').length") == 0


FIGURES = {(page.name, screen.figure): page for page in PAGES for screen in page.screens}
SOME = (("next_word", "next-words"),)  # of a page that is not looked at as a whole above


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.nightly] * (name not in SOME), id="-".join(name)) for name in FIGURES],
)
def test_a_figure_alone_is_for_everyone_too(visit, name):
    visitor = visit(address(FIGURES[name], figure=name[1], embed="true", embed_options="light_theme"))
    expect(visitor.page.locator(f"[class*='st-key-{name[1]}-']").filter(visible=True).first).to_be_visible()
    assert complaints(visitor) == []


# Of each group the choices that look as the chosen one does; a weight is no mark of a choice.
ALIKE = """() => {
  const all = (root) =>
    [...root.querySelectorAll("*")].flatMap((e) => (e.shadowRoot ? [e, ...all(e.shadowRoot)] : [e]));
  const look = (e) => {
    const s = getComputedStyle(e);
    const ground = e.getRootNode() === document ? s.backgroundColor : "";
    return [s.outlineStyle, s.outlineWidth, s.outlineColor, ground].join();
  };
  return all(document.body).filter((e) => e.role === "radiogroup").flatMap((group) => {
    const chosen = group.querySelector("[aria-checked=true]");
    const others = [...group.querySelectorAll("[aria-checked=false]")];
    return chosen ? others.filter((e) => look(e) === look(chosen)).map((e) => e.textContent || e.title) : [];
  });
}"""


def test_in_forced_colours_choices_weights_switches_and_sliders_can_be_told(visit):
    visitor = visit("/?k=4", forced_colors="active")
    ground = "e => getComputedStyle(e).backgroundColor"
    canvas = visitor.page.locator(".stApp").evaluate(ground)
    assert visitor.page.evaluate(ALIKE) == []
    weights = [word.evaluate(ground) for word in visitor.page.locator(".st-key-raw-words [role=radio]").all()]
    assert len({*weights}) > 2
    switch = visitor.page.locator(".st-key-self label > div").first
    off = switch.evaluate(ground)
    visitor.toggle("self")
    visitor.expect_link("self=true")
    assert switch.evaluate(ground) != off
    parts = visitor.page.locator(".st-key-d-shown [role=group] > [data-rac]").locator("> div:first-child, > [data-rac]")
    assert canvas not in [part.evaluate(ground) for part in parts.all()]
    assert len({swatch.evaluate(ground) for swatch in visitor.page.locator(".legend .swatch").all()}) == 5
    visitor.open("/inside_a_transformer")
    assert visitor.page.evaluate(ALIKE) == []


def swipe(visit, start, end):
    """Move a finger over the page."""
    finger = visit.context.new_cdp_session(visit.page)
    path = [(start[0] + (end[0] - start[0]) * i / 8, start[1] + (end[1] - start[1]) * i / 8) for i in range(9)]
    for kind, points in (("touchStart", path[:1]), *(("touchMove", [point]) for point in path[1:]), ("touchEnd", [])):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})
    visit.settle()


def test_a_finger_that_begins_on_a_slider_scrolls_upright_and_sets_it_sideways_and_by_a_tap(visit):
    visitor = visit("/", viewport={"width": 390, "height": 700}, is_mobile=True, has_touch=True)
    slider, value = (
        visitor.page.locator(".st-key-d-shown [role=group] > [data-rac]"),
        visitor.page.locator(".st-key-d-shown input"),
    )
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = visitor.page.evaluate("document.querySelector('.stMain').scrollTop")
    swipe(visitor, (x, y), (x, y - 150))
    expect(value).to_have_value("50")
    visitor.page.wait_for_function(f"document.querySelector('.stMain').scrollTop > {before} + 50")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    y = box["y"] + box["height"] / 2
    swipe(visitor, (box["x"] + box["width"], y), (x, y))
    expect(value).to_have_value("26")
    visitor.expect_link("d=26")
    visitor.settle()
    box = slider.bounding_box()
    visitor.page.touchscreen.tap(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    expect(value).to_have_value("13")
    visitor.expect_link("d=13")
