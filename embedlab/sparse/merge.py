"""Merging: each row that a step read once, with the sum of its gradients.

What is not linear in the gradient (Adagrad, Adam, norms) needs the sum. There are several ways to it, and
which is fastest depends on the device; `embedlab.sparse.strategy` chooses.

| way | how duplicates are found |
| --- | --- |
| native | a radix sort in C++, which also sums |
| host | a NumPy sort of rows and places packed into 64 bits, called from the program |
| sort | a sort in the program |
| scan | a sort in the program, and sums by a scan: the same bits from run to run on every device |
| slots | each entry writes its place into its row's slot, and reads who won; takes 4 bytes a table row |
"""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from embedlab import native
from embedlab.base import ABSENT, accumulator
from embedlab.lookup.unique import unique
from embedlab.sparse.gradient import RowGradient, contributions, owned, scatter_add

WAYS = ("native", "host", "sort", "scan", "slots")


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class Merged:
    """Rows, each once, and what belongs to each. A pytree.

    Attributes:
        rows: int32 [n], distinct; `ABSENT` where there is none.
        sums: float [n, width], the merged gradients; None where only the rows were asked for.
        count: int32 [], from which place on there are none.

    Example:
        >>> Merged(jnp.array([3, ABSENT]), jnp.ones((2, 4)), jnp.int32(1)).squared_norm()
        Array(4., dtype=float32)

    Source: none.
    """

    rows: Any
    sums: Any
    count: Any

    def squared_norm(self) -> Any:
        """`Σ g²` over all rows, float []: exact, since the gradients are merged."""
        return jnp.sum(jnp.square(jnp.where((self.rows != ABSENT)[:, None], self.sums, 0)))


def merge(gradient: RowGradient, table_rows: int, way: str) -> Merged:
    """Merges the gradients of a table.

    Args:
        gradient: of the table.
        table_rows: how many rows it has.
        way: one of `WAYS`.

    Returns:
        The rows and their sums, float32 or wider [n, width].

    Example:
        >>> from embedlab.sparse.gradient import Entries
        >>> gradient = RowGradient(((Entries(jnp.array([[2, 0, 2]])), jnp.ones((3, 1))),))
        >>> merged = merge(gradient, table_rows=5, way="sort")
        >>> merged.rows[:2], merged.sums[:2, 0]
        (Array([0, 2], dtype=int32), Array([1., 2.], dtype=float32))

    Source: `coalesce` of torch's sparse tensors.
    """
    if way == "native":
        entries, cotangents = gradient.joined()
        return Merged(*native.merge(entries.rows, entries.weights, entries.owners, cotangents, table_rows))
    rows = _flat_rows(gradient, table_rows)
    if way == "scan":
        return _by_scan(rows, _each(gradient))
    distinct, inverse, count = _FIND[way](rows, table_rows)
    return Merged(distinct, _sums(gradient, inverse, distinct.shape[0]), count)


def distinct_rows(gradient: RowGradient, table_rows: int, way: str) -> Merged:
    """The rows alone, without their sums; cotangents are not looked at.

    Args:
        gradient: of the table; of its parts only the entries, rows [k, n], count.
        table_rows: how many rows it has.
        way: one of `WAYS`.

    Returns:
        The rows.

    Example:
        >>> from embedlab.sparse.gradient import Entries
        >>> distinct_rows(RowGradient(((Entries(jnp.array([[2, 0, 2]])), None),)), 5, "sort").count
        Array(2, dtype=int32)

    Source: none.
    """
    rows = _flat_rows(gradient, table_rows)
    if way == "native":
        nothing = jnp.zeros((rows.shape[0], 1), jnp.float32)
        found, _, count = native.merge(rows[None], None, None, nothing, table_rows)
        return Merged(found, None, count)
    found, _, count = _FIND[way](rows, table_rows)
    return Merged(found, None, count)


def _flat_rows(gradient: RowGradient, table_rows: int) -> Any:
    """The rows of all entries [m]; `ABSENT` where an entry adds nothing."""
    flat = [jnp.zeros(0, jnp.int32)]
    for entries, cotangents in gradient.parts:
        own = owned(entries)
        there = (entries.rows >= 0) & (entries.rows < table_rows) & (own >= 0)
        if cotangents is not None:
            there &= own < cotangents.shape[0]
        flat.append(jnp.where(there, entries.rows, ABSENT).reshape(-1))
    return jnp.concatenate(flat)


