"""Trains the model of a step benchmark on demand, for a program that times several of its kind in turn.

    python scripts/step_worker.py [row-wise] OPTIMIZER ROWS DISTRIBUTION

OPTIMIZER is sgd, adagrad, row_adagrad, adam (lazy) or row_adam; with row-wise, adagrad and adam are those.
DISTRIBUTION is zipf or uniform. The model: 1,024 bags of 32 ids, 64 wide, their means, a linear layer to 4
classes, cross-entropy. Says `READY rss peak loss` once it is warm; answers each line `GO n` with `T
seconds-a-step loss peak` after n steps, each on a batch of its own, all that is done for them counted.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

import embedlab
from embedlab import sparse

BATCH, LENGTH, DIM, CLASSES, RATE = 1024, 32, 64, 4, 0.05
BATCHES = 512  # 16.8 million ids: few rows are still in a cache when their batch comes again
TOGETHER = 8  # steps in one program, which spares the time between them

OPTIMIZERS = {
    "sgd": (sparse.sgd, optax.sgd),
    "adagrad": (sparse.adagrad, optax.adagrad),
    "row_adagrad": (sparse.row_adagrad, optax.adagrad),
    "adam": (sparse.adam, optax.adam),
    "row_adam": (sparse.row_adam, optax.adam),
}


def batches(rows: int, distribution: str) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Ids int32 [BATCH, LENGTH], uniform or of Zipf's law with exponent 1.1, and labels int32 [BATCH]."""
    rng = np.random.default_rng(0)
    share = np.cumsum(np.arange(1, rows + 1, dtype=np.float64) ** -1.1)
    share /= share[-1]
    for _ in range(BATCHES):
        if distribution == "uniform":
            ids = rng.integers(0, rows, (BATCH, LENGTH))
        else:
            ids = np.minimum(np.searchsorted(share, rng.random((BATCH, LENGTH))), rows - 1)
        yield ids.astype(np.int32), rng.integers(0, CLASSES, BATCH).astype(np.int32)


def loss(params: Any, ids: Any, labels: Any) -> Any:
    """Cross-entropy of the mean bags' logits."""
    logits = embedlab.bag(SPEC, params["words"], ids) @ params["weight"] + params["bias"]
    return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()


def memory() -> tuple[int, int]:
    """Bytes in use now, and at most so far."""
    with open("/proc/self/statm") as file:
        resident = int(file.read().split()[1]) * resource.getpagesize()
    return resident, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


class Work:
    """The training, and the batches, in their order, over and over."""

    def __init__(self, optimizer: str, distribution: str) -> None:
        rows, dense = (make(RATE) for make in OPTIMIZERS[optimizer])
        self.trainer = sparse.Trainer(loss, rows=rows, dense=dense)
        key = jax.random.key(0)
        head = {"weight": jnp.zeros((DIM, CLASSES)), "bias": jnp.zeros(CLASSES)}
        self.state = self.trainer.init({"words": SPEC.init(key), **head})
        self.data = list(batches(SPEC.vocabulary, distribution))
        self.next = 0
        self.loss: Any = jnp.zeros(1)

    def run(self, steps: int) -> float:
        """Takes so many steps, and waits for their end; the last loss."""
        while steps:
            count = TOGETHER if steps >= TOGETHER else 1
            chosen = [self.data[(self.next + i) % BATCHES] for i in range(count)]
            stacked = [np.stack(arrays) for arrays in zip(*chosen, strict=True)]
            self.state, self.loss = self.trainer.steps(self.state, *stacked)
            self.next, steps = self.next + count, steps - count
        return float(self.loss[-1])


if __name__ == "__main__":
    *row_wise, name, rows, distribution = sys.argv[1:]
    name = f"row_{name}" if row_wise and f"row_{name}" in OPTIMIZERS else name
    SPEC = embedlab.Dense(int(rows), DIM, initialiser=embedlab.Normal(0.1))
    work = Work(name, distribution)
    warm = work.run(TOGETHER + 1)  # both programs
    print("READY", *memory(), warm, flush=True)
    for line in sys.stdin:
        steps = int(line.split()[1])
        start = time.perf_counter()
        last = work.run(steps)
        print("T", (time.perf_counter() - start) / steps, last, memory()[1], flush=True)
