"""Stochastic gradient descent, plain and with momentum."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import jax.numpy as jnp

from embedlab.checks import finite_fields, require
from embedlab.sparse.rules.base import RowArrays


@dataclasses.dataclass(frozen=True)
class Sgd:
    """`direction = g`. Nothing is kept; equal to `optax.sgd` and torch's SGD.

    Example:
        >>> Sgd().update(jnp.ones((1, 2)), {}, 0)[0]   # [rows, width]
        Array([[1., 1.]], dtype=float32)

    Reference: Robbins & Monro 1951, "A stochastic approximation method".
    """

    kernel = "sgd"

    def init(self, rows: int, width: int, dtype: Any) -> dict[str, Any]:
        """Nothing."""
        return {}

    def update(self, gradient: Any, kept: RowArrays, count: Any) -> tuple[Any, dict[str, Any]]:
        """The gradient."""
        return gradient, {}

    def numbers(self, rate: Any, count: Any) -> list[Any]:
        """The rate."""
        return [rate]


@dataclasses.dataclass(frozen=True)
class ClippedSgd:
    """`direction = g · min(1, limit / ‖g‖)`, of each row by itself. Nothing is kept.

    A row that many positions of a step read takes the sum of what they say of the row as it was: without a
    limit frequent words of a skip-gram, say, are thrown further than they were ever to go.

    Attributes:
        limit: greatest norm of a row's gradient.

    Raises:
        ValueError: a limit that is no number above 0.

    Example:
        >>> ClippedSgd(5.0).update(jnp.array([[6.0, 8.0], [3.0, 4.0]]), {}, 0)[0]   # [rows, width]
        Array([[3., 4.],
               [3., 4.]], dtype=float32)

    Reference: Pascanu et al. 2013, "On the difficulty of training recurrent neural networks", by rows.
    """

    limit: float
    kernel = "clipped_sgd"

    def __post_init__(self) -> None:
        finite_fields(self, "limit")
        require(self.limit > 0, "limit", self.limit, "give a norm above 0")

    def init(self, rows: int, width: int, dtype: Any) -> dict[str, Any]:
        """Nothing."""
        return {}

    def update(self, gradient: Any, kept: RowArrays, count: Any) -> tuple[Any, dict[str, Any]]:
        """The gradient, no longer than the limit."""
        norm = jnp.sqrt(jnp.sum(jnp.square(gradient), -1, keepdims=True))
        # Nothing is hidden: of a norm of NaN all are NaN.
        return gradient * jnp.where(norm <= self.limit, 1, self.limit / norm), {}

    def numbers(self, rate: Any, count: Any) -> list[Any]:
        """Rate and limit."""
        return [rate, self.limit]


@dataclasses.dataclass(frozen=True)
class Momentum:
    """`m ← decay · m + g`, `direction = m`; of Nesterov's kind `g + decay · m`.

    Exact, it equals `optax.sgd(rate, decay, nesterov)` on the whole table. Lazy, the momentum of a row
    decays, and moves it, only in steps that touch it.

    Attributes:
        decay: of the momentum, a step.
        nesterov: whether of Nesterov's kind.

    Raises:
        ValueError: a decay outside [0, 1).

    Example:
        >>> Momentum(0.9).update(jnp.ones((1, 2)), {"momentum": jnp.ones((1, 2))}, 0)[0]   # [rows, width]
        Array([[1.9, 1.9]], dtype=float32)

    Reference: Sutskever et al. 2013, "On the importance of initialization and momentum in deep learning".
    """

    decay: float = 0.9
    nesterov: bool = False

    def __post_init__(self) -> None:
        finite_fields(self, "decay")
        require(0 <= self.decay < 1, "decay", self.decay, "give a number of at least 0 and below 1")
        require(isinstance(self.nesterov, bool), "nesterov", self.nesterov, "give True or False")

    @property
    def kernel(self) -> str:
        """There is none for Nesterov's kind."""
        return "" if self.nesterov else "momentum"

    def numbers(self, rate: Any, count: Any) -> list[Any]:
        """Rate and decay."""
        return [rate, self.decay]

    def init(self, rows: int, width: int, dtype: Any) -> dict[str, Any]:
        """Momentum of zeros [rows, width]."""
        return {"momentum": jnp.zeros((rows, width), dtype)}

    def update(self, gradient: Any, kept: RowArrays, count: Any) -> tuple[Any, dict[str, Any]]:
        """The momentum, with the gradient in it."""
        momentum = gradient + self.decay * kept["momentum"]
        direction = gradient + self.decay * momentum if self.nesterov else momentum
        return direction, {"momentum": momentum}

    def idle_steps(self, dtype: Any) -> int:
        """Until `decay^n` is below rounding."""
        return steps_until(self.decay, dtype)

    def idle(self, kept: RowArrays, count: Any) -> tuple[Any, dict[str, Any]]:
        """The momentum, smaller by its decay."""
        return self.update(jnp.zeros((), kept["momentum"].dtype), kept, count)

    def rest(self, kept: RowArrays, steps: Any) -> dict[str, Any]:
        """`m · decay^steps`."""
        return {"momentum": kept["momentum"] * power(self.decay, steps, kept["momentum"].dtype)}


def steps_until(decay: float, dtype: Any) -> int:
    """The n from which `decay^n` is a hundredth of a rounding error.

    Args:
        decay: in [0, 1), a number, no array [].
        dtype: whose rounding.

    Returns:
        The n.

    Example:
        >>> steps_until(0.9, jnp.float32)
        197

    Source: none.
    """
    if decay == 0:
        return 1
    return math.ceil(math.log(float(jnp.finfo(dtype).eps) / 100) / math.log(decay)) + 1


def power(base: float, exponent: Any, dtype: Any) -> Any:
    """`base^exponent` for whole exponents of at least 0, in a dtype.

    Args:
        base: at least 0.
        exponent: int32 [...].
        dtype: of the result.

    Returns:
        float [...].

    Example:
        >>> power(0.5, jnp.array([0, 2]), jnp.float32)
        Array([1.  , 0.25], dtype=float32)

    Source: none.
    """
    return jnp.power(jnp.asarray(base, dtype), exponent.astype(dtype))
