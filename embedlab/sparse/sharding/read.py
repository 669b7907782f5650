"""The look-up of a table whose rows lie on several devices."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import jax
from jax.sharding import PartitionSpec as P

from embedlab.base import accumulator
from embedlab.lookup.pool import pool, pool_ragged
from embedlab.sparse.gradient import Entries
from embedlab.sparse.program import Reader
from embedlab.sparse.sharding.axes import Sharding
from embedlab.sparse.sharding.entries import collect, first_row, held, specs


def reader(sharding: Sharding | None) -> Reader | None:
    """A reader of tables for `value_and_grad`: each device pools the rows it holds, and the sums are added.

        out[i] = Σ_d Σ_j weights[j, i] · T_d[rows[j, i] − first_d]      over the rows that device d holds

    Differentiable in the weights. The table itself is constant to it: its gradient is that of the taps.

    Args:
        sharding: where rows [rows, width] and entries [k, n] lie; None for the usual reading.

    Returns:
        The reader; None for the usual one.

    Example:
        >>> import jax.numpy as jnp
        >>> mesh = jax.make_mesh((1,), ("rows",), axis_types=(jax.sharding.AxisType.Auto,))
        >>> read = reader(Sharding(mesh, rows="rows"))
        >>> read("table", jnp.eye(3), Entries(jnp.array([[0, 1], [2, 1]])), 2)
        Array([[1., 0., 1.],
               [0., 2., 0.]], dtype=float32)

    Source: the row-wise sharding of DLRM (Mudigere et al. 2022).
    """
    if sharding is None:
        return None

    def read(name: str, table: Any, entries: Entries, n: int) -> Any:
        return _read(sharding, n, table, entries)

    return read


@dataclasses.dataclass(frozen=True)
class _Plan:
    """Which collectives a look-up needs; the backward pass has their mirror image."""

    sharding: Sharding
    n: int
    entries: Entries  # specs
    out: P
    shared: bool  # one axis for rows and batch: entries are collected first
    spread: bool  # a sum's parts lie along the batch axis
    add_rows: bool

    @classmethod
    def of(cls, sharding: Sharding, n: int, entries: Entries) -> _Plan:
        cut = sharding.over_batch(entries.rows.shape[1])
        shared = cut is not None and cut == sharding.rows
        spread = cut is not None and (shared or entries.owners is not None)
        out = P(sharding.over_batch(n) if cut else None, None)
        return cls(
            sharding,
            n,
            specs(sharding, entries),
            out,
            shared,
            spread,
            not shared and sharding.rows is not None,
        )

    def own(self, table: Any, entries: Entries) -> Entries:
        """Of all entries that this device is to see, those of the rows it holds."""
        if self.shared:
            entries = collect(entries, self.entries)
        return held(entries, first_row(self.sharding, table.shape[0]), table.shape[0])

    def run(self, function: Any, out: P, *arguments: tuple[Any, Any]) -> Any:
        """A function of table, entries and further arrays, each with its spec, on every device."""
        arrays, cuts = zip(*arguments, strict=True)
        mesh = self.sharding.mesh
        return jax.shard_map(function, mesh=mesh, in_specs=cuts, out_specs=out, check_vma=False)(*arrays)


@functools.partial(jax.custom_vjp, nondiff_argnums=(0, 1))
def _read(sharding: Sharding, n: int, table: Any, entries: Entries) -> Any:
    plan = _Plan.of(sharding, n, entries)

    def local(table: Any, entries: Entries) -> Any:
        out = _pooled(table, plan.own(table, entries), n)
        if plan.spread and plan.out[0] is not None:
            out = jax.lax.psum_scatter(out, plan.out[0], scatter_dimension=0, tiled=True)
        elif plan.spread:
            out = jax.lax.psum(out, sharding.batch)
        return jax.lax.psum(out, sharding.rows) if plan.add_rows else out

    return plan.run(local, plan.out, (table, P(sharding.rows)), (entries, plan.entries))


def _forward(sharding: Sharding, n: int, table: Any, entries: Entries) -> Any:
    return _read(sharding, n, table, entries), (table, entries)


def _backward(sharding: Sharding, n: int, kept: Any, cotangent: Any) -> Any:
    """`dw[j, i] = <T[rows[j, i]], g[owner]>`, of which each device knows its rows' part."""
    table, entries = kept
    if entries.weights is None:
        return None, None
    plan = _Plan.of(sharding, n, entries)

    def local(table: Any, entries: Entries, cotangent: Any) -> Any:
        entries = plan.own(table, entries)
        if plan.spread:
            cotangent = collect(cotangent, plan.out)

        def pooled(weights: Any) -> Any:
            return _pooled(table, dataclasses.replace(entries, weights=weights), n)

        (found,) = jax.vjp(pooled, entries.weights)[1](cotangent)
        if plan.shared:
            return jax.lax.psum_scatter(found, sharding.rows, scatter_dimension=1, tiled=True)
        return jax.lax.psum(found, sharding.rows) if plan.add_rows else found

    out = plan.entries.weights
    arguments = (table, P(sharding.rows)), (entries, plan.entries), (cotangent, plan.out)
    return None, Entries(None, plan.run(local, out, *arguments), None)


_read.defvjp(_forward, _backward)


def _pooled(table: Any, entries: Entries, n: int) -> Any:
    """What entries of this device's rows sum to, float32 or wider [n, width]."""
    rows, weights, owners = entries.rows, entries.weights, entries.owners
    if owners is None:
        turned = None if weights is None else weights.T
        return pool(table, rows.T, turned, dtype=accumulator(table.dtype))
    flat = None if weights is None else weights.reshape(-1)
    return pool_ragged(table, rows.reshape(-1), flat, owners.reshape(-1), n)
