"""The forward pass of a mean bag, beside torch's EmbeddingBag: 1,024 bags of 32 ids, 64 wide, float32.

    PYTHONPATH=. python scripts/bench_forward.py --rows 1000000,4000000 --torch PYTHON

PYTHON is an interpreter that can import torch, which runs as a worker; without it the lines of the library
alone are timed. Both sides work on the same ids, fresh in every call, a slice of calls in turn. Lines: `bag`,
which is pure JAX, and `kernel`, the C++ kernel that a training step reads with (`embedlab.native.pool`).
Prints milliseconds a call, GB of rows read a second, and the speed against torch with a 95 % interval.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from ratios import ratio_interval

import embedlab
from embedlab import native

BATCH, LENGTH, DIM = 1024, 32, 64
BATCHES = 256
CALLS = 256  # a slice: long enough to forget the one before

WORKER = """
import sys, time
import numpy as np, torch
rows, threads = int(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(threads)
bag = torch.nn.EmbeddingBag(rows, DIM, mode="mean")
rng = np.random.default_rng(0)
ids = torch.from_numpy(rng.integers(0, rows, (BATCHES, BATCH, LENGTH)))
print("ready", flush=True)
first = 0
with torch.inference_mode():
    for line in sys.stdin:
        start = time.perf_counter()
        for i in range(CALLS):
            bag(ids[(first + i) % BATCHES])
        print((time.perf_counter() - start) / CALLS, flush=True)
        first += CALLS
"""


def torch_line(python: str, rows: int, threads: int) -> Callable[[], float]:
    """Seconds a call of torch's, in a process of its own."""
    numbers = f"BATCH, LENGTH, DIM, BATCHES, CALLS = {BATCH}, {LENGTH}, {DIM}, {BATCHES}, {CALLS}\n"
    command = [python, "-c", numbers + WORKER, str(rows), str(threads)]
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert worker.stdin and worker.stdout
    if not worker.stdout.readline():
        sys.exit(f"--torch={python}: it cannot import torch; give an interpreter that can")

    def seconds() -> float:
        assert worker.stdin and worker.stdout
        print("go", file=worker.stdin, flush=True)
        return float(worker.stdout.readline())

    return seconds


def our_line(function: Callable[..., Any], variables: embedlab.Variables) -> Callable[[], float]:
    """Seconds a call of ours."""
    rows = variables.tables["table"].shape[0]
    ids = np.random.default_rng(0).integers(0, rows, (BATCHES, BATCH, LENGTH)).astype(np.int32)
    batches = [jnp.asarray(batch) for batch in ids]
    call = jax.jit(function)
    first = 0

    def seconds() -> float:
        nonlocal first
        start = time.perf_counter()
        for i in range(CALLS):
            call(variables, batches[(first + i) % BATCHES]).block_until_ready()
        first += CALLS
        return (time.perf_counter() - start) / CALLS

    return seconds


def measure(rows: int, args: argparse.Namespace) -> None:
    spec = embedlab.Dense(rows, DIM, initialiser=embedlab.Uniform())
    variables = spec.init(jax.random.key(0))
    lines = {"bag": our_line(lambda v, ids: embedlab.bag(spec, v, ids), variables)}
    if native.available():
        kernel = our_line(lambda v, ids: native.pool(v.tables["table"], ids.T) / LENGTH, variables)
        lines["kernel"] = kernel
    if args.torch:
        lines["torch"] = torch_line(args.torch, rows, args.threads)
    times: dict[str, list[float]] = {name: [] for name in lines}
    for turn in range(args.rounds + 1):
        for name, seconds in lines.items():
            found = seconds()
            if turn:  # the first round warms up
                times[name].append(found)
    for name, found in times.items():
        median = float(np.median(found))
        speed = BATCH * LENGTH * DIM * 4 / median / 1e9
        line = f"{rows:>9,} rows  {name:7} {1e3 * median:7.3f} ms  {speed:5.1f} GB/s"
        if "torch" in times and name != "torch":
            ratio, low, high = ratio_interval(np.array(times["torch"]), np.array(found))
            line += f"  {ratio:.2f} × torch's speed ({low:.2f} … {high:.2f})"
        print(line, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", default="1000000,4000000")
    parser.add_argument("--torch", metavar="PYTHON")
    parser.add_argument("--threads", type=int, default=2, help="torch's (default 2)")
    parser.add_argument("--rounds", type=int, default=15, help="at least 9 (default 15)")
    args = parser.parse_args()
    args.rounds = max(9, args.rounds)
    for rows in args.rows.split(","):
        measure(int(rows), args)


if __name__ == "__main__":
    main()
