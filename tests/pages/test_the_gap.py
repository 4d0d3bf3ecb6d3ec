"""The gap, without a browser: the page shows the stored figures and nothing else, and opens their sentences."""

import html
import re
from urllib.parse import parse_qsl

import pytest

from attention_core import gap as measure
from ui.inside_a_transformer.body import readable
from ui.kit.wording import percent, rounded
from ui.models import lessons, loaders, training
from ui.teach_it import map as sentence
from ui.teach_it import notes
from ui.the_gap import body as gap
from ui.the_gap.body import NAMES, TITLES

HERE = "the_gap"
CAT = {"s": "The cat sat on the mat because it was tired", "q": "8"}
FIGURES = gap.measured()
UNSEEN = [one for one in FIGURES if one.group == "unseen"]
GROUP = {group: title for title, group in gap.SETS.items()}


def said(test) -> str:
    return " ".join(element.proto.body for element in test.get("html"))


def cells(test) -> dict[tuple[str, str], str]:
    """The table's text, by task and model."""
    table = re.search(r"<table class=gap>(.*?)</table>", said(test)).group(1)
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", table)[1:]]
    plain = [[html.unescape(re.sub("<[^>]*>", " ", one)).strip() for one in row] for row in rows]
    return {
        (task, name): text
        for task, row in zip(TITLES, plain, strict=True)
        for name, text in zip((*NAMES, "Guessing"), row[1:], strict=True)
    }


def links(test) -> list[tuple[str, dict[str, str]]]:
    """Every link to another page: its page and what it carries."""
    found = [
        html.unescape(address).partition("#")[0]
        for address in re.findall(r'<a href="([^"]*)" target="_self">', said(test))
    ]
    return [(address.partition("?")[0], dict(parse_qsl(address.partition("?")[2]))) for address in found]


@pytest.mark.parametrize("group", GROUP)
def test_the_table_and_the_picture_show_exactly_the_stored_figures(app, group):
    test = app(HERE, gset=GROUP[group])
    assert not test.exception
    table, stored = cells(test), measure.load_table()["rows"]
    alt = next(element.proto for element in test.get("vega_lite_chart")).alt
    shown = set()
    for task, row in stored.items():
        for column, kept in row["cells"].items():
            if group not in kept:
                continue
            name, found = gap.COLUMNS[column], kept[group]
            shown.add((task, name))
            text = table[task, name]
            assert text.startswith(percent(found["right"] / found["of"]))
            assert f"{percent(found['low'])} to {percent(found['high'])}" in text
            assert f"n = {found['of']:,}" in text
            assert not kept["head"] or f"layer {kept['head'][0]}, head {kept['head'][1]}" in text
            assert f"{TITLES[task]}, {name}: {percent(found['right'] / found['of'])}" in alt
    assert all(text == "–" for where, text in table.items() if where not in shown and where[1] != "Guessing")
    if group == "unseen":
        assert all(table[task, "Guessing"] == percent(row["chance"]) for task, row in stored.items())


def test_the_figures_are_what_their_sentences_say():
    for one in FIGURES:
        assert len(one.cases) == one.count
        assert sum(case.right for case in one.cases) == one.right
        assert one.low <= one.share <= one.high


def test_where_a_model_fails_the_table_says_so(app):
    table = cells(app(HERE))
    assert "worse than guessing" in table["meaning", "Raw GloVe"]
    assert "like guessing" in table["meaning", "Taught, 1 layer"]
    assert "like guessing" in table["negation", "Raw GloVe"]
    assert "below the taught" in table["negation", "MiniLM"]
    assert "MiniLM, which nobody taught these tasks, gets" in said(app(HERE))


def test_what_other_splits_of_the_words_give_stands_beside_the_figure(app, monkeypatch):
    splits, seeds = {"taught/meaning-2-4.npz": [0.8, 0.9]}, {"taught/object-1-1.npz": [0.7] * 3}
    stored = measure.load_table() | {"splits": splits, "seeds": seeds}
    monkeypatch.setattr(loaders, "gap_table", lambda: stored)
    gap.measured.cache_clear()
    test = app(HERE, gsay="true")
    gap.measured.cache_clear()
    assert "other splits 85\u202f%\u00a0±\u00a05" in cells(test)["meaning", "Taught, 2 layers"]
    said_in_notes = " ".join(element.value for element in test.markdown)
    assert "2 other splits, drawn by lot" in said_in_notes
    assert "Tired or soft, 2 layers of 4 heads: 85\u202f%\u00a0±\u00a05" in said_in_notes
    assert (
        "from 3 seeds each, on the first split: Verb and object, 1 layer of 1 head: 70\u202f%\u00a0±\u00a00"
        in said_in_notes
    )
    assert "on 2 other splits" in notes.other_splits(lessons.lesson_of("meaning").best)


