"""Measure the language model: what its heads do, and its column of the gap.

`python data/measure_smollm2.py` measures all (an hour on one core); with names of tasks only their cells of the gap.
Running it again gives the same figures.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from attention_core import heads, llama_gap, llama_heads, tasks
from attention_core.files import verify_file
from attention_core.llama import load_llama

if __name__ == "__main__":
    model = load_llama()
    if not sys.argv[1:]:
        sentences = json.loads(verify_file("minilm/sentences.json").read_text("utf-8"))
        heads.store(llama_heads.FILE, llama_heads.measure_heads(model, sentences))
    llama_gap.measure_column(model, sys.argv[1:] or tasks.TASKS, print)
