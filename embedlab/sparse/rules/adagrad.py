"""Adagrad, with a sum for each entry or one for each row."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax.numpy as jnp

from embedlab.checks import finite_fields, require
from embedlab.sparse.rules.base import RowArrays


@dataclasses.dataclass(frozen=True)
class Adagrad:
    """`s ← s + g²`, `direction = g / (√(s + eps_root) + eps)`.

    A row without a gradient stays where it is, so that lazy and exact are one. With the defaults it equals
    `optax.adagrad`; with `Adagrad(initial=0, eps_root=0, eps=1e-10)` torch's Adagrad.

    Attributes:
        initial: what the sums start from.
        eps_root: added under the root.
        eps: added to the root.

    Raises:
        ValueError: a number below 0, or none at all.

    Example:
        >>> kept = {"sum": jnp.zeros((1, 1))}
        >>> Adagrad(0.0, 0.0).update(jnp.full((1, 1), 3.0), kept, 0)[0]   # [rows, width]
        Array([[1.]], dtype=float32)

    Reference: Duchi, Hazan & Singer 2011, "Adaptive subgradient methods".
    """

    initial: float = 0.1
    eps_root: float = 1e-7
    eps: float = 0.0

    kernel = "adagrad"

    def __post_init__(self) -> None:
        _require_at_least_zero(self, "initial", "eps_root", "eps")

    def init(self, rows: int, width: int, dtype: Any) -> dict[str, Any]:
        """Sums [rows, width]."""
        return {"sum": jnp.full((rows, width), self.initial, dtype)}

    def update(self, gradient: Any, kept: RowArrays, count: Any) -> tuple[Any, dict[str, Any]]:
        """The gradient over the root of the sum of its squares."""
        total = kept["sum"] + gradient * gradient
        return _over_root(gradient, total, self), {"sum": total}

    def numbers(self, rate: Any, count: Any) -> list[Any]:
        """Rate, and what is added to the root and under it."""
        return [rate, self.eps, self.eps_root]


@dataclasses.dataclass(frozen=True)
class RowAdagrad:
    """`s ← s + mean(g²)`, `direction = g / (√(s + eps_root) + eps)`, with one s a row: FBGEMM's formula.

    It keeps a number a row where Adagrad keeps a whole one.

    Attributes:
        initial: what the sums start from.
        eps_root: added under the root.
        eps: added to the root.

    Raises:
        ValueError: a number below 0, or none at all.

    Example:
        >>> kept = {"sum": jnp.zeros((1, 1))}
        >>> RowAdagrad(eps=0.0).update(jnp.array([[3.0, 3.0]]), kept, 0)   # [rows, width], [rows, 1]
        (Array([[1., 1.]], dtype=float32), {'sum': Array([[9.]], dtype=float32)})

    Reference: Khudia et al. 2021, "FBGEMM"; Mudigere et al. 2022, "Software-hardware co-design for fast and
    scalable training of deep learning recommendation models".
    """

    initial: float = 0.0
    eps_root: float = 0.0
    eps: float = 1e-8

    kernel = "row_adagrad"

    def __post_init__(self) -> None:
        _require_at_least_zero(self, "initial", "eps_root", "eps")

    def init(self, rows: int, width: int, dtype: Any) -> dict[str, Any]:
        """Sums [rows, 1]."""
        return {"sum": jnp.full((rows, 1), self.initial, dtype)}

    def update(self, gradient: Any, kept: RowArrays, count: Any) -> tuple[Any, dict[str, Any]]:
        """The gradient over the root of the sum of its mean squares."""
        total = kept["sum"] + (gradient * gradient).mean(-1, keepdims=True)
        return _over_root(gradient, total, self), {"sum": total}

    def numbers(self, rate: Any, count: Any) -> list[Any]:
        """Rate, and what is added to the root and under it."""
        return [rate, self.eps, self.eps_root]


def _over_root(gradient: Any, total: Any, rule: Adagrad | RowAdagrad) -> Any:
    """A sum of zero is one of no gradients at all, whose direction is zero; one of NaN hides nothing."""
    safe = jnp.where(total == 0, 1, total)
    return jnp.where(total == 0, 0, gradient / (jnp.sqrt(safe + rule.eps_root) + rule.eps))


def _require_at_least_zero(rule: Any, *fields: str) -> None:
    finite_fields(rule, *fields)
    for field in fields:
        require(getattr(rule, field) >= 0, field, getattr(rule, field), "give a number of at least 0")
