"""Step by step: a look-up that is soft, the article's figures, editing that the link keeps, and readable errors."""

import inspect
import json
import math
import re

import numpy as np
import pytest

from attention_core.attention import scaled_dot_product_attention, softmax
from attention_core.examples import KEYS, QUERY
from attention_core.glove_sources import load_glove
from tests.support.page import alts, lines, rows, states, text_of
from ui.kit import export, figures
from ui.kit.palette import LIGHT
from ui.shell import scripts
from ui.state.table import CONTROLS
from ui.step_by_step import code, lookup, sequence, typed
from ui.step_by_step.pictures import value_texts

PAGE = "step_by_step"
KING = {"s": "The king and queen ruled the kingdom", "self": "true", "q": "2"}
NUMBERS = {"on": "Numbers", "step": "8"}
ARTICLE = {"nq": "2 3", "nk1": "1 2", "nk2": "4 6", "nk3": "11 13", "keys": "3"}


def text_and_formulas(test) -> str:
    """The page's text and its formulas."""
    return text_of(test) + " ".join(formula.value for formula in test.latex)


def notices(test) -> list[str]:
    """What went wrong, as the page names it."""
    return [line.strip() for line in lines(test, "notice")]


def colourless(formula: str) -> str:
    """A formula without its colours."""
    return re.sub(r"\\textcolor\{[^}]*\}\{([^{}]*)\}", r"\1", formula)


def formulas_of(test) -> str:
    """All formulas of the page, without their colours."""
    return colourless(" ".join(formula.value for formula in test.latex))


def answer_in(test) -> list[str]:
    """The last row of the dictionary: the exact answer and the soft one."""
    return rows(test)[-1][-2:]


def test_the_page_opens_on_a_look_up_that_fails_exactly_and_is_found_softly(app):
    test = app(PAGE)
    assert not test.exception
    assert [e.value for e in test.header] == ["1. A look-up, but soft"]
    exact, soft = answer_in(test)
    assert exact == "not found"
    assert 2 < float(soft.split()[0]) < 4
    assert "No label equals “cats”, so the dictionary finds nothing." in text_and_formulas(test)
    assert "gives “cat” the most weight" in text_and_formulas(test)


@pytest.mark.parametrize("asked", ["cats", "feline", "queen", "truck"])
def test_the_weights_of_the_look_up_are_softmax_over_the_labels_word_vectors(asked):
    answer = lookup.look_up(asked)
    assert answer.exact is None
    query, *keys = ([float(x) for x in row] for row in load_glove().look_up([asked, "cat", "king", "car"]))
    powers = [math.exp(math.fsum(a * b for a, b in zip(query, key, strict=True)) / math.sqrt(50)) for key in keys]
    weights = [power / math.fsum(powers) for power in powers]
    assert answer.walk.weights == pytest.approx(weights)
    legs = math.fsum(weight * n for weight, n in zip(weights, (4, 2, 0), strict=True))
    assert answer.walk.output == pytest.approx([legs])


def test_cats_and_feline_find_cat_the_queen_a_king_and_the_truck_a_car():
    found = {word: list(lookup.LEGS)[lookup.look_up(word).walk.weights.argmax()] for word in lookup.EXAMPLES}
    assert found == {"cats": "cat", "feline": "cat", "cat": "cat", "queen": "king", "truck": "car"}


def test_the_exact_label_is_found_both_ways_and_only_the_dictionary_hands_back_its_data_alone(app):
    exact, soft = answer_in(app(PAGE, ask="cat"))
    assert exact == "4 legs"
    assert soft != "4.00 legs"
    assert answer_in(app(PAGE, ask="Cat"))[0] == "not found"  # a dictionary takes it to the letter


