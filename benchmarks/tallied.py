"""Serve the app; when asked by a signal, write down what its memory holds, by name and size.

    python benchmarks/tallied.py FILE run app.py

The arguments after FILE are Streamlit's. SIGUSR1 asks; FILE, as JSON, is the answer: MiB by name.
"""

import functools
import gc
import json
import os
import signal
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from streamlit.runtime import Runtime
from streamlit.web.cli import main

CACHE = type(functools.lru_cache(int))
NOT_FOLLOWED = (types.ModuleType, type, types.FunctionType, types.BuiltinFunctionType, types.FrameType)
KEPT = {  # what modules keep otherwise than in a cache of functools
    "ui.models.loaders": ("_short_readings", "_long_readings"),
    "ui.models.training": ("_trainings",),
    "ui.models.language_model": ("_texts", "_results"),
}


def size_of(root: Any, seen: set[int], *, closures: bool = False) -> int:
    """The bytes of all that is reached from an object and not seen before; files in memory do not count."""
    followed = tuple(kind for kind in NOT_FOLLOWED if not (closures and kind is types.FunctionType))
    total, waiting = 0, [root]
    while waiting:
        item = waiting.pop()
        if id(item) in seen or isinstance(item, followed):
            continue
        seen.add(id(item))
        if isinstance(item, types.FunctionType):
            waiting.extend(item.__closure__ or ())
            continue
        total += sys.getsizeof(item)  # of an array its numbers too, if they are its own
        waiting.extend([item.base] if isinstance(item, np.ndarray) else gc.get_referents(item))
    return total


def kept() -> Iterator[tuple[str, Any]]:
    """What the app's modules keep, by name."""
    for name, module in sorted(sys.modules.items()):
        if name.split(".")[0] in ("ui", "attention_core"):
            for kept_as, value in vars(module).items():
                if kept_as in KEPT.get(name, ()) or (isinstance(value, CACHE) and value.__module__ == name):
                    yield f"{name}.{kept_as}", value


def mapped(process: psutil.Process) -> dict[str, int]:
    """The bytes of files that are in memory: the app's data, and libraries."""
    found = dict.fromkeys(("files: data", "files: libraries"), 0)
    for area in process.memory_maps():
        if area.path.startswith("/"):
            found["files: data" if "/data/" in area.path else "files: libraries"] += area.rss
    return found


def tally() -> dict[str, float]:
    """MiB by name, the largest first; the last is what is not found: modules, their documentation, C's own memory."""
    process, seen = psutil.Process(), set[int]()
    found = mapped(process) | {name: size_of(value, seen) for name, value in kept()}
    found["Streamlit: sessions, their callbacks, files"] = size_of(Runtime.instance(), seen, closures=True)
    rest = process.memory_info().rss - sum(found.values())
    largest_first = sorted(found.items(), key=lambda entry: -entry[1])
    return {name: round(size / 2**20, 1) for name, size in (*largest_first, ("code and all else", rest))}


def write(file: Path) -> None:
    """Write the tally; whoever waits for the file never sees half of it."""
    half = file.with_suffix(".half")
    half.write_text(json.dumps(tally()), "utf-8")
    os.replace(half, file)


if __name__ == "__main__":
    answer = Path(sys.argv.pop(1))
    signal.signal(signal.SIGUSR1, lambda *_: write(answer))
    main()
