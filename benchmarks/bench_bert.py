"""MiniLM here against PyTorch's transformers (eager attention, all maps asked for), side by side in one run.

    python benchmarks/bench_bert.py [--torch PYTHON] [--rounds N]

PYTHON (or the environment variable TORCH_PYTHON) is the interpreter of an environment with torch, transformers and
safetensors, and with bertviz for its page; without one, only this side is timed. Every figure is a median with the
smallest and the largest value; a ratio below 1 means that NumPy is quicker.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import timing  # noqa: E402

SENTENCE = "The cat sat on the mat because it was tired"
LENGTHS = (12, 64, 128, 512)
SHAPES = ((16, 64), (128, 64), (1024, 64), (4096, 64), (12, 128, 32))  # (..., n, d_k)
PICTURE = 128  # tokens
COLD = f"from attention_core.bert import load_minilm; load_minilm().read({SENTENCE!r}).maps"


def text_of(n: int) -> str:
    """A text of n word pieces, [CLS] and [SEP] included."""
    words = f"{SENTENCE} .".split()
    return " ".join(words[i % len(words)] for i in range(n - 2))


# What the processes do: this side, and PyTorch's


def torch_cold(folder: str) -> None:
    import torch
    import torch_bert  # noqa: F401  (keeps transformers off the network)
    from transformers import AutoTokenizer, BertModel

    model = BertModel.from_pretrained(folder, attn_implementation="eager", add_pooling_layer=False).eval()
    tokens = AutoTokenizer.from_pretrained(folder)(SENTENCE, return_tensors="pt")
    with torch.inference_mode():
        model(**tokens, output_attentions=True)


def numpy_forward() -> None:
    from attention_core.bert import load_minilm

    model = load_minilm()
    for n in timing.requests():
        timing.answer(lambda n=n: [layer.weights for layer in model.read(text_of(n)).layers])


def torch_forward() -> None:
    read = torch_reader()
    for n in timing.requests():
        timing.answer(lambda n=n: read(text_of(n)))


def torch_reader():
    """A function from a text to its attentions."""
    import torch
    import torch_bert
    from tokenizers import Tokenizer

    model = torch_bert.from_shipped_weights()
    tokenizer = Tokenizer.from_file(str(torch_bert.MINILM / "tokenizer.json"))

    @torch.inference_mode()
    def read(text: str):
        return model(torch.tensor([tokenizer.encode(text).ids]), output_attentions=True).attentions

    return read


def numpy_attention() -> None:
    import numpy as np

    from attention_core.attention import scaled_dot_product_attention

    for shape in timing.requests():
        q, k, v = np.random.default_rng(0).standard_normal((3, *shape), dtype=np.float32)
        timing.answer(lambda q=q, k=k, v=v: scaled_dot_product_attention(q, k, v))


def torch_attention() -> None:
    import torch

    def attention(q, k, v):
        weights = torch.softmax(q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5, dim=-1)
        return weights, weights @ v

    with torch.inference_mode():
        for shape in timing.requests():
            q, k, v = torch.randn((3, *shape), generator=torch.Generator().manual_seed(0))
            timing.answer(lambda q=q, k=k, v=v: attention(q, k, v))


def numpy_picture() -> None:
    from attention_core import maps
    from attention_core.bert import load_minilm
    from ui.kit import figures

    reading, greys = (
        load_minilm().read(text_of(PICTURE)),
        [f"#{255 - i:02x}{255 - i:02x}{255 - i:02x}" for i in range(256)],
    )
    say_size_and_time(lambda: figures.address_of(maps.grid(reading.maps, 128), greys).encode())


def bertviz_page() -> None:
    from bertviz import model_view

    attentions, tokens = torch_reader()(text_of(PICTURE)), [str(i) for i in range(PICTURE)]
    say_size_and_time(lambda: model_view(attentions, tokens, html_action="return").data.encode())


def say_size_and_time(make) -> None:
    taken = []
    for _ in range(5):
        start = time.perf_counter()
        made = make()
        taken.append(time.perf_counter() - start)
    print(json.dumps({"MB": len(made) / 1e6, "ms": sorted(taken)[2] * 1000}))


def save_model(folder: str) -> None:
    """The model as transformers keeps it, for torch_cold to open."""
    import torch_bert

    torch_bert.from_shipped_weights().save_pretrained(folder)
    shutil.copy(torch_bert.MINILM / "tokenizer.json", folder)


# What is printed


def command(python: str, job: str, *arguments: str) -> list[str]:
    """How to start one of the above in a process of its own."""
    return [python, __file__, "--run", job, *arguments]


def compare_cold(torch: str | None, rounds: int) -> None:
    print("\nFresh process to the 72 maps of a ten-word sentence, one thread\n")
    with tempfile.TemporaryDirectory() as folder:
        starts = {
            "import numpy": [sys.executable, "-c", "import numpy"],
            "NumPy": [sys.executable, "-c", COLD],
        }
        if torch:
            subprocess.run(command(torch, "save_model", folder), check=True, stderr=subprocess.DEVNULL)
            starts["torch"] = command(torch, "torch_cold", folder)
        figures = timing.cold(starts, rounds, threads=1)
    print("| | seconds | × import numpy | × NumPy | peak MiB |\n|---|---|---|---|---|")
    for name, (seconds, peak) in figures.items():
        ratios = [seconds.over(figures[other][0]) for other in ("import numpy", "NumPy")]
        print(f"| {name} | {seconds:.3f} | {ratios[0]:.2f} | {ratios[1]:.2f} | {peak:.0f} |")


def compare_warm(torch: str | None, rounds: int, job: str, cases: tuple, title: str) -> None:
    for threads in (2, 1):
        print(f"\n{title}, threads: {threads}\n\n| | NumPy, ms | torch, ms | ratio |\n|---|---|---|---|")
        commands = {"NumPy": command(sys.executable, f"numpy_{job}")}
        if torch:
            commands["torch"] = command(torch, f"torch_{job}")
        for case in cases:
            figures = timing.warm(commands, case, rounds, threads)
            ours, theirs = figures["NumPy"], figures.get("torch")
            rest = f"{theirs:.3g} | {ours.over(theirs):.2f}" if theirs else "– | –"
            print(f"| {case} | {ours:.3g} | {rest} |", flush=True)


def compare_pictures(torch: str | None) -> None:
    print(f"\nAll 72 maps of {PICTURE} tokens for a browser\n\n| | MB | ms |\n|---|---|---|")
    jobs = {"one picture, as it is sent": command(sys.executable, "numpy_picture")}
    if torch and not subprocess.run([torch, "-c", "import bertviz"], check=False, stderr=subprocess.DEVNULL).returncode:
        jobs["bertviz's model view"] = command(torch, "bertviz_page")
    for name, job in jobs.items():
        done = subprocess.run(job, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        found = json.loads(done.stdout)
        print(f"| {name} | {found['MB']:.2f} | {found['ms']:.0f} |")


def main(torch: str | None = None, rounds: int = 7) -> None:
    """Print all comparisons; without torch's interpreter, this side alone."""
    if not torch:
        print("No environment with torch was named (--torch PYTHON or TORCH_PYTHON): its side is left out.")
    compare_cold(torch, rounds)
    compare_warm(torch, rounds, "forward", LENGTHS, "Warm forward with all 72 maps")
    compare_warm(torch, rounds, "attention", SHAPES, "Attention alone, weights returned")
    compare_pictures(torch)


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