@pytest.mark.parametrize("asked", ["zzxqy", "<img src=x onerror=alert(1)>zzxqy", "😀"])
def test_a_word_without_a_vector_is_said_to_have_none(app, asked):
    test = app(PAGE, ask=asked)
    if lookup.look_up(asked).walk is None:
        assert answer_in(test) == ["not found", "not found"]
        assert "has no vector, so there is nothing to compare" in text_and_formulas(test)
    assert not test.exception
    assert not any("<img" in e.proto.body for e in test.get("html"))


def test_nothing_asked_is_no_fault(app):
    test = app(PAGE, ask=" ")
    assert not test.exception
    assert "Type a word to look it up." in text_and_formulas(test)


def test_the_asked_word_stands_in_the_link(app, link):
    test = app(PAGE)
    test.button(key="ask-queen").click().run()
    assert test.text_input(key="ask").value == "queen"
    assert link() == {"ask": "queen"}
    assert "“queen”" in text_and_formulas(app(PAGE, **link()))


def test_next_and_back_walk_through_eight_steps_and_what_was_passed_stays(app):
    test = app(PAGE)
    for step in range(2, 9):
        test.button(key="next").click().run()
        assert [e.value[0] for e in test.header] == [*"12345678", "A"][: step if step < 8 else 9]
    assert test.button(key="next").disabled
    test.button(key="back").click().run()
    assert len(test.header) == 7
    test.button(key="all").click().run()
    assert r"\operatorname{Attention}" in text_and_formulas(test)
    test.button(key="first").click().run()
    assert len(test.header) == 1


def test_a_step_in_the_link_is_shown_at_once_and_scrolled_to(app, monkeypatch):
    targets = []
    monkeypatch.setattr(scripts, "send_link_and_target", lambda _, scroll_to: targets.append(scroll_to))
    assert len(app(PAGE, step="4").header) == 4
    assert "strip-4" in targets


def test_the_first_numbers_are_a_race_in_which_the_blend_can_be_seen(app):
    texts = alts(app(PAGE, **NUMBERS))
    shares = next(re.findall(r"[\d.]+(?=\u202f%)", alt) for alt in texts if alt.startswith("Weights: "))
    assert [float(share) for share in shares] == pytest.approx([60, 30, 10], abs=1)
    assert any("Scores, masked" in alt and "D −∞" in alt for alt in texts)  # something is masked, so that it is seen
    assert any(alt.startswith("Weights: ") and "D masked" in alt for alt in texts)


def test_the_articles_scores_stand_on_the_page(app):
    test = app(PAGE, **NUMBERS)
    test.button(key="article-numbers").click().run()
    assert any("A 8, B 26, C 61" in alt for alt in alts(test))
    formula = colourless(" ".join(e.value for e in test.latex))
    for product in (r"2\times11+3\times13=61", r"2\times1+3\times2=8", r"2\times4+3\times6=26"):
        assert product in formula
    assert test.button(key="article-numbers").disabled
    test.button(key="first-weights").click().run()
    assert any("A 60.1" in alt for alt in alts(test))


def test_the_what_if_button_sets_the_articles_numbers():
    numbers = typed.article_numbers()
    assert [float(x) for x in numbers["nq"].split()] == QUERY.tolist()
    for place, name in enumerate("ABC", start=1):
        assert [float(x) for x in numbers[f"nk{place}"].split()] == KEYS[name].tolist()


def test_without_the_division_the_articles_exponentials_are_seen(app):
    text = text_and_formulas(app(PAGE, **NUMBERS, **ARTICLE, div="false"))
    assert r"3.10\times 10^{26}" in text  # e to the power of 61
    assert "2981" in text


def test_editing_a_number_changes_every_step_and_survives_the_link(app, link):
    test = app(PAGE, **NUMBERS, **ARTICLE)
    test.text_input(key="nq").set_value("0.2 0.3").run()
    shown, values = alts(test), link()
    assert any("C 90.3" in alt for alt in shown)
    assert values == NUMBERS | ARTICLE | {"nq": "0.2 0.3"}
    assert alts(app(PAGE, **values)) == shown


