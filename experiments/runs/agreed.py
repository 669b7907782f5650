"""What a checkpoint holds, in every process of a training: the leader reads it, the others are told."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import numpy as np
from jax.experimental import multihost_utils

from experiments.process import peers
from experiments.runs.checkpoints import Restored

_PIECE = 2**26  # bytes


def restored(found: Restored | None, like: dict[str, Any]) -> Restored | None:
    """What the leader found in its checkpoint, in every process.

    Args:
        found: what this process found; only the leader's counts.
        like: a state of the same shapes.
    """
    numbers = None
    if found is not None:
        small = {name: x for name, x in found.host.items() if not name.startswith("memory.")}
        numbers = {name: [x.dtype.str, x.tolist()] for name, x in small.items()}
    numbers = peers.agreed(numbers)
    if numbers is None:
        return None
    if found is None:
        host = {name: np.array(value, dtype) for name, (dtype, value) in numbers.items()}
        found = Restored(int(host["step"]), like, host)
    state = jax.tree.map(_leaders, found.state)
    return dataclasses.replace(found, state=state)


def _leaders(leaf: Any) -> np.ndarray:
    """The leader's array, to the bit; in pieces, since each lies whole on a device on its way."""
    array = np.zeros(leaf.shape, leaf.dtype) if peers.follows() else np.ascontiguousarray(leaf)
    sent = array.reshape(-1).view(np.uint8)
    pieces = [sent[first : first + _PIECE] for first in range(0, max(1, len(sent)), _PIECE)]
    found = np.concatenate([multihost_utils.broadcast_one_to_all(piece) for piece in pieces])
    return found.view(array.dtype).reshape(leaf.shape)
