"""Which way a table is updated: chosen by what is at hand, as measured with `scripts/bench_step.py`.

| strategy | what it does | chosen |
| --- | --- | --- |
| kernel | sums and rule in one C++ kernel, in place | CPU, float32, a rule that has one, and no more |
| positions | adds to the rows, without merging | plain SGD on a GPU, and on a CPU without a compiler |
| native | merging in C++, the rule in JAX | CPU, float32, all else |
| sort | merging by a sort in the program | CPU without a compiler, other types than float32; TPU |
| host | merging by NumPy's sort, the rule in JAX | never; it was the fastest before "sort" was |
| scan | sort, with sums that no two threads race for | never; for the same bits from run to run on a GPU |
| slots | merging by a slot a row, 4 bytes of it | GPU, all else: sorting is slow there |

All give the same sums up to the order of additions, and the same bits from run to run on the CPU. On a GPU
additions to one row race, but for "scan"; XLA's own flag `--xla_gpu_deterministic_ops=true` is the other way.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from embedlab import native
from embedlab.sparse.merge import WAYS
from embedlab.sparse.optimizer import RowOptimizer
from embedlab.sparse.rules import Sgd

STRATEGIES = ("kernel", "positions", *WAYS)

#: The fastest first, by where JAX computes; elsewhere "sort".
_ORDER = {"cpu": ("kernel", "positions", "native", "sort"), "gpu": ("positions", "slots")}


def choose(table: jax.Array, optimizer: RowOptimizer, *, clipped: bool, wanted: str | None = None) -> str:
    """The strategy for a table.

    Args:
        table: float [rows, width].
        optimizer: what updates it.
        clipped: whether gradients are clipped, which needs their merged norm first.
        wanted: a strategy that is to be taken; None to choose.

    Returns:
        One of `STRATEGIES`.

    Raises:
        ValueError: an unknown strategy, or one that can't be taken here.

    Example:
        >>> from embedlab.sparse.optimizers import adagrad
        >>> choose(jnp.zeros((3, 2), jnp.bfloat16), adagrad(0.1), clipped=False) in STRATEGIES
        True

    Source: measured.
    """
    able = _able(table, optimizer, clipped)
    if wanted is None:
        order = _ORDER.get(jax.default_backend(), ("sort",))
        return next(name for name in order if able[name])
    if wanted not in STRATEGIES:
        raise ValueError(f"strategy={wanted!r}: choose one of {', '.join(STRATEGIES)}")
    if not able[wanted]:
        can = ", ".join(name for name in STRATEGIES if able[name])
        for_clip = _able(table, optimizer, False)[wanted]
        here = "with clip, which needs merged gradients" if for_clip else "for this table and optimizer"
        raise ValueError(f"strategy={wanted!r}: it can't be taken {here}; {can} can")
    return wanted


def _able(table: jax.Array, optimizer: RowOptimizer, clipped: bool) -> dict[str, bool]:
    wide = table.dtype in (jnp.float32, jnp.float64)
    compiled = table.dtype == jnp.float32 and native.available()
    alone = not clipped
    return {
        "kernel": compiled and alone and optimizer.kernel != "",
        "positions": wide and alone and optimizer.plain and isinstance(optimizer.rule, Sgd),
        "native": compiled,
        "host": True,
        "sort": True,
        "scan": True,
        "slots": True,
    }