def test_keys_and_dimensions_come_and_go_and_nothing_typed_is_lost(app, link):
    test = app(PAGE, **NUMBERS, **ARTICLE | {"nq": "1 2 3", "nk4": "7 7 7"}, see4="true")
    test.number_input(key="keys").set_value(4).run()
    test.number_input(key="dims").set_value(3).run()
    assert any("A 5, B 16, C 37, D 42" in alt for alt in alts(test))
    test.number_input(key="dims").set_value(2).run()
    test.number_input(key="keys").set_value(3).run()
    assert not any("D 42" in alt for alt in alts(test))
    assert link()["nk4"] == "7 7 7"
    assert link()["nq"] == "1 2 3"


@pytest.mark.parametrize("dims", [2, 5, 8])
def test_every_number_of_dimensions_walks_to_the_end(app, dims):
    test = app(PAGE, **NUMBERS, dims=str(dims), keys=str(dims), sheads="true")
    assert not test.exception
    assert not notices(test)
    assert any(rf"={dims // max(h for h in (1, 2) if dims % h == 0)}" in e.value for e in test.latex)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("nk2", "", "Key B is empty"),
        ("nq", "2 three", "The query holds “three”, which is not a number"),
        ("nv1", "1e308 1", "The value of A holds “1e308”, which is too large"),
        ("nk1", "NaN 1", "Key A holds “NaN”, which is not a number"),
    ],
)
def test_a_bad_cell_gets_a_sentence_and_nothing_is_lost(app, link, name, text, words):
    query = {"on": "Numbers", "step": "4", "nk3": "5 5"}
    test = app(PAGE, **query)
    before = alts(test)
    test.text_input(key=name).set_value(text).run()
    assert not test.exception
    assert any(words in notice for notice in notices(test))
    assert alts(test) == before  # the last numbers that could be read
    assert link() == query | {name: text}
    fresh = app(PAGE, **link())
    assert any(words in notice for notice in notices(fresh))
    assert fresh.text_input(key=name).value == text
    fresh.text_input(key=name).set_value("1 1").run()
    assert not notices(fresh)
    assert len(fresh.header) == 4


def test_numbers_beyond_the_dimensions_are_named_and_not_dropped_in_silence(app):
    query = {"on": "Numbers", "step": "2", "nq": "1,5 2", "nk2": "1 2 3"}
    assert notices(app(PAGE, **query)) == [
        "More than 2 numbers, of which the first 2 are used: the query and key B. "
        "A comma separates two numbers; write 1.5 with a point."
    ]
    assert notices(app(PAGE, **query, dims="3")) == []


def test_no_key_is_said_to_point_the_querys_way_when_all_point_away(app):
    text = text_and_formulas(app(PAGE, **NUMBERS, **ARTICLE | {"nq": "-2 -3"}))
    assert "No key points the way the query does: all cosines are 0 or less." in text
    assert "points most nearly" not in text


def test_what_a_visitor_types_into_a_cell_arrives_as_text(app):
    test = app(PAGE, on="Numbers", step="2", nk1="<img/src=x/onerror=alert(1)>")
    assert not test.exception
    assert any("&lt;img/src=x" in e.proto.body for e in test.get("html"))
    assert not any("<img" in e.proto.body for e in test.get("html"))


def test_a_masked_key_goes_to_minus_infinity_and_a_row_with_nothing_left_says_why(app):
    test = app(PAGE, **NUMBERS, see1="false")
    assert any("A −∞" in alt for alt in alts(test))
    assert r"-\infty" in text_and_formulas(test)
    test = app(PAGE, **NUMBERS, see1="false", see2="false", see3="false")
    assert not test.exception
    assert any("0 divided by 0 has no answer" in notice for notice in notices(test))
    assert "Step 6 of 8" in text_and_formulas(test)


