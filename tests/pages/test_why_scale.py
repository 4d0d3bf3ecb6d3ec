"""Why the scores are scaled, on the page: the article's figures, guesses that the link keeps, the sentence."""

import io
import json
import re
from urllib.parse import parse_qsl

import pytest
from PIL import Image

from ui.kit import components, export, figures
from ui.kit.palette import LIGHT
from ui.why_scale import sections as scaling

PAGE = "why_scale"
OPEN = {"g1": "Show me", "g2": "Show me", "g3": "Show me"}


def text_of(test) -> str:
    """Everything the page says, without tags."""
    html = " ".join(re.sub(r"<style>.*?</style>", " ", e.proto.body, flags=re.DOTALL) for e in test.get("html"))
    return re.sub(r"<[^>]+>", " ", html)


def charts(test) -> list[str]:
    """The text alternatives of the charts."""
    return [chart.proto.alt for chart in test.get("vega_lite_chart")]


def formulas(test) -> str:
    """All formulas of the page."""
    return " ".join(e.value for e in test.latex)


@pytest.fixture
def link(monkeypatch):
    """What the link on the page says."""
    offered = {}
    monkeypatch.setattr(components, "copy_link", lambda link, **_: offered.update(link=link))
    return lambda: dict(parse_qsl(offered["link"].partition("?")[2], keep_blank_values=True))


def test_the_articles_figures_stand_on_the_page(app):
    test = app(PAGE, **OPEN)
    assert not test.exception
    assert r"\operatorname{softmax}([100,\;80])=[1.00,\;0.00]" in formulas(test)
    assert r"\operatorname{softmax}([10,\;8])=[0.88,\;0.12]" in formulas(test)


def test_one_word_has_one_share_and_no_bits(app):
    said = text_of(app(PAGE, **OPEN, s="king"))
    assert "The entropy of its 1 share is 0.00 bits; the most it can be is 0.00." in said
    assert "the most that 1 share can have is 0.00" in said
    assert "-0.00" not in said


def test_words_that_share_the_largest_weight_are_all_named(app):
    said = text_of(app(PAGE, **OPEN, s="bank bank"))
    assert said.count("bank₁ and bank₂") == 4  # two rows, as they are and divided
    assert "“bank₂” gives “bank₁” and itself 50.0\u202f% each. The entropy of its 2 shares is 1.00 bits" in said


def test_a_guess_opens_the_answer_and_the_link_remembers_it(app, link):
    test = app(PAGE)
    assert "=[1.00" not in formulas(test)
    assert r"[0.88,\;0.12]" in formulas(test)
    assert link() == {}
    test.segmented_control(key="g1").set_value("20 %").run()
    assert "=[1.00" in formulas(test)
    assert "You said 20 %; it is less than 0.001 %." in text_of(test)
    assert link() == {"g1": "20 %"}
    assert "You said 20 %" in text_of(app(PAGE, **link()))


def test_the_right_guess_is_called_right(app):
    assert "Yes: twice as large." in text_of(app(PAGE, g2="twice as large"))


def test_no_answer_is_in_the_page_before_the_guess(app):
    test = app(PAGE)
    assert not any("Gradient" in alt for alt in charts(test))
    assert any("the others are hidden" in alt for alt in charts(test))


def test_the_dimension_moves_both_sides(app):
    assert r"([4,\;3.2])" in formulas(app(PAGE, sd="4", **OPEN))
    assert r"([64,\;51.2])" in formulas(app(PAGE, sd="4096", **OPEN))


def test_drawing_again_changes_the_measurement_and_the_link_keeps_the_draw(app, link):
    test = app(PAGE, **OPEN)
    before = next(alt for alt in charts(test) if alt.startswith("Standard deviation of 1,000"))
    test.button(key="again").click().run()
    after = next(alt for alt in charts(test) if alt.startswith("Standard deviation of 1,000"))
    assert before != after
    assert link()["seed"] == "2"
    assert after in charts(app(PAGE, **link()))


def test_the_gradient_at_1024_dimensions_all_but_vanishes_without_scaling(app):
    said = text_of(app(PAGE, **OPEN))
    assert re.search(r"gradient’s norm is \S+ × 10⁻\S+ as it is and 0\.3", said)
    assert "less than a hundredth of it is left" in said


def test_the_sentences_rows_have_largest_weight_and_bits_with_and_without(app):
    said = " ".join(text_of(app(PAGE)).split())
    assert "king king 99.9 % 0.02 king 44.3 % 2.34" in said


def test_both_maps_have_one_colour_scale(app):
    specs = [json.loads(c.proto.spec) for c in app(PAGE).get("vega_lite_chart")]
    ends = [
        {p["name"]: p["value"] for p in spec["params"]}.get("high") for spec in specs if "score" in json.dumps(spec)
    ]
    maps = [end for end in ends if end]
    assert len(maps) == 2
    assert maps[0] == maps[1]


def test_temperature_finds_the_papers_choice_and_no_scaling(app):
    test = app(PAGE, divisor="20")
    test.button(key="tau-root").click().run()
    assert "At τ = 7.07, “king” gives itself 44.3\u202f%" in text_of(test)
    test.button(key="tau-one").click().run()
    assert "At τ = 1.00, “king” gives itself 99.9\u202f%" in text_of(test)


def test_sentences_that_leave_nothing_are_said_kindly(app):
    for query in ({"s": ""}, {"s": "zzxqy"}, {"s": "king", "self": "false"}):
        test = app(PAGE, **query)
        assert not test.exception
        assert "1. Two keys" in test.header[0].value


def test_long_and_hostile_sentences_are_shown_as_text(app):
    assert not app(PAGE, s="the king and " * 100, **OPEN).exception
    test = app(PAGE, s="$x$ <b>king</b> queen {{7*7}} [a](javascript:b)")
    assert not test.exception
    assert not any("<b>king" in e.proto.body for e in test.get("html"))


def test_the_experiment_can_be_taken_away_with_seed_and_draws(app, monkeypatch):
    taken = {}
    keep = lambda pictures, files, settings, *_: taken.update(pictures=pictures, files=files, settings=settings)  # noqa: E731
    monkeypatch.setattr(figures, "take_away", keep)
    app(PAGE, wtake="true", draws="300", seed="5")
    for picture in taken["pictures"].values():
        assert "seed: 5" in export.svg(export.standalone(picture.spec(LIGHT), picture.frame, taken["settings"], LIGHT))
    table = taken["files"]["scaling.csv"]()
    assert "# draws: 300" in table
    assert len([line for line in table.splitlines() if line[:1].isdigit()]) == 13
    assert json.loads(taken["files"]["scaling.json"]())["rows"][6]["std_theory"] == 8


def test_a_png_has_its_words_drawn_in_it():
    picture = scaling.spread_picture(scaling.measured_spread(1, 100), 100)
    drawn = export.png(export.standalone(picture.spec(LIGHT), picture.frame, {"sentence": "to read"}, LIGHT))
    title = Image.open(io.BytesIO(drawn)).convert("L").crop((0, 0, 900, 80))
    assert title.getextrema()[0] < 100


def test_every_chart_says_in_words_what_it_shows(app):
    shown = charts(app(PAGE, **OPEN))
    assert len(shown) == 9
    assert all(len(alt) > 20 for alt in shown)


def test_the_references_are_plain_links(app):
    said = " ".join(m.value for m in app(PAGE).markdown)
    for address in ("https://arxiv.org/abs/1706.03762", "https://nlp.stanford.edu/projects/glove/", "3blue1brown.com"):
        assert address in said
