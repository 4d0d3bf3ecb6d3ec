"""Hostile text typed and linked on every page of a real browser: it stays text, nothing runs, nothing leaves."""

from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.support.addresses import address, all_open, some_pages
from ui.state.table import CONTROLS

pytestmark = pytest.mark.xdist_group("hostile")

ATTACKS = (
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)></svg>",
    "<script>alert(1)</script>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "</title></style></p><b onmouseover=alert(1)>cat</b>",
    "<a href=javascript:alert(1)>king</a> [queen](javascript:alert(1))",
    "![x](http://evil.example/x.png) <link rel=stylesheet href=//evil.example>",
    "**cat** _dog_ `code` $x^2$ :red[king] :material/home: # head",
    "<img/src=x/onerror=alert(1)>",  # what is one word can be quoted whole
    "{{7*7}} ${7*7} '+alert(1)+' \\u0027 datum.x[0]",
)
# Any of these inside the page, shadow roots included, can only come from what was typed.
MADE = """() => {
  const found = [];
  const look = (root) => {
    for (const e of root.querySelectorAll("*")) {
      if (e.shadowRoot) look(e.shadowRoot);
      if (e.matches("script, iframe, object, embed, base") ||
          (e.matches("a[href]") && /^(javascript|data):/i.test(e.getAttribute("href"))) ||
          (e.matches("img") && !e.src.startsWith("data:image/png")) ||
          [...e.attributes].some((a) => a.name.startsWith("on")) ||
          (e.matches("strong, em, code, .katex, h1, [style*=color]") && /^(cat|dog|code|x.?2|head)$/.test(e.textContent)
           && !e.closest("[role=radiogroup]")))
        found.push(e.outerHTML.slice(0, 200));
    }
  };
  look(document.querySelector(".stMain"));
  return found;
}"""


@pytest.mark.parametrize("page", some_pages("playground", "next_word"))
def test_hostile_text_stays_text_linked_and_typed(visit, page):
    linked, typed = "the king " + " ".join(ATTACKS[:5]), "the queen " + " ".join(ATTACKS[5:])
    texts = [name for name, c in CONTROLS.items() if c.page == page.name and isinstance(c.default, str)]
    folds = {name: value for name, value in all_open(page).items() if name != "woff"}  # seconds of computing
    query = folds | dict.fromkeys(texts, typed) | {"s": linked}
    own = {"on": "Sentence", "text": linked}  # with numbers, that page asks for no sentence
    visitor = visit(address(page, **query | {name: own[name] for name in own if name in texts}))
    field = visitor.page.get_by_label("Your text" if "text" in texts else "Sentence", exact=True)
    expect(field).to_have_value(linked)
    assert visitor.page.evaluate(MADE) == []
    field.fill(typed)
    field.press("Enter")  # the language model reads a text only when it is entered
    visitor.expect_link(quote(typed, safe=""))
    visitor.settle()
    expect(field).to_have_value(typed)
    assert visitor.page.evaluate(MADE) == []
    # dialogs, requests to other hosts and errors are what `visit` looks for at the end
