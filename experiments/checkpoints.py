"""Checkpoints of a run, by Orbax."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import jax
import orbax.checkpoint as ocp


class Checkpoints:
    """The newest two states of a run, in a folder.

    Attributes:
        folder: where they lie, one subfolder a step.
    """

    def __init__(self, folder: Path) -> None:
        logging.getLogger("absl").setLevel(logging.ERROR)  # Orbax reports every step of every save
        self.folder = folder.resolve()
        options = ocp.CheckpointManagerOptions(max_to_keep=2, enable_async_checkpointing=False)
        self._manager = ocp.CheckpointManager(self.folder, options=options)

    def save(self, step: int, state: Any) -> None:
        """Writes the state of a step; when this returns, it is on disk."""
        if step not in self._manager.all_steps():
            self._manager.save(step, args=ocp.args.StandardSave(state))

    def restore(self, like: Any) -> Any | None:
        """The newest state, with the shapes and types of `like`; None if there is none."""
        step = self._manager.latest_step()
        if step is None:
            return None
        shapes = jax.tree.map(ocp.utils.to_shape_dtype_struct, like)
        return self._manager.restore(step, args=ocp.args.StandardRestore(shapes))

    def close(self) -> None:
        self._manager.close()
