"""For everyone: keyboard, both themes, forced colours, a phone, large type, print; each page with everything open."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.support.addresses import address, all_open
from tests.support.browser import DESKTOP
from ui.shell.pages import PAGES

pytestmark = pytest.mark.xdist_group("everyone")

# Everything that does something, in shadow roots too; of a group of choices one is reached by Tab, the rest by arrows.
KEYBOARD = """() => {
  const all = (root) =>
    [...root.querySelectorAll("*")].flatMap((e) => (e.shadowRoot ? [e, ...all(e.shadowRoot)] : [e]));
  const above = (e) => e.parentElement ?? e.getRootNode().host;
  const look = (e) => {
    const said = [];
    for (let i = 0; e && i < 4; i++, e = above(e)) {
      const s = getComputedStyle(e);
      const outline = s.outlineStyle === "none" || s.outlineWidth === "0px" ? "" : s.outline;
      said.push([outline, s.boxShadow, s.borderColor, s.backgroundColor].join());
      const mark = getComputedStyle(e, "::before");
      said.push(mark.outlineStyle + mark.boxShadow + mark.borderColor);
    }
    return said.join("|");
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


def test_light_and_by_keyboard_alone_and_at_twice_the_size(visit):
    one = visit(color_scheme="light", reduced_motion="reduce")
    twice = {"width": 640, "height": 450}  # what is left of 1,280 by 900 at 200 %; there the sidebar is folded away
    for page, size in ((PAGES[0], DESKTOP), *((page, twice) for page in PAGES)):
        one.page.set_viewport_size(size)
        one.open(address(page, **all_open(page)))
        assert (page.name, complaints(one)) == (page.name, [])
        for tabs in range(1, one.page.evaluate(KEYBOARD) + 20):
            one.page.keyboard.press("Tab")
            if tabs % 10 == 0 and one.page.evaluate("reached.includes(reached[0], 1)"):
                break  # once round
        assert (page.name, one.page.evaluate(MISSED)) == (page.name, [])
        assert (page.name, one.page.evaluate("unseen.map(called)")) == (page.name, [])
        assert one.page.evaluate("document.querySelector('.stMain').scrollWidth") <= size["width"], page.name
        one.page.emulate_media(media="print")
        one.page.set_viewport_size({"width": 718, "height": 1000})  # A4 upright within margins of a centimetre
        one.settle()
        expect(one.page.get_by_test_id("stSidebar")).to_be_hidden()
        assert one.page.evaluate("document.querySelector('.stMain').scrollWidth") <= 718, page.name
        one.page.emulate_media(media="screen")


def test_dark_and_on_the_narrowest_phone_and_with_less_motion(visit):
    phone = {"viewport": {"width": 320, "height": 640}, "is_mobile": True, "has_touch": True}  # or 1,280 at 400 %
    one = visit(color_scheme="dark", reduced_motion="reduce", **phone)
    for page in PAGES:
        one.open(address(page, **all_open(page)))
        assert (page.name, complaints(one, *OF_A_DARK_PHONE)) == (page.name, [])
        assert one.page.evaluate("document.querySelector('.stMain').scrollWidth") <= 320, page.name
        moving = "e => parseFloat(getComputedStyle(e).transitionDuration) > 0.02"
        assert one.page.evaluate(f"[...document.querySelectorAll('*')].filter({moving}).length") == 0, page.name
        running = "document.getAnimations().filter(a => a.playState === 'running').length"
        assert one.page.evaluate(running) == 0, page.name


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
    one = visit("/?k=4", forced_colors="active")
    ground = "e => getComputedStyle(e).backgroundColor"
    canvas = one.page.locator(".stApp").evaluate(ground)
    assert one.page.evaluate(ALIKE) == []
    weights = [word.evaluate(ground) for word in one.page.locator(".st-key-raw-words [role=radio]").all()]
    assert len({*weights}) > 2
    switch = one.page.locator(".st-key-self label > div").first
    off = switch.evaluate(ground)
    one.toggle("self")
    one.expect_link("self=true")
    assert switch.evaluate(ground) != off
    parts = one.page.locator(".st-key-d-shown [role=group] > [data-rac]").locator("> div:first-child, > [data-rac]")
    assert canvas not in [part.evaluate(ground) for part in parts.all()]
    assert len({swatch.evaluate(ground) for swatch in one.page.locator(".legend .swatch").all()}) == 5
    one.open("/inside_a_transformer")
    assert one.page.evaluate(ALIKE) == []


def swipe(visit, start, end):
    """Move a finger over the page."""
    finger = visit.context.new_cdp_session(visit.page)
    path = [(start[0] + (end[0] - start[0]) * i / 8, start[1] + (end[1] - start[1]) * i / 8) for i in range(9)]
    for kind, points in (("touchStart", path[:1]), *(("touchMove", [point]) for point in path[1:]), ("touchEnd", [])):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})
    visit.settle()


def test_a_finger_that_begins_on_a_slider_scrolls_upright_and_sets_it_sideways_and_by_a_tap(visit):
    one = visit("/", viewport={"width": 390, "height": 700}, is_mobile=True, has_touch=True)
    slider, value = (
        one.page.locator(".st-key-d-shown [role=group] > [data-rac]"),
        one.page.locator(".st-key-d-shown input"),
    )
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = one.page.evaluate("document.querySelector('.stMain').scrollTop")
    swipe(one, (x, y), (x, y - 150))
    expect(value).to_have_value("50")
    one.page.wait_for_function(f"document.querySelector('.stMain').scrollTop > {before} + 50")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    y = box["y"] + box["height"] / 2
    swipe(one, (box["x"] + box["width"], y), (x, y))
    expect(value).to_have_value("26")
    one.expect_link("d=26")
    one.settle()
    box = slider.bounding_box()
    one.page.touchscreen.tap(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    expect(value).to_have_value("13")
    one.expect_link("d=13")
