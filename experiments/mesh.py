"""Over which devices a training goes: the documents of a batch over some, the rows of tables over others."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from jax.sharding import AxisType

from embedlab.checks import require_count
from embedlab.sparse import Sharding, evaluate
from embedlab.sparse.sharding.state import view_of
from experiments.errors import Mistake

_BATCH, _ROWS = "batch", "rows"


@dataclasses.dataclass(frozen=True)
class Mesh:
    """The devices of one training, `batch · rows` of them; one holds everything by default.

    Attributes:
        batch: devices that the documents of a batch are divided among; a divisor of train.batch.
        rows: devices that the rows of tables are divided among. Tables that train.update has trained whole
            lie on each of them.

    Raises:
        ValueError: a count below 1.

    Example:
        >>> Mesh(batch=2, rows=4).devices
        8
    """

    batch: int = 1
    rows: int = 1

    def __post_init__(self) -> None:
        for field in ("batch", "rows"):
            require_count(field, getattr(self, field))

    @property
    def devices(self) -> int:
        """How many devices it has."""
        return self.batch * self.rows


@dataclasses.dataclass(frozen=True)
class Spread:
    """How parameters lie over a mesh, as whoever reads them there needs to know; static under `jit`.

    Attributes:
        sharding: what lies where.
        sizes: of the tables that lie there in parts, name and rows.
    """

    sharding: Sharding
    sizes: tuple[tuple[str, int], ...]

    def __call__(self, function: Callable[..., Any], parameters: Any, *batch: Any) -> Any:
        """What a function of such parameters and a batch gives; no device holds a table whole."""
        return evaluate(function, parameters, *batch, sharding=self.sharding, sizes=dict(self.sizes))

    def unpadded(self, parameters: Any) -> Any:
        """The parameters, of tables that lie in parts the shape alone: without what pads them there."""
        return view_of(parameters, dict(self.sizes))


def check(mesh: Mesh) -> None:
    """Hears whether there are so many devices, before anything is read.

    Raises:
        Mistake: there are not.

    Example:
        >>> check(Mesh(rows=10_000))
        Traceback (most recent call last):
        experiments.errors.Mistake: mesh.batch=1, mesh.rows=10000: this is 1 × 10000 = 10000 devices, but ...
    """
    if jax.process_count() > 1:
        _check_all(mesh)
    if mesh.devices == 1 or mesh.devices <= jax.device_count():
        return
    kinds = collections.Counter(f"{device.platform} ({device.device_kind})" for device in jax.devices())
    there = ", ".join(f"{count} × {kind}" for kind, count in kinds.items())
    raise Mistake(
        f"mesh.batch={mesh.batch}, mesh.rows={mesh.rows}: this is {mesh.batch} × {mesh.rows} = "
        f"{mesh.devices} devices, but there are {jax.device_count()}: {there}. Give a mesh of so many at "
        "most; or, to try one out on processor cores, set XLA_FLAGS=--xla_force_host_platform_device_count="
        f"{mesh.devices} and JAX_PLATFORMS=cpu."
    )


def _check_all(mesh: Mesh) -> None:
    there = jax.device_count()
    if mesh.devices != there:
        raise Mistake(
            f"mesh.batch={mesh.batch}, mesh.rows={mesh.rows}: {jax.process_count()} processes have {there} "
            f"devices together, and train on all of them. Give a mesh of {there}, such as --mesh.batch "
            f"{jax.process_count()} --mesh.rows {there // jax.process_count()}."
        )


def told(old: dict[str, Any] | None, new: dict[str, Any]) -> str:
    """What is said where a run goes on over other devices; empty where it does not.

    Args:
        old: the config before, as JSON; None for none.
        new: the config now, in the same form.

    Example:
        >>> told({"mesh": {"batch": 1, "rows": 1}}, {"mesh": {"batch": 2, "rows": 4}})
        'It goes on over 8 devices (2 × 4) in place of 1 (1 × 1): numbers may differ in their last bits.'
    """
    if old is None or old.get("mesh") in (None, new["mesh"]):
        return ""
    before, now = Mesh(**old["mesh"]), Mesh(**new["mesh"])
    return (
        f"It goes on over {now.devices} device{'s' * (now.devices > 1)} ({now.batch} × {now.rows}) in place "
        f"of {before.devices} ({before.batch} × {before.rows}): numbers may differ in their last bits."
    )


def sharding(mesh: Mesh) -> Sharding | None:
    """What lies where on the first devices that there are; None for one device.

    Example:
        >>> sharding(Mesh()) is None
        True
    """
    if mesh.devices == 1:
        return None
    devices = jax.devices()[: mesh.devices]
    made = jax.make_mesh(
        (mesh.batch, mesh.rows), (_BATCH, _ROWS), axis_types=(AxisType.Auto,) * 2, devices=devices
    )
    return Sharding(made, rows=_ROWS if mesh.rows > 1 else None, batch=_BATCH if mesh.batch > 1 else None)


def everywhere(sharding: Sharding | None, tree: Any) -> Any:
    """Arrays, put on every device of a mesh, or on the one device; keys among them.

    Args:
        sharding: of the mesh; None for one device.
        tree: a tree of arrays of the host, which are the same in every process.

    Example:
        >>> everywhere(None, [np.ones(2)])
        [Array([1., 1.], dtype=float32)]
    """
    if sharding is None:
        return jax.device_put(tree)
    place = sharding.everywhere

    def put(leaf: Any) -> Any:
        if jax.dtypes.issubdtype(leaf.dtype, jax.dtypes.prng_key):
            return jax.random.wrap_key_data(put(jax.random.key_data(leaf)), impl=jax.random.key_impl(leaf))
        array = np.asarray(leaf)
        return jax.make_array_from_callback(array.shape, place, lambda part: array[part])

    return jax.tree.map(put, tree)
