"""The core's tests under every kernel that this machine can play: `python -m tests.kernels [arguments of pytest]`.

Another processor sums a product in another order, and its last digits differ. OpenBLAS and NumPy choose their kernels
when they are loaded, and can be told to choose those of an older processor. Each choice gets a process of its own.
"""

import os
import subprocess
import sys
from pathlib import Path

from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

ROOT = Path(__file__).resolve().parent.parent
BLAS = {  # OpenBLAS's kernels by what the processor must have, in NumPy's words
    "Sandybridge": "AVX",
    "Haswell": "AVX2",
    "SkylakeX": "AVX512F",
    "ARMV8": "ASIMD",
    "NEOVERSEN1": "ASIMDDP",
}


def kernels() -> dict[str, dict[str, str]]:
    """What this processor can play: by name the environment that chooses it.

    NumPy's own are switched off one after the other, the newest first: it warns of those it does not know or have.
    """
    found = {"as it is": {}}
    found |= {
        f"OpenBLAS {name}": {"OPENBLAS_CORETYPE": name} for name, has in BLAS.items() if __cpu_features__.get(has)
    }
    here = [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]
    for first in reversed(range(len(here))):
        found[f"NumPy without {' '.join(here[first:])}"] = {"NPY_DISABLE_CPU_FEATURES": " ".join(here[first:])}
    return found


def main(arguments: list[str]) -> int:
    """Run the tests under each kernel and print a line for each; 1 if a test failed under any."""
    failed = False
    for name, chosen in kernels().items():
        command = [sys.executable, "-m", "pytest", "-q", "--no-header", *(arguments or ["tests/core"])]
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **chosen}, capture_output=True, text=True, check=False
        )
        last = (done.stdout.strip() or done.stderr.strip() or "no output").splitlines()[-1]
        print(f"{name:<28}{last}", flush=True)
        if done.returncode:
            failed = True
            print(done.stdout + done.stderr, flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
