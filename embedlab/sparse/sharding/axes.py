"""`Sharding`: which axis of a mesh the rows of tables lie over, and which the batch."""

from __future__ import annotations

import dataclasses

from jax.sharding import AxisType, Mesh, NamedSharding
from jax.sharding import PartitionSpec as P

from embedlab.checks import require


@dataclasses.dataclass(frozen=True)
class Sharding:
    """Rows of tables over one axis of a mesh, the batch over another, or both over one and the same.

    Device d of S on the rows axis holds the rows `d · m … (d + 1) · m − 1` with `m = ⌈rows / S⌉`: rows are
    padded to a multiple of S with zeros, which nothing reads and no gradient reaches. Everything else,
    dense tables and buffers among it, is on every device.

    The mesh is one of `Auto` axes, where XLA places what nobody says a place of; `jax.make_mesh` makes
    `Explicit` ones unless it is told otherwise, whose arrays carry their places in their types, and an
    ordinary loss would have to name places all over.

    Attributes:
        mesh: the devices, one process's or several'.
        rows: the axis that rows lie over; None to hold every table on every device.
        batch: the axis that the batch lies over, its first dimension; None for the same batch everywhere.

    Raises:
        ValueError: no mesh; an axis that the mesh doesn't have, or that isn't Auto.

    Example:
        >>> import jax
        >>> mesh = jax.make_mesh((1, 1), ("data", "rows"), axis_types=(AxisType.Auto,) * 2)
        >>> sharding = Sharding(mesh, rows="rows", batch="data")
        >>> sharding.shards, sharding.padded(10)
        (1, 10)

    Source: row-wise model parallelism of DLRM (Naumov et al. 2019; Mudigere et al. 2022); the mesh is JAX's.
    """

    mesh: Mesh
    rows: str | None = None
    batch: str | None = None

    def __post_init__(self) -> None:
        remedy = "give a jax.sharding.Mesh, as jax.make_mesh makes it"
        require(isinstance(self.mesh, Mesh), "mesh", self.mesh, remedy)
        kinds = dict(zip(self.mesh.axis_names, self.mesh.axis_types, strict=True))
        for field in ("rows", "batch"):
            axis = getattr(self, field)
            has = f"the mesh has {', '.join(map(str, kinds))}; name one of them, or None"
            require(axis is None or axis in kinds, field, axis, has)
        other = [str(name) for name, kind in kinds.items() if kind != AxisType.Auto]
        remedy = "make it with axis_types=(jax.sharding.AxisType.Auto,) * " + str(len(kinds))
        require(not other, "mesh", self.mesh, f"axis {', '.join(other)} is not Auto; {remedy}")

    @property
    def shards(self) -> int:
        """Into how many parts the rows are cut."""
        return 1 if self.rows is None else self.mesh.shape[self.rows]

    @property
    def of_tables(self) -> NamedSharding:
        """Where rows lie."""
        return NamedSharding(self.mesh, P(self.rows))

    @property
    def of_batch(self) -> NamedSharding:
        """Where an array of a batch [batch, …] lies.

        For `jax.device_put`, or, in several processes, for `jax.make_array_from_process_local_data`.
        """
        return NamedSharding(self.mesh, P(self.batch))

    @property
    def everywhere(self) -> NamedSharding:
        """Where all else is: on every device."""
        return NamedSharding(self.mesh, P())

    def padded(self, rows: int) -> int:
        """How many rows a table has on the mesh: the next multiple of the number of shards.

        Args:
            rows: of the table.
        """
        return -(-rows // self.shards) * self.shards

    def over_batch(self, size: int) -> str | None:
        """The batch axis if it divides a dimension, else None: then every device has all of it, or nothing.

        Args:
            size: of the dimension.

        Returns:
            Name of the axis.

        Example:
            >>> import jax
            >>> Sharding(jax.make_mesh((1,), ("x",), axis_types=(AxisType.Auto,)), batch="x").over_batch(3)
            'x'
        """
        if self.batch is None or size == 0 or size % self.mesh.shape[self.batch]:
            return None
        return self.batch
