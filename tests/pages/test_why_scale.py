"""Why the scores are divided by √d_k, on the page: the article's figures, a guess, and any divisor on the sentence."""

import io
import json
import math

import pytest
from PIL import Image

from tests.support.page import alts, facts, lines, rows, states, text_of
from ui import state
from ui.kit import export, figures
from ui.kit.palette import LIGHT
from ui.models import loaders
from ui.state.table import CONTROLS
from ui.why_scale import sentence, spread, two_keys

PAGE = "why_scale"
KING = {"s": "The king and queen ruled the kingdom", "self": "true", "q": "2"}
OPEN = {"g1": "Show me", "wmeasured": "true", "wgradient": "true", "wmaps": "true", "wtau": "true"}


def formulas(test) -> str:
    """All formulas of the page."""
    return " ".join(e.value for e in test.latex)


def headline(test) -> str:
    """What the page says of the divisor: its last headline."""
    return lines(test, "headline")[-1]


def test_the_articles_figures_stand_on_the_page(app):
    test = app(PAGE, g1="Show me")
    assert not test.exception
    assert r"\operatorname{softmax}([100,\;80])\approx[1.00,\;0.00]" in formulas(test)
    assert r"\operatorname{softmax}([10,\;8])\approx[0.88,\;0.12]" in formulas(test)


def test_a_guess_opens_the_answer_and_a_shared_link_does_not_give_it_away(app, link):
    test = app(PAGE)
    assert "[1.00" not in formulas(test)
    assert not any("Scores as they are" in alt for alt in alts(test))
    assert r"[0.88,\;0.12]" in formulas(test)
    test.segmented_control(key="g1").set_value("20 %").run()
    assert "[1.00" in formulas(test)
    assert states(test, "20", "0.001")  # the guess, and what is right
    assert link() == {}
    assert states(app(PAGE, g1="20 %"), "20", "0.001")  # a page that is loaded again keeps it


def test_the_right_guess_is_called_right(app):
    assert "Yes: less than 0.001 %." in text_of(app(PAGE, g1="less than 0.001 %"))


def test_one_guess_is_asked_and_stays_as_the_slider_moves(app):
    test = app(PAGE, sd="4")
    assert [each.label for each in test.segmented_control] == [two_keys.QUESTION]
    assert r"([4,\;3.2])" in formulas(test)
    assert r"([2,\;1.6])" in formulas(test)


@pytest.mark.parametrize("d", CONTROLS["sd"].options)
def test_what_the_80_percent_key_keeps_is_the_logistic_function_of_the_gap(d):
    """Of two keys the second gets 1 / (1 + e to the gap of the scores): 0.2 d as they are, 0.2 √d divided."""
    text = two_keys.headline(d, True)
    for gap in (0.2 * math.sqrt(d), 0.2 * d):
        weight = 1 / (1 + math.exp(gap)) if gap < 700 else 0.0
        expected = (
            "less than 0.001"
            if weight < 0.0005
            else f"{100 * weight:.0f}"
            if weight >= 0.095
            else f"{100 * weight:.1f}"
        )
        if d <= 384 or gap < 20:
            assert expected in text


def test_whatever_d_the_slider_offers_the_division_leaves_the_80_percent_key_some_weight(app):
    test = app(PAGE, sd="4096")
    assert test.select_slider(key="sd").value == int(test.select_slider(key="sd").options[-1])
    for d in map(int, test.select_slider(key="sd").options):
        assert 1 / (1 + math.exp(0.2 * math.sqrt(d))) > 0.03
        assert float(two_keys.scaling.two_keys(d).weights[0, 1]) > 0.03


def test_a_nudge_moves_the_divided_weight_and_not_the_other(app):
    assert two_keys.nudged(100, None) == pytest.approx((1 / (1 + math.e**2), 1 / (1 + math.e)))
    without, after = two_keys.nudged(100, 1.0)
    assert (without, after) == pytest.approx((math.exp(-20), math.exp(-19)), rel=1e-6)
    assert states(app(PAGE), "12%", "27%", "0.001%")  # divided, before and after; not divided


def test_drawing_again_changes_the_measurement_and_the_link_keeps_the_draw(app, link):
    test = app(PAGE, wmeasured="true")
    before = next(alt for alt in alts(test) if alt.startswith("Standard deviation of 1,000"))
    test.button(key="again").click().run()
    after = next(alt for alt in alts(test) if alt.startswith("Standard deviation of 1,000"))
    assert before != after
    assert link() == {"seed": "2", "wmeasured": "true"}
    assert after in alts(app(PAGE, **link()))


def test_the_gradient_at_1024_dimensions_all_but_vanishes_without_the_division(app):
    (stated,) = (found for found in map(facts, lines(app(PAGE, wgradient="true"))) if found[:1] == ["1,024"])
    assert [f"{float(norm):.1f}" for norm in stated[1:]] == ["0.0", "0.3"]  # as it is, and divided


def test_the_sentences_rows_have_their_largest_weight_with_and_without_the_division(app):
    assert ["king", "king", "99.9\u202f%", "king", "44.3\u202f%"] in rows(app(PAGE, wmaps="true", **KING))