def test_the_ticks_stand_in_the_mask_step_and_a_key_comes_back_with_its_tick(app):
    assert not app(PAGE, on="Numbers", step="4").checkbox
    test = app(PAGE, on="Numbers", step="5")
    assert "Masked: D." in text_and_formulas(test)
    test.checkbox(key="see4").check().run()
    assert "Nothing is masked" in text_and_formulas(test)


def test_the_switches_of_the_mask_stand_in_its_step_and_never_leave_the_first_word_nothing(app, link):
    test = app(PAGE, step="5")
    assert "Masked: “it”." in text_and_formulas(test)
    test.toggle(key="causal").set_value(True).run()
    assert test.toggle(key="self").value
    assert "Masked: “was” and “tired”." in text_and_formulas(test)
    test.toggle(key="self").set_value(False).run()
    assert not test.toggle(key="causal").value
    assert not notices(test)
    assert link() == {"step": "5"}


def test_huge_scores_overflow_alone_and_are_harmless_after_the_largest_is_subtracted(app):
    text = text_and_formulas(app(PAGE, **NUMBERS, nq="9999 9999", sover="true"))
    assert "overflow" in text
    assert "is subtracted from all first" in text
    assert "all weights add up to 100" in text


def test_a_word_of_the_sentence_walks_with_fifty_products_of_which_44_are_folded(app):
    test = app(PAGE, step="8", sprod="true", **KING)
    assert not test.exception
    text = text_and_formulas(test)
    assert "44 more" in text
    assert re.search("dimension +king +queen +product", re.sub("<[^>]*>", " ", text))
    assert "50 products" in text
    assert any("king 44.3" in alt for alt in alts(test))
    assert test.pills(key="preset").value == "King and queen"


def test_two_words_score_the_same_both_ways_and_the_page_says_why_their_weights_differ(app):
    assert states(app(PAGE, step="7", **KING), "16.4%", "21.8%")
    test = app(PAGE, step="7", **KING, causal="true")  # one of them may not look
    assert not any("king → queen" in line and "queen → king" in line for line in lines(test))


@pytest.mark.parametrize("sentence", ["", "zzxqy"])
def test_a_sentence_without_a_vector_leaves_the_look_up_and_a_notice(app, sentence):
    test = app(PAGE, step="8", s=sentence)
    assert not test.exception
    assert len(test.header) == 2
    assert len(notices(test)) == 1


def test_a_sentence_full_of_markup_walks_as_text(app):
    test = app(PAGE, step="8", s="$x$ <b>king</b> queen \\frac [a](javascript:b) king", sheads="true", sover="true")
    assert not test.exception
    assert not any("<b>king" in e.proto.body for e in test.get("html"))
    assert not any("king" in e.value for e in test.latex)


def test_heads_split_fifty_dimensions_and_say_d_k(app):
    test = app(PAGE, step="8", sheads="true", heads="5")
    assert any(r"\frac{50}{5}=10" in e.value for e in test.latex)
    assert any("Weights of 5 heads" in alt for alt in alts(test))


def test_a_number_of_heads_that_does_not_divide_becomes_the_next_smaller_that_does(app):
    test = app(PAGE, **NUMBERS, dims="4", sheads="true", heads="4")
    test.number_input(key="dims").set_value(6).run()
    assert any(r"\frac{6}{3}=2" in e.value for e in test.latex)


def test_the_code_shown_is_the_function_that_ran(app):
    shown = " ".join(block.value for block in app(PAGE, step="8", scode="true").code)
    assert len(code.five_lines().splitlines()) == 5
    for line in [*code.five_lines().splitlines(), "return e / e.sum(axis=-1, keepdims=True)"]:
        assert line in shown
        assert line in inspect.getsource(scaled_dot_product_attention) + inspect.getsource(softmax)


