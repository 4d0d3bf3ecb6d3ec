"""Sentences and links that nobody would write: every page answers, whole and in words.

Some hundred cases in `make test`, some thousand in `make nightly`.
"""

import json
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from hypothesis import event, given
from hypothesis import strategies as some
from markupsafe import Markup

from attention_core.attention import NothingToAttend
from attention_core.bert import UnfitSentence
from attention_core.embeddings import UnknownWords, raw_attention
from attention_core.text import tokenize
from tests.support.generated import cases
from tests.support.page import Elements
from ui import state
from ui.kit import components, matrices
from ui.models import loaders
from ui.shell.pages import PAGES
from ui.state.table import CONTROLS, MAX_TOKENS

NASTY = [
    "<img src=x onerror=alert(1)>",
    "</p><script>alert(1)</script>",
    "![x](http://example.com/x.png)",
    "[x](javascript:alert(1))",
    "$\\frac{1}{0}$ :red[x] **x** `x` # x",
    "&lt;b&gt; &amp;lt; &#60;",
    "datum.query'] \\ \" ' ` ${x} {{x}} %s {0}",
    "\u202eright to left\u202c \ufeff \u200b",
    "\x00 \x1b[31m \r\n \t",
    "z\u0351\u036b\u0343a\u0349l\u0353g\u0353o",
    "👩‍👩‍👧‍👦 🇫🇷 👍🏽",
    "q=1&s=2#x?y=%00%ff",
    "true",
    "0",
    "nan",
    "-1e999",
    "__proto__ constructor toString",
]
WORDS = ["the", "cat", "it", "king", "was", "not", "because", "zzxqy", "don't", "well-known", "1,000"]

sentences = some.lists(some.sampled_from(NASTY) | some.sampled_from(WORDS) | some.text(max_size=12), max_size=14).map(
    " ".join
)
values = (
    some.sampled_from(
        ["true", "false", "", "0", "1", "-1", "2", "7", "512", "1e9", "nan", "inf", "-0", "None", "½", "٣"]
    )
    | some.integers(-(10**20), 10**20).map(str)
    | some.floats().map(str)
    | some.sampled_from(NASTY)
    | some.text(max_size=8)
)
FLAGS = sorted(name for name, control in CONTROLS.items() if isinstance(control.default, bool))


def links(page: str) -> some.SearchStrategy[dict[str, str]]:
    """Query strings for a page: its own controls and those of all pages, sensible and senseless."""
    own = sorted(name for name, control in CONTROLS.items() if control.page in ("", page))
    flags = some.dictionaries(some.sampled_from([n for n in own if n in FLAGS]), some.sampled_from(["true", "false"]))
    anything = some.dictionaries(some.sampled_from(own) | some.text(max_size=4), values, max_size=6)
    return some.tuples(flags, anything, some.fixed_dictionaries({"s": sentences})).map(
        lambda parts: parts[0] | parts[1] | parts[2]
    )


OWN = ("#", "?", "./?", *(f"{page.name}?" for page in PAGES))  # where a link of ours leads


def foreign(body: str) -> list[str]:
    """What a browser would see in a piece of HTML that no page of ours draws."""
    found = []
    for tag, attributes in Elements(body).found:
        for name, value in attributes.items():
            harmless = {"href": OWN, "src": "data:image/png;base64,"}.get(name)
            if name.startswith("on") or (harmless and not (value or "").startswith(harmless)):
                found.append(f"{tag} {name}={value}")
        if tag in {"script", "iframe", "object", "embed", "base", "meta", "link", "form", "input"}:
            found.append(tag)
    return found


@pytest.mark.parametrize("page", [page.name for page in PAGES])
@cases(6, 500, shrink=False)
@given(data=some.data())
def test_every_page_answers_any_link_whole_and_in_words(app, page, data):
    test = app(page, **data.draw(links(page)))
    assert not test.exception, [e.message for e in test.exception]
    drawn = [element.proto.body for element in test.get("html")]
    assert any("<footer>" in body for body in drawn)  # to its very end
    assert [thing for body in drawn for thing in foreign(body)] == []
    for element in test.markdown:  # ours: no word of the visitor's is in it
        assert not any(nasty in element.value for nasty in NASTY[:6])


def test_what_a_notice_quotes_of_a_long_text_stays_text(app):
    test = app(s="a " * 985 + "<img src=x onerror=alert(1)>" + " cat" * 50)
    drawn = [element.proto.body for element in test.get("html")]
    assert any("&lt;img src=x onerror=alert(1)&gt;" in body for body in drawn)
    assert [thing for body in drawn for thing in foreign(body)] == []


