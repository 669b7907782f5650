"""Whether a training step costs the same at any number of rows, in time and in memory.

    PYTHONPATH=. python scripts/bench_flat.py                # time: 1 M against 16 M rows, 64 wide
    PYTHONPATH=. python scripts/bench_flat.py --memory       # memory: 50 M rows, 32 wide

Time: a step of 1,024 bags of 32 uniform ids (SGD), beside a bare gather of the same ids from a table of the
same size, since rows that lie far apart miss the caches whatever one does. All four are timed in turn. The
figure is the step's growth over the gather's, t(16 M)/t(1 M) ÷ g(16 M)/g(1 M), with a 95 % interval.

Memory: the most that the process ever held, above what it held before anything was allocated, less the bytes
of table and optimizer state.
"""

from __future__ import annotations

import argparse
import resource
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from ratios import alternate

import embedlab
from embedlab import sparse

BATCH, LENGTH, RATE, BATCHES, TOGETHER = 1024, 32, 0.05, 512, 8


def make(rows: int, dim: int, rule: sparse.RowOptimizer) -> tuple[sparse.Trainer, sparse.TrainState]:
    """The training of a mean bag and a linear layer."""
    spec = embedlab.Dense(rows, dim, initialiser=embedlab.Uniform())

    def loss(params: Any, ids: Any, labels: Any) -> Any:
        logits = embedlab.bag(spec, params["words"], ids) @ params["weight"]
        return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()

    trainer = sparse.Trainer(loss, rows=rule, dense=optax.sgd(RATE))
    return trainer, trainer.init({"words": spec.init(jax.random.key(0)), "weight": jnp.zeros((dim, 4))})


def lines(rows: int, dim: int) -> dict[str, Callable[[int], Any]]:
    """The step and the gather, on the same ids and the same table."""
    trainer, state = make(rows, dim, sparse.sgd(RATE))
    rng = np.random.default_rng(0)
    ids = rng.integers(0, rows, (BATCHES, BATCH, LENGTH), np.int32)
    labels = rng.integers(0, 4, (BATCHES, BATCH), np.int32)
    held, places = {"state": state}, {"step": 0, "gather": 0}

    @jax.jit
    def gather(table: Any, ids: Any) -> Any:
        return table.at[ids].get(mode="promise_in_bounds")

    def next_place(name: str, number: int) -> int:
        first = places[name]
        places[name] = (first + number) % BATCHES
        return first

    def step(count: int) -> float:
        for _ in range(max(1, count // TOGETHER)):
            first = next_place("step", TOGETHER)
            now = slice(first, first + TOGETHER)
            held["state"], losses = trainer.steps(held["state"], ids[now], labels[now])
        return float(losses[-1])

    def bare(count: int) -> None:
        for _ in range(count):
            rows_read = gather(held["state"].params["words"].tables["table"], ids[next_place("gather", 1)])
            rows_read.block_until_ready()

    return {"step": step, "gather": bare}


def time_growth(args: argparse.Namespace) -> None:
    small, large = args.small, args.large
    contestants = {(name, n): line for n in (small, large) for name, line in lines(n, 64).items()}
    named = {f"{name} {n}": line for (name, n), line in contestants.items()}
    times = alternate(named, args.rounds, args.seconds)
    for name, found in times.items():
        print(f"{name:16} {1e3 * np.median(found):8.3f} ms")
    picks = np.random.default_rng(0).integers(args.rounds, size=(10_000, args.rounds))

    def growth(median: Callable[[np.ndarray], Any], name: str) -> Any:
        return median(times[f"{name} {large}"]) / median(times[f"{name} {small}"])

    def drawn(found: np.ndarray) -> np.ndarray:
        return np.median(found[picks], axis=1)

    low, high = np.quantile(growth(drawn, "step") / growth(drawn, "gather"), [0.025, 0.975])
    step, gather = growth(np.median, "step"), growth(np.median, "gather")
    print(f"step grows {step:.3f} ×, gather {gather:.3f} ×: {step / gather:.3f} ({low:.3f} … {high:.3f})")


def peak() -> int:
    """Bytes that the process held at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def memory(args: argparse.Namespace) -> None:
    jax.block_until_ready(jnp.zeros(1))  # the run-time itself is there before
    rule = {"sgd": sparse.sgd, "adagrad": sparse.adagrad, "adam": sparse.adam}[args.optimizer](RATE)
    rng = np.random.default_rng(0)
    before = peak()
    trainer, state = make(args.memory_rows, args.memory_dim, rule)
    kept = sum(leaf.nbytes for leaf in jax.tree.leaves(state))
    for _ in range(4):
        ids = rng.integers(0, args.memory_rows, (TOGETHER, BATCH, LENGTH), np.int32)
        state, losses = trainer.steps(state, ids, rng.integers(0, 4, (TOGETHER, BATCH), np.int32))
        print(f"loss {float(losses[-1]):.4f}")
    above = peak() - before
    print(
        f"{args.memory_rows:,} × {args.memory_dim}, {args.optimizer}: tables and state {kept / 1e6:,.0f} MB"
    )
    print(f"most above the process before: {above / 1e6:,.0f} MB, {(above - kept) / 1e6:,.0f} MB beside them")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--small", type=int, default=1_000_000)
    parser.add_argument("--large", type=int, default=16_000_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=0.25, help="of a slice (default 0.25)")
    parser.add_argument("--memory", action="store_true", help="memory instead of time")
    parser.add_argument("--memory-rows", type=int, default=50_000_000)
    parser.add_argument("--memory-dim", type=int, default=32)
    parser.add_argument("--optimizer", choices=("sgd", "adagrad", "adam"), default="sgd")
    args = parser.parse_args()
    (memory if args.memory else time_growth)(args)


if __name__ == "__main__":
    main()