def test_two_keys_that_tie_are_both_named(app):
    assert "B and C have the largest score, 26." in text_and_formulas(app(PAGE, **NUMBERS, **ARTICLE | {"nk3": "4 6"}))


def test_pictures_and_numbers_can_be_taken_away_with_the_settings_that_made_them(app, monkeypatch):
    taken = {}
    keep = lambda pictures, files, settings, *_: taken.update(pictures=pictures, files=files, settings=settings)  # noqa: E731
    monkeypatch.setattr(figures, "draw_downloads", keep)
    app(PAGE, **NUMBERS, **ARTICLE, stake="true", see2="false")
    assert set(taken["pictures"]) == {"scores", "weights", "query", "output"}
    for picture in taken["pictures"].values():
        drawn = export.svg(export.standalone(picture.spec(LIGHT), picture.frame, taken["settings"], LIGHT))
        assert "[2, 3]" in drawn
    table = taken["files"]["steps.csv"]()
    assert "# query: [2， 3]" in table
    assert '"C",61.0,' in table
    rows = json.loads(taken["files"]["steps.json"]())["rows"]
    assert rows[1]["masked"] is None
    assert sum(row["weight"] for row in rows) == pytest.approx(1)


def test_every_chart_says_in_words_what_it_shows(app):
    test = app(PAGE, **NUMBERS, sheads="true")
    assert len(alts(test)) >= 8
    assert all(len(alt) > 20 for alt in alts(test))


def test_the_sum_says_of_how_many_exponentials_it_is(app):
    for sentence, text in (("king", "sum of 1 exponential}"), ("king and queen", "sum of 3 exponentials}")):
        assert text in text_and_formulas(app(PAGE, step="8", s=sentence, self="true"))


def test_each_step_has_a_place_in_the_table_of_controls():
    assert sequence.FIRST + len(sequence.STEPS) - 1 == sequence.LAST
    assert CONTROLS["step"].high == sequence.LAST


def test_a_figure_of_the_link_and_one_of_a_lecture_are_walked_to(app):
    assert len(app(PAGE, figure="strip-5").header) == 5
    test = app(PAGE, lecture="3")
    assert len(test.header) == 3
    assert not [button for button in test.button if button.key == "next"]  # the lecture has its own


def test_all_numbers_of_a_picture_of_scores_have_equally_many_decimals(app):
    for alt in alts(app(PAGE, step="5")):
        if alt.startswith("Scores"):
            decimals = {len(text) for text in re.findall(r"\d\.(\d+)", alt)}
            assert len(decimals) == 1, alt
    assert value_texts(np.array([8.0, 26.0, -np.inf]), same_decimals=True) == ["8", "26", "−∞"]
    assert value_texts(np.array([3.138, 0.2289, 3.4, -0.0001]), same_decimals=True) == [
        "3.138",
        "0.229",
        "3.400",
        "0.000",
    ]


def test_a_number_has_as_many_decimals_in_the_formula_as_beside_its_bar(app):
    test = app(PAGE, step="6")
    assert any("because 3.400" in alt for alt in alts(test))
    assert r"{\sqrt{50}}=3.400" in formulas_of(test)
    assert "e^{3.400}" in formulas_of(test)


def test_the_blend_of_a_function_word_is_told_by_its_parts_and_that_of_another_by_the_words_near_it(app):
    it, cat = (text_of(app(PAGE, step="8", q=place)) for place in ("8", "2"))
    assert "It is 23\u202f% “because”, 18\u202f% “the₁”" in it
    assert "choose “cat” to see which words its blend is nearest to." in it
    assert "nearest words" not in it
    assert "nearest words" in cat


def test_the_division_has_one_name_in_both_ways_to_walk(app):
    labels = [
        {toggle.label for toggle in app(PAGE, step="4", on=on).toggle if "divide" in toggle.label.lower()}
        for on in ("Sentence", "Numbers")
    ]
    assert labels[0] == labels[1]
    assert len(labels[0]) == 1
