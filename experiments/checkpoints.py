"""Checkpoints of a run, by Orbax.

A state may hold dataclasses. Orbax is given dicts in their place: it would make them anew around what is no
array, and takes an empty dict in one for a leaf.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import jax
import orbax.checkpoint as ocp
from jax.sharding import SingleDeviceSharding

from experiments.errors import RunFailure


class Checkpoints:
    """The newest two states of a run, in a folder. Used in a `with`, so that Orbax's threads end.

    Attributes:
        folder: where they lie, one subfolder a step.
    """

    def __init__(self, folder: Path, *, create: bool = True) -> None:
        for name in ("absl", "asyncio"):  # Orbax reports every step of every save, asyncio lost errors
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self.folder = folder.resolve()
        options = ocp.CheckpointManagerOptions(max_to_keep=2, enable_async_checkpointing=False, create=create)
        self._manager = ocp.CheckpointManager(self.folder, options=options)

    def __enter__(self) -> Checkpoints:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._manager.close()

    @property
    def latest(self) -> int | None:
        """The step of the newest state; None if there is none."""
        return self._manager.latest_step()

    def save(self, step: int, state: Any) -> None:
        """Writes the state of a step; when this returns, it is on disk.

        Raises:
            RunFailure: it can't be written. What was saved before stays.
        """
        if step in self._manager.all_steps():
            return
        try:
            with _lost_errors_unseen():
                self._manager.save(step, args=ocp.args.StandardSave(_as_dicts(state)))
        except (OSError, ValueError, RuntimeError) as error:  # tensorstore says a full disk with a ValueError
            raise RunFailure(
                f"{self.folder / str(step)}: the checkpoint can't be written ({_first_line(error)}). Free "
                "some space there, or give yourself the right to write; the checkpoint before it stays, and "
                "the same command goes on from there."
            ) from error

    def restore(self, like: Any) -> Any | None:
        """The newest state, with the shapes and types of `like`, on this device; None if there is none.

        Raises:
            RunFailure: it is damaged.
        """
        step = self.latest
        if step is None:
            return None
        device = SingleDeviceSharding(jax.devices()[0])  # not the one it was saved from
        shapes = jax.tree.map(lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype, sharding=device), like)
        try:
            with _lost_errors_unseen():
                found = self._manager.restore(step, args=ocp.args.StandardRestore(_as_dicts(shapes)))
        except Exception as error:  # of many types, by what is damaged
            raise RunFailure(self._damaged(step, error)) from error
        return _put_back(found, like)

    def _damaged(self, step: int, error: Exception) -> str:
        named = re.search(r'local file "([^"]+)"', str(error))
        older = [other for other in self._manager.all_steps() if other < step]
        onwards = f"from step {max(older)}" if older else "from the start"
        place = self.folder / str(step)
        return (
            f"{named[1] if named else place}: the checkpoint of step {step} can't be restored "
            f"({_first_line(error)}). Remove the folder {place}, and the summary.json of this run if it has "
            f"one; the command that trained it then goes on {onwards}."
        )


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
def _lost_errors_unseen() -> Iterator[None]:
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


def _first_line(error: Exception) -> str:
    """What an error says, without the pages of settings that tensorstore adds."""
    line = (str(error).strip() or type(error).__name__).partition("\n")[0].partition(" [")[0]
    return line if len(line) <= 200 else f"{line[:200]}…"
