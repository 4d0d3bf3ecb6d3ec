"""The language model in PyTorch's transformers, from the same GGUF file: the other side of the benchmarks and tests.

Runs in an environment of its own, with torch, transformers and gguf.
"""

import os
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"


def from_gguf(path: str):
    """A LlamaForCausalLM in float32 with eager attention, and its tokenizer."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder, name = str(Path(path).parent), Path(path).name
    model = AutoModelForCausalLM.from_pretrained(
        folder, gguf_file=name, dtype=torch.float32, attn_implementation="eager"
    )
    return model.eval(), AutoTokenizer.from_pretrained(folder, gguf_file=name)
