"""The gap, without a browser: the page shows the stored rates and nothing else, and opens their sentences."""

import html
import math
import re
from urllib.parse import parse_qsl

import pytest

from attention_core import gap
from tests.support.page import alts, facts, html_of, lines, reading_of, states
from ui.inside_a_transformer.selection import readable
from ui.kit.wording import percent, rounded
from ui.models import lessons, loaders, training
from ui.state.table import CONTROLS, GAP_MODELS, GAP_TASKS, RIGHT, TASK_TITLES, WRONG
from ui.teach_it.notes import other_splits
from ui.teach_it.samples import compute_answer
from ui.the_gap import figure, measured, sentences, side_by_side
from ui.the_gap.measured import NAMES

HERE = "the_gap"
CAT = {"s": "The cat sat on the mat because it was tired", "q": "8", "gown": "true"}
RATES = measured.all_rates()
GROUPS = {group: title for title, group in measured.SETS.items()}


@pytest.fixture
def other_table(monkeypatch):
    """Shows the page another stored table."""

    def show(stored: dict) -> None:
        monkeypatch.setattr(loaders, "gap_table", lambda: stored)
        measured.all_rates.cache_clear()

    yield show
    measured.all_rates.cache_clear()


def lesson(test) -> str:
    """What the page says of the chosen task."""
    return lines(test, "headline")[0].strip()


def cells(test) -> dict[tuple[str, str], str]:
    """The table's text, by the task's title and the model."""
    table = re.search(r'<table class="gap">(.*?)</table>', html_of(test)).group(1)
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", table)[1:]]
    heads = [row[0].partition("<small>")[0] for row in rows]
    plain = [[html.unescape(re.sub("<[^>]*>", " ", cell)).strip() for cell in row] for row in rows]
    return {
        (head, name): text
        for head, row in zip(heads, plain, strict=True)
        for name, text in zip((*NAMES, "Guessing"), row[1:], strict=True)
    }


def links(test) -> list[tuple[str, dict[str, str]]]:
    """Every link to another page: its page and what it carries."""
    found = [
        html.unescape(address).partition("#")[0]
        for address in re.findall(r'<a href="([^"]*)" target="_self">', html_of(test))
    ]
    return [(address.partition("?")[0], dict(parse_qsl(address.partition("?")[2]))) for address in found]


@pytest.mark.parametrize("group", GROUPS)
def test_the_table_and_the_dots_show_exactly_the_stored_rates(app, group):
    test = app(HERE, gset=GROUPS[group], gall="true")
    assert not test.exception
    table, stored = cells(test), loaders.gap_table()["rows"]
    alt = next(text for text in alts(test) if text.startswith("Dots"))
    shown = set()
    for task, row in stored.items():
        for column, kept in row["cells"].items():
            if group not in kept:
                continue
            where, found = (TASK_TITLES[task], GAP_MODELS[column]), kept[group]
            shown.add(where)
            assert table[where].startswith(percent(found["right"] / found["of"]))
            assert f"{percent(found['low'])} to {percent(found['high'])}" in table[where]
            assert f"n = {found['of']:,}" in table[where]
            assert not kept["head"] or f"layer {kept['head'][0]}, head {kept['head'][1]}" in table[where]
            assert f"{', '.join(where)}: {percent(found['right'] / found['of'])}" in alt
    assert all(text == "–" for where, text in table.items() if where not in shown and where[1] != "Guessing")
    if group == "unseen":
        assert all(table[TASK_TITLES[task], "Guessing"] == percent(row["chance"]) for task, row in stored.items())


def test_the_rates_are_what_their_sentences_say():
    for rate in RATES:
        assert len(rate.cases) == rate.count
        assert sum(case.right for case in rate.cases) == rate.right
        assert rate.low <= rate.share <= rate.high


@pytest.mark.parametrize("task", GAP_TASKS)
def test_a_task_opens_with_raw_vectors_the_taught_model_that_it_takes_and_minilm(app, task):
    test = app(HERE, gtask=TASK_TITLES[task])
    assert not test.exception
    assert len(alts(test)) == 1  # everything else is folded away
    row, made = gap.load_table()["rows"][task], lessons.lesson_of(task)
    group = "natural" if "natural" in row["cells"]["raw"] else "unseen"
    column = next((name for name, variant in gap.columns(task).items() if made and variant == made.best), None)
    for name in ("raw", column, "minilm"):
        if name:
            found = row["cells"][name][group]
            assert f"{GAP_MODELS[name]}: {percent(found['right'] / found['of'])}" in alts(test)[0]
            assert (percent(found["right"] / found["of"]) if found["right"] else "never") in lesson(test)
    assert "SmolLM2" not in alts(test)[0] + lesson(test)


def test_the_lesson_follows_the_task_and_scolds_nobody(app):
    assert "never" in lesson(app(HERE, gtask="Tired or soft"))
    assert "guessing" in lesson(app(HERE, gtask="Happy or not"))
    assert "no teaching" in lesson(app(HERE, gtask="Similar words"))
    assert lesson(app(HERE, gtask="Verb and object")).startswith(f"Raw vectors: {percent(20 / 30)}")


