"""The language model here against PyTorch's transformers (eager, all maps asked for), side by side in one run.

    python benchmarks/bench_llama.py [--torch PYTHON] [--rounds N]

PYTHON (or the environment variable TORCH_PYTHON) is the interpreter of an environment with torch, transformers,
accelerate and gguf; without one, only this side is timed. Both sides compute in float32 with the numbers of the same
file, all maps and the next word's scores. A ratio below 1 means that NumPy is quicker.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import timing  # noqa: E402

CASES = {
    "12 tokens": [12, 0],
    "64 tokens": [64, 0],
    "one more word after 12": [12, 1],
    "one more word after 64": [64, 1],
}
COLD = {
    "import numpy": "import numpy",
    "header and tokenizer": "from attention_core.llama import *; read_tokenizer(open_gguf(model_path()))",
    "ready to read": "from attention_core.llama import load_llama; load_llama()",
    "ready, and 64 tokens read": "from attention_core.llama import load_llama; load_llama().read('cat ' * 64)",
}


def ids_of(n: int) -> list[int]:
    """The numbers of n tokens; which they are does not matter to the time."""
    return [1000 + 37 * i for i in range(n)]


def numpy_side() -> None:
    from attention_core.llama import load_llama

    model = load_llama()
    for n, more in timing.requests():
        tokens, word = model.tokens_of(ids_of(n)), model.tokens_of([500])
        before = model.read(tokens)
        if more:
            timing.answer(lambda before=before, word=word: model.read(word, after=before))
        else:
            timing.answer(lambda tokens=tokens: model.read(tokens))


def save_torch(gguf: str, saved: str) -> None:
    """The model as PyTorch keeps it: transformers takes half a minute to read GGUF, and not for every case anew."""
    import torch
    import torch_llama

    torch.save(torch_llama.from_gguf(gguf)[0], saved)


def torch_side(saved: str) -> None:
    import copy

    import torch

    model = torch.load(saved, weights_only=False)
    how = {"output_attentions": True, "use_cache": True, "logits_to_keep": 1}
    with torch.inference_mode():
        for n, more in timing.requests():
            ids, word = torch.tensor([ids_of(n)]), torch.tensor([[500]])
            kept = model(ids, **how).past_key_values

            def one_more(kept=kept, word=word):
                model(word, past_key_values=copy.deepcopy(kept), **how)  # it grows, and must start from the same

            timing.answer(one_more if more else lambda ids=ids: model(ids, **how))


def main(torch: str | None = None, rounds: int = 7) -> None:
    """Print all comparisons; without torch's interpreter, this side alone."""
    print("\nFresh process, one thread\n\n| | seconds | peak MiB |\n|---|---|---|")
    starts = {name: [sys.executable, "-c", program] for name, program in COLD.items()}
    for name, (seconds, peak) in timing.cold(starts, rounds, threads=1).items():
        print(f"| {name} | {seconds:.2f} | {peak:.0f} |", flush=True)
    print("\nAll maps and the next word's scores, one thread\n\n| | NumPy, ms | torch, ms | ratio |\n|---|---|---|---|")
    commands = {"NumPy": [sys.executable, __file__, "--run", "numpy_side"]}
    with tempfile.TemporaryDirectory() as folder:
        if torch:
            from attention_core.llama_file import model_path

            saved = f"{folder}/model.pt"
            subprocess.run(
                [torch, __file__, "--run", "save_torch", str(model_path()), saved],
                check=True,
                stderr=subprocess.DEVNULL,
            )
            commands["torch"] = [torch, __file__, "--run", "torch_side", saved]
        for name, case in CASES.items():
            figures = timing.warm(commands, case, rounds, threads=1)
            ours, theirs = figures["NumPy"], figures.get("torch")
            rest = f"{theirs:.0f} | {ours.over(theirs):.2f}" if theirs else "– | –"
            print(f"| {name} | {ours:.0f} | {rest} |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--torch", default=os.environ.get("TORCH_PYTHON"), help="python of the environment with torch")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--run", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        globals()[options.run[0]](*options.run[1:])
    else:
        main(options.torch, options.rounds)
