"""`RowGradient`: the gradient of a table, as the rows that a batch read and what each of them gets."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from embedlab.base import accumulator


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class Entries:
    """Which rows one look-up read, with what weights: the entries of a sparse matrix. A pytree.

    The look-up is `out[i] = Σ_j weights[j, i] · table[rows[j, i]]`; with owners, entry (j, i) falls to
    `out[owners[j, i]]` instead.

    Attributes:
        rows: int32 [k, n]; what is no row of the table was no read.
        weights: float [k, n], or None for ones.
        owners: int32 [k, n], or None where entry (j, i) is of `out[i]`.

    Example:
        >>> Entries(jnp.array([[3, 7]])).size
        2

    Source: the coordinate form of a sparse matrix; `embedlab.lookup.reads`.
    """

    rows: Any
    weights: Any = None
    owners: Any = None

    @property
    def size(self) -> int:
        """How many entries there are."""
        return int(self.rows.size)


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class RowGradient:
    """The gradient of a table that costs what it touches: `dT[r] = Σ weights[e] · cotangents[owner(e)]`.

    The sum is over the entries e with `rows[e] = r`. Of a bag's cotangent there is one copy, however many
    rows it read. A table that is read several times in a step has a part for each.

    Attributes:
        parts: one a look-up: what it read, and the cotangent of what came out, float [n, width].

    Example:
        >>> part = (Entries(jnp.array([[2, 0], [2, 2]])), jnp.array([[1.0], [10.0]]))
        >>> RowGradient((part,)).dense(jnp.zeros((3, 1))).ravel()
        Array([10.,  0., 12.], dtype=float32)

    Source: `tf.IndexedSlices` and torch's sparse gradients, with the cotangents of bags left whole.
    """

    parts: tuple[tuple[Entries, Any], ...]

    def dense(self, table: Float[Array, "rows width"]) -> Float[Array, "rows width"]:
        """The same gradient as an ordinary array: for tests, and tables where that is as good.

        Args:
            table: float [rows, width], whose gradient it is.

        Returns:
            float [rows, width], summed in float32 or better, of the table's dtype.
        """
        total = jnp.zeros(table.shape, accumulator(table.dtype))
        for entries, cotangents in self.parts:
            total = scatter_add(total, entries, cotangents)
        return total.astype(table.dtype)

    def joined(self) -> tuple[Entries, Any]:
        """All parts as one: entries [1, m], with owners, and cotangents [n, width]; one part as it is.

        Example:
            >>> part = (Entries(jnp.array([[3]])), jnp.ones((1, 2)))
            >>> entries, cotangents = RowGradient((part, part)).joined()
            >>> entries.owners, cotangents.shape
            (Array([[0, 1]], dtype=int32), (2, 2))
        """
        if len(self.parts) == 1:
            return self.parts[0]
        first, rows, weights, owners = 0, [], [], []
        wide = jnp.result_type(*(cotangents for _, cotangents in self.parts))
        for entries, cotangents in self.parts:
            shape = entries.rows.shape
            ones = jnp.ones(shape, wide) if entries.weights is None else entries.weights.astype(wide)
            own = owned(entries)
            inside = (own >= 0) & (own < cotangents.shape[0])
            rows.append(entries.rows)
            weights.append(ones)
            owners.append(jnp.where(inside, own + first, -1))
            first += cotangents.shape[0]

        def flat(arrays: list[Any]) -> Any:
            return jnp.concatenate([array.reshape(-1) for array in arrays])[None]

        everything = Entries(flat(rows), flat(weights), flat(owners))
        return everything, jnp.concatenate([cotangents.astype(wide) for _, cotangents in self.parts])


def owned(entries: Entries) -> Any:
    """int32 [k, n]: whose cotangent each entry takes.

    Args:
        entries: of a look-up, rows [k, n].

    Returns:
        Its owners, or the columns.

    Example:
        >>> owned(Entries(jnp.array([[3, 7], [1, 2]])))
        Array([[0, 1],
               [0, 1]], dtype=int32)

    Source: none.
    """
    if entries.owners is not None:
        return entries.owners
    return jnp.broadcast_to(jnp.arange(entries.rows.shape[1], dtype=jnp.int32), entries.rows.shape)


def scatter_add(total: Any, entries: Entries, cotangents: Any, rows: Any = None) -> Any:
    """Adds a part to rows.

    On the CPU one position of all bags after the other, so that no [k, n, width] exists. An accelerator is
    kept busy by one large scatter, which many small ones do not.

    Args:
        total: float [rows, width], what is added to; rows beyond it are dropped.
        entries: with rows [k, n].
        cotangents: float [n, width].
        rows: int32 [k, n], where each entry falls; None for its own row.

    Returns:
        float [rows, width].

    Example:
        >>> scatter_add(jnp.zeros((2, 1)), Entries(jnp.array([[0, 0]])), jnp.ones((2, 1))).ravel()
        Array([2., 0.], dtype=float32)

    Source: measured: a loop over positions is faster than one scatter of everything on a CPU, and slower on a
    GPU.
    """
    rows = entries.rows if rows is None else rows
    if jax.default_backend() != "cpu":
        each = contributions(entries, cotangents, total.dtype)
        return total.at[rows.reshape(-1)].add(each, mode="drop", wrap_negative_indices=False)

    def add(total: Any, step: tuple[Any, Any, Any]) -> tuple[Any, None]:
        at, weights, owners = step
        update = cotangents if owners is None else cotangents.at[owners].get(**_FILL)
        update = update if weights is None else weights[:, None] * update
        return total.at[at].add(update.astype(total.dtype), mode="drop", wrap_negative_indices=False), None

    return jax.lax.scan(add, total, (rows, entries.weights, entries.owners), unroll=_UNROLL)[0]


def contributions(entries: Entries, cotangents: Any, wide: Any) -> Any:
    """What each entry adds to its row, float [k · n, width].

    Args:
        entries: of a look-up, rows [k, n].
        cotangents: float [n, width].
        wide: the dtype they are multiplied in.

    Returns:
        The contributions; 0 of an owner that is none.

    Example:
        >>> entries = Entries(jnp.array([[3, 7]]), jnp.array([[1.0, 2.0]]))
        >>> contributions(entries, jnp.ones((2, 1)), "float32").ravel()
        Array([1., 2.], dtype=float32)

    Source: none.
    """
    each = cotangents.at[owned(entries).reshape(-1)].get(**_FILL).astype(wide)
    return each if entries.weights is None else each * entries.weights.reshape(-1, 1).astype(wide)


_UNROLL = 8
_FILL: dict[str, Any] = {"mode": "fill", "fill_value": 0, "wrap_negative_indices": False}