def test_words_that_get_the_same_largest_weight_are_all_named(app):
    found = rows(app(PAGE, wmaps="true", s="bank bank", self="true"))
    for word in ("bank₁", "bank₂"):
        assert [word, *["bank₁ and bank₂", "50.0\u202f%"] * 2] in found  # as they are, and divided


def test_both_maps_have_one_colour_scale(app):
    specs = [json.loads(c.proto.spec) for c in app(PAGE, wmaps="true").get("vega_lite_chart")]
    ends = [
        {p["name"]: p["value"] for p in spec["params"]}.get("high") for spec in specs if "score" in json.dumps(spec)
    ]
    maps = [end for end in ends if end]
    assert len(maps) == 2
    assert maps[0] == maps[1]


def test_the_divisor_is_the_playgrounds_and_the_weights_and_the_lesson_follow_it(app, link):
    test = app(PAGE, divisor="1", **KING)
    assert "99.9%" in facts(*lines(test, "reading"))  # for the word itself
    assert "smaller" in headline(test)
    test.toggle(key="scaled-shown").set_value(True).run()
    assert "44%" in facts(*lines(test, "reading"))
    assert "paper" in headline(test)
    assert link() == KING
    test.slider(key="divisor-shown").set_value(20.0).run()
    assert "larger" in headline(test)
    assert link() == KING | {"divisor": "20"}


def test_a_divisor_called_temperature_has_its_entropy(app):
    test = app(PAGE, wtau="true", s="bank bank", self="true", q="2")
    assert states(test, "2", "bank₂", "1.00", "1.00")  # so many weights, of the word: bits, of so many at most
    assert states(app(PAGE, wtau="true", s="king", self="true"), "1", "king", "0.00", "0.00")


@pytest.mark.parametrize("divisor", [0.25, 1.0, 7.07, 30.0])
def test_the_lesson_on_the_divisor_is_true_of_the_largest_weight(divisor):
    plain = loaders.raw("The king and queen ruled the kingdom", state.Switches(divisor=1.0)).attention.scores[1]
    powers = [[math.exp((score - max(plain)) / by) for score in plain.tolist()] for by in (divisor, math.sqrt(50))]
    largest, paper = (max(row) / math.fsum(row) for row in powers)
    text = sentence.headline(divisor, math.sqrt(50), len(plain))
    assert ("takes more" in text) == (largest > paper + 0.001)
    assert ("the same weight" in text) == (largest < paper - 0.001)


@pytest.mark.parametrize("query", [{"s": ""}, {"s": "zzxqy"}, {"s": "king", "self": "false"}])
def test_a_sentence_that_leaves_nothing_gets_a_notice_and_the_rest_of_the_page_stands(app, query):
    test = app(PAGE, **query, **OPEN)
    assert not test.exception
    assert [e.value[0] for e in test.header] == [*"1234"]
    assert sum("say notice" in e.proto.body for e in test.get("html")) == 1


def test_long_and_hostile_sentences_are_shown_as_text(app):
    assert not app(PAGE, s="the king and " * 100, **OPEN).exception
    test = app(PAGE, s="$x$ <b>king</b> queen {{7*7}} [a](javascript:b)", **OPEN)
    assert not test.exception
    assert not any("<b>king" in e.proto.body for e in test.get("html"))


def test_the_experiment_can_be_taken_away_with_seed_and_draws(app, monkeypatch):
    taken = {}
    keep = lambda pictures, files, settings, *_: taken.update(pictures=pictures, files=files, settings=settings)  # noqa: E731
    monkeypatch.setattr(figures, "draw_downloads", keep)
    app(PAGE, wtake="true", draws="300", seed="5")
    for picture in taken["pictures"].values():
        assert "seed: 5" in export.svg(export.standalone(picture.spec(LIGHT), picture.frame, taken["settings"], LIGHT))
    table = taken["files"]["scaling.csv"]()
    assert "# draws: 300" in table
    assert len([line for line in table.splitlines() if line[:1].isdigit()]) == 13
    assert json.loads(taken["files"]["scaling.json"]())["rows"][6]["std_theory"] == 8


def test_a_png_has_its_words_drawn_in_it():
    picture = spread.picture(spread.measure(1, 100), 100)
    drawn = export.png(export.standalone(picture.spec(LIGHT), picture.frame, {"sentence": "to read"}, LIGHT))
    title = Image.open(io.BytesIO(drawn)).convert("L").crop((0, 0, 900, 80))
    assert title.getextrema()[0] < 100


def test_every_chart_says_in_words_what_it_shows(app):
    shown = alts(app(PAGE, **OPEN))
    assert len(shown) == 10
    assert all(len(alt) > 20 for alt in shown)


def test_the_references_are_plain_links(app):
    text = " ".join(m.value for m in app(PAGE, wread="true").markdown)
    for address in ("https://arxiv.org/abs/1706.03762", "https://nlp.stanford.edu/projects/glove/", "3blue1brown.com"):
        assert address in text
