"""The model of data/minilm in PyTorch's transformers: the other side of the benchmarks, and the oracle of the tests.

Runs in an environment of its own, with torch, transformers, numpy and safetensors.
"""

import json
import os
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"

MINILM = Path(__file__).resolve().parent.parent / "data" / "minilm"


def from_shipped_weights():
    """A BertModel in float32 with exactly the weights of data/minilm/model.safetensors."""
    import torch
    from safetensors.torch import load_file
    from transformers import BertConfig, BertModel

    config = json.loads((MINILM / "config.json").read_text("utf-8"))
    model = BertModel(BertConfig(**config), add_pooling_layer=False).eval()
    model.set_attn_implementation("eager")
    state = torch_names(load_file(MINILM / "model.safetensors"), config["num_hidden_layers"])
    table = model.embeddings.token_type_embeddings.weight.detach()
    state["embeddings.token_type_embeddings.weight"] = torch.stack([state.pop("segment"), table[1]])
    missing, unexpected = model.load_state_dict({name: w.float() for name, w in state.items()}, strict=False)
    if unexpected or {name for name in missing if not name.endswith("_ids")}:
        raise ValueError(f"names that do not fit: {missing}, {unexpected}")
    return model


def torch_names(w: dict, n_layers: int) -> dict:
    """The shipped weights under the names, and in the layout (out, in), that transformers gives them."""

    def linear(ours: str, theirs: str) -> dict:
        return {f"{theirs}.weight": w[f"{ours}.w"].T, f"{theirs}.bias": w[f"{ours}.b"]}

    def norm(ours: str, theirs: str) -> dict:
        return {f"{theirs}.LayerNorm.weight": w[f"{ours}.norm.g"], f"{theirs}.LayerNorm.bias": w[f"{ours}.norm.b"]}

    state = {
        "embeddings.word_embeddings.weight": w["embed.words"],
        "embeddings.position_embeddings.weight": w["embed.positions"],
        "segment": w["embed.segment"],
    } | norm("embed", "embeddings")
    for n in range(n_layers):
        ours, theirs = f"layers.{n}", f"encoder.layer.{n}"
        qkv = zip(w[f"{ours}.attention.qkv.w"].chunk(3, 1), w[f"{ours}.attention.qkv.b"].chunk(3), strict=True)
        for part, (weight, bias) in zip(("query", "key", "value"), qkv, strict=True):
            state[f"{theirs}.attention.self.{part}.weight"] = weight.T
            state[f"{theirs}.attention.self.{part}.bias"] = bias
        state |= linear(f"{ours}.attention.out", f"{theirs}.attention.output.dense")
        state |= norm(f"{ours}.attention", f"{theirs}.attention.output")
        state |= linear(f"{ours}.ffn.up", f"{theirs}.intermediate.dense")
        state |= linear(f"{ours}.ffn.down", f"{theirs}.output.dense")
        state |= norm(f"{ours}.ffn", f"{theirs}.output")
    return state
