"""GGUF, the file format of llama.cpp: the metadata of a model, the offsets of its arrays, and their numbers as float32.

The file is "GGUF", a version, the number of arrays and the number of facts; then the facts (name, type, value); then
name, shape, number format and place of each array; then the arrays. All numbers are little-endian. The package `gguf`
has a reader of all this that takes seconds; the one here takes tenths. The package converts the numbers.
"""

import math
import mmap
import struct
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}  # as struct codes
TEXT, LIST = 8, 9
VERSIONS = (2, 3)
ALIGNMENT = 32  # bytes, where the facts name no other


class UnusableModel(ValueError):
    """A language model that is missing, damaged, or of a kind that is not known here; the message is one sentence."""


class Stored(NamedTuple):
    """An array in the file.

    Attributes:
        shape: as NumPy counts: rows first.
        kind: its number format, as GGUF numbers them.
        place: its first byte in the file.
        n_bytes: its size in the file.
    """

    shape: tuple[int, ...]
    kind: int
    place: int
    n_bytes: int


class Gguf(NamedTuple):
    """An opened file.

    Attributes:
        path: where it is.
        facts: its metadata by name: numbers, strings, and lists of them.
        arrays: its arrays by name, still in the file.
    """

    path: Path
    facts: dict[str, Any]
    arrays: dict[str, Stored]

    def read(self, name: str) -> np.ndarray:
        """One array as read-only float32, whatever format the file keeps it in.

        Only this array's part of the file is mapped, and only for as long: of the file, no more stays in memory.

        Raises:
            UnusableModel: its number format is not known.
        """
        from gguf import GGMLQuantizationType
        from gguf.quants import dequantize

        shape, kind, place, n_bytes = self.arrays[name]
        rows = (*shape[:-1], n_bytes // math.prod(shape[:-1]))
        try:
            array = dequantize(np.memmap(self.path, np.uint8, "r", place, rows), GGMLQuantizationType(kind))
        except NotImplementedError:
            form = GGMLQuantizationType(kind).name
            what = f"the file {self.path.name} keeps its numbers as {form}, which cannot be read here"
            raise UnusableModel(what) from None
        array = np.array(array, np.float32, copy=None)
        array.flags.writeable = False
        return array


class _Header:
    """The first part of a file, read from front to back."""

    def __init__(self, data: mmap.mmap):
        self.data, self.at = data, 0

    def take(self, code: str) -> tuple[Any, ...]:
        """The next numbers, by their struct codes.

        Raises:
            struct.error: the file ends before.
        """
        found = struct.unpack_from(f"<{code}", self.data, self.at)
        self.at += struct.calcsize(f"<{code}")
        return found

    def text(self) -> str:
        """The next string: its length in bytes, then UTF-8."""
        (length,) = self.take("Q")
        if length > len(self.data) - self.at:
            raise struct.error("the file ends inside a string")
        self.at += length
        return self.data[self.at - length : self.at].decode("utf-8", "replace")

    def value(self, kind: int) -> Any:
        """The next value of a kind: a number, a string or a list."""
        if kind == TEXT:
            return self.text()
        if kind != LIST:
            return self.take(NUMBERS[kind])[0]
        kind, count = self.take("IQ")
        if kind == TEXT:
            return [self.text() for _ in range(count)]
        if count > len(self.data):
            raise struct.error("the file ends inside a list")
        return list(self.take(f"{count}{NUMBERS[kind]}"))


def open_gguf(path: Path) -> Gguf:
    """Read the first part of a file.

    Raises:
        UnusableModel: there is no such file, it is not GGUF, or it is damaged or cut short.
    """
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            if data[:4] != b"GGUF":
                raise UnusableModel(f"the file {path.name} is not a GGUF file")
            return _parse(path, data)
    except OSError as error:
        raise UnusableModel(f"there is no model to read at {path} ({error.strerror})") from None
    except (struct.error, ValueError, LookupError, TypeError, ArithmeticError, MemoryError) as error:
        if isinstance(error, UnusableModel):
            raise
        what = "is not a GGUF file: it is empty" if not path.stat().st_size else "is damaged or cut short"
        raise UnusableModel(f"the file {path.name} {what}; download it again") from None


def _parse(path: Path, data: mmap.mmap) -> Gguf:
    from gguf import GGML_QUANT_SIZES

    header = _Header(data)
    _, version, n_arrays, n_facts = header.take("4sIQQ")
    if version not in VERSIONS:
        raise UnusableModel(f"the file {path.name} is GGUF of version {version}; versions 2 and 3 can be read here")
    facts: dict[str, Any] = {}
    for _ in range(n_facts):
        name = header.text()
        facts[name] = header.value(header.take("I")[0])
    listed = {}
    for _ in range(n_arrays):
        name, (n_axes,) = header.text(), header.take("I")
        shape = header.take(f"{n_axes}Q")[::-1]  # GGUF names the row's length first
        listed[name] = shape, *header.take("IQ")
    alignment = facts.get("general.alignment", ALIGNMENT)
    start = -(-header.at // alignment) * alignment
    arrays = {}
    for name, (shape, kind, offset) in listed.items():
        per_block, block_bytes = GGML_QUANT_SIZES[kind]
        n_bytes = math.prod(shape) // per_block * block_bytes
        arrays[name] = Stored(shape, kind, start + offset, n_bytes)
        if not math.prod(shape) or shape[-1] % per_block or start + offset + n_bytes > len(data):
            raise ValueError("an array does not fit into the file")
    return Gguf(path, facts, arrays)