def _sums(gradient: RowGradient, inverse: Any, room: int) -> Any:
    wide = accumulator(jnp.result_type(*(cotangents for _, cotangents in gradient.parts)))
    sums = jnp.zeros((room, gradient.parts[0][1].shape[1]), wide)
    first = 0
    for entries, cotangents in gradient.parts:
        places = inverse[first : first + entries.size].reshape(entries.rows.shape)
        first += entries.size
        sums = scatter_add(sums, entries, cotangents, places)
    return sums


def _each(gradient: RowGradient) -> Any:
    """What each entry adds to its row, [m, width]."""
    wide = accumulator(jnp.result_type(*(cotangents for _, cotangents in gradient.parts)))
    return jnp.concatenate([contributions(*part, wide) for part in gradient.parts])


def _by_scan(rows: Any, each: Any) -> Merged:
    """Sums in the order of a tree that the shapes alone decide; no two numbers race to one place.

    Of entries sorted by row, a sum begins anew where the row changes, and is whole at the row's last entry.
    """
    order = jnp.argsort(rows)  # stable
    ordered = rows[order]
    edge = jnp.ones(min(1, rows.shape[0]), bool)
    first = jnp.concatenate([edge, ordered[1:] != ordered[:-1]])
    last = jnp.concatenate([ordered[1:] != ordered[:-1], edge])

    def add(left: tuple[Any, Any], right: tuple[Any, Any]) -> tuple[Any, Any]:
        return left[0] | right[0], jnp.where(right[0], right[1], left[1] + right[1])

    _, sums = jax.lax.associative_scan(add, (first[:, None], each[order]))
    distinct = jnp.where(last, ordered, ABSENT)
    return Merged(distinct, jnp.where((distinct != ABSENT)[:, None], sums, 0), jnp.int32(rows.shape[0]))


# Each finds the distinct of rows [m]: these [m], the place of each entry's row among them, and their number.


def _by_slots(rows: Any, table_rows: int) -> tuple[Any, Any, Any]:
    places = jnp.arange(rows.shape[0], dtype=jnp.int32)
    slots = jnp.zeros(table_rows, jnp.int32).at[rows].set(places, mode="drop")
    winner = slots.at[rows].get(mode="fill", fill_value=ABSENT)
    distinct = jnp.where(winner == places, rows, ABSENT)
    return distinct, winner, jnp.int32(rows.shape[0])


def _by_host(rows: Any, table_rows: int) -> tuple[Any, Any, Any]:
    shape = jax.ShapeDtypeStruct(rows.shape, jnp.int32)
    number = jax.ShapeDtypeStruct((), jnp.int32)
    return jax.pure_callback(host_distinct, (shape, shape, number), rows, vmap_method="sequential")


def host_distinct(rows: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The distinct of rows, by NumPy: one sort of rows and places packed into 64 bits.

    Args:
        rows: int32 [m], of at least 0; `ABSENT` for none.

    Returns:
        The distinct ones [m], ascending, then `ABSENT`; each entry's place among them [m]; their number [].

    Example:
        >>> host_distinct(np.array([7, 2, 7], np.int32))[1]
        array([1, 0, 1], dtype=int32)

    Source: measured; NumPy's sort of integers is vectorised, its argsort is not.
    """
    rows = np.asarray(rows)
    packed = np.sort(rows.astype(np.int64) << 32 | np.arange(rows.size))
    ordered, places = (packed >> 32).astype(np.int32), packed.astype(np.int32)
    new = np.append(True, ordered[1:] != ordered[:-1])[: rows.size] & (ordered != ABSENT)
    rank = np.cumsum(new, dtype=np.int32) - np.int32(1)
    inverse = np.empty(rows.size, np.int32)
    inverse[places] = np.where(ordered != ABSENT, rank, ABSENT)
    count = int(new.sum())
    distinct = np.full(rows.size, ABSENT, np.int32)
    distinct[:count] = ordered[new]
    return distinct, inverse, np.array(count, np.int32)


def _by_sort(rows: Any, table_rows: int) -> tuple[Any, Any, Any]:
    return unique(rows)


_FIND: dict[str, Any] = {"sort": _by_sort, "scan": _by_sort, "slots": _by_slots, "host": _by_host}
