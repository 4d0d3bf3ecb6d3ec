"""From a fresh process to the first attention weights of a sentence on GloVe, against reading the vectors as text.

    python benchmarks/bench_glove.py

The text file is made here, in the shape of Stanford's glove.6B.50d.txt: 400,000 lines of a word and fifty numbers.
"""

import multiprocessing
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import timing  # noqa: E402

SENTENCE = "The king and queen ruled the kingdom"
LINES = 400_000

HERE = f"""
from attention_core.embeddings import raw_attention
from attention_core.glove_sources import load_glove
from attention_core.text import tokenize
raw_attention(tokenize({SENTENCE!r}), load_glove()).attention.weights
"""

TEXT = f"""
import sys
import numpy as np
vectors = {{}}
with open(sys.argv[1], encoding="utf-8") as file:
    for line in file:
        word, *numbers = line.split(" ")
        vectors[word] = np.array(numbers, dtype=np.float32)
x = np.stack([vectors[word] for word in {SENTENCE!r}.lower().split()])
e = np.exp(x @ x.T / np.sqrt(50))
e / e.sum(axis=-1, keepdims=True)
"""


def write_text(path: Path) -> None:
    """A text file as large as Stanford's, from the vectors in data/."""
    from attention_core.glove_sources import load_glove

    glove = load_glove()
    rows = [" ".join(f"{x:.5g}" for x in row.tolist()) for row in glove.vectors]
    with path.open("w", encoding="utf-8") as file:
        for line in range(LINES):
            copy, row = divmod(line, len(rows))
            word = glove.words[row].decode("utf-8") + (f"_{copy}" if copy else "")
            file.write(f"{word} {rows[row]}\n")


def main() -> None:
    """Print the seconds of each and how they compare."""
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "glove.txt"
        # in a process of its own, for what this one holds would count as its children's
        writer = multiprocessing.get_context("spawn").Process(target=write_text, args=(text,))
        writer.start()
        writer.join()
        commands = {
            "import numpy": [sys.executable, "-c", "import numpy"],
            "the core": [sys.executable, "-c", HERE],
            "python -m attention_core": [sys.executable, "-m", "attention_core", "--json", SENTENCE],
        }
        quick = timing.cold(commands, rounds=45, threads=1)
        slow = timing.cold({"text": [sys.executable, "-c", TEXT, str(text)]}, rounds=2, threads=1)["text"]
        size = text.stat().st_size / 1e6
    floor = quick["import numpy"][0]
    for name, (seconds, peak) in quick.items():
        print(f"{name}: {seconds:.3f} s, peak {peak:.0f} MiB, {seconds.over(floor):.2f} × import numpy")
    print(f"reading {size:.0f} MB of text line by line: {slow[0]:.2f} s, peak {slow[1]:.0f} MiB, ", end="")
    print(f"{slow[0].median / quick['the core'][0].median:.0f} × the core")


if __name__ == "__main__":
    main()
