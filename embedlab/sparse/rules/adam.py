"""Adam, with a second moment for each entry or one for each row."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import jax.numpy as jnp

from embedlab.checks import finite_fields, require
from embedlab.sparse.rules.base import RowArrays
from embedlab.sparse.rules.sgd import power, steps_until


@dataclasses.dataclass(frozen=True)
class Adam:
    """`m ← b1·m + (1−b1)·g`, `v ← b2·v + (1−b2)·g²`, and with `m̂ = m/(1−b1ᵗ)`, `v̂ = v/(1−b2ᵗ)`:

        direction = m̂ / (√v̂ + eps)                     exact, equal to `optax.adam` on the whole table
        direction = m̂ / ((√v + eps) / √(1−b2ᵗ))         lazy, equal to torch's SparseAdam

    t counts the steps of the table, not of the row. Lazy, the moments of a row decay, and move it, only in
    steps that touch it. The two places of eps are those of the two libraries.

    Attributes:
        b1: decay of the first moment.
        b2: decay of the second.
        eps: added to the root.
        torch: whether eps stands where torch has it.

    Raises:
        ValueError: a decay outside [0, 1); an eps below 0; b1 not below √b2, where steps without a gradient
            would grow.

    Example:
        >>> rule = Adam(torch=False)
        >>> kept = rule.init(1, 2, jnp.float32)   # [rows, width]
        >>> direction, _ = rule.update(jnp.full((1, 2), 3.0), kept, 0)
        >>> direction.round(3)
        Array([[1., 1.]], dtype=float32)

    Reference: Kingma & Ba 2015, "Adam: a method for stochastic optimization".
    """

    b1: float = 0.9
    b2: float = 0.999
    eps: float = 1e-8
    torch: bool = True

    def __post_init__(self) -> None:
        _require_decays(self)

    @property
    def kernel(self) -> str:
        """That of torch's formula; there is none for the other."""
        return "adam" if self.torch else ""

    def init(self, rows: int, width: int, dtype: Any) -> dict[str, Any]:
        """Both moments, zeros [rows, width]."""
        return {"m": jnp.zeros((rows, width), dtype), "v": jnp.zeros((rows, width), dtype)}

    def update(self, gradient: Any, kept: RowArrays, count: Any) -> tuple[Any, dict[str, Any]]:
        """The first moment over the root of the second."""
        m = self.b1 * kept["m"] + (1 - self.b1) * gradient
        v = self.b2 * kept["v"] + (1 - self.b2) * gradient * gradient
        return self._direction(m, v, count), {"m": m, "v": v}

    def idle_steps(self, dtype: Any) -> int:
        """Until `(b1/√b2)^n`, by which the direction shrinks, is below rounding."""
        return steps_until(self.b1 / math.sqrt(self.b2), dtype)

    def idle(self, kept: RowArrays, count: Any) -> tuple[Any, dict[str, Any]]:
        """The direction of moments that decay."""
        m, v = self.b1 * kept["m"], self.b2 * kept["v"]
        return self._direction(m, v, count), {"m": m, "v": v}

    def rest(self, kept: RowArrays, steps: Any) -> dict[str, Any]:
        """`m · b1^steps`, `v · b2^steps`."""
        m, v = kept["m"], kept["v"]
        return {"m": m * power(self.b1, steps, m.dtype), "v": v * power(self.b2, steps, v.dtype)}

    def numbers(self, rate: Any, count: Any) -> list[Any]:
        """Rate with the bias corrections in it, eps, the decays, and one less each."""
        first, second = _corrections(self, count, jnp.float32)
        decays = (self.b1, self.b2, 1 - self.b1, 1 - self.b2)
        return [rate * jnp.sqrt(second) / first, self.eps, *decays]

    def _direction(self, m: Any, v: Any, count: Any) -> Any:
        first, second = _corrections(self, count, m.dtype)
        if self.torch:
            return (jnp.sqrt(second) / first) * m / (jnp.sqrt(v) + self.eps)
        return (m / first) / (jnp.sqrt(v / second) + self.eps)


@dataclasses.dataclass(frozen=True)
class RowAdam:
    """Adam with one second moment a row, `v ← b2·v + (1−b2)·mean(g²)`: FBGEMM's partial row-wise Adam. Lazy.

    Attributes:
        b1: decay of the first moment.
        b2: decay of the second.
        eps: added to the root.

    Raises:
        ValueError: a decay outside [0, 1), an eps below 0, or b1 not below √b2.

    Example:
        >>> rule = RowAdam()
        >>> {name: array.shape for name, array in rule.init(10, 4, jnp.float32).items()}   # [rows, …]
        {'m': (10, 4), 'v': (10, 1)}

    Reference: Khudia et al. 2021, "FBGEMM"; Kingma & Ba 2015.
    """

    b1: float = 0.9
    b2: float = 0.999
    eps: float = 1e-8

    kernel = "row_adam"

    def __post_init__(self) -> None:
        _require_decays(self)

    def init(self, rows: int, width: int, dtype: Any) -> dict[str, Any]:
        """First moments, zeros [rows, width], and second, zeros [rows, 1]."""
        return {"m": jnp.zeros((rows, width), dtype), "v": jnp.zeros((rows, 1), dtype)}

    def update(self, gradient: Any, kept: RowArrays, count: Any) -> tuple[Any, dict[str, Any]]:
        """The first moment over the root of the row's second."""
        m = self.b1 * kept["m"] + (1 - self.b1) * gradient
        square = (gradient * gradient).mean(-1, keepdims=True)
        v = self.b2 * kept["v"] + (1 - self.b2) * square
        first, second = _corrections(self, count, m.dtype)
        return (m / first) / (jnp.sqrt(v / second) + self.eps), {"m": m, "v": v}

    def numbers(self, rate: Any, count: Any) -> list[Any]:
        """Rate and eps with the bias corrections in them, the decays, and one less each."""
        first, second = _corrections(self, count, jnp.float32)
        decays = (self.b1, self.b2, 1 - self.b1, 1 - self.b2)
        return [rate * jnp.sqrt(second) / first, self.eps * jnp.sqrt(second), *decays]


def _corrections(rule: Adam | RowAdam, count: Any, dtype: Any) -> tuple[Any, Any]:
    """`1 − b1ᵗ` and `1 − b2ᵗ` for t = count + 1, as optax computes them, in the moments' type."""
    first, second = 1 - rule.b1 ** (count + 1), 1 - rule.b2 ** (count + 1)
    return jnp.asarray(first, dtype), jnp.asarray(second, dtype)


def _require_decays(rule: Adam | RowAdam) -> None:
    finite_fields(rule, "b1", "b2", "eps")
    for field in ("b1", "b2"):
        value = getattr(rule, field)
        require(0 <= value < 1, field, value, "give a number of at least 0 and below 1")
    require(rule.b1 < math.sqrt(rule.b2), "b1", rule.b1, f"give one below √b2 = {math.sqrt(rule.b2):.6g}")
    require(rule.eps >= 0, "eps", rule.eps, "give a number of at least 0")