@pytest.mark.parametrize("one", [FIGURES[0], FIGURES[-1], UNSEEN[-1]], ids=lambda one: f"{one.task}-{one.group}")
def test_every_figure_opens_its_sentences_right_and_wrong(app, one):
    counts = []
    for which in (gap.RIGHT, gap.WRONG):
        test = app(HERE, gtask=TITLES[one.task], gby=one.name, gwhich=which, gset=GROUP[one.group])
        assert not test.exception
        assert f"{one.model}: {percent(one.share, 1)} of {one.count:,} sentences right" in said(test)
        counts.append(len(re.findall("<li>", said(test))))
    assert counts == [sum(case.right == wanted for case in one.cases) for wanted in (True, False)]


def test_a_link_opens_the_sentence_with_the_word_that_asks_chosen(app):
    pages = {"./": "playground", "teach_it": "teach_it", "inside_a_transformer": "inside_a_transformer"}
    test = app(HERE, gtask="Tired or soft", gby="MiniLM", gwhich="Right")
    case = next(case for case in gap.figure_of("Tired or soft", "MiniLM", gap.UNSEEN).cases if case.right)
    opened = [(page, carried) for page, carried in links(test) if page in pages][:3]
    assert {page for page, _ in opened} == set(pages)
    example = case.example
    for page, carried in opened:
        other = app(pages[page], **carried)
        assert not other.exception
        assert other.text_input(key="s").value == measure.join_tokens(example.tokens)
        assert f"“{example.tokens[example.asks]}” looks most" in said(other)
        if page == "inside_a_transformer":
            pieces = loaders.minilm().tokens(example.tokens[example.answer]).pieces[1:-1]
            assert any(f"looks most at “{readable(piece)}” " in said(other) for piece in pieces)
        if page == "teach_it":
            assert other.segmented_control(key="task").value == "Tired or soft"


def test_a_task_that_a_model_was_not_measured_on_says_so(app):
    assert "“Taught, 2 heads” was not measured here" in said(app(HERE, gtask="Similar words", gby="Taught, 2 heads"))


def test_ones_own_sentence_stands_in_all_three(app):
    test = app(HERE, **CAT, self="false", gtask="Tired or soft")
    assert not test.exception
    raw, taught, pretrained = re.findall("“it” looks most at [^<]*", said(test))
    assert raw.startswith("“it” looks most at “because” (23\u202f%)")
    lesson = lessons.lesson_of("meaning")
    share = sentence.answer(training.shipped(training.Settings(lesson.best)), lessons.sample_sentences(lesson)[0]).share
    assert taught.startswith(f"“it” looks most at “cat” ({html.escape(rounded(share))})")
    layer, head = gap.best_head("meaning")
    row = loaders.reading(CAT["s"]).layers[layer - 1].weights[head - 1, 8]  # [CLS] stands before the words
    assert f"“cat” ({percent(row[2])})" in pretrained


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
    test = app(HERE, **query, gsay="true", gtake="true")
    assert not test.exception
    assert words in said(test)
    assert "<img src=x" not in said(test)
    assert len(cells(test)) == 5 * 7


def test_a_link_shows_its_figure_in_the_picture_at_once_and_every_figure_keeps_the_other_settings(app):
    kept = {"self": "false", "d": "20", "gwhich": "Right", "gsay": "true"}
    test = app(HERE, gtask="Happy or not", gby="Raw GloVe", **kept)
    assert "In the ring: Raw GloVe on Happy or not" in said(test)
    found = [carried for page, carried in links(test) if page == HERE]
    assert len(found) == len([text for text in cells(test).values() if "n =" in text])
    assert [carried for carried in found if not kept.items() <= carried.items()] == []


def test_a_mask_that_is_switched_elsewhere_is_not_spoken_of_where_the_page_has_none(app):
    assert "A word may look at all words but itself." in said(app(HERE, causal="true", self="false"))
    assert "A word may look at the words before it only." in said(app(causal="true", self="false", s="a cat"))


def test_without_a_sentence_one_of_the_tasks_is_offered(app):
    test = app(HERE, s="")
    test.button(key="offer-0").click().run()
    assert "“it” looks" in said(test)
