"""The files of a trained BERT: its sizes in config.json, its learned numbers in model.safetensors.

data/build.py wrote both, under the names that `expected_shapes` lists; here they are read and compared.
"""

import json
import struct
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from attention_core.files import REPAIR, DamagedData

BERT_NAMES = {  # of the sizes, in a BERT's config.json
    "n_layers": "num_hidden_layers",
    "n_heads": "num_attention_heads",
    "d_model": "hidden_size",
    "d_ff": "intermediate_size",
    "n_positions": "max_position_embeddings",
    "n_words": "vocab_size",
    "eps": "layer_norm_eps",
}


class Config(NamedTuple):
    """The model's sizes.

    Attributes:
        n_layers: layers on top of each other.
        n_heads: heads in each layer.
        d_model: width of a token's vector.
        d_ff: width inside the feed-forward network.
        n_positions: the largest number of tokens that it can read.
        n_words: word pieces of its vocabulary.
        eps: added in layer_norm, so that nothing is divided by 0.
    """

    n_layers: int
    n_heads: int
    d_model: int
    d_ff: int
    n_positions: int
    n_words: int
    eps: float


def read_config(path: Path) -> Config:
    """The sizes in a BERT's config.json, under the names used here.

    Raises:
        DamagedData: it is no such file, or the sizes do not fit each other.
    """
    try:
        raw = json.loads(path.read_text("utf-8"))
        activation, sizes = raw["hidden_act"], {ours: raw[theirs] for ours, theirs in BERT_NAMES.items()}
    except (OSError, ValueError, TypeError, KeyError):
        raise DamagedData(f"{path.name} is not the config of a BERT; {REPAIR}") from None
    config = Config(**sizes)
    if not all(isinstance(size, int | float) for size in sizes.values()):
        raise DamagedData(f"{path.name} is not the config of a BERT: its sizes are {config}; {REPAIR}")
    if config.n_heads < 1 or config.d_model % config.n_heads:
        raise DamagedData(f"{path.name}: d_model {config.d_model} cannot be cut into {config.n_heads} heads; {REPAIR}")
    if activation != "gelu":
        raise DamagedData(f"{path.name} asks for {activation}; only gelu is known here; {REPAIR}")
    return config


def read_weights(path: Path, config: Config) -> dict[str, Any]:
    """The learned numbers in a safetensors file: read-only float32; the large table of word vectors stays in the file.

    Raises:
        DamagedData: it is no such file, or an array does not have the shape that follows from the config.
    """
    from safetensors import SafetensorError, safe_open  # here, because only this function needs it

    expected, arrays = expected_shapes(config), {}
    try:
        with safe_open(path, framework="numpy") as file:
            if differing := set(file.keys()) ^ expected.keys():
                names = ", ".join(sorted(differing)[:3])
                raise DamagedData(f"config.json and {path.name} do not fit: only one of them has {names} ...; {REPAIR}")
            for name, shape in expected.items():
                found = tuple(file.get_slice(name).get_shape())
                if found != shape:
                    raise DamagedData(
                        f"config.json asks for {name} of shape {shape}, {path.name} has {found}; {REPAIR}"
                    )
                if name == "embed.words":
                    arrays[name] = memory_map(path, name)
                else:
                    arrays[name] = file.get_tensor(name).astype(np.float32, copy=False)
                    arrays[name].flags.writeable = False
    except (OSError, SafetensorError):
        raise DamagedData(f"{path.name} cannot be read as safetensors; {REPAIR}") from None
    tree = nest(arrays)
    return {"embed": tree["embed"], "layers": [tree["layers"][str(n)] for n in range(config.n_layers)]}


def memory_map(path: Path, name: str) -> np.ndarray:
    """An array of float16 in a safetensors file, memory-mapped: only the rows that are used are read.

    The file holds the length of its header (8 bytes), the header (JSON; offsets count from its end), then the arrays.
    """
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        listed = json.loads(file.read(length))[name]
    place = 8 + length + listed["data_offsets"][0]
    return np.asarray(np.memmap(path, np.float16, "r", place, tuple(listed["shape"])))


def expected_shapes(config: Config) -> dict[str, tuple[int, ...]]:
    """The shapes of the arrays of a model of these sizes, by name."""
    d, d_ff = config.d_model, config.d_ff

    def linear(name: str, d_in: int, d_out: int) -> dict[str, tuple[int, ...]]:
        return {f"{name}.w": (d_in, d_out), f"{name}.b": (d_out,)}

    def norm(name: str) -> dict[str, tuple[int, ...]]:
        return {f"{name}.norm.g": (d,), f"{name}.norm.b": (d,)}

    every: dict[str, tuple[int, ...]] = {
        "embed.words": (config.n_words, d),
        "embed.positions": (config.n_positions, d),
        "embed.segment": (d,),
    }
    every |= norm("embed")
    for n in range(config.n_layers):
        attention, ffn = f"layers.{n}.attention", f"layers.{n}.ffn"
        every |= linear(f"{attention}.qkv", d, 3 * d) | linear(f"{attention}.out", d, d) | norm(attention)
        every |= linear(f"{ffn}.up", d, d_ff) | linear(f"{ffn}.down", d_ff, d) | norm(ffn)
    return every


def nest(flat: dict[str, Any]) -> dict[str, Any]:
    """Nested dicts from names joined by dots: {"a.b": 1} gives {"a": {"b": 1}}."""
    tree: dict[str, Any] = {}
    for name, value in flat.items():
        *branches, leaf = name.split(".")
        node = tree
        for branch in branches:
            node = node.setdefault(branch, {})
        node[leaf] = value
    return tree
