"""The language model, proved part by part against PyTorch's transformers (tests/core/reference/make_smollm2.py)."""

import cmath
import json
import math
from pathlib import Path

import numpy as np
import pytest

from attention_core import llama, next_word
from attention_core.__main__ import main
from attention_core.__main__ import smollm2 as of_command_line
from attention_core.attention import NothingToAttend
from tests.support import gguf_files
from tests.support.llama_loops import read_in_loops

REFERENCE = Path(__file__).resolve().parent / "reference" / "smollm2.npz"
CAT = "The cat sat on the mat because it was tired"
LAYER, HEAD = 13, 8  # the one of which the reference keeps every part
# float32 against float32, summed in another order, through 30 layers. One number of the first token's vector grows to
# thousands: a vector's tolerance is a share of the largest number in it.
WEIGHTS, VECTORS, LOGITS = 2e-5, 2e-5, 5e-4


@pytest.fixture(scope="module")
def reference():
    with np.load(REFERENCE) as arrays:
        return dict(arrays)


@pytest.fixture(scope="module")
def cat(smollm2):
    return smollm2.read(CAT)


def close(found: np.ndarray, expected: np.ndarray, tolerance: float) -> None:
    assert found.dtype == np.float32
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance)


def close_vectors(found: np.ndarray, expected: np.ndarray) -> None:
    largest = np.abs(expected).max(axis=-1, keepdims=True)
    close(found / largest, expected / largest, VECTORS)


# Small parts, against their formulas


def test_rms_norm_divides_by_the_root_of_the_mean_square():
    x, g = np.float32([[1, 2, 3, 6], [0, 0, 0, 8], [0, 0, 0, 0]]), np.float32([1, 2, 1, 0.5])
    found = llama.rms_norm(x, g, 1e-5)
    for row, line in zip(x.tolist(), found, strict=True):
        root = math.sqrt(math.fsum(v * v for v in row) / 4 + 1e-5)
        np.testing.assert_allclose(line, [v / root * gi for v, gi in zip(row, g.tolist(), strict=True)], rtol=1e-6)
    assert found.dtype == np.float32


def test_neighbouring_numbers_are_turned_by_position_times_base_to_the_minus_2j_over_d():
    x = np.random.default_rng(0).normal(size=(2, 3, 6)).astype(np.float32)
    found = llama.rotate(x, llama.rotation_factors(np.array([0, 1, 50]), 6, 100.0))
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found[:, 0], x[:, 0])
    for i, m in enumerate((0, 1, 50)):
        for j in range(3):
            angle = m * 100.0 ** (-2 * j / 6)
            a, b = x[1, i, 2 * j], x[1, i, 2 * j + 1]
            expected = [a * math.cos(angle) - b * math.sin(angle), a * math.sin(angle) + b * math.cos(angle)]
            np.testing.assert_allclose(found[1, i, 2 * j : 2 * j + 2], expected, atol=1e-6)


def test_a_score_of_turned_vectors_depends_on_their_distance_alone():
    q, k = np.random.default_rng(0).normal(size=(2, 1, 64)).astype(np.float32)
    at = [llama.rotation_factors(np.array([m]), 64, 100_000.0) for m in range(60)]
    scores = [float((llama.rotate(q, at[m + 7]) * llama.rotate(k, at[m])).sum()) for m in (0, 5, 50)]
    np.testing.assert_allclose(scores, scores[0], atol=1e-4)


