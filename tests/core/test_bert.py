"""The pretrained transformer, proved part by part against PyTorch's transformers (reference/make_minilm.py)."""

import hashlib
import json
import math
from pathlib import Path

import numpy as np
import pytest

from attention_core import bert, checkpoint, files

ROOT = Path(__file__).resolve().parents[2]
CAT = "The cat sat on the mat because it was tired"
TEXTS = range(4)
LAYER, HEAD = 5, 11  # the one of which the reference keeps every part
SAME_WEIGHTS, ROUNDED_WEIGHTS = (
    1e-5,
    1e-3,
)  # tolerances: code against code, shipped weights against the original float32


@pytest.fixture(scope="module")
def model():
    return bert.load_minilm()


@pytest.fixture(scope="module")
def reference():
    with np.load(ROOT / "tests" / "core" / "reference" / "minilm.npz") as arrays:
        return dict(arrays)


@pytest.fixture(scope="module")
def cat(model):
    return model.read(CAT)


def close(found: np.ndarray, expected: np.ndarray, tolerance: float) -> None:
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance)


# Small parts, against their formulas


def test_gelu_is_x_times_the_normal_distribution_function():
    x = np.linspace(-12, 12, 4001, dtype=np.float32)
    expected = [v / 2 * (1 + math.erf(v / math.sqrt(2))) for v in x.tolist()]
    found = bert.gelu(x)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)


def test_layer_norm_leaves_mean_b_and_spread_g():
    x = np.float32([[1, 2, 3, 6], [0, 0, 0, 8]])
    g, b = np.float32([1, 2, 1, 1]), np.float32([0, 0, 5, 0])
    for row, found in zip(x.tolist(), bert.layer_norm(x, g, b, eps=1e-12), strict=True):
        mean = sum(row) / 4
        deviation = math.sqrt(sum((v - mean) ** 2 for v in row) / 4)
        expected = [(v - mean) / deviation * gi + bi for v, gi, bi in zip(row, g, b, strict=True)]
        np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_layer_norm_of_equal_numbers_is_b():
    np.testing.assert_array_equal(
        bert.layer_norm(np.ones((1, 4), np.float32), np.ones(4, np.float32), np.float32([1, 2, 3, 4]), eps=1e-12),
        [[1, 2, 3, 4]],
    )


# The model, against PyTorch's transformers with the same weights


def test_the_embedding_is_theirs(cat, reference):
    close(cat.layers[0].x, reference["parts/embedding"], SAME_WEIGHTS)


@pytest.mark.parametrize("part", ["q", "k", "v", "output"])
def test_one_heads_vectors_are_theirs(cat, reference, part):
    close(getattr(cat.layers[LAYER], part)[HEAD], reference[f"parts/{part}"], SAME_WEIGHTS)


def test_one_heads_stages_are_theirs(cat, reference):
    attention = cat.layers[LAYER].attention(HEAD)
    close(attention.scores, reference["parts/scores"], 1e-4)  # 32 products of numbers up to 3
    close(attention.scaled, reference["parts/scores"] / math.sqrt(32), SAME_WEIGHTS)
    close(attention.weights, reference["parts/weights"], SAME_WEIGHTS)


def test_one_block_and_one_layer_are_theirs(model, reference):
    config, weights = model.config, model.weights["layers"][LAYER]
    block, _ = bert.self_attention(
        reference["parts/x"], **weights["attention"], n_heads=config.n_heads, eps=config.eps
    )  # given their input
    close(block, reference["parts/block"], SAME_WEIGHTS)
    close(bert.feed_forward(block, **weights["ffn"], eps=config.eps), reference["parts/layer"], SAME_WEIGHTS)


@pytest.mark.parametrize("i", TEXTS)
def test_all_maps_and_the_final_vectors_are_theirs(model, reference, i):
    reading = model.read(str(reference["texts"][i]))
    close(reading.maps, reference[f"shipped/{i}/maps"], SAME_WEIGHTS)
    close(reading.states, reference[f"shipped/{i}/states"], SAME_WEIGHTS)


@pytest.mark.parametrize("i", TEXTS)
def test_rounding_the_weights_moves_no_attention_weight_by_a_thousandth(model, reference, i):
    reading = model.read(str(reference["texts"][i]))
    close(reading.maps, reference[f"original/{i}/maps"], ROUNDED_WEIGHTS)


def test_a_text_as_long_as_the_model_can_read_comes_out_the_same(model, reference):
    reading, rows = model.read(str(reference["long"])), reference["rows"]
    assert len(reading.tokens.ids) == model.config.n_positions == 512
    close(reading.maps[:, :, rows], reference["shipped/long/maps"], SAME_WEIGHTS)
    close(reading.maps[:, :, rows], reference["original/long/maps"], ROUNDED_WEIGHTS)
    close(reading.states[rows], reference["shipped/long/states"], SAME_WEIGHTS)


# What it says


def weight(reading: bert.Reading, layer: int, head: int, query: str, key: str) -> float:
    """The weight between two words, layer and head counted from 1."""
    pieces = reading.tokens.pieces
    return float(reading.layers[layer - 1].weights[head - 1, pieces.index(query), pieces.index(key)])


