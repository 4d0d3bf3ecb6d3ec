"""For everyone: keyboard alone, both themes, a phone, large type, less motion. Every page, everything on it open."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from ui.shell.pages import PAGES
from ui.state import CONTROLS

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


def address(page) -> str:
    """A page with everything open."""
    opened = "&".join(f"{name}=true" for name, c in CONTROLS.items() if c.page == page.name and c.default is False)
    opened += "&step=8" if page.name == "step_by_step" else ""
    return f"/{'' if page is PAGES[0] else page.name}?{opened}"


def complaints(visit) -> list:
    """What axe-core finds, whatever its weight."""
    return [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in Axe().run(visit.page).response["violations"]]


def test_light_and_by_keyboard_alone_and_at_twice_the_size(visit):
    one = visit(color_scheme="light", reduced_motion="reduce")
    for page in PAGES:  # one visitor, for a browser that knows the scripts already opens a page in a third of the time
        one.page.set_viewport_size({"width": 1280, "height": 900})
        one.open(address(page))
        assert (page.name, complaints(one)) == (page.name, [])
        for _ in range(one.page.evaluate(KEYBOARD) + 20):
            one.page.keyboard.press("Tab")
        assert (page.name, one.page.evaluate(MISSED)) == (page.name, [])
        assert (page.name, one.page.evaluate("unseen.map(called)")) == (page.name, [])
        one.page.set_viewport_size({"width": 640, "height": 450})  # what is left of 1,280 by 900 at 200 %
        one.settle()
        assert one.page.evaluate("document.querySelector('.stMain').scrollWidth") <= 640, page.name


def test_dark_and_on_a_small_phone_and_with_less_motion(visit):
    phone = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
    one = visit(color_scheme="dark", reduced_motion="reduce", **phone)
    for page in PAGES:
        one.open(address(page))
        assert (page.name, complaints(one)) == (page.name, [])
        assert one.page.evaluate("document.querySelector('.stMain').scrollWidth") <= 360, page.name
        moving = "e => parseFloat(getComputedStyle(e).transitionDuration) > 0.02"
        assert one.page.evaluate(f"[...document.querySelectorAll('*')].filter({moving}).length") == 0, page.name
        running = "document.getAnimations().filter(a => a.playState === 'running').length"
        assert one.page.evaluate(running) == 0, page.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pictures_say_what_they_show(app, page):
    query = dict(pair.split("=") for pair in address(page).partition("?")[2].split("&") if pair)
    said = [chart.proto.alt for chart in app(page.name, **query).get("vega_lite_chart")]
    assert [alt for alt in said if len(alt) < 40 or not (any(map(str.isdigit, alt)) or "Nothing yet" in alt)] == []
