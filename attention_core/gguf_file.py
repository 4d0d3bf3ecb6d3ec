"""GGUF, the file format of llama.cpp: the metadata of a model, the offsets of its arrays, and their numbers.

The file holds "GGUF", a version, the number of arrays and the number of metadata entries; then the metadata (name,
type, value); then the name, shape, number format and offset of each array; then the arrays. All numbers are
little-endian. The reader in the package `gguf` takes seconds for the metadata; the one here takes tenths. The package
converts the arrays to float32. Matrices in the two formats of SmolLM2's file stay in fewer bits instead (`Blocks`).
"""

import math
import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}  # as struct codes
TEXT, LIST = 8, 9
VERSIONS = (2, 3)
ALIGNMENT = 32  # bytes, if the metadata have no other number
Q8_0, Q4_1 = 8, 3  # formats of numbers in blocks, as GGUF numbers them
BLOCK = 32  # numbers that share a scale, in both formats
AT_ONCE = 2**20  # numbers that are float32 at a time: they fit into the processor's cache


class UnusableModel(ValueError):
    """A language model that is missing, damaged, or of a kind that is not known here; the message is one sentence."""


@dataclass(frozen=True, eq=False)
class Blocks:
    """A matrix in blocks of 32 numbers of a column, w = scale · whole + offset: a byte for each number instead of four.

    `x @ w`, `w[:]` and `w[:, columns]` give the same as for a NumPy array of float32. The numbers are converted to
    float32 each time, some columns at a time. Less is read from memory, so a text takes no longer and a single token a
    third longer; SmolLM2 fills 190 MB instead of 540.

    Attributes:
        whole: (n_rows / 32, 32, n_columns) integers of 8 bits.
        scale: (n_rows / 32, 1, n_columns) float32, one for each block; offset: the same, or None for 0.
    """

    whole: np.ndarray
    scale: np.ndarray
    offset: np.ndarray | None = None

    __array_ufunc__ = None  # with this, NumPy leaves x @ w to __rmatmul__

    @property
    def shape(self) -> tuple[int, int]:
        """(n_rows, n_columns)."""
        return self.whole.shape[0] * BLOCK, self.whole.shape[2]

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return self.whole.size

    def __getitem__(self, key: Any) -> np.ndarray:
        """Rows, or rows and columns, as float32."""
        rows, columns = key if isinstance(key, tuple) else (key, slice(None))
        numbers = self.whole[..., columns].astype(np.float32)
        numbers *= self.scale[..., columns]
        if self.offset is not None:
            numbers += self.offset[..., columns]
        return numbers.reshape(-1, *numbers.shape[2:])[rows]

    def __rmatmul__(self, x: np.ndarray) -> np.ndarray:
        """x W: (..., n_rows) → (..., n_columns), some columns at a time."""
        n_rows, n_columns = self.shape
        some = max(1, AT_ONCE // n_rows)
        return np.concatenate([x @ self[:, i : i + some] for i in range(0, n_columns, some)], axis=-1)


Matrix = np.ndarray | Blocks


class Stored(NamedTuple):
    """An array in the file.

    Attributes:
        shape: as in NumPy, rows first.
        kind: its number format, as GGUF numbers them.
        place: the position of its first byte in the file.
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
        metadata: its metadata by name: numbers, strings, and lists of them.
        arrays: its arrays by name, still in the file.
    """

    path: Path
    metadata: dict[str, Any]
    arrays: dict[str, Stored]

    def read(self, name: str) -> np.ndarray:
        """One array as read-only float32, from any number format.

        Only this array's part of the file is mapped, and only during the call.

        Raises:
            UnusableModel: its number format is not known.
        """
        from gguf import GGMLQuantizationType
        from gguf.quants import dequantize

        kind = self.arrays[name].kind
        try:
            array = dequantize(self._stored(name), GGMLQuantizationType(kind))
        except NotImplementedError:
            form = GGMLQuantizationType(kind).name
            what = f"the file {self.path.name} keeps its numbers as {form}, which cannot be read here"
            raise UnusableModel(what) from None
        array = np.array(array, np.float32, copy=None)
        array.flags.writeable = False
        return array

    def matrix(self, name: str) -> Matrix:
        """A matrix transposed to (in, out), read-only: `Blocks` if the file has it in one of the two formats of those.

        Raises:
            UnusableModel: its number format is not known.
        """
        shape, kind, *_ = self.arrays[name]
        if kind not in (Q8_0, Q4_1):
            return self.read(name).T
        blocks = self._stored(name).reshape(shape[0], shape[1] // BLOCK, -1)
        n_factors = 1 if kind == Q8_0 else 2  # numbers of 16 bits at the block's beginning: scale, and offset
        factors, whole = blocks[..., : 2 * n_factors].view(np.float16).astype(np.float32), blocks[..., 2 * n_factors :]
        if kind == Q4_1:  # the first half of a block in the low four bits of its bytes, the second in the high ones
            whole = np.concatenate([whole & 15, whole >> 4], axis=-1)
        parts: list[np.ndarray] = [whole.view(np.int8), *np.split(factors, n_factors, axis=-1)]
        arrays = [np.ascontiguousarray(part.transpose(1, 2, 0)) for part in parts]
        for array in arrays:
            array.flags.writeable = False
        return Blocks(*arrays)

    def _stored(self, name: str) -> np.ndarray:
        """The bytes of an array, (..., bytes of a row), memory-mapped."""
        shape, _, place, n_bytes = self.arrays[name]
        return np.memmap(self.path, np.uint8, "r", place, (*shape[:-1], n_bytes // math.prod(shape[:-1])))


class _Header:
    """The first part of a file, read from front to back."""

    def __init__(self, data: mmap.mmap):
        self.data, self.at = data, 0

    def take(self, code: str) -> tuple[Any, ...]:
        """The next numbers, by their struct codes.

        Raises:
            struct.error: the file ends before them.
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
    _, version, n_arrays, n_metadata = header.take("4sIQQ")
    if version not in VERSIONS:
        raise UnusableModel(f"the file {path.name} is GGUF of version {version}; versions 2 and 3 can be read here")
    metadata: dict[str, Any] = {}
    for _ in range(n_metadata):
        name = header.text()
        metadata[name] = header.value(header.take("I")[0])
    listed = {}
    for _ in range(n_arrays):
        name, (n_axes,) = header.text(), header.take("I")
        shape = header.take(f"{n_axes}Q")[::-1]  # GGUF names the row's length first
        listed[name] = shape, *header.take("IQ")
    alignment = metadata.get("general.alignment", ALIGNMENT)
    start = -(-header.at // alignment) * alignment
    arrays = {}
    for name, (shape, kind, offset) in listed.items():
        per_block, block_bytes = GGML_QUANT_SIZES[kind]
        n_bytes = math.prod(shape) // per_block * block_bytes
        arrays[name] = Stored(shape, kind, start + offset, n_bytes)
        if not math.prod(shape) or shape[-1] % per_block or start + offset + n_bytes > len(data):
            raise ValueError("an array does not fit into the file")
    return Gguf(path, metadata, arrays)
