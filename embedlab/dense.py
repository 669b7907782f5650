"""Dense: one row an id, the plain embedding."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar

from jaxtyping import Array, Float, PRNGKeyArray

from embedlab.base import Lookup, Variables
from embedlab.checks import plain_fields, require_count, require_table
from embedlab.initialisers import Initialiser, ScaledNormal, draw, require_initialiser


@dataclasses.dataclass(frozen=True)
class Dense:
    """One trained row an id: `e(i) = T[i]`, with `T` of shape [vocabulary, dim].

    Bytes: `vocabulary · dim · itemsize`, all trainable; no index.

    Attributes:
        vocabulary: number of ids.
        dim: width of a vector.
        initialiser: draws the table.
        dtype: type of the table's entries.

    Raises:
        ValueError: a size below 1, something that is no initialiser, or an unknown dtype; from `init`, one
            that JAX does not have now.

    Example:
        >>> import jax
        >>> spec = Dense(vocabulary=10, dim=4)
        >>> spec.init(jax.random.key(0)).tables["table"].shape   # [vocabulary, dim]
        (10, 4)

    Reference: Bengio et al. 2003, "A neural probabilistic language model".
    """

    vocabulary: int
    dim: int
    initialiser: Initialiser = ScaledNormal()
    dtype: str = "float32"
    linear: ClassVar[bool] = True
    row_is_vector: ClassVar[bool] = True

    def __post_init__(self) -> None:
        plain_fields(self)
        require_count("vocabulary", self.vocabulary)
        require_initialiser("initialiser", self.initialiser)
        require_table(self.vocabulary, self.dim, self.dtype)

    @property
    def table_shapes(self) -> dict[str, tuple[int, int]]:
        """One table, (vocabulary, dim)."""
        return {"table": (self.vocabulary, self.dim)}

    def init(self, key: PRNGKeyArray, buffers: Mapping[str, Any] | None = None) -> Variables:
        """Draws the table; there are no buffers."""
        return Variables({"table": draw(self.initialiser, key, self.table_shapes["table"], self.dtype)})

    def num_ids(self, buffers: Mapping[str, Any]) -> int:
        """The vocabulary."""
        return self.vocabulary

    def index(self, buffers: Mapping[str, Any], ids: Any) -> tuple[Lookup, ...]:
        """Row i for id i: rows [..., 1]."""
        return (Lookup("table", ids[..., None]),)  # an absent id is an absent row: the mark is the same

    def combine(
        self, dense: Mapping[str, Array], gathered: Mapping[str, Array], lookups: tuple[Lookup, ...]
    ) -> Float[Array, "*shape dim"]:
        """The row itself, [..., dim]."""
        return gathered["table"][..., 0, :]
