"""Trains the model of a step benchmark on demand, for a program that times several of its kind in turn.

    PYTHONPATH=. python scripts/step_worker.py [row-wise] OPTIMIZER ROWS DISTRIBUTION

OPTIMIZER is one of those of `bench_step.py`, as sgd, adagrad or adam (lazy); with row-wise, adagrad and adam
are the row-wise ones. DISTRIBUTION is zipf or uniform. The model is bench_step's. Says `READY rss peak loss`
once it is warm; answers each line `GO n` with `T seconds-a-step loss peak` after n steps, each on a batch of
its own, all that is done for them counted. `scripts/bench_step.py --worker` starts such workers.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time

from step_models import DISTRIBUTIONS, OPTIMIZERS, TOGETHER, Case, embedlab_sparse, row_count


def memory() -> tuple[int, int]:
    """Bytes in use now, and at most so far."""
    with open("/proc/self/statm") as file:
        resident = int(file.read().split()[1]) * resource.getpagesize()
    return resident, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def case() -> Case:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("way", nargs="?", choices=("row-wise",))
    parser.add_argument("optimizer", choices=OPTIMIZERS)
    parser.add_argument("rows", type=row_count)
    parser.add_argument("distribution", choices=DISTRIBUTIONS)
    args = parser.parse_args()
    row_wise = args.way and f"row_{args.optimizer}" in OPTIMIZERS
    return Case("bag", args.rows, args.distribution, f"row_{args.optimizer}" if row_wise else args.optimizer)


def main() -> None:
    work = embedlab_sparse(case())
    warm = work(TOGETHER + 1)  # both programs
    print("READY", *memory(), warm, flush=True)
    for line in sys.stdin:
        steps = int(line.split()[1])
        start = time.perf_counter()
        last = work(steps)
        print("T", (time.perf_counter() - start) / steps, last, memory()[1], flush=True)


if __name__ == "__main__":
    main()
