"""What `import embedlab` costs beside `import jax`, which it needs anyway.

    PYTHONPATH=. python scripts/bench_import.py --rounds 15

The two are imported in turn, each in a fresh process, so that a change in the machine's load meets both.
Prints the ratio of the medians with a bootstrap 95 % interval. Goal: at most 1.3.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
MODULES = ("jax", "embedlab")
GOAL = 1.3


def seconds(module: str) -> float:
    """Seconds that importing `module` takes in a process of its own."""
    code = f"import time; start = time.perf_counter(); import {module}; print(time.perf_counter() - start)"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return float(run.stdout)


def measured(rounds: int) -> np.ndarray:
    """Seconds of each module's import, float64 [rounds, modules]."""
    for module in MODULES:  # once unmeasured: byte code written, files in the page cache
        seconds(module)
    return np.array([[seconds(module) for module in MODULES] for _ in range(rounds)])


def ratio_interval(times: np.ndarray, draws: int = 10_000) -> tuple[float, float, float]:
    """Ratio of medians (second column over first) and its 95 % interval, rounds drawn with replacement."""
    picks = np.random.default_rng(0).integers(len(times), size=(draws, len(times)))
    jax_median, embedlab_median = np.moveaxis(np.median(times[picks], axis=1), -1, 0)
    low, high = np.quantile(embedlab_median / jax_median, [0.025, 0.975])
    return float(np.divide(*np.median(times, axis=0)[::-1])), float(low), float(high)


def main() -> None:
    parser = argparse.ArgumentParser(description="The cost of `import embedlab` beside `import jax`.")
    parser.add_argument("--rounds", type=int, default=15, help="of both imports; at least 9 (default 15)")
    rounds = max(9, parser.parse_args().rounds)
    times = measured(rounds)
    for module, median in zip(MODULES, np.median(times, axis=0), strict=True):
        print(f"import {module:<9} median {median:.3f} s over {rounds} rounds")
    ratio, low, high = ratio_interval(times)
    print(f"embedlab / jax = {ratio:.3f}  (95 % interval {low:.3f} … {high:.3f}; goal at most {GOAL})")


if __name__ == "__main__":
    main()
