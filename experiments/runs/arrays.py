"""The arrays of a checkpoint on disk, as Orbax writes them: what it is given, and what it says on the way.

A state may hold dataclasses. Orbax is given dicts in their place: it would make them anew around what is no
array, and takes an empty dict in one for a leaf.
"""

from __future__ import annotations

import contextlib
import dataclasses
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import numpy as np
import orbax.checkpoint as ocp
from jax.sharding import SingleDeviceSharding


def checkpointer() -> Any:
    """Orbax for this process alone; its threads end with `close`."""
    # Of several processes one alone writes: Orbax is not to wait for the others.
    alone = ocp.options.MultiprocessingOptions(
        primary_host=jax.process_index(),
        active_processes={jax.process_index()},
        barrier_sync_key_prefix=f"process_{jax.process_index()}",
    )
    handler = ocp.StandardCheckpointHandler(multiprocessing_options=alone)
    return ocp.Checkpointer(handler, multiprocessing_options=alone)


def write(orbax: Any, place: Path, part: Any) -> None:
    """Writes a pytree of arrays to a folder that is not there yet."""
    orbax.save(place, args=ocp.args.StandardSave(_as_dicts(part)))


def read(orbax: Any, place: Path, like: Any, on_host: bool) -> Any:
    """Reads what `write` wrote.

    Args:
        orbax: of `checkpointer`.
        place: the folder.
        like: a pytree of arrays of the same shapes and types, or of their shapes alone.
        on_host: whether they stay in the memory of the host, as NumPy's.
    """
    device = SingleDeviceSharding(jax.devices()[0])  # not the one it was saved from

    def wanted(leaf: Any) -> Any:
        if on_host:
            return np.empty(leaf.shape, leaf.dtype)
        return jax.ShapeDtypeStruct(leaf.shape, leaf.dtype, sharding=device)

    shapes = jax.tree.map(wanted, like)
    return _put_back(orbax.restore(place, args=ocp.args.StandardRestore(_as_dicts(shapes))), like)


def described(state: Any) -> dict[str, str]:
    """Place in a state → type and shape, as `float32[12,3]`."""
    found = jax.tree_util.tree_flatten_with_path(_as_dicts(state))[0]
    return {
        jax.tree_util.keystr(path): f"{np.dtype(x.dtype)}[{','.join(map(str, x.shape))}]" for path, x in found
    }


def _as_dicts(state: Any) -> Any:
    """A state with a dict in place of each dataclass."""

    def is_one(node: Any) -> bool:
        return dataclasses.is_dataclass(node)

    def opened(node: Any) -> Any:
        return (
            _as_dicts({f.name: getattr(node, f.name) for f in dataclasses.fields(node)})
            if is_one(node)
            else node
        )

    return jax.tree.map(opened, state, is_leaf=is_one)


def _put_back(found: Any, like: Any) -> Any:
    """What `_as_dicts` made of a state like this, as it was: a dict's leaves have another order."""
    tree = jax.tree.structure(like)
    numbers = range(len(jax.tree.leaves(like)))
    places = jax.tree.leaves(_as_dicts(jax.tree.unflatten(tree, numbers)))
    values = dict(zip(places, jax.tree.leaves(found), strict=True))
    return jax.tree.unflatten(tree, [values[place] for place in numbers])


@contextlib.contextmanager
def lost_errors_unseen() -> Iterator[None]:
    """Where one array can't be read or written, the threads of the others complain of their own.

    They print tracebacks, or warn of coroutines that nobody waits for any more. They may do so when the
    error itself is long on its way, so what is changed here is put back on success alone.
    """
    before = sys.unraisablehook
    warned = warnings.catch_warnings()
    warned.__enter__()
    warnings.filterwarnings("ignore", r"coroutine '.*' was never awaited", RuntimeWarning)

    def hook(event: Any) -> None:
        if "Event loop is closed" not in str(event.exc_value):
            before(event)

    sys.unraisablehook = hook
    yield
    sys.unraisablehook = before
    warned.__exit__(None, None, None)


def first_line(error: Exception | str) -> str:
    """What an error says, without the pages of settings that tensorstore adds."""
    line = (str(error).strip() or type(error).__name__).partition("\n")[0].partition(" [")[0]
    return line if len(line) <= 200 else f"{line[:200]}…"