def test_raw_vectors_look_past_both_nouns_where_the_line_says_so():
    glove = loaders.glove()
    cases = [case.example for case in measured.rate_of("meaning", measured.RAW, "unseen").cases]
    past = 0
    for first, second in zip(cases[::2], cases[1::2], strict=True):  # the same sentence but for the word that decides
        for example in (first, second):
            vectors = glove.look_up(list(example.tokens)).tolist()
            scores = [math.fsum(map(float.__mul__, vector, vectors[example.query])) for vector in vectors]
            scores[example.query] = -math.inf
            past += scores.index(max(scores)) not in {first.answer, second.answer}
    assert past > 0.9 * len(cases)


def test_where_a_model_fails_the_table_says_so(app):
    table = cells(app(HERE, gset="Unseen words", gall="true"))
    assert "below guessing" in table["Tired or soft", "Raw vectors"]
    assert "like guessing" in table["Tired or soft", "Taught, 1 layer"]
    assert "like guessing" in table["Happy or not", "Raw vectors"]
    assert "below the taught" in table["Happy or not", "MiniLM"]


def test_an_object_that_comes_later_cannot_be_found_by_who_looks_back_and_the_table_says_so(app):
    test = app(HERE, gall="true")
    assert cells(test)["Verb and object", "SmolLM2"].startswith("0\u202f%")
    assert "SmolLM2 looks back only" in html_of(test)


def test_the_choices_of_the_page_are_the_tasks_and_models_that_were_measured():
    assert {rate.task for rate in RATES} == set(measured.QUESTIONS)
    assert {TASK_TITLES[rate.task] for rate in RATES} == set(CONTROLS["gtask"].options)
    assert {rate.name for rate in RATES} == set(CONTROLS["gby"].options)


def test_what_other_splits_of_the_words_give_stands_beside_the_rate(app, other_table):
    splits, seeds = {"taught/meaning-2-4.npz": [0.8, 0.9]}, {"taught/object-1-1.npz": [0.7] * 3}
    other_table(loaders.gap_table() | {"splits": splits, "seeds": seeds})
    test = app(HERE, gset="Unseen words", gall="true", gsay="true")
    assert "other splits 85\u202f%\u00a0±\u00a05" in cells(test)["Tired or soft", "Taught, 2 layers"]
    notes = " ".join(element.value for element in test.markdown)
    assert "tested with 2 other splits" in notes
    assert "Tired or soft, 2 layers of 4 heads: 85\u202f%\u00a0±\u00a05" in notes
    assert "from 3 other random starts, on the first split: Verb and object, 1 layer of 1 head: 70" in notes
    assert "on 2 other splits" in other_splits(lessons.lesson_of("meaning").best)


@pytest.mark.parametrize("rate", [RATES[0], RATES[-1], RATES[4]], ids=lambda rate: f"{rate.task}-{rate.sentence_set}")
def test_every_rate_opens_its_sentences_right_and_wrong(app, rate):
    counts = []
    for which in (RIGHT, WRONG):
        choice = {"gtask": TASK_TITLES[rate.task], "gby": rate.name, "gset": GROUPS[rate.sentence_set]}
        test = app(HERE, gwhich=which, gsent="true", **choice)
        assert not test.exception
        assert test.header[0].value == f"{TASK_TITLES[rate.task]}: {rate.model}"
        assert states(test, percent(rate.share, 1), f"{rate.count:,}")
        counts.append(len(re.findall("<li>", html_of(test))))
    assert counts == [sum(case.right == wanted for case in rate.cases) for wanted in (True, False)]


def test_a_link_opens_the_sentence_with_the_word_that_asks_chosen(app):
    pages = {"./": "playground", "teach_it": "teach_it", "inside_a_transformer": "inside_a_transformer"}
    test = app(HERE, gtask="Tired or soft", gby="MiniLM", gwhich="Right", gsent="true")
    case = next(case for case in measured.rate_of("meaning", "MiniLM", "natural").cases if case.right)
    opened = [(page, carried) for page, carried in links(test) if page in pages][:3]
    assert {page for page, _ in opened} == set(pages)
    example = case.example
    for page, carried in opened:
        other = app(pages[page], **carried)
        assert not other.exception
        assert other.text_input(key="s").value == gap.join_tokens(example.tokens)
        assert reading_of(other)[0] == example.tokens[example.query]
        if page == "inside_a_transformer":
            pieces = loaders.minilm().tokens(example.tokens[example.answer]).pieces[1:-1]
            assert reading_of(other)[1] in map(readable, pieces)
        if page == "teach_it":
            assert other.segmented_control(key="task").value == "Tired or soft"


def test_an_apostrophe_joins_its_word_and_markup_in_a_sentence_is_text():
    example = gap.tasks.Example(("it", "was", "n't", "<b>", "cat"), 0, 4)
    rate = measured.Rate("natural", "gender", "MiniLM", 0, 1, 0, 1, 0.5, (), None, (4, 2))
    item = sentences.sentence_item(rate, measured.Case(example, False))
    assert item.startswith("<li><b class=query>it</b> wasn&#39;t &lt;b&gt; <b class=key>cat</b> <small>")