def test_layer_6_head_12_sends_it_to_the_cat(cat):
    assert weight(cat, 6, 12, "it", "cat") == pytest.approx(0.68, abs=0.005)


def test_one_head_reacts_a_little_to_tired_and_soft_and_the_other_hardly(model, cat):
    soft = model.read(CAT.replace("tired", "soft"))
    found = [
        [weight(reading, *head, "it", noun) for reading in (cat, soft)]
        for head, noun in [((6, 12), "cat"), ((4, 2), "cat"), ((4, 2), "mat")]
    ]
    np.testing.assert_allclose(found, [[0.68, 0.64], [0.49, 0.17], [0.14, 0.20]], rtol=0, atol=0.006)


def test_sentences_that_mean_the_same_have_vectors_that_point_the_same_way(model):
    cat, same, other = (
        model.read(text).sentence_vector
        for text in ("A cat sleeps on the rug.", "A kitten is napping on the carpet.", "Share prices fell on Monday.")
    )
    np.testing.assert_allclose([cat @ cat, same @ same, other @ other], 1, rtol=1e-6)
    assert cat @ same > 0.6
    assert cat @ other < 0.1


# What is kept


def test_every_row_of_every_map_sums_to_1_in_float32(cat):
    assert cat.maps.shape == (6, 12, 12, 12)
    assert cat.maps.dtype == cat.states.dtype == np.float32
    np.testing.assert_allclose(cat.maps.sum(axis=-1), 1, rtol=1e-6)


def test_what_is_kept_of_512_tokens_fills_less_than_30_mb(model):
    reading = model.read("cat " * 510)
    assert reading.states.shape == (512, 384)
    arrays = [reading.tokens.ids, reading.states, *(array for layer in reading.layers for array in layer)]
    whole = {id(base): base.nbytes for array in arrays for base in [array if array.base is None else array.base]}
    assert sum(whole.values()) < 30e6


def test_one_row_of_all_heads_is_that_of_their_maps(cat):
    for layer in cat.layers:
        np.testing.assert_allclose(layer.rows(8), layer.weights[:, 8], rtol=0, atol=1e-6)


def test_a_heads_stages_end_in_the_weights_and_the_output_that_the_model_used(cat):
    for layer in cat.layers:
        for head in range(12):
            attention = layer.attention(head)
            np.testing.assert_allclose(attention.weights, layer.weights[head], rtol=0, atol=1e-6)
            np.testing.assert_allclose(attention.output, layer.output[head], rtol=0, atol=1e-6)


def test_a_heads_own_matrices_give_its_vectors(model, cat):
    for n, layer in enumerate(cat.layers):
        for head in range(12):
            own = model.projections(n, head)
            np.testing.assert_allclose(layer.x @ own.W_Q + own.b_Q, layer.q[head], rtol=0, atol=1e-5)
            np.testing.assert_allclose(layer.x @ own.W_K + own.b_K, layer.k[head], rtol=0, atol=1e-5)
            np.testing.assert_allclose(layer.x @ own.W_V + own.b_V, layer.v[head], rtol=0, atol=1e-5)


def test_what_the_heads_bring_back_adds_up_to_what_the_layer_takes_in(model, cat):
    for n, layer in enumerate(cat.layers):
        brought = sum(layer.output[head] @ model.projections(n, head).W_O for head in range(12))
        b_O = model.weights["layers"][n]["attention"]["out"]["b"]
        np.testing.assert_allclose(brought + b_O, layer.mixed, rtol=0, atol=1e-5)


def test_nobody_can_change_the_learned_numbers_by_accident(model):
    with pytest.raises(ValueError, match="read-only"):
        model.weights["layers"][0]["attention"]["qkv"]["w"][0, 0] = 1


# Word pieces


def test_a_rare_word_is_several_pieces_and_they_know_their_word(model):
    text = "The shopkeeper naps."
    tokens = model.tokens(text)
    assert tokens.pieces == ["[CLS]", "the", "shop", "##keeper", "nap", "##s", ".", "[SEP]"]
    assert tokens.groups == [[0], [1], [2, 3], [4, 5], [6], [7]]
    assert tokens.labels == ["[CLS]", "the", "shopkeeper", "naps", ".", "[SEP]"]
    assert [text[start:end] for start, end in tokens.spans[1:-1]] == ["The", "shop", "keeper", "nap", "s", "."]


def test_a_mark_of_the_model_s_that_somebody_types_is_text(model):
    tokens = model.tokens("a [SEP] b [MASK] [CLS] [PAD] [UNK]")
    letters = ["a", "[", "sep", "]", "b", "[", "mask", "]", "[", "cls", "]", "[", "pad", "]", "[", "unk", "]"]
    assert tokens.labels == ["[CLS]", *letters, "[SEP]"]
    assert tokens.words[1:-1].count(None) == 0


def test_a_zero_width_space_parts_two_words(model):
    assert model.tokens("the\u200bking").labels == ["[CLS]", "the", "king", "[SEP]"]


