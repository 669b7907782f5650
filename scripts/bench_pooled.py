"""The pooled forward pass beside `jnp.take(...).mean`, at millions of rows.

    PYTHONPATH=. python scripts/bench_pooled.py --rows 4000000 --rounds 15

Mean bags of uniform ids, batch × length, fresh ids in every call. All lines are timed in turn in one
process, a slice of calls each, so that a change in the machine's load meets all of them. Prints the
median of each, the ratio of medians to the naive line with a bootstrap 95 % interval, and the bytes of
temporary arrays that XLA sets aside. Goal for dense: at least 3 times the naive line's speed, and no
[batch, length, dim] temporary. The hashed and subword lines read several rows an id: for information.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import embedlab

CALLS = 8  # in a slice of one round


def naive(variables: embedlab.Variables, ids: Any) -> Any:
    """What one writes without the library."""
    return jnp.take(variables.tables["table"], ids, axis=0).mean(1)


def pooled(spec: embedlab.Embedding) -> Callable[..., Any]:
    """The library's bag, every id taken for real."""
    return lambda variables, ids: embedlab.bag(spec, variables, ids, mode="mean")


def ragged(spec: embedlab.Embedding) -> Callable[..., Any]:
    """The same bags, of one length as it happens, given as values and offsets."""

    def mean(variables: embedlab.Variables, ids: Any) -> Any:
        offsets = jnp.arange(ids.shape[0] + 1) * ids.shape[1]
        return embedlab.bag(spec, variables, ids.reshape(-1), offsets=offsets, mode="mean")

    return mean


def lines(rows: int, dim: int) -> dict[str, tuple[Callable[..., Any], Any]]:
    """Name → function of (variables, ids), and its variables. One table serves all of them."""
    dense = embedlab.Dense(rows, dim, initialiser=embedlab.Uniform())
    hashed = embedlab.Hashed(rows, dim, buckets=rows, hashes=2)
    words = rows // 4
    subword = embedlab.Subword(words, dim, buckets=rows - words)
    variables = dense.init(jax.random.key(0))
    # Random buckets cost what real n-grams cost; the kernel knows no difference.
    ngrams = np.random.default_rng(1).integers(0, subword.buckets, (words, 16), np.int32)
    with_ngrams = embedlab.Variables(variables.tables, buffers={"ngrams": jnp.asarray(ngrams)})
    return {
        "naive": (naive, variables),
        "dense": (pooled(dense), variables),
        "dense, ragged": (ragged(dense), variables),
        "hashed k=2": (pooled(hashed), variables),
        "subword k=17": (pooled(subword), with_ngrams),
    }


def slice_seconds(call: Callable[..., Any], variables: Any, batches: list[Any]) -> float:
    """Seconds a call, over a slice of calls with ids that none has seen before."""
    start = time.perf_counter()
    for ids in batches:
        call(variables, ids).block_until_ready()
    return (time.perf_counter() - start) / len(batches)


def ratio_interval(slow: np.ndarray, fast: np.ndarray, draws: int = 10_000) -> tuple[float, float, float]:
    """Ratio of medians (slow over fast) and its 95 % interval, rounds drawn with replacement."""
    picks = np.random.default_rng(0).integers(len(slow), size=(draws, len(slow)))
    drawn = np.median(slow[picks], axis=1) / np.median(fast[picks], axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(np.median(slow) / np.median(fast)), float(low), float(high)


def measure(args: argparse.Namespace) -> None:
    rng = np.random.default_rng(0)
    compiled, temporary, known = {}, {}, {}
    for name, (function, variables) in lines(args.rows, args.dim).items():
        known[name] = args.rows // 4 if name.startswith("subword") else args.rows
        shape = jax.ShapeDtypeStruct((args.batch, args.length), jnp.int32)
        call = jax.jit(function).lower(variables, shape).compile()
        compiled[name] = (call, variables)
        temporary[name] = call.memory_analysis().temp_size_in_bytes

    def fresh(name: str) -> list[Any]:
        ids = rng.integers(0, known[name], (CALLS, args.batch, args.length), np.int32)
        return [jax.block_until_ready(jnp.asarray(batch)) for batch in ids]

    times: dict[str, list[float]] = {name: [] for name in compiled}
    for turn in range(args.rounds + 1):
        for name, (call, variables) in compiled.items():
            seconds = slice_seconds(call, variables, fresh(name))
            if turn:  # the first round warms up
                times[name].append(seconds)
    report(args, {name: np.array(t) for name, t in times.items()}, temporary)


def report(args: argparse.Namespace, times: dict[str, np.ndarray], temporary: dict[str, int]) -> None:
    whole = args.batch * args.length * args.dim * 4
    print(f"jax {jax.__version__}, {jax.default_backend()}; {args.rows} × {args.dim} float32")
    print(f"batch {args.batch} × {args.length}, {args.rounds} rounds of {CALLS} calls")
    print(f"[batch, length, dim] would be {whole} bytes")
    for name, seconds in times.items():
        ratio, low, high = ratio_interval(times["naive"], seconds)
        print(
            f"{name:<13} {1e3 * np.median(seconds):8.3f} ms   naive / {name} = {ratio:5.2f} "
            f"({low:.2f} … {high:.2f})   temporary {temporary[name]} bytes"
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=4_000_000, help="of the table (default 4,000,000)")
    parser.add_argument("--dim", type=int, default=64, help="width of a row (default 64)")
    parser.add_argument("--batch", type=int, default=1024, help="bags a call (default 1,024)")
    parser.add_argument("--length", type=int, default=32, help="ids a bag (default 32)")
    parser.add_argument("--rounds", type=int, default=15, help="measured rounds; at least 9 (default 15)")
    args = parser.parse_args()
    args.rounds = max(9, args.rounds)
    measure(args)


if __name__ == "__main__":
    main()