def test_text_that_is_put_into_html_of_ours_stays_text(monkeypatch):
    drawn = []
    monkeypatch.setattr(components.st, "html", drawn.append)
    components.show_html("<b>plain</b>")
    components.show_html(Markup("<b>ours</b>"))
    components.text("<b>'plain'</b>")
    assert drawn == [
        '<div class="own">&lt;b&gt;plain&lt;/b&gt;</div>',
        '<div class="own"><b>ours</b></div>',
        '<p class="say reading">&lt;b&gt;&#39;plain&#39;&lt;/b&gt;</p>',
    ]
    matrix = matrices.step("<b>", matrices.matrix('"<b>', np.ones((1, 1)), 1, 1))
    assert "<b>" not in matrix
    assert 'alt="&#34;&lt;b&gt;: 1 rows of 1 numbers' in matrix


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_link_that_names_its_settings_and_says_nothing_shows_the_defaults(app, page):
    names = [name for name, control in CONTROLS.items() if control.page == page.name]
    test = app(page.name, **dict.fromkeys(names, ""))
    assert not test.exception
    assert any("<footer>" in element.proto.body for element in test.get("html"))


@cases(75, 5000)
@given(
    text=sentences, switches=some.tuples(some.booleans(), some.booleans(), some.booleans()), dim=some.integers(1, 50)
)
def test_the_core_weighs_any_sentence_or_says_why_not(text, switches, dim):
    scaled, see_self, causal = switches
    tokens = tokenize(text)[:MAX_TOKENS]
    try:
        raw = raw_attention(
            tokens, loaders.glove(), dim=dim, divisor=None if scaled else 1, see_self=see_self, causal=causal
        )
    except (UnknownWords, NothingToAttend) as refusal:
        event(str(refusal).split()[0])
        return
    weights = raw.attention.weights
    assert weights.dtype == np.float32
    assert np.isfinite(weights).all()
    assert weights.min() >= 0
    np.testing.assert_allclose(weights.sum(axis=-1), 1, atol=1e-5)
    if not see_self:
        assert not weights.diagonal().any()
    if causal:
        assert not np.triu(weights, 1).any()
    assert len(raw.tokens) + len({*raw.unknown}) <= len(raw.tokens) + len(tokens)


@cases(12, 1000)
@given(text=sentences)
def test_the_transformer_reads_any_sentence_or_says_why_not(text):
    try:
        reading = loaders.minilm().read(text)
    except UnfitSentence as refusal:
        event(str(refusal).split()[0])
        return
    weights = reading.maps
    assert np.isfinite(weights).all()
    np.testing.assert_allclose(weights.sum(axis=-1), 1, atol=1e-4)


@cases(75, 5000)
@given(data=some.data())
def test_any_state_comes_out_of_its_link_as_it_went_in(data):
    page = data.draw(some.sampled_from([page.name for page in PAGES]))
    own = {name: control for name, control in CONTROLS.items() if control.page in ("", page)}
    wanted = {}
    for name, control in own.items():
        if isinstance(control.default, bool):
            wanted[name] = data.draw(some.booleans())
        elif control.options:
            wanted[name] = data.draw(some.sampled_from(control.options))
        elif isinstance(control.default, int):
            wanted[name] = data.draw(some.integers(int(control.low), int(control.high)))
        elif isinstance(control.default, float):
            wanted[name] = round(data.draw(some.floats(control.low, control.high)), 2)
        else:
            wanted[name] = data.draw(sentences)
    link = state.query_string(page, wanted.get)
    assert link.isascii()
    assert not set(link) & set(" \"'<>#+\\^`{|}\n\r\t")
    found = dict(
        parse_qsl(urlsplit("https://demo.example/" + link).query, keep_blank_values=True, strict_parsing=bool(link))
    )
    changed = {name for name, value in wanted.items() if value != own[name].default}
    assert set(state.link_texts(page, wanted.get, private=True)) == changed
    assert set(found) == {name for name in changed if not own[name].private}
    for name, text in found.items():
        if isinstance(wanted[name], bool):
            assert text == json.dumps(wanted[name])
        elif isinstance(wanted[name], str):
            assert text == wanted[name]
        else:
            assert float(text) == pytest.approx(wanted[name], rel=1e-5)
