"""Trains the model of a step benchmark on demand, for a program that times several of its kind in turn.

    PYTHONPATH=. python scripts/step_worker.py [row-wise] OPTIMIZER ROWS DISTRIBUTION

OPTIMIZER is one of those of `bench_step.py`, as sgd, adagrad or adam (lazy); with row-wise, adagrad and adam
are the row-wise ones. DISTRIBUTION is zipf or uniform. The model is bench_step's. Says `READY rss peak loss`
once it is warm; answers each line `GO n` with `T seconds-a-step loss peak` after n steps, each on a batch of
its own, all that is done for them counted. `python scripts/bench_step.py --worker` starts such workers.
"""

from __future__ import annotations

import resource
import sys
import time

from step_models import OPTIMIZERS, TOGETHER, Case, embedlab_sparse


def memory() -> tuple[int, int]:
    """Bytes in use now, and at most so far."""
    with open("/proc/self/statm") as file:
        resident = int(file.read().split()[1]) * resource.getpagesize()
    return resident, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main() -> None:
    *row_wise, name, rows, distribution = sys.argv[1:]
    name = f"row_{name}" if row_wise and f"row_{name}" in OPTIMIZERS else name
    work = embedlab_sparse(Case("bag", int(rows), distribution, name))
    warm = work(TOGETHER + 1)  # both programs
    print("READY", *memory(), warm, flush=True)
    for line in sys.stdin:
        steps = int(line.split()[1])
        start = time.perf_counter()
        last = work(steps)
        print("T", (time.perf_counter() - start) / steps, last, memory()[1], flush=True)


if __name__ == "__main__":
    main()
