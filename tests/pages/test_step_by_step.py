"""The walk on the page: the article's figures, editing that the link keeps, and sentences for what cannot be read."""

import json
import re
from urllib.parse import parse_qsl

import pytest

from attention_core.examples import KEYS, QUERY
from ui import state
from ui.kit import components, export, figures
from ui.kit.palette import LIGHT
from ui.step_by_step import stages as steps
from ui.step_by_step import subject as subjects

PAGE = "step_by_step"


def text_of(test) -> str:
    """Everything the page says: sentences, tables and formulas, without tags."""
    html = " ".join(re.sub(r"<style>.*?</style>", " ", e.proto.body, flags=re.DOTALL) for e in test.get("html"))
    return re.sub(r"<[^>]+>", " ", html) + " ".join(e.value for e in test.latex)


def charts(test) -> list[str]:
    """The text alternatives of the charts."""
    return [chart.proto.alt for chart in test.get("vega_lite_chart")]


def notices(test) -> list[str]:
    """What went wrong, as the page says it."""
    return [re.sub(r"<[^>]+>", "", e.proto.body) for e in test.get("html") if "say notice" in e.proto.body]


def colourless(formula: str) -> str:
    """A formula without its colours."""
    return re.sub(r"\\textcolor\{[^}]*\}\{([^{}]*)\}", r"\1", formula)


@pytest.fixture
def link(monkeypatch):
    """What the link on the page says."""
    offered = {}
    monkeypatch.setattr(components, "copy_link", lambda link, **_: offered.update(link=link))
    return lambda: dict(parse_qsl(offered["link"].partition("?")[2], keep_blank_values=True))


def test_the_page_opens_on_the_articles_scores(app):
    test = app(PAGE)
    assert not test.exception
    assert any("C 61, A 8, B 26" in alt for alt in charts(test))
    formula = colourless(test.latex[0].value)
    assert r"2\times11+3\times13=61" in formula
    assert r"2\times1+3\times2=8" in formula
    assert r"2\times4+3\times6=26" in formula
    assert "2. How" not in " ".join(e.value for e in test.header)


def test_the_typed_defaults_are_the_articles_numbers():
    assert [float(x) for x in state.CONTROLS["nq"].default.split()] == QUERY.tolist()
    for name, place in (("C", 1), ("A", 2), ("B", 3)):
        assert [float(x) for x in state.CONTROLS[f"nk{place}"].default.split()] == KEYS[name].tolist()
        assert subjects.NAMES[place - 1] == name


def test_next_and_back_walk_through_six_stages_and_what_was_passed_stays(app):
    test = app(PAGE)
    for step in range(2, 7):
        test.button(key="next").click().run()
        assert [e.value[0] for e in test.header] == [*"123456", "A"][: step if step < 6 else 7]
    assert test.button(key="next").disabled
    test.button(key="back").click().run()
    assert len(test.header) == 5
    test.button(key="all").click().run()
    test.button(key="first").click().run()
    assert len(test.header) == 1


def test_all_at_once_shows_the_whole(app):
    test = app(PAGE)
    test.button(key="all").click().run()
    assert len(test.header) == 7
    said = text_of(test)
    assert "3.104 × 10²⁶" in said  # e to the power of 61
    assert r"\operatorname{Attention}" in said


def test_a_step_in_the_link_is_shown_at_once(app):
    assert len(app(PAGE, step="4").header) == 4


def test_editing_a_number_changes_every_stage_and_survives_the_link(app, link):
    test = app(PAGE, step="6")
    test.text_input(key="nq").set_value("0.2 0.3").run()
    shown, said = charts(test), link()
    assert any("C 90.3" in alt for alt in shown)
    assert said == {"step": "6", "nq": "0.2 0.3"}
    assert charts(app(PAGE, **said)) == shown


def test_keys_and_dimensions_come_and_go_and_nothing_typed_is_lost(app, link):
    test = app(PAGE, nq="1 2 3", nk4="7 7 7")
    assert "D" not in charts(test)[-1]
    test.number_input(key="keys").set_value(4).run()
    test.number_input(key="dims").set_value(3).run()
    assert any("C 37, A 5, B 16, D 42" in alt for alt in charts(test))
    assert link() == {"dims": "3", "keys": "4", "nq": "1 2 3", "nk4": "7 7 7"}
    test.number_input(key="dims").set_value(2).run()
    test.number_input(key="keys").set_value(3).run()
    assert test.text_input(key="nk4").value == "7 7 7"
    assert link()["nq"] == "1 2 3"


@pytest.mark.parametrize("dims", [2, 5, 8])
def test_every_number_of_dimensions_walks_to_the_end(app, dims):
    test = app(PAGE, dims=str(dims), keys=str(dims), step="6", sheads="true")
    assert not test.exception
    assert not notices(test)
    assert any(rf"={dims // max(h for h in (1, 2) if dims % h == 0)}" in e.value for e in test.latex)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("nk2", "", "Key A is empty"),
        ("nq", "2 three", "The query holds “three”, which is not a number"),
        ("nv1", "1e308 1", "The value of C holds “1e308”, which is too large"),
        ("nk1", "NaN 1", "Key C holds “NaN”, which is not a number"),
    ],
)
def test_a_bad_cell_gets_a_sentence_and_nothing_is_lost(app, link, name, text, said):
    test = app(PAGE, step="2", nk3="5 5")
    before = charts(test)
    test.text_input(key=name).set_value(text).run()
    assert not test.exception
    assert any(said in notice for notice in notices(test))
    assert charts(test) == before  # the last numbers that could be read
    assert link() == {"step": "2", "nk3": "5 5", name: text}
    fresh = app(PAGE, **link())
    assert any(said in notice for notice in notices(fresh))
    assert fresh.text_input(key=name).value == text
    fresh.text_input(key=name).set_value("1 1").run()
    assert not notices(fresh)
    assert len(fresh.header) == 2


