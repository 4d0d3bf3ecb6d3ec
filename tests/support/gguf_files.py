"""A tiny language model in a GGUF file, written by the package `gguf`, with random numbers and a real tokenizer."""

from pathlib import Path

import gguf
import numpy as np
from tokenizers import pre_tokenizers

SIZES = {
    "block_count": 2,
    "context_length": 12,
    "embedding_length": 16,
    "feed_forward_length": 24,
    "attention.head_count": 4,
    "attention.head_count_kv": 2,
    "attention.layer_norm_rms_epsilon": 1e-5,
    "rope.freq_base": 100.0,
}
LETTERS = sorted(pre_tokenizers.ByteLevel.alphabet())
PIECES = ["<|end|>", *LETTERS, "th", "the", "Ġc", "at", "Ġcat"]
MERGES = ["t h", "th e", "Ġ c", "a t", "Ġc at"]


def arrays() -> dict[str, np.ndarray]:
    """All arrays, by GGUF's names; a matrix is (out, in)."""
    generator, d, d_kv, d_ff = np.random.default_rng(0), 16, 8, 24
    shapes = {"token_embd": (len(PIECES), d), "output_norm": (d,)}
    for l in range(SIZES["block_count"]):
        block = {"attn_norm": (d,), "attn_q": (d, d), "attn_k": (d_kv, d), "attn_v": (d_kv, d), "attn_output": (d, d)}
        block |= {"ffn_norm": (d,), "ffn_gate": (d_ff, d), "ffn_up": (d_ff, d), "ffn_down": (d, d_ff)}
        shapes |= {f"blk.{l}.{name}": shape for name, shape in block.items()}
    return {f"{name}.weight": generator.normal(0, 0.5, shape).astype(np.float32) for name, shape in shapes.items()}


def write(path: Path, metadata: dict | None = None, tensors: dict[str, np.ndarray | None] | None = None) -> Path:
    """Write the model, with some metadata or arrays changed, added or (None) left out."""
    all_metadata = {f"llama.{name}": value for name, value in SIZES.items()} | {
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "smollm",
        "tokenizer.ggml.tokens": PIECES,
        "tokenizer.ggml.merges": MERGES,
        "tokenizer.ggml.token_type": [3] + [1] * (len(PIECES) - 1),
    }
    all_metadata |= metadata or {}
    writer = gguf.GGUFWriter(path, all_metadata.pop("general.architecture", "llama"))
    adders = {str: writer.add_string, bool: writer.add_bool, int: writer.add_uint32, float: writer.add_float32}
    for name, value in all_metadata.items():
        if value is not None:
            adders.get(type(value), writer.add_array)(name, value)
    for name, array in (arrays() | (tensors or {})).items():
        if array is not None:
            writer.add_tensor(name, array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