# What it refuses


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b\x00"])
def test_a_text_without_a_word_is_refused(model, text):
    with pytest.raises(bert.UnfitSentence, match=r"^there is no word in this text$"):
        model.read(text)


def test_the_513th_token_is_refused(model):
    assert len(model.tokens("cat " * 510).ids) == 512
    with pytest.raises(bert.UnfitSentence, match=r"^this text has 513 word pieces .* reads 512: shorten it$"):
        model.read("cat " * 511)


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A folder like data/, with the model's small files, and with what a test writes there vouched for or not."""
    folder = tmp_path / "data"
    (folder / "minilm").mkdir(parents=True)
    for name in ("config.json", "tokenizer.json"):
        (folder / "minilm" / name).write_bytes((files.DATA / "minilm" / name).read_bytes())
    (folder / "SHA256SUMS").write_bytes((files.DATA / "SHA256SUMS").read_bytes())
    monkeypatch.setattr(files, "DATA", folder)
    return folder


def vouch_for(data: Path, name: str, content: bytes) -> None:
    (data / name).write_bytes(content)
    sums = data / "SHA256SUMS"
    others = [line for line in sums.read_text().splitlines() if not line.endswith(name)]
    sums.write_text("\n".join([f"{hashlib.sha256(content).hexdigest()}  {name}", *others]))


def test_an_altered_weight_file_is_named_whatever_else_it_breaks(data):
    (data / "minilm" / "model.safetensors").write_bytes(b"altered")
    with pytest.raises(files.DamagedData, match=r"^data/minilm/model\.safetensors is damaged: its SHA-256 starts with"):
        bert.load_minilm()


def test_a_missing_weight_file_is_named(data):
    assert not (data / "minilm" / "model.safetensors").exists()
    with pytest.raises(files.DamagedData, match=r"^data/minilm/model\.safetensors is missing"):
        bert.load_minilm()


def test_a_weight_file_that_cannot_be_read_to_its_end_is_named(monkeypatch):
    def fail(*_: object) -> None:
        raise OSError("Input/output error")

    monkeypatch.setattr(hashlib, "file_digest", fail)
    with pytest.raises(files.DamagedData, match=r"^data/minilm/model\.safetensors is missing or cannot be read"):
        files.verify_file("minilm/model.safetensors")


@pytest.mark.parametrize("content", [b"", b"not safetensors at all", b"\x08" + bytes(7) + b'["list"]'])
def test_a_file_that_holds_no_arrays_is_refused(data, content):
    vouch_for(data, "minilm/model.safetensors", content)
    with pytest.raises(files.DamagedData, match=r"^model\.safetensors cannot be read as safetensors; restore"):
        bert.load_minilm()


def test_a_file_that_ends_too_soon_is_refused(data):
    whole = ROOT / "data" / "minilm" / "model.safetensors"
    with whole.open("rb") as file:
        vouch_for(data, "minilm/model.safetensors", file.read(1_000_000))
    with pytest.raises(files.DamagedData, match=r"^model\.safetensors cannot be read as safetensors; restore"):
        bert.load_minilm()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"d_model": 512}, r"asks for embed\.words of shape \(30522, 512\), model\.safetensors has \(30522, 384\)"),
        (
            {"d_ff": 1024},
            r"asks for layers\.0\.ffn\.up\.w of shape \(384, 1024\), model\.safetensors has \(384, 1536\)",
        ),
        ({"n_positions": 1024}, r"asks for embed\.positions of shape \(1024, 384\), .* has \(512, 384\)"),
        ({"n_layers": 5}, r"only one of them has layers\.5\.attention\.norm\.b"),
        ({"n_layers": 7}, r"only one of them has layers\.6\.attention\.norm\.b"),
    ],
)
def test_a_config_that_does_not_fit_the_weights_is_refused_with_both_shapes(model, change, complaint):
    with pytest.raises(files.DamagedData, match=complaint):
        checkpoint.read_weights(ROOT / "data" / "minilm" / "model.safetensors", model.config._replace(**change))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"num_attention_heads": 7}, "^config.json: d_model 384 cannot be cut into 7 heads"),
        ({"num_attention_heads": 0}, "^config.json: d_model 384 cannot be cut into 0 heads"),
        ({"hidden_act": "gelu_new"}, "^config.json asks for gelu_new; only gelu is known here"),
        ({"hidden_size": "many"}, "^config.json is not the config of a BERT"),
        ({"hidden_size": None}, "^config.json is not the config of a BERT"),
    ],
)
def test_a_config_that_makes_no_sense_is_refused(data, change, complaint):
    path = data / "minilm" / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(files.DamagedData, match=complaint):
        checkpoint.read_config(path)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff"])
def test_a_config_that_is_none_is_refused(data, content):
    (data / "minilm" / "config.json").write_bytes(content)
    with pytest.raises(files.DamagedData, match=r"^config\.json is not the config of a BERT"):
        checkpoint.read_config(data / "minilm" / "config.json")
