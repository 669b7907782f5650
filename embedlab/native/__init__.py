"""Kernels in C++ for float32 tables on the CPU: sums of rows, and updates of rows in place.

They do what the rest of embedlab does in JAX, several times faster, and nothing that it can't do: where
there is no compiler, `available` says so, and JAX does the work.

`build` finds the compiler and makes the library at the first need, once; `calls` are the functions, for
use under `jit` and `lax.scan`.
"""

from embedlab.native.build import available
from embedlab.native.calls import RULES, merge, pool, update, write

__all__ = ["RULES", "available", "merge", "pool", "update", "write"]