def test_a_score_is_a_sum_over_pairs_of_numbers_before_and_after_they_are_turned(tiny):
    layer, config = tiny.read("red chair").layers[1], tiny.config
    found = llama.score_by_pairs(layer, 3, 4, 1, config)
    q, k = layer.q[3, 4].tolist(), layer.k[layer.kv_head(3), 1].tolist()
    for j in range(config.d_k // 2):
        angle = -(config.rope_base ** (-2 * j / config.d_k))
        (x, y), (z, w) = q[2 * j : 2 * j + 2], k[2 * j : 2 * j + 2]
        a, b = (complex(x, y) * cmath.exp(4j * angle), complex(z, w) * cmath.exp(1j * angle))
        assert found.plain[j] == pytest.approx((a * b.conjugate()).real, abs=1e-5)
        assert found.turned[j] == pytest.approx(x * z + y * w, abs=1e-5)
        assert found.degrees[j] == pytest.approx(-3 * angle * 180 / math.pi)


def test_swiglu_is_its_formula_even_where_exp_leaves_the_range():
    generator = np.random.default_rng(0)
    x, (gate, up), down = generator.normal(size=(2, 3)), generator.normal(size=(2, 3, 4)), generator.normal(size=(4, 3))
    x[1] *= 300
    expected = np.zeros((2, 3))
    for i in range(2):
        for c in range(4):
            z = math.fsum(x[i, a] * gate[a, c] for a in range(3))
            silu = z / (1 + math.exp(-z)) if z > -700 else 0.0
            expected[i] += silu * math.fsum(x[i, a] * up[a, c] for a in range(3)) * down[c]
    found = llama.swiglu(*(w.astype(np.float32) for w in (x, gate, up, down)))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


# A whole tiny model, against loops in float64


@pytest.mark.parametrize(
    ("off", "cut"),
    [
        ((), ()),
        (((0, 3),), ()),
        (((0, 0), (1, 2), (1, 3)), ()),
        ((), ((0, 1, 3, 0), (1, 2, 4, 4))),
        (((1, 1),), ((0, 1, 4, 2),)),
    ],
)
def test_a_whole_model_with_heads_off_and_cells_cut_is_what_loops_compute(tiny, off, cut):
    tokens = tiny.tokens("the cat 12")
    reading = tiny.read(tokens, without_heads=off, masked_cells=cut)
    maps, logits = read_in_loops(tiny, tokens.ids.tolist(), off, cut)
    close(reading.maps, maps, 1e-5)
    close(reading.logits, logits, 1e-4)
    for layer, head, query, key in cut:
        assert reading.maps[layer, head, query, key] == 0
    for layer, head in off:
        assert not reading.layers[layer].output[head].any()


@pytest.mark.parametrize("split", [1, 3, 4])
def test_a_text_continued_with_kept_keys_and_values_is_the_text_read_whole(tiny, split):
    tokens, off, cut = tiny.tokens("the cat 12"), [(0, 1)], [(1, 2, 4, 1), (0, 0, 2, 1)]
    first, rest = (tiny.tokens_of(ids) for ids in (tokens.ids[:split], tokens.ids[split:]))
    before = tiny.read(first, without_heads=off, masked_cells=[cell for cell in cut if cell[2] < split])
    kept = tiny.read(rest, before, without_heads=off, masked_cells=cut)
    whole = tiny.read(tokens, without_heads=off, masked_cells=cut)
    assert kept.tokens.pieces == whole.tokens.pieces
    close(kept.logits, whole.logits, 1e-5)
    close(kept.states, whole.states, 1e-5)
    for ours, theirs in zip(kept.layers, whole.layers, strict=True):
        for found, expected in zip(ours, theirs, strict=True):
            close(found, expected, 1e-5)


def test_every_stage_of_a_head_is_kept_or_comes_out_again(tiny):
    layer = tiny.read("the cat 12").layers[1]
    for head in range(4):
        stages = layer.attention(head)
        close(stages.weights, layer.weights[head], 1e-6)
        close(stages.output, layer.output[head], 1e-6)


def test_a_cut_that_leaves_a_token_nothing_to_look_at_is_named(tiny):
    with pytest.raises(NothingToAttend):
        tiny.read("the cat", masked_cells=[(0, 0, 0, 0)])


def test_no_text_and_too_much_text_are_named(tiny):
    with pytest.raises(llama.UnfitText, match="nothing to read"):
        tiny.read("")
    with pytest.raises(llama.UnfitText, match="has 13 tokens; the model reads 12"):
        tiny.read("1" * 13)
    full = tiny.read("1" * 12)
    with pytest.raises(llama.UnfitText, match="has 13 tokens; the model reads 12"):
        tiny.read("1", after=full)


def test_the_shares_of_a_logit_sum_to_it_at_every_position(tiny):
    reading = tiny.read("the cat 12")
    for position in (-1, 0, 2):
        logits = tiny.logits(reading.states[position])
        for word in (0, 7, 260):
            heads, feed_forward, embedding = next_word.logit_shares(tiny, reading, word, position)
            assert heads.shape == (2, 4)
            assert math.fsum([*heads.flat, *feed_forward, embedding]) == pytest.approx(float(logits[word]), abs=1e-4)


def test_a_head_s_share_in_the_last_layer_is_what_its_output_times_its_rows_of_w_o_adds(tiny):
    reading, word, d_k = tiny.read("the cat 12"), 5, tiny.config.d_k
    x = reading.states[-1].astype(float)
    root = math.sqrt(math.fsum(x * x) / len(x) + 1e-5)
    found = next_word.logit_shares(tiny, reading, word).heads[1]
    for head in range(4):
        rows = tiny.weights["layers"][1]["attention"]["W_O"][head * d_k : (head + 1) * d_k].astype(float)
        added = reading.layers[1].output[head, -1].astype(float) @ rows
        expected = math.fsum(added / root * tiny.weights["norm"] * tiny.weights["words"][:, word])
        assert found[head] == pytest.approx(expected, abs=1e-5)


# The next word


def test_temperature_divides_the_scores_before_softmax():
    logits = np.float32([2, 1, 0])
    for temperature in (0.5, 1.0, 2.0):
        e = [math.exp(v / temperature) for v in (2, 1, 0)]
        found = next_word.next_probabilities(logits, temperature)
        close(found, np.array([v / math.fsum(e) for v in e]), 1e-6)
    assert next_word.next_probabilities(logits, 1e-3).tolist() == [1, 0, 0]
    for temperature in (0, -1, math.nan):
        with pytest.raises(ValueError, match="temperature must be above 0"):
            next_word.next_probabilities(logits, temperature)


def test_of_words_that_tie_the_lower_number_comes_first():
    logits = np.float32([1, 3, 3 + 1e-5, 2, 3 - 1e-5, -50])
    assert next_word.likeliest(logits, 4) == [1, 2, 4, 3]
    assert next_word.likeliest(logits, 99) == [1, 2, 4, 3, 0, 5]
    assert logits.max() == np.float32(3 + 1e-5)


def test_words_are_drawn_as_often_as_their_probability_says_and_the_same_with_the_same_seed():
    probabilities, generator = np.float32([0.5, 0, 0.2, 0.3]), np.random.default_rng(0)
    drawn = [next_word.choose(probabilities, generator) for _ in range(4000)]
    np.testing.assert_allclose(np.bincount(drawn) / 4000, probabilities, atol=0.03)
    assert 1 not in drawn
    again = np.random.default_rng(0)
    assert [next_word.choose(probabilities, again) for _ in range(9)] == drawn[:9]


# SmolLM2, against PyTorch's transformers with the same numbers


def test_a_text_becomes_the_same_tokens(smollm2, reference):
    ends = np.cumsum(reference["tokenizer/lengths"])
    for text, ids in zip(reference["tokenizer/texts"], np.split(reference["tokenizer/ids"], ends[:-1]), strict=True):
        assert smollm2.tokens(str(text)).ids.tolist() == ids.tolist(), text


def test_every_sign_that_counts_as_a_digit_is_a_token_s_end(smollm2):
    """`\\p{N}`, each alone, as in the tokenizer that the model was trained with."""
    assert smollm2.tokens("1234 ²x").pieces == ["1", "2", "3", "4", " ", "²", "x"]


def test_the_embedding_is_theirs(cat, reference):
    close(cat.layers[0].x, reference["embedding"], 1e-6)


def test_the_norm_is_theirs(smollm2, reference):
    g = smollm2.weights["layers"][LAYER]["attention"]["norm"]
    close(llama.rms_norm(reference["parts/x"], g, smollm2.config.eps), reference["parts/normed"], WEIGHTS)


def test_the_rotation_is_theirs(smollm2, reference):
    factors = llama.rotation_factors(np.arange(10), smollm2.config.d_k, smollm2.config.rope_base)
    close(llama.rotate(reference["parts/q"], factors), reference["parts/q_turned"], WEIGHTS)


def test_one_head_one_block_and_one_layer_are_theirs(smollm2, reference):
    """Given their input."""
    c, x, n = smollm2.config, reference["parts/x"], 10
    y, layer = smollm2._layer(
        x,
        **smollm2.weights["layers"][LAYER],
        factors=llama.rotation_factors(np.arange(n), c.d_k, c.rope_base),
        mask=np.tri(n, dtype=bool),
    )
    close(layer.q[HEAD], reference["parts/q_turned"], 1e-4)
    close(layer.k[HEAD // 3], reference["parts/k_turned"], 1e-4)
    close(layer.v[HEAD // 3], reference["parts/v"], WEIGHTS)
    close(layer.weights[HEAD], reference["parts/weights"], WEIGHTS)
    close(layer.output[HEAD], reference["parts/output"], WEIGHTS)
    close(layer.mixed, reference["parts/mixed"], 1e-4)
    close(layer.added, reference["parts/added"], 1e-4)
    close_vectors(y, reference["parts/layer"])


@pytest.mark.parametrize("i", range(4))
def test_all_maps_the_final_vectors_and_the_logits_are_theirs(smollm2, reference, i):
    reading = smollm2.read(str(reference["texts"][i]))
    close(reading.maps, reference[f"{i}/maps"], WEIGHTS)
    close_vectors(reading.states, reference[f"{i}/states"])
    same_top(reading.logits, reference, str(i))


def same_top(logits: np.ndarray, reference: dict, name: str) -> None:
    """The highest logits are theirs, and so is what makes probabilities of them."""
    close(np.take_along_axis(logits, reference[f"{name}/ids"], -1), reference[f"{name}/top"], LOGITS)
    highest = np.sort(logits, axis=-1)[..., : -1 - reference[f"{name}/ids"].shape[-1] : -1]
    close(highest, reference[f"{name}/top"], LOGITS)
    total = np.log(np.exp(logits.astype(float)).sum(axis=-1))
    np.testing.assert_allclose(total, reference[f"{name}/sum"], rtol=0, atol=LOGITS)


def test_a_text_of_66_tokens_comes_out_the_same_whole_or_word_by_word(smollm2, reference):
    tokens = smollm2.tokens(str(reference["long"]))
    whole = smollm2.read(tokens)
    kept = smollm2.read(smollm2.tokens_of(tokens.ids[:60]))
    for i in range(60, 66):
        kept = smollm2.read(smollm2.tokens_of(tokens.ids[i : i + 1]), after=kept)
    for reading in (whole, kept):
        close(reading.maps[:, :, -1], reference["long/maps"], WEIGHTS)
        same_top(reading.logits, reference, "long")
    close(kept.maps, whole.maps, WEIGHTS)


def test_a_head_turned_off_changes_the_logits_as_it_does_theirs(smollm2, cat, reference):
    found = smollm2.read(CAT, without_heads=[(LAYER, HEAD)]).logits
    same_top(found, reference, "off")
    assert np.abs(found - cat.logits).max() > 10 * LOGITS


def test_the_logit_lens_is_theirs_and_ends_with_the_model_s_own_logits(smollm2, cat, reference):
    found = next_word.logit_lens(smollm2, cat)
    same_top(found, reference, "lens")
    close(found[-1], cat.logits, LOGITS)


def test_the_shares_of_a_logit_sum_to_it_in_30_layers(smollm2, cat):
    word = next_word.likeliest(cat.logits, 1)[0]
    heads, feed_forward, embedding = next_word.logit_shares(smollm2, cat, word)
    assert heads.shape == (30, 9)
    assert math.fsum([*heads.flat, *feed_forward, embedding]) == pytest.approx(float(cat.logits[word]), abs=LOGITS)


# What it says


@pytest.mark.parametrize(
    ("text", "word", "probability"),
    [
        ("The Eiffel Tower is in the city of", " Paris", 0.656),
        ("When Mary and John went to the store, John gave a drink to", " Mary", 0.923),
    ],
)
def test_the_next_word_and_its_probability_are_those_that_pytorch_gives(smollm2, text, word, probability, capsys):
    logits = smollm2.read(text).logits
    first = next_word.likeliest(logits)[0]
    assert smollm2.tokens_of([first]).pieces == [word]
    assert next_word.next_probabilities(logits)[first] == pytest.approx(probability, abs=5e-4)
    assert main(["--model", "smollm2", "--json", text]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["next"][0] == [word, pytest.approx(probability, abs=5e-4)]
    assert len(found["next"]) == 10
    assert [p for _, p in found["next"]] == pytest.approx(sorted((p for _, p in found["next"]), reverse=True), rel=1e-3)


def test_layer_14_head_9_sends_it_to_the_cat(cat, capsys):
    pieces = cat.tokens.pieces
    weight = cat.layers[13].weights[8, pieces.index(" it"), pieces.index(" cat")]
    assert weight == pytest.approx(0.804, abs=5e-4)
    assert main(["--model", "smollm2", "--query", "it", CAT]) == 0
    out = capsys.readouterr().out
    assert " cat     0.8040 " + "█" * 24 in out
    assert "Likeliest next tokens:" in out


def test_rows_sum_to_1_and_nothing_looks_ahead(cat):
    np.testing.assert_allclose(cat.maps.sum(axis=-1), 1, atol=1e-5)
    assert not np.triu(cat.maps, 1).any()


# The command line, with the tiny model


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ATTENTION_LM", str(gguf_files.write(tmp_path / "tiny.gguf")))
    of_command_line.cache_clear()

    def run(*arguments: str) -> tuple[int, str, str]:
        return main(["--model", "smollm2", *arguments]), *capsys.readouterr()

    yield run
    of_command_line.cache_clear()


def test_another_model_is_taken_and_its_last_layer_and_head_are_shown_where_it_has_no_14th(command):
    status, out, _ = command("--json", "the  cat")
    found = json.loads(out)
    assert status == 0
    assert found["tokens"] == ["the", " ", " cat"]
    assert found == json.loads(command("--json", "--layer", "2", "--head", "4", "the  cat")[1])
    assert found["weights"] != json.loads(command("--json", "--layer", "1", "the  cat")[1])["weights"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--causal", "the"],
        ["--no-scale", "the"],
        ["--no-self", "the"],
        ["--dim", "5", "the"],
        ["--task", "gender", "the"],
        ["--layers", "1", "the"],
        ["--heads", "1", "the"],
        ["--layer", "3", "the"],
        ["--head", "0", "the"],
        ["--query", "dog", "the\ncat"],
        [""],
        ["1" * 13],
    ],
)
def test_what_cannot_be_answered_is_one_line(command, arguments):
    status, out, error = command(*arguments)
    assert (status, out, error.count("\n")) == (2, "", 1)


def test_each_line_is_read_as_it_stands_and_an_error_stops_none(command, monkeypatch):
    monkeypatch.setattr("sys.stdin", ["the cat \n", "\n", "é\r\n", "1" * 13 + "\n", "the"])
    status, out, _ = command("--json", "-")
    found = [json.loads(line) for line in out.splitlines()]
    assert status == 0
    assert [line.get("tokens") for line in found] == [["the", " cat", " "], None, ["<0xC3>", "<0xA9>"], None, ["the"]]
    assert [line.keys() for line in found if "error" in line] == [{"error"}] * 2


def test_a_token_that_breaks_the_line_is_printed_on_it(command):
    status, out, _ = command("the\ncat")
    assert status == 0
    assert "Token '\\n' attending to sequence:" in out.splitlines()
