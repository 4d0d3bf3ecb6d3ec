"""How long `make check` and `make test` take, beside what a rerun of a bare page costs on this machine.

    python benchmarks/bench_suite.py

Processor speeds differ; the cost of the bare page lets the seconds be compared with those of another machine.
"""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import psutil  # noqa: E402
from bench_pages import cost  # noqa: E402
from serving import Served  # noqa: E402

from tests.support.visitor import Visitor  # noqa: E402


async def bare_page(served: Served) -> float:
    """Milliseconds of processor time that a rerun of the bare page takes, once it is warm."""
    visitor, process = Visitor(served.url), psutil.Process(served.process.pid)
    await visitor.open()
    await cost(visitor, process)
    milliseconds, _ = await cost(visitor, process)
    await visitor.close()
    return milliseconds


def main() -> None:
    """Run both and print what they took."""
    served = Served(ROOT / "benchmarks" / "bare_page")
    try:
        print(f"a rerun of a bare page: {asyncio.run(bare_page(served)):.1f} ms of processor time", flush=True)
    finally:
        served.stop()
    for target in ("check", "test"):
        start = time.perf_counter()
        done = subprocess.run(["make", target], cwd=ROOT, capture_output=True, text=True, check=False)
        last = (done.stdout + done.stderr).strip().splitlines()[-1]
        print(f"make {target}: {time.perf_counter() - start:.0f} s ({last})", flush=True)
        if done.returncode:
            sys.exit(1)


if __name__ == "__main__":
    main()