def test_numbers_beyond_the_dimensions_are_named_and_not_dropped_in_silence(app):
    said = notices(app(PAGE, nq="1,5 2", nk2="1 2 3"))
    assert said == [
        "More than 2 numbers, of which the first 2 are used: the query and key A. "
        "A comma separates two numbers; write 1.5 with a point."
    ]
    assert notices(app(PAGE, nq="1,5 2", nk2="1 2 3", dims="3")) == []


def test_no_key_is_said_to_point_the_querys_way_when_all_point_away(app):
    said = text_of(app(PAGE, nq="-2 -3"))
    assert "No key points the way the query does: all cosines are 0 or less." in said
    assert "points most nearly" not in said


def test_what_a_visitor_types_into_a_cell_arrives_as_text(app):
    test = app(PAGE, nk1="<img/src=x/onerror=alert(1)>")
    assert not test.exception
    assert any("&lt;img/src=x" in e.proto.body for e in test.get("html"))
    assert not any("<img" in e.proto.body for e in test.get("html"))


def test_a_hidden_key_goes_to_minus_infinity_and_a_row_with_nothing_left_says_why(app):
    test = app(PAGE, step="6", see1="false")
    assert any("C −∞" in alt for alt in charts(test))
    assert r"-\infty" in text_of(test)
    test = app(PAGE, step="6", see1="false", see2="false", see3="false")
    assert not test.exception
    assert any("0 divided by 0 has no answer" in notice for notice in notices(test))


def test_huge_scores_overflow_alone_and_are_harmless_after_the_largest_is_subtracted(app):
    said = text_of(app(PAGE, step="6", nq="9999 9999"))
    assert "overflow" in said
    assert "All shares add up to 100" in said


def test_a_word_of_the_sentence_walks_with_fifty_products_of_which_44_are_folded(app):
    test = app(PAGE, on="Sentence", step="6")
    assert not test.exception
    said = text_of(test)
    assert "44 more" in said
    assert "50 products" in said
    assert any("king 44.3" in alt for alt in charts(test))


def test_a_sentence_full_of_markup_walks_as_text(app):
    test = app(PAGE, on="Sentence", step="6", s="$x$ <b>king</b> queen \\frac [a](javascript:b) king", sheads="true")
    assert not test.exception
    assert not any("<b>king" in e.proto.body for e in test.get("html"))
    assert not any("king" in e.value for e in test.latex)


def test_heads_split_fifty_dimensions_and_say_d_k(app):
    test = app(PAGE, on="Sentence", sheads="true", heads="5")
    assert any(r"\frac{50}{5}=10" in e.value for e in test.latex)
    assert any("Weights of 5 heads" in alt for alt in charts(test))


def test_a_number_of_heads_that_does_not_divide_becomes_the_next_smaller_that_does(app):
    test = app(PAGE, dims="4", sheads="true", heads="4")
    test.number_input(key="dims").set_value(6).run()
    assert any(r"\frac{6}{3}=2" in e.value for e in test.latex)


def test_the_code_shown_is_the_function_that_ran(app):
    test = app(PAGE, scode="true")
    shown = " ".join(block.value for block in test.code)
    assert "scores = q @ k.mT" in shown
    assert "output = weights @ v" in shown
    assert steps.source_line("output") == "output = weights @ v"


def test_two_keys_that_tie_are_both_named(app):
    assert "C and B share the largest score, 26." in text_of(app(PAGE, nk1="4 6"))


def test_pictures_and_numbers_can_be_taken_away_with_the_settings_that_made_them(app, monkeypatch):
    taken = {}
    keep = lambda pictures, files, settings, *_: taken.update(pictures=pictures, files=files, settings=settings)  # noqa: E731
    monkeypatch.setattr(figures, "take_away", keep)
    app(PAGE, step="6", stake="true", see2="false")
    assert set(taken["pictures"]) == {"scores", "weights", "query", "output"}
    for picture in taken["pictures"].values():
        drawn = export.svg(export.standalone(picture.spec(LIGHT), picture.frame, taken["settings"], LIGHT))
        assert "[2, 3]" in drawn
    table = taken["files"]["steps.csv"]()
    assert "# query: [2, 3]" in table
    assert "C,61.0," in table
    rows = json.loads(taken["files"]["steps.json"]())["rows"]
    assert rows[1]["masked"] is None
    assert sum(row["weight"] for row in rows) == pytest.approx(1)


def test_every_chart_says_in_words_what_it_shows(app):
    test = app(PAGE, step="6", sheads="true", scode="true")
    assert len(charts(test)) >= 8
    assert all(len(alt) > 20 for alt in charts(test))


def test_a_hidden_key_is_minus_infinity_in_the_code_s_table_too(app):
    test = app("step_by_step", see2="false", scode="true", stake="true")
    assert not test.exception
    assert "−∞" in "".join(block.proto.body for block in test.get("html"))


def test_the_sum_says_of_how_many_exponentials_it_is(app):
    for sentence, said in (("king", "sum of 1 exponential}"), ("king and queen", "sum of 3 exponentials}")):
        assert said in text_of(app(PAGE, on="Sentence", step="6", s=sentence))


def test_typed_numbers_need_no_sentence_and_what_is_changed_is_no_longer_the_articles(app):
    test = app(PAGE)
    assert not test.pills
    assert "are the article’s" in text_of(test)
    test.text_input(key="nq").set_value("-5 -5").run()
    assert "are the article’s" not in text_of(test)
    test.segmented_control(key="on").set_value("Sentence").run()
    assert test.pills(key="preset").value == "King and queen"