def test_only_models_that_were_measured_in_a_task_are_offered(app):
    test = app(HERE, gtask="Similar words", gby="Taught, 2 heads", gsent="true")
    assert list(test.segmented_control(key="gby").options) == ["Raw vectors", "MiniLM", "SmolLM2"]
    assert test.segmented_control(key="gby").value == "MiniLM"
    assert test.header[0].value.startswith("Similar words: MiniLM")
    assert "There are no natural sentences for this task" in html_of(test)


def test_ones_own_sentence_stands_in_all_three(app):
    test = app(HERE, **CAT, gtask="Tired or soft")
    assert not test.exception
    raw, taught, pretrained = (found for found in map(facts, lines(test, "plain")) if "it" in found)
    assert raw[:3] == ["it", "because", "23%"]
    made = lessons.lesson_of("meaning")
    model, sample = training.shipped(training.Settings(made.best)), lessons.sample_sentences(made)[0]
    share = compute_answer(model, sample).share
    assert taught[:3] == ["it", "cat", rounded(share).replace("\u202f", "")]
    layer, head = measured.head_for("meaning")
    row = loaders.reading(CAT["s"]).layers[layer - 1].weights[head - 1, 8]  # [CLS] stands before the words
    assert percent(row[2]).replace("\u202f", "") == pretrained[pretrained.index("cat") + 1]


@pytest.mark.parametrize(
    ("word", "task", "fitting"),
    [
        ("she", "meaning", "gender"),
        ("it", "negation", "meaning"),
        ("it", "gender", "gender"),
        ("drove", "meaning", "object"),
        ("good", "negation", "negation"),
        ("the", "meaning", None),
    ],
)
def test_the_head_that_fits_the_chosen_word_is_shown(word, task, fitting):
    found = side_by_side.fitting_lesson(word, ["the", word], task)
    assert (found and found.task) == fitting


def test_she_is_shown_under_the_head_for_gender_whatever_task_is_chosen(app):
    test = app(HERE, s="Tom lent Anna his bike because she missed the bus", q="7", gtask="Tired or soft", gown="true")
    assert "Taught: He, she, it" in html_of(test)
    assert states(test, "she", "anna")


def test_a_word_that_no_head_was_taught_for_says_so(app):
    test = app(HERE, s="my old house", q="1", gown="true")
    assert "No head was taught for “my”" in html_of(test)
    assert ">Taught:" not in html_of(test)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"s": ""}, "Type a sentence above"),
        ({"s": "zzxqy qqqzx"}, "GloVe, which knows English words, has no vector for any of these"),
        ({"s": "the king zzxqy"}, "Left out, because GloVe has no vector for it: zzxqy"),
        ({"s": "a " * 900}, "Only the first 512 words"),
        ({"s": "king"}, "“king” looks only at itself"),
        ({"s": "it <img src=x onerror=alert(1)> $x$ **b**"}, "looks most at"),
        ({"gtask": "Cooking", "gby": "Oracle", "gwhich": "Maybe"}, "wrong:"),
    ],
)
def test_the_table_stays_whatever_the_sentence_is(app, query, words):
    test = app(HERE, **query, gown="true", gsent="true", gall="true", gsay="true", gtake="true")
    assert not test.exception
    assert words in html_of(test)
    assert "<img src=x" not in html_of(test)
    assert len(cells(test)) == len(GAP_TASKS) * (len(NAMES) + 1)


def test_every_number_of_the_table_keeps_the_other_settings(app):
    kept = {"d": "20", "gwhich": "Right", "gall": "true"}
    test = app(HERE, gtask="Happy or not", gby="Raw vectors", **kept)
    found = [carried for page, carried in links(test) if page == HERE]
    assert len(found) == len([text for text in cells(test).values() if "n =" in text])
    assert [carried for carried in found if not (kept | {"gsent": "true"}).items() <= carried.items()] == []


def test_without_a_sentence_one_of_the_tasks_is_offered(app):
    test = app(HERE, s="", gown="true")
    test.button(key="offer-0").click().run()
    assert sum("it" in facts(line) for line in lines(test, "plain")) == 3


def test_an_offered_sentence_follows_the_task_and_a_visitors_own_stays(app):
    happy = {"gtask": "Happy or not", "gown": "true"}
    assert app(HERE, **happy).text_input(key="s").value == "The soup was good"
    own = "My grandmother baked bread"
    assert app(HERE, **happy, s=own).text_input(key="s").value == own


def test_a_click_on_a_bar_opens_the_sentences(monkeypatch):
    held = {}
    monkeypatch.setattr(figure.state, "set_values", held.update)
    monkeypatch.setattr(figure.st, "session_state", {})
    figure.open_sentences("gender", "MiniLM")
    assert held == {"gtask": "He, she, it", "gby": "MiniLM", "gsent": True}
    assert figure.st.session_state == {"scroll-to": "gsent"}
