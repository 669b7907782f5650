"""A new kind is one file: twenty lines, and the contract holds with no other file changed.

The toy is the quotient-remainder embedding with a product, which is not linear in its rows.
"""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

import jax

from embedlab.base import ABSENT, Lookup, Variables, namespace
from embedlab.checks import require_count, require_table
from embedlab.initialisers import Initialiser, Normal
from tests.embedlab.contract import Case, Contract


@dataclasses.dataclass(frozen=True)
class QuotientRemainder:
    """`e(i) = Q[i div m] · R[i mod m]`, component by component (Shi et al. 2020)."""

    vocabulary: int
    dim: int
    modulus: int
    initialiser: Initialiser = Normal(1.0)
    dtype: str = "float32"
    linear: ClassVar[bool] = False

    def __post_init__(self) -> None:
        require_count("modulus", self.modulus)
        require_table(self.vocabulary, self.dim, self.dtype)

    @property
    def table_shapes(self) -> dict[str, tuple[int, int]]:
        quotients = -(-self.vocabulary // self.modulus)
        return {"quotient": (quotients, self.dim), "remainder": (self.modulus, self.dim)}

    def init(self, key: Any, buffers: Any = None) -> Variables:
        drawn = zip(self.table_shapes.items(), jax.random.split(key), strict=True)
        return Variables({name: self.initialiser(k, *shape, self.dtype) for (name, shape), k in drawn})

    def num_ids(self, buffers: Any) -> int:
        return self.vocabulary

    def index(self, buffers: Any, ids: Any) -> tuple[Lookup, ...]:
        xp = namespace(ids)
        rows = (ids // self.modulus, ids % self.modulus)
        rows = (xp.where(ids == ABSENT, xp.int32(ABSENT), r)[..., None] for r in rows)
        return tuple(Lookup(name, r) for name, r in zip(("quotient", "remainder"), rows, strict=True))

    def combine(self, dense: Any, gathered: Any, lookups: Any) -> Any:
        return (gathered["quotient"] * gathered["remainder"])[..., 0, :]


class TestQuotientRemainder(Contract):
    cases = (Case("quotient-remainder", QuotientRemainder(50, 4, modulus=7), (8 + 7) * 4),)
